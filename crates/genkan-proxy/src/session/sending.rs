//! Sending a request to an endpoint: head, then body from wherever it is.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use genkan_route::fault::Fault;

use super::{client::Client, downstream::Downstream, patience::Party, transport::poll_put};
use crate::{
    body::{
        collect::RequestBody,
        spill::{Reading, read_at},
    },
    buffer::{Buffer, LARGE},
    upstream::stream::Stream,
};

/// How far a request has been sent. A new try begins with a new one.
#[derive(Debug, Default)]
pub(super) struct Sending {
    head_sent: usize,
    /// Bytes of a collected body that were sent.
    body_sent: u64,
    /// A piece of a spilled body.
    piece: Vec<u8>,
    piece_sent: usize,
    reading: Option<Reading>,
    /// Everything was sent.
    pub(super) done: bool,
    /// The endpoint takes no more.
    pub(super) failed: bool,
    /// At least one byte was handed to the system.
    pub(super) begun: bool,
    /// Something moved since the last look.
    pub(super) moved: bool,
}

/// Why sending stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SendEnd {
    /// The client left in the middle of its body.
    Client,
    /// The request cannot be sent to its end.
    Fault(Fault),
}

/// The parts of a request.
pub(super) struct Outgoing<'a> {
    pub(super) head: &'a [u8],
    pub(super) body: &'a mut RequestBody,
    /// Holds [`RequestBody::InBuffer`].
    pub(super) buffer: &'a Buffer,
    /// The most bytes a streamed body may have.
    pub(super) size_max: Option<u64>,
}

impl Sending {
    /// A request whose head is on its way already.
    pub(super) fn behind_head(head: &[u8]) -> Self {
        Self {
            head_sent: head.len(),
            begun: true,
            ..Self::default()
        }
    }

    /// Whether a part of the body was sent that cannot be sent again.
    pub(super) fn has_streamed(&self, body: &RequestBody) -> bool {
        matches!(body, RequestBody::Stream(_)) && self.body_sent > 0
    }

    /// Sends what can be sent. Ready when everything is sent, or the endpoint takes no more; otherwise
    /// the party that is waited for.
    pub(super) fn poll<D: Downstream>(
        &mut self,
        cx: &mut Context<'_>,
        endpoint: &mut Stream,
        client: &mut Client<D>,
        outgoing: &mut Outgoing<'_>,
    ) -> Result<Poll<()>, SendEnd> {
        match self.advance(cx, endpoint, client, outgoing) {
            Ok(()) => Ok(Poll::Ready(())),
            Err(Stop::Wait) => Ok(Poll::Pending),
            Err(Stop::End(end)) => Err(end),
        }
    }

    /// Whom sending waits for, when it waits.
    pub(super) fn waits_for(&self, body: &RequestBody) -> Party {
        match body {
            _ if self.reading.is_some() => Party::Disk,
            RequestBody::Stream(incoming) if incoming.ready().is_empty() => Party::ClientSends,
            _ => Party::EndpointTakes,
        }
    }

    fn advance<D: Downstream>(
        &mut self,
        cx: &mut Context<'_>,
        endpoint: &mut Stream,
        client: &mut Client<D>,
        outgoing: &mut Outgoing<'_>,
    ) -> Result<(), Stop> {
        loop {
            if self.done || self.failed {
                return Ok(());
            }
            let head = &outgoing.head[self.head_sent..];
            let body = self.at_hand(outgoing.body, outgoing.buffer);
            if head.is_empty() && body.is_empty() {
                if self.is_complete(outgoing.body) {
                    self.done = endpoint.finish().is_ok();
                    self.failed = !self.done;
                    return Ok(());
                }
                self.refill(cx, client, outgoing)?;
                continue;
            }
            match poll_put(endpoint, cx, head, body) {
                Poll::Ready(Ok(count)) => self.sent(count, outgoing, client),
                // The response may have come all the same: it is looked for before this counts.
                Poll::Ready(Err(_)) => self.failed = true,
                Poll::Pending => return Err(Stop::Wait),
            }
        }
    }

    fn at_hand<'b>(&'b self, body: &'b RequestBody, buffer: &'b Buffer) -> &'b [u8] {
        let from = usize::try_from(self.body_sent).unwrap_or(usize::MAX);
        match body {
            RequestBody::Empty => &[],
            RequestBody::InBuffer(range) => buffer
                .filled()
                .get(range.start + from..range.end)
                .unwrap_or_default(),
            RequestBody::Memory(bytes) => bytes.get(from..).unwrap_or_default(),
            RequestBody::Spilled(_) => &self.piece[self.piece_sent..],
            RequestBody::Stream(incoming) => incoming.ready(),
        }
    }

    fn is_complete(&self, body: &RequestBody) -> bool {
        match body {
            RequestBody::Empty | RequestBody::InBuffer(_) | RequestBody::Memory(_) => true,
            RequestBody::Spilled(spill) => self.body_sent >= spill.length(),
            RequestBody::Stream(incoming) => incoming.is_complete(),
        }
    }

    fn sent<D>(&mut self, count: usize, outgoing: &mut Outgoing<'_>, client: &Client<D>) {
        self.begun = true;
        self.moved = true;
        let head = count.min(outgoing.head.len() - self.head_sent);
        self.head_sent += head;
        let body = count - head;
        self.body_sent += body as u64;
        match outgoing.body {
            RequestBody::Spilled(_) => self.piece_sent += body,
            RequestBody::Stream(incoming) => incoming.forwarded(body, &client.worker.buffers),
            _ => {}
        }
    }

    fn refill<D: Downstream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<D>,
        outgoing: &mut Outgoing<'_>,
    ) -> Result<(), Stop> {
        match outgoing.body {
            RequestBody::Spilled(spill) => {
                let (file, offset) = (spill.file(), self.body_sent);
                let reading = self
                    .reading
                    .get_or_insert_with(|| read_at(file, offset, LARGE));
                let Poll::Ready(read) = Pin::new(reading).poll(cx) else {
                    return Err(Stop::Wait);
                };
                self.reading = None;
                self.piece_sent = 0;
                self.moved = true;
                match read {
                    Ok(Ok(piece)) if !piece.is_empty() => self.piece = piece,
                    _ => return Err(Stop::End(SendEnd::Fault(Fault::Internal))),
                }
                Ok(())
            }
            RequestBody::Stream(incoming) => {
                let refused = Stop::End(SendEnd::Fault(Fault::BadRequest));
                // What is at hand is checked before more is read.
                incoming.check().map_err(|_| refused)?;
                if outgoing.size_max.is_some_and(|max| incoming.data > max) {
                    return Err(Stop::End(SendEnd::Fault(Fault::BodyTooLarge)));
                }
                if !incoming.ready().is_empty() || incoming.is_complete() {
                    return Ok(());
                }
                let (line, buffers) = (&mut client.line, &client.worker.buffers);
                match incoming.poll_read(line, cx, buffers) {
                    Poll::Ready(Err(_)) => Err(Stop::End(SendEnd::Client)),
                    Poll::Ready(Ok(())) => {
                        self.moved = true;
                        Ok(())
                    }
                    Poll::Pending => Err(Stop::Wait),
                }
            }
            _ => Ok(()),
        }
    }
}

enum Stop {
    Wait,
    End(SendEnd),
}
