//! Merges what several Ingresses claim on one host into that host's routes.
//!
//! The mode of the oldest Ingress decides by which rules: [`compatible`] does what ingress-nginx's
//! controller and template do together, [`strict`] what the Ingress specification says. Both resolve
//! conflicts alike: the older claim wins, the younger becomes an [`InactiveRoute`].

mod compatible;
mod strict;

use std::sync::Arc;

use genkan_route::{
    host::{Alias, HostName, HostSpec},
    route::{Inactive, InactiveRoute, Mode, PathType, RouteOrigin, Target},
    settings::RouteSettings,
};

use super::{Claim, PathClaim, RuleClaim};

/// Everything one host is made of.
pub(crate) struct HostClaims<'a> {
    /// The host.
    pub name: &'a HostName,
    /// Ingresses that name it, oldest first, also those that are not served.
    pub claims: &'a [Arc<Claim>],
    /// The installation's own default backend (`--default-backend-service`), while it has endpoints.
    pub fallback: Option<&'a Target>,
    /// The installation's own settings, for what belongs to no Ingress.
    pub settings: &'a Arc<RouteSettings>,
}

/// One host, and what happened on the way.
#[derive(Debug)]
pub(crate) struct Assembled {
    /// The host's routes; `None` when no served Ingress names it.
    pub spec: Option<HostSpec>,
    /// Claims that lost against an equal one.
    pub conflicts: Vec<Conflict>,
    /// Which Ingresses turned the host into a regex host.
    pub regex_by: Vec<Arc<Claim>>,
    /// The Ingress whose `server-alias` counts, where one has some.
    pub aliases_by: Option<Arc<Claim>>,
    /// Paths of Ingresses that take no part, where no host is made that could list them.
    pub unattached: Vec<InactiveRoute>,
}

impl Assembled {
    fn nothing() -> Self {
        Self {
            spec: None,
            conflicts: Vec::new(),
            regex_by: Vec::new(),
            aliases_by: None,
            unattached: Vec::new(),
        }
    }
}

/// Two claims on one location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// The claim in effect.
    pub winner: RouteOrigin,
    /// The claim without effect.
    pub loser: RouteOrigin,
}

/// Assembles a host.
pub(crate) fn assemble(host: &HostClaims<'_>) -> Assembled {
    let served: Vec<_> = host
        .claims
        .iter()
        .filter(|claim| claim.is_served())
        .cloned()
        .collect();
    let falls_back = *host.name == HostName::CatchAll && host.fallback.is_some();
    let mut assembled = match served.first().map(|oldest| oldest.mode()) {
        Some(Mode::Strict) => strict::assemble(host, &served),
        Some(Mode::NginxCompatible) => compatible::assemble(host, &served),
        None if falls_back => compatible::assemble(host, &served),
        None => Assembled::nothing(),
    };
    match &mut assembled.spec {
        Some(spec) => spec.inactive.extend(not_served(host)),
        None => assembled.unattached = not_served(host),
    }
    assembled
}

/// Paths of this host in Ingresses that take no part, so that an explanation can name them.
fn not_served(host: &HostClaims<'_>) -> Vec<InactiveRoute> {
    let mut inactive = Vec::new();
    for claim in host.claims.iter() {
        let Some(why) = &claim.not_served else {
            continue;
        };
        for (rule, path) in paths_of(claim, host.name) {
            inactive.push(inactive_route(claim, rule, path, why.clone()));
        }
    }
    inactive
}

/// All paths that a claim has on a host, in the order in which they are written.
fn paths_of<'a>(
    claim: &'a Claim,
    host: &'a HostName,
) -> impl Iterator<Item = (&'a RuleClaim, &'a PathClaim)> {
    let rules = claim.rules.iter().filter(move |rule| rule.host == *host);
    rules.flat_map(|rule| rule.paths.iter().map(move |path| (rule, path)))
}

fn inactive_route(
    claim: &Claim,
    rule: &RuleClaim,
    path: &PathClaim,
    why: Inactive,
) -> InactiveRoute {
    InactiveRoute {
        origin: claim.origin(Some(rule.index), Some(path.index)),
        path: path.path.clone(),
        path_type: path.path_type,
        why,
    }
}

/// `server-alias` of the oldest Ingress with a rule for the host that has some.
fn aliases<'a>(host: &HostName, served: &'a [Arc<Claim>]) -> Option<&'a Arc<Claim>> {
    let mut with_rule = served
        .iter()
        .filter(|claim| claim.rules.iter().any(|rule| rule.host == *host));
    with_rule.find(|claim| !claim.effects.aliases.is_empty())
}

/// The names of an Ingress's aliases on a host that are not the host's own.
fn names_of(host: &HostName, owner: Option<&Arc<Claim>>) -> Box<[Alias]> {
    let own = host.to_string();
    let names = owner.iter().flat_map(|owner| &owner.effects.aliases);
    names
        .filter(|alias| alias.to_string() != own)
        .cloned()
        .collect()
}

/// `pathType` as both modes compare it where no pattern is wanted: anything but `Exact` is a prefix.
fn is_exact(path_type: PathType) -> bool {
    path_type == PathType::Exact
}
