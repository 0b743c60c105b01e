//! Never an HTTP/1 request that the client did not legally send: judged by what the backend received.

use genkan_tests::http2::{Outcome, kind};

use super::{HOST, Scene, scene};

const USUAL: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "http"),
    (":authority", HOST),
    (":path", "/"),
];

/// Sends each request on a connection of its own; nothing of it may reach the backend, and the gateway
/// says so by a 400, a reset or GOAWAY.
fn refuses(requests: &[Vec<(&str, &str)>]) {
    let scene = scene("nginx", &[]);
    for request in requests {
        let mut client = scene.client();
        let stream = client.request(request, true);
        let outcome = client.outcome(stream);
        let refused = match &outcome {
            Outcome::Response { status, .. } => matches!(status, 400 | 501),
            Outcome::Reset(code) => matches!(code, 1 | 2),
            Outcome::GoAway(code) => *code > 0,
            Outcome::Closed => false,
        };
        assert!(refused, "{request:?}: {outcome:?}");
    }
    assert_eq!(scene.backend.received(), [], "nothing got through");
    scene.serves();
}

fn without(name: &str) -> Vec<(&'static str, &'static str)> {
    let rest = USUAL.into_iter().filter(|(other, _)| *other != name);
    rest.collect()
}

fn changed(name: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let change = |(other, old)| (other, if other == name { value } else { old });
    USUAL.into_iter().map(change).collect()
}

fn with<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&USUAL[..], fields].concat()
}

#[test]
fn pseudo_headers_that_are_missing() {
    refuses(&[without(":method"), without(":scheme"), without(":path")]);
    let mut bare = without(":path");
    bare.retain(|(name, _)| *name != ":authority");
    bare.push(("host", HOST));
    refuses(&[bare]);
}

#[test]
fn pseudo_headers_twice() {
    for field in USUAL {
        refuses(&[with(&[field])]);
    }
}

#[test]
fn pseudo_headers_after_regular_ones() {
    let mut late = without(":path");
    late.extend([("accept", "*/*"), (":path", "/")]);
    refuses(&[late]);
}

#[test]
fn pseudo_headers_that_nobody_knows() {
    refuses(&[
        with(&[(":status", "200")]),
        with(&[(":unknown", "1")]),
        with(&[(":protocol", "websocket")]),
        changed(":method", ""),
    ]);
}

#[test]
fn an_authority_that_is_not_the_host() {
    refuses(&[with(&[("host", "other.test")])]);
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let stream = client.request(&with(&[("host", "H2.test")]), true);
    assert_eq!(client.outcome(stream).status(), Some(200));
    let hosts = scene.backend.received()[0].header_values("host").len();
    assert_eq!(hosts, 1);
}

#[test]
fn line_ends_and_nul_anywhere() {
    let mut requests = Vec::new();
    for bytes in ["\r\n", "\n", "\r", "\0"] {
        for text in [
            format!("/{bytes}x: y"),
            format!("/ HTTP/1.1{bytes}x: y"),
            format!("GET / HTTP/1.1{bytes}"),
        ] {
            requests.push((":path", text.clone()));
            requests.push((":method", text.clone()));
            requests.push((":authority", text.clone()));
            requests.push((":scheme", text.clone()));
            requests.push(("x-value", text.clone()));
        }
    }
    let lists: Vec<Vec<(&str, &str)>> = requests
        .iter()
        .map(|(name, value)| {
            let mut fields: Vec<(&str, &str)> = without(name);
            if name.starts_with(':') {
                fields.insert(0, (name, value));
            } else {
                fields.push((name, value));
            }
            fields
        })
        .collect();
    refuses(&lists);
    refuses(&[
        with(&[("x\r\ny", "1")]),
        with(&[("x\ny", "1")]),
        with(&[("x\0", "1")]),
        with(&[("x: y", "1")]),
        with(&[("", "1")]),
    ]);
}

#[test]
fn te_other_than_trailers_and_connection_headers() {
    refuses(&[
        with(&[("te", "gzip")]),
        with(&[("te", "trailers, deflate")]),
        with(&[("connection", "close")]),
        with(&[("connection", "content-length")]),
        with(&[("keep-alive", "timeout=5")]),
        with(&[("proxy-connection", "keep-alive")]),
        with(&[("transfer-encoding", "chunked")]),
        with(&[("transfer-encoding", "identity")]),
        with(&[("upgrade", "websocket")]),
    ]);
}

#[test]
fn names_in_capitals() {
    refuses(&[with(&[("Accept", "*/*")]), with(&[("content-Length", "0")])]);
}

#[test]
fn paths_and_methods_that_make_another_request_line() {
    refuses(&[
        changed(":path", "x"),
        changed(":path", "*"),
        changed(":path", ""),
        changed(":path", "http://other.test/"),
        changed(":path", "/a b"),
        changed(":path", "/ HTTP/1.1"),
        changed(":method", "GET /"),
        changed(":method", "GET "),
        changed(":method", "G:T"),
    ]);
}

#[test]
fn a_content_length_that_is_not_the_length() {
    let scene = scene("nginx", &[]);
    for (length, body, ends) in [
        ("1", "", true),
        ("0", "x", false),
        ("2", "x", false),
        ("1", "xGET / HTTP/1.1\r\n\r\n", false),
        ("+1", "x", false),
        ("1, 1", "x", false),
        ("-1", "x", false),
        ("1x", "x", false),
    ] {
        let mut client = scene.client();
        let fields = [
            (":method", "POST"),
            (":scheme", "http"),
            (":authority", HOST),
            (":path", "/"),
            ("content-length", length),
        ];
        let stream = client.request(&fields, ends);
        if !ends {
            client.data(stream, body.as_bytes(), true);
        }
        let outcome = client.outcome(stream);
        let refused = matches!(outcome, Outcome::Reset(1) | Outcome::GoAway(1))
            || outcome.status() == Some(400);
        assert!(refused, "{length:?} {body:?}: {outcome:?}");
    }
    assert_eq!(scene.backend.received(), []);
    scene.serves();
}

#[test]
fn two_lengths_are_refused() {
    for lengths in [["1", "1"], ["1", "2"]] {
        let scene = scene("nginx", &[]);
        let mut client = scene.client();
        let fields = with(&[
            ("content-length", lengths[0]),
            ("content-length", lengths[1]),
        ]);
        let stream = client.request(&fields, false);
        client.data(stream, b"x", true);
        assert_ne!(client.outcome(stream).status(), Some(200));
        assert_eq!(scene.backend.received(), []);
    }
}

#[test]
fn cookies_become_one() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let fields = with(&[("cookie", "a=1"), ("accept", "*/*"), ("cookie", "b=2")]);
    let stream = client.request(&fields, true);
    assert_eq!(client.outcome(stream).status(), Some(200));
    let received = &scene.backend.received()[0];
    assert_eq!(received.header_values("cookie"), ["a=1; b=2"]);
}

#[test]
fn a_body_is_never_a_second_request() {
    let scene = scene(
        "nginx",
        &[("nginx.ingress.kubernetes.io/proxy-request-buffering", "off")],
    );
    let mut client = scene.client();
    let stream = client.begin("POST", HOST, "/", false);
    client.data(
        stream,
        b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h2.test\r\n\r\n",
        false,
    );
    client.data(stream, b"", true);
    assert_eq!(client.outcome(stream).status(), Some(200));
    let stream = client.begin("GET", HOST, "/next", true);
    assert_eq!(client.outcome(stream).status(), Some(200));
    let targets: Vec<String> = scene
        .backend
        .received()
        .into_iter()
        .map(|received| received.target)
        .collect();
    assert_eq!(targets, ["/", "/next"]);
}

#[test]
fn a_plain_connect_is_refused() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let stream = client.request(
        &[(":method", "CONNECT"), (":authority", "h2.test:80")],
        false,
    );
    assert_eq!(client.outcome(stream).status(), Some(501));
    assert_eq!(scene.backend.received(), []);
}

/// A request whose head comes in many frames is one request.
#[test]
fn continuations_are_put_together() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let block = genkan_tests::http2::block(&with(&[("x-long", &"y".repeat(3000))]));
    let mut pieces = block.chunks(1000);
    client.send(kind::HEADERS, 1, 1, pieces.next().expect("a piece"));
    while let Some(piece) = pieces.next() {
        let flags = if pieces.len() == 0 { 4 } else { 0 };
        client.send(kind::CONTINUATION, flags, 1, piece);
    }
    assert_eq!(client.outcome(1).status(), Some(200));
    let received = &scene.backend.received()[0];
    assert_eq!(received.header("x-long").map(str::len), Some(3000));
}

/// The helper above sees requests that do get through.
#[test]
fn a_legal_request_gets_through() {
    let scene: Scene = scene("nginx", &[]);
    scene.serves();
    assert_eq!(scene.backend.received().len(), 1);
}
