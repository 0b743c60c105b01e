//! A running `genkan run`. It is started on free ports and speaks for itself:
//! `listening NAME ADDRESS` for each listener, `ready generation N` once, and
//! `live generation N` for each later generation, all on standard error.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    Connection, Finished, Lines, Request, Response, checkout, fetch, genkan_binary, run_to_end,
};

/// How to start a gateway; see [`Gateway::launch`].
#[derive(Debug)]
pub struct Launch {
    command: Command,
}

/// A gateway that serves. Dropping it kills the process, and in a failing test
/// prints what it wrote.
#[derive(Debug)]
pub struct Gateway {
    child: Child,
    stdout: Lines,
    stderr: Lines,
    listeners: BTreeMap<String, SocketAddr>,
    generation: u64,
    running: bool,
}

impl Launch {
    /// One more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Panics
    /// When it ends first or is not ready before [`crate::DEADLINE`].
    #[must_use]
    #[track_caller]
    pub fn start(mut self) -> Gateway {
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|fault| panic!("cannot start {:?}: {fault}", self.command));
        let stdout = Lines::of(child.stdout.take().expect("standard output is piped"));
        let stderr = Lines::of(child.stderr.take().expect("standard error is piped"));
        let mut gateway = Gateway {
            child,
            stdout,
            stderr: stderr.clone(),
            listeners: BTreeMap::new(),
            generation: 0,
            running: true,
        };
        let ready = stderr.wait_from(0, |line| {
            if let Some((name, address)) = listener(line) {
                gateway.listeners.insert(name, address);
            }
            line.strip_prefix("ready generation ")?.parse().ok()
        });
        match ready {
            Some(generation) => gateway.generation = generation,
            None => panic!("the gateway did not get ready"),
        }
        gateway
    }

    /// Starts it in the expectation that it ends by itself, and returns what it
    /// left behind.
    #[must_use]
    #[track_caller]
    pub fn run_to_end(mut self) -> Finished {
        run_to_end(&mut self.command)
    }
}

impl Gateway {
    /// Serves the manifests in `folder` on free ports.
    #[must_use]
    #[track_caller]
    pub fn serve(folder: &Path) -> Self {
        Self::launch(folder).start()
    }

    /// As [`Self::serve`], with more arguments to be added before the start.
    #[must_use]
    pub fn launch(folder: &Path) -> Launch {
        let mut command = Command::new(genkan_binary());
        command
            .current_dir(checkout())
            .env("NO_COLOR", "1")
            .args([
                "run",
                "--http-port",
                "0",
                "--https-port",
                "0",
                "--console-port",
                "0",
                "--admin-port",
                "0",
                "--manifests",
            ])
            .arg(folder);
        Launch { command }
    }

    /// Where plain HTTP is served.
    #[must_use]
    #[track_caller]
    pub fn http(&self) -> SocketAddr {
        self.listener("http")
    }

    /// Where TLS is accepted.
    #[must_use]
    #[track_caller]
    pub fn https(&self) -> SocketAddr {
        self.listener("https")
    }

    /// Where health and metrics are served.
    #[must_use]
    #[track_caller]
    pub fn admin(&self) -> SocketAddr {
        self.listener("admin")
    }

    /// The address of the listener that the gateway announced by `name`.
    #[must_use]
    #[track_caller]
    pub fn listener(&self, name: &str) -> SocketAddr {
        match self.listeners.get(name) {
            Some(address) => *address,
            None => panic!("no listener `{name}` among {:?}", self.listeners),
        }
    }

    /// One exchange on a connection of its own.
    #[must_use]
    #[track_caller]
    pub fn fetch(&self, request: &Request) -> Response {
        fetch(self.http(), request)
    }

    /// A connection to the plain HTTP listener.
    #[must_use]
    #[track_caller]
    pub fn connect(&self) -> Connection {
        Connection::open(self.http())
    }

    /// The text of the metrics page.
    #[must_use]
    #[track_caller]
    pub fn metrics(&self) -> String {
        let response = fetch(self.admin(), &Request::get("/metrics"));
        assert_eq!(response.status, 200, "{response:?}");
        response.text()
    }

    /// The newest generation this test waited for.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Makes an edit and waits until a generation is live that was announced
    /// after it.
    #[track_caller]
    pub fn apply(&mut self, edit: impl FnOnce()) {
        let from = self.stderr.count();
        edit();
        self.generation = self.stderr.wait_from(from, live).unwrap_or_else(|| {
            panic!(
                "no new generation went live; the gateway wrote:\n{}",
                self.messages()
            )
        });
    }

    /// Waits until generation `at_least` or a later one is live.
    #[track_caller]
    pub fn wait_for_generation(&mut self, at_least: u64) {
        let found = self
            .stderr
            .wait_from(0, |line| live(line).filter(|&n| n >= at_least));
        self.generation = found.unwrap_or_else(|| {
            panic!(
                "generation {at_least} did not go live; the gateway wrote:\n{}",
                self.messages()
            )
        });
    }

    /// Waits for a message (a line on standard error, from the start of the
    /// gateway on) that contains `part`, and returns it.
    #[must_use]
    #[track_caller]
    pub fn wait_for_message(&self, part: &str) -> String {
        self.stderr
            .wait_from(0, |line| line.contains(part).then(|| line.to_owned()))
            .unwrap_or_else(|| {
                panic!(
                    "no message with `{part}`; the gateway wrote:\n{}",
                    self.messages()
                )
            })
    }

    /// Standard error: the gateway's own messages.
    #[must_use]
    pub fn stderr(&self) -> &Lines {
        &self.stderr
    }

    /// Standard output: the access log.
    #[must_use]
    pub fn stdout(&self) -> &Lines {
        &self.stdout
    }

    /// All messages so far as one text.
    #[must_use]
    pub fn messages(&self) -> String {
        self.stderr.all().join("\n")
    }

    /// The operating system's id of the process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory, as the kernel counts it.
    #[must_use]
    #[track_caller]
    pub fn resident_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process_id()))
            .expect("the gateway runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes =
            line.and_then(|value| value.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kibibytes.expect("a resident size") << 10
    }

    /// Sends a signal.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the gateway runs");
    }

    /// Ends it by SIGTERM and returns what it left behind.
    ///
    /// # Panics
    /// When it does not end by itself before [`crate::DEADLINE`].
    #[track_caller]
    pub fn stop(mut self) -> Finished {
        self.signal(Signal::TERM);
        self.wait_for_exit()
    }

    /// Waits until the process ended by itself.
    ///
    /// # Panics
    /// When it does not before [`crate::DEADLINE`].
    #[must_use]
    #[track_caller]
    pub fn wait_until_stopped(mut self) -> Finished {
        self.wait_for_exit()
    }

    #[track_caller]
    fn wait_for_exit(&mut self) -> Finished {
        // Both pipes close when the process ends, so waiting for them is waiting
        // for it, and unlike `wait` has a deadline.
        assert!(
            self.stderr.wait_for_end() && self.stdout.wait_for_end(),
            "the gateway did not end"
        );
        let status = self.child.wait().expect("the gateway can be waited for");
        self.running = false;
        Finished {
            code: status.code(),
            stdout: self.stdout.all().join("\n"),
            stderr: self.messages(),
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if self.running {
            // It may have ended by itself; there is nobody left to tell.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        if thread::panicking() {
            let _ = self.stderr.wait_for_end();
            eprintln!("--- messages of the gateway\n{}\n---", self.messages());
        }
    }
}

/// `listening http 127.0.0.1:40001`
fn listener(line: &str) -> Option<(String, SocketAddr)> {
    let (name, address) = line.strip_prefix("listening ")?.split_once(' ')?;
    Some((name.to_owned(), address.parse().ok()?))
}

/// `live generation 3`, possibly followed by more words.
fn live(line: &str) -> Option<u64> {
    line.strip_prefix("live generation ")?
        .split(' ')
        .next()?
        .parse()
        .ok()
}
