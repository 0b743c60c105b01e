//! Locations as ingress-nginx makes them: `createServers`, `getBackendServers`,
//! `updateServerLocations` of its controller and `buildLocation`, `buildProxyPass` of its template.

use std::sync::Arc;

use genkan_route::{
    host::{HostName, HostSpec},
    route::{
        Closed, Inactive, InactiveRoute, Mode, PathMatch, PathType, RewriteSpec, RouteOrigin,
        RouteSpec, Target,
    },
    settings::RouteSettings,
};

use super::{
    Assembled, Conflict, HostClaims, aliases, inactive_route, is_exact, names_of, paths_of,
};
use crate::{annotation::Effects, ingress::Claim, tls::client};

/// One `location` before its normalisation.
struct Location {
    /// The Ingress whose annotations count here; none for the catch-all's own `/`.
    owner: Option<Arc<Claim>>,
    origin: RouteOrigin,
    path: Box<str>,
    path_type: PathType,
    target: Target,
    closed: Option<Closed>,
    /// `IsDefBackend`: the first explicit `Prefix` `/` takes it over.
    open: bool,
    implied: bool,
    /// Of the owner, for this path.
    settings: Option<Arc<RouteSettings>>,
    /// Redirect and rewrite annotations count. They do not for a rule-less `spec.defaultBackend`.
    rewrites: bool,
}

impl Location {
    fn effects(&self) -> Option<&Effects> {
        self.owner.as_deref().map(|owner| &owner.effects)
    }

    /// `createServers` leaves the original's `Rewrite` of a rule-less default backend empty, and the
    /// redirect to HTTPS is a part of it.
    fn settings(&self, installation: &Arc<RouteSettings>) -> Arc<RouteSettings> {
        let settings = self.settings.as_ref().unwrap_or(installation);
        let redirects = settings.ssl_redirect || settings.force_ssl_redirect;
        if self.rewrites || !redirects {
            return settings.clone();
        }
        Arc::new(RouteSettings {
            ssl_redirect: false,
            force_ssl_redirect: false,
            ..RouteSettings::clone(settings)
        })
    }

    fn rewrite_target(&self) -> Option<&str> {
        self.effects()
            .filter(|_| self.rewrites)?
            .rewrite_target
            .as_deref()
    }

    fn uses_regex(&self) -> bool {
        self.rewrites && self.effects().is_some_and(|effects| effects.use_regex)
    }

    fn is_prefix(&self) -> bool {
        !is_exact(self.path_type)
    }

    /// Its Ingress wants this path as a pattern, so that it is not split in two locations.
    fn wants_pattern(&self) -> bool {
        self.uses_regex()
            || self
                .rewrite_target()
                .is_some_and(|target| *target != *self.path)
    }

    /// Whether this location makes the host a regex host. Judged after the path was normalised: a
    /// `Prefix` `/foo` with the target `/foo` has become `/foo/`, which differs from the target.
    fn makes_regex_host(&self) -> bool {
        let normalised_differs = self.is_prefix()
            && !self.path.ends_with('/')
            && self
                .rewrite_target()
                .is_some_and(|target| *target == *self.path);
        self.wants_pattern() || normalised_differs
    }
}

pub(super) fn assemble(host: &HostClaims<'_>, served: &[Arc<Claim>]) -> Assembled {
    let mut locations: Vec<_> = implied_location(host, served).into_iter().collect();
    let mut inactive = Vec::new();
    let mut conflicts = Vec::new();
    for claim in served {
        claim_paths(
            host.name,
            claim,
            &mut locations,
            &mut inactive,
            &mut conflicts,
        );
    }
    let regex_host = locations.iter().any(Location::makes_regex_host);
    let mut regex_by: Vec<Arc<Claim>> = Vec::new();
    for owner in locations
        .iter()
        .filter(|l| l.makes_regex_host())
        .filter_map(|l| l.owner.as_ref())
    {
        if !regex_by.iter().any(|known| Arc::ptr_eq(known, owner)) {
            regex_by.push(owner.clone());
        }
    }
    let mut routes = emit(&locations, regex_host, host.settings, &mut inactive);
    share_upstream_tls(host, &mut routes);
    let aliases_by = aliases(host.name, served);
    let spec = HostSpec {
        name: host.name.clone(),
        aliases: names_of(host.name, aliases_by),
        // of an Ingress that owns a location (`getBackendServers`)
        www_redirect: locations
            .iter()
            .filter(|location| !location.implied)
            .any(|location| {
                location
                    .effects()
                    .is_some_and(|effects| effects.www_redirect)
            }),
        client_certificates: client::of_host(host.name, host.claims),
        mode: Mode::NginxCompatible,
        regex_host,
        app_root: app_root(&locations),
        routes,
        inactive,
    };
    Assembled {
        spec: Some(spec),
        conflicts,
        regex_by,
        aliases_by: aliases_by.cloned(),
        unattached: Vec::new(),
    }
}

/// `proxy_ssl_*` at the server, which locations without any of their own inherit: that of the oldest
/// Ingress that has some. A canary takes part too.
fn share_upstream_tls(host: &HostClaims<'_>, routes: &mut [RouteSpec]) {
    let takes_part = |claim: &&Arc<Claim>| claim.is_served() || claim.effects.canary;
    let mut claims = host.claims.iter().filter(takes_part);
    let Some(shared) = claims.find_map(|claim| claim.upstream_tls.as_ref()) else {
        return;
    };
    let mut made: Vec<(Arc<RouteSettings>, Arc<RouteSettings>)> = Vec::new();
    for route in routes
        .iter_mut()
        .filter(|route| route.settings.upstream_tls.is_none())
    {
        let before = route.settings.clone();
        let known = made.iter().find(|(known, _)| Arc::ptr_eq(known, &before));
        let after = match known {
            Some((_, after)) => after.clone(),
            None => Arc::new(RouteSettings {
                upstream_tls: Some(shared.clone()),
                ..(*before).clone()
            }),
        };
        route.settings = after.clone();
        made.push((before, after));
    }
}

/// `createServers`: every host has a `/` that belongs to the oldest Ingress naming it; the catch-all's
/// belongs to nobody unless an Ingress without rules has a `spec.defaultBackend`.
fn implied_location(host: &HostClaims<'_>, served: &[Arc<Claim>]) -> Option<Location> {
    let location =
        |owner: Option<&Arc<Claim>>, target: Target, open: bool, rewrites: bool| Location {
            owner: owner.cloned(),
            origin: owner.map_or_else(installation, |owner| owner.origin(None, None)),
            path: "/".into(),
            path_type: PathType::Prefix,
            target,
            closed: owner.and_then(|owner| owner.closed.clone()),
            settings: owner.map(|owner| owner.settings.clone()),
            open,
            implied: true,
            rewrites,
        };
    let fallback = host.fallback.cloned();
    if *host.name == HostName::CatchAll {
        let default = served.iter().find(|claim| claim.is_rule_less());
        return match (
            default.and_then(|claim| claim.default_backend.clone()),
            fallback,
        ) {
            (Some(target), _) => Some(location(default, target, false, false)),
            (None, Some(target)) => Some(location(None, target, true, false)),
            (None, None) => None,
        };
    }
    let oldest = served.first()?;
    let target = oldest
        .default_backend
        .clone()
        .or(fallback)
        .unwrap_or(Target::NotFound);
    Some(location(Some(oldest), target, true, true))
}

/// The origin of what no object asked for: the installation's default backend.
fn installation() -> RouteOrigin {
    RouteOrigin {
        kind: "Settings",
        namespace: "".into(),
        name: "".into(),
        rule: None,
        path: None,
    }
}

/// `getBackendServers` for one Ingress: the first claim on path and type wins. (The original stops its
/// search at the first location of the same path and another type, and then breaks the whole
/// configuration with a duplicate; that fault is not imitated.)
fn claim_paths(
    host: &HostName,
    claim: &Arc<Claim>,
    locations: &mut Vec<Location>,
    inactive: &mut Vec<InactiveRoute>,
    conflicts: &mut Vec<Conflict>,
) {
    for (rule, path) in paths_of(claim, host) {
        let rejected = path.rejected.clone().or_else(|| {
            path.skipped_by_nginx
                .then_some(Inactive::Rejected { code: "GK0257" })
        });
        if let Some(why) = rejected {
            inactive.push(inactive_route(claim, rule, path, why));
            continue;
        }
        let location = Location {
            owner: Some(claim.clone()),
            origin: claim.origin(Some(rule.index), Some(path.index)),
            path: path.path.clone(),
            path_type: path.path_type,
            target: path.target.clone(),
            closed: path.closed.clone(),
            settings: Some(path.settings.clone()),
            open: false,
            implied: false,
            rewrites: true,
        };
        let twin = locations
            .iter_mut()
            .find(|known| known.path == location.path && known.is_prefix() == location.is_prefix());
        match twin {
            None => locations.push(location),
            Some(twin) if twin.open => *twin = location,
            Some(twin) => {
                let winner = twin.origin.clone();
                conflicts.push(Conflict {
                    winner: winner.clone(),
                    loser: location.origin,
                });
                inactive.push(inactive_route(
                    claim,
                    rule,
                    path,
                    Inactive::OlderTwinWins { winner },
                ));
            }
        }
    }
}

/// `updateServerLocations` and `buildLocation`: which nginx locations each becomes.
fn emit(
    locations: &[Location],
    regex_host: bool,
    settings: &Arc<RouteSettings>,
    inactive: &mut Vec<InactiveRoute>,
) -> Vec<RouteSpec> {
    let mut routes = Vec::with_capacity(locations.len());
    let mut taken: Vec<PathMatch> = Vec::new();
    for (rank, location) in locations.iter().enumerate() {
        let exact_twin = locations
            .iter()
            .any(|l| !l.is_prefix() && l.path == location.path);
        let forms = forms(location, regex_host, exact_twin);
        // Beside Exact `/foo`, Prefix `/foo` and Prefix `/foo/` ask for one location `/foo/`; the original's
        // configuration breaks there, here the older has it. Patterns may be equal: the first in order
        // is met.
        let free: Vec<_> = forms
            .into_iter()
            .filter(|form| regex_host || !taken.contains(&form.matched))
            .collect();
        taken.extend(free.iter().map(|form| form.matched.clone()));
        if free.is_empty() {
            let winner = owner_of(&routes, location, regex_host, exact_twin);
            inactive.push(InactiveRoute {
                origin: location.origin.clone(),
                path: location.path.clone(),
                path_type: location.path_type,
                why: Inactive::OlderTwinWins { winner },
            });
            continue;
        }
        routes.extend(specs(
            location,
            u32::try_from(rank).unwrap_or(u32::MAX),
            settings,
            free,
        ));
    }
    routes
}

/// The route that already has the first form this location asks for.
fn owner_of(
    routes: &[RouteSpec],
    location: &Location,
    regex_host: bool,
    exact_twin: bool,
) -> RouteOrigin {
    let wanted = forms(location, regex_host, exact_twin)
        .into_iter()
        .next()
        .map(|form| form.matched);
    let owner = routes.iter().find(|route| {
        route
            .matches
            .iter()
            .any(|matched| Some(matched) == wanted.as_ref())
    });
    owner.map_or_else(|| location.origin.clone(), |route| route.origin.clone())
}

/// One nginx location: how it is compared, and the pattern a rewrite there starts from.
struct Form {
    matched: PathMatch,
    /// The location's path after normalisation.
    path: Box<str>,
}

fn forms(location: &Location, regex_host: bool, exact_twin: bool) -> Vec<Form> {
    let path = &*location.path;
    let form = |path: &str| Form {
        matched: matched(path, location, regex_host),
        path: path.into(),
    };
    if path == "/" || !location.is_prefix() || location.wants_pattern() {
        return vec![form(path)];
    }
    if path.ends_with('/') {
        return vec![form(path)];
    }
    let with_slash = format!("{path}/");
    match (regex_host, exact_twin) {
        (_, true) => vec![form(&with_slash)],
        (true, false) => vec![form(&with_slash), form(path)],
        // both locations at once
        (false, false) => vec![Form {
            matched: PathMatch::Prefix(path.into()),
            path: path.into(),
        }],
    }
}

fn matched(path: &str, location: &Location, regex_host: bool) -> PathMatch {
    match (regex_host, location.is_prefix()) {
        (true, _) => PathMatch::Pattern(path.into()),
        (false, false) if path != "/" && path.ends_with('/') => PathMatch::SlashExact(path.into()),
        (false, false) => PathMatch::Exact(path.into()),
        (false, true) if path == "/" => PathMatch::Prefix(path.into()),
        (false, true) => PathMatch::SlashPrefix(path.into()),
    }
}

/// `buildProxyPass`: a location whose path equals the target is passed through. The two locations of a
/// `Prefix` path can differ in that, so that one rule can become two routes.
fn specs(
    location: &Location,
    rank: u32,
    settings: &Arc<RouteSettings>,
    forms: Vec<Form>,
) -> Vec<RouteSpec> {
    let mut specs: Vec<RouteSpec> = Vec::with_capacity(1);
    for form in forms {
        let rewrite = location
            .rewrite_target()
            .filter(|target| **target != *form.path)
            .map(|target| RewriteSpec {
                pattern: form.path.clone(),
                target: target.into(),
            });
        if let Some(same) = specs.iter_mut().find(|spec| spec.rewrite == rewrite) {
            same.matches.push(form.matched);
            continue;
        }
        specs.push(route(location, rank, settings, form.matched, rewrite));
    }
    specs
}

fn route(
    location: &Location,
    age_rank: u32,
    settings: &Arc<RouteSettings>,
    matched: PathMatch,
    rewrite: Option<RewriteSpec>,
) -> RouteSpec {
    let effects = location.effects();
    let rewriting = rewrite.is_some();
    RouteSpec {
        origin: location.origin.clone(),
        mode: location
            .owner
            .as_ref()
            .map_or(Mode::NginxCompatible, |owner| owner.mode()),
        path: location.path.clone(),
        path_type: location.path_type,
        matches: vec![matched],
        target: location.target.clone(),
        age_rank,
        rewrite,
        redirect: effects
            .filter(|_| location.rewrites)
            .and_then(|effects| effects.redirect.clone()),
        closed: location.closed.clone(),
        forwarded_prefix: effects
            .filter(|_| rewriting)
            .and_then(|effects| effects.forwarded_prefix.as_deref().map(Into::into)),
        policy: location
            .owner
            .as_ref()
            .map(|owner| owner.policy.clone())
            .unwrap_or_default(),
        settings: location.settings(settings),
        implied: location.implied,
    }
}

/// The template writes one `if ($uri = /)` for each location, longest path first; the first answers.
fn app_root(locations: &[Location]) -> Option<Box<str>> {
    let mut with_root: Vec<_> = locations
        .iter()
        .filter(|location| location.rewrites)
        .filter_map(|location| Some((location, location.effects()?.app_root.as_deref()?)))
        .collect();
    with_root.sort_by(|(a, _), (b, _)| {
        b.path
            .len()
            .cmp(&a.path.len())
            .then_with(|| b.path.cmp(&a.path))
    });
    with_root.into_iter().next().map(|(_, root)| root.into())
}
