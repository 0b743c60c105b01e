//! Hosts and rules of one Ingress.

use genkan_diagnosis::{Applicability, Code, Finding, Suggestion, words};
use genkan_objects::{
    Resource,
    kind::{Ingress, IngressRule},
};

use crate::{
    ingress::host_name::{self, ReadHost},
    mark::{self, Part},
};

/// GK0107, GK0108, GK0109 and GK0105 of one Ingress.
pub(crate) fn findings(object: &Resource<Ingress>) -> Vec<Finding> {
    let mut findings: Vec<_> = object
        .spec
        .rules
        .iter()
        .flat_map(|rule| of_rule(object, rule))
        .collect();
    findings.extend(deeper_names(object));
    findings
}

fn of_rule(object: &Resource<Ingress>, rule: &IngressRule) -> Vec<Finding> {
    let mut findings = Vec::new();
    let pointer = format!("/spec/rules/{}", rule.index);
    let written = rule.host.as_ref().map_or("", |host| &*host.value);
    if written.is_empty() {
        let finding = Finding::new(Code::GK0107).value(format!("rule {}", rule.index));
        findings.push(mark::at(
            finding,
            object,
            &pointer,
            Part::Value,
            &words::THIS_RULE,
        ));
    } else {
        findings.extend(host_fault(object, &format!("{pointer}/host"), written));
    }
    if !rule.has_http || rule.paths.is_empty() {
        let host = if written.is_empty() { "*" } else { written };
        let finding = Finding::new(Code::GK0109).arg("host", host).value(host);
        let label = words::MISSING_FIELD.arg("field", "http.paths");
        findings.push(mark::at(finding, object, &pointer, Part::Value, label));
    }
    findings
}

fn host_fault(object: &Resource<Ingress>, pointer: &str, written: &str) -> Option<Finding> {
    let (reason, clean) = match host_name::read(written) {
        Ok(ReadHost { tidied: false, .. }) => return None,
        Ok(read) => {
            let clean = host_name::show(&read.name);
            if clean == written {
                ("it holds `_`, which no host name has".to_owned(), None)
            } else {
                (format!("it is read as `{clean}`"), Some(clean))
            }
        }
        Err(fault) => (fault.text(), clean(written)),
    };
    let finding = Finding::new(Code::GK0108)
        .arg("host", written)
        .arg("reason", reason);
    let finding = mark::at(finding, object, pointer, Part::Value, &words::THIS_HOST);
    Some(match clean {
        Some(clean) => finding.suggest(
            Suggestion::new(words::RENAME_TO.arg("name", &clean), Applicability::Review)
                .replace(pointer, clean),
        ),
        None => finding,
    })
}

/// The host name inside of a URL or beside a port, when there is one.
fn clean(written: &str) -> Option<String> {
    let name = written.split_once("://").map_or(written, |(_, rest)| rest);
    let name = name.split(['/', ':']).next().unwrap_or_default();
    let read = host_name::read(name).ok()?;
    (!name.is_empty()).then(|| host_name::show(&read.name))
}

/// GK0105: `tls.hosts` suggests that a wildcard is meant to cover more than one label or the apex.
fn deeper_names(object: &Resource<Ingress>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rule_hosts: Vec<_> = object
        .spec
        .rules
        .iter()
        .filter_map(|rule| rule.host.as_ref())
        .map(|h| &*h.value)
        .collect();
    for rule in &object.spec.rules {
        let Some(suffix) = rule
            .host
            .as_ref()
            .and_then(|host| host.value.strip_prefix("*."))
        else {
            continue;
        };
        let listed = object.spec.tls.iter().flat_map(|entry| &entry.hosts);
        let uncovered = listed.map(|host| &*host.value).find(|host| {
            let label = host
                .strip_suffix(suffix)
                .and_then(|rest| rest.strip_suffix('.'));
            let deeper = label.is_some_and(|label| label.contains('.'));
            (**host == *suffix || deeper) && !rule_hosts.iter().any(|known| **known == **host)
        });
        let Some(uncovered) = uncovered else { continue };
        let finding = Finding::new(Code::GK0105)
            .arg("wildcard", format!("*.{suffix}"))
            .arg("host", uncovered);
        let pointer = format!("/spec/rules/{}/host", rule.index);
        findings.push(mark::at(
            finding,
            object,
            &pointer,
            Part::Value,
            &words::THIS_HOST,
        ));
    }
    findings
}
