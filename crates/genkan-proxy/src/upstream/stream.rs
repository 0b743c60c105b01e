//! A connection to an endpoint as a byte stream: TCP as it is, TLS over it, or a stream of HTTP/2.
//!
//! An enum rather than a trait object: plain connections pay one branch.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::{
    http2::stream::{Failure, Http2Stream},
    tls_stream::TlsStream,
};
use crate::session::transport::Transport;

/// The byte stream.
#[derive(Debug)]
pub(crate) enum Stream {
    /// In clear.
    Tcp(TcpStream),
    /// Encrypted. Boxed: the state of a session is large, and few connections have one.
    Tls(Box<TlsStream>),
    /// One of several on a connection, and without framing of HTTP/1.
    Http2(Box<Http2Stream>),
}

/// Calls a method of whichever stream it is.
macro_rules! whichever {
    ($stream:expr, $method:ident($($argument:expr),*)) => {
        match $stream.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).$method($($argument),*),
            Stream::Tls(stream) => Pin::new(&mut **stream).$method($($argument),*),
            Stream::Http2(stream) => Pin::new(&mut **stream).$method($($argument),*),
        }
    };
}

impl Stream {
    /// Version of TLS, such as `TLSv1.3`.
    pub(crate) fn tls_version(&self) -> Option<&'static str> {
        match self {
            Self::Tcp(_) => None,
            Self::Tls(stream) => stream.version(),
            Self::Http2(stream) => stream.tls_version(),
        }
    }

    /// Says that the request is complete, where that is not a matter of its own framing.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Http2(stream) => stream.finish(),
            Self::Tcp(_) | Self::Tls(_) => Ok(()),
        }
    }

    /// Trailers behind a body that ended with the stream, as complete lines.
    pub(crate) fn take_trailers(&mut self) -> Vec<u8> {
        match self {
            Self::Http2(stream) => stream.take_trailers(),
            Self::Tcp(_) | Self::Tls(_) => Vec::new(),
        }
    }

    /// Why a stream of HTTP/2 failed.
    pub(crate) fn http2_failure(&self) -> Option<Failure> {
        match self {
            Self::Http2(stream) => Some(stream.failure()),
            Self::Tcp(_) | Self::Tls(_) => None,
        }
    }
}

impl Transport for Stream {
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.poll_read_ready(cx),
            Self::Tls(stream) => stream.poll_readable(cx),
            Self::Http2(stream) => stream.poll_readable(cx),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        whichever!(self, poll_read(cx, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        whichever!(self, poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        whichever!(self, poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        whichever!(self, poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        whichever!(self, poll_shutdown(cx))
    }
}
