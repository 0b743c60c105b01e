//! The fuzz entries over their corpus and some thousand changes of it; see `fuzz/README.md`.

#[path = "../../../fuzz/entries/http.rs"]
mod http;
#[path = "../../../fuzz/entries/smoke.rs"]
mod smoke;

const ROUNDS: usize = 20_000;

const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b":",
    b"Content-Length: 5\r\n",
    b"Content-Length:",
    b"Transfer-Encoding: chunked\r\n",
    b"transfer-encoding:",
    b"chunked",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"0\r\n\r\n",
    b"5;a=b\r\n",
    b"/..",
    b"/.",
    b"//",
    b"%2e",
    b"%2F",
    b"%00",
    b"%",
    b"?",
    b"#",
    b"http://",
    b"[::1]",
    b"Host: a\r\n",
    b"Connection: upgrade\r\n",
    b"101",
    b"\xff",
    b"_",
    b"PROXY TCP4 ",
    b"PROXY UNKNOWN",
    b" 203.0.113.7",
    b" 65535",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c",
    b"\x03\0\x04",
];

#[test]
fn request_heads() {
    smoke::run("request_head", WORDS, ROUNDS, http::request_head);
}

#[test]
fn response_heads() {
    smoke::run("response_head", WORDS, ROUNDS, http::response_head);
}

#[test]
fn framing_of_requests() {
    smoke::run("framing", WORDS, ROUNDS, http::framing);
}

#[test]
fn chunked_bodies() {
    smoke::run("chunked", WORDS, ROUNDS, http::chunked);
}

#[test]
fn targets() {
    smoke::run("target", WORDS, ROUNDS, http::target);
}

#[test]
fn proxy_headers() {
    smoke::run("proxy_header", WORDS, ROUNDS, http::proxy_header);
}
