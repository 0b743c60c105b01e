//! Exchanges kept for explanations after the fact.
//!
//! Always on and bounded: a ring per worker, a limit per second, and of these only so many of one route.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use genkan_route::{
    decision::{DecisionInput, RequestId},
    explanation::Explanation,
    fault::Fault,
};

use crate::record::{Attempt, Maker};

/// How many exchanges are kept, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureLimits {
    /// Exchanges kept by each worker; 0 keeps none.
    pub kept: usize,
    /// The most that one worker captures in one second.
    pub per_second: u32,
    /// Of these, the most of one route.
    pub per_route_second: u32,
    /// Exchanges whose response took longer than this to begin are captured.
    pub slow: Option<Duration>,
    /// One in so many exchanges is captured whatever its outcome; 0 is none.
    pub one_in: u32,
}

impl Default for CaptureLimits {
    fn default() -> Self {
        Self {
            kept: 256,
            per_second: 50,
            per_route_second: 10,
            slow: None,
            one_in: 0,
        }
    }
}

/// Which captured exchanges are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureQuery {
    /// Only those with this id: ours, or the client's own `X-Request-ID`.
    pub id: Option<Vec<u8>>,
    /// The most to return, newest first.
    pub count_max: usize,
}

/// One exchange, as far as an explanation needs it.
#[derive(Clone, Debug)]
pub struct CapturedExchange {
    /// Our id.
    pub request_id: RequestId,
    /// The client's own `X-Request-ID`, if it sent one.
    pub client_request_id: Option<Vec<u8>>,
    /// When the head of the response was made.
    pub time: SystemTime,
    /// How long that took.
    pub duration: Duration,
    /// The TCP peer.
    pub client: SocketAddr,
    /// The listener that it came in on.
    pub listener: SocketAddr,
    /// What the decision depended on beside the head.
    pub input: DecisionInput,
    /// The decision, made once more with everything recorded. Names generation and versions.
    pub explanation: Explanation,
    /// Status of the response.
    pub status: u16,
    /// Who made it.
    pub maker: Maker,
    /// Why, when the proxy made an error itself.
    pub fault: Option<Fault>,
    /// Tries in order.
    pub attempts: Vec<Attempt>,
    /// `Allow` of the response.
    pub allow: Option<Vec<u8>>,
    /// `Location` of the response.
    pub location: Option<Vec<u8>>,
}

/// The ring of one worker.
#[derive(Debug)]
pub(crate) struct Captures {
    limits: CaptureLimits,
    ring: RefCell<VecDeque<Arc<CapturedExchange>>>,
    second: RefCell<Second>,
    seen: Cell<u32>,
}

/// What was captured in the current second.
#[derive(Debug)]
struct Second {
    began: Instant,
    count: u32,
    /// By the address of the route: only compared, within one second.
    routes: Vec<(usize, u32)>,
}

/// What a decision about capturing looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    pub(crate) status: u16,
    pub(crate) maker: Maker,
    pub(crate) started: Instant,
    /// Tells routes apart.
    pub(crate) route: usize,
}

/// Whether an exchange is captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    No,
    Yes,
    /// It would be, but for the limits.
    Dropped,
}

impl Captures {
    pub(crate) fn new(limits: CaptureLimits) -> Self {
        Self {
            limits,
            ring: RefCell::default(),
            second: RefCell::new(Second {
                began: Instant::now(),
                count: 0,
                routes: Vec::new(),
            }),
            seen: Cell::new(0),
        }
    }

    /// Decides about one exchange, and counts it against the limits.
    pub(crate) fn wish(&self, sight: &Sight) -> Wish {
        if self.limits.kept == 0 || !self.is_interesting(sight) {
            return Wish::No;
        }
        let now = Instant::now();
        let mut second = self.second.borrow_mut();
        if now.saturating_duration_since(second.began) >= Duration::from_secs(1) {
            second.began = now;
            second.count = 0;
            second.routes.clear();
        }
        if second.count >= self.limits.per_second {
            return Wish::Dropped;
        }
        let position = second
            .routes
            .iter()
            .position(|(route, _)| *route == sight.route);
        let position = position.unwrap_or_else(|| {
            second.routes.push((sight.route, 0));
            second.routes.len() - 1
        });
        if second.routes[position].1 >= self.limits.per_route_second {
            return Wish::Dropped;
        }
        second.routes[position].1 += 1;
        second.count += 1;
        Wish::Yes
    }

    fn is_interesting(&self, sight: &Sight) -> bool {
        let seen = self.seen.get().wrapping_add(1);
        self.seen.set(seen);
        let by_turn = self.limits.one_in > 0 && seen.is_multiple_of(self.limits.one_in);
        let slow = self
            .limits
            .slow
            .is_some_and(|slow| sight.started.elapsed() >= slow);
        let refused = sight.status >= 400 && sight.maker != Maker::Backend;
        by_turn || slow || refused || sight.status >= 500 || sight.status == 405
    }

    pub(crate) fn keep(&self, exchange: CapturedExchange) {
        let mut ring = self.ring.borrow_mut();
        if ring.len() >= self.limits.kept {
            ring.pop_front();
        }
        ring.push_back(Arc::new(exchange));
    }

    /// What is kept of what is wanted, newest first.
    pub(crate) fn find(&self, query: &CaptureQuery) -> Vec<Arc<CapturedExchange>> {
        let ring = self.ring.borrow();
        let found = ring.iter().rev().filter(|exchange| match &query.id {
            None => true,
            Some(id) => {
                exchange.request_id.0.as_slice() == id.as_slice()
                    || exchange.client_request_id.as_ref() == Some(id)
            }
        });
        found.take(query.count_max).cloned().collect()
    }
}
