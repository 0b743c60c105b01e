//! The PROXY header of a fresh connection: read before anything else, in front of TLS too.
//!
//! Whether one is asked for is settled when the connection is accepted, so that settings that change
//! meanwhile concern the connections that follow.

use std::{net::IpAddr, rc::Rc};

use genkan_http::proxy_protocol::{HEADER_BYTES_MAX, HeaderReject, Progress, parse};
use genkan_route::client::{ProxyHeader, Trust};
use tokio::net::TcpStream;

use crate::{
    buffer::{Buffer, SMALL},
    counters::Counters,
    opening::{self, Silence},
    refusal::{FirstBytes, RefusalReason},
    worker::{
        Worker,
        watch::{Interrupt, Watch},
    },
};

/// Whether a connection begins with a PROXY header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// No.
    Unasked,
    /// Yes.
    Required,
    /// The peer may leave it out.
    Optional,
}

impl Rule {
    /// What holds for a connection from this peer.
    pub(crate) fn of(trust: &Trust, peer: IpAddr) -> Self {
        match trust.use_proxy_protocol {
            false => Self::Unasked,
            true if trust.proxy_header_optional.contains(peer) => Self::Optional,
            true => Self::Required,
        }
    }
}

/// Why there is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The connection begins with something else.
    Missing(FirstBytes),
    /// It breaks the format, or is too long.
    Broken,
    /// It took too long.
    Late,
    /// The peer closed.
    Closed,
    /// The worker stops.
    Told,
}

impl Failure {
    /// Counts it.
    pub(crate) fn count(self, counters: &Counters) {
        match self {
            Self::Missing(_) => counters.proxy_headers_missing.add(1),
            Self::Broken => counters.proxy_headers_broken.add(1),
            Self::Late => counters.proxy_headers_late.add(1),
            Self::Closed => counters.proxy_headers_abandoned.add(1),
            Self::Told => {}
        }
    }

    /// What an operator is told. Who says nothing at all may be a health check.
    pub(crate) fn reason(self) -> Option<RefusalReason> {
        match self {
            Self::Missing(first) => Some(RefusalReason::ProxyHeaderMissing(first)),
            Self::Broken => Some(RefusalReason::ProxyHeaderBroken),
            Self::Late | Self::Closed | Self::Told => None,
        }
    }
}

impl From<Silence> for Failure {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Closed => Self::Closed,
            Silence::Interrupted(Interrupt::Timeout) => Self::Late,
            Silence::Interrupted(Interrupt::End) => Self::Told,
        }
    }
}

/// Reads the header, and what came right behind it. The watch's deadline is that of the whole header.
pub(crate) async fn read(
    worker: &Rc<Worker>,
    socket: &mut TcpStream,
    rule: Rule,
    watch: &mut Watch,
) -> Result<(ProxyHeader, Buffer), Failure> {
    opening::wait(socket, watch).await?;
    let mut buffer = worker.buffers.take(SMALL);
    match read_into(worker, socket, rule, watch, &mut buffer).await {
        Ok(header) if buffer.is_empty() => {
            worker.buffers.give(buffer);
            Ok((header, Buffer::default()))
        }
        Ok(header) => Ok((header, buffer)),
        Err(failure) => {
            worker.buffers.give(buffer);
            Err(failure)
        }
    }
}

async fn read_into(
    worker: &Rc<Worker>,
    socket: &mut TcpStream,
    rule: Rule,
    watch: &mut Watch,
    buffer: &mut Buffer,
) -> Result<ProxyHeader, Failure> {
    // each turn reads at least one byte, and a header has at most so many
    for _ in 0..=HEADER_BYTES_MAX {
        opening::read_more(worker, socket, watch, buffer).await?;
        match parse(buffer.filled()) {
            Ok(Progress::Partial) => {}
            Ok(Progress::Complete { length, proxied }) => {
                buffer.consume(length);
                worker.counters.proxy_headers.add(1);
                return Ok(proxied.map_or(ProxyHeader::Anonymous, ProxyHeader::Names));
            }
            Err(HeaderReject::Absent) if rule == Rule::Optional => {
                worker.counters.proxy_headers_omitted.add(1);
                return Ok(ProxyHeader::Absent);
            }
            Err(HeaderReject::Absent) => {
                return Err(Failure::Missing(FirstBytes::of(buffer.filled())));
            }
            Err(HeaderReject::Malformed | HeaderReject::TooLong) => return Err(Failure::Broken),
        }
    }
    Err(Failure::Broken)
}
