//! The byte stream beneath the codec: what is read is metered, what is written is gathered.
//!
//! The codec flushes after each large frame. Here that only gathers: the connection's task pushes
//! everything in one write when the codec has nothing more to do.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::meter::Meter;
use crate::{
    buffer::{Buffer, LARGE},
    session::transport::{Transport, poll_put},
    worker::Worker,
};

/// The connection, as its task sees it.
pub(super) struct Link<S> {
    stream: S,
    /// What was read before the codec took over.
    early: Buffer,
    /// What is to be written.
    out: Buffer,
    pub(super) meter: Meter,
    worker: Rc<Worker>,
}

/// The connection, as the codec sees it.
pub(super) struct Wire<S>(pub(super) Rc<RefCell<Link<S>>>);

impl<S: Transport> Link<S> {
    pub(super) fn new(stream: S, early: Buffer, worker: Rc<Worker>) -> Self {
        Self {
            stream,
            early,
            out: Buffer::default(),
            meter: Meter::new(),
            worker,
        }
    }

    /// Writes what was gathered. An idle connection holds no buffer.
    pub(super) fn push(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            let count = ready!(poll_put(&mut self.stream, cx, self.out.filled(), &[]))?;
            self.out.consume(count);
        }
        if self.out.capacity() > 0 {
            self.worker.buffers.give(std::mem::take(&mut self.out));
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// A flood is read no further: the codec is about to say so, and to end.
    fn poll_read(&mut self, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.meter.is_flooded() {
            return Poll::Pending;
        }
        let before = out.filled().len();
        if self.early.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_read(cx, out))?;
        } else {
            let count = self.early.len().min(out.remaining());
            out.put_slice(&self.early.filled()[..count]);
            self.early.consume(count);
            if self.early.is_empty() {
                self.worker.buffers.give(std::mem::take(&mut self.early));
            }
        }
        self.meter.read(&out.filled()[before..]);
        Poll::Ready(Ok(()))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.out.len() >= LARGE {
            ready!(self.push(cx))?;
        }
        let count = bytes.len().min(LARGE - self.out.len());
        self.worker.buffers.extend(&mut self.out, &bytes[..count]);
        Poll::Ready(Ok(count))
    }
}

impl<S: Transport> AsyncRead for Wire<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.borrow_mut().poll_read(cx, out)
    }
}

impl<S: Transport> AsyncWrite for Wire<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.borrow_mut().poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut link = self.0.borrow_mut();
        ready!(link.push(cx))?;
        Pin::new(&mut link.stream).poll_shutdown(cx)
    }
}
