//! Conditional requests (RFC 9110 section 13).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::static_response::StaticRequest;

/// What identifies one state of a file.
pub(super) struct Validators {
    /// Strong entity tag, quotes included: time of change and size, as nginx, but with nanoseconds, so
    /// that two changes within one second differ.
    pub(super) etag: String,
    /// Whole seconds since 1970, as HTTP dates have them.
    modified: u64,
}

impl Validators {
    /// Of a file with this time of change and size.
    pub(super) fn new(modified: SystemTime, length: u64) -> Self {
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            etag: format!("\"{:x}-{length:x}\"", since.as_nanos()),
            modified: since.as_secs(),
        }
    }
}

/// What a request's conditions come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Send the file.
    Send,
    /// 304.
    NotModified,
    /// 412.
    Failed,
}

/// Evaluates the conditions in the order of RFC 9110 13.2.2.
pub(super) fn evaluate(request: &StaticRequest, file: &Validators) -> Outcome {
    if let Some(tags) = &request.if_match {
        if !any_tag(tags, &file.etag, Comparison::Strong) {
            return Outcome::Failed;
        }
    } else if let Some(date) = request.if_unmodified_since.as_deref().and_then(seconds)
        && file.modified > date
    {
        return Outcome::Failed;
    }
    if let Some(tags) = &request.if_none_match {
        if any_tag(tags, &file.etag, Comparison::Weak) {
            return Outcome::NotModified;
        }
    } else if let Some(date) = request.if_modified_since.as_deref().and_then(seconds)
        && file.modified <= date
    {
        return Outcome::NotModified;
    }
    Outcome::Send
}

/// Whether `Range` counts: always without `If-Range`, else only for the very same state of the file.
pub(super) fn range_applies(request: &StaticRequest, file: &Validators) -> bool {
    match &request.if_range {
        None => true,
        Some(tag) if tag.starts_with(b"\"") => tag == file.etag.as_bytes(),
        Some(date) => seconds(date) == Some(file.modified),
    }
}

#[derive(Clone, Copy)]
enum Comparison {
    Strong,
    Weak,
}

fn any_tag(list: &[u8], etag: &str, comparison: Comparison) -> bool {
    if list.trim_ascii() == b"*" {
        return true;
    }
    // Our tags hold no comma, so a comma inside a foreign tag only splits what cannot match anyway.
    list.split(|byte| *byte == b',').any(|tag| {
        let tag = tag.trim_ascii();
        match (tag.strip_prefix(b"W/"), comparison) {
            (Some(_), Comparison::Strong) => false,
            (Some(opaque), Comparison::Weak) => opaque == etag.as_bytes(),
            (None, _) => tag == etag.as_bytes(),
        }
    })
}

fn seconds(date: &[u8]) -> Option<u64> {
    let date = httpdate::parse_http_date(std::str::from_utf8(date).ok()?).ok()?;
    Some(date.duration_since(UNIX_EPOCH).ok()?.as_secs())
}
