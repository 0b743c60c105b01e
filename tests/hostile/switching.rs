//! Upgrades, and answers before the end of a request: bytes that are no request become none.

use genkan_tests::{EchoBackend, Request};

use super::scripted::{Scripted, ok};
use super::stage::{HIDDEN, STREAMED, Stage, Transport, answers, legal, play};

const SWITCH: &str =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

/// RFC 9113 3.1: the way by `Upgrade` is no more. A tunnel of HTTP/2 would carry requests past every rule.
#[test]
fn upgrades_to_http_2() {
    let get = |fields: &str| format!("GET / HTTP/1.1\r\nHost: app.test\r\n{fields}\r\n\r\n");
    let rows = [
        get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk"),
        get("Connection: Upgrade\r\nUpgrade: H2C"),
        get("Connection: Upgrade\r\nUpgrade: websocket, h2c"),
        get("Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c"),
        get("Upgrade: h2c"),
    ];
    // The backend switches for whoever asks; nobody asked it.
    play(&rows.map(|sent| legal("h2c", sent, "GET app.test/")));

    let backend = EchoBackend::start("app");
    let stage = Stage::start(backend.address(), &[]);
    let asking = Request::get("/")
        .host("app.test")
        .header("Connection", "Upgrade, HTTP2-Settings")
        .header("Upgrade", "h2c");
    let answer = stage.connect(Transport::Clear).exchange(&asking);
    assert_eq!(answer.expect("an answer").status, 200);
    assert_eq!(backend.received()[0].header("upgrade"), None);
    assert_eq!(backend.received()[0].header("connection"), None);
}

/// A backend that does not switch is asked the next request like any other.
#[test]
fn a_wish_that_is_not_granted() {
    let backend = Scripted::start(|head| {
        let refusal = "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n";
        let body = if head.contains(" /hidden ") {
            ok("")
        } else {
            refusal.to_owned()
        };
        body.into_bytes().into()
    });
    let stage = Stage::start(backend.address, &[]);
    let asking = "GET /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                  Sec-WebSocket-Version: 777\r\n\r\n";
    for transport in [Transport::Clear, Transport::Tls] {
        let mut client = stage.connect(transport);
        let statuses = answers(&mut client, format!("{asking}{HIDDEN}").as_bytes());
        assert_eq!(statuses, Ok(vec![426, 200]));
        let seen = backend.take_seen();
        assert_eq!(seen.matches("\r\nHost: app.test\r\n").count(), 2, "{seen}");
        // Each came with the fields of the proxy: none is a tunnel's.
        assert_eq!(
            seen.matches("X-Real-IP: 127.0.0.1\r\n").count(),
            2,
            "{seen}"
        );
    }
    assert_eq!(stage.answers_of_backend(), 4);
}

/// A 101 in the middle of a request begins no tunnel: what the client still owes is a body.
#[test]
fn a_101_before_the_end_of_the_request() {
    let backend = Scripted::start(|_| SWITCH.as_bytes().into());
    let stage = Stage::start(backend.address, &[STREAMED]);
    let asking = "POST /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                  Content-Length: 1000\r\n\r\n12345";
    for transport in [Transport::Clear, Transport::Tls] {
        let mut client = stage.connect(transport);
        client.send(asking.as_bytes()).expect("the gateway listens");
        let answer = client.read_response("POST").expect("an answer");
        assert_eq!(answer.status, 502);
        assert_eq!(answers(&mut client, HIDDEN.as_bytes()), Ok(vec![]));
        let seen = backend.take_seen();
        assert!(seen.ends_with("\r\n\r\n12345"), "{seen}");
    }
    assert_eq!(stage.answers_of_backend(), 0);
}

/// An answer before the end of the request ends both connections: their next bytes are a body's.
#[test]
fn an_answer_before_the_end_of_the_request() {
    let backend = Scripted::start(|_| ok("early").into_bytes().into());
    let stage = Stage::start(backend.address, &[STREAMED]);
    let asking = "POST /early HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1000\r\n\r\n12345";
    for transport in [Transport::Clear, Transport::Tls] {
        let mut client = stage.connect(transport);
        client.send(asking.as_bytes()).expect("the gateway listens");
        let answer = client.read_response("POST").expect("an answer");
        assert_eq!((answer.status, answer.text().as_str()), (200, "early"));
        assert_eq!(answers(&mut client, HIDDEN.as_bytes()), Ok(vec![]));
        let other = stage
            .connect(transport)
            .exchange(&Request::get("/other").host("app.test"));
        assert_eq!(other.expect("an answer").text(), "early");
        let seen = backend.take_seen();
        assert_eq!(seen.matches("/hidden").count(), 0, "{seen}");
    }
    assert_eq!(stage.answers_of_backend(), 4);
}

/// What follows a WebSocket's 101 is no request, and what follows an ordinary answer is no tunnel.
#[test]
fn requests_behind_an_upgrade_are_bytes_of_the_tunnel() {
    let asking = "GET /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                  Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let backend = EchoBackend::start("app");
    let stage = Stage::start(backend.address(), &[]);
    let mut client = stage.connect(Transport::Clear);
    client
        .send(format!("{asking}{HIDDEN}").as_bytes())
        .expect("the gateway listens");
    assert_eq!(client.read_head().expect("a head").status, 101);
    // The echo of the tunnel, not an answer.
    let echo = client.read_bytes(HIDDEN.len()).expect("the echo");
    assert_eq!(echo, HIDDEN.as_bytes());
    assert_eq!(backend.received().len(), 1);
}
