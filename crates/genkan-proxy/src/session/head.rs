//! Reading a request head.

use std::time::Instant;

use genkan_http::{
    framing::{RequestFraming, request_framing},
    head::RequestView,
    parse::{Progress, parse_request},
    reject::RequestReject,
};
use genkan_route::fault::Fault;

use super::{
    client::{Client, Gone},
    exchange::Exchange,
    http1::Http1,
    transport::Transport,
};
use crate::{
    buffer::{Buffer, LARGE, MEDIUM},
    refusal::FirstBytes,
    worker::held::Held,
};

/// How reading a head can end without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadEnd {
    /// Nobody is there to be answered, and there is nothing to log.
    Nothing,
    /// The client left or was told to leave in the middle of a head.
    Gone,
    /// To be answered and then closed: the connection is out of step.
    Refused(Fault),
    /// The client speaks HTTP/2 from the start ("prior knowledge", RFC 9113 section 3.3).
    Http2,
}

/// How the preface of HTTP/2 begins: what an HTTP/1 parser takes for a request line.
const PREFACE_LINE: &[u8] = b"PRI * HTTP/2.0\r\n";

/// Reads until the head is complete and its framing is clear.
pub(super) async fn read<S: Transport>(
    client: &mut Client<Http1<S>>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    held: &Held,
) -> Result<RequestFraming, HeadEnd> {
    let mut partial = false;
    loop {
        if !buffer.is_empty() {
            match parse_request(buffer.filled(), &mut exchange.head, &held.limits) {
                Ok(Progress::Complete { head_len }) => {
                    exchange.head_len = head_len;
                    exchange.consumed = head_len;
                    client
                        .worker
                        .counters
                        .dropped_fields
                        .add(exchange.head.dropped().total() as u64);
                    let view = RequestView::new(&buffer.filled()[..head_len], &exchange.head);
                    return request_framing(view).map_err(refused);
                }
                Ok(Progress::Partial) => {}
                Err(RequestReject::VersionUnsupported)
                    if held.settings().http2
                        && client.line.is_fresh()
                        && buffer.filled().starts_with(PREFACE_LINE) =>
                {
                    return Err(HeadEnd::Http2);
                }
                Err(reject) => {
                    let other = foreign(buffer.filled()).filter(|_| client.line.is_fresh());
                    return Err(other.map_or(refused(reject), HeadEnd::Refused));
                }
            }
            if !partial {
                partial = true;
                client
                    .watch
                    .set(exchange.started, held.settings().header_timeout);
            }
        }
        make_room(client, buffer, held);
        match client.read(buffer).await {
            Ok(0) | Err(Gone::Closed | Gone::Told) if buffer.is_empty() => {
                return Err(HeadEnd::Nothing);
            }
            Ok(0) | Err(Gone::Closed | Gone::Told) => return Err(HeadEnd::Gone),
            // nginx closes a silent connection silently.
            Err(Gone::Timeout) if buffer.is_empty() => return Err(HeadEnd::Nothing),
            Err(Gone::Timeout) => return Err(HeadEnd::Refused(Fault::ClientTimeout)),
            Ok(count) if buffer.len() == count => exchange.started = Instant::now(),
            Ok(_) => {}
        }
    }
}

/// Whether a connection that does not begin with HTTP begins with what belongs to another listener.
fn foreign(bytes: &[u8]) -> Option<Fault> {
    match FirstBytes::of(bytes) {
        FirstBytes::Tls => Some(Fault::TlsOnPlain),
        FirstBytes::ProxyHeader => Some(Fault::ProxyHeader),
        FirstBytes::Text | FirstBytes::Other => None,
    }
}

/// The parser refuses heads before they outgrow the largest size asked for here.
fn make_room<S>(client: &Client<S>, buffer: &mut Buffer, held: &Held) {
    if buffer.has_room() {
        return;
    }
    let size = match buffer.len() {
        size if size < MEDIUM => MEDIUM,
        size if size < LARGE => LARGE,
        size => (size * 2).max(held.limits.head_bytes_max()),
    };
    client.worker.buffers.grow(buffer, size);
}

pub(super) fn refused(reject: RequestReject) -> HeadEnd {
    HeadEnd::Refused(match reject {
        RequestReject::RequestLineTooLong => Fault::TargetTooLong,
        RequestReject::FieldTooLong
        | RequestReject::HeadTooLarge
        | RequestReject::FieldsTooMany => Fault::HeadTooLarge,
        RequestReject::VersionUnsupported => Fault::VersionNotSupported,
        RequestReject::TransferEncodingUnknown | RequestReject::ProtocolUnknown => {
            Fault::NotImplemented
        }
        _ => Fault::BadRequest,
    })
}
