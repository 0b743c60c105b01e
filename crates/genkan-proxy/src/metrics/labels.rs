//! Labels: those of a route, those of an answer, those of the whole process.

use genkan_route::{host::HostName, route::Target, table::Route};

use crate::record::ExchangeRecord;

/// Labels on every series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConstantLabels {
    /// `controller_class`: value of `--controller-class`.
    pub class: String,
    /// `controller_namespace`: `POD_NAMESPACE`, empty without a cluster.
    pub namespace: String,
    /// `controller_pod`: `POD_NAME`, empty without a cluster.
    pub pod: String,
}

/// Labels that follow from the rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RouteLabels {
    pub(super) host: String,
    pub(super) path: String,
    pub(super) namespace: String,
    pub(super) ingress: String,
    pub(super) service: String,
}

impl RouteLabels {
    /// `path` is the path of the Ingress, not of the URL.
    pub(super) fn of(route: &Route) -> Self {
        let spec = &route.spec;
        Self {
            host: match &route.host {
                HostName::Exact(name) => name.to_string(),
                HostName::Wildcard(suffix) => format!("*.{suffix}"),
                HostName::CatchAll => "_".to_owned(),
            },
            path: spec.path.to_string(),
            namespace: spec.origin.namespace.to_string(),
            ingress: spec.origin.name.to_string(),
            service: match &spec.target {
                Target::Service(group) => group.service.clone(),
                Target::Site(site) => site.name.clone(),
                Target::NotFound => String::new(),
            },
        }
    }

    /// Requests that no rule took.
    pub(super) fn unrouted() -> Self {
        Self {
            host: "_".to_owned(),
            path: String::new(),
            namespace: String::new(),
            ingress: String::new(),
            service: String::new(),
        }
    }
}

/// Labels that follow from the exchange; few values by nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct AnswerLabels {
    pub(super) status: u16,
    /// Methods that HTTP does not define share one value, so that clients cannot make series.
    pub(super) method: &'static str,
}

impl AnswerLabels {
    pub(super) fn of(record: &ExchangeRecord<'_>) -> Self {
        Self {
            status: record.status,
            method: method(record.method),
        }
    }
}

fn method(name: &[u8]) -> &'static str {
    if name.is_empty() {
        return "";
    }
    METHODS
        .iter()
        .find(|method| method.as_bytes() == name)
        .copied()
        .unwrap_or("OTHER")
}

/// RFC 9110, RFC 5789 and the methods of WebDAV and CalDAV clients; the frequent ones first.
const METHODS: [&str; 18] = [
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "CONNECT",
    "TRACE",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "REPORT",
    "SEARCH",
];
