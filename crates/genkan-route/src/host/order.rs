//! The order in which routes of a host are tried and shown.

use std::cmp::Ordering;

use crate::route::{PathMatch, RouteSpec};

/// Exact paths first, then the longer written path, then the lexicographically greater one (as
/// ingress-nginx's template sorts), then the older.
pub(super) fn matching(a: &RouteSpec, b: &RouteSpec) -> Ordering {
    rank(a)
        .cmp(&rank(b))
        .then_with(|| b.path.len().cmp(&a.path.len()))
        .then_with(|| b.path.cmp(&a.path))
        .then_with(|| a.age_rank.cmp(&b.age_rank))
}

/// Text that must be equal comes before everything else; on a host of patterns nothing does.
fn rank(route: &RouteSpec) -> u8 {
    let exact = route
        .matches
        .first()
        .is_some_and(|matched| matches!(matched, PathMatch::Exact(_) | PathMatch::SlashExact(_)));
    u8::from(!exact)
}
