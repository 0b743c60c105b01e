//! Who watches a decision being made.

use std::sync::Arc;

use crate::{
    check::Check,
    client::Client,
    decision::RedirectCause,
    endpoint::Endpoints,
    fault::Fault,
    host::HostName,
    route::{InactiveRoute, RouteOrigin},
    table::Route,
};

/// Receives what the router finds out, in the order in which it finds it out.
///
/// `ACTIVE` is a constant, so that the router skips work only a watcher needs (losing candidates,
/// nearest hosts) at compile time.
pub trait Recorder {
    /// Whether anybody looks.
    const ACTIVE: bool;
    /// One fact.
    fn record(&mut self, event: Event<'_>);
}

/// Live traffic: nobody looks, nothing is computed for nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecorder;

impl Recorder for NoRecorder {
    const ACTIVE: bool = false;
    fn record(&mut self, _: Event<'_>) {}
}

/// One fact of a decision.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// Who the client is, and why.
    Client(Client),
    /// Stage `request`: raw target and the normalised path that is matched.
    Path {
        /// As the client sent it.
        raw: &'a [u8],
        /// Decoded, slashes merged, dot segments resolved.
        normalised: &'a [u8],
    },
    /// Stage `host`.
    Host {
        /// Host asked for, without port, lower case.
        asked: &'a [u8],
        /// The host that took it, `None` for nobody.
        taken: Option<&'a HostName>,
    },
    /// Stage `path`: one candidate and its fate. Sent for every route of the host in matching order.
    Candidate {
        /// The route.
        route: &'a Arc<Route>,
        /// Chosen, or why not.
        reason: Option<Reason>,
    },
    /// Stage `path`: a written path that takes no part in routing on this host.
    Inactive(&'a InactiveRoute),
    /// A stage was asked.
    Stage {
        /// Which.
        stage: StageName,
        /// Whether it answered, so that the later ones were not asked.
        answered: bool,
    },
    /// A check was made.
    Check(Check),
    /// Stage `redirect`.
    Redirect {
        /// Rule.
        cause: RedirectCause,
        /// Status.
        status: u16,
        /// `Location`.
        location: &'a [u8],
    },
    /// Stage `rewrite`.
    Rewrite {
        /// The normalised path before.
        before: &'a [u8],
        /// The target sent upstream, query included.
        after: &'a [u8],
        /// `$1`, `$2`, … as matched.
        groups: &'a [Option<&'a [u8]>],
    },
    /// Stage `backend`.
    Backend {
        /// The group's endpoints, possibly none.
        endpoints: &'a Arc<Endpoints>,
    },
    /// The answer with this status is replaced (`custom-http-errors`).
    ErrorPage {
        /// The status that the error backend is told.
        status: u16,
    },
    /// The decision ended in an error of ours.
    Fault(Fault),
}

/// Name of a stage, as explanations show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StageName(pub &'static str);

/// Why a candidate was not chosen: the closed list that explanations use.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Another host has it (shown when the host asked for is unknown or near).
    OtherHost,
    /// Exact text differs.
    ExactDiffers,
    /// Exact text differs by a trailing slash only.
    ExactDiffersOnlyBySlash,
    /// `/foo` does not cover `/foobar`.
    PrefixNotAtElementBoundary,
    /// Not a prefix at all.
    NotAPrefix,
    /// Equal but for letter case.
    CaseDiffers,
    /// The pattern matched up to this byte of the normalised path and then failed.
    PatternFailsAt(usize),
    /// Regular-expression characters in a path that is compared as text.
    LiteralNotPattern,
    /// It matches, but a more specific (or earlier) one won.
    LessSpecificThan(RouteOrigin),
}

impl std::fmt::Display for Reason {
    /// The code of the closed list, with its argument.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OtherHost => f.write_str("other-host"),
            Self::ExactDiffers => f.write_str("exact-differs"),
            Self::ExactDiffersOnlyBySlash => f.write_str("exact-differs-only-by-slash"),
            Self::PrefixNotAtElementBoundary => f.write_str("prefix-not-at-element-boundary"),
            Self::NotAPrefix => f.write_str("not-a-prefix"),
            Self::CaseDiffers => f.write_str("case-differs"),
            Self::PatternFailsAt(at) => write!(f, "pattern-fails-at({at})"),
            Self::LiteralNotPattern => f.write_str("literal-not-pattern"),
            Self::LessSpecificThan(winner) => write!(f, "less-specific-than({winner})"),
        }
    }
}
