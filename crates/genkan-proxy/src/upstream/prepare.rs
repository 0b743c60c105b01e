//! TLS towards endpoints, made ready on the control thread: workers only look it up.
//!
//! Equal settings share one configuration from one snapshot to the next, and with it resumable sessions
//! and pooled connections; settings that differ in anything share nothing.

use std::{
    collections::HashMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use genkan_route::{
    decision::Scheme,
    snapshot::Snapshot,
    table::Table,
    upstream::{Identity, UpstreamTls},
};
use rustls::{
    ClientConfig, SupportedProtocolVersion,
    client::{Resumption, danger::ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    version::{TLS12, TLS13},
};

use super::verify::{Unverified, Verified};

/// Resumable sessions kept for each configuration.
const SESSIONS_MAX: usize = 1024;

/// What connections are made with.
pub(crate) struct ClientTls {
    /// Tells configurations apart for as long as the process lives.
    pub(crate) id: NonZeroU32,
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) name: ServerName<'static>,
}

impl fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTls")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Everything that the routes of one table connect with.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    /// By the address of the settings, which are kept so that it is not used again, and whether HTTP/2
    /// is asked for.
    by_settings: HashMap<(usize, bool), Entry, foldhash::fast::RandomState>,
}

#[derive(Debug)]
struct Entry {
    _settings: Arc<UpstreamTls>,
    tls: Arc<ClientTls>,
}

impl Prepared {
    /// What to connect with; `None` where it could not be made ready.
    pub(crate) fn of(&self, settings: &Arc<UpstreamTls>, http2: bool) -> Option<&Arc<ClientTls>> {
        let entry = self.by_settings.get(&(address(settings), http2))?;
        Some(&entry.tls)
    }
}

/// Only compared.
fn address(settings: &Arc<UpstreamTls>) -> usize {
    Arc::as_ptr(settings) as usize
}

/// Makes [`Prepared`], and keeps what the last one was made of.
#[derive(Debug)]
pub(crate) struct Preparer(Mutex<State>);

#[derive(Debug)]
struct State {
    provider: Arc<CryptoProvider>,
    made: HashMap<(Arc<UpstreamTls>, bool), Arc<ClientTls>>,
    last: Option<(Arc<Table>, Arc<Prepared>)>,
    id: NonZeroU32,
}

impl Preparer {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            provider: Arc::new(aws_lc_rs::default_provider()),
            made: HashMap::new(),
            last: None,
            id: NonZeroU32::MIN,
        }))
    }

    /// Makes ready what a snapshot needs.
    pub(crate) fn prepare(&self, snapshot: &Snapshot) -> Arc<Prepared> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((table, prepared)) = &state.last
            && Arc::ptr_eq(table, &snapshot.table)
        {
            return Arc::clone(prepared);
        }
        let prepared = Arc::new(state.prepare(&snapshot.table));
        state.last = Some((Arc::clone(&snapshot.table), Arc::clone(&prepared)));
        prepared
    }
}

impl State {
    fn prepare(&mut self, table: &Table) -> Prepared {
        let before = std::mem::take(&mut self.made);
        let mut prepared = Prepared::default();
        for route in table.hosts().flat_map(|host| host.routes()) {
            let wire = route.spec.settings.wire(Scheme::Https);
            let Some(settings) = wire.tls else {
                continue;
            };
            if prepared.of(settings, wire.http2).is_some() {
                continue;
            }
            let key = (Arc::clone(settings), wire.http2);
            let known = self.made.get(&key).or_else(|| before.get(&key));
            let made = known.cloned().or_else(|| self.make(settings, wire.http2));
            let Some(tls) = made else {
                continue;
            };
            self.made.insert(key, Arc::clone(&tls));
            let entry = Entry {
                _settings: Arc::clone(settings),
                tls,
            };
            prepared
                .by_settings
                .insert((address(settings), wire.http2), entry);
        }
        prepared
    }

    fn make(&mut self, settings: &UpstreamTls, http2: bool) -> Option<Arc<ClientTls>> {
        let mut config = config(settings, &self.provider)?;
        if http2 {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        let name = ServerName::try_from(settings.name.to_string()).ok()?;
        let id = self.id;
        // A wrap would take four billion changes of TLS settings; none is reused before.
        self.id = self.id.checked_add(1).unwrap_or(NonZeroU32::MIN);
        let config = Arc::new(config);
        Some(Arc::new(ClientTls { id, config, name }))
    }
}

fn config(settings: &UpstreamTls, provider: &CryptoProvider) -> Option<ClientConfig> {
    let mut provider = provider.clone();
    if let Some(wanted) = &settings.cipher_suites {
        // Strings name suites of TLS 1.2; those of TLS 1.3 are all offered, as in OpenSSL.
        provider
            .cipher_suites
            .retain(|suite| suite.tls13().is_some() || wanted.contains(&u16::from(suite.suite())));
    }
    let algorithms = provider.signature_verification_algorithms;
    let verifier: Arc<dyn ServerCertVerifier> = match &settings.verification {
        None => Arc::new(Unverified(algorithms)),
        Some(verification) => Arc::new(Verified::new(verification, algorithms)?),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&versions(settings))
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match &settings.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = key_pair(identity)?;
            builder.with_client_auth_cert(chain, key).ok()?
        }
    };
    config.enable_sni = settings.sends_name;
    config.resumption = Resumption::in_memory_sessions(SESSIONS_MAX);
    Some(config)
}

fn versions(settings: &UpstreamTls) -> Vec<&'static SupportedProtocolVersion> {
    let mut versions = Vec::with_capacity(2);
    if settings.versions.tls13 {
        versions.push(&TLS13);
    }
    if settings.versions.tls12 {
        versions.push(&TLS12);
    }
    versions
}

fn key_pair(identity: &Identity) -> Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = identity.chain.iter();
    let chain = chain
        .map(|der| CertificateDer::from(der.to_vec()))
        .collect();
    let key = PrivateKeyDer::from_pem_slice(identity.key.reveal()).ok()?;
    Some((chain, key))
}
