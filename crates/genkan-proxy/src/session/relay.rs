//! Relaying a response body, and the rest of the request body beside it.
//!
//! Bytes go from the read buffer straight to the client. The buffer is the back-pressure: nothing more
//! is read while something waits to be written. Reads grow to 64 KiB when they fill their buffer.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use genkan_http::{
    chunked::{CHUNK_END, CHUNK_HEADER_BYTES_MAX, ChunkedDecoder, LAST_CHUNK, Part, chunk_header},
    framing::{ResponseBody, ResponseFraming},
    limits::ChunkLimits,
};

use super::{
    client::{Client, SEND_TIMEOUT},
    exchange::{Exchange, Next},
    forward::settle_body,
    observe::{self, OwnSubject},
    patience::{Party, Patience},
    sending::{Outgoing, Sending},
    transport::{Transport, poll_fill, poll_put},
};
use crate::{
    body::collect::RequestBody,
    buffer::{Buffer, LARGE, MEDIUM},
    upstream::pool::Connection,
    worker::watch::Interrupt,
};

/// How the body's framing changes on the way to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The endpoint's bytes, unchanged.
    AsIs,
    /// Ended by close there, chunked here.
    Encode,
    /// Chunked there, ended by close here (HTTP/1.0 clients).
    Decode,
}

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
    received: Buffer,
    /// Bytes at the front of `received` that go to the client as they are.
    checked: usize,
    rest: Rest,
    shape: Shape,
    /// The head, and re-framed data.
    out: Vec<u8>,
    out_sent: usize,
    head_bytes: u64,
    upstream_keep_alive: bool,
    read_size: usize,
    patience: Patience,
    pub(super) request: Request,
    pub(super) keep_alive: bool,
    pub(super) began: Instant,
    pub(super) read_timeout: Duration,
    pub(super) subject: Option<OwnSubject>,
}

/// What is still to come from the endpoint.
#[derive(Debug)]
enum Rest {
    Length(u64),
    Chunked(ChunkedDecoder),
    UntilClose,
    Nothing,
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
    /// A relay whose head is in `out`.
    pub(super) fn new(
        connection: Connection,
        received: Buffer,
        framing: ResponseFraming,
        shape: Shape,
        out: Vec<u8>,
    ) -> Self {
        let rest = match framing.body {
            ResponseBody::None | ResponseBody::Length(0) => Rest::Nothing,
            ResponseBody::Length(length) => Rest::Length(length),
            ResponseBody::Chunked => Rest::Chunked(ChunkedDecoder::new()),
            ResponseBody::UntilClose => Rest::UntilClose,
        };
        Self {
            connection,
            read_size: if received.has_room() { MEDIUM } else { LARGE },
            received,
            checked: 0,
            rest,
            shape,
            head_bytes: out.len() as u64,
            out,
            out_sent: 0,
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
            subject: None,
        }
    }

    /// Goes as far as it goes without waiting.
    pub(super) async fn look<S: Transport>(
        &mut self,
        client: &mut Client<S>,
        buffer: &Buffer,
        exchange: &mut Exchange,
    ) -> Poll<End> {
        poll_fn(|cx| Poll::Ready(self.poll(cx, client, buffer, exchange))).await
    }

    /// Puts everything back where it belongs and says what becomes of the client's connection.
    pub(super) fn settle<S: Transport>(
        self,
        client: &mut Client<S>,
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
        let quiet = self.received.is_empty() && sending.done && self.upstream_keep_alive;
        if end == End::Complete && quiet {
            let held = worker.held();
            worker
                .pools
                .put(self.connection, Instant::now(), held.settings());
        }
        if self.received.capacity() > 0 {
            worker.buffers.give(self.received);
        }
        worker.buffers.give_output(self.out);
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
            End::Complete if self.keep_alive && !client.ended => Next::Request,
            End::Complete => Next::Close,
        }
    }

    fn poll<S: Transport>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<S>,
        buffer: &Buffer,
        exchange: &mut Exchange,
    ) -> Poll<End> {
        let step = self.advance(cx, client, exchange);
        let party = match step {
            Step::End(end) => return Poll::Ready(end),
            Step::Wait(party) => party,
        };
        self.poll_request(cx, client, buffer);
        if self.request.sending.done && client.poll_left(cx).is_ready() && !client.ended {
            // Reset. A client that only closed its sending side still gets its response.
            return Poll::Ready(End::ClientGone);
        }
        if std::mem::take(&mut self.request.sending.moved) {
            self.patience.moved();
        }
        let timeout = match party {
            Party::ClientTakes => SEND_TIMEOUT,
            _ => self.read_timeout,
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

    fn advance<S: Transport>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<S>,
        exchange: &mut Exchange,
    ) -> Step {
        loop {
            if self.checked == 0 && self.prepare(exchange).is_err() {
                // What was prepared before the fault still goes out with the next write, if any.
                return Step::End(End::Truncated);
            }
            let (out, body) = (
                &self.out[self.out_sent..],
                &self.received.filled()[..self.checked],
            );
            if !out.is_empty() || !body.is_empty() {
                match poll_put(&mut client.stream, cx, out, body) {
                    Poll::Ready(Ok(count)) => self.put(count, client, exchange),
                    Poll::Ready(Err(_)) => return Step::End(End::ClientGone),
                    Poll::Pending => return Step::Wait(Party::ClientTakes),
                }
                continue;
            }
            if matches!(self.rest, Rest::Nothing) {
                return Step::End(End::Complete);
            }
            match self.poll_read(cx, client) {
                Poll::Ready(Ok(0)) if matches!(self.rest, Rest::UntilClose) => {
                    self.rest = Rest::Nothing;
                    if self.shape == Shape::Encode {
                        self.start_out();
                        self.out.extend_from_slice(LAST_CHUNK);
                    }
                }
                Poll::Ready(Ok(0) | Err(_)) => return Step::End(End::Truncated),
                Poll::Ready(Ok(_)) => self.patience.moved(),
                Poll::Pending => return Step::Wait(Party::EndpointSends),
            }
        }
    }

    /// Looks at what was received: how much of it goes to the client, and in which form.
    fn prepare(&mut self, exchange: &mut Exchange) -> Result<(), ()> {
        if self.received.is_empty() {
            return Ok(());
        }
        let fresh = self.received.filled();
        let data = match &mut self.rest {
            Rest::Nothing => return Ok(()),
            Rest::Length(left) => {
                self.checked = fresh
                    .len()
                    .min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= self.checked as u64;
                if *left == 0 {
                    self.rest = Rest::Nothing;
                }
                self.checked as u64
            }
            Rest::UntilClose if self.shape == Shape::Encode => {
                self.encode(exchange);
                return Ok(());
            }
            Rest::UntilClose => {
                self.checked = fresh.len();
                self.checked as u64
            }
            Rest::Chunked(_) if self.shape == Shape::Decode => return self.decode(exchange),
            Rest::Chunked(decoder) => {
                let skipped = decoder.skip(fresh, &ChunkLimits::default()).map_err(drop)?;
                self.checked = skipped.consumed;
                if skipped.end {
                    self.rest = Rest::Nothing;
                }
                skipped.data
            }
        };
        count(exchange, data);
        // Copying a little beats a second slice.
        if self.checked <= self.out.capacity() - self.out.len() {
            self.out
                .extend_from_slice(&self.received.filled()[..self.checked]);
            self.received.consume(std::mem::take(&mut self.checked));
        }
        Ok(())
    }

    fn encode(&mut self, exchange: &mut Exchange) {
        let mut line = [0; CHUNK_HEADER_BYTES_MAX];
        let data = self.received.filled().len();
        self.start_out();
        self.out.extend_from_slice(chunk_header(data, &mut line));
        self.out.extend_from_slice(self.received.filled());
        self.out.extend_from_slice(CHUNK_END);
        self.received.consume(data);
        count(exchange, data as u64);
    }

    fn decode(&mut self, exchange: &mut Exchange) -> Result<(), ()> {
        self.start_out();
        loop {
            let Rest::Chunked(decoder) = &mut self.rest else {
                return Ok(());
            };
            let input = self.received.filled();
            let decoded = decoder
                .decode(input, &ChunkLimits::default())
                .map_err(drop)?;
            if let Part::Data(range) = &decoded.part {
                count(exchange, range.len() as u64);
                self.out.extend_from_slice(&input[range.clone()]);
            }
            self.received.consume(decoded.consumed);
            match decoded.part {
                Part::Data(_) | Part::Trailer { .. } => {}
                Part::Partial => return Ok(()),
                Part::End => self.rest = Rest::Nothing,
            }
        }
    }

    /// `out` takes more: what was sent of it is forgotten.
    fn start_out(&mut self) {
        if self.out_sent == self.out.len() {
            self.out.clear();
            self.out_sent = 0;
        }
    }

    fn put<S>(&mut self, written: usize, client: &Client<S>, exchange: &mut Exchange) {
        exchange.tally.sent += written as u64;
        self.patience.moved();
        let head = written.min(self.out.len() - self.out_sent);
        self.out_sent += head;
        self.start_out();
        self.checked -= written - head;
        self.received.consume(written - head);
        if self.received.is_empty() && self.received.capacity() > 0 && self.rest_is_open() {
            client
                .worker
                .buffers
                .give(std::mem::take(&mut self.received));
        }
    }

    fn rest_is_open(&self) -> bool {
        !matches!(self.rest, Rest::Nothing)
    }

    /// Reads once; no buffer is held while nothing arrives.
    fn poll_read<S>(
        &mut self,
        cx: &mut Context<'_>,
        client: &Client<S>,
    ) -> Poll<std::io::Result<usize>> {
        let buffers = &client.worker.buffers;
        if self.received.capacity() == 0 {
            match self.connection.stream.poll_read_ready(cx) {
                Poll::Ready(Ok(())) => self.received = buffers.take(self.read_size),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        } else if !self.received.has_room() {
            let size = self.received.capacity();
            self.received.compact();
            if !self.received.has_room() {
                buffers.grow(&mut self.received, size * 2);
            }
        }
        let read = poll_fill(
            &mut self.connection.stream,
            cx,
            &mut self.received,
            u64::MAX,
        );
        match &read {
            Poll::Ready(Ok(_)) if !self.received.has_room() => self.read_size = LARGE,
            Poll::Pending if self.received.is_empty() => {
                buffers.give(std::mem::take(&mut self.received));
            }
            _ => {}
        }
        read
    }

    fn poll_request<S: Transport>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<S>,
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
            size_max: None,
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
pub(super) async fn run<S: Transport>(
    client: &mut Client<S>,
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
