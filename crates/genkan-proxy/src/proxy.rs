//! The control side: starts workers, hands them snapshots, drains them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use genkan_route::decision::Scheme;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::{
    StartError,
    body::spill::SpillBudget,
    capture::{CaptureLimits, CaptureQuery, CapturedExchange},
    counters::Totals,
    listener::{Change, ListenOn, Listeners},
    live::{Live, Progress},
    publication::{Publication, Published},
    record::ObserverFactory,
    refusal::RefusalSink,
    upstream::prepare::Preparer,
    worker::{
        self, Shared, Start,
        accept::{Gauge, Place},
        command::Command,
        held::Held,
    },
};

/// Workers when the number is left to us: one per usable CPU, but no more than this.
pub const WORKERS_MAX: usize = 16;

/// Bytes that spilled request bodies may take in all, unless configured otherwise.
pub const SPILL_BYTES_MAX: u64 = 1 << 30;

/// How long a question to the workers waits for its answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

/// How long ending everything at once may take before threads are left to the end of the process.
const STOP_PATIENCE: Duration = Duration::from_millis(500);

/// What a proxy starts with.
pub struct ProxyOptions {
    /// Worker threads; 0 is one per CPU that this process may use, by affinity and cgroup quota, and at
    /// most [`WORKERS_MAX`].
    pub workers: usize,
    /// Where to listen.
    pub listeners: Vec<ListenOn>,
    /// Makes each worker's log and metrics.
    pub observers: Arc<ObserverFactory>,
    /// How many exchanges are kept for explanations after the fact.
    pub captures: CaptureLimits,
    /// Bytes that spilled request bodies of all workers may take in all.
    pub spill_bytes_max: u64,
    /// Told of connections that were closed because they did not begin as they should.
    pub refusals: Arc<RefusalSink>,
}

impl std::fmt::Debug for ProxyOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxyOptions")
            .field("workers", &self.workers)
            .field("listeners", &self.listeners)
            .finish_non_exhaustive()
    }
}

/// A running data plane. Dropping it ends everything at once; [`Proxy::drain`] ends it gently.
#[derive(Debug)]
pub struct Proxy {
    workers: Vec<Handle>,
    listeners: Mutex<Listeners>,
    graveyard: mpsc::Sender<Published>,
    upstream: Preparer,
    running: Arc<Running>,
}

#[derive(Debug)]
struct Handle {
    commands: UnboundedSender<Command>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// How many worker threads have not ended.
#[derive(Debug)]
struct Running {
    count: AtomicUsize,
    ended: Mutex<mpsc::Receiver<()>>,
}

impl Proxy {
    /// Opens the listeners and starts the workers; returns when all of them accept.
    ///
    /// # Errors
    ///
    /// A port in use or an address that cannot be bound, an https listener without prepared
    /// certificates, threads or event loops that the system refuses.
    pub fn start(
        options: &ProxyOptions,
        publication: impl Into<Publication>,
    ) -> Result<Self, StartError> {
        let publication = publication.into();
        let secure = options
            .listeners
            .iter()
            .find(|on| on.scheme == Scheme::Https);
        if let Some(listener) = secure.filter(|_| publication.tls.is_none()) {
            return Err(StartError::Unprepared {
                address: listener.address,
            });
        }
        let count = match options.workers {
            0 => usable_cpus(),
            workers => workers,
        };
        let mut listeners = Listeners::default();
        let sockets = listeners.become_these(&options.listeners, count)?.opened;
        let graveyard = start_reaper()?;
        let (ended_sender, ended) = mpsc::channel();
        let (ready, becoming) = mpsc::channel();
        let channels: Vec<_> = (0..count).map(|_| unbounded_channel()).collect();
        let others: Arc<[_]> = channels.iter().map(|(sender, _)| sender.clone()).collect();
        let gauges: Arc<[Gauge]> = (0..count).map(|_| Gauge::default()).collect();
        let shared = Shared {
            spill: SpillBudget::new(options.spill_bytes_max),
            limiter: Arc::default(),
            passwords: Arc::default(),
        };
        let upstream = Preparer::new();
        let prepared = upstream.prepare(&publication.snapshot);
        let published = Published::new(publication, prepared);
        let mut proxy = Self {
            workers: Vec::with_capacity(count),
            listeners: Mutex::new(listeners),
            graveyard,
            upstream,
            running: Arc::new(Running {
                count: AtomicUsize::new(0),
                ended: Mutex::new(ended),
            }),
        };
        for (index, ((commands, receiver), listeners)) in
            channels.into_iter().zip(sockets).enumerate()
        {
            let (published, graveyard) = (published.clone(), proxy.graveyard.clone());
            let start = Start {
                place: Place {
                    index,
                    gauges: Arc::clone(&gauges),
                    others: Arc::clone(&others),
                },
                listeners,
                commands: receiver,
                held: Box::new(move || Held::new(published, graveyard)),
                observers: Arc::clone(&options.observers),
                shared: shared.clone(),
                captures: options.captures.clone(),
                refusals: Arc::clone(&options.refusals),
                ready: ready.clone(),
            };
            proxy.spawn(index, commands, start, ended_sender.clone())?;
        }
        drop(ready);
        for outcome in becoming {
            outcome.map_err(StartError::worker)?;
        }
        Ok(proxy)
    }

    fn spawn(
        &mut self,
        index: usize,
        commands: UnboundedSender<Command>,
        start: Start,
        ended: mpsc::Sender<()>,
    ) -> Result<(), StartError> {
        let running = Arc::clone(&self.running);
        running.count.fetch_add(1, Relaxed);
        let thread = thread::Builder::new()
            .name(format!("worker-{index}"))
            .spawn(move || {
                let end = Ended { running, ended };
                worker::run(start);
                drop(end);
            });
        let thread = thread.map_err(|error| {
            self.running.count.fetch_sub(1, Relaxed);
            StartError::worker(error)
        })?;
        self.workers.push(Handle {
            commands,
            thread: Mutex::new(Some(thread)),
        });
        Ok(())
    }

    /// Hands a snapshot to all workers. Requests under way finish on the one they began with.
    pub fn publish(&self, publication: impl Into<Publication>) -> Live {
        let publication = publication.into();
        let progress = Progress::of(self.workers.len());
        let live = Live::new(publication.snapshot.generation, Arc::clone(&progress));
        let prepared = self.upstream.prepare(&publication.snapshot);
        let published = Published::new(publication, prepared);
        for worker in &self.workers {
            let command = Command::Publish {
                published: published.clone(),
                graveyard: self.graveyard.clone(),
                taken: Arc::clone(&progress),
            };
            if worker.commands.send(command).is_err() {
                progress.done(); // a worker that has ended serves nothing older either
            }
        }
        live
    }

    /// Listens on these from now on. A listener that stays wanted keeps its socket; a new one is open
    /// before an old one ends; the connections of an old one go on, and those that are on their way to
    /// it are still accepted. Returns the listeners as they are then.
    ///
    /// # Errors
    ///
    /// A port in use, an address that cannot be bound: then nothing has changed.
    pub fn listen(&self, wanted: &[ListenOn]) -> Result<Vec<ListenOn>, StartError> {
        let mut listeners = self.lock_listeners();
        let Change {
            opened,
            changed,
            retired,
        } = listeners.become_these(wanted, self.workers.len())?;
        for (worker, opened) in self.workers.iter().zip(opened) {
            // a worker that has ended accepts nothing, and its sockets close here
            let _ = worker.commands.send(Command::Listen {
                opened,
                changed: changed.clone(),
                retired: retired.clone(),
            });
        }
        Ok(listeners.addresses())
    }

    /// The listeners in the order in which they were wanted, with the ports that were taken for port 0.
    #[must_use]
    pub fn listeners(&self) -> Vec<ListenOn> {
        self.lock_listeners().addresses()
    }

    fn lock_listeners(&self) -> std::sync::MutexGuard<'_, Listeners> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Number of worker threads.
    #[must_use]
    pub fn worker_count(&self) -> usize {
        self.workers.len()
    }

    /// Captured exchanges, newest first.
    #[must_use]
    pub fn captures(&self, query: &CaptureQuery) -> Vec<Arc<CapturedExchange>> {
        let mut found: Vec<_> = self
            .ask(|reply| Command::Captures {
                query: query.clone(),
                reply,
            })
            .into_iter()
            .flatten()
            .collect();
        found.sort_by_key(|exchange| std::cmp::Reverse(exchange.time));
        found.truncate(query.count_max);
        found
    }

    /// The counters of all workers.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut sum = Totals::default();
        for totals in self.ask(|reply| Command::Count { reply }) {
            sum.add(&totals);
        }
        sum
    }

    /// Begins a drain: no new connections, idle ones end, exchanges finish with `Connection: close`.
    pub fn begin_drain(&self) {
        self.tell(|| Command::Drain);
    }

    /// Drains: waits for exchanges and upgraded connections for at most `timeout`, then ends what is
    /// left. Returns whether all ended by themselves. Can be called again, to cut a drain short.
    pub fn drain(&self, timeout: Duration) -> bool {
        self.begin_drain();
        let gently = self.wait_for_end(timeout);
        if !gently {
            self.tell(|| Command::Stop);
            self.wait_for_end(STOP_PATIENCE);
        }
        self.join();
        gently
    }

    fn tell(&self, command: impl Fn() -> Command) {
        for worker in &self.workers {
            // A worker that has ended needs no telling.
            let _ = worker.commands.send(command());
        }
    }

    fn ask<T>(&self, command: impl Fn(mpsc::Sender<T>) -> Command) -> Vec<T> {
        let (reply, answers) = mpsc::channel();
        self.tell(|| command(reply.clone()));
        drop(reply);
        let end = Instant::now() + ANSWER_PATIENCE;
        let mut collected = Vec::with_capacity(self.workers.len());
        while let Ok(answer) = answers.recv_timeout(end.saturating_duration_since(Instant::now())) {
            collected.push(answer);
        }
        collected
    }

    fn wait_for_end(&self, timeout: Duration) -> bool {
        let end = Instant::now() + timeout;
        let ended = self
            .running
            .ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        while self.running.count.load(Relaxed) > 0 {
            let left = end.saturating_duration_since(Instant::now());
            if ended.recv_timeout(left).is_err() {
                return self.running.count.load(Relaxed) == 0;
            }
        }
        true
    }

    fn join(&self) {
        for worker in &self.workers {
            let mut thread = worker.thread.lock().unwrap_or_else(PoisonError::into_inner);
            if thread.as_ref().is_some_and(JoinHandle::is_finished)
                && let Some(thread) = thread.take()
            {
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.tell(|| Command::Stop);
        self.wait_for_end(STOP_PATIENCE);
        self.join();
    }
}

/// Reports the end of a worker thread, also when it panics.
struct Ended {
    running: Arc<Running>,
    ended: mpsc::Sender<()>,
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.running.count.fetch_sub(1, Relaxed);
        let _ = self.ended.send(());
    }
}

/// CPUs this process may use: affinity mask and cgroup quota, not what the machine has.
fn usable_cpus() -> usize {
    thread::available_parallelism()
        .map_or(1, usize::from)
        .min(WORKERS_MAX)
}

/// The thread that frees old tables, so that no worker ever does.
fn start_reaper() -> Result<mpsc::Sender<Published>, StartError> {
    let (graveyard, dead) = mpsc::channel::<Published>();
    thread::Builder::new()
        .name("table-reaper".to_owned())
        .spawn(move || dead.into_iter().for_each(drop))
        .map_err(StartError::worker)?;
    Ok(graveyard)
}
