//! The client's side of an exchange, whatever protocol it speaks.
//!
//! The exchange knows a client by these traits only, chosen at compile time: HTTP/1 is a connection that
//! carries one exchange after the other, HTTP/2 a stream beside others. What a protocol calls a head
//! stays behind this boundary: requests come as [`genkan_http::head`], responses leave by a [`Draft`].

use std::{
    io,
    task::{Context, Poll},
};

use genkan_http::write::HeadWriter;
use genkan_route::settings::GlobalSettings;

use super::transport::{Transport, poll_fill, poll_put};
use crate::buffer::{Buffer, Buffers};

/// Where body bytes come from.
pub(crate) trait Source {
    /// Ready when reading would not wait. May err on the side of readiness.
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Reads once into the room of a buffer, at most `max` bytes; 0 is the end.
    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Buffer,
        max: u64,
    ) -> Poll<io::Result<usize>>;

    /// The trailers behind the end, as complete lines. HTTP/1 has them in its own framing.
    fn poll_trailers(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<Vec<u8>>> {
        Poll::Ready(Ok(Vec::new()))
    }
}

/// Where body bytes go.
pub(crate) trait Sink {
    /// Writes once from one or two slices; `last` says that nothing comes after them.
    fn poll_put(
        &mut self,
        cx: &mut Context<'_>,
        first: &[u8],
        second: &[u8],
        last: bool,
    ) -> Poll<io::Result<usize>>;

    /// Ends the direction.
    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// A response as it is put together: its head, then what of its body is at hand.
pub(crate) trait Draft: HeadWriter {
    /// Appends bytes of the body.
    fn data(&mut self, bytes: &[u8]);
}

impl Draft for Vec<u8> {
    fn data(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// The client of one exchange at a time.
pub(crate) trait Downstream: Source + Sink {
    /// How a response is put together.
    type Draft: Draft;

    /// Requests follow each other on the same bytes: what is left unread of one is in the way of the
    /// next, and the response says whether there may be a next.
    const IN_SERIES: bool;

    /// An empty draft.
    fn draft(&self, buffers: &Buffers) -> Self::Draft;

    /// Takes a draft. What is returned is to be put before everything else.
    fn begin(&mut self, draft: Self::Draft) -> Vec<u8>;

    /// Takes a trailer, to be sent with the end.
    fn trail(&mut self, name: &[u8], value: &[u8]);

    /// Ends the response, where the last bytes did not say so.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Ready when the client left while its response is awaited.
    fn poll_left(&mut self, cx: &mut Context<'_>, buffers: &Buffers) -> Poll<()>;

    /// The client ended its side in an orderly way, and may still be reading.
    fn is_half_closed(&self) -> bool;

    /// Whether the limits of the connection allow another request.
    fn may_go_on(&self, settings: &GlobalSettings) -> bool;

    /// Appends bytes that came while a response was awaited.
    fn take_early(&mut self, buffer: &mut Buffer, buffers: &Buffers);

    /// How many bytes the head of the request took, of which `parsed` is the length of what it became.
    fn head_length(&self, parsed: usize) -> u64;

    /// Bytes that were sent beside those that were put, as far as they are known.
    fn overhead(&self) -> u64;
}

impl<S: Transport> Source for S {
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Transport::poll_readable(self, cx)
    }

    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Buffer,
        max: u64,
    ) -> Poll<io::Result<usize>> {
        poll_fill(self, cx, buffer, max)
    }
}

impl<S: Transport> Sink for S {
    fn poll_put(
        &mut self,
        cx: &mut Context<'_>,
        first: &[u8],
        second: &[u8],
        _last: bool,
    ) -> Poll<io::Result<usize>> {
        poll_put(self, cx, first, second)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::pin::Pin::new(self).poll_shutdown(cx)
    }
}
