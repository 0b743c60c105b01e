//! TLS towards an endpoint, over TCP.
//!
//! The end of the stream counts only when the endpoint said so (`close_notify`, RFC 8446 6.1): a
//! connection that was cut reads as an error, so that a body that ends by close cannot be shortened.

use std::{
    cell::RefCell,
    fmt,
    io::{self, BufRead, Read, Write},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::{ClientConfig, ClientConnection, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::tls::stream::version_name;

/// Read from the socket at once: a record of the largest size and a bit. Nearly always the library takes
/// all of it, so that the memory is shared by all connections of a thread.
const READ_BYTES: usize = 17 << 10;
/// The library takes no more while it holds more plain text than this.
const PLAIN_BYTES_MAX: usize = 16 << 10;

thread_local! {
    static RECEIVED: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES].into_boxed_slice());
}

/// An encrypted connection.
pub(crate) struct TlsStream {
    socket: TcpStream,
    session: ClientConnection,
    /// What was read and did not go into the session yet.
    ahead: Vec<u8>,
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream")
            .field("socket", &self.socket)
            .finish_non_exhaustive()
    }
}

impl TlsStream {
    /// A session that has not shaken hands yet.
    pub(crate) fn new(
        socket: TcpStream,
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    ) -> Result<Self, rustls::Error> {
        Ok(Self {
            socket,
            session: ClientConnection::new(config, name)?,
            ahead: Vec::new(),
        })
    }

    /// Version agreed on.
    pub(crate) fn version(&self) -> Option<&'static str> {
        self.session.protocol_version().map(version_name)
    }

    /// Shakes hands.
    pub(crate) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_send(cx))?;
            if !self.session.is_handshaking() {
                return Poll::Ready(Ok(()));
            }
            if ready!(self.poll_receive(cx))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// Ready when a read would not wait.
    pub(crate) fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            match self.session.reader().fill_buf() {
                Ok(_) => return Poll::Ready(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
            ready!(self.poll_more(cx))?;
        }
    }

    /// Reads once from the socket, when there is nothing left to be read from the session. What is
    /// still to be sent goes out on the way, so that a request is not forgotten behind a full socket.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.session.wants_write()
            && let Poll::Ready(Err(error)) = self.poll_send(cx)
        {
            return Poll::Ready(Err(error));
        }
        self.poll_receive(cx)
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if !self.ahead.is_empty() {
            let ahead = std::mem::take(&mut self.ahead);
            return Poll::Ready(self.take(&ahead).map(|()| ahead.len()));
        }
        RECEIVED.with_borrow_mut(|received| {
            let mut read = ReadBuf::new(received);
            ready!(Pin::new(&mut self.socket).poll_read(cx, &mut read))?;
            let count = read.filled().len();
            Poll::Ready(self.take(read.filled()).map(|()| count))
        })
    }

    /// Hands received bytes to the session; none are the end of the TCP stream.
    fn take(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        loop {
            self.session.read_tls(&mut bytes)?;
            let plain = match self.session.process_new_packets() {
                Ok(state) => state.plaintext_bytes_to_read(),
                Err(error) => {
                    // The alert that tells the endpoint why; if it does not go out at once, so be it.
                    let _ = self.session.write_tls(&mut Now(&self.socket));
                    return Err(io::Error::new(io::ErrorKind::InvalidData, error));
                }
            };
            if bytes.is_empty() {
                return Ok(());
            }
            if plain > PLAIN_BYTES_MAX {
                self.ahead.extend_from_slice(bytes);
                return Ok(());
            }
        }
    }

    /// Sends everything that is encrypted already.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.session.wants_write() {
            let mut sink = Waiting {
                socket: &mut self.socket,
                cx,
            };
            match self.session.write_tls(&mut sink) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_put(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(&mut rustls::Writer<'_>) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        // One write at a time lies encrypted in memory, no more.
        ready!(self.poll_send(cx))?;
        let count = write(&mut self.session.writer())?;
        match self.poll_send(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(count)),
        }
    }
}

/// Writes to a socket, and leaves a waker where it would wait.
struct Waiting<'s, 'c, 'w> {
    socket: &'s mut TcpStream,
    cx: &'c mut Context<'w>,
}

impl Write for Waiting<'_, '_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        now(Pin::new(&mut *self.socket).poll_write(self.cx, bytes))
    }

    fn write_vectored(&mut self, slices: &[io::IoSlice<'_>]) -> io::Result<usize> {
        now(Pin::new(&mut *self.socket).poll_write_vectored(self.cx, slices))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn now(poll: Poll<io::Result<usize>>) -> io::Result<usize> {
    match poll {
        Poll::Ready(written) => written,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

/// Writes to a socket without waiting.
struct Now<'s>(&'s TcpStream);

impl Write for Now<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let room = buffer.initialize_unfilled();
            match self.session.reader().read(room) {
                Ok(count) => {
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
            ready!(self.poll_more(cx))?;
        }
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_put(cx, |writer| writer.write(bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_put(cx, |writer| writer.write_vectored(slices))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_send(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.session.send_close_notify();
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl Drop for TlsStream {
    /// Takes leave, as far as that goes without waiting: the endpoint can tell our end from a cut.
    fn drop(&mut self) {
        if !self.session.is_handshaking() {
            self.session.send_close_notify();
            let _ = self.session.write_tls(&mut Now(&self.socket));
        }
    }
}
