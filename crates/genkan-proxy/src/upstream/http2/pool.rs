//! Connections that speak HTTP/2, shared by exchanges: per worker, per address and TLS settings.
//!
//! The busiest connection with a free stream takes the next exchange, so that spare ones fall idle and
//! end. Another one is opened when the streams of all run out.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    time::Instant,
};

use bytes::Bytes;
use genkan_route::settings::GlobalSettings;
use h2::client::SendRequest;
use tokio::sync::Notify;

use super::STREAMS_MAX;
use crate::upstream::pool::PoolKey;

/// Connections to one endpoint. Beyond them, streams wait for their turn.
const CONNECTIONS_MAX: usize = 32;

/// All connections of one worker.
#[derive(Debug, Default)]
pub(crate) struct Http2Pools {
    endpoints: RefCell<HashMap<PoolKey, Endpoint, foldhash::fast::RandomState>>,
}

#[derive(Debug, Default)]
struct Endpoint {
    connections: Vec<Rc<Shared>>,
    opening: Rc<Opening>,
}

/// Somebody is opening a connection; others wait for it.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    under_way: Cell<bool>,
    ended: Notify,
}

impl Opening {
    /// Waits until it is open, or is not going to be.
    pub(crate) async fn ended(&self) {
        self.ended.notified().await;
    }
}

/// The duty to open a connection. Whatever becomes of it, those who wait are told.
#[derive(Debug)]
pub(crate) struct Duty(Rc<Opening>);

impl Drop for Duty {
    fn drop(&mut self) {
        self.0.under_way.set(false);
        self.0.ended.notify_waiters();
    }
}

/// What there is for an exchange.
#[derive(Debug)]
pub(crate) enum Taken {
    /// A connection with room.
    Lease(Lease),
    /// Nothing; somebody is opening a connection.
    Wait(Rc<Opening>),
    /// Nothing; the exchange is to open one.
    Open(Duty),
}

/// One connection.
pub(crate) struct Shared {
    sender: SendRequest<Bytes>,
    active: Cell<usize>,
    requests: Cell<u32>,
    created: Instant,
    idle_since: Cell<Instant>,
    /// It takes no more streams.
    over: Cell<bool>,
    tls: Option<&'static str>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("active", &self.active)
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(sender: SendRequest<Bytes>, tls: Option<&'static str>) -> Rc<Self> {
        let now = Instant::now();
        Rc::new(Self {
            sender,
            active: Cell::new(0),
            requests: Cell::new(0),
            created: now,
            idle_since: Cell::new(now),
            over: Cell::new(false),
            tls,
        })
    }

    /// No more streams: it ended, the endpoint is leaving, or refuses them.
    pub(super) fn give_up(&self) {
        self.over.set(true);
    }

    fn is_usable(&self, now: Instant, settings: &GlobalSettings) -> bool {
        let idle = self.active.get() == 0
            && now.duration_since(self.idle_since.get()) >= settings.upstream_keepalive_timeout;
        !self.over.get()
            && !idle
            && now.duration_since(self.created) < settings.upstream_keepalive_time
            && self.requests.get() < settings.upstream_keepalive_requests
    }

    fn has_room(&self) -> bool {
        let max = self.sender.current_max_send_streams().min(STREAMS_MAX);
        self.active.get() < max
    }
}

/// A stream's claim to its connection.
#[derive(Debug)]
pub(crate) struct Lease {
    shared: Rc<Shared>,
    /// Whether others used the connection before.
    pub(crate) reused: bool,
}

impl Lease {
    pub(super) fn new(shared: &Rc<Shared>) -> Self {
        shared.active.set(shared.active.get() + 1);
        let before = shared
            .requests
            .replace(shared.requests.get().saturating_add(1));
        Self {
            shared: Rc::clone(shared),
            reused: before > 0,
        }
    }

    pub(super) fn sender(&self) -> SendRequest<Bytes> {
        self.shared.sender.clone()
    }

    pub(super) fn give_up(&self) {
        self.shared.give_up();
    }

    /// When the connection was opened.
    pub(crate) fn created(&self) -> Instant {
        self.shared.created
    }

    /// Version of TLS.
    pub(crate) fn tls(&self) -> Option<&'static str> {
        self.shared.tls
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let left = self.shared.active.get() - 1;
        self.shared.active.set(left);
        if left == 0 {
            self.shared.idle_since.set(Instant::now());
        }
    }
}

impl Http2Pools {
    /// A connection with room, or how to get one. `fresh` wants one that nobody used before.
    pub(crate) fn take(
        &self,
        key: PoolKey,
        now: Instant,
        settings: &GlobalSettings,
        fresh: bool,
    ) -> Taken {
        let mut endpoints = self.endpoints.borrow_mut();
        let endpoint = endpoints.entry(key).or_default();
        endpoint
            .connections
            .retain(|shared| shared.active.get() > 0 || shared.is_usable(now, settings));
        let usable = || {
            let all = endpoint.connections.iter();
            all.filter(|shared| shared.is_usable(now, settings))
        };
        if !fresh {
            let roomy = usable().filter(|shared| shared.has_room());
            if let Some(shared) = roomy.max_by_key(|shared| shared.active.get()) {
                return Taken::Lease(Lease::new(shared));
            }
            if endpoint.opening.under_way.get() {
                return Taken::Wait(Rc::clone(&endpoint.opening));
            }
            if usable().count() >= CONNECTIONS_MAX
                && let Some(shared) = usable().min_by_key(|shared| shared.active.get())
            {
                return Taken::Lease(Lease::new(shared));
            }
        }
        endpoint.opening.under_way.set(true);
        Taken::Open(Duty(Rc::clone(&endpoint.opening)))
    }

    /// Lets others use a connection, as long as it lasts.
    pub(super) fn put(&self, key: PoolKey, shared: Rc<Shared>) {
        let mut endpoints = self.endpoints.borrow_mut();
        endpoints.entry(key).or_default().connections.push(shared);
    }

    /// Drops what is idle for too long, too old, or over. Called by the worker's slow tick.
    pub(crate) fn sweep(&self, now: Instant, settings: &GlobalSettings) {
        self.endpoints.borrow_mut().retain(|_, endpoint| {
            endpoint
                .connections
                .retain(|shared| shared.active.get() > 0 || shared.is_usable(now, settings));
            !endpoint.connections.is_empty() || endpoint.opening.under_way.get()
        });
    }

    /// Opens no more streams on any of them.
    pub(crate) fn clear(&self) {
        self.endpoints.borrow_mut().clear();
    }
}
