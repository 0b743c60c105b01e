//! The request line, as lax and as strict as nginx: several spaces between the parts and after the
//! version pass, a tab does not.

use memchr::memchr;

use crate::field::Span;
use crate::head::{RequestHead, Version};
use crate::method::Method;
use crate::reject::RequestReject;

/// Takes apart a request line without its end; `start` is its place in the buffer.
///
/// The method has been checked by [`check_method`].
pub(super) fn parse(
    line: &[u8],
    start: usize,
    head: &mut RequestHead,
) -> Result<(), RequestReject> {
    let method_length = memchr(b' ', line).ok_or(RequestReject::RequestLineMalformed)?;
    let target_start = skip_spaces(line, method_length);
    let target_length = memchr(b' ', &line[target_start..]).unwrap_or(line.len() - target_start);
    let target = &line[target_start..target_start + target_length];
    if target.is_empty() {
        return Err(RequestReject::RequestLineMalformed);
    }
    if !is_target(target) {
        return Err(RequestReject::TargetControlByte);
    }
    head.version = version(&line[skip_spaces(line, target_start + target_length)..])?;
    head.method_id = Method::of(&line[..method_length]);
    head.method = Span::new(start, start + method_length);
    head.target = Span::new(start + target_start, start + target_start + target_length);
    Ok(())
}

/// Checks the method at the beginning of a line, as far as it has arrived.
///
/// Only bytes that a line of `bytes_max` bytes can have are looked at: a longer one is refused as
/// too long, whether it arrives whole or in pieces.
pub(super) fn check_method(line: &[u8], bytes_max: usize) -> Result<(), RequestReject> {
    let method = &line[..line.len().min(bytes_max.saturating_sub(1))];
    for (index, &byte) in method.iter().enumerate() {
        match byte {
            b' ' if index > 0 => return Ok(()),
            byte if is_method_byte(byte) => {}
            _ => return Err(RequestReject::MethodInvalid),
        }
    }
    Ok(())
}

/// Whether this is a method that nginx would take.
pub(crate) fn is_method(method: &[u8]) -> bool {
    !method.is_empty() && method.iter().all(|&byte| is_method_byte(byte))
}

/// Whether this can be a target: not empty, no blanks, no control characters.
pub(crate) fn is_target(target: &[u8]) -> bool {
    // Without an early end the loop is vectorised; most targets are good.
    let bad = target
        .iter()
        .fold(false, |bad, &byte| bad | (byte <= b' ') | (byte == 0x7f));
    !bad && !target.is_empty()
}

// RFC 9110 9.1 allows any token; nginx refuses lower case, digits and the rest.
const fn is_method_byte(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'_' | b'-')
}

fn skip_spaces(line: &[u8], mut position: usize) -> usize {
    while line.get(position) == Some(&b' ') {
        position += 1;
    }
    position
}

/// `HTTP/1.` and a number up to 999, then spaces.
fn version(text: &[u8]) -> Result<Version, RequestReject> {
    const MALFORMED: RequestReject = RequestReject::RequestLineMalformed;
    if text.is_empty() {
        // nginx answers this as HTTP/0.9. A response without a head cannot be told from the next.
        return Err(RequestReject::VersionMissing);
    }
    let numbers = text.strip_prefix(b"HTTP/").ok_or(MALFORMED)?;
    match numbers {
        [b'1', b'.', minor @ ..] => {
            let digits = minor
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            let trailing = &minor[digits..];
            if !(1..=3).contains(&digits) || trailing.iter().any(|&byte| byte != b' ') {
                return Err(MALFORMED);
            }
            let number = |sum, digit: &u8| sum * 10 + u16::from(digit - b'0');
            Ok(Version {
                major: 1,
                minor: minor[..digits].iter().fold(0, number),
            })
        }
        // nginx refuses the version at the first digit it does not like.
        [b'2'..=b'9', ..] | [b'1', b'0'..=b'9', ..] => Err(RequestReject::VersionUnsupported),
        _ => Err(MALFORMED),
    }
}
