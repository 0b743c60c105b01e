//! One thread that owns its connections, pools, timers and counters.
//!
//! Nothing in here is shared with other workers except a gauge of open connections per worker, read
//! when a connection is accepted. The thread runs a current-thread runtime; its first task takes
//! commands from the control side, one task per listener accepts, one task per connection serves.

pub(crate) mod accept;
pub(crate) mod command;
mod doors;
pub(crate) mod held;
pub(crate) mod identifier;
pub(crate) mod wall;
pub(crate) mod watch;

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use genkan_route::decision::Scratch;
use tokio::{
    net::TcpStream,
    runtime::{Builder, LocalOptions},
    sync::{Notify, mpsc::UnboundedReceiver},
};

use self::{
    accept::Place,
    command::Command,
    doors::Doors,
    held::Held,
    identifier::Identifiers,
    wall::Wall,
    watch::{Activity, Watch, Watches},
};
use crate::{
    authenticator::{Authenticator, Room},
    body::spill::SpillBudget,
    buffer::{Buffer, Buffers},
    capture::Captures,
    counters::Counters,
    limiter::Limiter,
    proxy_header::Rule,
    record::{ConnectionCounts, Observers},
    refusal::{RefusalSink, Refusals},
    session::{self, Peer},
    tls::turns::Turns,
    upstream::{http2::pool::Http2Pools, pool::Pools},
};

/// How often a worker lets its observers hand over what they hold.
pub const TICK: Duration = Duration::from_millis(200);

/// Ticks between two sweeps of the upstream pools.
const SWEEP_TICKS: u32 = 5;

/// Threads of a worker for blocking file I/O (static files, spilled bodies).
const BLOCKING_THREADS: usize = 4;

/// What a worker's connections share.
pub(crate) struct Worker {
    pub(crate) watches: Rc<Watches>,
    pub(crate) buffers: Buffers,
    pub(crate) pools: Pools,
    pub(crate) http2_pools: Http2Pools,
    pub(crate) identifiers: Identifiers,
    pub(crate) counters: Rc<Counters>,
    pub(crate) captures: Captures,
    pub(crate) wall: Wall,
    pub(crate) turns: Turns,
    pub(crate) refusals: Refusals,
    pub(crate) spill: Arc<SpillBudget>,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) authenticator: Authenticator,
    pub(crate) observers: RefCell<Observers>,
    scratch: RefCell<Vec<Scratch>>,
    held: RefCell<Rc<Held>>,
    draining: Cell<bool>,
    /// Told when a connection ends during a drain.
    ended: Notify,
    /// Told when a drain begins.
    acceptors: Notify,
    place: Place,
}

/// Numbers that all workers share, because users see each as one.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// Bytes of spilled request bodies.
    pub(crate) spill: Arc<SpillBudget>,
    /// Rates and requests of clients.
    pub(crate) limiter: Arc<Limiter>,
    /// Passwords being checked.
    pub(crate) passwords: Arc<Room>,
}

impl Worker {
    pub(crate) fn new(
        place: Place,
        held: Held,
        observers: &crate::record::ObserverFactory,
        shared: Shared,
        captures: crate::capture::CaptureLimits,
        refusals: Arc<RefusalSink>,
    ) -> Self {
        let mut observers = observers(place.index);
        observers.meter.adopt(held.snapshot());
        Self {
            watches: Watches::new(),
            buffers: Buffers::default(),
            pools: Pools::default(),
            http2_pools: Http2Pools::default(),
            identifiers: Identifiers::new(),
            counters: Rc::new(Counters::default()),
            captures: Captures::new(captures),
            wall: Wall::new(),
            turns: Turns::default(),
            refusals: Refusals::new(refusals),
            spill: shared.spill,
            limiter: shared.limiter,
            authenticator: Authenticator::new(shared.passwords),
            observers: RefCell::new(observers),
            scratch: RefCell::default(),
            held: RefCell::new(Rc::new(held)),
            draining: Cell::new(false),
            ended: Notify::new(),
            acceptors: Notify::new(),
            place,
        }
    }

    /// The snapshot that new exchanges are decided with.
    pub(crate) fn held(&self) -> Rc<Held> {
        Rc::clone(&self.held.borrow())
    }

    /// Whether no new requests are wanted.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.get()
    }

    /// Buffers for one decision.
    pub(crate) fn scratch(&self) -> Scratch {
        self.scratch.borrow_mut().pop().unwrap_or_default()
    }

    /// Takes decision buffers back.
    pub(crate) fn give_scratch(&self, mut scratch: Scratch) {
        let mut kept = self.scratch.borrow_mut();
        if kept.len() < SCRATCHES_KEPT {
            scratch.path.clear();
            scratch.target.clear();
            scratch.location.clear();
            scratch.prefix.clear();
            kept.push(scratch);
        }
    }

    /// Serves one connection in a task of its own.
    pub(crate) fn serve(self: &Rc<Self>, stream: TcpStream, peer: Peer) {
        let early = Buffer::default();
        self.spawn(|worker, watch| session::serve(worker, stream, early, peer, watch));
    }

    /// Serves one connection that begins with a TLS handshake.
    pub(crate) fn serve_tls(self: &Rc<Self>, stream: TcpStream, peer: Peer) {
        let early = Buffer::default();
        self.spawn(|worker, watch| session::serve_tls(worker, stream, early, peer, watch));
    }

    /// Serves one connection that begins with a PROXY header.
    pub(crate) fn serve_introduced(self: &Rc<Self>, stream: TcpStream, peer: Peer, rule: Rule) {
        self.spawn(|worker, watch| session::serve_introduced(worker, stream, peer, rule, watch));
    }

    /// Runs a connection in a task. A panic ends this connection and no other.
    fn spawn<F: Future<Output = ()> + 'static>(
        self: &Rc<Self>,
        session: impl FnOnce(Rc<Self>, Watch) -> F,
    ) {
        let worker = Rc::clone(self);
        // Counted now, not when the task first runs: a drain must see it.
        let watch = self.watches.watch(Activity::Reading);
        let mut session = Box::pin(session(Rc::clone(self), watch));
        tokio::task::spawn_local(async move {
            let held = worker.place.hold();
            let outcome =
                poll_fn(
                    |cx| match catch_unwind(AssertUnwindSafe(|| session.as_mut().poll(cx))) {
                        Ok(poll) => poll.map(Ok),
                        Err(_) => std::task::Poll::Ready(Err(())),
                    },
                )
                .await;
            if outcome.is_err() {
                worker.counters.panics.add(1);
            }
            drop(session);
            drop(held);
            if worker.is_draining() {
                worker.ended.notify_one();
            }
        });
    }

    /// Runs the work of one stream of a connection in a task of its own, likewise.
    pub(crate) fn spawn_stream(self: &Rc<Self>, work: impl Future<Output = ()> + 'static) {
        let worker = Rc::clone(self);
        tokio::task::spawn_local(async move {
            let mut work = std::pin::pin!(work);
            poll_fn(
                |cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
                    Ok(poll) => poll,
                    Err(_) => {
                        worker.counters.panics.add(1);
                        std::task::Poll::Ready(())
                    }
                },
            )
            .await;
        });
    }

    fn take(&self, held: Rc<Held>) {
        self.observers.borrow_mut().meter.adopt(held.snapshot());
        drop(self.held.replace(held));
    }

    fn tick(&self) {
        self.wall.refresh();
        let (waiting, reading, writing) = self.watches.census();
        let counts = ConnectionCounts {
            accepted: self.counters.accepted.get(),
            handled: self.counters.handled.get(),
            exhausted: self.counters.accept_failures.get(),
            active: self.watches.active() as u64,
            reading,
            writing,
            waiting,
        };
        let mut observers = self.observers.borrow_mut();
        observers.log.tick();
        observers.meter.tick(&counts);
    }
}

/// Decision buffers kept for reuse: as many exchanges rarely decide at the same moment.
const SCRATCHES_KEPT: usize = 64;

/// Everything a worker thread starts with.
pub(crate) struct Start {
    pub(crate) place: Place,
    pub(crate) listeners: Vec<accept::Listener>,
    pub(crate) commands: UnboundedReceiver<Command>,
    pub(crate) held: Box<dyn FnOnce() -> Held + Send>,
    pub(crate) observers: Arc<crate::record::ObserverFactory>,
    pub(crate) shared: Shared,
    pub(crate) captures: crate::capture::CaptureLimits,
    pub(crate) refusals: Arc<RefusalSink>,
    pub(crate) ready: std::sync::mpsc::Sender<std::io::Result<()>>,
}

/// The body of a worker thread: returns when the worker was stopped or has drained.
pub(crate) fn run(start: Start) {
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .max_blocking_threads(BLOCKING_THREADS)
        .build_local(LocalOptions::default());
    match runtime {
        Ok(runtime) => {
            runtime.block_on(work(start));
            // Files being read for connections that are gone need not hold up the end.
            runtime.shutdown_background();
        }
        Err(error) => drop(start.ready.send(Err(error))),
    }
}

async fn work(start: Start) {
    let worker = Rc::new(Worker::new(
        start.place,
        (start.held)(),
        &*start.observers,
        start.shared,
        start.captures,
        start.refusals,
    ));
    let mut doors = Doors::default();
    for listener in start.listeners {
        if let Err(error) = doors.open(&worker, listener) {
            let _ = start.ready.send(Err(error));
            return;
        }
    }
    let wheel = tokio::task::spawn_local(Rc::clone(&worker.watches).drive());
    let ticking = tokio::task::spawn_local(tick(Rc::clone(&worker)));
    let _ = start.ready.send(Ok(()));
    drop(start.ready);
    command::obey(&worker, start.commands, doors).await;
    ticking.abort();
    wheel.abort();
    worker.pools.clear();
    worker.http2_pools.clear();
    worker.tick();
}

async fn tick(worker: Rc<Worker>) {
    let mut interval = tokio::time::interval(TICK);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut ticks: u32 = 0;
    loop {
        interval.tick().await;
        worker.tick();
        ticks = ticks.wrapping_add(1);
        if ticks.is_multiple_of(SWEEP_TICKS) {
            let (now, held) = (Instant::now(), worker.held());
            worker.pools.sweep(now, held.settings());
            worker.http2_pools.sweep(now, held.settings());
        }
    }
}
