//! The path as nginx matches it, and a path as nginx sends it after a rewrite.
//!
//! For matching, nginx decodes percent-encoding, merges slashes and resolves `.` and `..`, in one
//! pass over decoded bytes: `%2F` separates segments and `%2e%2e` climbs
//! (`ngx_http_parse_complex_uri`). The upstream still gets the raw target. Both views differ, and
//! that is the point: what is matched must be what a backend would most likely understand.

use memchr::memchr;

use crate::reject::RequestReject;

/// The normalised form of a raw path without query and fragment.
///
/// Most paths need no change and are returned as they are; otherwise the result is written to
/// `out`, whose old content is lost and whose memory is reused.
///
/// # Errors
///
/// [`RequestReject::PathEscapeMalformed`], [`RequestReject::PathNul`],
/// [`RequestReject::PathAboveRoot`], and [`RequestReject::TargetMalformed`] for a path that does
/// not begin with `/`.
pub fn normalise<'a>(path: &'a [u8], out: &'a mut Vec<u8>) -> Result<&'a [u8], RequestReject> {
    if path.first() != Some(&b'/') {
        return Err(RequestReject::TargetMalformed);
    }
    if is_normal(path) {
        return Ok(path);
    }
    out.clear();
    out.reserve(path.len());
    resolve(path, out)?;
    Ok(out)
}

/// Appends `path` with the bytes percent-encoded that nginx encodes in a rewritten path.
///
/// `NGX_ESCAPE_URI`: blanks, controls, bytes from 0x7f on, and `" # % < > ? \ ^ { | }` and the
/// backtick; hexadecimal digits are upper case.
pub fn escape_path(path: &[u8], out: &mut Vec<u8>) {
    for &byte in path {
        if is_escaped(byte) {
            out.extend_from_slice(&[b'%', hex_digit(byte >> 4), hex_digit(byte & 15)]);
        } else {
            out.push(byte);
        }
    }
}

/// Whether nothing has to be done: no `%`, no `//`, no segment that begins with a dot.
fn is_normal(path: &[u8]) -> bool {
    let mut after_slash = false;
    for &byte in path {
        match byte {
            b'%' => return false,
            b'/' | b'.' if after_slash => return false,
            _ => after_slash = byte == b'/',
        }
    }
    true
}

/// What stands at the end of the output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// A segment with content.
    Segment,
    /// A slash.
    Slash,
    /// A slash and a dot.
    Dot,
    /// A slash and two dots.
    DotDot,
}

fn resolve(path: &[u8], out: &mut Vec<u8>) -> Result<(), RequestReject> {
    let mut state = State::Segment;
    let mut rest = path;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let byte = if byte == b'%' {
            let (decoded, tail) = decode(tail)?;
            rest = tail;
            decoded
        } else {
            byte
        };
        state = match (state, byte) {
            (State::Segment, b'/') => {
                out.push(b'/');
                State::Slash
            }
            (State::Slash, b'/') => State::Slash,
            (State::Dot, b'/') => {
                out.pop();
                State::Slash
            }
            (State::DotDot, b'/') => {
                climb(out)?;
                State::Slash
            }
            (State::Slash, b'.') => {
                out.push(b'.');
                State::Dot
            }
            (State::Dot, b'.') => {
                out.push(b'.');
                State::DotDot
            }
            (_, byte) => {
                out.push(byte);
                State::Segment
            }
        };
    }
    match state {
        State::Segment | State::Slash => {}
        State::Dot => {
            out.pop();
        }
        State::DotDot => climb(out)?,
    }
    Ok(())
}

/// Removes `/..` and the segment before it, and leaves the slash before that one.
fn climb(out: &mut Vec<u8>) -> Result<(), RequestReject> {
    out.truncate(out.len() - 3);
    let slash = memchr::memrchr(b'/', out).ok_or(RequestReject::PathAboveRoot)?;
    out.truncate(slash + 1);
    Ok(())
}

/// The byte that the two digits at the beginning of `rest` stand for, and what follows them.
fn decode(rest: &[u8]) -> Result<(u8, &[u8]), RequestReject> {
    const MALFORMED: RequestReject = RequestReject::PathEscapeMalformed;
    let [high, low, tail @ ..] = rest else {
        return Err(MALFORMED);
    };
    let byte = hex_value(*high).ok_or(MALFORMED)? << 4 | hex_value(*low).ok_or(MALFORMED)?;
    if byte == 0 {
        Err(RequestReject::PathNul)
    } else {
        Ok((byte, tail))
    }
}

const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

const fn hex_digit(value: u8) -> u8 {
    b"0123456789ABCDEF"[value as usize & 15]
}

fn is_escaped(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7f || memchr(byte, b"\"#%<>?\\^`{|}").is_some()
}

#[cfg(test)]
mod tests;
