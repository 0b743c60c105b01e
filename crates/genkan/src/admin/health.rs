//! `/healthz`, `/readyz`, `/metrics`.

use genkan_proxy::metrics::Exposition;

use super::server::{Reply, Request};
use crate::control::Gateway;

/// Answers a request of the admin port.
pub(super) fn answer(gateway: &Gateway, request: &Request) -> Reply {
    match request.path.as_str() {
        // ingress-nginx: 500 from the moment a shutdown starts; also /healthz/CHECK.
        path if path == "/healthz" || path.starts_with("/healthz/") => health(gateway),
        "/readyz" => health(gateway),
        "/metrics" => {
            let mut out = Exposition::default();
            gateway.expose(&mut out);
            Reply::new(
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                out.into_text(),
            )
        }
        _ => Reply::text(404, "not found; try /healthz, /readyz, /metrics\n"),
    }
}

/// A gateway that is asked at all has a generation that every worker serves.
fn health(gateway: &Gateway) -> Reply {
    if gateway.is_healthy() {
        Reply::text(200, "ok")
    } else {
        Reply::text(500, "draining\n")
    }
}
