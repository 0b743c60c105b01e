//! From the parser's character counts to byte ranges that hold exactly what was written.

use saphyr_parser::{Marker, ScalarStyle, Span as Mark};

use crate::extent::Extent;
use crate::node::Style;

/// Byte offset of every character of a document; none where all are one byte long.
pub(super) struct Offsets {
    from: usize,
    length: usize,
    wide: Option<Vec<u32>>,
}

impl Offsets {
    /// For a document that begins at byte `from` of its file.
    pub(super) fn new(document: &str, from: usize) -> Self {
        let index = |(at, _): (usize, char)| u32::try_from(at).unwrap_or(u32::MAX);
        let wide = (!document.is_ascii()).then(|| document.char_indices().map(index).collect());
        Self {
            from,
            length: document.len(),
            wide,
        }
    }

    /// Byte offset in the file.
    pub(super) fn byte(&self, mark: &Marker) -> usize {
        let at = match &self.wide {
            None => mark.index(),
            Some(wide) => wide
                .get(mark.index())
                .map_or(self.length, |byte| *byte as usize),
        };
        self.from + at.min(self.length)
    }

    pub(super) fn extent(&self, mark: Mark) -> Extent {
        let start = self.byte(&mark.start);
        Extent::new(start, self.byte(&mark.end).max(start))
    }

    /// What a scalar covers, without anchor, tag and surrounding space, and how it is written.
    /// `before` is where the node before it ended.
    pub(super) fn scalar(
        &self,
        text: &str,
        value: &str,
        span: Extent,
        style: ScalarStyle,
        before: usize,
    ) -> (Extent, Style) {
        let end = span.range().end;
        let start = after_properties(text, span.range().start).min(end);
        let trimmed = |start: usize| {
            let written = text[start..end.max(start)].trim_end_matches([' ', '\t', '\n', '\r']);
            Extent::new(start, start + written.len())
        };
        match style {
            ScalarStyle::Plain if value.is_empty() => {
                // The parser places a missing value on the token beside it: `:`, `-`, or what follows.
                let beside = text[start..].starts_with([':', '-', '?']);
                (Extent::at(start + usize::from(beside)), Style::Plain)
            }
            ScalarStyle::Plain => (trimmed(start), Style::Plain),
            ScalarStyle::SingleQuoted => (quoted(text, start, b'\''), Style::SingleQuoted),
            ScalarStyle::DoubleQuoted => (quoted(text, start, b'"'), Style::DoubleQuoted),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The parser begins at the content, which may look like a property.
                let header = block_header(text, before, span.range().start);
                (trimmed(header), Style::BlockScalar)
            }
        }
    }
}

/// From a quote to its partner. The parser's end includes space and comments behind it.
fn quoted(text: &str, start: usize, quote: u8) -> Extent {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match *byte {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote => {
                if quote == b'"' || bytes.get(at + 1) != Some(&quote) {
                    return Extent::new(start, at + 1);
                }
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    Extent::new(start, text.len())
}

/// The `|` or `>` between the end of the node before and the content of a block scalar: on the last line
/// above the content that is not empty, or else (where there is no content) wherever it comes first.
fn block_header(text: &str, before: usize, content: usize) -> usize {
    let above = text[..content].trim_end_matches([' ', '\t', '\n', '\r']);
    let line = above.rfind(['\n', '\r']).map_or(0, |found| found + 1);
    let on_line = header_from(text, line.max(before)).filter(|&at| at < content);
    // With a tag or an anchor, the parser begins there.
    on_line
        .or_else(|| header_from(text, before))
        .or_else(|| header_from(text, content))
        .unwrap_or(content)
}

/// The first `|` or `>` from here on, if only properties, indicators and comments stand before it.
fn header_from(text: &str, mut at: usize) -> Option<usize> {
    loop {
        match text.get(at..)?.chars().next()? {
            '|' | '>' => return Some(at),
            '#' | '%' => at = line_end(text, at),
            '&' | '!' => at = after_properties(text, at),
            ' ' | '\t' | '\r' | '\n' | ':' | '-' | '?' | ',' => at += 1,
            '[' | ']' | '{' | '}' => at += 1,
            mark @ '\u{feff}' => at += mark.len_utf8(),
            _ => return None,
        }
    }
}

/// Behind the bracket that closes a flow collection. The parser stops at a comma before it.
pub(super) fn closing(text: &str, mut at: usize) -> usize {
    while let Some(next) = text[at..].chars().next() {
        match next {
            ']' | '}' => return at + 1,
            '#' => at = line_end(text, at),
            _ => at += next.len_utf8(),
        }
    }
    at
}

/// Where a comment ends that stands at `at`: a lone carriage return is a line break to YAML, too.
fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find(['\n', '\r'])
        .map_or(text.len(), |found| at + found)
}

/// The dash of a list that is not indented deeper than its key: the parser says where the first item
/// begins. Nothing where more than a dash stands before the place.
pub(super) fn dash_before(text: &str, start: usize) -> Option<usize> {
    let line = text[..start]
        .rfind(['\n', '\r'])
        .map_or(0, |found| found + 1);
    let prefix = &text[line..start];
    let rest = prefix.trim().strip_prefix('-').map(str::trim_start);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
        .then(|| line + prefix.len() - prefix.trim_start().len())
}

/// The offset after any `&anchor` and `!tag` and the space behind them.
pub(super) fn after_properties(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        if !rest.starts_with(['&', '!']) {
            return at;
        }
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        let word = rest.find(is_space).unwrap_or(rest.len());
        let mut next = at + word;
        loop {
            let rest = &text[next..];
            next += rest.len() - rest.trim_start_matches(is_space).len();
            // A comment may stand between an anchor and the block it names.
            if !text[next..].starts_with('#') {
                break;
            }
            next = line_end(text, next);
        }
        at = next;
    }
}
