//! WebSockets and whatever else begins with a 101.

use std::io::{Read, Write};

use super::support::{Backend, Client, World, start};

const ASK: &str =
    "GET /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

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
        stream
            .write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhi")
            .unwrap();
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
