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
    pub(super) fn scalar(
        &self,
        text: &str,
        value: &str,
        span: Extent,
        style: ScalarStyle,
    ) -> (Extent, Style) {
        let end = span.range().end;
        let start = after_properties(text, span.range().start).min(end);
        if style == ScalarStyle::Plain && value.is_empty() {
            // The parser places a missing value on the token beside it: `:`, `-`, or what follows.
            let beside = text[start..].starts_with([':', '-', '?']);
            return (Extent::at(start + usize::from(beside)), Style::Plain);
        }
        let written = &text[start..end];
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::BlockScalar,
        };
        let trimmed = written.trim_end_matches([' ', '\t', '\n', '\r']);
        (Extent::new(start, start + trimmed.len()), style)
    }
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
            next += text[next..].find('\n').unwrap_or(text.len() - next);
        }
        at = next;
    }
}
