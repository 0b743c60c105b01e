//! A thousand slow clients: held, bounded, ended when their time is over, and in nobody's way.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::LazyLock;
use std::time::Instant;

use genkan_tests::{Connection, DEADLINE, Pace, Request};
use rustix::process::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};

use super::scripted::{Scripted, ok};
use super::stage::{Stage, Transport};

/// Clients that send a head byte by byte.
const SENDERS: usize = 900;
/// Clients that do not read the response they asked for. The kernel holds some 3 MiB for each of them.
const READERS: usize = 100;
/// Bytes a second from each sender.
const BYTES_A_SECOND: u32 = 20;
/// Requests of others beside them.
const OTHERS: usize = 500;
/// What the gateway may hold for each of them: a large read buffer, and what belongs to an exchange.
const BYTES_EACH: u64 = 128 << 10;
/// More than all socket buffers on the way take.
const LARGE: usize = 8 << 20;

static LARGE_ANSWER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n").into_bytes();
    answer.resize(answer.len() + LARGE, b'x');
    answer
});

#[test]
fn slow_clients_are_in_nobodys_way() {
    raise_descriptor_limit();
    let backend = Scripted::start(|head| match head.contains(" /large ") {
        true => Cow::Borrowed(LARGE_ANSWER.as_slice()),
        false => Cow::Owned(ok("quick").into_bytes()),
    });
    let stage = Stage::with_patience("8", backend.address, &[]);
    assert_eq!(quick(&mut stage.connect(Transport::Clear)), 200);
    let before = stage.gateway().resident_bytes();

    let mut readers: Vec<Connection> = (0..READERS)
        .map(|_| reader(stage.gateway().http()))
        .collect();
    let mut senders: Vec<Connection> = (0..SENDERS)
        .map(|_| {
            let mut sender = stage.connect(Transport::Clear);
            sender
                .send(b"GET / HTTP/1.1\r\nX: ")
                .expect("the gateway listens");
            sender
        })
        .collect();
    wait_until(|| active(&stage) >= SENDERS + READERS, "all are held");

    // Byte by byte, until the gateway has had enough; others are served all the while.
    let mut pace = Pace::new(BYTES_A_SECOND);
    let mut kept = stage.connect(Transport::Clear);
    let mut served = 0;
    let until = Instant::now() + DEADLINE;
    while !has_answer(&senders[0]) {
        assert!(Instant::now() < until, "a head may go on without end");
        for sender in &mut senders {
            // Some are refused already.
            let _ = sender.send(b"x");
        }
        for _ in 0..OTHERS / 100 {
            assert_eq!(quick(&mut kept), 200);
            assert_eq!(quick(&mut stage.connect(Transport::Clear)), 200);
            served += 2;
        }
        pace.wait();
    }
    assert!(served >= OTHERS / 10, "only {served} others");
    let grown = stage.gateway().resident_bytes().saturating_sub(before);
    let bound = (SENDERS + READERS) as u64 * BYTES_EACH;
    assert!(grown <= bound, "{grown} bytes for all");

    let statuses: Vec<Option<u16>> = senders
        .iter_mut()
        .map(|sender| sender.read_response("GET").ok().map(|answer| answer.status))
        .collect();
    let timed_out = statuses.iter().filter(|status| **status == Some(408));
    assert_eq!(timed_out.count(), SENDERS, "{statuses:?}");
    assert!(senders.iter_mut().all(Connection::is_closed_silently));
    // Who reads late gets everything all the same.
    for reader in readers.iter_mut().take(4) {
        let body = reader.read_bytes(LARGE).expect("the whole body");
        assert!(body.iter().all(|byte| *byte == b'x'));
    }
    assert_eq!(quick(&mut kept), 200);
}

/// Asks for much and takes nothing but the head.
fn reader(address: SocketAddr) -> Connection {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    socket
        .connect(&address.into())
        .expect("the gateway listens");
    let mut stream = TcpStream::from(socket);
    let request = Request::get("/large").host("app.test");
    stream
        .write_all(&request.bytes())
        .expect("the gateway listens");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    assert!(head.starts_with(b"HTTP/1.1 200 "));
    Connection::over(stream)
}

fn quick(client: &mut Connection) -> u16 {
    let answer = client.exchange(&Request::get("/quick").host("app.test"));
    answer.expect("an answer").status
}

/// Whether something arrived that was not read.
fn has_answer(client: &Connection) -> bool {
    let stream = client.stream();
    stream.set_nonblocking(true).expect("a socket");
    let peeked = stream.peek(&mut [0]);
    stream.set_nonblocking(false).expect("a socket");
    peeked.is_ok()
}

/// Client connections, as the metrics count them.
fn active(stage: &Stage) -> usize {
    let metrics = stage.gateway().metrics();
    let line = metrics.lines().find(|line| {
        line.starts_with("nginx_ingress_controller_nginx_process_connections{")
            && line.contains("state=\"active\"")
    });
    let value = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    value.unwrap_or_else(|| panic!("no such line in:\n{metrics}"))
}

fn wait_until(mut is_so: impl FnMut() -> bool, what: &str) {
    let until = Instant::now() + DEADLINE;
    let mut pace = Pace::new(20);
    while !is_so() {
        assert!(Instant::now() < until, "{what}: not in time");
        pace.wait();
    }
}

/// Both ends of each connection; the gateway inherits it.
fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("up to the maximum everybody may");
}
