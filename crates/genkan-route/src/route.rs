//! One matchable rule with everything precomputed that serving and explaining need.

use std::{fmt, sync::Arc};

use crate::{endpoint::GroupKey, policy::RoutePolicy, settings::RouteSettings, site::StaticSite};

/// Which semantics an Ingress asked for by its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// The Ingress specification to the letter.
    Strict,
    /// ingress-nginx, surprises included.
    NginxCompatible,
}

/// `pathType` of a rule, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathType {
    /// Equal text.
    Exact,
    /// Whole path elements.
    Prefix,
    /// Prefix in ingress-nginx and, without `use-regex`, in strict mode too.
    ImplementationSpecific,
}

impl PathType {
    /// As Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "Exact",
            Self::Prefix => "Prefix",
            Self::ImplementationSpecific => "ImplementationSpecific",
        }
    }
}

/// Where a route was written: names to show, nothing to look up.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteOrigin {
    /// Kind of the object, `Ingress` for now.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// `spec.rules[n]`; `None` for `spec.defaultBackend` and implied locations.
    pub rule: Option<u16>,
    /// `paths[n]` of that rule.
    pub path: Option<u16>,
}

impl fmt::Display for RouteOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)?;
        match (self.rule, self.path) {
            (Some(rule), Some(path)) => write!(f, " rules[{rule}].paths[{path}]"),
            (Some(rule), None) => write!(f, " rules[{rule}]"),
            _ => write!(f, " defaultBackend"),
        }
    }
}

/// How a route's path is compared; chosen by the compiler from mode, host and annotations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathMatch {
    /// The normalised path equals this text.
    Exact(Box<str>),
    /// The normalised path is this text or continues it after a `/`; `/` matches everything.
    /// Written without trailing slash (but `/`).
    Prefix(Box<str>),
    /// nginx's `location /foo/`: text prefix that ends in a slash; the path without that slash
    /// gets a 301 to the slash form (compatible mode only).
    SlashPrefix(Box<str>),
    /// nginx's `location = /foo/` of an Exact path: itself, and a 301 for the form without slash when
    /// nothing else matches that exactly (compatible mode only).
    SlashExact(Box<str>),
    /// A regular expression, anchored at the start: PCRE and case-insensitive in compatible mode,
    /// the `regex` crate's syntax and case-sensitive in strict mode.
    Pattern(Box<str>),
}

/// `rewrite-target`, active.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RewriteSpec {
    /// The pattern searched in the normalised path (unanchored and case-insensitive in compatible mode).
    pub pattern: Box<str>,
    /// The target as written, with `$1`…`$9` and, in compatible mode, nginx variables.
    pub target: Box<str>,
}

/// `permanent-redirect` or `temporal-redirect`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Redirect {
    /// Status to answer, 300–308.
    pub status: u16,
    /// The value as written.
    pub target: Box<str>,
    /// Name of the annotation it came from, without prefix.
    pub annotation: &'static str,
}

/// Why a route answers 503 to everybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Closed {
    /// The finding that tells why, such as `GK0202`.
    pub code: &'static str,
    /// Name of the annotation at fault, without prefix.
    pub annotation: &'static str,
}

/// What a route leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A Service port.
    Service(GroupKey),
    /// A folder of files.
    Site(Arc<StaticSite>),
    /// Nothing: the default backend's 404 (`resource` backends we do not know, implied `/` locations …).
    NotFound,
}

/// What the compiler says about one route; [`Host::build`](crate::host::Host::build) prepares it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RouteSpec {
    /// Who wrote it.
    pub origin: RouteOrigin,
    /// Semantics of the object that wrote it.
    pub mode: Mode,
    /// The path as written (`/` where none was).
    pub path: Box<str>,
    /// `pathType` as written.
    pub path_type: PathType,
    /// How it is compared. Several entries when one rule needs two locations (`/foo` and `/foo/`).
    pub matches: Vec<PathMatch>,
    /// Where it leads.
    pub target: Target,
    /// Its number of equals: position among the routes of the host, older first.
    pub age_rank: u32,
    /// `rewrite-target`, when active.
    pub rewrite: Option<RewriteSpec>,
    /// A redirect annotation, when it has effect.
    pub redirect: Option<Redirect>,
    /// Set when the route must not be served.
    pub closed: Option<Closed>,
    /// `x-forwarded-prefix`, when it has effect (compatible mode: only beside an active rewrite).
    pub forwarded_prefix: Option<Box<str>>,
    /// What else its annotations ask for.
    pub policy: Arc<RoutePolicy>,
    /// Timeouts, sizes, retries, log.
    pub settings: Arc<RouteSettings>,
    /// Whether this is an implied `/` location or default backend (not logged by default when it has no Service).
    pub implied: bool,
}

/// A candidate that can never be chosen, kept so that an explanation can say why.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InactiveRoute {
    /// Who wrote it.
    pub origin: RouteOrigin,
    /// Path as written.
    pub path: Box<str>,
    /// `pathType` as written.
    pub path_type: PathType,
    /// Why it does not take part.
    pub why: Inactive,
}

/// Why a written path takes no part in routing (`reference`: the closed list of candidate reasons).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Inactive {
    /// `other-class`: another controller's Ingress.
    OtherClass {
        /// The class it names.
        class: Box<str>,
    },
    /// `not-attached(reason)`: no class, class missing …
    NotAttached {
        /// Short reason, such as `no class`.
        reason: Box<str>,
    },
    /// `older-twin-wins(X)`: same host, path and type in an older Ingress.
    OlderTwinWins {
        /// The winner.
        winner: RouteOrigin,
    },
    /// `pattern-invalid`: the regular expression does not compile.
    PatternInvalid {
        /// What the engine says.
        reason: Box<str>,
    },
    /// `rejected(code)`: the path cannot be used at all.
    Rejected {
        /// The finding.
        code: &'static str,
    },
}

impl fmt::Display for Inactive {
    /// The code of the closed list, with its argument.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherClass { .. } => f.write_str("other-class"),
            Self::NotAttached { reason } => write!(f, "not-attached({reason})"),
            Self::OlderTwinWins { winner } => write!(f, "older-twin-wins({winner})"),
            Self::PatternInvalid { .. } => f.write_str("pattern-invalid"),
            Self::Rejected { code } => write!(f, "rejected({code})"),
        }
    }
}
