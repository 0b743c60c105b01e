//! Turns what the YAML parser says into what its reader should change.
//!
//! The parser's words describe its own state ("simple key expected"). The usual mistakes are told apart
//! here by those words and by the text at the place.

use std::ops::Range;

use saphyr_parser::ScanError;

use crate::extent::Extent;
use crate::load::{Fault, LoadFault};

use super::offset::Offsets;

/// The fault behind a parser error in the document at `range` of `text`.
pub(super) fn fault(
    text: &str,
    range: Range<usize>,
    offsets: &Offsets,
    error: &ScanError,
) -> LoadFault {
    let at = offsets.byte(error.marker()).min(range.end);
    let line = line_around(text, &range, at);
    let (fault, span) = classify(text, &range, line, at, error.info());
    LoadFault {
        fault,
        span,
        related: None,
    }
}

fn classify(
    text: &str,
    range: &Range<usize>,
    line: Range<usize>,
    at: usize,
    info: &str,
) -> (Fault, Extent) {
    let written = &text[line.clone()];
    let indentation = written.len() - written.trim_start_matches([' ', '\t']).len();
    let content = Extent::new(
        line.start + indentation,
        line.start + written.trim_end().len(),
    );
    let here = Extent::new(at, (at + 1).min(line.end).max(at));
    let is_template = |line: &str| line.contains("{{") && line.contains("}}");
    if is_template(written) || is_template(&text[line_before(text, range, line.start)]) {
        return (Fault::Template, content);
    }
    if let Some(tab) = written[..indentation].find('\t') {
        return (
            Fault::Tab,
            Extent::new(line.start + tab, line.start + indentation),
        );
    }
    let fault = if info.contains("unknown anchor") || info.contains("scanning an anchor or alias") {
        return (Fault::UnknownAlias, word(text, at, line.end));
    } else if info.contains("quoted scalar") && !info.contains("escape") {
        return (Fault::UnclosedQuote, open_quote(text, range, at));
    } else if info.contains("tab") {
        return (Fault::Tab, tab(text, line.start..range.end).unwrap_or(here));
    } else if info.contains("mapping values are not allowed") || info.contains("placement of ':'") {
        Fault::ValueInValue
    } else if info.contains("expected ','")
        || info.contains("flow")
        || info.contains("bracket")
        // `[` is the last thing that is written
        || info.contains("expected node content") && text[at..range.end].trim().is_empty()
    {
        Fault::UnclosedBracket
    } else if info.contains("recursion limit") {
        Fault::TooDeep
    } else if info.contains("expected key")
        || info.contains("simple key")
        || info.contains("indentation")
        || info.contains("'-' indicator")
        || info.contains("<document start>")
        || info.contains("not allowed in this context")
    {
        return (Fault::Indentation, content);
    } else {
        Fault::Yaml(info.to_owned())
    };
    (fault, here)
}

fn line_around(text: &str, range: &Range<usize>, at: usize) -> Range<usize> {
    let document = &text[range.clone()];
    let at = at - range.start;
    let start = document[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = document[at..]
        .find('\n')
        .map_or(document.len(), |found| at + found);
    range.start + start..range.start + end
}

fn line_before(text: &str, range: &Range<usize>, start: usize) -> Range<usize> {
    if start <= range.start {
        start..start
    } else {
        line_around(text, range, start - 1)
    }
}

/// The first tab that indents a line.
fn tab(text: &str, range: Range<usize>) -> Option<Extent> {
    let mut start = range.start;
    for line in text[range].split_inclusive('\n') {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indentation].find('\t') {
            return Some(Extent::new(start + tab, start + indentation));
        }
        start += line.len();
    }
    None
}

/// The word that begins at an offset.
fn word(text: &str, at: usize, end: usize) -> Extent {
    let rest = &text[at..end];
    Extent::new(
        at,
        at + rest
            .find([' ', '\t', '\r', ',', ']', '}'])
            .unwrap_or(rest.len()),
    )
}

/// The last quote before an offset that opens a scalar: after a space, a bracket or a comma.
fn open_quote(text: &str, range: &Range<usize>, at: usize) -> Extent {
    let before = &text.as_bytes()[range.start..at];
    let opens = |index: &usize| {
        matches!(before[*index], b'"' | b'\'')
            && (*index == 0
                || matches!(before[index - 1], b' ' | b'\t' | b'\n' | b'[' | b'{' | b','))
    };
    let found = (0..before.len()).rev().find(opens);
    let start = found.map_or(at, |index| range.start + index);
    Extent::new(start, (start + 1).min(range.end))
}
