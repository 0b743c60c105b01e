//! One stream as the connection of an exchange.
//!
//! It reads as HTTP/1 does where a body ends with its connection: first a head, then data, then the
//! end, which counts only when the endpoint said so. Trailers are asked for behind it.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use h2::{Reason, RecvStream, SendStream, client::ResponseFuture};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    grpc_web::{Encoder, Translation},
    head,
    outgoing::Outgoing,
    pool::Lease,
};
use crate::upstream::INTERIM_RESPONSES_MAX;

/// Why a stream failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The endpoint did nothing about the request: it may be sent again (RFC 9113 section 8.7).
    NotProcessed,
    /// What came is no HTTP/2, or no response.
    Broken,
    /// Interim responses came without end.
    Flooded,
    /// It was reset, or its connection ended.
    Cut,
}

/// One stream.
pub(crate) struct Http2Stream {
    lease: Lease,
    send: SendStream<Bytes>,
    /// The request is complete.
    finished: bool,
    /// Until the head of the response came.
    response: Option<ResponseFuture>,
    /// Interim responses so far; nobody wants them.
    interims: u32,
    body: Option<RecvStream>,
    /// What was received and not read: a head, or data.
    chunk: Bytes,
    /// How much of the chunk the endpoint gets credit for when it is read.
    credit: usize,
    ended: bool,
    trailers: Vec<u8>,
    failure: Option<Failure>,
    translation: Option<Translation>,
    outgoing: Outgoing,
}

impl fmt::Debug for Http2Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http2Stream")
            .field("lease", &self.lease)
            .field("ended", &self.ended)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

impl Http2Stream {
    pub(super) fn new(
        lease: Lease,
        send: SendStream<Bytes>,
        response: ResponseFuture,
        finished: bool,
        (chunked, translation): (bool, Option<Translation>),
    ) -> Self {
        Self {
            lease,
            send,
            finished,
            response: Some(response),
            interims: 0,
            body: None,
            chunk: Bytes::new(),
            credit: 0,
            ended: false,
            trailers: Vec::new(),
            failure: None,
            translation,
            outgoing: Outgoing::new(chunked, translation),
        }
    }

    /// Version of TLS of the connection.
    pub(crate) fn tls_version(&self) -> Option<&'static str> {
        self.lease.tls()
    }

    /// Why reading or writing failed.
    pub(crate) fn failure(&self) -> Failure {
        self.failure.unwrap_or(Failure::Cut)
    }

    /// Trailers as complete lines, once the end was read.
    pub(crate) fn take_trailers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.trailers)
    }

    /// Says that the request is complete.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.finished, true) {
            return Ok(());
        }
        let trailers = self.outgoing.take_trailers();
        let sent = if trailers.is_empty() {
            self.send.send_data(Bytes::new(), true)
        } else {
            self.send.send_trailers(trailers)
        };
        sent.map_err(|error| self.fail(&error))
    }

    /// Ready when a read would not wait.
    pub(crate) fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.chunk.is_empty() && !self.ended {
            if let Some(response) = &mut self.response {
                while let Poll::Ready(Some(Ok(_))) = response.poll_informational(cx) {
                    self.interims += 1;
                    if self.interims > INTERIM_RESPONSES_MAX {
                        self.failure.get_or_insert(Failure::Flooded);
                        return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
                    }
                }
                let response = match ready!(Pin::new(response).poll(cx)) {
                    Ok(response) => response,
                    Err(error) => return Poll::Ready(Err(self.fail(&error))),
                };
                self.response = None;
                let (mut parts, body) = response.into_parts();
                self.chunk = head::response(&mut parts, self.translation);
                self.body = Some(body);
                return Poll::Ready(Ok(()));
            }
            ready!(self.poll_data(cx))?;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(body) = &mut self.body else {
            self.ended = true;
            return Poll::Ready(Ok(()));
        };
        match ready!(body.poll_data(cx)) {
            Some(Ok(data)) => {
                self.credit = data.len();
                self.chunk = match self.translation {
                    Some(translation) => Encoder.data(translation, data),
                    None => data,
                };
                if self.chunk.is_empty() {
                    self.give_credit(self.credit);
                }
            }
            // The endpoint answered in full and wants no more of the request (RFC 9113 section 8.1).
            Some(Err(error)) if is_done(&error) => self.end(Vec::new()),
            Some(Err(error)) => return Poll::Ready(Err(self.fail(&error))),
            None => match ready!(body.poll_trailers(cx)) {
                Ok(fields) => self.end(fields.as_ref().map(head::trailers).unwrap_or_default()),
                Err(error) if is_done(&error) => self.end(Vec::new()),
                Err(error) => return Poll::Ready(Err(self.fail(&error))),
            },
        }
        Poll::Ready(Ok(()))
    }

    fn end(&mut self, trailers: Vec<u8>) {
        self.body = None;
        match self.translation {
            Some(translation) => {
                // Trailers are the last frame of the body; a response without any had them in its head.
                self.chunk = Encoder.end(translation, &trailers);
                self.ended = self.chunk.is_empty();
            }
            None => {
                self.trailers = trailers;
                self.ended = true;
            }
        }
    }

    /// The endpoint may send as much again: what it sends is held only until somebody takes it.
    fn give_credit(&mut self, count: usize) {
        self.credit -= count;
        if let Some(body) = &mut self.body {
            let _ = body.flow_control().release_capacity(count);
        }
    }

    fn fail(&mut self, error: &h2::Error) -> io::Error {
        let refused = error.is_remote()
            && (error.is_go_away() || error.reason() == Some(Reason::REFUSED_STREAM));
        let failure = if refused && self.body.is_none() {
            // Whatever the reason, this connection takes no more at the moment.
            self.lease.give_up();
            Failure::NotProcessed
        } else if error.is_library() || error.reason() == Some(Reason::PROTOCOL_ERROR) {
            Failure::Broken
        } else {
            Failure::Cut
        };
        self.failure.get_or_insert(failure);
        io::ErrorKind::ConnectionReset.into()
    }

    fn poll_put(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.send.reserve_capacity(bytes.len());
        loop {
            let room = self.send.capacity().min(bytes.len());
            if room > 0 {
                let Ok(data) = self.outgoing.data(&bytes[..room]) else {
                    self.send.send_reset(Reason::CANCEL);
                    return Poll::Ready(Err(io::ErrorKind::InvalidInput.into()));
                };
                if data.is_empty() {
                    return Poll::Ready(Ok(room));
                }
                let sent = self.send.send_data(data, false);
                return Poll::Ready(sent.map(|()| room).map_err(|error| self.fail(&error)));
            }
            match ready!(self.send.poll_capacity(cx)) {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Err(self.fail(&error))),
                None => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            }
        }
    }
}

fn is_done(error: &h2::Error) -> bool {
    error.is_remote() && error.is_reset() && error.reason() == Some(Reason::NO_ERROR)
}

impl AsyncRead for Http2Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_readable(cx))?;
        let count = self.chunk.len().min(buffer.remaining());
        buffer.put_slice(&self.chunk[..count]);
        self.chunk.advance(count);
        // Translated data may be longer or shorter; in the end all of it is credited.
        let credit = if self.chunk.is_empty() {
            self.credit
        } else {
            count.min(self.credit)
        };
        self.give_credit(credit);
        if self.chunk.is_empty() && self.body.is_none() && self.response.is_none() {
            self.ended = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Http2Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_put(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.finish())
    }
}
