//! Which certificate is presented to whom: names only.
//!
//! A TLS server name is looked up here as ingress-nginx looks it up: exactly, then as `*.parent`, else
//! the default certificate. The same entries answer whether a host has TLS at all, which is what
//! `ssl-redirect` asks. Certificates themselves travel beside the snapshot, in the order of
//! [`TlsTable::presentations`].

mod client;
mod handshake;
mod settings;

#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt, sync::Arc};

pub(crate) use client::ClientCheck;
pub use client::{
    ClientAuthority, ClientCertificates, ClientFailure, ClientVerification, ShownCertificate,
};
pub use handshake::{Handshake, Lookup};
pub use settings::{SUITES, TlsSettings};

use crate::host::HostName;

/// The Secret that a certificate comes from: a name to show and to look up by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateName {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

impl fmt::Display for CertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// What a server presents in a handshake.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Presentation {
    /// Certificates to choose from by the client's signature schemes, best first; none is the default
    /// certificate.
    pub certificates: Vec<CertificateName>,
    /// Whom certificates of clients are judged by; `None` asks for none.
    pub authority: Option<Arc<ClientAuthority>>,
}

/// Position in [`TlsTable::presentations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PresentationId(pub u32);

impl PresentationId {
    /// What is presented to names that nobody has.
    pub const DEFAULT: Self = Self(0);
}

/// How a server name found its certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FoundBy {
    /// An entry of this very name.
    Exact,
    /// An entry `*.parent`.
    Wildcard,
    /// The name has no entry.
    Unknown,
    /// The client sent no name.
    #[default]
    NoName,
}

/// The outcome for one handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CertificateChoice {
    /// What is presented.
    pub presentation: PresentationId,
    /// How it was found.
    pub found_by: FoundBy,
}

/// All server names with their certificates. Immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsTable {
    presentations: Vec<Presentation>,
    exact: HashMap<Arc<str>, Entry, foldhash::fast::RandomState>,
    wildcard: HashMap<Arc<str>, Entry, foldhash::fast::RandomState>,
    catch_all: bool,
}

/// What a name has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    presentation: PresentationId,
    /// It has a `tls` block, and not only rules for client certificates.
    certified: bool,
}

impl Default for TlsTable {
    fn default() -> Self {
        Self::assemble(Presentation::default(), [])
    }
}

impl TlsTable {
    /// Puts entries together. `default` is what unknown names get. An entry that is not certified has no
    /// TLS as far as redirects go. The catch-all's entry says only that requests without a host have TLS.
    pub fn assemble(
        default: Presentation,
        entries: impl IntoIterator<Item = (HostName, Presentation, bool)>,
    ) -> Self {
        let mut table = Self {
            presentations: vec![default],
            exact: HashMap::default(),
            wildcard: HashMap::default(),
            catch_all: false,
        };
        let mut known: HashMap<Presentation, PresentationId> = HashMap::new();
        for (host, presentation, certified) in entries {
            let id = if presentation == Presentation::default() {
                PresentationId::DEFAULT
            } else {
                *known
                    .entry(presentation)
                    .or_insert_with_key(|presentation| {
                        table.presentations.push(presentation.clone());
                        // far fewer than four billion
                        PresentationId((table.presentations.len() - 1) as u32)
                    })
            };
            let entry = Entry {
                presentation: id,
                certified,
            };
            match host {
                HostName::Exact(name) => _ = table.exact.insert(name, entry),
                HostName::Wildcard(suffix) => _ = table.wildcard.insert(suffix, entry),
                HostName::CatchAll => table.catch_all = true,
            }
        }
        table
    }

    /// What can be presented; the first is the default.
    pub fn presentations(&self) -> &[Presentation] {
        &self.presentations
    }

    /// One of them.
    pub fn presentation(&self, id: PresentationId) -> Option<&Presentation> {
        self.presentations.get(id.0 as usize)
    }

    /// What a client is presented that asks for this server name, in any case.
    pub fn choose(&self, server_name: Option<&str>) -> CertificateChoice {
        let Some(name) = server_name else {
            return CertificateChoice {
                presentation: PresentationId::DEFAULT,
                found_by: FoundBy::NoName,
            };
        };
        let lower = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        match self.find(&lower) {
            Some((entry, found_by)) => CertificateChoice {
                presentation: entry.presentation,
                found_by,
            },
            None => CertificateChoice {
                presentation: PresentationId::DEFAULT,
                found_by: FoundBy::Unknown,
            },
        }
    }

    /// Whether no host has an entry.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.wildcard.is_empty() && !self.catch_all
    }

    /// Whether a host, in lower case, has a certificate entry: what `ssl-redirect` asks. The default
    /// certificate counts where an entry names it.
    pub fn is_certified(&self, host: &[u8]) -> bool {
        if host.is_empty() || host == b"_" {
            return self.catch_all;
        }
        let found = std::str::from_utf8(host)
            .ok()
            .and_then(|host| self.find(host));
        found.is_some_and(|(entry, _)| entry.certified)
    }

    fn find(&self, name: &str) -> Option<(Entry, FoundBy)> {
        if let Some(entry) = self.exact.get(name) {
            return Some((*entry, FoundBy::Exact));
        }
        let (_, parent) = name.split_once('.')?;
        let entry = self.wildcard.get(parent)?;
        Some((*entry, FoundBy::Wildcard))
    }
}

/// How a private key is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyForm {
    /// RFC 8017.
    Pkcs1,
    /// RFC 5915.
    Sec1,
    /// RFC 5958.
    Pkcs8,
}

/// A private key. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey {
    form: KeyForm,
    der: Box<[u8]>,
}

impl PrivateKey {
    /// Takes the DER of a key.
    pub fn new(form: KeyForm, der: impl Into<Box<[u8]>>) -> Self {
        Self {
            form,
            der: der.into(),
        }
    }

    /// How it is written.
    pub fn form(&self) -> KeyForm {
        self.form
    }

    /// Its DER. Whoever asks must not write it anywhere.
    pub fn reveal(&self) -> &[u8] {
        &self.der
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// A certificate with its chain and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPair {
    /// Where it comes from.
    pub name: CertificateName,
    /// DER, the server's own first.
    pub chain: Vec<Box<[u8]>>,
    /// The key of the first.
    pub key: PrivateKey,
}
