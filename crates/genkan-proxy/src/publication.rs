//! What the control side hands to workers at once: a snapshot, and what was prepared for it.

use std::{ops::Deref, sync::Arc};

use genkan_route::snapshot::Snapshot;

use crate::{tls::TlsConfigs, upstream::prepare::Prepared};

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

/// A publication as workers share it, with what endpoints are connected to with.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    publication: Arc<Publication>,
    /// TLS towards endpoints.
    pub(crate) upstream: Arc<Prepared>,
}

impl Published {
    pub(crate) fn new(publication: Publication, upstream: Arc<Prepared>) -> Self {
        Self {
            publication: Arc::new(publication),
            upstream,
        }
    }
}

impl Deref for Published {
    type Target = Publication;

    fn deref(&self) -> &Publication {
        &self.publication
    }
}
