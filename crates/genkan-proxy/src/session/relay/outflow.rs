//! A response body between two sockets: what was read, what of it may go out, and in which form.

use std::{
    io,
    task::{Context, Poll},
};

use genkan_http::{
    chunked::{CHUNK_END, CHUNK_HEADER_BYTES_MAX, ChunkedDecoder, LAST_CHUNK, Part, chunk_header},
    framing::ResponseBody,
    limits::ChunkLimits,
    reject::ChunkReject,
    write,
};

use crate::{
    buffer::{Buffer, Buffers, LARGE, MEDIUM},
    session::transport::{Transport, poll_fill},
};

/// How the body's framing changes on the way to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Shape {
    /// The endpoint's bytes, unchanged.
    AsIs,
    /// Ended by close there, chunked here.
    Encode,
    /// Chunked there, ended by close here (HTTP/1.0 clients).
    Decode,
}

/// What is still to come from the endpoint.
#[derive(Debug)]
enum Rest {
    Length(u64),
    Chunked(ChunkedDecoder),
    UntilClose,
    Nothing,
}

/// A body on its way, behind its head.
#[derive(Debug)]
pub(super) struct Outflow {
    received: Buffer,
    /// Bytes at the front of `received` that go to the client as they are.
    checked: usize,
    rest: Rest,
    shape: Shape,
    /// Trailers of a body that is decoded, as complete lines.
    trailers: Vec<u8>,
    /// The head, and re-framed data.
    out: Vec<u8>,
    out_sent: usize,
    read_size: usize,
}

impl Outflow {
    pub(super) fn new(body: ResponseBody, shape: Shape, received: Buffer, out: Vec<u8>) -> Self {
        let rest = match body {
            ResponseBody::None | ResponseBody::Length(0) => Rest::Nothing,
            ResponseBody::Length(length) => Rest::Length(length),
            ResponseBody::Chunked => Rest::Chunked(ChunkedDecoder::new()),
            ResponseBody::UntilClose => Rest::UntilClose,
        };
        Self {
            // A full first read promises more.
            read_size: if received.has_room() { MEDIUM } else { LARGE },
            received,
            checked: 0,
            rest,
            shape,
            trailers: Vec::new(),
            out,
            out_sent: 0,
        }
    }

    /// Whether the whole body was seen. It may still have to be sent.
    pub(super) fn is_complete(&self) -> bool {
        matches!(self.rest, Rest::Nothing)
    }

    /// Whether the endpoint sent nothing behind the body.
    pub(super) fn is_exact(&self) -> bool {
        self.received.is_empty()
    }

    /// Whether nothing follows what may be sent now.
    pub(super) fn is_last(&self) -> bool {
        self.is_complete() && self.trailers.is_empty()
    }

    /// The trailers, once the body is complete.
    pub(super) fn take_trailers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.trailers)
    }

    /// What may be sent now, in two pieces.
    pub(super) fn pending(&self) -> (&[u8], &[u8]) {
        let body = &self.received.filled()[..self.checked];
        (&self.out[self.out_sent..], body)
    }

    /// Looks at what was received and makes it ready to be sent. Returns how much of it is data.
    pub(super) fn prepare(&mut self) -> Result<u64, ChunkReject> {
        if self.checked > 0 || self.received.is_empty() {
            return Ok(0);
        }
        let fresh = self.received.filled();
        let data = match &mut self.rest {
            Rest::Nothing => return Ok(0),
            Rest::Length(left) => {
                let max = usize::try_from(*left).unwrap_or(usize::MAX);
                self.checked = fresh.len().min(max);
                *left -= self.checked as u64;
                if *left == 0 {
                    self.rest = Rest::Nothing;
                }
                self.checked as u64
            }
            Rest::UntilClose if self.shape == Shape::Encode => return Ok(self.encode()),
            Rest::UntilClose => {
                self.checked = fresh.len();
                self.checked as u64
            }
            Rest::Chunked(_) if self.shape == Shape::Decode => return self.decode(),
            Rest::Chunked(decoder) => {
                let skipped = decoder.skip(fresh, &ChunkLimits::default())?;
                self.checked = skipped.consumed;
                if skipped.end {
                    self.rest = Rest::Nothing;
                }
                skipped.data
            }
        };
        // Copying a little beats a second slice.
        if self.checked <= self.out.capacity() - self.out.len() {
            let small = &self.received.filled()[..self.checked];
            self.out.extend_from_slice(small);
            self.received.consume(std::mem::take(&mut self.checked));
        }
        Ok(data)
    }

    fn encode(&mut self) -> u64 {
        let mut line = [0; CHUNK_HEADER_BYTES_MAX];
        let data = self.received.len();
        self.out.extend_from_slice(chunk_header(data, &mut line));
        self.out.extend_from_slice(self.received.filled());
        self.out.extend_from_slice(CHUNK_END);
        self.received.consume(data);
        data as u64
    }

    fn decode(&mut self) -> Result<u64, ChunkReject> {
        let mut data = 0;
        loop {
            let Rest::Chunked(decoder) = &mut self.rest else {
                return Ok(data);
            };
            let input = self.received.filled();
            let decoded = decoder.decode(input, &ChunkLimits::default())?;
            match &decoded.part {
                Part::Data(range) => {
                    data += range.len() as u64;
                    self.out.extend_from_slice(&input[range.clone()]);
                }
                Part::Trailer { name, value } => {
                    let (name, value) = (&input[name.clone()], &input[value.clone()]);
                    write::field(&mut self.trailers, name, value);
                }
                Part::Partial | Part::End => {}
            }
            self.received.consume(decoded.consumed);
            match decoded.part {
                Part::Data(_) | Part::Trailer { .. } => {}
                Part::Partial => return Ok(data),
                Part::End => self.rest = Rest::Nothing,
            }
        }
    }

    /// Forgets what was sent.
    pub(super) fn sent(&mut self, count: usize, buffers: &Buffers) {
        let first = count.min(self.out.len() - self.out_sent);
        self.out_sent += first;
        if self.out_sent == self.out.len() {
            self.out.clear();
            self.out_sent = 0;
        }
        self.checked -= count - first;
        self.received.consume(count - first);
        if self.received.is_empty() && self.received.capacity() > 0 && !self.is_complete() {
            buffers.give(std::mem::take(&mut self.received));
        }
    }

    /// The endpoint has closed, with these trailers. Whether the body may end so.
    pub(super) fn end_of_stream(&mut self, trailers: &[u8]) -> bool {
        if !matches!(self.rest, Rest::UntilClose) {
            return false;
        }
        self.rest = Rest::Nothing;
        if self.shape == Shape::Encode {
            let (last, end) = LAST_CHUNK.split_at(LAST_CHUNK.len() - CHUNK_END.len());
            self.out.extend_from_slice(last);
            self.out.extend_from_slice(trailers);
            self.out.extend_from_slice(end);
        } else {
            self.trailers = trailers.to_vec();
        }
        true
    }

    /// Reads once; no buffer is held while nothing arrives.
    pub(super) fn poll_read<S: Transport>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        buffers: &Buffers,
    ) -> Poll<io::Result<usize>> {
        if self.received.capacity() == 0 {
            match stream.poll_readable(cx) {
                Poll::Ready(Ok(())) => self.received = buffers.take(self.read_size),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        } else if !self.received.has_room() {
            let size = self.received.capacity();
            self.received.compact();
            if !self.received.has_room() {
                buffers.grow(&mut self.received, size * 2);
            }
        }
        let read = poll_fill(stream, cx, &mut self.received, u64::MAX);
        match &read {
            Poll::Ready(Ok(_)) if !self.received.has_room() => self.read_size = LARGE,
            Poll::Pending if self.received.is_empty() => {
                buffers.give(std::mem::take(&mut self.received));
            }
            _ => {}
        }
        read
    }

    /// Gives everything back.
    pub(super) fn release(self, buffers: &Buffers) {
        if self.received.capacity() > 0 {
            buffers.give(self.received);
        }
        buffers.give_output(self.out);
    }
}
