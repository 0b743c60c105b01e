//! The candidates: how each is configured and started.
//!
//! All are asked for the same work: the same hosts, the forwarded headers that ingress-nginx sets, a
//! request id, an access log with the same fields, kept-alive connections to the backend. A new
//! candidate is a variant, a row in [`CANDIDATES`] and a file beneath `peer/`.

pub(crate) mod genkan;
mod haproxy;
mod nginx;

use std::{
    ffi::OsStr,
    fs,
    io::{self, BufRead, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::scenario::Scenario;

/// How long a candidate may take until it accepts connections.
const START_MAX: Duration = Duration::from_secs(30);
/// Pause between two attempts to connect while a candidate starts.
const START_RETRY: Duration = Duration::from_millis(5);

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Candidate {
    /// Copies bytes; the floor.
    Relay,
    /// The subject.
    Genkan,
    /// Genkan as it was before a change.
    GenkanBefore,
    /// nginx with large buffers and `proxy_buffering on`.
    NginxTuned,
    /// nginx with ingress-nginx's defaults (`proxy_buffering off`, 4k buffer).
    NginxIngress,
    /// HAProxy.
    Haproxy,
}

/// All candidates.
pub(crate) const CANDIDATES: [Candidate; 6] = [
    Candidate::Relay,
    Candidate::Genkan,
    Candidate::GenkanBefore,
    Candidate::NginxTuned,
    Candidate::NginxIngress,
    Candidate::Haproxy,
];

impl Candidate {
    /// Name in table and CSV.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Genkan => "genkan",
            Self::GenkanBefore => "genkan-before",
            Self::NginxTuned => "nginx-tuned",
            Self::NginxIngress => "nginx-as-ingress-nginx",
            Self::Haproxy => "haproxy",
        }
    }
}

/// Where the programs are.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Programs {
    /// The genkan binary.
    #[arg(long, default_value = "target/release/genkan")]
    pub(crate) genkan: PathBuf,
    /// Another genkan binary, measured beside it: the one before a change.
    #[arg(long, value_name = "GENKAN")]
    pub(crate) before: Option<PathBuf>,
    /// The nginx binary.
    #[arg(long, default_value = "nginx")]
    pub(crate) nginx: PathBuf,
    /// The HAProxy binary.
    #[arg(long, default_value = "haproxy")]
    pub(crate) haproxy: PathBuf,
}

impl Programs {
    /// Only Genkan; the others are not started.
    pub(crate) fn of_genkan(genkan: &Path) -> Self {
        Self {
            genkan: genkan.to_owned(),
            before: None,
            nginx: PathBuf::from("nginx"),
            haproxy: PathBuf::from("haproxy"),
        }
    }
}

/// Where a candidate runs and what it is given.
#[derive(Debug)]
struct Place<'a> {
    folder: &'a Path,
    cpu: usize,
    address: SocketAddr,
    backend: SocketAddr,
    /// Standard output and error.
    output: PathBuf,
    /// The access log.
    log: PathBuf,
    /// Where a counter of requests can be read.
    metrics: Option<SocketAddr>,
}

impl Place<'_> {
    /// A command that stays on the candidate's CPU.
    fn pinned(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("taskset");
        command.arg("-c").arg(self.cpu.to_string()).arg(program);
        command
    }
}

/// A candidate under measurement; dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    /// Where it takes traffic.
    pub(crate) address: SocketAddr,
    /// Its access log, if it writes one.
    pub(crate) log: Option<PathBuf>,
    /// Where its own count of requests can be read.
    pub(crate) metrics: Option<SocketAddr>,
}

impl Running {
    /// The process whose CPU time counts, children included.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // SIGTERM lets nginx and HAProxy take their workers along, and lets logs be written out.
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

/// Starts a candidate on `cpu` in front of `backend`, writing into `folder`.
pub(crate) fn start(
    candidate: Candidate,
    programs: &Programs,
    scenario: &Scenario,
    backend: SocketAddr,
    folder: &Path,
    cpu: usize,
) -> io::Result<Running> {
    let mut place = Place {
        folder,
        cpu,
        address: free_address()?,
        backend,
        output: folder.join("output"),
        log: folder.join("access.log"),
        metrics: None,
    };
    let mut command = match candidate {
        Candidate::Relay => relay(&place)?,
        Candidate::Genkan => genkan::command(&programs.genkan, scenario, &mut place)?,
        Candidate::GenkanBefore => {
            let before = programs.before.as_deref().unwrap_or(&programs.genkan);
            genkan::command(before, scenario, &mut place)?
        }
        Candidate::NginxTuned => nginx::command(&programs.nginx, scenario, &place, true)?,
        Candidate::NginxIngress => nginx::command(&programs.nginx, scenario, &place, false)?,
        Candidate::Haproxy => haproxy::command(&programs.haproxy, scenario, &mut place)?,
    };
    let output = fs::File::create(&place.output)?;
    command
        .stdin(Stdio::null())
        .stderr(output.try_clone()?)
        .stdout(output);
    let writes_log = scenario.log && candidate != Candidate::Relay;
    let mut running = Running {
        child: command.spawn()?,
        address: place.address,
        log: writes_log.then_some(place.log),
        metrics: place.metrics,
    };
    wait_until_it_accepts(&mut running, &place.output)
        .map_err(|error| io::Error::other(format!("{}: {error}", candidate.name())))?;
    Ok(running)
}

fn relay(place: &Place<'_>) -> io::Result<Command> {
    let mut command = place.pinned(std::env::current_exe()?);
    command
        .args(["relay", "--listen"])
        .arg(place.address.to_string());
    command.arg("--backend").arg(place.backend.to_string());
    Ok(command)
}

fn wait_until_it_accepts(running: &mut Running, output: &Path) -> io::Result<()> {
    let deadline = Instant::now() + START_MAX;
    while Instant::now() < deadline && running.child.try_wait()?.is_none() {
        if TcpStream::connect(running.address).is_ok() {
            return Ok(());
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a foreign program says in no other way that it listens"
        )]
        std::thread::sleep(START_RETRY);
    }
    let said = fs::read_to_string(output).unwrap_or_default();
    Err(io::Error::other(format!(
        "does not accept connections: {said}"
    )))
}

/// An address on the loopback interface that nobody listens on.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Starts the backend, a part of this binary, and reads the address it prints.
pub(crate) fn start_backend(cpu: usize) -> io::Result<Running> {
    let mut child = Command::new("taskset")
        .arg("-c")
        .arg(cpu.to_string())
        .arg(std::env::current_exe()?)
        .arg("backend")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    let address = line
        .trim()
        .strip_prefix("listening ")
        .and_then(|address| address.parse().ok())
        .ok_or_else(|| io::Error::other(format!("the backend said `{line}`")))?;
    Ok(Running {
        child,
        address,
        log: None,
        metrics: None,
    })
}
