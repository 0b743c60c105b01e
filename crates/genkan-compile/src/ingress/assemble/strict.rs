//! Routes as the Ingress specification says: each path means what its own Ingress says, whatever
//! others of the host ask for.

use std::sync::Arc;

use genkan_route::{
    host::{HostName, HostSpec},
    route::{Inactive, Mode, PathMatch, PathType, RewriteSpec, RouteSpec, Target},
};

use super::{Assembled, Conflict, HostClaims, aliases, inactive_route, names_of, paths_of};
use crate::{annotation::Effects, ingress::Claim, tls::client};

pub(super) fn assemble(host: &HostClaims<'_>, served: &[Arc<Claim>]) -> Assembled {
    let mut routes: Vec<RouteSpec> = Vec::new();
    let mut inactive = Vec::new();
    let mut conflicts = Vec::new();
    for claim in served {
        for (rule, path) in paths_of(claim, host.name) {
            if let Some(why) = path.rejected.clone() {
                inactive.push(inactive_route(claim, rule, path, why));
                continue;
            }
            let matched = matched(&path.path, path.path_type, &claim.effects);
            let origin = claim.origin(Some(rule.index), Some(path.index));
            if let Some(twin) = routes.iter().find(|known| known.matches[0] == matched) {
                let winner = twin.origin.clone();
                conflicts.push(Conflict {
                    winner: winner.clone(),
                    loser: origin,
                });
                inactive.push(inactive_route(
                    claim,
                    rule,
                    path,
                    Inactive::OlderTwinWins { winner },
                ));
                continue;
            }
            let rewrite = rewrite(&path.path, &matched, &claim.effects);
            routes.push(RouteSpec {
                origin,
                mode: claim.mode(),
                path: path.path.clone(),
                path_type: path.path_type,
                matches: vec![matched],
                target: path.target.clone(),
                age_rank: rank(&routes),
                rewrite,
                redirect: claim.effects.redirect.clone(),
                closed: path.closed.clone(),
                forwarded_prefix: claim.effects.forwarded_prefix.as_deref().map(Into::into),
                policy: claim.policy.clone(),
                settings: path.settings.clone(),
                implied: false,
            });
        }
    }
    routes.extend(default_backend(host, served, &routes));
    let app_root = served
        .iter()
        .find_map(|claim| claim.effects.app_root.as_deref().map(Into::into));
    let aliases_by = aliases(host.name, served);
    let spec = HostSpec {
        name: host.name.clone(),
        aliases: names_of(host.name, aliases_by),
        www_redirect: served.iter().any(|claim| claim.effects.www_redirect),
        client_certificates: client::of_host(host.name, host.claims),
        mode: Mode::Strict,
        regex_host: false,
        app_root,
        routes,
        inactive,
    };
    Assembled {
        spec: Some(spec),
        conflicts,
        regex_by: Vec::new(),
        aliases_by: aliases_by.cloned(),
        unattached: Vec::new(),
    }
}

fn rank(routes: &[RouteSpec]) -> u32 {
    u32::try_from(routes.len()).unwrap_or(u32::MAX)
}

/// Whole elements for `Prefix`, with or without a trailing slash ("`/foo/` matches `/foo`" in the
/// specification's table). `use-regex` concerns `ImplementationSpecific` paths of its own Ingress only.
fn matched(path: &str, path_type: PathType, effects: &Effects) -> PathMatch {
    match path_type {
        PathType::Exact => PathMatch::Exact(path.into()),
        PathType::ImplementationSpecific if effects.use_regex => PathMatch::Pattern(path.into()),
        PathType::Prefix | PathType::ImplementationSpecific => {
            let trimmed = path.strip_suffix('/').unwrap_or(path);
            PathMatch::Prefix(if trimmed.is_empty() { "/" } else { trimmed }.into())
        }
    }
}

fn rewrite(path: &str, matched: &PathMatch, effects: &Effects) -> Option<RewriteSpec> {
    let target = effects
        .rewrite_target
        .as_deref()
        .filter(|target| *target != path)?;
    let pattern = match matched {
        PathMatch::Pattern(pattern) => format!("^(?:{pattern})").into(),
        _ => format!("^{}", literal(path)).into(),
    };
    Some(RewriteSpec {
        pattern,
        target: target.into(),
    })
}

/// A text as a pattern that matches itself.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_alphanumeric() && !matches!(c, '/' | '_' | ' ') && c.is_ascii() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// Requests that match no rule go to `spec.defaultBackend`: those of the Ingress's own hosts, and those
/// of hosts that nobody names. The oldest Ingress that has one counts.
fn default_backend(
    host: &HostClaims<'_>,
    served: &[Arc<Claim>],
    routes: &[RouteSpec],
) -> Option<RouteSpec> {
    let everything = PathMatch::Prefix("/".into());
    if routes.iter().any(|route| route.matches[0] == everything) {
        return None;
    }
    let owner = served.iter().find(|claim| claim.default_backend.is_some());
    let (owner, target) = match (owner, host.fallback) {
        (Some(owner), _) => (
            owner,
            owner.default_backend.clone().unwrap_or(Target::NotFound),
        ),
        (None, Some(fallback)) => (served.first()?, fallback.clone()),
        (None, None) => return None,
    };
    debug_assert!(*host.name == HostName::CatchAll || !served.is_empty());
    Some(RouteSpec {
        origin: owner.origin(None, None),
        mode: owner.mode(),
        path: "/".into(),
        path_type: PathType::Prefix,
        matches: vec![everything],
        target,
        age_rank: rank(routes),
        rewrite: None,
        redirect: None,
        closed: owner.closed.clone(),
        forwarded_prefix: None,
        policy: owner.policy.clone(),
        settings: owner.settings.clone(),
        implied: true,
    })
}
