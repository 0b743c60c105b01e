//! Finds the parts of a head and leaves them as ranges.
//!
//! Both parsers go line by line, each line once: called again with more bytes they continue where
//! they stopped, so a head that arrives byte by byte costs as much as one that arrives whole, and
//! a broken line is refused as soon as it is complete. What they accept is what nginx accepts
//! (`ngx_http_parse.c`), with these exceptions: HTTP/0.9, a carriage return before that of the line
//! end, more blank lines before a request than one small buffer, and names that are no tokens when
//! `ignore-invalid-headers` is off.
//!
//! Which fields frame the message is not known here. A line that ends with a bare line feed is let
//! through and marked; [`crate::framing`] refuses it.

mod buffer_account;
mod field_line;
mod request_line;
mod response;
mod status_line;
#[cfg(test)]
mod tests;

use memchr::memchr;

use self::buffer_account::BufferAccount;
pub(crate) use self::field_line::{NameClass, parse_field_line};
pub(crate) use self::request_line::{is_method, is_target};
pub use self::response::parse_response;
use crate::field::Span;
use crate::head::RequestHead;
use crate::limits::HeadLimits;
use crate::reject::RequestReject;

/// How far a parser came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The head is complete.
    Complete {
        /// Bytes of the head from the beginning of the buffer, line end of the empty line included.
        head_len: usize,
    },
    /// The end of the head has not arrived.
    Partial,
}

/// Parses a request head at the beginning of `bytes`.
///
/// After [`Progress::Partial`], call again with the same head and the same bytes, extended; the
/// buffer may have moved. Before the next message, and after an error, [`RequestHead::clear`] the
/// head.
///
/// # Errors
///
/// The first fault found, in the order of the bytes. The connection is then out of step: answer
/// with [`RequestReject::status`] and close.
pub fn parse_request(
    bytes: &[u8],
    head: &mut RequestHead,
    limits: &HeadLimits,
) -> Result<Progress, RequestReject> {
    if head.resume.stage == Stage::Start {
        head.resume.account = BufferAccount::new(limits);
        head.resume.stage = Stage::StartLine;
    }
    loop {
        let Some(line) = next_line(bytes, &mut head.resume) else {
            return partial_request(bytes, head, limits);
        };
        match head.resume.stage {
            Stage::StartLine if line.content.is_empty() => {
                // RFC 9112 2.2: at least one blank line before a request is ignored.
                head.resume.account.skip_blank(line.end, limits)?;
            }
            Stage::StartLine => {
                head.start_line = Span::new(line.start, line.start + line.content.len());
                request_line::check_method(
                    line.content,
                    head.resume.account.line_bytes_max(limits),
                )?;
                head.resume
                    .account
                    .request_line(line.end - line.start, limits)?;
                request_line::parse(line.content, line.start, head)?;
                head.resume.stage = Stage::Fields;
            }
            Stage::Fields if line.content.is_empty() => {
                head.resume
                    .account
                    .field_line(line.end - line.start, limits)?;
                head.bare_line_feed |= line.bare_line_feed;
                head.resume.stage = Stage::Done;
                return Ok(Progress::Complete { head_len: line.end });
            }
            _ => {
                head.resume
                    .account
                    .field_line(line.end - line.start, limits)?;
                request_field(line.content, line.start, bytes, head, limits)?;
            }
        }
        head.bare_line_feed |= line.bare_line_feed;
    }
}

fn request_field(
    line: &[u8],
    start: usize,
    bytes: &[u8],
    head: &mut RequestHead,
    limits: &HeadLimits,
) -> Result<(), RequestReject> {
    let fields = &mut head.fields;
    if fields.len() + fields.dropped.total() >= limits.field_count_max {
        return Err(RequestReject::FieldsTooMany);
    }
    let parsed = parse_field_line(line, start)?;
    if !parsed.has_colon {
        // nginx takes such a line for a field without a value, and lets it vanish. One that names
        // a framing field would then be an invalid one.
        if parsed.entry.id.is_framing() {
            return Err(RequestReject::FieldNameMalformed);
        }
        fields.dropped.colonless += 1;
    } else if !parsed.class.is_dropped(limits, &mut fields.dropped) {
        debug_assert!(parsed.entry.value_end as usize <= bytes.len());
        fields.push(parsed.entry);
    }
    Ok(())
}

fn partial_request(
    bytes: &[u8],
    head: &RequestHead,
    limits: &HeadLimits,
) -> Result<Progress, RequestReject> {
    let pending = &bytes[head.resume.line_start as usize..];
    let line_bytes_max = head.resume.account.line_bytes_max(limits);
    if head.resume.stage == Stage::StartLine {
        // A TLS handshake or other noise has no line end; it must not wait for a timeout.
        let content = pending.strip_suffix(b"\r").unwrap_or(pending);
        request_line::check_method(content, line_bytes_max)?;
        // One byte more is still to come, at least.
        if pending.len() >= line_bytes_max {
            return Err(RequestReject::RequestLineTooLong);
        }
    } else if pending.len() >= line_bytes_max {
        return Err(head.resume.account.field_overflow(limits));
    }
    Ok(Progress::Partial)
}

/// Where a parser continues when more bytes have arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resume {
    stage: Stage,
    /// Start of the first line that is not parsed.
    line_start: u32,
    /// Up to here there is no line end.
    searched: u32,
    account: BufferAccount,
}

impl Resume {
    pub(crate) const fn new() -> Self {
        Self {
            stage: Stage::Start,
            line_start: 0,
            searched: 0,
            account: BufferAccount::EMPTY,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Start,
    StartLine,
    Fields,
    Done,
}

/// A line without its end.
struct Line<'a> {
    content: &'a [u8],
    start: usize,
    /// Behind the line end.
    end: usize,
    bare_line_feed: bool,
}

#[inline]
fn next_line<'a>(bytes: &'a [u8], resume: &mut Resume) -> Option<Line<'a>> {
    let start = resume.line_start as usize;
    let searched = (resume.searched as usize).min(bytes.len());
    let Some(distance) = memchr(b'\n', &bytes[searched..]) else {
        resume.searched = bytes.len() as u32;
        return None;
    };
    let feed = searched + distance;
    resume.line_start = feed as u32 + 1;
    resume.searched = resume.line_start;
    let line = &bytes[start..feed];
    let (content, bare_line_feed) = match line.split_last() {
        Some((b'\r', content)) => (content, false),
        _ => (line, true),
    };
    Some(Line {
        content,
        start,
        end: feed + 1,
        bare_line_feed,
    })
}
