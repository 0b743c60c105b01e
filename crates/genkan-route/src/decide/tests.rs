//! Rows of the reference, by name: hosts, paths, redirects, rewrites, the order of answers.

mod error_page;
mod host;
mod order;
mod path;
mod redirect;
mod rewrite;
pub(crate) mod world;
