//! Kubernetes and Genkan objects with the place each value was written.
//!
//! The way of a file through this crate: [`files`] takes its bytes, cuts them into documents, reads each
//! as a tree of [`node`]s (YAML as kubectl understands it, or JSON), and turns the trees into typed
//! [`Resource`]s ([`kind`]). The [`ObjectStore`] holds the winners by kind, namespace and name. Every
//! field keeps its place, so that a finding can point at it and [`patch`] can change it without touching
//! what stands around it.
//!
//! Pure: no I/O, no clock, no randomness. Which route an object makes is not decided here.

pub mod api;
mod base64;
mod extent;
mod fields;
pub mod files;
mod json;
pub mod kind;
mod load;
mod name;
pub mod node;
pub mod patch;
mod place;
mod problem;
#[cfg(test)]
mod property;
mod remedy;
mod render;
mod resource;
mod scalar;
mod store;
mod stream;
pub mod yaml;

pub use extent::{Extent, Spanned, SpannedText};
pub use load::{Fault, LoadError};
pub use place::{ObjectSource, Place};
pub use problem::{Impact, Problem, ProblemKind, nearest};
pub use resource::{Object, ObjectKey, Resource};
pub use store::{ObjectStore, Table};
