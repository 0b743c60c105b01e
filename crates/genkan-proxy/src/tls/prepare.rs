//! Certificates and keys into rustls configurations: between compiling and swapping, on the control
//! thread. What did not change since the last time is kept.

use std::{collections::HashMap, fmt, sync::Arc, time::SystemTime};

use genkan_route::{
    snapshot::Snapshot,
    tls::{
        CertificateName, ClientAuthority, KeyForm, KeyPair, Presentation, SUITES, TlsSettings,
        TlsTable,
    },
};
use rustls::{
    ServerConfig, SupportedCipherSuite,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer},
    server::{NoServerSessionStorage, ProducesTickets, ResolvesServerCert, StoresServerSessions},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};

use super::{
    client::Judge,
    configs::{Prepared, Presented, TlsConfigs},
    self_signed,
    sessions::Sessions,
    stream::HTTP_2,
};
use crate::StartError;

/// What is offered to clients that ask for a protocol (RFC 7301), best first.
const PROTOCOLS: [&[u8]; 2] = [HTTP_2, b"http/1.1"];

/// Why a certificate cannot be presented. Tells nothing of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPairProblem {
    /// Which one.
    pub name: CertificateName,
    /// What the TLS library says.
    pub reason: String,
}

/// Makes [`TlsConfigs`].
pub struct Preparer {
    provider: Arc<CryptoProvider>,
    generated: Arc<CertifiedKey>,
    keys: HashMap<CertificateName, Loaded>,
    configs: HashMap<Presentation, Prepared>,
    /// Sessions of hosts that ask for client certificates: one made for other rules resumes nowhere.
    client_sessions: HashMap<Arc<ClientAuthority>, Arc<dyn StoresServerSessions>>,
    /// What stands in at the moment.
    default: Arc<CertifiedKey>,
    /// What the configurations were made for.
    settings: TlsSettings,
    sessions: Arc<dyn StoresServerSessions>,
    ticketer: Option<Arc<dyn ProducesTickets>>,
    /// Whether HTTP/2 is offered.
    http2: bool,
}

impl fmt::Debug for Preparer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preparer")
            .field("certificates", &self.keys.len())
            .finish_non_exhaustive()
    }
}

/// A key pair, and what became of it.
struct Loaded {
    source: Arc<KeyPair>,
    certified: Result<Arc<CertifiedKey>, String>,
}

impl Preparer {
    /// Makes the certificate that stands in where there is none.
    ///
    /// # Errors
    ///
    /// The system gives no random numbers.
    pub fn new() -> Result<Self, StartError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let (certificate, key) =
            self_signed::generate(SystemTime::now()).map_err(|_| StartError::Randomness)?;
        let generated = CertifiedKey::from_der(vec![certificate], key, &provider)
            .map_err(|_| StartError::Randomness)?;
        let generated = Arc::new(generated);
        Ok(Self {
            provider,
            default: Arc::clone(&generated),
            sessions: Arc::new(NoServerSessionStorage {}),
            ticketer: None,
            settings: TlsSettings {
                // unlike any real ones, so that the first are taken in
                tls12: false,
                tls13: false,
                ..TlsSettings::default()
            },
            http2: true,
            generated,
            keys: HashMap::new(),
            configs: HashMap::new(),
            client_sessions: HashMap::new(),
        })
    }

    /// The configurations for a table, and the key pairs that cannot be used; in their place the default
    /// certificate is presented.
    pub fn prepare(
        &mut self,
        snapshot: &Snapshot,
        key_pairs: &[Arc<KeyPair>],
    ) -> (TlsConfigs, Vec<KeyPairProblem>) {
        let table = &snapshot.tls;
        self.adopt(&snapshot.settings.tls);
        self.load(key_pairs);
        let http2 = snapshot.settings.http2;
        if std::mem::replace(&mut self.http2, http2) != http2 {
            self.configs.clear();
        }
        let mut configs = HashMap::new();
        let mut made = Vec::with_capacity(table.presentations().len());
        let default = self.default_key(table);
        if !Arc::ptr_eq(&default, &self.default) {
            // it stands in for others, so its change concerns everything
            self.configs.clear();
            self.default = default;
        }
        for presentation in table.presentations() {
            let config = self
                .configs
                .get(presentation)
                .cloned()
                .unwrap_or_else(|| self.config(presentation));
            configs.insert(presentation.clone(), config.clone());
            made.push(config);
        }
        self.configs = configs;
        let configs = &self.configs;
        self.client_sessions.retain(|authority, _| {
            let mut used = configs.keys().filter_map(|used| used.authority.as_ref());
            used.any(|used| used == authority)
        });
        let mut made = made.into_iter();
        let first = made
            .next()
            .unwrap_or_else(|| self.config(&Presentation::default()));
        (TlsConfigs::new(first, made), self.problems())
    }

    /// Takes other settings in. Sessions survive where nothing about sessions changed.
    fn adopt(&mut self, settings: &TlsSettings) {
        if self.settings == *settings {
            return;
        }
        let fresh = self.configs.is_empty();
        let before = std::mem::replace(&mut self.settings, settings.clone());
        self.configs.clear();
        let kept = |settings: &TlsSettings| {
            (
                settings.session_cache,
                settings.sessions_max,
                settings.session_timeout,
            )
        };
        if fresh || kept(&before) != kept(settings) {
            self.client_sessions.clear();
            self.sessions = if settings.session_cache {
                Arc::new(Sessions::new(
                    settings.sessions_max,
                    settings.session_timeout,
                ))
            } else {
                Arc::new(NoServerSessionStorage {})
            };
        }
        if !settings.session_tickets {
            self.ticketer = None;
        } else if self.ticketer.is_none() {
            // without random numbers there are no tickets, and every handshake is a full one
            self.ticketer = aws_lc_rs::Ticketer::new().ok();
        }
        let mut provider = aws_lc_rs::default_provider();
        provider.cipher_suites = suites(settings);
        if !settings.groups.is_empty() {
            let groups = settings.groups.iter();
            provider.kx_groups = groups
                .filter_map(|wanted| {
                    let known = aws_lc_rs::ALL_KX_GROUPS.iter();
                    known
                        .copied()
                        .find(|group| u16::from(group.name()) == *wanted)
                })
                .collect();
        }
        self.provider = Arc::new(provider);
    }

    fn problems(&self) -> Vec<KeyPairProblem> {
        let failed = self.keys.iter().filter_map(|(name, loaded)| {
            let reason = loaded.certified.as_ref().err()?.clone();
            Some(KeyPairProblem {
                name: name.clone(),
                reason,
            })
        });
        let mut problems: Vec<_> = failed.collect();
        problems.sort_by(|a, b| a.name.cmp(&b.name));
        problems
    }

    /// Reads what is new. Configurations that show a changed certificate are forgotten.
    fn load(&mut self, key_pairs: &[Arc<KeyPair>]) {
        let mut before = std::mem::take(&mut self.keys);
        let mut changed = Vec::new();
        for source in key_pairs {
            let known = before.remove(&source.name);
            let loaded = match known {
                Some(known) if known.source == *source => known,
                _ => {
                    changed.push(source.name.clone());
                    Loaded {
                        certified: certify(source, &self.provider),
                        source: Arc::clone(source),
                    }
                }
            };
            self.keys.insert(source.name.clone(), loaded);
        }
        changed.extend(before.into_keys());
        self.configs.retain(|presentation, _| {
            let mut names = presentation.certificates.iter();
            !names.any(|name| changed.contains(name))
        });
    }

    fn sessions_of(&mut self, authority: &Arc<ClientAuthority>) -> Arc<dyn StoresServerSessions> {
        if !self.settings.session_cache {
            return Arc::new(NoServerSessionStorage {});
        }
        let sessions_max = self.settings.sessions_max.min(CLIENT_SESSIONS_MAX);
        let timeout = self.settings.session_timeout;
        let sessions = self
            .client_sessions
            .entry(Arc::clone(authority))
            .or_insert_with(|| Arc::new(Sessions::new(sessions_max, timeout)));
        Arc::clone(sessions)
    }

    fn certified(&self, name: &CertificateName) -> Option<Arc<CertifiedKey>> {
        self.keys.get(name)?.certified.as_ref().ok().map(Arc::clone)
    }

    fn default_key(&self, table: &TlsTable) -> Arc<CertifiedKey> {
        let named = table.presentations().first();
        let named = named.and_then(|default| default.certificates.first());
        named
            .and_then(|name| self.certified(name))
            .unwrap_or_else(|| Arc::clone(&self.generated))
    }

    fn config(&mut self, presentation: &Presentation) -> Prepared {
        let names = presentation.certificates.iter();
        let mut keys: Vec<_> = names.filter_map(|name| self.certified(name)).collect();
        if keys.is_empty() {
            keys.push(Arc::clone(&self.default));
        }
        let algorithms = self.provider.signature_verification_algorithms;
        let judge = presentation
            .authority
            .as_ref()
            .map(|authority| Arc::new(Judge::new(authority, algorithms)));
        let presented = Arc::new(Presented(keys.into()));
        let config = self.server_config(presented, judge.as_deref());
        Prepared {
            config: Arc::new(config),
            judge,
        }
    }

    fn server_config(
        &mut self,
        resolver: Arc<dyn ResolvesServerCert>,
        judge: Option<&Judge>,
    ) -> ServerConfig {
        let versions: &[_] = match (self.settings.tls13, self.settings.tls12) {
            (true, false) => &[&TLS13],
            (false, true) => &[&TLS12],
            _ => &[&TLS13, &TLS12],
        };
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(versions);
        let builder = match builder {
            Ok(builder) => builder,
            Err(error) => unreachable!("the provider has suites and groups for them: {error}"),
        };
        let builder = match judge {
            None => builder.with_no_client_auth(),
            Some(judge) => builder.with_client_cert_verifier(Arc::new(judge.asking())),
        };
        let mut config = builder.with_cert_resolver(resolver);
        let offered = &PROTOCOLS[usize::from(!self.http2)..];
        config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
        config.session_storage = match judge {
            None => Arc::clone(&self.sessions),
            Some(judge) => self.sessions_of(&judge.authority),
        };
        if let Some(ticketer) = self.ticketer.as_ref().filter(|_| judge.is_none()) {
            config.ticketer = Arc::clone(ticketer);
        }
        // nginx: `ssl_prefer_server_ciphers on`
        config.ignore_client_order = true;
        config.max_early_data_size = 0;
        config
    }
}

/// Sessions kept for hosts of one authority.
const CLIENT_SESSIONS_MAX: usize = 4096;

/// Suites of TLS 1.3 as Mozilla orders them, then those of TLS 1.2 as the settings do.
fn suites(settings: &TlsSettings) -> Vec<SupportedCipherSuite> {
    const TLS13_SUITES: [u16; 3] = [0x1301, 0x1302, 0x1303];
    let tls12: &[u16] = match (settings.tls12, &*settings.suites) {
        (_, []) => &SUITES,
        (_, suites) => suites,
    };
    let wanted = TLS13_SUITES.iter().chain(tls12);
    let known = |number: &u16| {
        let suites = aws_lc_rs::ALL_CIPHER_SUITES.iter();
        suites
            .copied()
            .find(|suite| u16::from(suite.suite()) == *number)
    };
    wanted.filter_map(known).collect()
}

fn certify(pair: &KeyPair, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, String> {
    let der = pair.key.reveal().to_vec();
    let key = match pair.key.form() {
        KeyForm::Pkcs1 => PrivateKeyDer::Pkcs1(der.into()),
        KeyForm::Sec1 => PrivateKeyDer::Sec1(der.into()),
        KeyForm::Pkcs8 => PrivateKeyDer::Pkcs8(der.into()),
    };
    let chain = pair.chain.iter();
    let chain = chain
        .map(|der| CertificateDer::from(der.to_vec()))
        .collect();
    match CertifiedKey::from_der(chain, key, provider) {
        Ok(certified) => Ok(Arc::new(certified)),
        Err(error) => Err(error.to_string()),
    }
}
