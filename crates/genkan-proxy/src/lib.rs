//! The data plane: workers, sessions, pools, relay, static files, log, metrics.
//!
//! The way of a request: a [`worker`] accepts a connection, a session reads heads from it, the router
//! decides, and the same task relays to an endpoint from the worker's pools. This crate does not know
//! that Kubernetes exists.

pub mod access_log;
pub mod metrics;
pub mod record;
pub mod static_files;
pub mod static_response;
pub mod worker;
