//! What an Ingress means for routing, freed of everything that has no part in it.
//!
//! [`lower`] turns one object into a [`Claim`]: the hosts and paths it asks for, each with its target
//! and the parsed annotations. [`assemble`] merges the claims on one host into a
//! [`HostSpec`](genkan_route::host::HostSpec).

pub(crate) mod assemble;
pub(crate) mod class;
pub(crate) mod host_name;
pub(crate) mod lower;

use std::sync::Arc;

use genkan_diagnosis::Finding;
use genkan_route::{
    host::HostName,
    policy::RoutePolicy,
    route::{Closed, Inactive, Mode, PathType, RouteOrigin, Target},
};

use genkan_route::{settings::RouteSettings, tls::ClientCertificates, upstream::UpstreamTls};

use crate::{
    annotation::Effects,
    order::{IngressName, Precedence},
};

/// One Ingress as routing sees it.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Its place among the others.
    pub precedence: Precedence,
    /// Why it takes no part, when it does not.
    pub not_served: Option<Inactive>,
    /// Why its implied location and default backend are closed, if they are.
    pub closed: Option<Closed>,
    /// What its annotations come to.
    pub effects: Effects,
    /// `effects.settings` for `/`, shared with all Ingresses that ask for the same.
    pub settings: Arc<RouteSettings>,
    /// `effects.policy`, shared by its routes.
    pub policy: Arc<RoutePolicy>,
    /// Its TLS towards backends, where paths of other Ingresses of its hosts have it too
    /// (ingress-nginx writes it at the server, unless `proxy-ssl-location-only` is set).
    pub upstream_tls: Option<Arc<UpstreamTls>>,
    /// What it asks of client certificates on its hosts.
    pub client_certificates: Option<ClientCertificates>,
    /// Where `spec.defaultBackend` leads.
    pub default_backend: Option<Target>,
    /// `spec.rules`, those whose host can be used.
    pub rules: Vec<RuleClaim>,
    /// What is wrong with the object alone.
    pub findings: Vec<Finding>,
}

/// One entry of `spec.rules`.
#[derive(Debug)]
pub(crate) struct RuleClaim {
    /// Its index.
    pub index: u16,
    /// Its host; [`HostName::CatchAll`] where none is written.
    pub host: HostName,
    /// Its paths.
    pub paths: Vec<PathClaim>,
}

/// One entry of `http.paths`.
#[derive(Debug)]
pub(crate) struct PathClaim {
    /// Its index.
    pub index: u16,
    /// As written, `/` where none is.
    pub path: Box<str>,
    /// As written; absent counts as `ImplementationSpecific`, as in ingress-nginx.
    pub path_type: PathType,
    /// Where it leads.
    pub target: Target,
    /// Set when the path cannot be used at all.
    pub rejected: Option<Inactive>,
    /// A resource backend that is not known: ingress-nginx skips such paths.
    pub skipped_by_nginx: bool,
    /// Why it answers 503 to everybody, if it does.
    pub closed: Option<Closed>,
    /// Settings of this path.
    pub settings: Arc<RouteSettings>,
}

impl Claim {
    /// Semantics it asked for.
    pub(crate) fn mode(&self) -> Mode {
        self.precedence.mode
    }

    /// Who it is.
    pub(crate) fn name(&self) -> &IngressName {
        &self.precedence.name
    }

    /// Whether it takes part in routing.
    pub(crate) fn is_served(&self) -> bool {
        self.not_served.is_none()
    }

    /// `spec.defaultBackend` and nothing else.
    pub(crate) fn is_rule_less(&self) -> bool {
        self.rules.is_empty() && self.default_backend.is_some()
    }

    /// Hosts it takes part in, each once.
    pub(crate) fn hosts(&self) -> Vec<HostName> {
        let mut hosts: Vec<_> = self.rules.iter().map(|rule| rule.host.clone()).collect();
        let catches_all = match self.mode() {
            Mode::NginxCompatible => self.rules.is_empty(),
            Mode::Strict => true,
        };
        if self.default_backend.is_some() && catches_all {
            hosts.push(HostName::CatchAll);
        }
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// The name that routes of this object carry.
    pub(crate) fn origin(&self, rule: Option<u16>, path: Option<u16>) -> RouteOrigin {
        RouteOrigin {
            kind: "Ingress",
            namespace: self.name().namespace.clone(),
            name: self.name().name.clone(),
            rule,
            path,
        }
    }
}
