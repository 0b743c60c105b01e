//! The way to endpoints: idle connections and new ones, in clear and over TLS, HTTP/1 and HTTP/2.

mod certificate;
pub(crate) mod connect;
pub(crate) mod http2;
pub(crate) mod pool;
pub(crate) mod prepare;
pub(crate) mod stream;
mod tls_stream;
mod verify;
