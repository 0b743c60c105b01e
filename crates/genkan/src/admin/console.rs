//! The console port: explanations of requests that happened.

use std::net::SocketAddr;

use genkan_diagnosis::Style;

use super::server::{Reply, Request};
use crate::{client, control::Gateway};

/// Answers a request of the console port.
pub(super) fn answer(_gateway: &Gateway, _request: &Request) -> Reply {
    Reply::text(404, "not found\n")
}

/// Asks a console for the explanation of one request.
///
/// # Errors
/// When nobody answers there, or no such request is known.
pub(crate) fn ask(console: SocketAddr, id: &str, _style: &Style) -> Result<String, String> {
    let target = format!("/explain?id={id}");
    let answer = client::request(console, &console.to_string(), "GET", &target)
        .map_err(|error| error.to_string())?;
    Ok(answer.body)
}
