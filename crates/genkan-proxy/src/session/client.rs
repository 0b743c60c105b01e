//! The downstream connection of a session.

use std::{
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::{
    Peer,
    transport::{Transport, poll_fill, poll_put},
};
use crate::{
    buffer::{Buffer, SMALL},
    worker::{
        Worker,
        watch::{Interrupt, Watch},
    },
};

/// Between two writes to a client; nginx's `send_timeout`, which ingress-nginx leaves at its default.
pub(crate) const SEND_TIMEOUT: Duration = Duration::from_secs(60);

/// A downstream connection.
pub(crate) struct Client<S> {
    pub(crate) worker: Rc<Worker>,
    pub(crate) stream: S,
    pub(crate) peer: Peer,
    pub(crate) watch: Watch,
    /// Requests taken from this connection.
    pub(crate) served: u32,
    /// Bytes that came while a response was awaited: the next request.
    pub(crate) ahead: Buffer,
    /// The client will send no more.
    pub(crate) ended: bool,
}

/// Why nothing more can be sent to a client, or expected from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It closed.
    Closed,
    /// It does not read.
    Timeout,
    /// This connection is to end: the worker stops.
    Told,
}

impl From<Interrupt> for Gone {
    fn from(interrupt: Interrupt) -> Self {
        match interrupt {
            Interrupt::Timeout => Self::Timeout,
            Interrupt::End => Self::Told,
        }
    }
}

impl<S: Transport> Client<S> {
    pub(crate) fn new(worker: Rc<Worker>, stream: S, peer: Peer, watch: Watch) -> Self {
        Self {
            worker,
            stream,
            peer,
            watch,
            served: 0,
            ahead: Buffer::default(),
            ended: false,
        }
    }

    /// Waits, without a buffer, for the first byte of a request. `false`: there will be none.
    pub(crate) async fn wait_for_bytes(&mut self) -> bool {
        poll_fn(|cx| match self.stream.poll_readable(cx) {
            Poll::Ready(ready) => Poll::Ready(ready.is_ok()),
            Poll::Pending => self.watch.poll(cx).map(|_| false),
        })
        .await
    }

    /// Reads once; 0 is the end of the stream.
    pub(crate) async fn read(&mut self, buffer: &mut Buffer) -> Result<usize, Gone> {
        poll_fn(
            |cx| match poll_fill(&mut self.stream, cx, buffer, u64::MAX) {
                Poll::Ready(read) => Poll::Ready(read.map_err(|_| Gone::Closed)),
                Poll::Pending => self.watch.poll(cx).map(|interrupt| Err(interrupt.into())),
            },
        )
        .await
    }

    /// Writes everything.
    pub(crate) async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Gone> {
        let mut waiting = false;
        poll_fn(|cx| {
            while !bytes.is_empty() {
                match poll_put(&mut self.stream, cx, bytes, &[]) {
                    Poll::Ready(Ok(count)) => {
                        bytes = &bytes[count..];
                        waiting = false;
                    }
                    Poll::Ready(Err(_)) => return Poll::Ready(Err(Gone::Closed)),
                    Poll::Pending => {
                        if !std::mem::replace(&mut waiting, true) {
                            self.watch.set(Instant::now(), SEND_TIMEOUT);
                        }
                        return self.watch.poll(cx).map(|interrupt| Err(interrupt.into()));
                    }
                }
            }
            Poll::Ready(Ok(()))
        })
        .await
    }

    /// Looks whether the client left while its response is awaited. What it sends meanwhile is the next
    /// request; it is kept, up to one small buffer, and then left in the socket.
    ///
    /// nginx (`proxy_ignore_client_abort off`) takes the end of the stream for leaving, also where the
    /// client only closed its sending side.
    pub(crate) fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.ended && (self.ahead.capacity() == 0 || self.ahead.has_room()) {
            match self.stream.poll_readable(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(())) => {}
            }
            if self.ahead.capacity() == 0 {
                self.ahead = self.worker.buffers.take(SMALL);
            }
            let read = poll_fill(&mut self.stream, cx, &mut self.ahead, u64::MAX);
            if self.ahead.is_empty() {
                self.give_ahead();
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

    /// Appends what came early to the buffer that the next request is read from.
    pub(crate) fn take_ahead(&mut self, buffer: &mut Buffer) {
        if self.ahead.capacity() > 0 {
            self.worker.buffers.extend(buffer, self.ahead.filled());
            self.give_ahead();
        }
    }

    fn give_ahead(&mut self) {
        self.worker.buffers.give(std::mem::take(&mut self.ahead));
    }
}
