//! Whole compiles, from YAML.

mod finding;
mod incremental;
mod request;
pub(crate) mod routing;
pub(crate) mod world;
