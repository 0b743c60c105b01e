//! Handshakes in which the client is presented another certificate than its host should have.

use genkan_diagnosis::{Code, Finding};
use genkan_route::{
    decision::DecisionInput,
    tls::{FoundBy, Handshake},
};

use crate::{generation::Generation, probe::Probe};

/// What keeps a host from its certificate.
const OF_CERTIFICATES: [Code; 5] = [
    Code::GK0400,
    Code::GK0401,
    Code::GK0402,
    Code::GK0405,
    Code::GK0412,
];

/// GK0408 where the name of a host is sent in `Host` only; else what is wrong with the certificate of the
/// server name.
pub(super) fn findings(
    generation: &Generation,
    input: &DecisionInput,
    probe: &Probe,
) -> Vec<Finding> {
    let Some(handshake) = input.handshake.as_deref() else {
        return Vec::new();
    };
    match handshake.found_by {
        FoundBy::NoName | FoundBy::Unknown => {
            nameless(generation, handshake, probe).into_iter().collect()
        }
        FoundBy::Exact | FoundBy::Wildcard => of_certificate(generation, handshake),
    }
}

fn nameless(generation: &Generation, handshake: &Handshake, probe: &Probe) -> Option<Finding> {
    let host = &probe.asked_host;
    let table = &generation.snapshot.tls;
    let choice = table.choose(Some(host));
    let own = table.presented(choice.presentation).first();
    let has_own = matches!(choice.found_by, FoundBy::Exact | FoundBy::Wildcard);
    if !has_own || own == handshake.certificate.as_ref() {
        return None;
    }
    Some(
        Finding::new(Code::GK0408)
            .arg("host", host.as_str())
            .value(host.as_str()),
    )
}

/// Findings of the Ingresses that list the name under `tls`, or all rules of which have it.
fn of_certificate(generation: &Generation, handshake: &Handshake) -> Vec<Finding> {
    let name = handshake.server_name.as_deref().unwrap_or_default();
    let concerns = |finding: &&Finding| {
        if !OF_CERTIFICATES.contains(&finding.code()) {
            return false;
        }
        let Some(object) = finding.object() else {
            return false;
        };
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let ingresses = &generation.origins.objects.ingresses;
        let Some(ingress) = ingresses.get(namespace, &object.name) else {
            return false;
        };
        let entry = finding
            .pointer()
            .and_then(|pointer| {
                pointer
                    .strip_prefix("/spec/tls/")?
                    .split('/')
                    .next()?
                    .parse()
                    .ok()
            })
            .and_then(|index: usize| ingress.spec.tls.get(index));
        entry.is_some_and(|entry| {
            entry.hosts.is_empty() || entry.hosts.iter().any(|host| covers(&host.value, name))
        })
    };
    generation
        .findings
        .iter()
        .filter(concerns)
        .cloned()
        .collect()
}

/// Whether an entry of `tls.hosts` is, or is the parent of, a server name.
fn covers(listed: &str, name: &str) -> bool {
    let parent = name.split_once('.').map(|(_, parent)| parent);
    let wildcard = listed.strip_prefix("*.");
    listed.eq_ignore_ascii_case(name)
        || wildcard
            .is_some_and(|listed| parent.is_some_and(|parent| listed.eq_ignore_ascii_case(parent)))
}
