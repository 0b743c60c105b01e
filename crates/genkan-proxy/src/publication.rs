//! What the control side hands to workers at once: a snapshot, and what was prepared for it.

use std::sync::Arc;

use genkan_route::snapshot::Snapshot;

use crate::tls::TlsConfigs;

/// A snapshot with what belongs to it.
#[derive(Clone, Debug)]
pub struct Publication {
    /// What requests are decided with.
    pub snapshot: Snapshot,
    /// What handshakes are answered with; `None` serves no https listener.
    pub tls: Option<TlsConfigs>,
}

impl From<Snapshot> for Publication {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            snapshot,
            tls: None,
        }
    }
}

/// A publication as workers share it.
pub(crate) type Published = Arc<Publication>;
