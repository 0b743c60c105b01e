//! The real todos application: Flask under its production server, from
//! `examples/todos/backend`, in an environment inside the checkout.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{Finished, Lines, checkout};

/// A running todos application with a database of its own.
#[derive(Debug)]
pub struct FlaskBackend {
    child: Child,
    messages: Lines,
    output: Lines,
    address: SocketAddr,
    _database: TempDir,
}

impl FlaskBackend {
    /// Starts it on a free port and waits until it listens.
    ///
    /// # Panics
    /// When Python or its packages cannot be had, or the application does not start.
    #[must_use]
    #[track_caller]
    pub fn start() -> Self {
        let database = TempDir::with_prefix("genkan-todos-").expect("a temporary folder");
        let mut child = Command::new(python_with("backend/requirements-test.txt"))
            .arg(checkout().join("examples/todos/backend/app.py"))
            .args(["--port", "0", "--database"])
            .arg(database.path().join("todos.sqlite3"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python can be started");
        let messages = Lines::of(child.stderr.take().expect("standard error is piped"));
        let output = Lines::of(child.stdout.take().expect("standard output is piped"));
        let address = messages.wait_from(0, |line| {
            line.split_once("listening on http://")?
                .1
                .trim()
                .parse()
                .ok()
        });
        let Some(address) = address else {
            panic!(
                "the todos application did not start:\n{}",
                messages.all().join("\n")
            );
        };
        Self {
            child,
            messages,
            output,
            address,
            _database: database,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the application logs.
    #[must_use]
    pub fn messages(&self) -> &Lines {
        &self.messages
    }

    /// Ends it by SIGTERM and returns what it left behind.
    ///
    /// # Panics
    /// When it does not end by itself before [`crate::DEADLINE`].
    #[track_caller]
    pub fn stop(mut self) -> Finished {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("the application runs");
        assert!(
            self.messages.wait_for_end() && self.output.wait_for_end(),
            "it did not end"
        );
        let status = self
            .child
            .wait()
            .expect("the application can be waited for");
        Finished {
            code: status.code(),
            stdout: self.output.all().join("\n"),
            stderr: self.messages.all().join("\n"),
        }
    }
}

impl Drop for FlaskBackend {
    fn drop(&mut self) {
        // After `stop` both fail, and that is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Python interpreter with the packages of a requirements file of
/// `examples/todos`, in `.venv` of the checkout. Made on first use, by the same
/// script that `make demo` uses; later uses find it.
///
/// # Panics
/// When it cannot be made; the script's own messages stand above the panic.
#[must_use]
pub fn python_with(requirements: &str) -> PathBuf {
    static MADE: OnceLock<()> = OnceLock::new();
    let environment = checkout().join(".venv");
    MADE.get_or_init(|| make_environment(&environment, requirements));
    environment.join("bin/python")
}

/// Lends a copy of the checkout the Python environment that `make demo` makes in this one. It is made
/// on first use; installing Flask takes longer than everything else that the demo does.
///
/// # Panics
/// When it cannot be made; the script's own messages stand above the panic.
pub fn lend_demo_environment(copy: &Path) {
    let environment = checkout().join(".demo/venv");
    make_environment(&environment, "backend/requirements.txt");
    fs::create_dir(copy.join(".demo")).expect("the copy has no .demo");
    symlink(environment, copy.join(".demo/venv")).expect("a link can be made");
}

fn make_environment(folder: &Path, requirements: &str) {
    // Several test programs run at once under `cargo test`: one makes it, others wait.
    let lock = fs::File::create(checkout().join(".venv.lock")).expect("a lock file can be made");
    lock.lock().expect("the lock file can be locked");
    let status = Command::new("sh")
        .arg(checkout().join("examples/todos/environment.sh"))
        .arg(folder)
        .arg(checkout().join("examples/todos").join(requirements))
        .stdin(Stdio::null())
        .status()
        .expect("sh can be started");
    assert!(
        status.success(),
        "the Python environment could not be made; see above"
    );
}
