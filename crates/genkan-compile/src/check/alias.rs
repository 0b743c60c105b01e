//! Names that hosts ask for and do not get: `server-alias` and `from-to-www-redirect`.

use std::sync::Arc;

use genkan_diagnosis::{Code, Finding, words};
use genkan_objects::{Resource, kind::Ingress};
use genkan_route::{
    host::HostName,
    table::{PassedOver, Table},
};

use crate::{
    annotation::{self, Fate, Problem, Remark},
    check,
    claims::Claims,
    hosts::Hosts,
    ingress::{Claim, host_name::show},
    mark::{self, Part},
};

const ALIAS: &str = "server-alias";
const WWW: &str = "from-to-www-redirect";

/// What of these annotations has no effect because of other hosts and other Ingresses.
pub(crate) fn findings(table: &Table, hosts: &Hosts, claims: &Claims) -> Vec<Finding> {
    let mut findings: Vec<_> = table
        .passed_over()
        .iter()
        .flat_map(|passed| match &passed.alias {
            Some(alias) => taken(hosts, claims, passed, &alias.to_string()),
            None => no_counterpart(claims, &passed.host, &annotation::words::COUNTERPART_TAKEN),
        })
        .collect();
    for (host, entry) in hosts.all() {
        if let Some(owner) = &entry.assembled.aliases_by {
            findings.extend(younger(host, owner, claims));
        }
        if matches!(host, HostName::Wildcard(_)) {
            let why = &annotation::words::COUNTERPART_OF_WILDCARD;
            findings.extend(no_counterpart(claims, host, why));
        }
    }
    findings
}

/// Another host has the name.
fn taken(hosts: &Hosts, claims: &Claims, passed: &PassedOver, alias: &str) -> Vec<Finding> {
    let entry = hosts.all().find(|(name, _)| **name == passed.host);
    let owner = entry.and_then(|(_, entry)| entry.assembled.aliases_by.as_ref());
    let winner = format!("host {}", show(&passed.winner));
    let object = owner.and_then(|owner| claims.get(owner.name()));
    let finding = object.and_then(|(_, object)| ignored(object, alias, &winner));
    finding.into_iter().collect()
}

/// Aliases of younger Ingresses of a host, which do not count beside those of the oldest.
fn younger(host: &HostName, owner: &Arc<Claim>, claims: &Claims) -> Vec<Finding> {
    let others = claims.on_host(host).into_iter().filter(|claim| {
        claim.is_served() && !Arc::ptr_eq(claim, owner) && !claim.effects.aliases.is_empty()
    });
    let mut findings = Vec::new();
    for claim in others {
        let Some((_, object)) = claims.get(claim.name()) else {
            continue;
        };
        let lost = claim.effects.aliases.iter();
        for alias in lost.filter(|alias| !owner.effects.aliases.contains(alias)) {
            let winner = format!("Ingress {}", owner.name());
            findings.extend(ignored(object, &alias.to_string(), &winner));
        }
    }
    findings
}

/// GK0110.
fn ignored(object: &Resource<Ingress>, alias: &str, winner: &str) -> Option<Finding> {
    let pointer = mark::annotation_pointer(mark::annotation_key(object, ALIAS)?);
    let finding = Finding::new(Code::GK0110)
        .arg("alias", alias)
        .arg("winner", winner)
        .value(alias);
    Some(mark::at(
        finding,
        object,
        &pointer,
        Part::Value,
        &words::IGNORED,
    ))
}

/// GK0207 on each Ingress of a host that asks for a redirect which is not made.
fn no_counterpart(
    claims: &Claims,
    host: &HostName,
    reason: &'static genkan_diagnosis::Text,
) -> Vec<Finding> {
    let asking = claims
        .on_host(host)
        .into_iter()
        .filter(|claim| claim.is_served() && claim.effects.www_redirect);
    let mut findings = Vec::new();
    for claim in asking {
        let Some((_, object)) = claims.get(claim.name()) else {
            continue;
        };
        let Some(key) = mark::annotation_key(object, WWW) else {
            continue;
        };
        let remark = Remark {
            key: key.to_owned(),
            value: show(host),
            problem: Problem::NoEffect { reason },
            fate: Fate::Default,
        };
        findings.extend(check::remark::findings(object, &[remark]));
    }
    findings
}
