//! Connections that were closed because they did not begin as their listener asks, told to whoever
//! runs the proxy: no exchange comes of them, so no log line and no trace would.

use std::{
    cell::Cell,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use genkan_http::{client_hello, proxy_protocol};
use genkan_route::decision::Scheme;

/// One such connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The TCP peer.
    pub peer: SocketAddr,
    /// Port of the listener.
    pub port: u16,
    /// Scheme of the listener.
    pub scheme: Scheme,
    /// What was wrong.
    pub reason: RefusalReason,
}

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalReason {
    /// A PROXY header is asked for, and something else came.
    ProxyHeaderMissing(FirstBytes),
    /// The PROXY header breaks its format.
    ProxyHeaderBroken,
    /// A PROXY header came where none is asked for.
    ProxyHeaderUnexpected,
    /// TLS came where plain HTTP is spoken.
    TlsOnPlain,
    /// Plain HTTP came where TLS is spoken.
    PlainOnTls,
}

/// What a connection begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FirstBytes {
    /// TLS.
    Tls,
    /// A PROXY header.
    ProxyHeader,
    /// Letters: HTTP in clear, or a protocol that looks like it.
    Text,
    /// None of these.
    Other,
}

impl FirstBytes {
    /// Of bytes that have arrived, at least one.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match bytes {
            _ if client_hello::peek(bytes) != client_hello::FirstBytes::NotTls => Self::Tls,
            _ if proxy_protocol::is_begun(bytes) => Self::ProxyHeader,
            [first, ..] if first.is_ascii_alphabetic() => Self::Text,
            _ => Self::Other,
        }
    }
}

/// Takes refusals, on the worker's thread: must not block.
pub type RefusalSink = dyn Fn(Refusal) + Send + Sync;

/// Refusals that one worker tells in [`PERIOD`]; the counters have all.
const TOLD_MAX: u32 = 8;
const PERIOD: Duration = Duration::from_secs(1);

/// The refusals of one worker.
pub(crate) struct Refusals {
    sink: Arc<RefusalSink>,
    began: Cell<Instant>,
    told: Cell<u32>,
}

impl Refusals {
    pub(crate) fn new(sink: Arc<RefusalSink>) -> Self {
        Self {
            sink,
            began: Cell::new(Instant::now()),
            told: Cell::new(0),
        }
    }

    /// Tells one, unless many were told a moment ago.
    pub(crate) fn tell(&self, refusal: Refusal) {
        if self.began.get().elapsed() > PERIOD {
            self.began.set(Instant::now());
            self.told.set(0);
        }
        if self.told.get() < TOLD_MAX {
            self.told.set(self.told.get() + 1);
            (self.sink)(refusal);
        }
    }
}
