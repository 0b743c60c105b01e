//! An upgraded connection: bytes both ways until both sides have ended.
//!
//! Begins only after the endpoint answered 101 to a request that asked for it. Each direction ends on its
//! own (half-close); silence on both for `proxy-read-timeout` ends the tunnel. A worker that drains lets
//! tunnels live until it is stopped.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::{
    client::Client,
    downstream::{Downstream, Sink, Source},
    exchange::{Exchange, Next},
    observe::{self, OwnSubject},
};
use crate::{
    buffer::{Buffer, Buffers, LARGE, MEDIUM},
    upstream::pool::Connection,
    worker::watch::Activity,
};

/// A tunnel that is about to begin.
#[derive(Debug)]
pub(super) struct Tunnel {
    connection: Connection,
    /// Bytes behind the 101.
    received: Buffer,
    /// The 101.
    head: Vec<u8>,
    idle_timeout: Duration,
    subject: OwnSubject,
}

impl Tunnel {
    pub(super) fn new(
        connection: Connection,
        received: Buffer,
        head: Vec<u8>,
        idle_timeout: Duration,
        subject: OwnSubject,
    ) -> Self {
        Self {
            connection,
            received,
            head,
            idle_timeout,
            subject,
        }
    }
}

/// Relays both ways to the end.
pub(super) async fn run<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    tunnel: Box<Tunnel>,
) -> Next {
    let Tunnel {
        mut connection,
        mut received,
        head,
        idle_timeout,
        subject,
    } = *tunnel;
    client.watch.now(Activity::Tunnel);
    let began = Instant::now();
    let sent = client.write(&head, false).await;
    exchange.tally.sent += head.len() as u64;
    client.worker.buffers.give_output(head);
    let (mut up, mut down) = (Direction::default(), Direction::default());
    if sent.is_ok() {
        let worker = std::rc::Rc::clone(&client.worker);
        let buffers = &worker.buffers;
        // What came early belongs to the tunnel.
        let mut early = buffers.take(MEDIUM);
        buffers.extend(
            &mut early,
            buffer.filled().get(exchange.consumed..).unwrap_or_default(),
        );
        exchange.consumed = buffer.len();
        client.line.take_early(&mut early, buffers);
        up.held = early;
        down.held = std::mem::take(&mut received);
        client.watch.set(began, idle_timeout);
        poll_fn(|cx| {
            let endpoint = &mut connection.stream;
            let moved = up.moved + down.moved;
            let first = up.poll(cx, &mut client.line, endpoint, buffers);
            let second = down.poll(cx, endpoint, &mut client.line, buffers);
            if first.is_err() || second.is_err() || (up.ended && down.ended) {
                return Poll::Ready(());
            }
            if up.moved + down.moved > moved {
                client.watch.set(Instant::now(), idle_timeout);
            }
            client.watch.poll(cx).map(drop)
        })
        .await;
    }
    exchange.tally.received += up.moved;
    exchange.tally.sent += down.moved;
    exchange.tally.body_sent += down.moved;
    if let Some(attempt) = exchange.tally.attempts.last_mut() {
        attempt.response_length = down.moved;
        attempt.response_time += began.elapsed();
    }
    observe::finish(client, buffer, exchange, &subject.borrow());
    Next::Close
}

/// One direction of a tunnel.
#[derive(Debug, Default)]
struct Direction {
    held: Buffer,
    /// The source will send no more.
    finished: bool,
    /// And the sink was told.
    ended: bool,
    /// Bytes written to the sink.
    moved: u64,
}

impl Direction {
    fn poll<A: Source, B: Sink>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut A,
        sink: &mut B,
        buffers: &Buffers,
    ) -> std::io::Result<()> {
        while !self.ended {
            if !self.held.is_empty() {
                match sink.poll_put(cx, self.held.filled(), &[], false) {
                    Poll::Ready(written) => {
                        let written = written?;
                        self.held.consume(written);
                        self.moved += written as u64;
                    }
                    Poll::Pending => return Ok(()),
                }
            } else if self.finished {
                match sink.poll_shutdown(cx) {
                    Poll::Ready(_) => self.ended = true,
                    Poll::Pending => return Ok(()),
                }
            } else if self.held.capacity() == 0 {
                match source.poll_readable(cx) {
                    Poll::Ready(ready) => ready?,
                    Poll::Pending => return Ok(()),
                }
                self.held = buffers.take(LARGE);
            } else {
                let read = source.poll_fill(cx, &mut self.held, u64::MAX);
                if self.held.is_empty() {
                    buffers.give(std::mem::take(&mut self.held));
                }
                match read {
                    Poll::Ready(Ok(0)) => self.finished = true,
                    Poll::Ready(read) => drop(read?),
                    Poll::Pending => return Ok(()),
                }
            }
        }
        Ok(())
    }
}
