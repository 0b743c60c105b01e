//! The endpoint view: which addresses each upstream group has at the moment.
//!
//! It travels apart from the table, so that a rolling Pod rebuilds no routes. It is laid out by the
//! table's list of groups: [`GroupId`] `n` of the table is entry `n` here.

use std::{net::SocketAddr, sync::Arc};

/// Names one upstream group within one [`Table`](crate::table::Table).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub u32);

/// Identity of an upstream group: a Service port as the Ingress wrote it.
///
/// ingress-nginx: an upstream is `namespace-service-port`, port number or name as written; two
/// spellings of one port are two upstreams.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKey {
    /// Namespace of the Service.
    pub namespace: String,
    /// Name of the Service.
    pub service: String,
    /// Port number or name as written.
    pub port: String,
}

impl GroupKey {
    /// The name that `$proxy_upstream_name` shows.
    pub fn upstream_name(&self) -> String {
        format!("{}-{}-{}", self.namespace, self.service, self.port)
    }
}

/// One address of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// Where to connect.
    pub address: SocketAddr,
    /// Name of the Pod behind it, for explanations.
    pub pod: Option<String>,
}

/// Why a group has no endpoint to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Absence {
    /// The Service does not exist.
    NoService,
    /// The Service has no such port.
    NoPort,
    /// The Service has no endpoints at all.
    NoEndpoints,
    /// There are endpoints, none of them ready.
    NoneReady,
    /// An ExternalName that is refused (loopback, link-local, `localhost`, IP literal …).
    ExternalNameRefused,
    /// An ExternalName that does not resolve.
    ExternalNameUnresolved,
}

/// The endpoints of one group at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Which group this is; shown in logs, metrics and explanations.
    pub key: GroupKey,
    /// Ready addresses, deduplicated, sorted; pickers rotate over this order.
    pub ready: Box<[Endpoint]>,
    /// Addresses that exist but take no new requests (not ready, terminating), for explanations.
    pub unready: Box<[Endpoint]>,
    /// Why `ready` is empty, when it is.
    pub absence: Option<Absence>,
}

/// All groups' endpoints of one moment.
#[derive(Clone, Debug, Default)]
pub struct EndpointView {
    /// Counts upwards with each change; a trace names it beside the table's version.
    pub version: u64,
    /// Indexed by [`GroupId`].
    pub groups: Box<[Arc<Endpoints>]>,
}

impl EndpointView {
    /// The endpoints of a group, `None` only where view and table do not belong together.
    pub fn of(&self, group: GroupId) -> Option<&Arc<Endpoints>> {
        self.groups.get(group.0 as usize)
    }
}
