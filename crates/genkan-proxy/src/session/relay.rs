//! Relaying a response body, and the rest of the request body beside it.
//!
//! Bytes go from the read buffer straight to the client. The buffer is the back-pressure: nothing more
//! is read while something waits to be written. Reads grow to 64 KiB when they fill their buffer.

mod outflow;

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use genkan_http::framing::ResponseFraming;

use self::outflow::Outflow;
pub(super) use self::outflow::Shape;
use super::{
    client::{Client, SEND_TIMEOUT},
    deadline::Deadline,
    downstream::Downstream,
    exchange::{Exchange, Next},
    forward::settle_body,
    observe::{self, OwnSubject},
    patience::{Party, Patience},
    sending::{Outgoing, Sending},
};
use crate::{
    body::collect::RequestBody, buffer::Buffer, upstream::pool::Connection,
    worker::watch::Interrupt,
};

/// The request, as far as it is not sent yet.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) sending: Sending,
    pub(super) head: Vec<u8>,
    pub(super) body: RequestBody,
}

/// A response on its way from an endpoint to a client.
#[derive(Debug)]
pub(super) struct Relay {
    connection: Connection,
    outflow: Outflow,
    /// Bytes sent before the body.
    head_bytes: u64,
    upstream_keep_alive: bool,
    patience: Patience,
    pub(super) request: Request,
    pub(super) keep_alive: bool,
    pub(super) began: Instant,
    pub(super) read_timeout: Duration,
    /// The client's own deadline.
    pub(super) deadline: Deadline,
    /// The most bytes a streamed request body may have.
    pub(super) body_size_max: Option<u64>,
    pub(super) subject: Option<OwnSubject>,
}

/// How a relay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client got everything.
    Complete,
    /// The endpoint closed, fell silent or broke its framing in the middle of the body.
    Truncated,
    /// The client left, or does not read.
    ClientGone,
}

impl Relay {
    /// A relay whose head is in `out`; `sent` bytes went to the client before (interim responses).
    pub(super) fn new(
        connection: Connection,
        received: Buffer,
        framing: ResponseFraming,
        shape: Shape,
        (out, sent): (Vec<u8>, u64),
    ) -> Self {
        Self {
            connection,
            head_bytes: sent + out.len() as u64,
            outflow: Outflow::new(framing.body, shape, received, out),
            upstream_keep_alive: framing.keep_alive,
            patience: Patience::default(),
            request: Request {
                sending: Sending::default(),
                head: Vec::new(),
                body: RequestBody::Empty,
            },
            keep_alive: false,
            began: Instant::now(),
            read_timeout: Duration::MAX,
            deadline: Deadline::default(),
            body_size_max: None,
            subject: None,
        }
    }

    /// Goes as far as it goes without waiting.
    pub(super) async fn look<D: Downstream>(
        &mut self,
        client: &mut Client<D>,
        buffer: &Buffer,
        exchange: &mut Exchange,
    ) -> Poll<End> {
        poll_fn(|cx| Poll::Ready(self.poll(cx, client, buffer, exchange))).await
    }

    /// Puts everything back where it belongs and says what becomes of the client's connection.
    pub(super) fn settle<D: Downstream>(
        self,
        client: &mut Client<D>,
        buffer: &mut Buffer,
        exchange: &mut Exchange,
        end: End,
    ) -> Next {
        let worker = &client.worker;
        let Request {
            sending,
            head,
            body,
        } = self.request;
        let reusable = self.upstream_keep_alive && self.outflow.is_exact() && sending.done;
        if end == End::Complete && reusable {
            let held = worker.held();
            worker
                .pools
                .put(self.connection, Instant::now(), held.settings());
        }
        self.outflow.release(&worker.buffers);
        worker.buffers.give_output(head);
        exchange.tally.body_sent = exchange.tally.sent.saturating_sub(self.head_bytes);
        if let Some(attempt) = exchange.tally.attempts.last_mut() {
            attempt.response_time = self.began.elapsed();
        }
        settle_body(client, buffer, exchange, body);
        match end {
            // nginx keeps the status of a response that was begun.
            End::Truncated | End::ClientGone => Next::Close,
            End::Complete if exchange.body_pending => Next::Linger,
            End::Complete if self.keep_alive && !client.line.is_half_closed() => Next::Request,
            End::Complete => Next::Close,
        }
    }

    fn poll<D: Downstream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<D>,
        buffer: &Buffer,
        exchange: &mut Exchange,
    ) -> Poll<End> {
        let step = self.advance(cx, client, exchange);
        let party = match step {
            Step::End(end) => return Poll::Ready(end),
            Step::Wait(party) => party,
        };
        self.poll_request(cx, client, buffer);
        let left = self.request.sending.done && client.poll_left(cx).is_ready();
        if left && !client.line.is_half_closed() {
            // Reset. A client that only closed its sending side still gets its response.
            return Poll::Ready(End::ClientGone);
        }
        if std::mem::take(&mut self.request.sending.moved) {
            self.patience.moved();
        }
        let timeout = match party {
            Party::ClientTakes => SEND_TIMEOUT,
            _ => self.deadline.cut(self.read_timeout),
        };
        self.patience.wait(&client.watch, party, timeout);
        client
            .watch
            .poll(cx)
            .map(|interrupt| match (interrupt, party) {
                (Interrupt::Timeout, Party::EndpointSends) => End::Truncated,
                _ => End::ClientGone,
            })
    }

    fn advance<D: Downstream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<D>,
        exchange: &mut Exchange,
    ) -> Step {
        let Self {
            connection,
            outflow,
            patience,
            ..
        } = self;
        let buffers = &client.worker.buffers;
        loop {
            match outflow.prepare() {
                Ok(data) => count(exchange, data),
                Err(_) => return Step::End(End::Truncated),
            }
            let (first, second) = outflow.pending();
            if !first.is_empty() || !second.is_empty() {
                if outflow.is_last() {
                    // whoever has the whole response may ask again at once
                    exchange.place = None;
                }
                match client.line.poll_put(cx, first, second, outflow.is_last()) {
                    Poll::Ready(Ok(count)) => {
                        exchange.tally.sent += count as u64;
                        outflow.sent(count, buffers);
                        patience.moved();
                    }
                    Poll::Ready(Err(_)) => return Step::End(End::ClientGone),
                    Poll::Pending => return Step::Wait(Party::ClientTakes),
                }
                continue;
            }
            if outflow.is_complete() {
                if !D::IN_SERIES {
                    trail(&mut client.line, &outflow.take_trailers());
                }
                return match client.line.poll_end(cx) {
                    Poll::Ready(Ok(())) => Step::End(End::Complete),
                    Poll::Ready(Err(_)) => Step::End(End::ClientGone),
                    Poll::Pending => Step::Wait(Party::ClientTakes),
                };
            }
            match outflow.poll_read(&mut connection.stream, cx, buffers) {
                Poll::Ready(Ok(0)) if outflow.end_of_stream(&connection.stream.take_trailers()) => {
                }
                Poll::Ready(Ok(0) | Err(_)) => return Step::End(End::Truncated),
                Poll::Ready(Ok(_)) => patience.moved(),
                Poll::Pending => return Step::Wait(Party::EndpointSends),
            }
        }
    }

    fn poll_request<D: Downstream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<D>,
        buffer: &Buffer,
    ) {
        let Request {
            sending,
            head,
            body,
        } = &mut self.request;
        if sending.done || sending.failed {
            return;
        }
        let mut outgoing = Outgoing {
            head,
            body,
            buffer,
            size_max: self.body_size_max,
        };
        if sending
            .poll(cx, &mut self.connection.stream, client, &mut outgoing)
            .is_err()
        {
            // The response goes on; the connections end with it.
            sending.failed = true;
        }
    }
}

fn trail(line: &mut impl Downstream, lines: &[u8]) {
    for trailer in lines.split(|byte| *byte == b'\n') {
        if let Some(colon) = trailer.iter().position(|byte| *byte == b':') {
            line.trail(&trailer[..colon], trailer[colon + 1..].trim_ascii());
        }
    }
}

enum Step {
    End(End),
    Wait(Party),
}

fn count(exchange: &mut Exchange, data: u64) {
    if let Some(attempt) = exchange.tally.attempts.last_mut() {
        attempt.response_length += data;
    }
}

/// Relays to the end.
pub(super) async fn run<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    mut relay: Box<Relay>,
) -> Next {
    let end = poll_fn(|cx| relay.poll(cx, client, buffer, exchange)).await;
    let subject = relay.subject.take();
    let next = relay.settle(client, buffer, exchange, end);
    if let Some(subject) = subject {
        observe::finish(client, buffer, exchange, &subject.borrow());
    }
    next
}
