//! From objects to a generation: routing snapshot, statuses, findings.
//!
//! Pure: the same objects, settings and resolved names give the same generation, in whatever order they
//! arrived. The way through: [`ingress`] lowers each Ingress into a claim and assembles the claims on a
//! host; [`endpoints`] finds the addresses of each Service port; [`Compiler`] keeps both from one
//! compile to the next and builds again only what a change names.
//!
//! What costs more than traffic can wait for is asked of a finished [`Generation`]: [`lint`] tries
//! requests and replays suggestions, [`diagnose`] explains one request.

pub mod annotation;
mod base;
mod check;
mod cipher;
mod claims;
mod compiler;
pub mod configmap;
pub mod diagnose;
mod endpoints;
mod external;
mod generation;
mod groups;
mod hosts;
mod ingress;
pub mod lint;
mod mark;
mod options;
mod order;
pub mod probe;
mod reference;
mod site;
mod tls;
mod upstream_tls;
mod world;

#[cfg(test)]
mod tests;

pub use compiler::{Compiler, Input};
pub use external::{Resolution, Resolutions};
pub use generation::{Generation, IngressStatus, Origins, Summary};
pub use options::{Options, STRICT_CONTROLLER, World};
pub use order::IngressName;
