//! An established TLS connection as a [`Transport`].
//!
//! Buffers come from the worker's free lists and go back as soon as they are empty. A write is complete
//! when its records have left for the socket: until then it is pending, and the caller comes back with
//! the same bytes, as every caller of a byte stream does. So no layer above needs to flush.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use rustls::{
    ProtocolVersion,
    pki_types::CertificateDer,
    server::UnbufferedServerConnection,
    unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::{
    buffer::{Buffer, Buffers, LARGE, MEDIUM, SMALL},
    session::transport::{Transport, poll_fill, poll_put},
    worker::Worker,
};

/// What a record costs at most beside its contents (RFC 5246 6.2.3, RFC 8446 5.2).
const RECORD_OVERHEAD: usize = 64;
/// The most that one write takes: as much as fits the largest buffer with its records.
const WRITE_BYTES_MAX: usize = LARGE - 6 * RECORD_OVERHEAD;
/// Two slices of no more than this together become one record.
const JOINED_BYTES_MAX: usize = MEDIUM - RECORD_OVERHEAD;

/// How HTTP/2 is named in a handshake (RFC 9113 3.2).
pub(super) const HTTP_2: &[u8] = b"h2";

/// A TLS connection.
pub(crate) struct TlsStream {
    worker: Rc<Worker>,
    socket: TcpStream,
    connection: Box<UnbufferedServerConnection>,
    /// Records that were read and not opened.
    incoming: Buffer,
    /// What is in `incoming` is no whole record.
    partial: bool,
    /// Contents of opened records that nobody has taken.
    plain: Buffer,
    /// Records on their way to the socket.
    outgoing: Buffer,
    /// Bytes of a caller that `outgoing` holds and that he has not been told of.
    accepted: usize,
    /// No more will come.
    ended: bool,
    /// The farewell was written.
    parted: bool,
}

impl TlsStream {
    /// A connection that has received its ClientHello.
    pub(super) fn new(
        worker: Rc<Worker>,
        socket: TcpStream,
        connection: UnbufferedServerConnection,
        hello: Buffer,
    ) -> Self {
        Self {
            worker,
            socket,
            connection: Box::new(connection),
            incoming: hello,
            partial: false,
            plain: Buffer::default(),
            outgoing: Buffer::default(),
            accepted: 0,
            ended: false,
            parted: false,
        }
    }

    /// Whether the handshake chose HTTP/2.
    pub(crate) fn speaks_http2(&self) -> bool {
        self.connection.alpn_protocol() == Some(HTTP_2)
    }

    /// The protocol that was agreed on, if one was.
    pub(super) fn protocol(&self) -> Option<&'static str> {
        let agreed = self.connection.alpn_protocol()?;
        Some(if agreed == HTTP_2 { "h2" } else { "http/1.1" })
    }

    /// The version that was agreed on.
    pub(super) fn version(&self) -> Option<&'static str> {
        self.connection.protocol_version().map(version_name)
    }

    /// What the client showed, its own certificate first.
    pub(super) fn peer_certificates(&self) -> &[CertificateDer<'static>] {
        self.connection.peer_certificates().unwrap_or_default()
    }

    /// Goes on with the handshake until it is complete. `InvalidData` is a failure of the protocol.
    pub(super) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let opened = self.open(None);
            let sent = self.poll_send(cx);
            opened?;
            ready!(sent)?;
            if !self.connection.is_handshaking() {
                self.release();
                return Poll::Ready(Ok(()));
            }
            if ready!(self.poll_receive(cx))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// Opens the records that are at hand: into `sink` until it is full, the rest into `plain`. What has
    /// to be answered on the way is put into `outgoing`, an alert too.
    fn open(&mut self, mut sink: Option<&mut ReadBuf<'_>>) -> io::Result<()> {
        let Self {
            worker,
            connection,
            incoming,
            partial,
            plain,
            outgoing,
            ended,
            ..
        } = self;
        let buffers = &worker.buffers;
        loop {
            let UnbufferedStatus { mut discard, state } =
                connection.process_tls_records(incoming.filled_mut());
            let mut done = false;
            match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record.map_err(io::Error::other)?;
                        discard += record.discard;
                        let direct = sink
                            .as_ref()
                            .map_or(0, |sink| sink.remaining().min(record.payload.len()));
                        let (now, later) = record.payload.split_at(direct);
                        if let Some(sink) = &mut sink {
                            sink.put_slice(now);
                        }
                        if !later.is_empty() {
                            buffers.extend(plain, later);
                        }
                    }
                    done = sink.as_ref().is_some_and(|sink| sink.remaining() == 0);
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    let size = match data.encode(&mut []) {
                        Err(EncodeError::InsufficientSize(error)) => error.required_size,
                        _ => 0,
                    };
                    let length = outgoing.len();
                    buffers.grow(outgoing, length + size);
                    let written = data.encode(outgoing.room()).map_err(io::Error::other)?;
                    outgoing.commit(written);
                }
                // what is to be sent lies in `outgoing`, and goes before anything written later
                Ok(ConnectionState::TransmitTlsData(transmit)) => transmit.done(),
                Ok(ConnectionState::PeerClosed) => *ended = true,
                Ok(ConnectionState::Closed) => {
                    *ended = true;
                    done = true;
                }
                Ok(_) => {
                    *partial = true;
                    done = true;
                }
                Err(error) => {
                    incoming.consume(discard);
                    *ended = true;
                    alert(connection, outgoing, buffers);
                    return Err(io::Error::new(io::ErrorKind::InvalidData, error));
                }
            }
            incoming.consume(discard);
            if done {
                return Ok(());
            }
        }
    }

    /// Reads records from the socket; 0 is the end of the stream.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let buffers = &self.worker.buffers;
        if self.incoming.capacity() == 0 {
            self.incoming = buffers.take(SMALL);
        } else if !self.incoming.has_room() {
            self.incoming.compact();
            if !self.incoming.has_room() {
                let next = if self.incoming.capacity() < MEDIUM {
                    MEDIUM
                } else {
                    LARGE
                };
                buffers.grow(&mut self.incoming, next);
            }
            if !self.incoming.has_room() {
                // a record fits the largest buffer several times
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            }
        }
        let read = poll_fill(&mut self.socket, cx, &mut self.incoming, u64::MAX);
        match &read {
            Poll::Ready(Ok(0)) => self.ended = true,
            Poll::Ready(Ok(_)) => self.partial = false,
            _ => self.release(),
        }
        read
    }

    /// Writes records to the socket until none are left.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.is_empty() {
            let sent = ready!(poll_put(&mut self.socket, cx, self.outgoing.filled(), &[]))?;
            self.outgoing.consume(sent);
        }
        if self.outgoing.capacity() > 0 {
            self.worker.buffers.give(std::mem::take(&mut self.outgoing));
        }
        Poll::Ready(Ok(()))
    }

    /// Gives back what is empty.
    fn release(&mut self) {
        let buffers = &self.worker.buffers;
        for buffer in [&mut self.incoming, &mut self.plain] {
            if buffer.capacity() > 0 && buffer.is_empty() {
                buffers.give(std::mem::take(buffer));
            }
        }
    }

    /// Puts bytes into records. Returns how many were taken.
    fn seal(&mut self, first: &[u8], second: &[u8]) -> io::Result<usize> {
        let joined = first.len() + second.len() <= JOINED_BYTES_MAX;
        if joined && !first.is_empty() && !second.is_empty() {
            let mut whole = self.worker.buffers.take(first.len() + second.len());
            whole.append(first);
            whole.append(second);
            let sealed = self.seal_one(whole.filled());
            self.worker.buffers.give(whole);
            return sealed;
        }
        let mut taken = 0;
        for part in [first, second] {
            let part = &part[..part.len().min(WRITE_BYTES_MAX - taken)];
            if !part.is_empty() {
                taken += self.seal_one(part)?;
            }
        }
        Ok(taken)
    }

    fn seal_one(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // before anything can be written, everything that was received must have been looked at
        self.open(None)?;
        let records = bytes.len() / (16 << 10) + 1;
        let mut size = bytes.len() + records * RECORD_OVERHEAD;
        let Self {
            worker,
            connection,
            incoming,
            outgoing,
            ..
        } = self;
        loop {
            let length = outgoing.len();
            worker.buffers.grow(outgoing, length + size);
            let status = connection.process_tls_records(incoming.filled_mut());
            let Ok(ConnectionState::WriteTraffic(mut traffic)) = status.state else {
                return Err(io::ErrorKind::BrokenPipe.into());
            };
            match traffic.encrypt(bytes, outgoing.room()) {
                Ok(written) => {
                    outgoing.commit(written);
                    return Ok(bytes.len());
                }
                // a key update goes before
                Err(EncryptError::InsufficientSize(error)) if error.required_size > size => {
                    size = error.required_size;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }

    fn poll_write_both(
        &mut self,
        cx: &mut Context<'_>,
        first: &[u8],
        second: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.accepted == 0 {
            ready!(self.poll_send(cx))?;
            self.accepted = self.seal(first, second)?;
        }
        ready!(self.poll_send(cx))?;
        Poll::Ready(Ok(std::mem::take(&mut self.accepted)))
    }

    /// Writes the farewell (RFC 8446 6.1), once.
    fn part(&mut self) {
        if std::mem::replace(&mut self.parted, true) || self.connection.is_handshaking() {
            return;
        }
        let length = self.outgoing.len();
        self.worker
            .buffers
            .grow(&mut self.outgoing, length + RECORD_OVERHEAD);
        let status = self.connection.process_tls_records(&mut []);
        if let Ok(ConnectionState::WriteTraffic(mut traffic)) = status.state
            && let Ok(written) = traffic.queue_close_notify(self.outgoing.room())
        {
            self.outgoing.commit(written);
        }
    }
}

/// Puts the alert that goes with a failure into records.
fn alert(connection: &mut UnbufferedServerConnection, outgoing: &mut Buffer, buffers: &Buffers) {
    while let Ok(ConnectionState::EncodeTlsData(mut data)) =
        connection.process_tls_records(&mut []).state
    {
        let length = outgoing.len();
        buffers.grow(outgoing, length + SMALL);
        match data.encode(outgoing.room()) {
            Ok(written) => outgoing.commit(written),
            Err(_) => return,
        }
    }
}

impl Transport for TlsStream {
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let at_hand = !self.plain.is_empty() || !(self.incoming.is_empty() || self.partial);
        if at_hand || self.ended {
            return Poll::Ready(Ok(()));
        }
        // what answers the client's own messages goes out while nobody writes
        if let Poll::Ready(Err(error)) = self.poll_send(cx) {
            return Poll::Ready(Err(error));
        }
        self.socket.poll_read_ready(cx)
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = out.filled().len();
        loop {
            if !this.plain.is_empty() {
                let count = this.plain.len().min(out.remaining());
                out.put_slice(&this.plain.filled()[..count]);
                this.plain.consume(count);
            } else if !this.incoming.is_empty() && !this.partial {
                let opened = this.open(Some(out));
                if out.filled().len() == before {
                    opened?;
                }
            }
            if out.filled().len() > before {
                this.release();
                return Poll::Ready(Ok(()));
            }
            if let Poll::Ready(Err(error)) = this.poll_send(cx) {
                return Poll::Ready(Err(error));
            }
            if this.ended {
                this.release();
                return Poll::Ready(Ok(()));
            }
            if ready!(this.poll_receive(cx))? == 0 {
                this.release();
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_both(cx, bytes, &[])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let slice = |index: usize| slices.get(index).map_or(&[][..], |slice| &**slice);
        self.poll_write_both(cx, slice(0), slice(1))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_send(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.part();
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl Drop for TlsStream {
    /// Without the farewell a client cannot tell the end from a connection that was cut.
    fn drop(&mut self) {
        if !self.parted && self.accepted == 0 {
            self.part();
            let _ = self.socket.try_write(self.outgoing.filled());
        }
        let buffers = &self.worker.buffers;
        for buffer in [&mut self.incoming, &mut self.plain, &mut self.outgoing] {
            buffers.give(std::mem::take(buffer));
        }
    }
}

/// As OpenSSL and nginx write it.
pub(crate) fn version_name(version: ProtocolVersion) -> &'static str {
    match version {
        ProtocolVersion::TLSv1_2 => "TLSv1.2",
        ProtocolVersion::TLSv1_3 => "TLSv1.3",
        _ => "TLS",
    }
}
