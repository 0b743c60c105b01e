//! WebSockets and whatever else begins with a 101.

use std::{
    io::{Read, Write},
    sync::{Mutex, mpsc},
};

use super::support::{Backend, Client, World, start};

const ASK: &str =
    "GET /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

const SWITCH: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

/// Switches protocols and sends every byte back; says bye when the other side ends.
fn echo() -> Backend {
    Backend::raw(|_, mut stream| {
        let mut head = Vec::new();
        let mut one = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut one).unwrap();
            head.push(one[0]);
        }
        let head = String::from_utf8(head).unwrap();
        assert!(
            head.contains("Upgrade: websocket\r\nConnection: upgrade\r\n"),
            "{head}"
        );
        stream.write_all(SWITCH).unwrap();
        stream.write_all(b"hi").unwrap();
        let mut bytes = [0; 1000];
        loop {
            match stream.read(&mut bytes) {
                Ok(count) if count > 0 => stream.write_all(&bytes[..count]).unwrap(),
                _ => break,
            }
        }
        let _ = stream.write_all(b"bye");
    })
}

#[test]
fn bytes_go_both_ways_after_a_101() {
    let backend = echo();
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    client.send(ASK);
    let head = client.head().unwrap();
    assert!(
        head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"),
        "{head}"
    );
    assert!(
        head.to_ascii_lowercase()
            .contains("\r\nupgrade: websocket\r\n"),
        "{head}"
    );
    assert_eq!(client.read(2), b"hi");
    for number in 0..100 {
        let text = format!("message {number}");
        assert_eq!(client.send(&text).read(text.len()), text.as_bytes());
    }
    // Half-close: the backend still has a last word.
    assert_eq!(client.finish_sending().rest(), b"bye");
    let record = &proxy.log(1)[0];
    assert_eq!(record.status, 101);
    assert!(record.bytes_sent > 1000, "{record:?}");
}

#[test]
fn without_a_101_it_is_an_ordinary_exchange() {
    let backend = Backend::saying("no sockets here");
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.send(ASK).receive().text(), "no sockets here");
    assert_eq!(client.get("/").text(), "no sockets here");
}

/// Reads the head of a request and answers 101 at once, then takes down whatever comes.
fn hasty(taken: mpsc::Sender<Vec<u8>>) -> Backend {
    let taken = Mutex::new(taken);
    Backend::raw(move |_, mut stream| {
        let mut head = Vec::new();
        let mut one = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut one).unwrap();
            head.push(one[0]);
        }
        stream.write_all(SWITCH).unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        taken.lock().unwrap().send(rest).unwrap();
    })
}

#[test]
fn a_101_before_the_end_of_the_body_is_no_tunnel() {
    let (taken, rest) = mpsc::channel();
    let backend = hasty(taken);
    let mut world = World::new(&[backend.address]);
    world.route.request_buffering = false;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    client.send(
        "POST /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Content-Length: 100\r\n\r\n12345",
    );
    let head = client.head().unwrap();
    assert!(head.starts_with("HTTP/1.1 502 "), "{head}");
    // Neither these nor what follows them are the backend's: there is no tunnel.
    client.try_send("GET /hidden HTTP/1.1\r\nHost: app.test\r\n\r\n");
    assert_eq!(rest.recv().unwrap(), b"12345");
    let record = &proxy.log(1)[0];
    assert_eq!((record.status, record.maker), (502, "proxy"));
    assert_eq!(record.code, Some("GK0358"));
}

#[test]
fn a_101_behind_the_body_is_a_tunnel() {
    let (taken, rest) = mpsc::channel();
    let backend = hasty(taken);
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    client.send(
        "POST /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Content-Length: 5\r\n\r\n12345",
    );
    let head = client.head().unwrap();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    client.send("tunnel").finish_sending();
    assert_eq!(rest.recv().unwrap(), b"12345tunnel");
}

#[test]
fn a_101_that_nobody_asked_for_is_no_response() {
    let (taken, _rest) = mpsc::channel();
    let backend = hasty(taken);
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.get("/").status, 502);
}

#[test]
fn silence_ends_a_tunnel() {
    let backend = echo();
    let mut world = World::new(&[backend.address]);
    world.route.read_timeout = std::time::Duration::from_millis(100);
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    client.send(ASK);
    client.head().unwrap();
    assert_eq!(client.rest(), b"hi");
}

#[test]
fn tunnels_survive_new_snapshots_and_end_with_the_drain() {
    let backend = echo();
    let mut world = World::new(&[backend.address]);
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    client.send(ASK);
    client.head().unwrap();
    client.read(2);
    for generation in 2..20 {
        world.generation = generation;
        assert!(
            proxy
                .proxy
                .publish(world.snapshot())
                .wait(std::time::Duration::from_secs(10))
        );
    }
    assert_eq!(client.send("still here").read(10), b"still here");
    proxy.proxy.begin_drain();
    assert_eq!(client.send("still here").read(10), b"still here");
    assert!(!proxy.proxy.drain(std::time::Duration::from_millis(100)));
    assert!(client.is_ended());
}
