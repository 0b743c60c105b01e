//! The load, and what it saw.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use genkan_tests::{Connection, DEADLINE, Lines, Pace, Request, Response, WebSocket};

use super::edits::{HOSTS, SOCKET_HOST};

/// Faults that are kept for the report.
const FAULTS_MAX: usize = 20;
/// Times a deleted host is asked once it is gone, and how often a second.
const ABSENCES: usize = 10;
const ABSENCE_RATE: u32 = 200;
/// Rounds of messages a second on all WebSockets.
const MESSAGE_ROUNDS: u32 = 5;

/// Versions that were begun to be written, by host.
#[derive(Debug, Default)]
pub(crate) struct Versions([AtomicU64; HOSTS.len()]);

impl Versions {
    /// A new version is about to be written.
    pub(crate) fn begin(&self, host: usize) -> u64 {
        self.0[host].fetch_add(1, SeqCst) + 1
    }

    pub(crate) fn written(&self, host: usize) -> u64 {
        self.0[host].load(SeqCst)
    }
}

/// What all threads share.
pub(crate) struct Scene {
    address: SocketAddr,
    versions: Arc<Versions>,
    /// What the program announced as live, by host.
    live: Mutex<[u64; HOSTS.len()]>,
    announced: Condvar,
    /// Counts up when absence begins to be and when it ends being an answer; odd while it is one.
    absence: [AtomicU64; HOSTS.len()],
    stopped: AtomicBool,
    report: Mutex<Report>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) kept: u64,
    pub(crate) new: u64,
    pub(crate) absent: u64,
    pub(crate) messages: u64,
    pub(crate) faults: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} answers on kept connections, {} on new ones, {} times 404 while deleted, {} messages, {} faults",
            self.kept,
            self.new,
            self.absent,
            self.messages,
            self.faults.len()
        )
    }
}

impl Scene {
    pub(crate) fn new(address: SocketAddr, versions: Arc<Versions>) -> Self {
        Self {
            address,
            versions,
            live: Mutex::default(),
            announced: Condvar::new(),
            absence: Default::default(),
            stopped: AtomicBool::new(false),
            report: Mutex::default(),
        }
    }

    /// Follows the messages: a finding names a version only when every worker has taken it.
    pub(crate) fn watch(self: &Arc<Self>, messages: &Lines) -> JoinHandle<()> {
        let (scene, messages) = (Arc::clone(self), messages.clone());
        thread::spawn(move || {
            let mut read = 0;
            while let Some((host, version)) = messages.wait_from(read, |line| {
                read += 1;
                announced(line)
            }) {
                let mut live = scene.live.lock().unwrap_or_else(PoisonError::into_inner);
                live[host] = live[host].max(version);
                drop(live);
                scene.announced.notify_all();
            }
        })
    }

    /// Waits until a version is live.
    pub(crate) fn wait_for(&self, host: usize, version: u64) {
        let until = Instant::now() + DEADLINE;
        let mut live = self.live.lock().expect("no thread panicked");
        while live[host] < version {
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "version {version} of {} did not go live, only {}",
                HOSTS[host],
                live[host]
            );
            live = self
                .announced
                .wait_timeout(live, left)
                .expect("no thread panicked")
                .0;
        }
    }

    /// Whether a 404 is an answer from now on.
    pub(crate) fn allow_absence(&self, host: usize, allowed: bool) {
        let before = self.absence[host].fetch_add(1, SeqCst);
        assert_eq!(before.is_multiple_of(2), allowed);
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, SeqCst);
    }

    pub(crate) fn report(&self) -> Report {
        self.report.lock().expect("no thread panicked").clone()
    }

    fn note(&self, change: impl FnOnce(&mut Report)) {
        change(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn fault(&self, fault: String) {
        self.note(|report| {
            if report.faults.len() < FAULTS_MAX {
                report.faults.push(fault);
            }
        });
    }

    /// Asks a deleted host until nobody has it, and then on: what is gone stays gone. Until then the last
    /// version is the answer.
    pub(crate) fn see_absence(&self, host: usize) {
        let until = Instant::now() + DEADLINE;
        let mut pace = Pace::new(ABSENCE_RATE);
        let mut connection = Connection::open(self.address);
        let mut absent = 0;
        while absent < ABSENCES {
            assert!(
                Instant::now() < until,
                "{} is served after its deletion",
                HOSTS[host]
            );
            pace.wait();
            match self.ask(&mut connection, host, |_| {}) {
                Seen::Absence => absent += 1,
                Seen::Version if absent == 0 => {}
                Seen::Version => self.fault(format!("{}: back by itself", HOSTS[host])),
                Seen::Nothing => connection = Connection::open(self.address),
            }
        }
    }

    /// One exchange, judged.
    fn ask(&self, connection: &mut Connection, host: usize, count: fn(&mut Report)) -> Seen {
        let absence = self.absence[host].load(SeqCst);
        let oldest = self.live.lock().expect("no thread panicked")[host];
        let response = connection.exchange(&Request::get("/path").host(HOSTS[host]));
        let newest = self.versions.written(host);
        let response = match response {
            Ok(response) => response,
            Err(fault) => {
                self.fault(format!("{}: no answer: {fault:?}", HOSTS[host]));
                return Seen::Nothing;
            }
        };
        if response.header("connection") == Some("close") {
            // said beforehand (`keep-alive-requests`), so nothing is lost
            *connection = Connection::open(self.address);
        }
        let may_be_absent = absence % 2 == 1 || self.absence[host].load(SeqCst) != absence;
        if response.status == 404 && may_be_absent && is_of_catch_all(&response) {
            self.note(|report| report.absent += 1);
            return Seen::Absence;
        }
        let text = response.text();
        let version = text.strip_prefix("/v").and_then(|rest| rest.parse().ok());
        match version {
            Some(version) if response.status == 200 && (oldest..=newest).contains(&version) => {
                self.note(count);
            }
            _ => self.fault(format!(
                "{}: {} {text:?}, expected version {oldest} to {newest}",
                HOSTS[host], response.status
            )),
        }
        Seen::Version
    }
}

/// What an exchange came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// An answer, good or bad.
    Version,
    /// A 404 while there may be one.
    Absence,
    /// The connection is of no further use.
    Nothing,
}

/// The proxy says itself that nobody has the host.
fn is_of_catch_all(response: &Response) -> bool {
    let status = response.header("proxy-status");
    status.is_some_and(|status| status.contains("GK0104"))
}

/// Threads that send on connections that are kept.
pub(crate) fn start(
    scene: &Arc<Scene>,
    threads: usize,
    connections: usize,
    rate: u32,
) -> Vec<JoinHandle<()>> {
    let share = rate / u32::try_from(threads).expect("few threads");
    (0..threads)
        .map(|_| {
            let scene = Arc::clone(scene);
            thread::spawn(move || {
                let mut pace = Pace::new(share);
                let mut open: Vec<Connection> = (0..connections)
                    .map(|_| Connection::open(scene.address))
                    .collect();
                for turn in 0.. {
                    if scene.stopped.load(SeqCst) {
                        return;
                    }
                    pace.wait();
                    let connection = &mut open[turn % connections];
                    let host = turn / connections % HOSTS.len();
                    let seen = scene.ask(connection, host, |report| report.kept += 1);
                    if seen == Seen::Nothing {
                        *connection = Connection::open(scene.address);
                    }
                }
            })
        })
        .collect()
}

/// Connections that are used once.
pub(crate) fn new_connections(scene: &Arc<Scene>, rate: u32) -> JoinHandle<()> {
    let scene = Arc::clone(scene);
    thread::spawn(move || {
        let mut pace = Pace::new(rate);
        for turn in 0.. {
            if scene.stopped.load(SeqCst) {
                return;
            }
            pace.wait();
            let mut connection = Connection::open(scene.address);
            scene.ask(&mut connection, turn % HOSTS.len(), |report| {
                report.new += 1;
            });
        }
    })
}

/// WebSockets with numbered messages.
pub(crate) fn sockets(scene: &Arc<Scene>, count: usize) -> JoinHandle<()> {
    let scene = Arc::clone(scene);
    thread::spawn(move || {
        let mut open: Vec<WebSocket> = (0..count)
            .map(|_| WebSocket::open(scene.address, SOCKET_HOST, "/").expect("a 101"))
            .collect();
        let mut pace = Pace::new(MESSAGE_ROUNDS);
        for number in 0.. {
            if scene.stopped.load(SeqCst) {
                return;
            }
            pace.wait();
            for socket in &mut open {
                let text = format!("message {number}");
                let sent = socket.send(&text);
                let received = socket.receive();
                match (sent, received) {
                    (Ok(()), Ok(echo)) if echo == text => {
                        scene.note(|report| report.messages += 1);
                    }
                    other => {
                        scene.fault(format!("message {number}: {other:?}"));
                        return;
                    }
                }
            }
        }
    })
}

/// `warning[GK0201]: unknown annotation `nginx.ingress.kubernetes.io/file-version-7``
fn announced(line: &str) -> Option<(usize, u64)> {
    let (before, version) = line.strip_suffix('`')?.rsplit_once("-version-")?;
    let host = HOSTS
        .iter()
        .position(|host| before.ends_with(host.trim_end_matches(".test")))?;
    line.starts_with("warning[").then_some(())?;
    Some((host, version.parse().ok()?))
}
