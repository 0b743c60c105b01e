//! The way to endpoints: idle connections and new ones, in clear and over TLS.

mod certificate;
pub(crate) mod connect;
pub(crate) mod pool;
pub(crate) mod prepare;
pub(crate) mod stream;
mod tls_stream;
mod verify;
