use std::{
    fs,
    net::SocketAddr,
    time::{Duration, UNIX_EPOCH},
};

use genkan_route::{
    decision::{RequestId, Scheme},
    endpoint::GroupKey,
};

use super::*;
use crate::record::{Attempt, Maker};

fn group() -> GroupKey {
    GroupKey {
        namespace: "todos".to_owned(),
        service: "api".to_owned(),
        port: "80".to_owned(),
    }
}

fn attempt(address: &str, status: u16, milliseconds: u64) -> Attempt {
    Attempt {
        address: address.parse().unwrap(),
        status,
        response_length: 2,
        connect_time: None,
        header_time: None,
        response_time: Duration::from_millis(milliseconds),
        reused: false,
        tls: None,
    }
}

fn record<'a>(group: Option<&'a GroupKey>, attempts: &'a [Attempt]) -> ExchangeRecord<'a> {
    ExchangeRecord {
        finished: UNIX_EPOCH + Duration::from_secs(1_709_251_199),
        duration: Duration::from_micros(12_999),
        client: SocketAddr::from(([192, 0, 2, 7], 5555)),
        user: None,
        request_line: b"GET /todos?a=\"b\" HTTP/1.1",
        method: b"GET",
        target: b"/todos?a=\"b\"",
        protocol: "HTTP/1.1",
        host: b"todos.localhost",
        scheme: Scheme::Http,
        referer: None,
        user_agent: Some(b"curl/8"),
        forwarded_for: None,
        status: 200,
        request_length: 81,
        bytes_sent: 120,
        body_bytes_sent: 2,
        route: None,
        group,
        attempts,
        request_id: RequestId(*b"0123456789abcdef0123456789abcdef"),
        effective_request_id: b"mine",
        maker: Maker::Backend,
        fault: None,
        logged: true,
        health: false,
        generation: 3,
    }
}

fn line(format: Format, record: &ExchangeRecord<'_>) -> String {
    let mut out = Vec::new();
    match format {
        Format::Nginx => nginx::line(record, &mut LogClock::default(), &mut out),
        Format::Json => json::line(record, &mut LogClock::default(), &mut out),
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn the_default_format_is_that_of_ingress_nginx() {
    let (group, attempts) = (group(), [attempt("10.1.3.86:5000", 200, 12)]);
    assert_eq!(
        line(Format::Nginx, &record(Some(&group), &attempts)),
        "192.0.2.7 - - [29/Feb/2024:23:59:59 +0000] \"GET /todos?a=\\x22b\\x22 HTTP/1.1\" 200 2 \"-\" \
         \"curl/8\" 81 0.012 [todos-api-80] [] 10.1.3.86:5000 2 0.012 200 mine\n"
    );
}

#[test]
fn retries_are_lists_and_nothing_is_a_dash() {
    let group = group();
    let attempts = [
        attempt("10.0.0.1:80", 502, 5),
        attempt("[2001:db8::1]:80", 200, 7),
    ];
    let text = line(Format::Nginx, &record(Some(&group), &attempts));
    assert!(
        text.ends_with(
            "[todos-api-80] [] 10.0.0.1:80, [2001:db8::1]:80 2, 2 0.005, 0.007 502, 200 mine\n"
        ),
        "{text}"
    );
    let text = line(Format::Nginx, &record(None, &[]));
    assert!(text.ends_with("81 0.012 [] [] - - - - mine\n"), "{text}");
}

#[test]
fn json_lines_parse_and_hold_the_attempts() {
    let (group, attempts) = (group(), [attempt("10.1.3.86:5000", 200, 12)]);
    assert_eq!(
        line(Format::Json, &record(Some(&group), &attempts)),
        "{\"time\":\"2024-02-29T23:59:59+00:00\",\"id\":\"0123456789abcdef0123456789abcdef\",\
         \"request_id\":\"mine\",\"client\":\"192.0.2.7\",\"method\":\"GET\",\"host\":\"todos.localhost\",\
         \"target\":\"/todos?a=\\\"b\\\"\",\"protocol\":\"HTTP/1.1\",\"scheme\":\"http\",\
         \"user_agent\":\"curl/8\",\"status\":200,\"request_length\":81,\"bytes_sent\":120,\
         \"body_bytes_sent\":2,\"duration\":0.012999,\"maker\":\"backend\",\
         \"attempts\":[{\"address\":\"10.1.3.86:5000\",\"status\":200,\"reused\":false,\
         \"response_length\":2,\"response_time\":0.012000}],\"generation\":3}\n"
    );
}

#[test]
fn lines_reach_the_file_and_rotation_moves_on() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (
        folder.path().join("access.log"),
        folder.path().join("access.log.1"),
    );
    let writer =
        LogWriter::start(Target::File(path.clone()), Format::Nginx, Overflow::Block).unwrap();
    let mut worker = writer.worker();
    worker.push(&record(None, &[]));
    worker.push(&ExchangeRecord {
        logged: false,
        ..record(None, &[])
    });
    worker.tick();
    fs::rename(&path, &moved).unwrap();
    writer.reopen();
    worker.push(&record(None, &[]));
    drop(worker);
    let shared = Arc::clone(&writer.shared);
    drop(writer);
    assert_eq!(shared.statistics().written, 2);
    // The block may have been written before or after the rename; it is in the moved file either way,
    // because the writer held it open until the message to reopen.
    assert_eq!(fs::read_to_string(moved).unwrap().lines().count(), 1);
    assert_eq!(fs::read_to_string(path).unwrap().lines().count(), 1);
}

#[test]
fn a_full_queue_drops_whole_blocks_and_counts_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &path,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    // Opened for both directions, so that opening does not wait; nobody reads, so writing blocks.
    let reader = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let writer = LogWriter::start(Target::File(path), Format::Nginx, Overflow::Drop).unwrap();
    let mut worker = writer.worker();
    let mut pushed = 0;
    while writer.statistics().dropped == 0 {
        assert!(pushed < 10_000_000, "nothing was ever dropped");
        worker.push(&record(None, &[]));
        pushed += 1;
    }
    drop(worker);
    let drain = std::thread::spawn(move || {
        let mut reader = reader;
        let mut sink = [0; 1 << 16];
        while std::io::Read::read(&mut reader, &mut sink).is_ok_and(|length| length > 0) {
            if sink.windows(4).any(|window| window == b"end\n") {
                return;
            }
        }
    });
    let shared = Arc::clone(&writer.shared);
    let path = folder.path().join("pipe");
    drop(writer);
    fs::write(path, "end\n").unwrap();
    drain.join().unwrap();
    let statistics = shared.statistics();
    assert_eq!(statistics.written + statistics.dropped, pushed);
    assert_eq!(statistics.failed, 0);
}
