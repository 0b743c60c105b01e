//! The client of an exchange, and sending to it.

use std::{
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::{Peer, downstream::Downstream};
use crate::worker::{
    Worker,
    watch::{Interrupt, Watch},
};

/// Between two writes to a client; nginx's `send_timeout`, which ingress-nginx leaves at its default.
pub(crate) const SEND_TIMEOUT: Duration = Duration::from_secs(60);

/// A client: who it is, and the line to it.
pub(crate) struct Client<D> {
    pub(crate) worker: Rc<Worker>,
    pub(crate) line: D,
    pub(crate) peer: Peer,
    pub(crate) watch: Watch,
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

impl<D> Client<D> {
    pub(crate) fn new(worker: Rc<Worker>, line: D, peer: Peer, watch: Watch) -> Self {
        Self {
            worker,
            line,
            peer,
            watch,
        }
    }
}

impl<D: Downstream> Client<D> {
    /// An empty response.
    pub(crate) fn draft(&self) -> D::Draft {
        self.line.draft(&self.worker.buffers)
    }

    /// Sends what a draft holds; returns how many bytes that were, as far as they are known here.
    pub(crate) async fn send(&mut self, draft: D::Draft, last: bool) -> Result<u64, Gone> {
        let out = self.line.begin(draft);
        let sent = self.write(&out, last).await;
        let length = out.len() as u64;
        self.worker.buffers.give_output(out);
        sent.map(|()| length)
    }

    /// Writes everything; `last` says that it is the end of the response.
    pub(crate) async fn write(&mut self, mut bytes: &[u8], last: bool) -> Result<(), Gone> {
        let mut waiting = false;
        let mut told = false;
        poll_fn(|cx| {
            loop {
                let step = if !bytes.is_empty() {
                    self.line.poll_put(cx, bytes, &[], last)
                } else if last && !told {
                    self.line.poll_end(cx).map_ok(|()| {
                        told = true;
                        0
                    })
                } else {
                    return Poll::Ready(Ok(()));
                };
                match step {
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
        })
        .await
    }

    /// Ready when the client left while its response is awaited.
    pub(crate) fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.line.poll_left(cx, &self.worker.buffers)
    }
}
