//! What workers need to answer a handshake: one rustls configuration for each presentation.

use std::{fmt, sync::Arc};

use super::client::Judge;
use genkan_route::tls::{CertificateChoice, PresentationId};
use rustls::{
    ServerConfig,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// The configurations of one snapshot, in the order of its presentations. Cheap to clone.
#[derive(Clone)]
pub struct TlsConfigs {
    by_presentation: Arc<[Prepared]>,
}

/// What one presentation needs.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) config: Arc<ServerConfig>,
    /// Who judges certificates of clients, where they are asked for.
    pub(crate) judge: Option<Arc<Judge>>,
}

impl fmt::Debug for TlsConfigs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfigs")
            .field("presentations", &self.by_presentation.len())
            .finish()
    }
}

impl TlsConfigs {
    /// The first is the default and must be there.
    pub(super) fn new(default: Prepared, others: impl Iterator<Item = Prepared>) -> Self {
        Self {
            by_presentation: std::iter::once(default).chain(others).collect(),
        }
    }

    /// The configuration for what was chosen.
    pub(crate) fn of(&self, choice: CertificateChoice) -> Prepared {
        let position = choice.presentation.0 as usize;
        let prepared = self.by_presentation.get(position);
        // prepared for another table: a bug of whoever published them; the default harms nobody
        let prepared =
            prepared.unwrap_or(&self.by_presentation[PresentationId::DEFAULT.0 as usize]);
        prepared.clone()
    }
}

/// The certificates of one presentation, best first: the first whose key the client can verify.
#[derive(Debug)]
pub(super) struct Presented(pub(super) Box<[Arc<CertifiedKey>]>);

impl ResolvesServerCert for Presented {
    fn resolve(&self, client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let schemes = client_hello.signature_schemes();
        let usable =
            |certified: &&Arc<CertifiedKey>| certified.key.choose_scheme(schemes).is_some();
        let chosen = self.0.iter().find(usable).or(self.0.first());
        chosen.map(Arc::clone)
    }
}
