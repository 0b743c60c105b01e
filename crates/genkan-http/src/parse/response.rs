//! The response parser; see [`parse_request`](super::parse_request) for how it is called.

use super::{Progress, Stage, next_line, parse_field_line, status_line};
use crate::head::ResponseHead;
use crate::limits::ResponseLimits;
use crate::parse::NameClass;
use crate::reject::ResponseReject;

/// Parses a response head at the beginning of `bytes`.
///
/// After [`Progress::Partial`], call again with the same head and the same bytes, extended; the
/// buffer may have moved. Before the next message, and after an error, [`ResponseHead::clear`] the
/// head.
///
/// # Errors
///
/// The first fault found, in the order of the bytes. The client gets
/// [`ResponseReject::STATUS`], and the upstream connection must be closed.
pub fn parse_response(
    bytes: &[u8],
    head: &mut ResponseHead,
    limits: &ResponseLimits,
) -> Result<Progress, ResponseReject> {
    if head.resume.stage == Stage::Start {
        head.resume.stage = Stage::StartLine;
    }
    loop {
        let Some(line) = next_line(bytes, &mut head.resume) else {
            return partial_response(bytes, limits);
        };
        let at_start = head.resume.stage == Stage::StartLine;
        if at_start && !line.content.starts_with(b"HTTP/") {
            return Err(ResponseReject::StatusLineMalformed);
        }
        if line.end > limits.proxy_buffer_size {
            return Err(ResponseReject::HeadTooLarge);
        }
        head.bare_line_feed |= line.bare_line_feed;
        match head.resume.stage {
            Stage::StartLine => {
                status_line::parse(line.content, line.start, head)?;
                head.resume.stage = Stage::Fields;
            }
            _ if line.content.is_empty() => {
                head.resume.stage = Stage::Done;
                return Ok(Progress::Complete { head_len: line.end });
            }
            _ => response_field(line.content, line.start, head, limits)?,
        }
    }
}

fn response_field(
    line: &[u8],
    start: usize,
    head: &mut ResponseHead,
    limits: &ResponseLimits,
) -> Result<(), ResponseReject> {
    let fields = &mut head.fields;
    if fields.len() + fields.dropped.total() >= limits.field_count_max {
        return Err(ResponseReject::FieldsTooMany);
    }
    // IIS may send the status line twice; nginx ignores the second.
    if line.starts_with(b"HTTP/") {
        fields.dropped.colonless += 1;
        return Ok(());
    }
    let parsed = parse_field_line(line, start)?;
    if !parsed.has_colon {
        if parsed.entry.id.is_framing() {
            return Err(ResponseReject::FieldNameMalformed);
        }
        fields.dropped.colonless += 1;
    } else if parsed.class == NameClass::NoToken {
        // nginx passes them on; an HTTP/2 client would take them for a broken connection.
        fields.dropped.invalid += 1;
    } else {
        // Underscores and dots are an affair between an application and its clients.
        fields.push(parsed.entry);
    }
    Ok(())
}

fn partial_response(bytes: &[u8], limits: &ResponseLimits) -> Result<Progress, ResponseReject> {
    // A backend that does not speak HTTP may never send a line end.
    let arrived = bytes.len().min(5);
    if bytes[..arrived] != b"HTTP/"[..arrived] {
        return Err(ResponseReject::StatusLineMalformed);
    }
    // One byte more is still to come, at least.
    if bytes.len() >= limits.proxy_buffer_size {
        return Err(ResponseReject::HeadTooLarge);
    }
    Ok(Progress::Partial)
}
