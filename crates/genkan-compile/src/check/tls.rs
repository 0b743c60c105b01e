//! `spec.tls`. HTTPS is not served yet, so every entry is without effect and says so once.

use genkan_diagnosis::{Code, Finding, words};
use genkan_objects::{ObjectStore, Resource, kind::Ingress};

use crate::{
    mark::{self, Part},
    options::{Options, World},
};

/// GK0407 for the `tls` block, GK0400 for Secrets that are not there.
pub(crate) fn findings(
    object: &Resource<Ingress>,
    objects: &ObjectStore,
    options: &Options,
) -> Vec<Finding> {
    if object.spec.tls.is_empty() {
        return Vec::new();
    }
    let finding = Finding::new(Code::GK0407)
        .arg(
            "reason",
            "HTTPS is not served yet; requests are served on the plain port",
        )
        .value("tls");
    let mut findings = vec![mark::at(
        finding,
        object,
        "/spec/tls",
        Part::Key,
        &words::TLS_NOT_SERVED,
    )];
    if options.world == World::Closed {
        findings.extend(missing_secrets(object, objects));
    }
    findings
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
        let finding = Finding::new(Code::GK0400).arg("secret", full_name);
        let pointer = format!("/spec/tls/{index}/secretName");
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
