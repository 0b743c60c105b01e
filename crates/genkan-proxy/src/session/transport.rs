//! What a session needs of a connection: TCP in production, memory in tests, TLS later.

use std::{
    io,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::buffer::Buffer;

/// A byte stream that can tell that something has arrived before anybody provides a buffer for it.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin {
    /// Ready when a read would not wait. May err on the side of readiness.
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

impl Transport for TcpStream {
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_read_ready(cx)
    }
}

/// Reads once into the room of a buffer, at most `max` bytes; 0 is the end of the stream.
///
/// tokio clears the readiness of a socket after a short read, so no second read is spent on learning
/// that there is nothing more.
pub(crate) fn poll_fill<S: AsyncRead + Unpin>(
    stream: &mut S,
    cx: &mut Context<'_>,
    buffer: &mut Buffer,
    max: u64,
) -> Poll<io::Result<usize>> {
    let room = buffer.room();
    let size = room.len().min(usize::try_from(max).unwrap_or(usize::MAX));
    let mut read = ReadBuf::new(&mut room[..size]);
    match std::pin::Pin::new(stream).poll_read(cx, &mut read) {
        Poll::Ready(Ok(())) => {
            let count = read.filled().len();
            buffer.commit(count);
            Poll::Ready(Ok(count))
        }
        Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        Poll::Pending => Poll::Pending,
    }
}

/// Writes once from one or two slices.
pub(crate) fn poll_put<S: AsyncWrite + Unpin>(
    stream: &mut S,
    cx: &mut Context<'_>,
    first: &[u8],
    second: &[u8],
) -> Poll<io::Result<usize>> {
    let stream = std::pin::Pin::new(stream);
    let written = match (first, second) {
        (first, []) => stream.poll_write(cx, first),
        ([], second) => stream.poll_write(cx, second),
        _ => {
            let slices = [io::IoSlice::new(first), io::IoSlice::new(second)];
            stream.poll_write_vectored(cx, &slices)
        }
    };
    match written {
        Poll::Ready(Ok(0)) => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
        written => written,
    }
}
