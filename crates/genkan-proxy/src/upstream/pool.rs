//! Idle connections to endpoints: per worker, per address and TLS settings, last in first out.
//!
//! (ingress-nginx keeps them per address only, so that a request may go out on a connection that was
//! verified for somebody else, or not at all. That fault is not imitated.)
//!
//! Idle sockets stay registered with the event loop, so a connection that the peer closed shows as
//! readable and is dropped without a system call.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    net::SocketAddr,
    num::NonZeroU32,
    task::{Context, Poll, Waker},
    time::Instant,
};

use genkan_route::settings::GlobalSettings;

use super::stream::Stream;

/// What connections must have in common to stand in for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PoolKey {
    pub(crate) address: SocketAddr,
    /// The TLS settings ([`ClientTls::id`](super::prepare::ClientTls)); none in clear.
    pub(crate) tls: Option<NonZeroU32>,
}

/// A connection to an endpoint and its history.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: Stream,
    pub(crate) key: PoolKey,
    pub(crate) created: Instant,
    /// Requests sent on it, the current one included.
    pub(crate) requests: u32,
    /// Whether it came from the pool: only then may a failure be a race with the peer's close.
    pub(crate) reused: bool,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

/// The idle connections of one worker.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    idle: RefCell<HashMap<PoolKey, Vec<Idle>, foldhash::fast::RandomState>>,
    /// Connections that turned out to be closed when they were wanted or swept.
    pub(crate) stale: Cell<u64>,
    /// Connections that were not kept because their pool was full.
    pub(crate) overflow: Cell<u64>,
}

impl Pools {
    /// The connection used last, if one is still good.
    pub(crate) fn take(
        &self,
        key: PoolKey,
        now: Instant,
        settings: &GlobalSettings,
    ) -> Option<Connection> {
        let mut pools = self.idle.borrow_mut();
        let pool = pools.get_mut(&key)?;
        while let Some(mut idle) = pool.pop() {
            if usable(&mut idle, now, settings) {
                let mut connection = idle.connection;
                connection.reused = true;
                connection.requests += 1;
                return Some(connection);
            }
            self.stale.set(self.stale.get() + 1);
        }
        None
    }

    /// Keeps a connection whose last exchange ended by its own framing, unless a limit says no.
    pub(crate) fn put(&self, connection: Connection, now: Instant, settings: &GlobalSettings) {
        if matches!(connection.stream, Stream::Http2(_)) {
            return; // its connection is shared already
        }
        if connection.requests >= settings.upstream_keepalive_requests
            || now.duration_since(connection.created) >= settings.upstream_keepalive_time
        {
            return;
        }
        let mut pools = self.idle.borrow_mut();
        let pool = pools.entry(connection.key).or_default();
        if pool.len() >= settings.upstream_keepalive_connections {
            self.overflow.set(self.overflow.get() + 1);
            return;
        }
        pool.push(Idle {
            connection,
            since: now,
        });
    }

    /// Drops what is too old or was closed by its peer. Called by the worker's slow tick.
    pub(crate) fn sweep(&self, now: Instant, settings: &GlobalSettings) {
        let mut dropped = 0;
        self.idle.borrow_mut().retain(|_, pool| {
            let before = pool.len();
            pool.retain_mut(|idle| usable(idle, now, settings));
            dropped += before - pool.len();
            !pool.is_empty()
        });
        self.stale.set(self.stale.get() + dropped as u64);
    }

    /// Closes everything.
    pub(crate) fn clear(&self) {
        self.idle.borrow_mut().clear();
    }
}

fn usable(idle: &mut Idle, now: Instant, settings: &GlobalSettings) -> bool {
    let connection = &mut idle.connection;
    now.duration_since(idle.since) < settings.upstream_keepalive_timeout
        && now.duration_since(connection.created) < settings.upstream_keepalive_time
        && is_quiet(&mut connection.stream)
}

/// Whether nothing has arrived: neither a close nor bytes that nobody asked for.
fn is_quiet(stream: &mut Stream) -> bool {
    let cx = &mut Context::from_waker(Waker::noop());
    match stream {
        Stream::Tcp(stream) => match stream.poll_read_ready(cx) {
            Poll::Pending => true,
            // The flag may be left over from a read that filled its buffer exactly; this is the rare
            // case.
            Poll::Ready(Ok(())) => {
                matches!(stream.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
            }
            Poll::Ready(Err(_)) => false,
        },
        // Looks at what came: tickets for later sessions say nothing against it.
        Stream::Tls(stream) => stream.poll_readable(cx).is_pending(),
        Stream::Http2(_) => false,
    }
}
