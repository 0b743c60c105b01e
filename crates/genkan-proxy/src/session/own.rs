//! Sending the proxy's own answers, and getting unread request bodies out of the way.

use std::{
    future::poll_fn,
    time::{Duration, Instant},
};

use genkan_http::framing::Body;
use genkan_route::{fault::Fault, forward::AddedFields, route::Mode};

use super::{
    client::Client,
    downstream::Downstream,
    exchange::{Asked, Exchange, Next},
    heads::effective_id,
};
use genkan_http::{known::KnownHeader, write::HeadWriter};

use crate::{
    answer::{Answer, Content, Persistence, is_grpc},
    body::incoming::Incoming,
    buffer::Buffer,
    record::Maker,
    worker::held::Held,
};

/// The longest unread request body that is read away so that the connection can go on.
const DRAIN_BYTES_MAX: u64 = 64 << 10;
/// How long that may take between two reads.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// An answer of our own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own<'a> {
    pub(super) status: u16,
    pub(super) mode: Mode,
    pub(super) content: Content<'a>,
    /// The connection cannot go on.
    pub(super) close: bool,
    /// Fields that the decision adds.
    pub(super) added: AddedFields<'a>,
}

impl<'a> Own<'a> {
    /// With the fields that a decision adds to every response.
    pub(super) fn adding(self, ask: &Asked<'a>) -> Self {
        let added = AddedFields::of(ask.fields);
        Self { added, ..self }
    }

    /// The answer to a fault. nginx ends the connection after these statuses: the rest of the request
    /// is not wanted, or cannot be found.
    pub(super) fn fault(fault: Fault, mode: Mode) -> Self {
        let status = fault.status(mode);
        let close = matches!(status, 400 | 408 | 413 | 414 | 421 | 431 | 500 | 501 | 505);
        Own {
            status,
            mode,
            content: Content::Fault(fault),
            close,
            added: AddedFields::default(),
        }
    }
}

/// Sends an answer, and makes the connection ready for the next request where that is possible.
pub(super) async fn answer<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    held: &Held,
    own: Own<'_>,
) -> Next {
    let rest = match (exchange.body_pending, own.close) {
        (false, _) => Rest::Nothing,
        (true, _) if !D::IN_SERIES => Rest::Nothing,
        (true, true) => Rest::TooMuch,
        (true, false) => unread(client, buffer, exchange),
    };
    let goes_on = !own.close && !matches!(rest, Rest::TooMuch);
    let persistence = exchange.persistence(client, held, goes_on);
    let mut out = client.draft();
    let body = {
        let view = exchange.view(buffer);
        let has_head = exchange.head_len > 0;
        let answer = Answer {
            status: own.status,
            mode: own.mode,
            accept: if has_head {
                view.first(KnownHeader::Accept)
            } else {
                None
            },
            user_agent: if has_head {
                view.first(KnownHeader::UserAgent)
            } else {
                None
            },
            grpc: if has_head {
                view.first(KnownHeader::ContentType)
                    .filter(|value| is_grpc(value, !D::IN_SERIES))
            } else {
                None
            },
            request_id: if has_head {
                effective_id(view, &exchange.id.0)
            } else {
                &exchange.id.0
            },
            date: "",
            head_only: exchange.is_head_method(),
            connection: persistence,
            content: own.content,
            added: own.added,
            server: held.settings().server_field,
        };
        client
            .worker
            .wall
            .with_date(|date| Answer { date, ..answer }.write(&mut out))
    };
    exchange.tally.status = own.status;
    exchange.tally.maker = match own.content {
        Content::Page { .. } => Maker::Static,
        _ => Maker::Proxy,
    };
    exchange.tally.fault = match own.content {
        Content::Fault(fault) => Some(fault),
        _ => None,
    };
    exchange.place = None;
    let sent = client.send(out, true).await;
    if let Ok(length) = sent {
        exchange.tally.sent += length;
        exchange.tally.body_sent += body as u64;
    }
    match (sent, persistence, rest) {
        (Err(_), _, _) => Next::Close,
        (Ok(_), Persistence::Close, Rest::Nothing) => Next::Close,
        (Ok(_), Persistence::Close, _) => Next::Linger,
        (Ok(_), _, Rest::Some(incoming)) => drain(client, buffer, exchange, incoming).await,
        (Ok(_), _, _) => Next::Request,
    }
}

/// Answers `Expect: 100-continue` (RFC 9110 10.1.1). A failure shows when the answer is sent.
pub(super) async fn tell_to_continue<D: Downstream>(
    client: &mut Client<D>,
    exchange: &mut Exchange,
) {
    exchange.framing.expect_continue = false;
    let mut go_on = client.draft();
    go_on.status(100, b"Continue");
    go_on.end();
    // it is no part of the response that the log counts
    let _ = client.send(go_on, false).await;
}

/// What is left of the request body.
enum Rest {
    Nothing,
    /// Little enough to read it away.
    Some(Box<Incoming>),
    TooMuch,
}

fn unread<D>(client: &Client<D>, buffer: &Buffer, exchange: &mut Exchange) -> Rest {
    let begun = exchange.behind_head(buffer);
    let waits = exchange.framing.expect_continue && begun.is_empty();
    let announced = match exchange.framing.body {
        Body::None => 0,
        Body::Length(length) if length <= begun.len() as u64 => {
            exchange.consumed = exchange.head_len + length as usize;
            exchange.tally.received = length;
            return Rest::Nothing;
        }
        Body::Length(length) => length,
        Body::Chunked => 0,
    };
    // A client that waits for our word may send the body or not: the next byte could be either.
    if waits || announced > DRAIN_BYTES_MAX {
        return Rest::TooMuch;
    }
    let incoming = Incoming::new(exchange.framing.body, begun, &client.worker.buffers);
    exchange.consumed = buffer.len();
    Rest::Some(Box::new(incoming))
}

async fn drain<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    mut incoming: Box<Incoming>,
) -> Next {
    loop {
        if incoming.check().is_err() || incoming.data > DRAIN_BYTES_MAX {
            return Next::Linger;
        }
        let checked = incoming.ready().len();
        incoming.forwarded(checked, &client.worker.buffers);
        if incoming.is_complete() {
            exchange.tally.received = incoming.received;
            incoming.into_rest(&client.worker.buffers, buffer);
            return Next::Request;
        }
        client.watch.set(Instant::now(), DRAIN_TIMEOUT);
        let read =
            poll_fn(
                |cx| match incoming.poll_read(&mut client.line, cx, &client.worker.buffers) {
                    std::task::Poll::Ready(read) => std::task::Poll::Ready(read.ok()),
                    std::task::Poll::Pending => client.watch.poll(cx).map(|_| None),
                },
            );
        if read.await.is_none() {
            return Next::Close;
        }
    }
}
