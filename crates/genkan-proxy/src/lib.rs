//! The data plane: workers, sessions, pools, relay, static files, log, metrics.
//!
//! The way of a request: a [`worker`] accepts a connection, a session reads heads from it, the router
//! decides, and the same task relays to an endpoint from the worker's pools. This crate does not know
//! that Kubernetes exists.

pub mod access_log;
mod answer;
mod authenticator;
mod body;
mod buffer;
pub mod capture;
mod counters;
mod limiter;
mod listener;
mod live;
pub mod metrics;
mod opening;
mod password;
mod proxy;
mod proxy_header;
mod publication;
pub mod record;
mod refusal;
mod session;
mod start_error;
pub mod static_files;
pub mod static_response;
pub mod tls;
mod upstream;
pub mod worker;

pub use counters::Totals;
pub use listener::ListenOn;
pub use live::Live;
pub use proxy::{Proxy, ProxyOptions, SPILL_BYTES_MAX, WORKERS_MAX};
pub use publication::Publication;
pub use refusal::{FirstBytes, Refusal, RefusalReason, RefusalSink};
pub use start_error::StartError;
