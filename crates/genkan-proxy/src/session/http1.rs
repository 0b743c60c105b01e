//! A downstream connection that speaks HTTP/1: one exchange after the other on one stream of bytes.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use genkan_route::settings::GlobalSettings;

use super::{
    client::{Client, Gone},
    downstream::{Downstream, Sink, Source},
    transport::{Transport, poll_fill, poll_put},
};
use crate::buffer::{Buffer, Buffers, MEDIUM, SMALL};

/// How much a closed-off client may still send before it is cut off.
const LINGER_BYTES_MAX: usize = 1 << 20;
/// How long it may take; nginx's `lingering_timeout`.
const LINGER_TIMEOUT: Duration = Duration::from_secs(5);

/// The line to a client that speaks HTTP/1.
pub(crate) struct Http1<S> {
    stream: S,
    /// Requests taken from this connection.
    served: u32,
    /// Bytes that came while a response was awaited: the next request.
    ahead: Buffer,
    /// The client will send no more.
    ended: bool,
}

impl<S> Http1<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            served: 0,
            ahead: Buffer::default(),
            ended: false,
        }
    }

    /// Another request has begun.
    pub(crate) fn count_request(&mut self) {
        self.served = self.served.saturating_add(1);
    }

    /// Whether no request was taken yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.served == 0
    }

    /// Keeps bytes that the next reader is to find first.
    pub(crate) fn keep(&mut self, bytes: Buffer) {
        self.ahead = bytes;
    }

    /// The stream, and what was read from it ahead.
    pub(crate) fn into_parts(self) -> (S, Buffer) {
        (self.stream, self.ahead)
    }

    fn give_ahead(&mut self, buffers: &Buffers) {
        buffers.give(std::mem::take(&mut self.ahead));
    }
}

impl<S: Transport> Source for Http1<S> {
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Transport::poll_readable(&mut self.stream, cx)
    }

    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Buffer,
        max: u64,
    ) -> Poll<io::Result<usize>> {
        poll_fill(&mut self.stream, cx, buffer, max)
    }
}

impl<S: Transport> Sink for Http1<S> {
    fn poll_put(
        &mut self,
        cx: &mut Context<'_>,
        first: &[u8],
        second: &[u8],
        _last: bool,
    ) -> Poll<io::Result<usize>> {
        poll_put(&mut self.stream, cx, first, second)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: Transport> Downstream for Http1<S> {
    type Draft = Vec<u8>;

    const IN_SERIES: bool = true;

    fn draft(&self, buffers: &Buffers) -> Vec<u8> {
        buffers.output()
    }

    fn begin(&mut self, draft: Vec<u8>) -> Vec<u8> {
        draft
    }

    fn trail(&mut self, _name: &[u8], _value: &[u8]) {} // part of the chunked coding

    fn poll_end(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // its framing ended it
    }

    /// What the client sends meanwhile is the next request; it is kept, up to one small buffer, and then
    /// left in the socket.
    ///
    /// nginx (`proxy_ignore_client_abort off`) takes the end of the stream for leaving, also where the
    /// client only closed its sending side.
    fn poll_left(&mut self, cx: &mut Context<'_>, buffers: &Buffers) -> Poll<()> {
        while !self.ended && (self.ahead.capacity() == 0 || self.ahead.has_room()) {
            match Transport::poll_readable(&mut self.stream, cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(())) => {}
            }
            if self.ahead.capacity() == 0 {
                self.ahead = buffers.take(SMALL);
            }
            let read = poll_fill(&mut self.stream, cx, &mut self.ahead, u64::MAX);
            if self.ahead.is_empty() {
                self.give_ahead(buffers);
            }
            match read {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0)) => {
                    self.ended = true;
                    return Poll::Ready(());
                }
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(()),
            }
        }
        Poll::Pending
    }

    fn is_half_closed(&self) -> bool {
        self.ended
    }

    fn may_go_on(&self, settings: &GlobalSettings) -> bool {
        !self.ended && !settings.keep_alive.is_zero() && self.served < settings.keep_alive_requests
    }

    fn take_early(&mut self, buffer: &mut Buffer, buffers: &Buffers) {
        if self.ahead.capacity() > 0 {
            buffers.extend(buffer, self.ahead.filled());
            self.give_ahead(buffers);
        }
    }

    fn head_length(&self, parsed: usize) -> u64 {
        parsed as u64
    }

    fn overhead(&self) -> u64 {
        0
    }
}

impl<S: Transport> Client<Http1<S>> {
    /// Waits, without a buffer, for the first byte of a request. `false`: there will be none.
    pub(crate) async fn wait_for_bytes(&mut self) -> bool {
        poll_fn(|cx| match Source::poll_readable(&mut self.line, cx) {
            Poll::Ready(ready) => Poll::Ready(ready.is_ok()),
            Poll::Pending => self.watch.poll(cx).map(|_| false),
        })
        .await
    }

    /// Reads once; 0 is the end of the stream.
    pub(crate) async fn read(&mut self, buffer: &mut Buffer) -> Result<usize, Gone> {
        poll_fn(|cx| match self.line.poll_fill(cx, buffer, u64::MAX) {
            Poll::Ready(read) => Poll::Ready(read.map_err(|_| Gone::Closed)),
            Poll::Pending => self.watch.poll(cx).map(|interrupt| Err(interrupt.into())),
        })
        .await
    }

    /// Ends our side and reads what the client still sends: closing with unread bytes in the socket
    /// makes the system reset the connection, and the client would lose the answer.
    pub(crate) async fn linger(&mut self) {
        self.watch.set(Instant::now(), LINGER_TIMEOUT);
        let shutdown = poll_fn(|cx| match Sink::poll_shutdown(&mut self.line, cx) {
            Poll::Ready(done) => Poll::Ready(done.is_ok()),
            Poll::Pending => self.watch.poll(cx).map(|_| false),
        });
        if !shutdown.await {
            return;
        }
        let mut left = LINGER_BYTES_MAX;
        while self.wait_for_bytes().await {
            let mut buffer = self.worker.buffers.take(MEDIUM);
            let read = self.read(&mut buffer).await;
            self.worker.buffers.give(buffer);
            match read {
                Ok(count) if count > 0 && count < left => left -= count,
                _ => return,
            }
        }
    }
}
