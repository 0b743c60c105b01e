//! Whole compiles, from YAML.

mod access;
mod finding;
mod front;
mod further;
mod incremental;
mod reference;
mod request;
pub(crate) mod routing;
mod upstream_tls;
pub(crate) mod world;
