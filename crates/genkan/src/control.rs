//! The control thread: files and names in, generations out, until a signal ends it.
//!
//! Everything that changes what is served passes through one queue in one thread, so the order of
//! changes is the order of generations. Workers are told by [`Proxy::publish`]; a generation is
//! announced only when every worker has taken it.

mod announce;
mod entrance;
mod exhaustion;
mod gateway;
mod gateway_metrics;
mod pipeline;
mod process_metrics;
mod refusals;
mod resolve;
mod signals;
mod start;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use genkan_compile::Generation;
use genkan_diagnosis::{Exit, Style};
use genkan_proxy::{Refusal, RefusalSink};
use genkan_route::{decision::Scheme, settings::GlobalSettings};

use crate::{
    admin,
    command::{GatewayArgs, InputArgs, message},
    manifests,
    source::{self, SourceEvent},
};
use announce::Announcer;
use exhaustion::Exhaustion;
pub(crate) use gateway::Gateway;
use pipeline::Pipeline;
use resolve::{Answers, NameResolver};
use signals::Signal;

/// Port on 127.0.0.1 that answers `genkan explain --id`, next to ingress-nginx's 10254.
pub(crate) const CONSOLE_PORT: u16 = 10253;

/// Changes that may wait for the control thread; senders wait when it is full, nothing is lost.
const MESSAGES_MAX: usize = 1024;
/// How often the control thread looks whether the workers have what they need, and at the clock for
/// certificates that begin or end.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a generation may take to reach every worker before that is reported.
const LIVE_PATIENCE: Duration = Duration::from_secs(5);

/// What to serve and how.
pub(crate) struct Plan {
    /// Folders, files, or `-`.
    pub(crate) sources: Vec<PathBuf>,
    /// How manifests are understood.
    pub(crate) input: InputArgs,
    /// Ports, workers, log.
    pub(crate) gateway: GatewayArgs,
    /// How findings are shown.
    pub(crate) style: Style,
    /// What the first lines say.
    pub(crate) greeting: Greeting,
    /// Told when the gateway is ready and when a generation is live.
    pub(crate) progress: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
}

/// What is told to whoever started the gateway inside this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The first generation is served.
    Ready {
        /// Where traffic is accepted.
        http: SocketAddr,
        /// Where explanations are.
        console: SocketAddr,
    },
    /// Every worker serves this generation.
    Live(u64),
}

/// What the first lines say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Greeting {
    /// The folder, and where to reach it.
    Speak {
        /// More lines, below the addresses.
        hints: Vec<String>,
    },
    /// Nothing: somebody else speaks.
    Silent,
}

/// What the control thread is told.
#[derive(Debug)]
enum Message {
    /// Manifests changed.
    Source(SourceEvent),
    /// External names were resolved.
    Names(Answers),
    /// A connection was closed because it did not begin as it should.
    Refused(Refusal),
    /// The process was signalled.
    Signal(Signal),
}

/// Serves until a signal ends it.
pub(crate) fn run(plan: &Plan) -> Exit {
    let (sender, messages) = sync_channel(MESSAGES_MAX);
    match Control::start(plan, &sender) {
        Ok(mut control) => control.serve(&messages),
        Err(error) => {
            message!("genkan: {error}");
            error.exit()
        }
    }
}

/// Everything the control thread owns.
struct Control<'p> {
    plan: &'p Plan,
    pipeline: Pipeline,
    gateway: Arc<Gateway>,
    announcer: Announcer,
    exhaustion: Exhaustion,
    names: NameResolver,
    _watcher: source::Watcher,
    _admin: admin::Servers,
}

impl<'p> Control<'p> {
    fn start(plan: &'p Plan, sender: &SyncSender<Message>) -> Result<Self, start::StartError> {
        let signals = sender.clone();
        signals::watch(move |signal| {
            let _ = signals.send(Message::Signal(signal));
        })?;
        let mut pipeline = Pipeline::new(&plan.input, &plan.sources, &plan.gateway);
        let (watcher, initial) = source::watch(&plan.sources, plan.input.recursive, {
            let sender = sender.clone();
            move |event| {
                let _ = sender.send(Message::Source(event));
            }
        })?;
        for change in initial {
            pipeline.take(&change.path, &change.content);
        }
        let generation = Arc::new(pipeline.compile());
        let names = NameResolver::start({
            let sender = sender.clone();
            move |answers| {
                let _ = sender.send(Message::Names(answers));
            }
        })?;
        names.want(generation.external_names.clone());
        let refusals: Arc<RefusalSink> = Arc::new({
            let sender = sender.clone();
            // a worker never waits; the counters have what finds no room
            move |refusal| drop(sender.try_send(Message::Refused(refusal)))
        });
        let gateway = Arc::new(Gateway::start(
            &plan.gateway,
            &plan.input,
            Arc::clone(&generation),
            &refusals,
        )?);
        let generation = on_actual_port(&mut pipeline, &gateway, generation);
        let admin = admin::Servers::start(&plan.gateway, &gateway)?;
        let mut announcer = Announcer::new(plan.style, plan.greeting != Greeting::Silent);
        announcer.begin(plan, &generation, gateway.proxy(), &admin);
        let http = gateway.first_address(Scheme::Http);
        if let (Some(told), Some(http)) = (&plan.progress, http) {
            told(Progress::Ready {
                http,
                console: admin.console_address(),
            });
        }
        Ok(Self {
            plan,
            pipeline,
            gateway,
            announcer,
            exhaustion: Exhaustion::default(),
            names,
            _watcher: watcher,
            _admin: admin,
        })
    }

    fn serve(&mut self, messages: &Receiver<Message>) -> Exit {
        loop {
            let mut changed = false;
            let first = match messages.recv_timeout(LOOK_EVERY) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => {
                    changed = self.is_due();
                    None
                }
                Err(RecvTimeoutError::Disconnected) => return Exit::Internal,
            };
            // What has gathered meanwhile goes into the same generation.
            for message in first.into_iter().chain(messages.try_iter()) {
                match message {
                    Message::Source(event) => changed |= self.take(&event),
                    Message::Names(answers) => changed |= self.pipeline.resolved(&answers),
                    Message::Refused(refusal) => self.announcer.refusal(&refusal),
                    Message::Signal(Signal::ReopenLog) => self.gateway.reopen_log(),
                    Message::Signal(Signal::End) => return self.end(messages),
                }
            }
            if changed {
                self.publish();
            }
            let failures = self.gateway.accept_failures();
            self.exhaustion.look(failures, Instant::now());
        }
    }

    /// Whether a certificate has begun, ended or come near its end since the last generation.
    fn is_due(&self) -> bool {
        let changes_at = self.gateway.newest().changes_at;
        changes_at.is_some_and(|at| at <= manifests::now())
    }

    fn take(&mut self, event: &SourceEvent) -> bool {
        let mut changed = false;
        for change in &event.changes {
            changed |= self.pipeline.take(&change.path, &change.content);
        }
        changed
    }

    fn publish(&mut self) {
        let generation = Arc::new(self.pipeline.compile());
        self.names.want(generation.external_names.clone());
        let live = self.gateway.publish(Arc::clone(&generation));
        if live.wait(LIVE_PATIENCE) {
            self.gateway.is_live(&generation);
            if let Some(told) = &self.plan.progress {
                told(Progress::Live(generation.number()));
            }
        } else {
            message!(
                "genkan: generation {} has not reached every worker after {} s",
                generation.number(),
                LIVE_PATIENCE.as_secs()
            );
        }
        match self.gateway.listen(&generation) {
            Ok(changes) => self.announcer.listeners(&changes),
            Err(error) => message!("genkan: {error}; what was listened on before stays open"),
        }
        self.announcer.generation(&generation);
    }

    /// Drains; a second signal cuts the drain short.
    fn end(&self, messages: &Receiver<Message>) -> Exit {
        let timeout = self
            .plan
            .gateway
            .drain_timeout
            .unwrap_or(self.gateway.shutdown_timeout());
        let deadline = Instant::now() + timeout;
        self.gateway.begin_drain();
        let gateway = Arc::clone(&self.gateway);
        let drain = std::thread::spawn(move || gateway.drain(timeout));
        while !drain.is_finished() && Instant::now() < deadline {
            if let Ok(Message::Signal(Signal::End)) = messages.recv_timeout(DRAIN_POLL) {
                message!("genkan: ending at once");
                self.gateway.drain(Duration::ZERO);
                break;
            }
        }
        let gently = drain.join().unwrap_or(false);
        if !gently {
            message!("genkan: connections that were still open have been closed");
        }
        Exit::Clean
    }
}

/// Redirects lead to the port that was taken in the end: where a free one was asked for, that is known
/// only now. The generation stays the same.
fn on_actual_port(
    pipeline: &mut Pipeline,
    gateway: &Gateway,
    generation: Arc<Generation>,
) -> Arc<Generation> {
    let address = gateway.first_address(Scheme::Https);
    let Some(port) = address.map(|address| address.port()) else {
        return generation;
    };
    let settings = &generation.snapshot.settings;
    if settings.https_port == port {
        return generation;
    }
    pipeline.set_https_port(port);
    let settings = GlobalSettings {
        https_port: port,
        ..GlobalSettings::clone(settings)
    };
    let mut generation = Generation::clone(&generation);
    generation.snapshot.settings = Arc::new(settings);
    let generation = Arc::new(generation);
    // whether it took long is told of the generations that follow
    let _ = gateway.publish(Arc::clone(&generation)).wait(LIVE_PATIENCE);
    generation
}

/// How soon the end of a drain is noticed.
const DRAIN_POLL: Duration = Duration::from_millis(20);
