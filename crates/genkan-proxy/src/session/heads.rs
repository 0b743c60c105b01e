//! Heads as they are written, where the router's plans need something from the session.

use genkan_http::{
    framing::{ResponseBody, ResponseFraming},
    head::{RequestView, ResponseView, Version},
    known::KnownHeader,
    write::HeadWriter,
};
use genkan_route::{
    forward::{
        AddedFields, DownstreamBody, DownstreamConnection, DownstreamHead, Rewriting,
        write_downstream_head,
    },
    settings::GlobalSettings,
};

use crate::answer::Persistence;

/// A client's own request id is used up to this length, as in the head for the backend.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// The id of an exchange as backend and log know it: the client's own if it is usable, or ours.
pub(super) fn effective_id<'a>(view: RequestView<'a>, own: &'a [u8]) -> &'a [u8] {
    let usable = |id: &&[u8]| {
        (1..=REQUEST_ID_BYTES_MAX).contains(&id.len())
            && id.iter().all(|byte| matches!(byte, b' '..=b'~'))
    };
    view.first(KnownHeader::XRequestId)
        .filter(usable)
        .unwrap_or(own)
}

/// Chooses the framing towards a client of this version.
pub(super) fn downstream_body(framing: &ResponseFraming, version: Version) -> DownstreamBody {
    match framing.body {
        ResponseBody::Length(length) => DownstreamBody::Length(length),
        // HEAD and 304 tell the length of a body that is not sent.
        ResponseBody::None => framing
            .content_length
            .map_or(DownstreamBody::Unannounced, DownstreamBody::Length),
        // Later versions frame by themselves.
        ResponseBody::Chunked | ResponseBody::UntilClose
            if version.major == 1 && version >= Version::HTTP_11 =>
        {
            DownstreamBody::Chunked
        }
        ResponseBody::Chunked | ResponseBody::UntilClose => DownstreamBody::Unannounced,
    }
}

/// Appends the head for the client. Whoever sees an error gets the id to ask about it.
pub(super) fn write_downstream(
    out: &mut impl HeadWriter,
    response: ResponseView<'_>,
    body: DownstreamBody,
    persistence: Persistence,
    (date, request_id): (&str, &[u8]),
    (settings, added, rewriting): (&GlobalSettings, AddedFields<'_>, Option<Rewriting<'_>>),
) {
    let connection = match persistence {
        _ if response.status() == 101 => DownstreamConnection::Upgrade,
        Persistence::Close => DownstreamConnection::Close,
        Persistence::Implied | Persistence::KeepAlive => DownstreamConnection::KeepAlive,
        Persistence::Unsaid => DownstreamConnection::Unsaid,
    };
    let date = date.as_bytes();
    write_downstream_head(
        out,
        &DownstreamHead {
            response,
            body,
            connection,
            settings,
            added,
            rewriting,
            date,
            request_id,
        },
    );
}

/// Appends an interim response (RFC 9110 section 15.2) as the client is to see it.
pub(super) fn write_interim(out: &mut impl HeadWriter, view: ResponseView<'_>) {
    out.status(view.status(), view.reason());
    out.copy_fields(view, |field| {
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
    out.end();
}
