//! One host with its routes.

use std::sync::Arc;

use crate::route::{InactiveRoute, Mode, RouteSpec};

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
    /// Active routes, in any order; the host sorts them for matching.
    pub routes: Vec<RouteSpec>,
    /// Written paths that take no part.
    pub inactive: Vec<InactiveRoute>,
}
