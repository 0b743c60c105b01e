//! Every host as the router holds it, kept from one compile to the next and built again only when one
//! of its claims changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use genkan_diagnosis::Finding;
use genkan_route::{
    endpoint::GroupKey,
    host::{Host, HostName},
    route::{Mode, Target},
    settings::RouteSettings,
};

use crate::{
    check,
    claims::Claims,
    ingress::assemble::{Assembled, HostClaims, assemble},
};

/// All hosts.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    by_name: BTreeMap<HostName, HostEntry>,
}

/// One host.
#[derive(Debug)]
pub(crate) struct HostEntry {
    /// As the router holds it; none when no served Ingress names it.
    pub host: Option<Arc<Host>>,
    /// Service ports its routes lead to, each with the mode of a route.
    pub groups: Vec<(GroupKey, Mode)>,
    /// What became of its claims.
    pub assembled: Assembled,
    /// What is wrong with its claims together.
    pub findings: Vec<Finding>,
}

/// What changed.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Groups that routes lead to now.
    pub added: Vec<(GroupKey, Mode)>,
    /// Groups that routes led to before.
    pub removed: Vec<(GroupKey, Mode)>,
    /// Whether any host is another one than before.
    pub any: bool,
}

impl Hosts {
    /// Builds these hosts anew.
    pub(crate) fn rebuild(
        &mut self,
        dirty: &BTreeSet<HostName>,
        claims: &Claims,
        fallback: Option<&Target>,
        settings: &Arc<RouteSettings>,
    ) -> Changes {
        let mut changes = Changes::default();
        for name in dirty {
            let members = claims.on_host(name);
            let lonely = *name == HostName::CatchAll && fallback.is_some();
            if let Some(before) = self.by_name.remove(name) {
                changes.any |= before.host.is_some();
                changes.removed.extend(before.groups);
            }
            if members.is_empty() && !lonely {
                continue;
            }
            let entry = build(
                &HostClaims {
                    name,
                    claims: &members,
                    fallback,
                    settings,
                },
                claims,
            );
            changes.any |= entry.host.is_some();
            changes.added.extend(entry.groups.iter().cloned());
            self.by_name.insert(name.clone(), entry);
        }
        changes
    }

    /// Hosts that are served, in order of their names.
    pub(crate) fn served(&self) -> impl Iterator<Item = &Arc<Host>> {
        self.by_name
            .values()
            .filter_map(|entry| entry.host.as_ref())
    }

    /// All hosts that somebody claims.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&HostName, &HostEntry)> {
        self.by_name.iter()
    }
}

fn build(host: &HostClaims<'_>, claims: &Claims) -> HostEntry {
    let mut assembled = assemble(host);
    let mut findings = check::host::findings(host.name, &assembled, claims);
    let host = assembled
        .spec
        .take()
        .map(|spec| Arc::new(Host::build(spec)));
    findings.extend(
        host.iter()
            .flat_map(|host| check::host::build_findings(host, claims)),
    );
    let mut groups: Vec<_> = host
        .iter()
        .flat_map(|host| host.routes())
        .map(|route| &route.spec)
        .flat_map(|route| {
            let own = match &route.target {
                Target::Service(group) => Some(group),
                Target::Site(_) | Target::NotFound => None,
            };
            let all = own.into_iter().chain(&route.policy.default_backend);
            all.map(|group| (group.clone(), route.mode))
        })
        .collect();
    groups.sort();
    groups.dedup();
    HostEntry {
        host,
        groups,
        assembled,
        findings,
    }
}
