//! All hosts and routes of one moment, prepared for matching.

use std::sync::Arc;

use crate::{endpoint::GroupKey, host::HostName, route::RouteSpec};

/// A route as the router holds it: the compiler's words and what was prepared from them.
#[derive(Debug)]
pub struct Route {
    /// The host it belongs to; metrics use it as label, so that their number stays bounded.
    pub host: HostName,
    /// What the compiler said.
    pub spec: RouteSpec,
}

/// The routing table. Immutable.
#[derive(Debug, Default)]
pub struct Table {
    /// Counts upwards with each change of a host or route.
    pub version: u64,
    /// Every upstream group that some route leads to, sorted; the endpoint view is laid out alike.
    pub groups: Arc<[GroupKey]>,
}
