//! What a backend must never see: requests that the client did not legally send.

use std::time::Duration;

use super::support::{Client, World, echo, start};

/// Sends bytes on one connection; returns the statuses that came back, and how many requests reached
/// the backend.
fn outcome(bytes: &[u8]) -> (Vec<u16>, usize) {
    let backend = echo();
    let mut world = World::new(&[backend.address]);
    world.global.header_timeout = Duration::from_millis(200);
    world.global.body_timeout = Duration::from_millis(200);
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    client.try_send(bytes);
    let text = String::from_utf8(client.rest()).unwrap();
    let statuses = text
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|part| part[..3].parse().unwrap())
        .collect();
    (statuses, backend.seen().len())
}

fn check(cases: &[(&str, &str, u16)]) {
    for (name, request, status) in cases {
        // A second request hides behind the first: it must be answered by nobody.
        let hidden = "GET /hidden HTTP/1.1\r\nHost: app.test\r\n\r\n";
        let (statuses, seen) = outcome(format!("{request}{hidden}").as_bytes());
        assert_eq!(
            (statuses.as_slice(), seen),
            ([*status].as_slice(), 0),
            "{name}"
        );
    }
}

#[test]
fn ambiguous_lengths_are_refused() {
    let head = "POST / HTTP/1.1\r\nHost: app.test\r\n";
    let cases: Vec<(&str, String, u16)> = vec![
        (
            "CL.TE",
            format!("{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400,
        ),
        (
            "TE.CL",
            format!("{head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
            400,
        ),
        (
            "CL.CL",
            format!("{head}Content-Length: 0\r\nContent-Length: 5\r\n\r\n"),
            400,
        ),
        (
            "CL twice the same",
            format!("{head}Content-Length: 0\r\nContent-Length: 0\r\n\r\n"),
            400,
        ),
        (
            "CL list",
            format!("{head}Content-Length: 0, 0\r\n\r\n"),
            400,
        ),
        ("CL plus", format!("{head}Content-Length: +0\r\n\r\n"), 400),
        ("CL minus", format!("{head}Content-Length: -1\r\n\r\n"), 400),
        (
            "CL hexadecimal",
            format!("{head}Content-Length: 0x0\r\n\r\n"),
            400,
        ),
        ("CL empty", format!("{head}Content-Length: \r\n\r\n"), 400),
        (
            "CL overflow",
            format!("{head}Content-Length: 18446744073709551616\r\n\r\n"),
            400,
        ),
        (
            "CL blank before colon",
            format!("{head}Content-Length : 0\r\n\r\n"),
            400,
        ),
        (
            "TE unknown",
            format!("{head}Transfer-Encoding: gzip\r\n\r\n"),
            501,
        ),
        (
            "TE list",
            format!("{head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
            501,
        ),
        (
            "TE identity",
            format!("{head}Transfer-Encoding: identity\r\n\r\n"),
            501,
        ),
        (
            "TE twice",
            format!(
                "{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            400,
        ),
        (
            "TE tab",
            format!("{head}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n"),
            501,
        ),
        (
            "TE in HTTP/1.0",
            "POST / HTTP/1.0\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                .to_owned(),
            400,
        ),
    ];
    let cases: Vec<_> = cases
        .iter()
        .map(|(name, text, status)| (*name, text.as_str(), *status))
        .collect();
    check(&cases);
}

#[test]
fn broken_lines_are_refused() {
    check(&[
        (
            "fold",
            "GET / HTTP/1.1\r\nHost: app.test\r\nA: b\r\n c\r\n\r\n",
            400,
        ),
        (
            "blank before colon",
            "GET / HTTP/1.1\r\nHost : app.test\r\n\r\n",
            400,
        ),
        ("bare line feed", "GET / HTTP/1.1\nHost: app.test\n\n", 400),
        (
            "bare line feed in a field",
            "GET / HTTP/1.1\r\nHost: app.test\r\nA: b\nC: d\r\n\r\n",
            400,
        ),
        (
            "bare carriage return",
            "GET / HTTP/1.1\r\nHost: app.test\r\nA: b\rC: d\r\n\r\n",
            400,
        ),
        (
            "NUL",
            "GET / HTTP/1.1\r\nHost: app.test\r\nA: \0\r\n\r\n",
            400,
        ),
        ("no host", "GET / HTTP/1.1\r\n\r\n", 400),
        (
            "two hosts",
            "GET / HTTP/1.1\r\nHost: app.test\r\nHost: b.test\r\n\r\n",
            400,
        ),
        ("HTTP/0.9", "GET /\r\n", 400),
        (
            "lower-case method",
            "get / HTTP/1.1\r\nHost: app.test\r\n\r\n",
            400,
        ),
    ]);
}

#[test]
fn broken_chunks_never_reach_a_backend_as_a_request() {
    let head = "POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (name, body) in [
        ("sign", "+1\r\na\r\n0\r\n\r\n"),
        ("hexadecimal prefix", "0x1\r\na\r\n0\r\n\r\n"),
        ("overflow", "10000000000000001\r\na\r\n0\r\n\r\n"),
        ("line feed only", "1\na\n0\n\n"),
        ("data too long", "1\r\nab\r\n0\r\n\r\n"),
        ("line feed in extension", "1;a\nb\r\na\r\n0\r\n\r\n"),
        ("no size", "\r\na\r\n0\r\n\r\n"),
        (
            "length as trailer",
            "1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n",
        ),
    ] {
        let (statuses, seen) = outcome(format!("{head}{body}").as_bytes());
        assert_eq!((statuses.as_slice(), seen), ([400].as_slice(), 0), "{name}");
    }
}

#[test]
fn methods_that_are_not_for_proxies_are_501() {
    check(&[
        (
            "CONNECT",
            "CONNECT app.test:443 HTTP/1.1\r\nHost: app.test\r\n\r\n",
            501,
        ),
        ("TRACE", "TRACE / HTTP/1.1\r\nHost: app.test\r\n\r\n", 501),
    ]);
}

#[test]
fn large_heads_are_refused() {
    let long = "a".repeat(9000);
    check(&[
        (
            "target",
            &format!("GET /{long} HTTP/1.1\r\nHost: app.test\r\n\r\n"),
            414,
        ),
        (
            "field",
            &format!("GET / HTTP/1.1\r\nHost: app.test\r\nX: {long}\r\n\r\n"),
            400,
        ),
        (
            "sum",
            &format!(
                "GET / HTTP/1.1\r\nHost: app.test\r\n{}\r\n",
                format!("X: {}\r\n", "a".repeat(7000)).repeat(6)
            ),
            400,
        ),
        (
            "number",
            &format!(
                "GET / HTTP/1.1\r\nHost: app.test\r\n{}\r\n",
                "A: b\r\n".repeat(2000)
            ),
            400,
        ),
    ]);
}

#[test]
fn heads_up_to_the_limits_pass() {
    let backend = echo();
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    for size in [3000, 4000, 5000, 8000] {
        let long = "a".repeat(size);
        let request =
            format!("GET /{long} HTTP/1.1\r\nHost: app.test\r\nX: {long}\r\nY: {long}\r\n\r\n");
        assert_eq!(client.send(request).receive().status, 200, "{size}");
        assert_eq!(
            backend.seen().last().unwrap().field("y"),
            Some(long.as_str())
        );
    }
}

#[test]
fn a_request_byte_by_byte_is_one_request() {
    let backend = echo();
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    for byte in b"POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" {
        client.send([*byte]);
    }
    assert_eq!(client.receive().text(), "abc");
    assert_eq!(backend.seen().len(), 1);
}
