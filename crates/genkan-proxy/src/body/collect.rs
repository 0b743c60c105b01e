//! Receiving a whole request body before a backend is chosen (`proxy-request-buffering`).
//!
//! What is in the read buffer already stays there. Otherwise the body goes to memory, and beyond
//! `client-body-buffer-size` to a spill file. The backend gets a length even when the client sent chunks.

use std::{
    future::poll_fn,
    ops::Range,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use genkan_http::framing::Body;
use genkan_route::fault::Fault;

use super::{
    incoming::Incoming,
    spill::{Spill, SpillBudget, SpillFault},
};
use crate::{
    buffer::{Buffers, LARGE},
    session::downstream::Source,
    worker::watch::{Interrupt, Watch},
};

/// A request body as the sender of requests sees it.
#[derive(Debug)]
pub(crate) enum RequestBody {
    /// None at all.
    Empty,
    /// In the client's read buffer, behind the head.
    InBuffer(Range<usize>),
    /// Collected.
    Memory(Vec<u8>),
    /// Collected, in a file.
    Spilled(Spill),
    /// To be forwarded as it arrives.
    Stream(Incoming),
}

impl RequestBody {
    /// Whether the client has still to send some of it.
    pub(crate) fn is_coming(&self) -> bool {
        matches!(self, Self::Stream(incoming) if !incoming.is_complete())
    }
}

/// Why a body could not be received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Incomplete {
    /// The client left.
    Gone,
    /// To be answered.
    Fault(Fault),
}

/// Limits of collecting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CollectLimits {
    /// Bytes kept in memory.
    pub(crate) memory: u64,
    /// Bytes in all.
    pub(crate) total: Option<u64>,
    /// Between two reads.
    pub(crate) timeout: Duration,
}

/// If the whole body is at hand, where it lies behind the head, and how many raw bytes it takes.
pub(crate) fn at_hand(body: Body, behind_head: &[u8]) -> Option<usize> {
    match body {
        Body::None => Some(0),
        Body::Length(length) => usize::try_from(length)
            .ok()
            .filter(|length| *length <= behind_head.len()),
        Body::Chunked => None,
    }
}

/// Receives a body to its end.
pub(crate) async fn collect<S: Source>(
    incoming: &mut Incoming,
    stream: &mut S,
    watch: &Watch,
    buffers: &Buffers,
    budget: &Arc<SpillBudget>,
    limits: CollectLimits,
) -> Result<RequestBody, Incomplete> {
    let mut memory = Vec::new();
    let mut spill: Option<Spill> = None;
    loop {
        incoming
            .decode(&mut memory)
            .map_err(|_| Incomplete::Fault(Fault::BadRequest))?;
        if limits.total.is_some_and(|max| incoming.announced() > max) {
            return Err(Incomplete::Fault(Fault::BodyTooLarge));
        }
        let full = match spill {
            None => memory.len() as u64 > limits.memory,
            Some(_) => memory.len() >= LARGE,
        };
        if full || (spill.is_some() && incoming.is_complete() && !memory.is_empty()) {
            let mut file = match spill.take() {
                Some(file) => file,
                None => Spill::create(budget).await.map_err(incomplete)?,
            };
            memory = file.append(memory).await.map_err(incomplete)?;
            spill = Some(file);
        }
        if incoming.is_complete() {
            return Ok(spill.map_or(RequestBody::Memory(memory), RequestBody::Spilled));
        }
        watch.set(Instant::now(), limits.timeout);
        let read = poll_fn(|cx| match incoming.poll_read(stream, cx, buffers) {
            Poll::Ready(read) => Poll::Ready(read.map_err(|_| Incomplete::Gone)),
            Poll::Pending => watch.poll(cx).map(|interrupt| match interrupt {
                Interrupt::Timeout => Err(Incomplete::Fault(Fault::ClientTimeout)),
                Interrupt::End => Err(Incomplete::Gone),
            }),
        });
        read.await?;
    }
}

fn incomplete(fault: SpillFault) -> Incomplete {
    Incomplete::Fault(match fault {
        SpillFault::Full => Fault::Overload,
        SpillFault::Io(error) => {
            // No space left and no descriptors are limits; the rest should not happen.
            match error.kind() {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                    Fault::Overload
                }
                _ => Fault::Internal,
            }
        }
    })
}
