//! TLS towards clients: rustls, driven over the socket without buffers of its own.
//!
//! [`Preparer`] turns certificates and keys into [`TlsConfigs`] on the control thread; workers only look
//! them up. A connection peeks at the ClientHello ([`handshake`]), takes the configuration of the server
//! name that the snapshot's [`TlsTable`](genkan_route::tls::TlsTable) chooses, and goes on as a
//! [`stream::TlsStream`], which holds no buffer while it is idle.

pub(crate) mod client;
pub(crate) mod configs;
mod distinguished_name;
pub(crate) mod handshake;
mod prepare;
mod self_signed;
mod sessions;
pub(crate) mod stream;
pub(crate) mod turns;

pub use configs::TlsConfigs;
pub use prepare::{KeyPairProblem, Preparer};
