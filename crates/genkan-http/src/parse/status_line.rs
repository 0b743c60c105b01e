//! The status line of a response.

use crate::field::Span;
use crate::head::{ResponseHead, Version};
use crate::reject::ResponseReject;

/// Takes apart a status line without its end; `start` is its place in the buffer.
pub(super) fn parse(
    line: &[u8],
    start: usize,
    head: &mut ResponseHead,
) -> Result<(), ResponseReject> {
    const MALFORMED: ResponseReject = ResponseReject::StatusLineMalformed;
    let numbers = line.strip_prefix(b"HTTP/").ok_or(MALFORMED)?;
    let minor = match numbers {
        [b'1', b'.', minor @ ..] => minor,
        [b'0' | b'2'..=b'9', b'.', ..] => return Err(ResponseReject::VersionUnsupported),
        _ => return Err(MALFORMED),
    };
    let digits = minor
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(1..=3).contains(&digits) {
        return Err(MALFORMED);
    }
    let number = |sum: u16, digit: &u8| sum * 10 + u16::from(digit - b'0');
    head.version = Version {
        major: 1,
        minor: minor[..digits].iter().fold(0, number),
    };
    // nginx takes several spaces before the status.
    let rest = minor[digits..]
        .strip_prefix(b" ")
        .ok_or(MALFORMED)?
        .trim_ascii_start();
    let (status, rest) = rest.split_at_checked(3).ok_or(MALFORMED)?;
    if !status.iter().all(u8::is_ascii_digit) {
        return Err(MALFORMED);
    }
    head.status = status.iter().fold(0, number);
    if head.status < 100 {
        return Err(ResponseReject::StatusInvalid);
    }
    let reason = match rest {
        [] => rest,
        [b' ', reason @ ..] => reason,
        // IIS may send 403.1; nginx takes the rest for text.
        [b'.', ..] => rest,
        _ => return Err(MALFORMED),
    };
    match memchr::memchr2(0, b'\r', reason).map(|position| reason[position]) {
        None => {}
        Some(0) => return Err(ResponseReject::FieldValueNul),
        Some(_) => return Err(ResponseReject::BareCarriageReturn),
    }
    let end = start + line.len();
    head.reason = Span::new(end - reason.len(), end);
    Ok(())
}
