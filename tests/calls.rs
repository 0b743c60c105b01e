//! What a proxied request costs in system calls: the gateway runs under strace,
//! and the calls of few requests are taken from those of many, so that starting
//! and ending do not count. How many calls a large answer takes depends on how
//! the backend's bytes arrive; the bench measures those.

#![cfg(target_os = "linux")]

use std::fs;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use genkan_tests::{
    Connection, EchoBackend, Folder, Lines, Request, genkan_binary,
    manifests::{documents, ingress, service},
};
use rustix::process::{Pid, Signal, kill_process};

/// Whatever moves bytes or asks about a socket. Waiting (`epoll_wait`) is shared
/// by the connections of a worker under load, and is left out.
const COUNTED: &str = "read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,getsockopt,\
     setsockopt,getsockname,getpeername,ioctl,fcntl,epoll_ctl,socket,connect,accept4,close,\
     clock_gettime,getrandom,futex";
const FEW: u64 = 50;
const MANY: u64 = 450;
/// Other threads (the watched folder, the admin port) call now and then, in either of the two runs.
const OTHERS_MAX: u64 = 40;

#[test]
fn a_small_answer_takes_four_calls() {
    let calls = calls_of_more_requests(1024);
    let requests = MANY - FEW;
    let range = 4 * requests - OTHERS_MAX..=4 * requests + OTHERS_MAX;
    assert!(
        range.contains(&calls),
        "{calls} calls in {requests} requests"
    );
}

/// What many requests cost more than few, in calls.
fn calls_of_more_requests(size: usize) -> u64 {
    let backend = EchoBackend::start("a");
    let objects = [
        service("a", &[backend.address()]),
        ingress("a", "nginx", "a.test", &[("/", "Prefix", "a")]),
    ];
    let folder = Folder::with(&documents(&objects));
    let calls = |requests| calls(&folder, requests, size);
    calls(MANY) - calls(FEW)
}

/// Calls of a gateway from its start to its end, with so many requests on one connection.
fn calls(folder: &Folder, requests: u64, size: usize) -> u64 {
    let results = Folder::new();
    let summary = results.file("summary");
    let mut strace = Command::new("strace")
        .args(["-f", "-c", "-e", &format!("trace={COUNTED}"), "-o"])
        .arg(&summary)
        .arg(genkan_binary())
        .args(["run", "--workers", "1", "--access-log", "off"])
        .args([
            "--address",
            "127.0.0.1",
            "--http-port",
            "0",
            "--https-port",
            "0",
        ])
        .args(["--admin-address", "127.0.0.1", "--admin-port", "0"])
        .args(["--console-port", "0", "--manifests"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("strace can be started; tests/prepare.sh installs it");
    let messages = Lines::of(strace.stderr.take().expect("standard error is piped"));
    let address: Option<SocketAddr> =
        messages.wait_from(0, |line| line.strip_prefix("listening http ")?.parse().ok());
    let ready = messages.wait_from(0, |line| line.starts_with("ready ").then_some(()));
    let (Some(address), Some(())) = (address, ready) else {
        panic!("the gateway did not start:\n{}", messages.all().join("\n"));
    };
    let mut connection = Connection::open(address);
    let request = Request::get("/")
        .host("a.test")
        .header("X-Echo", &format!("size={size}"));
    for _ in 0..requests {
        let answer = connection.exchange(&request).expect("an answer");
        assert_eq!((answer.status, answer.body.len()), (200, size));
    }
    drop(connection);
    end_child_of(strace.id());
    let _ = strace.wait().expect("strace ends with what it traces");
    total(&fs::read_to_string(summary).expect("strace writes its summary"))
}

fn end_child_of(parent: u32) {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    let child = children.expect("the kernel lists children");
    let child: i32 = child.trim().parse().expect("strace has one child");
    let child = Pid::from_raw(child).expect("a process id");
    kill_process(child, Signal::TERM).expect("the gateway runs");
}

/// The last line: `100.00  0.012345  3  4200  12 total`.
fn total(summary: &str) -> u64 {
    let line = summary.lines().find(|line| line.ends_with("total"));
    line.and_then(|line| line.split_whitespace().nth(3)?.parse().ok())
        .unwrap_or_else(|| panic!("no total in\n{summary}"))
}
