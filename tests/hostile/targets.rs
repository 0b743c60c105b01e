//! Request lines, targets and hosts (RFC 9112 section 3).

use super::stage::{HIDDEN_SEEN, Row, legal, play, refused, row};

/// A request line before a usual head.
fn line(line: &str) -> String {
    format!("{line}\r\nHost: app.test\r\n\r\n")
}

/// Seen by nobody because no route has it; the connection goes on.
fn nowhere(name: &str, sent: impl Into<Vec<u8>>) -> Row {
    row(name, sent, &[404, 200], &[HIDDEN_SEEN])
}

#[test]
fn absolute_targets_and_hosts() {
    let get = |target: &str, host: &str| format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    play(&[
        // The target chooses the route (RFC 9112 3.2.2); the field goes to the backend as in ingress-nginx.
        legal(
            "the target wins",
            get("http://app.test/a", "other.test"),
            "GET other.test/a",
        ),
        nowhere("the host loses", get("http://other.test/a", "app.test")),
        legal(
            "no path",
            get("http://app.test", "app.test"),
            "GET app.test/",
        ),
        refused("user", get("http://app.test@other.test/", "app.test"), 400),
        refused("no host", get("http:///a", "app.test"), 400),
        refused("one slash", get("http:/app.test/a", "app.test"), 400),
        refused(
            "two hosts",
            get("http://app.test,other.test/", "app.test"),
            400,
        ),
        refused("bad host", get("http://a..b/", "app.test"), 400),
        refused(
            "no Host field",
            "GET http://app.test/a HTTP/1.1\r\n\r\n",
            400,
        ),
        refused("bad Host field", get("http://app.test/a", "a b"), 400),
        legal(
            "two slashes are a path",
            get("//other.test/a", "app.test"),
            "GET app.test//other.test/a",
        ),
    ]);
}

#[test]
fn more_than_one_host() {
    let get = |fields: &str| format!("GET / HTTP/1.1\r\n{fields}\r\n\r\n");
    play(&[
        refused("different", get("Host: app.test\r\nHost: other.test"), 400),
        refused("equal", get("Host: app.test\r\nHost: app.test"), 400),
        refused("case", get("Host: app.test\r\nhost: other.test"), 400),
        refused(
            "apart",
            get("Host: app.test\r\nA: b\r\nHost: other.test"),
            400,
        ),
        refused("list", get("Host: app.test, other.test"), 400),
        nowhere("list without blanks", get("Host: app.test,other.test")),
        // The one that counts goes on; the others are overwritten.
        legal(
            "X-Forwarded-Host",
            get("Host: app.test\r\nX-Forwarded-Host: other.test"),
            "GET app.test/",
        ),
    ]);
}

#[test]
fn hosts_that_are_none() {
    let get = |host: &str| format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
    play(&[
        refused("none", "GET / HTTP/1.1\r\n\r\n", 400),
        refused("empty", get(""), 400),
        refused("blank within", get("app.test x"), 400),
        refused("tab", get("app.test\tx"), 400),
        refused("slash", get("app.test/x"), 400),
        refused("two dots", get("app..test"), 400),
        refused("control byte", get("app.test\u{1}"), 400),
        refused("NUL", get("app.test\0"), 400),
        refused("DEL", get("app.test\u{7f}"), 400),
        refused("only a port", get(":80"), 400),
        nowhere("user", get("app.test@other.test")),
        legal("port", get("app.test:8080"), "GET app.test:8080/"),
    ]);
}

#[test]
fn http_1_0() {
    let get = |fields: &str| format!("GET / HTTP/1.0\r\n{fields}\r\n");
    play(&[
        row(
            "closes",
            get("Host: app.test\r\n"),
            &[200],
            &["GET app.test/"],
        ),
        legal(
            "kept",
            get("Host: app.test\r\nConnection: keep-alive\r\n"),
            "GET app.test/",
        ),
        row("no host", get(""), &[404], &[]),
    ]);
}

#[test]
fn http_0_9_and_other_versions() {
    play(&[
        refused("0.9", "GET /\r\n", 400),
        refused("0.9 with fields", line("GET /"), 400),
        refused("0.9 by name", line("GET / HTTP/0.9"), 400),
        refused("lower case", line("GET / http/1.1"), 400),
        refused("no minor", line("GET / HTTP/1"), 400),
        refused("no number", line("GET / HTTP/"), 400),
        refused("long minor", line("GET / HTTP/1.1111"), 400),
        refused("sign", line("GET / HTTP/+1.1"), 400),
        refused("blank within", line("GET / HTTP/ 1.1"), 400),
        refused("other protocol", line("GET / ICAP/1.0"), 400),
        refused("2.0", line("GET / HTTP/2.0"), 505),
        refused("11.1", line("GET / HTTP/11.1"), 505),
        row(
            "preface of HTTP/2 behind a request",
            format!("{}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", line("GET / HTTP/1.1")),
            &[200, 505],
            &["GET app.test/"],
        ),
        legal("1.2", line("GET / HTTP/1.2"), "GET app.test/"),
    ]);
}

#[test]
fn blanks_in_request_lines() {
    play(&[
        refused("before", line(" GET / HTTP/1.1"), 400),
        refused("in the target", line("GET /a b HTTP/1.1"), 400),
        refused("tab behind the method", line("GET\t/ HTTP/1.1"), 400),
        refused("tab behind the target", line("GET /\tHTTP/1.1"), 400),
        refused("vertical tab", line("GET\u{b}/ HTTP/1.1"), 400),
        refused("behind, with more", line("GET / HTTP/1.1 x"), 400),
        refused(
            "a second request line",
            line("GET /a HTTP/1.1 GET /b HTTP/1.1"),
            400,
        ),
        // Several spaces pass, as in nginx; the backend gets one.
        legal("several", line("GET   /a   HTTP/1.1  "), "GET app.test/a"),
    ]);
}

#[test]
fn methods() {
    play(&[
        refused("lower case", line("get / HTTP/1.1"), 400),
        refused("no token", line("G@T / HTTP/1.1"), 400),
        refused("colon", line("GET: / HTTP/1.1"), 400),
        refused("digit", line("GET1 / HTTP/1.1"), 400),
        refused("none", line("/ HTTP/1.1"), 400),
        refused("quote", line("\"GET / HTTP/1.1"), 400),
        refused("CONNECT", line("CONNECT app.test:443 HTTP/1.1"), 501),
        refused("TRACE", line("TRACE / HTTP/1.1"), 501),
        refused("TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400),
        legal("unknown", line("PURGE / HTTP/1.1"), "PURGE app.test/"),
    ]);
}

#[test]
fn targets_that_are_none() {
    play(&[
        refused("asterisk", line("GET * HTTP/1.1"), 400),
        refused("OPTIONS *", line("OPTIONS * HTTP/1.1"), 400),
        refused("no slash", line("GET a HTTP/1.1"), 400),
        refused("authority", line("GET app.test:80 HTTP/1.1"), 400),
        refused("above the root", line("GET /.. HTTP/1.1"), 400),
        refused("above the root, encoded", line("GET /%2e%2e HTTP/1.1"), 400),
        refused("NUL", line("GET /%00 HTTP/1.1"), 400),
        refused("broken escape", line("GET /%zz HTTP/1.1"), 400),
        // An encoded line end stays encoded.
        legal(
            "line end",
            line("GET /a%0d%0aX:%20y HTTP/1.1"),
            "GET app.test/a%0d%0aX:%20y",
        ),
    ]);
}

#[test]
fn requests_behind_an_error() {
    let good = line("GET /a HTTP/1.1");
    play(&[
        row(
            "framing",
            format!("{good}POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1,1\r\n\r\nx"),
            &[200, 400],
            &["GET app.test/a"],
        ),
        row(
            "version",
            format!("{good}{}", line("GET / HTTP/3.0")),
            &[200, 505],
            &["GET app.test/a"],
        ),
        row(
            "path",
            format!("{good}{}", line("GET /.. HTTP/1.1")),
            &[200, 400],
            &["GET app.test/a"],
        ),
        row(
            "body too large",
            format!("{good}POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 2000000\r\n\r\n"),
            &[200, 413],
            &["GET app.test/a"],
        ),
        // No route: the body is read away, and the next request is one.
        row(
            "no route",
            "POST / HTTP/1.1\r\nHost: other.test\r\nContent-Length: 37\r\n\r\n\
             GET /x HTTP/1.1\r\nHost: app.test\r\n\r\n\r\n",
            &[404, 200],
            &[HIDDEN_SEEN],
        ),
    ]);
}

/// RFC 9110 10.1.1: Genkan answers the expectation itself, and the backend never learns of it.
#[test]
fn expectations() {
    let post = |fields: &str, body: &str| {
        format!("POST / HTTP/1.1\r\nHost: app.test\r\n{fields}\r\n\r\n{body}")
    };
    let seen = ["POST app.test/ hello", HIDDEN_SEEN];
    play(&[
        row(
            "100-continue",
            post("Expect: 100-continue\r\nContent-Length: 5", "hello"),
            &[100, 200, 200],
            &seen,
        ),
        row(
            "100-continue and chunks",
            post(
                "Expect: 100-continue\r\nTransfer-Encoding: chunked",
                "5\r\nhello\r\n0\r\n\r\n",
            ),
            &[100, 200, 200],
            &seen,
        ),
        row(
            "unknown",
            post("Expect: 200-ok\r\nContent-Length: 5", "hello"),
            &[200, 200],
            &seen,
        ),
        refused(
            "twice",
            post(
                "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 5",
                "hello",
            ),
            400,
        ),
        refused(
            "too large",
            post("Expect: 100-continue\r\nContent-Length: 2000000", ""),
            413,
        ),
        row(
            "from HTTP/1.0",
            "POST / HTTP/1.0\r\nHost: app.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
            &[200],
            &["POST app.test/ hello"],
        ),
        refused(
            "of a broken request",
            post("Expect: 100-continue\r\nContent-Length: 5, 5", "hello"),
            400,
        ),
    ]);
}
