//! One stream as the client of an exchange.

use std::{
    io,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use genkan_http::known::KnownHeader;
use genkan_route::settings::GlobalSettings;
use h2::{Reason, RecvStream, SendStream, server::SendResponse};
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use super::draft::Http2Draft;
use crate::{
    buffer::{Buffer, Buffers, LARGE},
    session::downstream::{Downstream, Sink, Source},
};

/// What a frame costs beside its payload.
const FRAME_HEADER: u64 = 9;

/// The line to a client by one stream.
pub(crate) struct Http2 {
    respond: SendResponse<Bytes>,
    /// There once the head of the response was sent.
    out: Option<SendStream<Bytes>>,
    /// The head of the response, until its first bytes or its end are known.
    head: Option<Response<()>>,
    trailers: HeaderMap,
    /// The response is complete.
    ended: bool,
    body: RecvStream,
    /// Data that was received and not taken.
    chunk: Bytes,
    /// Bytes sent beside data.
    overhead: u64,
    /// Fields that could not be sent.
    dropped: u64,
    /// Length of the request's header block.
    block: Option<u32>,
}

impl Http2 {
    pub(super) fn new(respond: SendResponse<Bytes>, body: RecvStream, block: Option<u32>) -> Self {
        Self {
            respond,
            out: None,
            head: None,
            trailers: HeaderMap::new(),
            ended: false,
            body,
            chunk: Bytes::new(),
            overhead: 0,
            dropped: 0,
            block,
        }
    }

    /// Whether the response is complete.
    pub(super) fn is_answered(&self) -> bool {
        self.ended
    }

    /// Fields that could not be sent.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Sends the head, if it is still to be sent.
    fn open(&mut self, end: bool) -> io::Result<&mut SendStream<Bytes>> {
        if let Some(head) = self.head.take() {
            self.out = Some(self.respond.send_response(head, end).map_err(broken)?);
            self.ended = end;
        }
        self.out
            .as_mut()
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Gets data of the request. `false`: there is no more.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        while self.chunk.is_empty() {
            match ready!(self.body.poll_data(cx)) {
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(error)) => return Poll::Ready(Err(broken(error))),
                None => return Poll::Ready(Ok(false)),
            }
        }
        Poll::Ready(Ok(true))
    }
}

impl Source for Http2 {
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_chunk(cx).map_ok(drop)
    }

    /// The window opens by what is taken here: a client sends no faster than its body is wanted.
    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Buffer,
        max: u64,
    ) -> Poll<io::Result<usize>> {
        if !ready!(self.poll_chunk(cx))? {
            return Poll::Ready(Ok(0));
        }
        let room = buffer.room();
        let count = room.len().min(self.chunk.len());
        let count = count.min(usize::try_from(max).unwrap_or(usize::MAX));
        room[..count].copy_from_slice(&self.chunk[..count]);
        buffer.commit(count);
        self.chunk.advance(count);
        let released = self.body.flow_control().release_capacity(count);
        Poll::Ready(released.map(|()| count).map_err(broken))
    }

    fn poll_trailers(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Vec<u8>>> {
        let trailers = ready!(self.body.poll_trailers(cx)).map_err(broken)?;
        let mut lines = Vec::new();
        for (name, value) in trailers.iter().flatten() {
            let name = name.as_str().as_bytes();
            if !KnownHeader::of(name).is_framing() {
                genkan_http::write::field(&mut lines, name, value.as_bytes());
            }
        }
        Poll::Ready(Ok(lines))
    }
}

impl Sink for Http2 {
    fn poll_put(
        &mut self,
        cx: &mut Context<'_>,
        first: &[u8],
        second: &[u8],
        last: bool,
    ) -> Poll<io::Result<usize>> {
        let out = self.open(false)?;
        let length = first.len() + second.len();
        out.reserve_capacity(length.min(LARGE));
        let mut capacity = out.capacity();
        if capacity == 0 {
            capacity = match ready!(out.poll_capacity(cx)) {
                Some(capacity) => capacity.map_err(broken)?,
                None => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            };
        }
        let count = length.min(capacity).min(LARGE);
        let data = if first.is_empty() {
            Bytes::copy_from_slice(&second[..count])
        } else {
            let mut data = Vec::with_capacity(count);
            data.extend_from_slice(&first[..first.len().min(count)]);
            data.extend_from_slice(&second[..count - data.len()]);
            Bytes::from(data)
        };
        let end = last && count == length;
        out.send_data(data, end).map_err(broken)?;
        self.ended = end;
        self.overhead += FRAME_HEADER;
        Poll::Ready(Ok(count))
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_end(cx)
    }
}

impl Downstream for Http2 {
    type Draft = Http2Draft;

    const IN_SERIES: bool = false;

    fn draft(&self, _buffers: &Buffers) -> Http2Draft {
        Http2Draft::new()
    }

    fn begin(&mut self, draft: Http2Draft) -> Vec<u8> {
        let switched = draft.switched;
        self.dropped += draft.dropped;
        self.overhead += draft.length + FRAME_HEADER;
        let (response, data) = draft.into_parts();
        // Failures show when something is sent after it.
        if response.status().is_informational() {
            let _ = self.respond.send_informational(response);
        } else {
            self.head = Some(response);
            if switched {
                let _ = self.open(false);
            }
        }
        data
    }

    fn trail(&mut self, name: &[u8], value: &[u8]) {
        match (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            (Ok(name), Ok(value)) => drop(self.trailers.append(name, value)),
            _ => self.dropped += 1,
        }
    }

    fn poll_end(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.ended {
            return Poll::Ready(Ok(()));
        }
        let trailers = std::mem::take(&mut self.trailers);
        let out = self.open(trailers.is_empty())?;
        let sent = if trailers.is_empty() {
            if self.ended {
                return Poll::Ready(Ok(()));
            }
            self.open(true)?.send_data(Bytes::new(), true)
        } else {
            out.send_trailers(trailers)
        };
        self.ended = sent.is_ok();
        self.overhead += FRAME_HEADER;
        Poll::Ready(sent.map_err(broken))
    }

    fn poll_left(&mut self, cx: &mut Context<'_>, _buffers: &Buffers) -> Poll<()> {
        let reset = match &mut self.out {
            Some(out) => out.poll_reset(cx),
            None => self.respond.poll_reset(cx),
        };
        reset.map(drop)
    }

    fn is_half_closed(&self) -> bool {
        false
    }

    fn may_go_on(&self, _settings: &GlobalSettings) -> bool {
        true
    }

    fn take_early(&mut self, _buffer: &mut Buffer, _buffers: &Buffers) {}

    fn head_length(&self, _parsed: usize) -> u64 {
        self.block.map_or(0, u64::from)
    }

    fn overhead(&self) -> u64 {
        self.overhead
    }
}

impl Drop for Http2 {
    /// A response that was begun and not ended must not look complete.
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        match &mut self.out {
            Some(out) => out.send_reset(Reason::INTERNAL_ERROR),
            None => self.respond.send_reset(Reason::INTERNAL_ERROR),
        }
    }
}

fn broken(error: h2::Error) -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, error)
}
