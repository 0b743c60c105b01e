//! What a line is, and what may be in it (RFC 9112 sections 2.2 and 5).

use super::stage::{Row, legal, play, refused, row};

fn get(fields: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: app.test\r\n{fields}\r\n\r\n")
}

#[test]
fn lines_that_end_with_a_bare_line_feed() {
    play(&[
        refused("all", "GET / HTTP/1.1\nHost: app.test\n\n", 400),
        refused(
            "request line",
            "GET / HTTP/1.1\nHost: app.test\r\n\r\n",
            400,
        ),
        refused("a field", get("A: b\nC: d"), 400),
        refused("last field", "GET / HTTP/1.1\r\nHost: app.test\n\r\n", 400),
        refused("empty line", "GET / HTTP/1.1\r\nHost: app.test\r\n\n", 400),
        refused("two in a row", get("A: b\n\nGET /x HTTP/1.1\r\nB: c"), 400),
    ]);
}

#[test]
fn carriage_returns_without_a_line_feed() {
    play(&[
        refused("all", "GET / HTTP/1.1\rHost: app.test\r\r\n\r\n", 400),
        refused("in a value", get("A: b\rC: d"), 400),
        refused("in a name", get("A\rB: c"), 400),
        refused("two before the line feed", get("A: b\r"), 400),
        refused("before the colon", get("A\r: b"), 400),
        refused("behind the colon", get("A:\rb"), 400),
        refused(
            "in the target",
            "GET /a\rb HTTP/1.1\r\nHost: app.test\r\n\r\n",
            400,
        ),
        refused("line of its own", get("A: b\r\n\r"), 400),
    ]);
}

#[test]
fn folded_lines() {
    play(&[
        refused("space", get("A: b\r\n c"), 400),
        refused("tab", get("A: b\r\n\tc"), 400),
        refused("only blanks", get("A: b\r\n "), 400),
        refused(
            "behind the request line",
            "GET / HTTP/1.1\r\n Host: app.test\r\n\r\n",
            400,
        ),
        refused(
            "a host",
            "GET / HTTP/1.1\r\nHost:\r\n app.test\r\n\r\n",
            400,
        ),
    ]);
}

#[test]
fn blanks_before_the_colon() {
    play(&[
        refused("space", "GET / HTTP/1.1\r\nHost : app.test\r\n\r\n", 400),
        refused("tab", "GET / HTTP/1.1\r\nHost\t: app.test\r\n\r\n", 400),
        refused("another field", get("A : b"), 400),
        refused("within", get("A B: c"), 400),
        refused("nothing else", get(" : c"), 400),
        refused("no name", get(": c"), 400),
    ]);
}

#[test]
fn control_bytes_in_names() {
    let controls = (0..0x20).chain([0x7f]).filter(|byte| *byte != b'\n');
    let rows: Vec<Row> = controls
        .map(|byte: u8| {
            let name = format!("{byte:#04x}");
            refused(&name, get(&format!("A{}B: c", char::from(byte))), 400)
        })
        .collect();
    play(&rows);
}

#[test]
fn control_bytes_in_values() {
    play(&[
        refused("NUL", get("A: b\0c"), 400),
        refused("NUL alone", get("A: \0"), 400),
    ]);
    // nginx lets these through, and no recipient takes them for the end of a line.
    let controls = (1..0x20).chain([0x7f]);
    let rows: Vec<Row> = controls
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .map(|byte: u8| {
            let value = format!("A: b{}c", char::from(byte));
            legal(&format!("{byte:#04x}"), get(&value), "GET app.test/")
        })
        .collect();
    play(&rows);
}

#[test]
fn control_bytes_in_targets() {
    let controls = (0..0x20).chain([0x7f]).filter(|byte| *byte != b'\n');
    let rows: Vec<Row> = controls
        .map(|byte: u8| {
            let sent = format!(
                "GET /a{}b HTTP/1.1\r\nHost: app.test\r\n\r\n",
                char::from(byte)
            );
            refused(&format!("{byte:#04x}"), sent, 400)
        })
        .collect();
    play(&rows);
}

/// Names that no token has, or that nginx ignores, reach nobody.
#[test]
fn odd_names_are_dropped() {
    for name in ["X_Y", "X(Y)", "X{Y}", "X@Y", "X\u{e9}", "X.Y", "X=Y"] {
        play(&[legal(name, get(&format!("{name}: c")), "GET app.test/")]);
    }
    play(&[legal("no colon", get("Colonless"), "GET app.test/")]);
}

#[test]
fn heads_that_are_too_large() {
    let long = "a".repeat(9_000);
    let many = format!("X: {}\r\n", "a".repeat(7_000)).repeat(6);
    play(&[
        refused(
            "target",
            format!("GET /{long} HTTP/1.1\r\nHost: app.test\r\n\r\n"),
            414,
        ),
        refused(
            "method",
            format!(
                "{} / HTTP/1.1\r\nHost: app.test\r\n\r\n",
                long.to_uppercase()
            ),
            414,
        ),
        refused("value", get(&format!("X: {long}")), 400),
        refused("name", get(&format!("{long}: x")), 400),
        refused("all lines", get(&format!("{many}Y: z")), 400),
        refused(
            "number of lines",
            get(&format!("{}Y: z", "A: b\r\n".repeat(1_000))),
            400,
        ),
        refused(
            "blank lines",
            format!("{}{}", "\r\n".repeat(2_000), get("A: b")),
            400,
        ),
        row(
            "a blank line",
            format!("\r\n{}", get("A: b")),
            &[200, 200],
            &["GET app.test/", "GET app.test/hidden"],
        ),
    ]);
}
