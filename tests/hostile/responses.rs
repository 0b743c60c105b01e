//! Hostile backends: what one answers to one request never becomes a part of another answer.

use std::sync::{Arc, Mutex};

use genkan_tests::{ClientError, Connection, Request};

use super::scripted::{Scripted, ok};
use super::stage::{Stage, Transport};

/// What a backend would have others take for an answer.
const POISON: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";

/// A response, the method it answers, and what the client gets.
type Row<'a> = (&'a str, &'a str, String, u16, &'a str);

/// Plays rows in clear and over TLS. Behind each, on the same connection while there is one and on a
/// new one, another request gets the answer that is its own.
fn play(rows: &[Row<'_>]) {
    let answer: Arc<Mutex<String>> = Arc::default();
    let scripted = Arc::clone(&answer);
    let backend = Scripted::start(move |head| match head.contains(" /next ") {
        true => ok("next").into_bytes().into(),
        false => scripted
            .lock()
            .expect("no thread panicked")
            .clone()
            .into_bytes()
            .into(),
    });
    let stage = Stage::start(backend.address, &[]);
    let mut answered = 0;
    for transport in [Transport::Clear, Transport::Tls] {
        for (name, method, bytes, status, body) in rows {
            let name = format!("{name} ({transport:?})");
            bytes.clone_into(&mut answer.lock().expect("no thread panicked"));
            let mut client = stage.connect(transport);
            let first = client.exchange(&request(method, "/first"));
            let first = first.unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
            assert_eq!(first.status, *status, "{name}");
            if *status == 502 {
                assert_eq!(
                    first
                        .header("proxy-status")
                        .map(|text| text.contains("http_protocol_error")),
                    Some(true),
                    "{name}"
                );
            } else {
                assert_eq!(first.text(), *body, "{name}");
            }
            let mut next = 1;
            match client.exchange(&request("GET", "/next")) {
                Ok(response) => {
                    assert_eq!(response.text(), "next", "{name}");
                    next += 1;
                }
                Err(ClientError::Closed) => {}
                Err(ClientError::Broken(fault)) => panic!("{name}: {fault}"),
            }
            own_answer(&mut stage.connect(transport), &name);
            answered += next + usize::from(*status != 502);
            let seen = backend.take_seen();
            assert_eq!(
                seen.matches(" /first HTTP/1.1\r\n").count(),
                1,
                "{name}: {seen}"
            );
            assert_eq!(
                seen.matches(" /next HTTP/1.1\r\n").count(),
                next,
                "{name}: {seen}"
            );
        }
    }
    assert_eq!(stage.answers_of_backend(), answered);
}

fn request(method: &str, target: &str) -> Request {
    Request::new(method, target).host("app.test")
}

fn own_answer(client: &mut Connection, name: &str) {
    let response = client.exchange(&request("GET", "/next"));
    let response = response.unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
    assert_eq!(response.text(), "next", "{name}");
}

/// A 200 with these fields and a body.
fn with(fields: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{body}")
}

fn bad_gateways(rows: &[(&str, String)]) {
    let rows: Vec<Row<'_>> = rows
        .iter()
        .map(|(name, bytes)| (*name, "GET", bytes.clone(), 502, ""))
        .collect();
    play(&rows);
}

#[test]
fn response_splitting() {
    let row = |name, field: &str| (name, with(&format!("{field}\r\nContent-Length: 2"), "ok"));
    bad_gateways(&[
        row("carriage return", "X: a\rSet-Cookie: b"),
        row("line feed", "X: a\nSet-Cookie: b"),
        row("NUL", "X: a\0b"),
        row("fold", "X: a\r\n b"),
        row("blank before the colon", "X : a"),
        row("carriage return in a name", "X\rY: a"),
        row("no name", ": a"),
        (
            "line feeds only",
            "HTTP/1.1 200 OK\nContent-Length: 2\n\nok".to_owned(),
        ),
        (
            "carriage return in the reason",
            "HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n".to_owned(),
        ),
        (
            "status of four digits",
            "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n".to_owned(),
        ),
        (
            "no status",
            "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n".to_owned(),
        ),
        ("no status line", "Content-Length: 0\r\n\r\n".to_owned()),
        (
            "other protocol",
            "ICY 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned(),
        ),
    ]);
}

#[test]
fn ambiguous_lengths_of_responses() {
    let row = |name, fields: &str| (name, with(fields, "2\r\nok\r\n0\r\n\r\n"));
    let chunked = |name, body: &str| (name, with("Transfer-Encoding: chunked", body));
    bad_gateways(&[
        row(
            "length and coding",
            "Content-Length: 2\r\nTransfer-Encoding: chunked",
        ),
        row(
            "coding and length",
            "Transfer-Encoding: chunked\r\nContent-Length: 2",
        ),
        row("two lengths", "Content-Length: 2\r\nContent-Length: 5"),
        row("equal lengths", "Content-Length: 2\r\nContent-Length: 2"),
        row("list of lengths", "Content-Length: 2, 2"),
        row("sign", "Content-Length: +2"),
        row("overflow", "Content-Length: 18446744073709551618"),
        row("unknown coding", "Transfer-Encoding: gzip, chunked"),
        row(
            "two codings",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        ),
        row("tab", "Transfer-Encoding:\tchunked"),
        (
            "coding in HTTP/1.0",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n".to_owned(),
        ),
        chunked("size with a sign", "+2\r\nok\r\n0\r\n\r\n"),
        chunked("size too large", "ffffffffffffffff\r\nok"),
        chunked("size with a line feed", "2\nok\n0\n\n"),
    ]);
}

#[test]
fn more_than_the_body() {
    let no_content = "HTTP/1.1 204 No Content\r\nContent-Length: 47\r\n\r\n";
    let not_modified = "HTTP/1.1 304 Not Modified\r\nContent-Length: 47\r\n\r\n";
    play(&[
        (
            "behind a length",
            "GET",
            with("Content-Length: 2", &format!("ok{POISON}")),
            200,
            "ok",
        ),
        (
            "behind nothing",
            "GET",
            with("Content-Length: 0", POISON),
            200,
            "",
        ),
        (
            "behind chunks",
            "GET",
            with(
                "Transfer-Encoding: chunked",
                &format!("2\r\nok\r\n0\r\n\r\n{POISON}"),
            ),
            200,
            "ok",
        ),
        (
            "one byte",
            "GET",
            with("Content-Length: 2", "ok\r"),
            200,
            "ok",
        ),
        (
            "to HEAD",
            "HEAD",
            with("Content-Length: 47", POISON),
            200,
            "",
        ),
        (
            "chunks to HEAD",
            "HEAD",
            with("Transfer-Encoding: chunked", "2\r\nok\r\n0\r\n\r\n"),
            200,
            "",
        ),
        ("of a 204", "GET", format!("{no_content}{POISON}"), 204, ""),
        (
            "of a 304",
            "GET",
            format!("{not_modified}{POISON}"),
            304,
            "",
        ),
        (
            "chunks of a 204",
            "GET",
            format!(
                "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{POISON}"
            ),
            204,
            "",
        ),
    ]);
}

#[test]
fn interim_responses() {
    let flood = "HTTP/1.1 102 Processing\r\n\r\n".repeat(101);
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    play(&[
        (
            "continue",
            "GET",
            format!("HTTP/1.1 100 Continue\r\n\r\n{}", ok("ok")),
            200,
            "ok",
        ),
        ("hints", "GET", format!("{hints}{}", ok("ok")), 200, "ok"),
        (
            "a 101 that nobody asked for",
            "GET",
            format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n{POISON}"
            ),
            502,
            "",
        ),
        (
            "without end",
            "GET",
            format!("{flood}{}", ok("ok")),
            502,
            "",
        ),
        (
            "ambiguous",
            "GET",
            format!(
                "HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
                ok("ok")
            ),
            502,
            "",
        ),
    ]);
}

/// What comes on an idle connection of the pool answers nothing.
#[test]
fn answers_before_a_request() {
    let backend = Scripted::start(|_| ok("next").into_bytes().into());
    let stage = Stage::start(backend.address, &[]);
    let mut client = stage.connect(Transport::Clear);
    own_answer(&mut client, "before");
    backend.push(POISON);
    own_answer(&mut client, "same connection");
    backend.push("x");
    own_answer(&mut stage.connect(Transport::Tls), "another connection");
    assert_eq!(stage.answers_of_backend(), 3);
}
