//! Sending the proxy's own answers, and ending connections whose client still talks.

use std::{
    future::poll_fn,
    time::{Duration, Instant},
};

use genkan_http::framing::Body;
use genkan_route::{fault::Fault, route::Mode};
use tokio::io::AsyncWrite;

use super::{
    client::Client,
    exchange::{Exchange, Next},
    heads::effective_id,
    transport::Transport,
};
use genkan_http::known::KnownHeader;

use crate::{
    answer::{Answer, Content, Persistence},
    body::incoming::Incoming,
    buffer::{Buffer, MEDIUM},
    record::Maker,
    worker::held::Held,
};

/// The longest unread request body that is read away so that the connection can go on.
const DRAIN_BYTES_MAX: u64 = 64 << 10;
/// How long that may take between two reads.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// How much a closed-off client may still send before it is cut off.
const LINGER_BYTES_MAX: usize = 1 << 20;
/// How long it may take; nginx's `lingering_timeout`.
const LINGER_TIMEOUT: Duration = Duration::from_secs(5);

/// An answer of our own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own<'a> {
    pub(super) status: u16,
    pub(super) mode: Mode,
    pub(super) content: Content<'a>,
    /// The connection cannot go on.
    pub(super) close: bool,
}

impl Own<'_> {
    /// The answer to a fault. nginx ends the connection after these statuses: the rest of the request
    /// is not wanted, or cannot be found.
    pub(super) fn fault(fault: Fault, mode: Mode) -> Self {
        let status = fault.status(mode);
        let close = matches!(status, 400 | 408 | 413 | 414 | 431 | 500 | 501 | 505);
        Own {
            status,
            mode,
            content: Content::Fault(fault),
            close,
        }
    }
}

/// Sends an answer, and makes the connection ready for the next request where that is possible.
pub(super) async fn answer<S: Transport>(
    client: &mut Client<S>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    held: &Held,
    own: Own<'_>,
) -> Next {
    let rest = match (exchange.body_pending, own.close) {
        (false, _) => Rest::Nothing,
        (true, true) => Rest::TooMuch,
        (true, false) => unread(client, buffer, exchange),
    };
    let persistence = match rest {
        _ if own.close => Persistence::Close,
        Rest::TooMuch => Persistence::Close,
        Rest::Nothing | Rest::Some(_) => exchange.persistence(client, held),
    };
    let mut out = client.worker.buffers.output();
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
            request_id: if has_head {
                effective_id(view, &exchange.id.0)
            } else {
                &exchange.id.0
            },
            date: "",
            head_only: exchange.is_head_method(),
            connection: persistence,
            content: own.content,
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
    let sent = client.write(&out).await;
    if sent.is_ok() {
        exchange.tally.sent += out.len() as u64;
        exchange.tally.body_sent += body as u64;
    }
    client.worker.buffers.give_output(out);
    match (sent, persistence, rest) {
        (Err(_), _, _) => Next::Close,
        (Ok(()), Persistence::Close, Rest::Nothing) => Next::Close,
        (Ok(()), Persistence::Close, _) => Next::Linger,
        (Ok(()), _, Rest::Some(incoming)) => drain(client, buffer, exchange, incoming).await,
        (Ok(()), _, _) => Next::Request,
    }
}

/// What is left of the request body.
enum Rest {
    Nothing,
    /// Little enough to read it away.
    Some(Box<Incoming>),
    TooMuch,
}

fn unread<S>(client: &Client<S>, buffer: &Buffer, exchange: &mut Exchange) -> Rest {
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

async fn drain<S: Transport>(
    client: &mut Client<S>,
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
        let read = poll_fn(|cx| {
            match incoming.poll_read(&mut client.stream, cx, &client.worker.buffers) {
                std::task::Poll::Ready(read) => std::task::Poll::Ready(read.ok()),
                std::task::Poll::Pending => client.watch.poll(cx).map(|_| None),
            }
        });
        match read.await {
            None | Some(0) => return Next::Close,
            Some(_) => {}
        }
    }
}

/// Ends our side and reads what the client still sends: closing with unread bytes in the socket makes
/// the system reset the connection, and the client would lose the answer.
pub(super) async fn linger<S: Transport>(client: &mut Client<S>) {
    client.watch.set(Instant::now(), LINGER_TIMEOUT);
    let shutdown = poll_fn(|cx| {
        match std::pin::Pin::new(&mut client.stream as &mut (dyn AsyncWrite + Unpin))
            .poll_shutdown(cx)
        {
            std::task::Poll::Ready(done) => std::task::Poll::Ready(done.is_ok()),
            std::task::Poll::Pending => client.watch.poll(cx).map(|_| false),
        }
    });
    if !shutdown.await {
        return;
    }
    let mut left = LINGER_BYTES_MAX;
    while client.wait_for_bytes().await {
        let mut buffer = client.worker.buffers.take(MEDIUM);
        let read = client.read(&mut buffer).await;
        client.worker.buffers.give(buffer);
        match read {
            Ok(count) if count > 0 && count < left => left -= count,
            _ => return,
        }
    }
}
