//! No file descriptors left: connections wait, nothing spins, and all goes on when there are some again.

use std::fs;
use std::time::{Duration, Instant};

use genkan_tests::{
    Connection, DEADLINE, EchoBackend, Folder, Gateway, Request,
    manifests::{documents, ingress, service},
};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use super::check_no_panic;

/// Descriptors left to the gateway beside those it has.
const SPARE: u64 = 4;
/// Clients that keep one each.
const CLIENTS: usize = 24;
/// How long accepting rests after a failure.
const BACK_OFF: Duration = Duration::from_millis(100);

#[test]
fn without_descriptors_connections_wait_and_are_served_when_there_are_some() {
    let backend = EchoBackend::start("a");
    let good = |host: &str| {
        documents(&[
            service("web", &[backend.address()]),
            ingress("good", "nginx", host, &[("/", "Prefix", "web")]),
        ])
    };
    let folder = Folder::with(&good("good.test"));
    let mut gateway = Gateway::launch(folder.path())
        .args(["--workers", "1"])
        .start();
    let request = Request::get("/").host("good.test");
    assert_eq!(gateway.fetch(&request).status, 200);

    let began = Instant::now();
    limit(&gateway, descriptors(&gateway) + SPARE);
    let clients: Vec<Connection> = (0..CLIENTS).map(|_| half_asked(&gateway)).collect();
    let told = gateway.wait_for_message("connections wait");
    assert!(
        told.contains("raise the limit of open files (`ulimit -n`)"),
        "{told}"
    );
    // The folder cannot be listed either; what was read from it stays.
    let _ = gateway.wait_for_message("no file descriptors are left");

    drop(clients);
    assert_eq!(gateway.fetch(&request).status, 200);
    let _ = gateway.wait_for_message("connections are accepted again");
    let _ = gateway.wait_for_message("mended");
    gateway.apply(|| folder.write("manifests.yaml", &good("late.test")));
    assert_eq!(
        gateway.fetch(&Request::get("/").host("late.test")).status,
        200
    );

    let failures = counter(&gateway.metrics(), "genkan_accept_failures_total");
    let rests = began.elapsed().as_millis() / BACK_OFF.as_millis();
    assert!(failures > 0, "no failure was counted");
    assert!(
        u128::from(failures) <= rests + 1,
        "{failures} failures in {rests} rests"
    );
    assert!(began.elapsed() < DEADLINE);
    check_no_panic(&gateway.stop().stderr);
}

/// A client in the middle of its request: no idle one that could be closed to make room.
fn half_asked(gateway: &Gateway) -> Connection {
    let mut connection = gateway.connect();
    let half = b"GET / HTTP/1.1\r\nHost: good.test\r\n";
    connection
        .send(half)
        .expect("a client that waits may write");
    connection
}

fn descriptors(gateway: &Gateway) -> u64 {
    let open = fs::read_dir(format!("/proc/{}/fd", gateway.process_id()));
    open.expect("its descriptors can be listed").count() as u64
}

fn limit(gateway: &Gateway, count: u64) {
    let id = i32::try_from(gateway.process_id()).expect("a process id");
    let limit = Rlimit {
        current: Some(count),
        maximum: getrlimit(Resource::Nofile).maximum,
    };
    prlimit(Pid::from_raw(id), Resource::Nofile, limit).expect("the limit can be set");
}

#[track_caller]
fn counter(metrics: &str, name: &str) -> u64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|line| line.trim().parse().ok());
    value.unwrap_or_else(|| panic!("no {name} in:\n{metrics}"))
}
