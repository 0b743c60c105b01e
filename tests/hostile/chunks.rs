//! The chunked coding of requests (RFC 9112 section 7.1), collected and streamed.

use super::stage::{Row, STREAMED, legal, play, play_on, refused};

fn post(body: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n{body}")
}

/// Each is refused, and seen by nobody as a request, whether bodies are collected or streamed.
fn all_refused(bodies: &[(&str, &str)]) {
    let rows: Vec<Row> = bodies
        .iter()
        .map(|(name, body)| refused(name, post(body), 400))
        .collect();
    play(&rows);
    play_on(&[STREAMED], &rows);
}

#[test]
fn chunk_sizes() {
    all_refused(&[
        ("plus", "+1\r\na\r\n0\r\n\r\n"),
        ("minus", "-1\r\na\r\n0\r\n\r\n"),
        ("prefix", "0x1\r\na\r\n0\r\n\r\n"),
        ("nothing", "\r\na\r\n0\r\n\r\n"),
        ("blank before", " 1\r\na\r\n0\r\n\r\n"),
        ("tab before", "\t1\r\na\r\n0\r\n\r\n"),
        ("separator", "1_0\r\na\r\n0\r\n\r\n"),
        ("no digit", "g\r\na\r\n0\r\n\r\n"),
        ("junk behind", "1z\r\na\r\n0\r\n\r\n"),
        ("two", "1 1\r\na\r\n0\r\n\r\n"),
        ("comma", "1,1\r\na\r\n0\r\n\r\n"),
        ("NUL", "1\0\r\na\r\n0\r\n\r\n"),
        ("wide digit", "\u{ff11}\r\na\r\n0\r\n\r\n"),
        ("2^63", "8000000000000000\r\na\r\n0\r\n\r\n"),
        ("2^64 - 1", "ffffffffffffffff\r\na\r\n0\r\n\r\n"),
        ("2^64 + 1", "10000000000000001\r\na\r\n0\r\n\r\n"),
        ("many zeros", "0000000000000000001\r\na\r\n0\r\n\r\n"),
        ("later", "1\r\na\r\n+1\r\nb\r\n0\r\n\r\n"),
    ]);
}

#[test]
fn chunk_extensions() {
    let long = format!("1;{}\r\na\r\n0\r\n\r\n", "a".repeat(2_000));
    all_refused(&[
        ("line feed", "1;a\nb\r\na\r\n0\r\n\r\n"),
        ("line feed at the end", "1;a\na\r\n0\r\n\r\n"),
        ("carriage return", "1;a\rb\r\na\r\n0\r\n\r\n"),
        ("NUL", "1;a\0\r\na\r\n0\r\n\r\n"),
        ("control byte", "1;a\u{1}\r\na\r\n0\r\n\r\n"),
        (
            "in the last chunk",
            "1\r\na\r\n0;a\nGET /x HTTP/1.1\r\n\r\n",
        ),
        ("too long", &long),
    ]);
    play(&[
        legal(
            "plain",
            post("2;a=b\r\nab\r\n0\r\n\r\n"),
            "POST app.test/ ab",
        ),
        legal("empty", post("2;\r\nab\r\n0;\r\n\r\n"), "POST app.test/ ab"),
        // A quote that never closes does not go beyond its line.
        legal(
            "quote",
            post("2;a=\"\r\nab\r\n0\r\n\r\n"),
            "POST app.test/ ab",
        ),
        legal(
            "blank before",
            post("2 ;a\r\nab\r\n0\r\n\r\n"),
            "POST app.test/ ab",
        ),
    ]);
}

#[test]
fn ends_of_chunks() {
    all_refused(&[
        ("line feeds only", "1\na\n0\n\n"),
        ("line feed behind the size", "1\na\r\n0\r\n\r\n"),
        ("line feed behind the data", "1\r\na\n0\r\n\r\n"),
        ("carriage return behind the data", "1\r\na\r0\r\n\r\n"),
        ("data too long", "1\r\nab\r\n0\r\n\r\n"),
        ("data too short", "2\r\na\r\n0\r\n\r\n"),
        ("nothing behind the data", "1\r\na0\r\n\r\n"),
        ("line feed behind the last size", "1\r\na\r\n0\n\r\n"),
        ("line feed as end", "1\r\na\r\n0\r\n\n"),
        ("carriage return as end", "1\r\na\r\n0\r\n\r"),
        ("no end", "1\r\na\r\n0\r\n"),
    ]);
}

#[test]
fn trailers() {
    let forbidden = |field: &str| format!("1\r\na\r\n0\r\n{field}\r\n\r\n");
    let rows: Vec<(String, String)> = [
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "Host: other.test",
        "Connection: close",
        "Upgrade: websocket",
        "Expect: 100-continue",
        "TE: trailers",
        "Trailer: a",
        "Authorization: Basic eA==",
        "Content-Encoding: gzip",
        "A : b",
        "A: b\r\n c",
        "A: b\nC: d",
        "A: b\rC: d",
        "A: \0",
        "A\0: b",
        "A(B): c",
        "colonless",
        ": b",
    ]
    .iter()
    .map(|field| ((*field).to_owned(), forbidden(field)))
    .chain([
        (
            "too many".to_owned(),
            forbidden(&vec!["A: b"; 65].join("\r\n")),
        ),
        (
            "too large".to_owned(),
            forbidden(&format!("A: {}", "b".repeat(5_000))),
        ),
    ])
    .collect();
    let rows: Vec<(&str, &str)> = rows
        .iter()
        .map(|(name, body)| (name.as_str(), body.as_str()))
        .collect();
    all_refused(&rows);
    let sum = post("1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n");
    play(&[legal("allowed", sum, "POST app.test/ a")]);
}

/// A body that looks like a request is a body, whether collected or streamed.
#[test]
fn requests_inside_of_chunks() {
    let body = "12\r\nGET / HTTP/1.1\r\n\r\n\r\n0\r\n\r\n";
    let row = || {
        legal(
            "chunk",
            post(body),
            "POST app.test/ GET / HTTP/1.1\\r\\n\\r\\n",
        )
    };
    play(&[row()]);
    play_on(&[STREAMED], &[row()]);
}
