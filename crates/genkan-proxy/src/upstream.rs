//! The way to endpoints: idle connections and new ones, in clear and over TLS, HTTP/1 and HTTP/2.

mod certificate;
pub(crate) mod connect;
pub(crate) mod http2;
pub(crate) mod pool;
pub(crate) mod prepare;
pub(crate) mod stream;
mod tls_stream;
mod verify;

/// Interim responses (1xx) to one request. Early hints come once or twice; WebDAV's 102 every few
/// seconds for as long as the work takes.
pub(crate) const INTERIM_RESPONSES_MAX: u32 = 100;
