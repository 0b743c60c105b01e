//! How a backend is spoken to: which protocol, and with which TLS.
//!
//! `backend-protocol` names the protocol, `proxy-ssl-*` the TLS. Both are data here: the proxy prepares
//! what it connects with before a snapshot is published.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use crate::{decision::Scheme, settings::RouteSettings};

/// The name that ingress-nginx checks and sends where `proxy-ssl-name` names none: that of its one
/// upstream block (`$proxy_host`).
pub const UNNAMED: &str = "upstream_balancer";

/// `backend-protocol`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BackendProtocol {
    /// `HTTP`: HTTP/1.1 in clear.
    #[default]
    Http,
    /// `HTTPS`: HTTP/1.1 over TLS.
    Https,
    /// `AUTO_HTTP`: as `HTTP` or `HTTPS`, whichever the client's connection is.
    AutoHttp,
    /// `GRPC`: HTTP/2 in clear, by prior knowledge.
    Grpc,
    /// `GRPCS`: HTTP/2 over TLS.
    Grpcs,
}

/// How the endpoint of one request is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire<'t> {
    /// HTTP/2 rather than HTTP/1.1.
    pub http2: bool,
    /// The TLS, where there is any.
    pub tls: Option<&'t Arc<UpstreamTls>>,
}

impl Wire<'_> {
    /// HTTP/1.1 in clear.
    pub const PLAIN: Self = Self {
        http2: false,
        tls: None,
    };

    /// As explanations name it: `http`, `https`, `h2c` or `h2`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match (self.http2, self.tls) {
            (false, None) => "http",
            (false, Some(_)) => "https",
            (true, None) => "h2c",
            (true, Some(_)) => "h2",
        }
    }
}

/// TLS without `proxy-ssl-secret`.
static USUAL: LazyLock<Arc<UpstreamTls>> = LazyLock::new(Arc::default);

impl RouteSettings {
    /// How the endpoint is spoken to when the client's connection has this scheme.
    #[inline]
    #[must_use]
    pub fn wire(&self, scheme: Scheme) -> Wire<'_> {
        match (self.backend_protocol, scheme) {
            (BackendProtocol::Http, _) | (BackendProtocol::AutoHttp, Scheme::Http) => Wire::PLAIN,
            (BackendProtocol::Https, _) | (BackendProtocol::AutoHttp, Scheme::Https) => Wire {
                http2: false,
                tls: Some(self.upstream_tls.as_ref().unwrap_or(&USUAL)),
            },
            (BackendProtocol::Grpc, _) => Wire {
                http2: true,
                tls: None,
            },
            (BackendProtocol::Grpcs, _) => Wire {
                http2: true,
                tls: Some(self.upstream_tls.as_ref().unwrap_or(&USUAL)),
            },
        }
    }
}

/// TLS towards a backend. The default is ingress-nginx's without `proxy-ssl-secret`: nothing is
/// verified, no name is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UpstreamTls {
    /// Versions that are offered.
    pub versions: TlsVersions,
    /// Cipher suites of TLS 1.2 that are offered, as IANA numbers; `None` is all.
    pub cipher_suites: Option<Box<[u16]>>,
    /// The name that is checked and sent.
    pub name: Box<str>,
    /// `proxy-ssl-server-name`: whether the name is sent (SNI).
    pub sends_name: bool,
    /// How the backend's certificate is checked; `None` is not at all.
    pub verification: Option<Verification>,
    /// The certificate that is shown when the backend asks for one.
    pub identity: Option<Identity>,
}

impl Default for UpstreamTls {
    fn default() -> Self {
        Self {
            versions: TlsVersions::BOTH,
            cipher_suites: None,
            name: UNNAMED.into(),
            sends_name: false,
            verification: None,
            identity: None,
        }
    }
}

/// Versions of TLS; others are not spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlsVersions {
    /// TLS 1.2.
    pub tls12: bool,
    /// TLS 1.3.
    pub tls13: bool,
}

impl TlsVersions {
    /// Both.
    pub const BOTH: Self = Self {
        tls12: true,
        tls13: true,
    };
}

/// Checking a backend's certificate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Verification {
    /// Certificates that are trusted, in DER.
    pub roots: Box<[Box<[u8]>]>,
    /// `proxy-ssl-verify-depth`: the most certificates between the backend's own and a trusted one.
    pub depth: u32,
}

/// A certificate with its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The certificate and those that lead to its authority, in DER.
    pub chain: Box<[Box<[u8]>]>,
    /// The private key, in PEM.
    pub key: Confidential,
}

/// Bytes that must not be shown.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Confidential(Box<[u8]>);

impl Confidential {
    /// Bytes that nobody is to see.
    #[must_use]
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes. Whoever asks must not write them anywhere.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Confidential({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_shown() {
        let identity = Identity {
            chain: Box::default(),
            key: Confidential::new(b"hunter2".as_slice()),
        };
        let shown = format!("{identity:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("104"),
            "{shown}"
        );
    }

    #[test]
    fn auto_http_is_as_the_client_came() {
        let check = |protocol, scheme, name| {
            let settings = RouteSettings {
                backend_protocol: protocol,
                ..RouteSettings::default()
            };
            assert_eq!(
                settings.wire(scheme).name(),
                name,
                "{protocol:?} {scheme:?}"
            );
        };
        check(BackendProtocol::Http, Scheme::Http, "http");
        check(BackendProtocol::Http, Scheme::Https, "http");
        check(BackendProtocol::Https, Scheme::Http, "https");
        check(BackendProtocol::AutoHttp, Scheme::Http, "http");
        check(BackendProtocol::AutoHttp, Scheme::Https, "https");
        check(BackendProtocol::Grpc, Scheme::Https, "h2c");
        check(BackendProtocol::Grpcs, Scheme::Http, "h2");
    }
}
