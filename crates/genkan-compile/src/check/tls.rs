//! `spec.tls`: entries for hosts of no rule, Secrets that are not there, or not yet.

use genkan_diagnosis::{Code, Finding, words};
use genkan_objects::{ObjectStore, Resource, kind::Ingress};

use crate::{
    mark::{self, Part},
    options::{Options, World},
};

/// GK0407 for entries that concern no rule, GK0400 and GK0412 for Secrets that are not there.
pub(crate) fn findings(
    object: &Resource<Ingress>,
    objects: &ObjectStore,
    options: &Options,
) -> Vec<Finding> {
    let mut findings = idle_entries(object);
    if options.world == World::Closed {
        findings.extend(missing_secrets(object, objects));
    }
    findings
}

/// Entries that list hosts, but none of a rule.
fn idle_entries(object: &Resource<Ingress>) -> Vec<Finding> {
    let rules = || {
        object
            .spec
            .rules
            .iter()
            .filter_map(|rule| rule.host.as_ref())
    };
    let is_ruled = |host: &str| rules().any(|ruled| ruled.value.eq_ignore_ascii_case(host));
    let entries = object.spec.tls.iter().enumerate();
    let idle = entries.filter(|(_, entry)| {
        !entry.hosts.is_empty() && !entry.hosts.iter().any(|host| is_ruled(&host.value))
    });
    let finding = |(index, _): (usize, _)| {
        let finding = Finding::new(Code::GK0407)
            .arg("reason", &words::NO_RULE_HAS_THESE_HOSTS)
            .value("tls");
        let pointer = format!("/spec/tls/{index}/hosts");
        mark::at(
            finding,
            object,
            &pointer,
            Part::Value,
            &words::NOT_A_RULE_HOST,
        )
    };
    idle.map(finding).collect()
}

fn missing_secrets(object: &Resource<Ingress>, objects: &ObjectStore) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, entry) in object.spec.tls.iter().enumerate() {
        let Some(secret) = &entry.secret_name else {
            continue;
        };
        let name = &*secret.value;
        if name.is_empty() || objects.secrets.get(object.meta.namespace(), name).is_some() {
            continue;
        }
        let full_name = format!("{}/{name}", object.meta.namespace());
        let pointer = format!("/spec/tls/{index}/secretName");
        if awaits_certificate(object) {
            let finding = Finding::new(Code::GK0412).arg("secret", full_name);
            let label = &words::AWAITS_SECRET;
            findings.push(mark::at(finding, object, &pointer, Part::Value, label));
            continue;
        }
        let finding = Finding::new(Code::GK0400).arg("secret", full_name);
        let finding = mark::at(finding, object, &pointer, Part::Value, &words::NOT_FOUND);
        let elsewhere = objects.secrets.named(name).next();
        findings.push(match elsewhere {
            Some(elsewhere) => {
                finding.note(words::SAME_NAME_ELSEWHERE.arg("object", elsewhere.object_ref()))
            }
            None => finding,
        });
    }
    findings
}

/// Whether cert-manager is asked for the certificates of an Ingress, by one of its annotations.
fn awaits_certificate(object: &Resource<Ingress>) -> bool {
    const ASKING: [&str; 3] = [
        "cert-manager.io/issuer",
        "cert-manager.io/cluster-issuer",
        "kubernetes.io/tls-acme",
    ];
    let annotations = &object.meta.annotations;
    let mut keys = annotations.iter().map(|annotation| &*annotation.key.value);
    keys.any(|key| ASKING.contains(&key))
}
