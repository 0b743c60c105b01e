//! Request bodies: collected, spilled, streamed, refused.

use std::time::Duration;

use super::support::{Backend, Client, World, chunks, echo, ok, pattern, start};

fn post(length: usize) -> String {
    format!("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: {length}\r\n\r\n")
}

const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn bodies_of_any_size_arrive_whole() {
    let backend = echo();
    let mut world = World::new(&[backend.address]);
    world.route.body_size_max = None;
    for buffering in [true, false] {
        world.route.request_buffering = buffering;
        let proxy = start(&world);
        let mut client = Client::connect(proxy.address);
        for size in [0, 1, 3000, 4000, 8192, 8193, 70_000, 3_000_000] {
            let body = pattern(size);
            let response = client.send(post(size)).send(&body).receive();
            assert_eq!(
                response.status,
                200,
                "{buffering} {size}: {}",
                response.text()
            );
            assert!(
                response.body == body,
                "{buffering} {size}: the body changed"
            );
            let response = client.send(CHUNKED).send(chunks(&body, 1000)).receive();
            assert!(
                response.body == body,
                "{buffering} {size}: the chunked body changed"
            );
        }
    }
}

/// As recorded in `buffers-request`.
#[test]
fn a_body_that_is_all_there_has_a_length_whatever_the_client_sent() {
    for (buffering, body) in [
        (true, "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        (false, "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        (false, "5\r\nhello\r\n0\r\nX-Sum: dropped\r\n\r\n"),
    ] {
        let backend = echo();
        let mut world = World::new(&[backend.address]);
        world.route.request_buffering = buffering;
        let proxy = start(&world);
        let mut client = Client::connect(proxy.address);
        client.send(format!("{CHUNKED}{body}"));
        assert_eq!(client.receive().text(), "hello");
        let seen = &backend.seen()[0];
        assert_eq!(
            seen.field("content-length"),
            Some("5"),
            "{buffering} {body}"
        );
        assert_eq!(seen.field("transfer-encoding"), None);
        // The connection is in step.
        assert_eq!(client.send(post(2)).send("ok").receive().text(), "ok");
    }
}

#[test]
fn a_streamed_body_that_is_not_all_there_stays_chunked() {
    let backend = Backend::raw(|_, mut stream| {
        use std::io::{Read, Write};
        let mut bytes = Vec::new();
        let mut one = [0];
        // Answers with the head it got, before the body has ended.
        while !bytes.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut one).unwrap();
            bytes.push(one[0]);
        }
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&bytes).unwrap();
        while !bytes.ends_with(b"0\r\n\r\n") {
            stream.read_exact(&mut one).unwrap();
            bytes.push(one[0]);
        }
    });
    let mut world = World::new(&[backend.address]);
    world.route.request_buffering = false;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    client.send(format!("{CHUNKED}2\r\nhe\r\n"));
    let text = client.receive().text();
    assert!(
        text.contains("\r\nTransfer-Encoding: chunked\r\n"),
        "{text}"
    );
    client.send("3\r\nllo\r\n0\r\n\r\n");
}

/// While an endpoint is connected to, the client is watched for leaving. What it sends meanwhile was once
/// taken for the next request instead of the body.
#[test]
fn a_streamed_body_loses_nothing_while_an_endpoint_is_connected_to() {
    let backend = echo();
    let mut world = World::new(&[backend.address]);
    world.route.request_buffering = false;
    world.global.upstream_keepalive_connections = 0;
    let proxy = start(&world);
    let body = pattern(300_000);
    for _ in 0..20 {
        let mut client = Client::connect(proxy.address);
        let request = [post(body.len()).as_bytes(), &body].concat();
        assert!(client.send(request).receive().body == body);
    }
}

#[test]
fn a_chunk_that_announces_too_much_is_refused_before_its_data_comes() {
    for buffering in [true, false] {
        let backend = echo();
        let mut world = World::new(&[backend.address]);
        world.route.body_size_max = Some(10);
        world.route.request_buffering = buffering;
        let proxy = start(&world);
        let mut client = Client::connect(proxy.address);
        let response = client.send(format!("{CHUNKED}b\r\n")).receive();
        assert_eq!(response.status, 413, "{buffering}");
    }
}

#[test]
fn no_backend_is_asked_before_a_collected_body_is_complete() {
    let backend = echo();
    let proxy = start(&World::new(&[backend.address]));
    let mut slow = Client::connect(proxy.address);
    slow.send(post(5)).send("he");
    let mut other = Client::connect(proxy.address);
    assert_eq!(other.get("/").status, 200);
    assert_eq!(backend.seen().len(), 1);
    assert_eq!(proxy.proxy.totals().connects, 1);
    assert_eq!(slow.send("llo").receive().text(), "hello");
}

#[test]
fn a_streamed_body_reaches_the_backend_as_it_comes() {
    let backend = Backend::raw(|_, stream| {
        use std::io::{Read, Write};
        let mut stream = stream;
        let mut bytes = Vec::new();
        // Answers each letter as it arrives, behind a response head that comes at once.
        let mut one = [0];
        while !bytes.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut one).unwrap();
            bytes.push(one[0]);
        }
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
            .unwrap();
        for _ in 0..3 {
            stream.read_exact(&mut one).unwrap();
            stream.write_all(&one).unwrap();
        }
    });
    let mut world = World::new(&[backend.address]);
    world.route.request_buffering = false;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    client.send(post(3));
    assert!(client.head().unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    for letter in [b"a", b"b", b"c"] {
        client.send(letter);
        assert_eq!(client.read(1), letter);
    }
    // The exchange ended in step: the connection is good for another one.
    assert!(client.try_send("GET / HTTP/1.1\r\n"));
}

#[test]
fn an_announced_body_over_the_limit_is_refused_before_it_is_read() {
    let backend = echo();
    let mut world = World::new(&[backend.address]);
    world.route.body_size_max = Some(10);
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    let response = client.send(post(11)).receive();
    assert_eq!(
        (response.status, response.field("connection")),
        (413, Some("close"))
    );
    assert!(client.is_ended());
    assert!(backend.seen().is_empty());
    assert_eq!(proxy.log(1)[0].code, Some("GK0500"));
}

#[test]
fn a_chunked_body_over_the_limit_is_refused_while_it_is_read() {
    for buffering in [true, false] {
        let backend = echo();
        let mut world = World::new(&[backend.address]);
        world.route.body_size_max = Some(10);
        world.route.request_buffering = buffering;
        let proxy = start(&world);
        let mut client = Client::connect(proxy.address);
        let response = client.send(CHUNKED).send("b\r\nhello world\r\n").receive();
        assert_eq!(response.status, 413, "{buffering}");
        assert!(client.rest().is_empty());
        assert!(backend.seen().is_empty(), "{buffering}");
    }
}

#[test]
fn expect_continue_is_answered_here_and_not_forwarded() {
    let backend = echo();
    let mut world = World::new(&[backend.address]);
    world.route.body_size_max = Some(10);
    let proxy = start(&world);
    let head = |length| {
        format!(
            "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: {length}\r\n\
             Expect: 100-continue\r\n\r\n"
        )
    };
    let mut client = Client::connect(proxy.address);
    client.send(head(5));
    assert_eq!(client.head().unwrap(), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(client.send("hello").receive().text(), "hello");
    assert_eq!(backend.seen()[0].field("expect"), None);
    // Without a body too, as nginx does; other expectations are ignored.
    for (expectation, continues) in [("100-Continue", true), ("200-ok", false)] {
        client.send(format!(
            "GET / HTTP/1.1\r\nHost: app.test\r\nExpect: {expectation}\r\n\r\n"
        ));
        if continues {
            assert_eq!(client.head().unwrap(), "HTTP/1.1 100 Continue\r\n\r\n");
        }
        assert_eq!(client.receive().status, 200, "{expectation}");
    }
    // An unknown host: nginx's default backend takes the body.
    client.send(head(5).replace("app.test", "unknown.test"));
    assert_eq!(client.head().unwrap(), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(client.send("hello").receive().status, 404);
    // Too large: refused without the interim response.
    assert_eq!(client.send(head(11)).receive().status, 413);
    assert!(client.is_ended());
}

#[test]
fn a_body_that_does_not_come_is_answered_408() {
    for buffering in [true, false] {
        let backend = echo();
        let mut world = World::new(&[backend.address]);
        world.global.body_timeout = Duration::from_millis(100);
        world.route.request_buffering = buffering;
        let proxy = start(&world);
        let mut client = Client::connect(proxy.address);
        let response = client.send(post(5)).send("he").receive();
        assert_eq!(response.status, 408, "{buffering}");
    }
}

#[test]
fn an_early_response_is_delivered_and_the_connection_ends() {
    let backend = Backend::raw(|_, mut stream| {
        use std::io::{Read, Write};
        let mut bytes = [0; 16];
        stream.read_exact(&mut bytes).unwrap();
        stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
            .unwrap();
        // Stays open without reading: the proxy must not wait for it.
        super::support::pause(Duration::from_secs(30));
    });
    let mut world = World::new(&[backend.address]);
    world.route.request_buffering = false;
    world.route.body_size_max = None;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    let response = client
        .send(post(100_000_000))
        .send(pattern(100_000))
        .receive();
    assert_eq!((response.status, response.text().as_str()), (403, "no"));
    assert_eq!(response.field("connection"), Some("close"));
}

#[test]
fn a_small_unread_body_is_read_away_and_the_connection_goes_on() {
    let world = World::new(&[]);
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    for _ in 0..3 {
        assert_eq!(client.send(post(5)).send("hello").receive().status, 503);
        assert_eq!(
            client
                .send(CHUNKED)
                .send("5\r\nhello\r\n0\r\n\r\n")
                .receive()
                .status,
            503
        );
    }
    let late = client.send(post(20_000)).receive();
    assert_eq!(late.status, 503);
    assert_eq!(client.send(pattern(20_000)).get("/").status, 503);
    // A large one is not worth it.
    let response = client.send(post(1_000_000)).receive();
    assert_eq!(
        (response.status, response.field("connection")),
        (503, Some("close"))
    );
}

#[test]
fn spilled_bodies_are_bounded_in_sum() {
    let backend = Backend::saying("fine");
    let mut world = World::new(&[backend.address]);
    world.route.body_size_max = None;
    world.spill_bytes_max = 100_000;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    let response = client.send(post(300_000)).send(pattern(290_000)).receive();
    assert_eq!(response.status, 503);
    assert_eq!(proxy.proxy.totals().spill_refusals, 1);
    // The space is free again.
    let mut client = Client::connect(proxy.address);
    assert_eq!(
        client
            .send(post(90_000))
            .send(pattern(90_000))
            .receive()
            .status,
        200
    );
    assert_eq!(proxy.proxy.totals().spills, 1);
}

#[test]
fn a_client_that_leaves_in_its_body_is_logged_499() {
    let backend = Backend::new(|_| ok("never"));
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    client.send(post(5)).send("he").finish_sending();
    assert_eq!(proxy.log(1)[0].status, 499);
    assert!(backend.seen().is_empty());
}
