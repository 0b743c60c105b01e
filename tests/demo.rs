//! `make demo` as a user starts it: what it says, and that Ctrl-C ends all of
//! it within a second.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use genkan_tests::{
    Connection, Folder, Lines, Request, checkout, fetch, genkan_binary, lend_demo_environment,
};
use rustix::process::{Pid, Signal, kill_process_group};

const PYTHON: &str = "python3";
/// Ctrl-C ends everything within this time.
const END_TIME_MAX: Duration = Duration::from_secs(1);

struct Demo {
    child: Child,
    messages: Lines,
    page: SocketAddr,
    _copy: Folder,
}

/// Starts the demo in a copy of the example, so that `.demo` is made there.
fn start(python: &str) -> Demo {
    let copy = Folder::new();
    let example = Folder::copy_of(&checkout().join("examples"), &["__pycache__"]);
    std::fs::rename(example.path(), copy.file("examples")).expect("the copy can be moved");
    if python == PYTHON {
        lend_demo_environment(copy.path());
    }
    let mut child = Command::new("sh")
        .arg(copy.file("examples/todos/demo.sh"))
        .args(["--address", "127.0.0.1", "--http-port", "0"])
        .args(["--https-port", "0"])
        .args([
            "--admin-address",
            "127.0.0.1",
            "--admin-port",
            "0",
            "--console-port",
            "0",
        ])
        .env("GENKAN_BINARY", genkan_binary())
        .env("PYTHON", python)
        .env("NO_COLOR", "1")
        // A terminal sends Ctrl-C to the whole group.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sh can be started");
    let messages = Lines::of(child.stderr.take().expect("standard error is piped"));
    let page = messages.wait_from(0, |line| line.strip_prefix("listening http ")?.parse().ok());
    let ready = messages.wait_from(0, |line| {
        line.starts_with("ready generation ").then_some(())
    });
    match (page, ready) {
        (Some(page), Some(())) => Demo {
            child,
            messages,
            page,
            _copy: copy,
        },
        _ => panic!("the demo did not start:\n{}", messages.all().join("\n")),
    }
}

fn check(demo: Demo, backend: &str) {
    let Demo {
        mut child,
        messages,
        page,
        _copy,
    } = demo;
    let said = messages.all().join("\n");
    assert!(said.contains(backend), "`{backend}` is not in\n{said}");
    assert!(said.contains("2 Ingresses, 3 routes"), "{said}");

    assert_eq!(fetch(page, &Request::get("/")).status, 200);
    let milk = Request::post("/todos", "application/json", r#"{"title":"milk"}"#);
    assert_eq!(fetch(page, &milk).status, 201);
    assert_eq!(fetch(page, &Request::delete("/todos/1")).status, 204);

    // A kept connection, as browsers hold them, does not delay the end.
    let mut kept = Connection::open(page);
    assert_eq!(
        kept.exchange(&Request::get("/todos"))
            .expect("an answer")
            .status,
        200
    );
    let began = Instant::now();
    let group = Pid::from_child(&child);
    kill_process_group(group, Signal::INT).expect("the demo runs");
    // The pipe ends when the last process that holds it has ended, Flask included.
    assert!(messages.wait_for_end(), "the demo did not end");
    let _ = child.wait();
    assert!(
        began.elapsed() <= END_TIME_MAX,
        "it took {:?}",
        began.elapsed()
    );
    assert!(
        kill_process_group(group, Signal::INT).is_err(),
        "something of the demo still runs"
    );
}

#[test]
fn with_python_the_flask_application_serves() {
    check(
        start(PYTHON),
        "backend: the Flask application on 127.0.0.1:",
    );
}

#[test]
fn without_python_the_built_in_backend_serves() {
    check(
        start("no-such-python"),
        "backend: the one built into genkan",
    );
}
