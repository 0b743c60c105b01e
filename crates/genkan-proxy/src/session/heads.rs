//! Heads as they are written: to endpoints and to clients.

use genkan_http::{
    framing::ResponseBody,
    head::{RequestView, ResponseView, Version},
    known::KnownHeader,
    write,
};
use genkan_route::decision::Forward;

use super::exchange::Asked;
use crate::answer::Persistence;

/// How the endpoint learns where the request body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UpstreamBody {
    None,
    Length(u64),
    Chunked,
}

/// The id of an exchange as everybody else knows it: the client's own, or ours.
pub(super) fn effective_id<'a>(view: RequestView<'a>, own: &'a [u8]) -> &'a [u8] {
    match view.first(KnownHeader::XRequestId) {
        Some(id) if !id.is_empty() => id,
        _ => own,
    }
}

/// Appends the head for the endpoint.
pub(super) fn write_upstream(
    out: &mut Vec<u8>,
    view: RequestView<'_>,
    ask: &Asked<'_>,
    forward: &Forward<'_>,
    body: UpstreamBody,
) {
    let target = if forward.rewritten {
        ask.scratch.target.as_slice()
    } else {
        view.target()
    };
    write::request_line(out, view.method(), &[target], Version::HTTP_11);
    let client = ask.input.client.ip().to_string();
    write::field(out, b"X-Real-IP", client.as_bytes());
    write::field(out, b"X-Forwarded-For", client.as_bytes());
    match body {
        UpstreamBody::None => {}
        UpstreamBody::Length(length) => write::number_field(out, b"Content-Length", length),
        UpstreamBody::Chunked => write::field(out, b"Transfer-Encoding", b"chunked"),
    }
    if let Some(protocol) = view.first(KnownHeader::Upgrade) {
        write::field(out, b"Upgrade", protocol);
        write::field(out, b"Connection", b"upgrade");
    }
    view.copy_fields(out, |field| {
        !matches!(
            field.id,
            KnownHeader::Connection
                | KnownHeader::KeepAlive
                | KnownHeader::Te
                | KnownHeader::TransferEncoding
                | KnownHeader::ContentLength
                | KnownHeader::Upgrade
                | KnownHeader::Expect
                | KnownHeader::Proxy
        )
    });
    write::end(out);
}

/// How the client learns where the response body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DownstreamBody {
    /// The endpoint's own words, which may give the length of a body that is not sent.
    AsGiven,
    Chunked,
    UntilClose,
}

/// Chooses the framing towards a client of this version.
pub(super) fn downstream_body(body: ResponseBody, version: Version) -> DownstreamBody {
    match body {
        ResponseBody::None | ResponseBody::Length(_) => DownstreamBody::AsGiven,
        ResponseBody::Chunked | ResponseBody::UntilClose if version >= Version::HTTP_11 => {
            DownstreamBody::Chunked
        }
        ResponseBody::Chunked | ResponseBody::UntilClose => DownstreamBody::UntilClose,
    }
}

/// Appends the head for the client.
pub(super) fn write_downstream(
    out: &mut Vec<u8>,
    view: ResponseView<'_>,
    body: DownstreamBody,
    persistence: Persistence,
    date: &str,
    request_id: &[u8],
) {
    write::status_line(out, view.status(), view.reason());
    write::field(out, b"Date", date.as_bytes());
    view.copy_fields(out, |field| {
        !matches!(
            field.id,
            KnownHeader::Connection
                | KnownHeader::KeepAlive
                | KnownHeader::TransferEncoding
                | KnownHeader::Server
                | KnownHeader::Upgrade
                | KnownHeader::Date
        )
    });
    if view.status() == 101 {
        if let Some(protocol) = view.first(KnownHeader::Upgrade) {
            write::field(out, b"Upgrade", protocol);
        }
        out.extend_from_slice(b"Connection: upgrade\r\n");
    } else {
        if body == DownstreamBody::Chunked {
            write::field(out, b"Transfer-Encoding", b"chunked");
        }
        out.extend_from_slice(persistence.line().as_bytes());
    }
    if view.status() >= 400 && !view.has(KnownHeader::XRequestId) {
        write::field(out, b"X-Request-ID", request_id);
    }
    write::end(out);
}

/// Appends an interim response (RFC 9110 section 15.2) as the client is to see it.
pub(super) fn write_interim(out: &mut Vec<u8>, view: ResponseView<'_>) {
    write::status_line(out, view.status(), view.reason());
    view.copy_fields(out, |field| {
        !matches!(
            field.id,
            KnownHeader::Connection
                | KnownHeader::KeepAlive
                | KnownHeader::TransferEncoding
                | KnownHeader::ContentLength
                | KnownHeader::Upgrade
                | KnownHeader::Server
        )
    });
    write::end(out);
}
