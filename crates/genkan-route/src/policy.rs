//! What the annotations of an Ingress ask of its routes beyond matching, redirecting and rewriting.
//!
//! One value for all routes of an Ingress, shared. A route in whose policy nothing is set costs a look
//! at what was prepared from it, and no more.

use std::sync::Arc;

use crate::{basic_auth::BasicAuth, endpoint::GroupKey, limit::Limits};

/// The policy of a route; the default asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct RoutePolicy {
    /// `upstream-vhost`: the `Host` that the backend gets, with nginx's variables.
    pub upstream_host: Option<Box<str>>,
    /// `custom-headers`: fields of every response, name and value; they replace the backend's.
    pub custom_headers: Box<[(Box<str>, Box<str>)]>,
    /// `default-backend`: who answers when the route's own Service has no endpoints, and gives the pages of
    /// `custom-http-errors`.
    pub default_backend: Option<GroupKey>,
    /// `limit-rps`, `limit-rpm`, `limit-connections`.
    pub limits: Option<Arc<Limits>>,
    /// `auth-type: basic` with its companions.
    pub basic_auth: Option<BasicAuth>,
    /// `satisfy: any`: who is on the allow list needs no password, and who has one need not be on it.
    pub satisfy_any: bool,
}
