//! The running data plane with its log, its numbers and the generations that it has served.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use genkan_compile::Generation;
use genkan_diagnosis::Code;
use genkan_proxy::{
    Live, Proxy, ProxyOptions, Publication, RefusalSink, SPILL_BYTES_MAX,
    access_log::{Format, LogWriter, Overflow, Target},
    capture::{CaptureLimits, CaptureQuery, CapturedExchange},
    metrics::{ConstantLabels, Exposition, Metrics},
    record::{AccessLog, Observers, Unobserved},
    tls::Preparer,
};
use genkan_route::decision::Scheme;

use super::{
    entrance::{Entrance, ListenerChanges},
    start::StartError,
};
use crate::command::{GatewayArgs, InputArgs, LogFormat, LogOverflow, message};

/// Generations kept, so that a request of a moment ago is explained by what decided it.
const GENERATIONS_MAX: usize = 16;
/// Hosts of all generations kept together: each has a table of its own, 200 B for a host. The newest
/// stays in any case.
const HOSTS_KEPT_MAX: usize = 50_000;
/// Captured exchanges that one question gets at most.
const CAPTURES_SHOWN_MAX: usize = 100;

/// What admin, console and control share.
#[derive(Debug)]
pub(crate) struct Gateway {
    proxy: Proxy,
    entrance: Entrance,
    metrics: Arc<Metrics>,
    log: Option<Arc<LogWriter>>,
    preparer: Mutex<Preparer>,
    generations: Mutex<VecDeque<Arc<Generation>>>,
    live: AtomicU64,
    applied: Mutex<Applied>,
    draining: AtomicBool,
}

/// Generations by whether everything in them could be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Applied {
    pub(super) readable: u64,
    pub(super) unreadable: u64,
    /// Whether the newest one was.
    pub(super) is_readable: bool,
    /// When the last readable one was published.
    pub(super) last_readable: SystemTime,
}

impl Default for Applied {
    fn default() -> Self {
        Self {
            readable: 0,
            unreadable: 0,
            is_readable: true,
            last_readable: UNIX_EPOCH,
        }
    }
}

impl Applied {
    /// What cannot be read has its previous version served, which is a finding.
    fn count(&mut self, generation: &Generation) {
        let codes = [Code::GK0254, Code::GK0256];
        let mut found = generation.findings.iter();
        self.is_readable = !found.any(|finding| codes.contains(&finding.code()));
        if self.is_readable {
            self.readable += 1;
            self.last_readable = SystemTime::now();
        } else {
            self.unreadable += 1;
        }
    }
}

impl Gateway {
    /// Opens log and listeners and starts the workers with a first generation.
    ///
    /// # Errors
    /// A port in use, a log that cannot be opened, threads that the system refuses.
    pub(super) fn start(
        args: &GatewayArgs,
        input: &InputArgs,
        generation: Arc<Generation>,
        refusals: &Arc<RefusalSink>,
    ) -> Result<Self, StartError> {
        let log = open_log(args)?.map(Arc::new);
        let metrics = Arc::new(Metrics::new(ConstantLabels {
            class: input.controller_class.clone(),
            namespace: std::env::var("POD_NAMESPACE").unwrap_or_default(),
            pod: std::env::var("POD_NAME").unwrap_or_default(),
        }));
        let observers = {
            let (log, metrics) = (log.clone(), Arc::clone(&metrics));
            move |_: usize| Observers {
                log: match &log {
                    Some(log) => Box::new(log.worker()) as Box<dyn AccessLog>,
                    None => Box::new(Unobserved),
                },
                meter: Box::new(metrics.worker()),
            }
        };
        let observers: Arc<genkan_proxy::record::ObserverFactory> = Arc::new(observers);
        let mut preparer = Preparer::new()?;
        let publication = prepare(&mut preparer, &generation);
        let options = ProxyOptions {
            workers: args.workers.unwrap_or(0),
            listeners: Vec::new(),
            observers,
            captures: CaptureLimits::default(),
            spill_bytes_max: SPILL_BYTES_MAX,
            refusals: Arc::clone(refusals),
        };
        let settings = &generation.snapshot.settings;
        let (entrance, proxy) = Entrance::open(args, &settings.listen, options, &publication)?;
        let number = generation.number();
        let mut applied = Applied::default();
        applied.count(&generation);
        Ok(Self {
            proxy,
            entrance,
            preparer: Mutex::new(preparer),
            metrics,
            log,
            generations: Mutex::new(VecDeque::from([generation])),
            live: AtomicU64::new(number),
            applied: Mutex::new(applied),
            draining: AtomicBool::new(false),
        })
    }

    /// Listens where a generation's settings say; tells what has changed by it.
    ///
    /// # Errors
    /// When an address cannot be bound; then everything stays as it was.
    pub(super) fn listen(
        &self,
        generation: &Generation,
    ) -> Result<ListenerChanges, genkan_proxy::StartError> {
        let settings = &generation.snapshot.settings;
        self.entrance.follow(&settings.listen, &self.proxy)
    }

    /// Where traffic of this scheme is accepted first.
    pub(crate) fn first_address(&self, scheme: Scheme) -> Option<SocketAddr> {
        let listeners = self.proxy.listeners();
        let first = listeners.iter().find(|on| on.scheme == scheme);
        first.map(|on| on.address)
    }

    /// The data plane.
    pub(crate) fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// Hands a generation to the workers.
    pub(super) fn publish(&self, generation: Arc<Generation>) -> Live {
        let publication = {
            let mut preparer = self.preparer.lock().unwrap_or_else(PoisonError::into_inner);
            prepare(&mut preparer, &generation)
        };
        let live = self.proxy.publish(publication);
        self.applied
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .count(&generation);
        let mut generations = self.generations();
        let number = generation.number();
        if generations
            .back()
            .is_some_and(|last| last.number() == number)
        {
            generations.pop_back();
        }
        generations.push_back(generation);
        forget(&mut generations);
        live
    }

    /// Every worker has taken this generation.
    pub(super) fn is_live(&self, generation: &Generation) {
        self.live.store(generation.number(), Ordering::Relaxed);
        self.metrics.retain(&generation.snapshot);
    }

    /// The generation that decided an exchange, or the latest when it is no longer kept.
    pub(crate) fn generation(&self, number: u64) -> Arc<Generation> {
        let generations = self.generations();
        let found = generations
            .iter()
            .find(|generation| generation.number() == number);
        match found.or(generations.back()) {
            Some(generation) => Arc::clone(generation),
            // There is always one: the first is put in before anybody can ask.
            None => unreachable!("a gateway starts with a generation"),
        }
    }

    /// The newest generation.
    pub(crate) fn newest(&self) -> Arc<Generation> {
        self.generation(u64::MAX)
    }

    /// Captured exchanges with this id (ours or the client's), or the latest ones.
    pub(crate) fn captures(&self, id: Option<&str>) -> Vec<Arc<CapturedExchange>> {
        self.proxy.captures(&CaptureQuery {
            id: id.map(|id| id.as_bytes().to_vec()),
            count_max: CAPTURES_SHOWN_MAX,
        })
    }

    /// Whether the load balancer should send traffic.
    pub(crate) fn is_healthy(&self) -> bool {
        !self.draining.load(Ordering::Relaxed)
    }

    /// Number of the generation that every worker serves.
    pub(crate) fn live_generation(&self) -> u64 {
        self.live.load(Ordering::Relaxed)
    }

    /// How the generations so far could be read.
    pub(super) fn applied(&self) -> Applied {
        *self.applied.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often no connection could be accepted for want of descriptors or memory.
    pub(super) fn accept_failures(&self) -> u64 {
        self.metrics.accept_failures()
    }

    /// Writes all series.
    pub(crate) fn expose(&self, out: &mut Exposition) {
        self.metrics.expose(out);
        super::process_metrics::expose(self, self.metrics.constant(), out);
        super::gateway_metrics::expose(self, out);
    }

    /// Lines of the access log so far, by what became of them.
    pub(super) fn log_statistics(&self) -> genkan_proxy::access_log::LogStatistics {
        self.log
            .as_ref()
            .map(|log| log.statistics())
            .unwrap_or_default()
    }

    /// `worker-shutdown-timeout` of the newest generation.
    pub(super) fn shutdown_timeout(&self) -> Duration {
        self.newest().snapshot.settings.shutdown_timeout
    }

    /// Health fails and no new connection is taken from now on.
    pub(super) fn begin_drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
        self.proxy.begin_drain();
    }

    /// Waits for exchanges under way, at most so long; says whether all ended by themselves.
    pub(super) fn drain(&self, timeout: Duration) -> bool {
        self.proxy.drain(timeout)
    }

    /// Opens the log anew.
    pub(super) fn reopen_log(&self) {
        if let Some(log) = &self.log {
            log.reopen();
        }
    }

    fn generations(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Generation>>> {
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the oldest generations go.
fn forget(generations: &mut VecDeque<Arc<Generation>>) {
    let hosts = |generations: &VecDeque<Arc<Generation>>| -> usize {
        let counts = generations
            .iter()
            .map(|generation| generation.hosts().count());
        counts.sum()
    };
    while generations.len() > GENERATIONS_MAX
        || generations.len() > 1 && hosts(generations) > HOSTS_KEPT_MAX
    {
        generations.pop_front();
    }
}

fn open_log(args: &GatewayArgs) -> Result<Option<LogWriter>, StartError> {
    let target = match args.access_log.as_str() {
        "off" => return Ok(None),
        "-" => Target::Stdout,
        path => Target::File(path.into()),
    };
    let format = match args.log_format {
        LogFormat::Nginx => Format::Nginx,
        LogFormat::Json => Format::Json,
    };
    let overflow = match args.log_overflow {
        LogOverflow::Drop => Overflow::Drop,
        LogOverflow::Block => Overflow::Block,
    };
    match LogWriter::start(target, format, overflow) {
        Ok(writer) => Ok(Some(writer)),
        Err(source) => Err(StartError::Log {
            path: args.access_log.clone(),
            source,
        }),
    }
}

/// The rustls side of a generation. What cannot be used is told; the default certificate stands in.
fn prepare(preparer: &mut Preparer, generation: &Generation) -> Publication {
    let snapshot = generation.snapshot.clone();
    let (tls, problems) = preparer.prepare(&snapshot, &generation.key_pairs);
    for problem in problems {
        message!(
            "genkan: the certificate in Secret {} cannot be used: {}",
            problem.name,
            problem.reason
        );
    }
    Publication {
        snapshot,
        tls: Some(tls),
    }
}
