//! Serialises heads into a byte vector, or hands them to another protocol ([`HeadWriter`]).
//!
//! Nothing is checked here: names and values come from a parsed head or from configuration that
//! was checked when it was read. Debug builds stop at a line end inside a value.

use crate::head::Version;

mod date;
mod head_writer;

pub use date::{DATE_BYTES, http_date};
pub use head_writer::HeadWriter;

/// `HTTP/1.1 200 OK` and the line end. Responses go out as HTTP/1.1 even to HTTP/1.0 clients
/// (RFC 9110 6.2), as in nginx.
pub fn status_line(out: &mut Vec<u8>, status: u16, reason: &[u8]) {
    out.extend_from_slice(b"HTTP/1.1 ");
    decimal(out, u64::from(status));
    out.push(b' ');
    out.extend_from_slice(reason);
    out.extend_from_slice(LINE_END);
}

/// `GET /path HTTP/1.1` and the line end; the target comes in pieces, see
/// [`crate::target::Target::forward`].
pub fn request_line(out: &mut Vec<u8>, method: &[u8], target: &[&[u8]], version: Version) {
    out.extend_from_slice(method);
    out.push(b' ');
    for piece in target {
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(if version < Version::HTTP_11 {
        b" HTTP/1.0\r\n"
    } else {
        b" HTTP/1.1\r\n"
    });
}

/// `name: value` and the line end.
pub fn field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    debug_assert!(memchr::memchr3(b'\r', b'\n', 0, value).is_none());
    out.reserve(name.len() + value.len() + 4);
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(LINE_END);
}

/// `name: 123` and the line end.
pub fn number_field(out: &mut Vec<u8>, name: &[u8], value: u64) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    decimal(out, value);
    out.extend_from_slice(LINE_END);
}

/// The empty line that ends a head.
pub fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(LINE_END);
}

/// A number in decimal digits.
pub fn decimal(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = value;
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// The usual reason phrase of a status, as nginx words it; empty for others.
#[must_use]
pub const fn reason_phrase(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Moved Temporarily",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Time-out",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Large",
        415 => "Unsupported Media Type",
        416 => "Requested Range Not Satisfiable",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        505 => "HTTP Version Not Supported",
        507 => "Insufficient Storage",
        _ => "",
    }
}

const LINE_END: &[u8; 2] = b"\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_as_sent_on_the_wire() {
        let mut out = Vec::new();
        request_line(&mut out, b"GET", &[b"/", b"?x"], Version::HTTP_11);
        field(&mut out, b"Host", b"todos.test");
        number_field(&mut out, b"Content-Length", 1024);
        end(&mut out);
        assert_eq!(
            out,
            b"GET /?x HTTP/1.1\r\nHost: todos.test\r\nContent-Length: 1024\r\n\r\n"
        );
        out.clear();
        status_line(&mut out, 404, reason_phrase(404).as_bytes());
        assert_eq!(out, b"HTTP/1.1 404 Not Found\r\n");
        out.clear();
        request_line(&mut out, b"POST", &[b"/a"], Version::HTTP_10);
        assert_eq!(out, b"POST /a HTTP/1.0\r\n");
    }

    #[test]
    fn numbers_have_no_leading_zeros() {
        let mut out = Vec::new();
        for value in [0, 9, 10, u64::MAX] {
            decimal(&mut out, value);
            out.push(b' ');
        }
        assert_eq!(out, b"0 9 10 18446744073709551615 ");
    }
}
