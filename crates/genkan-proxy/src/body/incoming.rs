//! A request body on its way in: which of the bytes read belong to it.

use std::{
    io,
    task::{Context, Poll},
};

use genkan_http::{
    chunked::{CHUNK_END, CHUNK_HEADER_BYTES_MAX, ChunkedDecoder, LAST_CHUNK, Part, chunk_header},
    framing::Body,
    limits::ChunkLimits,
    reject::ChunkReject,
};

use crate::{
    buffer::{Buffer, Buffers, LARGE},
    session::downstream::Source,
};

/// A request body that is being read.
#[derive(Debug)]
pub(crate) struct Incoming {
    state: State,
    /// Raw bytes: first those that were checked, then those that were not looked at.
    raw: Buffer,
    checked: usize,
    /// Raw bytes of the body so far, chunk headers included.
    pub(crate) received: u64,
    /// Bytes of data so far.
    pub(crate) data: u64,
}

#[derive(Debug)]
enum State {
    Length(u64),
    Chunked(ChunkedDecoder),
    /// The protocol ends it; `encode` makes chunks of it for an endpoint that speaks HTTP/1.
    Stream {
        encode: bool,
    },
    End,
}

impl Incoming {
    /// A body of which `begun` is already at hand.
    pub(crate) fn new(body: Body, begun: &[u8], buffers: &Buffers) -> Self {
        let state = match body {
            Body::None | Body::Length(0) => State::End,
            Body::Length(length) => State::Length(length),
            Body::Chunked => State::Chunked(ChunkedDecoder::new()),
        };
        let mut raw = Buffer::default();
        if !begun.is_empty() {
            raw = buffers.take(LARGE.max(begun.len()));
            buffers.extend(&mut raw, begun);
        }
        Self {
            state,
            raw,
            checked: 0,
            received: 0,
            data: 0,
        }
    }

    /// The body of a stream. Where nobody announced its length, it is read as plain data, or as the
    /// chunks that its receiver needs.
    pub(crate) fn of_stream(body: Body, encode: bool) -> Self {
        let state = match body {
            Body::None | Body::Length(0) => State::End,
            Body::Length(length) => State::Length(length),
            Body::Chunked => State::Stream { encode },
        };
        Self {
            state,
            raw: Buffer::default(),
            checked: 0,
            received: 0,
            data: 0,
        }
    }

    /// Whether the end has been seen. Checked bytes may still wait to be taken.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(self.state, State::End)
    }

    /// Bytes of data that have come or that the chunk at hand announces.
    pub(crate) fn announced(&self) -> u64 {
        match &self.state {
            State::Chunked(decoder) => self.data.saturating_add(decoder.data_remaining()),
            State::Length(_) | State::Stream { .. } | State::End => self.data,
        }
    }

    /// Checked raw bytes that wait to be forwarded as they are.
    pub(crate) fn ready(&self) -> &[u8] {
        &self.raw.filled()[..self.checked]
    }

    /// Forgets raw bytes that were forwarded; gives the buffer back when it is empty.
    pub(crate) fn forwarded(&mut self, count: usize, buffers: &Buffers) {
        self.raw.consume(count);
        self.checked -= count;
        self.release(buffers);
    }

    /// Checks what was read, for forwarding it unchanged: the original bytes, chunk headers included.
    pub(crate) fn check(&mut self) -> Result<(), ChunkReject> {
        let fresh = &self.raw.filled()[self.checked..];
        let (count, data, end) = match &mut self.state {
            State::End | State::Stream { encode: true } => return Ok(()),
            State::Stream { encode: false } => (fresh.len(), fresh.len() as u64, false),
            State::Length(left) => {
                let count = fresh
                    .len()
                    .min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= count as u64;
                (count, count as u64, *left == 0)
            }
            State::Chunked(decoder) => {
                let skipped = decoder.skip(fresh, &ChunkLimits::default())?;
                (skipped.consumed, skipped.data, skipped.end)
            }
        };
        self.checked += count;
        self.received += count as u64;
        self.data += data;
        if end {
            self.state = State::End;
        }
        Ok(())
    }

    /// Reads at most once, without waiting, and checks what is there. Gives the data if that is all of
    /// the body.
    pub(crate) fn poll_begin<S: Source>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        buffers: &Buffers,
    ) -> Result<Option<Vec<u8>>, ChunkReject> {
        let whole = match self.state {
            State::Length(length) => Body::Length(length),
            State::Chunked(_) => Body::Chunked,
            State::Stream { .. } => return Ok(None), // nobody knows whether it is all
            State::End => return Ok(Some(Vec::new())),
        };
        self.check()?;
        if !self.is_complete() {
            // an end or a failure of the stream is met again by whoever needs more
            if let Poll::Ready(Ok(_)) = self.poll_read(stream, cx, buffers) {
                self.check()?;
            }
        }
        if !self.is_complete() {
            return Ok(None);
        }
        let mut again = Self::new(whole, self.ready(), buffers);
        let mut data = Vec::new();
        again.decode(&mut data)?;
        if again.raw.capacity() > 0 {
            buffers.give(again.raw);
        }
        self.forwarded(self.checked, buffers);
        Ok(Some(data))
    }

    /// Takes the data out of what was read and appends it to `out`; for bodies that are collected.
    pub(crate) fn decode(&mut self, out: &mut Vec<u8>) -> Result<(), ChunkReject> {
        let State::Chunked(decoder) = &mut self.state else {
            self.check()?;
            out.extend_from_slice(self.ready());
            self.raw.consume(std::mem::take(&mut self.checked));
            return Ok(());
        };
        loop {
            let decoded = decoder.decode(self.raw.filled(), &ChunkLimits::default())?;
            if let Part::Data(range) = &decoded.part {
                out.extend_from_slice(&self.raw.filled()[range.clone()]);
                self.data += range.len() as u64;
            }
            self.raw.consume(decoded.consumed);
            self.received += decoded.consumed as u64;
            match decoded.part {
                Part::Data(_) | Part::Trailer { .. } => {}
                Part::Partial => return Ok(()),
                Part::End => {
                    self.state = State::End;
                    return Ok(());
                }
            }
        }
    }

    /// Reads once. No buffer is held while nothing arrives. An error too is an end before that of the
    /// body.
    pub(crate) fn poll_read<S: Source>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        buffers: &Buffers,
    ) -> Poll<io::Result<()>> {
        if self.raw.capacity() == 0 {
            match stream.poll_readable(cx) {
                Poll::Ready(Ok(())) => self.raw = buffers.take(LARGE),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        } else if !self.raw.has_room() {
            self.raw.compact();
            if !self.raw.has_room() {
                // All of it waits to be forwarded.
                return Poll::Pending;
            }
        }
        if matches!(self.state, State::Stream { encode: true }) {
            return self.poll_encode(stream, cx, buffers);
        }
        // With a length, nothing beyond the body is read: the next request stays in the socket.
        let max = match self.state {
            State::Length(left) => left - (self.raw.len() - self.checked) as u64,
            _ => u64::MAX,
        };
        let read = stream.poll_fill(cx, &mut self.raw, max);
        self.release(buffers);
        read.map(|read| match read {
            Ok(0) if matches!(self.state, State::Stream { .. }) => {
                self.state = State::End;
                Ok(())
            }
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            read => read.map(drop),
        })
    }

    /// Reads data once and makes a chunk of it; everything before was forwarded.
    fn poll_encode<S: Source>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        buffers: &Buffers,
    ) -> Poll<io::Result<()>> {
        if !self.raw.is_empty() {
            return Poll::Pending;
        }
        self.raw.indent(CHUNK_HEADER_BYTES_MAX);
        let max = (self.raw.room().len() - CHUNK_END.len()) as u64;
        let read = match stream.poll_fill(cx, &mut self.raw, max) {
            Poll::Ready(Ok(0)) => stream.poll_trailers(cx).map_ok(|trailers| {
                let (end, rest) = LAST_CHUNK.split_at(LAST_CHUNK.len() - CHUNK_END.len());
                buffers.extend(&mut self.raw, end);
                buffers.extend(&mut self.raw, &trailers);
                buffers.extend(&mut self.raw, rest);
                self.state = State::End;
            }),
            Poll::Ready(Ok(count)) => {
                let mut line = [0; CHUNK_HEADER_BYTES_MAX];
                self.raw.prepend(chunk_header(count, &mut line));
                buffers.extend(&mut self.raw, CHUNK_END);
                self.received += count as u64;
                self.data += count as u64;
                Poll::Ready(Ok(()))
            }
            read => read.map_ok(drop),
        };
        self.checked = self.raw.len();
        self.release(buffers);
        read
    }

    /// What was read beyond the end: the next request.
    pub(crate) fn into_rest(self, buffers: &Buffers, rest: &mut Buffer) {
        let beyond = &self.raw.filled()[self.checked..];
        if !beyond.is_empty() {
            buffers.extend(rest, beyond);
        }
        if self.raw.capacity() > 0 {
            buffers.give(self.raw);
        }
    }

    fn release(&mut self, buffers: &Buffers) {
        if self.raw.is_empty() && self.raw.capacity() > 0 {
            buffers.give(std::mem::take(&mut self.raw));
        }
    }
}
