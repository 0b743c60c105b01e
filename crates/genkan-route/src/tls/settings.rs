//! What the installation asks of TLS towards clients.

use std::time::Duration;

/// Versions, suites, groups, sessions. The defaults are Mozilla's intermediate configuration, as
/// ingress-nginx has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// `ssl-protocols`: TLS 1.2.
    pub tls12: bool,
    /// `ssl-protocols`: TLS 1.3.
    pub tls13: bool,
    /// `ssl-ciphers`: suites of TLS 1.2 by their registered numbers, best first.
    pub suites: Box<[u16]>,
    /// `ssl-ecdh-curve`: groups by their registered numbers, best first; none is the library's choice.
    pub groups: Box<[u16]>,
    /// `ssl-session-cache`: whether sessions are kept here.
    pub session_cache: bool,
    /// `ssl-session-cache-size`, in sessions: nginx keeps about 4,000 in a megabyte.
    pub sessions_max: usize,
    /// `ssl-session-timeout`: how long a session can be resumed.
    pub session_timeout: Duration,
    /// `ssl-session-tickets`: whether clients keep sessions, sealed with a key that changes.
    pub session_tickets: bool,
    /// `ssl-reject-handshake`: whether server names that nobody has are refused.
    pub reject_unknown: bool,
}

/// AES-128 first, as in ingress-nginx; those with DHE are not spoken.
pub const SUITES: [u16; 6] = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8];

impl Default for TlsSettings {
    fn default() -> Self {
        Self {
            tls12: true,
            tls13: true,
            suites: Box::new(SUITES),
            groups: Box::default(),
            session_cache: true,
            sessions_max: 40_000,
            session_timeout: Duration::from_secs(600),
            session_tickets: false,
            reject_unknown: false,
        }
    }
}
