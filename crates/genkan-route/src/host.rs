//! One host with its routes, prepared for matching.
//!
//! A [`HostSpec`] is what the compiler says; [`Host::build`] prepares it once, and any number of
//! tables hold the same `Arc<Host>`, so that a change to one host costs the others nothing.

mod alias;
mod candidates;
mod order;
mod segments;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use thiserror::Error;

pub use self::alias::{Alias, AliasError, counterpart};

use self::{
    candidates::{Candidates, Entry},
    segments::{RouteIndex, Segments, Slot},
};
use crate::{
    decide::{HostStage, Stage},
    endpoint::GroupKey,
    pattern::{Anchor, LimitExceeded, PatternError, shared},
    rewrite::{Rewrite, RewriteError},
    route::{Inactive, InactiveRoute, Mode, PathMatch, RouteOrigin, RouteSpec, Target},
    table::Route,
    template::{Template, TemplateError},
    tls::{ClientCertificates, ClientCheck},
};

/// Which requests a host takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HostName {
    /// This name only; lower case, no port, no trailing dot.
    Exact(Arc<str>),
    /// `*.suffix`: exactly one label before the suffix. Holds the suffix without `*.`.
    Wildcard(Arc<str>),
    /// Every request that no other host takes (nginx's `_`).
    CatchAll,
}

impl HostName {
    /// nginx's `$server_name` for it: the name, `_` for the catch-all, the regular expression's
    /// wildcard form otherwise.
    pub fn server_name(&self) -> &str {
        match self {
            Self::Exact(name) | Self::Wildcard(name) => name,
            Self::CatchAll => "_",
        }
    }
}

impl std::fmt::Display for HostName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Wildcard(suffix) => write!(f, "*.{suffix}"),
            Self::CatchAll => f.write_str("*"),
        }
    }
}

/// What the compiler says about one host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostSpec {
    /// Which requests it takes.
    pub name: HostName,
    /// Semantics of matching on this host: those of the oldest Ingress that names it.
    pub mode: Mode,
    /// Compatible mode: whether a `use-regex` or an active rewrite made every path of the host a pattern.
    pub regex_host: bool,
    /// `app-root`, when one Ingress of the host has it.
    pub app_root: Option<Box<str>>,
    /// `server-alias`: its further names.
    pub aliases: Box<[Alias]>,
    /// `from-to-www-redirect`: its name with `www.` (or without) redirects to it.
    pub www_redirect: bool,
    /// `auth-tls-*`, when an Ingress of the host has them.
    pub client_certificates: Option<ClientCertificates>,
    /// Active routes, in any order; the host sorts them for matching.
    pub routes: Vec<RouteSpec>,
    /// Written paths that take no part.
    pub inactive: Vec<InactiveRoute>,
}

/// A part of a host that could not be prepared. It harms nobody else: the route it belongs to takes no
/// part (or, for `app-root`, `upstream-vhost` and `x-forwarded-prefix`, the setting has no effect).
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{origin:?}: {cause}")]
pub struct BuildError {
    /// The route at fault; `None` for the host's `app-root`.
    pub origin: Option<RouteOrigin>,
    /// What is wrong.
    pub cause: BuildErrorCause,
}

/// What is wrong with a part of a host.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BuildErrorCause {
    /// A path's pattern.
    #[error("path pattern: {0}")]
    Pattern(#[from] PatternError),
    /// A rewrite.
    #[error("rewrite-target: {0}")]
    Rewrite(#[from] RewriteError),
    /// `x-forwarded-prefix`.
    #[error("x-forwarded-prefix: {0}")]
    ForwardedPrefix(TemplateError),
    /// `upstream-vhost`.
    #[error("upstream-vhost: {0}")]
    UpstreamHost(TemplateError),
    /// `app-root`.
    #[error("app-root: {0}")]
    AppRoot(TemplateError),
}

/// A host, prepared.
#[derive(Debug)]
pub struct Host {
    name: HostName,
    mode: Mode,
    regex_host: bool,
    app_root: Option<Template>,
    aliases: Box<[Alias]>,
    /// The host that redirects to this one.
    counterpart: Option<Arc<Self>>,
    /// The host that this one redirects to, whatever is asked of it.
    redirects_to: Option<Arc<str>>,
    client_check: Option<ClientCheck>,
    routes: Box<[Arc<Route>]>,
    inactive: Box<[InactiveRoute]>,
    groups: Box<[GroupKey]>,
    segments: Segments,
    candidates: Candidates,
    errors: Box<[BuildError]>,
    pub(crate) stages: &'static [HostStage],
}

/// A route that takes a path, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub route: RouteIndex,
    /// The path wants a slash at its end.
    pub slash: bool,
    /// Length of the matched text when a prefix matched, `None` for exact and pattern matches.
    pub prefix: Option<usize>,
}

impl Host {
    /// Prepares a host. What cannot be prepared is left out and listed in [`Host::errors`].
    pub fn build(spec: HostSpec) -> Self {
        let mut errors = Vec::new();
        let mut inactive = spec.inactive;
        let client_check = spec.client_certificates.map(client_check);
        let authority = match &client_check {
            Some(ClientCheck::Checked { authority, .. }) => Some(authority),
            _ => None,
        };
        let mut routes = Vec::with_capacity(spec.routes.len());
        for route in spec.routes {
            let (origin, path, path_type) =
                (route.origin.clone(), route.path.clone(), route.path_type);
            let mut without_effect = Vec::new();
            let prepared = Route::prepare(&spec.name, route, spec.mode, &mut without_effect);
            errors.extend(without_effect.into_iter().map(|cause| BuildError {
                origin: Some(origin.clone()),
                cause,
            }));
            match prepared {
                Ok(route) => routes.push(Route {
                    client_authority: authority.cloned(),
                    ..route
                }),
                Err(cause) => {
                    let reason = cause.to_string().into();
                    let why = Inactive::PatternInvalid { reason };
                    errors.push(BuildError {
                        origin: Some(origin.clone()),
                        cause,
                    });
                    inactive.push(InactiveRoute {
                        origin,
                        path,
                        path_type,
                        why,
                    });
                }
            }
        }
        routes.sort_by(|a, b| order::matching(&a.spec, &b.spec));
        let groups = groups(&mut routes);
        let (segments, candidates) = index(&routes, spec.mode);
        let app_root = spec.app_root.and_then(|text| {
            let template = Template::parse(&text, Mode::NginxCompatible);
            let failed = |error| {
                let cause = BuildErrorCause::AppRoot(error);
                errors.push(BuildError {
                    origin: None,
                    cause,
                });
            };
            template.map_err(failed).ok()
        });
        let counterpart = match (&spec.name, counterpart(&spec.name)) {
            (HostName::Exact(to), Some(from)) if spec.www_redirect => {
                Some(Arc::new(Self::redirecting(from, to.clone(), spec.mode)))
            }
            _ => None,
        };
        Self {
            name: spec.name,
            mode: spec.mode,
            regex_host: spec.regex_host,
            app_root,
            aliases: spec.aliases,
            counterpart,
            redirects_to: None,
            client_check,
            routes: routes.into_iter().map(Arc::new).collect(),
            inactive: inactive.into(),
            groups,
            segments,
            candidates,
            stages: HostStage::of(spec.mode),
            errors: errors.into(),
        }
    }

    /// A host that only redirects to another one.
    fn redirecting(name: Arc<str>, to: Arc<str>, mode: Mode) -> Self {
        Self {
            name: HostName::Exact(name),
            mode,
            regex_host: false,
            app_root: None,
            aliases: Box::default(),
            counterpart: None,
            redirects_to: Some(to),
            client_check: None,
            routes: Box::default(),
            inactive: Box::default(),
            groups: Box::default(),
            segments: Segments::default(),
            candidates: Candidates::default(),
            stages: HostStage::of(mode),
            errors: Box::default(),
        }
    }

    /// Its further names.
    pub fn aliases(&self) -> &[Alias] {
        &self.aliases
    }

    /// The host that `from-to-www-redirect` asks for.
    pub fn counterpart(&self) -> Option<&Arc<Self>> {
        self.counterpart.as_ref()
    }

    /// The name that every request is redirected to.
    pub(crate) fn redirects_to(&self) -> Option<&str> {
        self.redirects_to.as_deref()
    }

    /// What could not be prepared.
    pub fn errors(&self) -> &[BuildError] {
        &self.errors
    }

    /// What is asked of client certificates.
    pub(crate) fn client_check(&self) -> Option<&ClientCheck> {
        self.client_check.as_ref()
    }

    /// Which requests it takes.
    pub fn name(&self) -> &HostName {
        &self.name
    }

    /// Semantics of matching.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether every path is a pattern.
    pub fn is_regex_host(&self) -> bool {
        self.regex_host
    }

    /// Routes in the order in which they are tried (as far as there is one).
    pub fn routes(&self) -> &[Arc<Route>] {
        &self.routes
    }

    /// Written paths that take no part.
    pub fn inactive(&self) -> &[InactiveRoute] {
        &self.inactive
    }

    /// The upstream groups its routes lead to, sorted.
    pub fn groups(&self) -> &[GroupKey] {
        &self.groups
    }

    pub(crate) fn app_root(&self) -> Option<&Template> {
        self.app_root.as_ref()
    }

    /// The route that takes a normalised path.
    ///
    /// Compatible mode, as nginx: exact text, then the slash redirect, then patterns in order, then the
    /// longest prefix. Strict mode: exact text, then the longest written path among prefixes and
    /// patterns that match, a prefix before a pattern of its length.
    #[inline]
    pub(crate) fn find(&self, path: &[u8]) -> Result<Option<Found>, LimitExceeded> {
        let walk = self.segments.walk(path);
        let found = |route, slash, prefix| {
            Some(Found {
                route,
                slash,
                prefix,
            })
        };
        if let Some(route) = walk.exact {
            return Ok(found(route, false, None));
        }
        let nearest = match walk.own {
            Some(route) => Some((route, path.len())),
            None => walk.below,
        };
        if self.mode == Mode::NginxCompatible {
            // `= /foo` of a prefix, and its redirect, come before patterns as any exact location
            match (walk.own, walk.slash) {
                (Some(route), _) => return Ok(found(route, false, None)),
                (None, Some(route)) => return Ok(found(route, true, None)),
                (None, None) => {}
            }
        }
        if !self.candidates.is_empty() {
            let written_above = match (self.mode, nearest) {
                (Mode::Strict, Some((route, _))) => {
                    Some(self.routes[route as usize].spec.path.len())
                }
                _ => None,
            };
            if let Some(entry) = self.candidates.first_match(path, written_above)? {
                return Ok(found(entry.route, false, None));
            }
        }
        Ok(nearest.and_then(|(route, length)| found(route, false, Some(length))))
    }
}

/// Gives each route the number of its group within the host.
fn groups(routes: &mut [Route]) -> Box<[GroupKey]> {
    let key = |route: &Route| match &route.spec.target {
        Target::Service(group) => Some(group.clone()),
        Target::Site(_) | Target::NotFound => None,
    };
    let default = |route: &Route| route.spec.policy.default_backend.clone();
    let mut groups: Vec<GroupKey> = routes
        .iter()
        .flat_map(|route| key(route).into_iter().chain(default(route)))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    for route in routes {
        // a host has far fewer than four billion groups
        let number = |key: Option<GroupKey>| Some(groups.binary_search(&key?).ok()? as u32);
        route.group = number(key(route));
        route.default_group = number(default(route));
    }
    groups.into()
}

/// Lays routes out for lookup. `routes` are in matching order, so that who comes first stays.
fn index(routes: &[Route], mode: Mode) -> (Segments, Candidates) {
    let mut segments = Segments::default();
    let mut entries = Vec::new();
    for (position, route) in routes.iter().enumerate() {
        let position = position as RouteIndex;
        for matched in &route.spec.matches {
            match matched {
                PathMatch::Exact(path) => segments.insert(path.as_bytes(), Slot::Exact, position),
                PathMatch::Prefix(path) => {
                    let path = path.trim_end_matches('/').as_bytes();
                    segments.insert(path, Slot::Below, position);
                    // the empty path stands for `/`, which is always below it
                    if !path.is_empty() {
                        segments.insert(path, Slot::Own, position);
                    }
                }
                // A normalised path never has two slashes in a row, so that such a location takes
                // nothing. (nginx redirects `/foo/` to `/foo//` for ever; that is not imitated.)
                PathMatch::SlashPrefix(path) | PathMatch::SlashExact(path)
                    if path.contains("//") => {}
                PathMatch::SlashPrefix(path) => {
                    let bare = path.trim_end_matches('/').as_bytes();
                    segments.insert(bare, Slot::Below, position);
                    slash(&mut segments, bare, route, position);
                }
                PathMatch::SlashExact(path) => {
                    segments.insert(path.as_bytes(), Slot::Exact, position);
                    let bare = path.trim_end_matches('/').as_bytes();
                    slash(&mut segments, bare, route, position);
                }
                PathMatch::Pattern(_) => {}
            }
        }
        entries.extend(route.patterns.iter().map(|pattern| Entry {
            pattern: pattern.clone(),
            route: position,
            written: route.spec.path.len(),
        }));
    }
    (
        segments,
        Candidates::new(entries, mode == Mode::NginxCompatible),
    )
}

/// nginx redirects only where the location passes requests on: a closed one does not.
fn slash(segments: &mut Segments, bare: &[u8], route: &Route, position: RouteIndex) {
    if !bare.is_empty() && route.spec.closed.is_none() {
        segments.insert(bare, Slot::Slash, position);
    }
}

/// A pattern that does not compile lets nobody in; the compiler has said so before.
fn client_check(spec: ClientCertificates) -> ClientCheck {
    let ClientCertificates::Checked(authority) = spec else {
        return ClientCheck::Unreadable;
    };
    let pattern = authority.subject_pattern.as_deref();
    // with regard to case, anywhere in the subject
    match pattern.map(|text| shared(text, Mode::Strict, Anchor::Anywhere)) {
        None => ClientCheck::Checked {
            authority,
            pattern: None,
        },
        Some(Ok(pattern)) => ClientCheck::Checked {
            authority,
            pattern: Some(pattern),
        },
        Some(Err(_)) => ClientCheck::Unreadable,
    }
}

impl Route {
    /// Compiles what a route's spec has in text. Patterns of its paths follow the host's mode, the rest
    /// its own.
    fn prepare(
        host: &HostName,
        spec: RouteSpec,
        host_mode: Mode,
        without_effect: &mut Vec<BuildErrorCause>,
    ) -> Result<Self, BuildErrorCause> {
        let patterns = spec
            .matches
            .iter()
            .filter_map(|matched| match matched {
                PathMatch::Pattern(text) => Some(shared(text, host_mode, Anchor::Start)),
                _ => None,
            })
            .collect::<Result<Box<[_]>, _>>()?;
        let rewrite = match &spec.rewrite {
            Some(rewrite) => Some(Rewrite::prepare(rewrite, spec.mode)?),
            None => None,
        };
        let names = rewrite.as_ref().map_or(&[][..], Rewrite::names);
        // nginx would refuse its whole configuration; a field is left as it would be without the annotation
        let mut template =
            |text: &Option<Box<str>>, cause: fn(TemplateError) -> BuildErrorCause| {
                match Template::parse_beside(text.as_deref()?, spec.mode, names) {
                    Ok(template) => Some(template),
                    Err(error) => {
                        without_effect.push(cause(error));
                        None
                    }
                }
            };
        let forwarded_prefix = template(&spec.forwarded_prefix, BuildErrorCause::ForwardedPrefix);
        let upstream_host = template(&spec.policy.upstream_host, BuildErrorCause::UpstreamHost);
        let stages = Stage::order(spec.mode);
        let (has_lists, has_cors) = (spec.settings.access.is_set(), spec.settings.cors.is_some());
        let has_error_pages = spec.settings.error_pages.is_some();
        let rewrites_responses = spec.settings.response_rewrite.is_set();
        let has_limits = spec.policy.limits.is_some();
        let has_password = spec.policy.basic_auth.is_some();
        Ok(Self {
            https_redirect: spec.settings.https_redirect(),
            client_authority: None,
            host: host.clone(),
            spec,
            patterns,
            rewrite,
            forwarded_prefix,
            upstream_host,
            group: None,
            default_group: None,
            stages,
            has_lists,
            has_cors,
            rewrites_responses,
            has_error_pages,
            has_limits,
            has_password,
        })
    }
}
