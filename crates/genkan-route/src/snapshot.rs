//! What workers hold: table, endpoint view, certificate names and settings that belong together.

use std::sync::Arc;

use crate::{endpoint::EndpointView, settings::GlobalSettings, table::Table, tls::TlsTable};

/// One published state of the world. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Number of the generation this came from; only grows.
    pub generation: u64,
    /// Hosts and routes.
    pub table: Arc<Table>,
    /// Endpoints, laid out by `table.groups`.
    pub endpoints: Arc<EndpointView>,
    /// Which certificate is presented to whom, and which hosts have TLS.
    pub tls: Arc<TlsTable>,
    /// Settings of the whole proxy.
    pub settings: Arc<GlobalSettings>,
}
