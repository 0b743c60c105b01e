//! Where a body ends: `Content-Length` and `Transfer-Encoding` (RFC 9112 section 6).

use super::stage::{Row, legal, play, refused, row};

/// A POST with these fields, and a body.
fn post(fields: &str, body: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: app.test\r\n{fields}\r\n\r\n{body}")
}

fn all_refused(rows: &[(&str, &str, u16)], body: &str) {
    let rows: Vec<Row> = rows
        .iter()
        .map(|(name, fields, status)| refused(name, post(fields, body), *status))
        .collect();
    play(&rows);
}

#[test]
fn a_length_before_a_coding() {
    all_refused(
        &[
            (
                "CL.TE",
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                400,
            ),
            (
                "CL 0",
                "Content-Length: 0\r\nTransfer-Encoding: chunked",
                400,
            ),
            (
                "case",
                "content-length: 5\r\ntransfer-encoding: Chunked",
                400,
            ),
            (
                "between",
                "Content-Length: 5\r\nA: b\r\nTransfer-Encoding: chunked",
                400,
            ),
        ],
        "0\r\n\r\n",
    );
}

#[test]
fn a_coding_before_a_length() {
    all_refused(
        &[
            (
                "TE.CL",
                "Transfer-Encoding: chunked\r\nContent-Length: 4",
                400,
            ),
            (
                "CL 0",
                "Transfer-Encoding: chunked\r\nContent-Length: 0",
                400,
            ),
            (
                "between",
                "Transfer-Encoding: chunked\r\nA: b\r\nContent-Length: 4",
                400,
            ),
        ],
        "5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n",
    );
}

#[test]
fn codings_that_only_some_would_see() {
    all_refused(
        &[
            ("other name", "Transfer-Encoding: xchunked", 501),
            ("prefix", "Transfer-Encoding: chunke", 501),
            ("quoted", "Transfer-Encoding: \"chunked\"", 501),
            ("parameter", "Transfer-Encoding: chunked;q=1", 501),
            ("list", "Transfer-Encoding: identity, chunked", 501),
            ("list behind", "Transfer-Encoding: chunked, identity", 501),
            ("comma", "Transfer-Encoding: chunked,", 501),
            (
                "twice in a line",
                "Transfer-Encoding: chunked, chunked",
                501,
            ),
            ("identity", "Transfer-Encoding: identity", 501),
            ("gzip", "Transfer-Encoding: gzip, chunked", 501),
            ("empty", "Transfer-Encoding:", 501),
            ("tab before", "Transfer-Encoding:\tchunked", 501),
            ("tab behind", "Transfer-Encoding: chunked\t", 501),
            ("vertical tab", "Transfer-Encoding:\u{b}chunked", 501),
            ("form feed", "Transfer-Encoding: chunked\u{c}", 501),
            ("no-break space", "Transfer-Encoding:\u{a0}chunked", 501),
            ("Kelvin sign", "Transfer-Encoding: chun\u{212a}ed", 501),
            (
                "two lines",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                400,
            ),
            (
                "two equal lines",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                400,
            ),
            ("blank before the colon", "Transfer-Encoding : chunked", 400),
            ("folded", "Transfer-Encoding:\r\n chunked", 400),
            ("behind a fold", "A: b\r\n Transfer-Encoding: chunked", 400),
            ("behind a bare LF", "A: b\nTransfer-Encoding: chunked", 400),
            ("behind a bare CR", "A: b\rTransfer-Encoding: chunked", 400),
            ("NUL in the name", "Transfer-Encoding\0: chunked", 400),
            ("NUL before the name", "\0Transfer-Encoding: chunked", 400),
            ("no colon", "Transfer-Encoding", 400),
        ],
        "0\r\n\r\n",
    );
}

#[test]
fn the_one_coding_in_any_case() {
    play(&[
        legal(
            "chunked",
            post("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"),
            "POST app.test/ hello",
        ),
        legal(
            "capitals",
            post("TRANSFER-ENCODING:   CHUNKED  ", "5\r\nhello\r\n0\r\n\r\n"),
            "POST app.test/ hello",
        ),
        // A name with `_` is dropped: there is no body, and what follows is a request, or none.
        row(
            "underscore",
            post("Transfer_Encoding: chunked", "0\r\n\r\n"),
            &[200, 400],
            &["POST app.test/"],
        ),
    ]);
}

#[test]
fn more_than_one_length() {
    all_refused(
        &[
            ("different", "Content-Length: 5\r\nContent-Length: 0", 400),
            ("equal", "Content-Length: 5\r\nContent-Length: 5", 400),
            ("case", "Content-Length: 5\r\ncontent-length: 5", 400),
            (
                "apart",
                "Content-Length: 5\r\nA: b\r\nContent-Length: 6",
                400,
            ),
            ("list", "Content-Length: 5, 5", 400),
            ("list of two", "Content-Length: 5,0", 400),
            ("empty element", "Content-Length: 5,", 400),
        ],
        "hello",
    );
}

#[test]
fn lengths_that_are_no_numbers() {
    all_refused(
        &[
            ("plus", "Content-Length: +5", 400),
            ("minus", "Content-Length: -5", 400),
            ("minus nothing", "Content-Length: -0", 400),
            ("blank within", "Content-Length: 5 5", 400),
            ("hexadecimal", "Content-Length: 0x5", 400),
            ("fraction", "Content-Length: 5.0", 400),
            ("exponent", "Content-Length: 5e0", 400),
            ("separator", "Content-Length: 1_0", 400),
            ("parameter", "Content-Length: 5;", 400),
            ("quoted", "Content-Length: \"5\"", 400),
            ("nothing", "Content-Length:", 400),
            ("blanks", "Content-Length:   ", 400),
            ("tab before", "Content-Length:\t5", 400),
            ("tab behind", "Content-Length: 5\t", 400),
            ("wide digit", "Content-Length: \u{ff15}", 400),
            ("NUL", "Content-Length: 5\0", 400),
            ("2^63", "Content-Length: 9223372036854775808", 400),
            ("2^64 + 5", "Content-Length: 18446744073709551621", 400),
            (
                "2^32 + 5 beyond 2^64",
                "Content-Length: 79228162514264337593543950341",
                400,
            ),
            ("blank before the colon", "Content-Length : 5", 400),
            ("folded", "Content-Length:\r\n 5", 400),
            ("no colon", "Content-Length", 400),
            (
                "larger than any body",
                "Content-Length: 9223372036854775807",
                413,
            ),
        ],
        "hello",
    );
}

#[test]
fn lengths_that_are_numbers() {
    play(&[
        legal(
            "plain",
            post("Content-Length: 5", "hello"),
            "POST app.test/ hello",
        ),
        legal(
            "leading zero",
            post("Content-Length: 05", "hello"),
            "POST app.test/ hello",
        ),
        legal(
            "blanks around",
            post("Content-Length:  5  ", "hello"),
            "POST app.test/ hello",
        ),
        legal("nothing", post("Content-Length: 0", ""), "POST app.test/"),
        legal("absent", post("A: b", ""), "POST app.test/"),
        legal(
            "of a GET",
            "GET / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello",
            "GET app.test/ hello",
        ),
        // The body looks like a request, and is none.
        legal(
            "a request as body",
            post("Content-Length: 18", "GET / HTTP/1.1\r\n\r\n"),
            "POST app.test/ GET / HTTP/1.1\\r\\n\\r\\n",
        ),
        // The dropped name says nothing about the body.
        legal(
            "underscore",
            post("Content_Length: 0\r\nContent-Length: 5", "hello"),
            "POST app.test/ hello",
        ),
        // Named in Connection, it must not vanish on the way (RFC 9110 7.6.1).
        legal(
            "named in Connection",
            post("Connection: Content-Length\r\nContent-Length: 5", "hello"),
            "POST app.test/ hello",
        ),
    ]);
}

#[test]
fn codings_in_http_1_0() {
    let post =
        |fields: &str| format!("POST / HTTP/1.0\r\nHost: app.test\r\n{fields}\r\n\r\n0\r\n\r\n");
    play(&[
        refused("chunked", post("Transfer-Encoding: chunked"), 400),
        refused(
            "kept",
            post("Connection: keep-alive\r\nTransfer-Encoding: chunked"),
            400,
        ),
        refused("identity", post("Transfer-Encoding: identity"), 400),
        refused(
            "with a length",
            post("Content-Length: 5\r\nTransfer-Encoding: chunked"),
            400,
        ),
    ]);
}
