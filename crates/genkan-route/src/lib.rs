//! The routing table, the router that serves and explains, and every pure verdict.
//!
//! [`decide`](decide::decide) is the only matcher and the only maker of verdicts that are a function
//! of their input. Live traffic calls it with [`NoRecorder`](recorder::NoRecorder), which compiles
//! away; `explain`, `lint`, captures and tests call it with a recorder.
//!
//! This crate does no I/O, reads no clock, draws no random numbers and knows neither tokio nor
//! Kubernetes: objects appear only as names to be shown ([`RouteOrigin`](route::RouteOrigin)).

pub mod access;
mod ask;
pub mod basic_auth;
pub mod check;
pub mod client;
pub mod cors;
pub mod decide;
pub mod decision;
pub mod endpoint;
pub mod error_page;
pub mod explanation;
pub mod fault;
pub mod forward;
pub mod host;
pub mod limit;
pub mod listen;
pub mod network;
pub mod pattern;
pub mod policy;
pub mod recorder;
pub mod rewrite;
pub mod route;
pub mod settings;
pub mod site;
pub mod snapshot;
pub mod table;
pub mod template;
pub mod tls;
pub mod upstream;
