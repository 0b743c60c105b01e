//! Errors of the proxy's own as gRPC clients understand them: a response that is its own trailers.

use genkan_http::write::HeadWriter;
use genkan_route::fault::Fault;

use super::reason;

/// Whether a content type is gRPC's, and errors are to be told its way. gRPC itself needs HTTP/2; over
/// HTTP/1 only gRPC-Web is at home.
pub(crate) fn is_grpc(content_type: &[u8], http2: bool) -> bool {
    let named = |name: &str| {
        content_type
            .split_at_checked(name.len())
            .is_some_and(|(start, rest)| {
                let ends = matches!(rest.first(), None | Some(b'+' | b';' | b' '));
                ends && start.eq_ignore_ascii_case(name.as_bytes())
            })
    };
    named("application/grpc-web")
        || named("application/grpc-web-text")
        || (http2 && named("application/grpc"))
}

/// Appends the fields that say what went wrong. The code of the catalogue is part of the message.
pub(super) fn write(out: &mut impl HeadWriter, content_type: &[u8], fault: Fault, status: u16) {
    out.field(b"Content-Type", content_type);
    out.number_field(b"grpc-status", number(fault, status));
    // Visible ASCII without `%`: nothing of it needs to be escaped.
    let message = format!("{} {status} {}", fault.facts().code, reason(status));
    out.field(b"grpc-message", message.as_bytes());
}

/// gRPC's own mapping of HTTP statuses, and what we know better.
fn number(fault: Fault, status: u16) -> u64 {
    match (fault, status) {
        (Fault::Deadline, _) => 4,        // DEADLINE_EXCEEDED
        (_, 413) => 8,                    // RESOURCE_EXHAUSTED
        (_, 400 | 431) => 13,             // INTERNAL
        (_, 401) => 16,                   // UNAUTHENTICATED
        (_, 403) => 7,                    // PERMISSION_DENIED
        (_, 404) => 12,                   // UNIMPLEMENTED
        (_, 429 | 502 | 503 | 504) => 14, // UNAVAILABLE
        _ => 2,                           // UNKNOWN
    }
}
