//! The heads that go on: what the backend gets of a request, what the client gets of a response.
//!
//! Pure functions that write into a vector in one pass. Which fields are set, replaced, kept or
//! dropped is ingress-nginx's plan in both modes; where the body ends was decided elsewhere and is
//! only written down here.

pub(crate) mod added;
mod client_certificate;
mod error;
mod request;
mod response;
mod rewriting;

#[cfg(test)]
mod tests;

pub use added::AddedFields;
pub(crate) use error::push_error_fields;
pub use error::{ErrorHead, error_target, write_error_head};
pub use request::{UpstreamHead, write_upstream_head};
pub use response::{
    DownstreamBody, DownstreamConnection, DownstreamHead, SERVER, write_downstream_head,
};
pub use rewriting::{CookieRewrite, LocationSource, ResponseRewrite, Rewriting};
