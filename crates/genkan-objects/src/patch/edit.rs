//! Edits made one after the other, told as edits of the text as it was at first.

use std::ops::Range;

use genkan_diagnosis::{Source, TextEdit};

/// A text being edited.
pub(super) struct Edits {
    /// The text as it is now.
    pub(super) text: String,
    /// Changed parts, sorted, apart from one another: where they were, and where they are now.
    parts: Vec<Part>,
}

struct Part {
    was: Range<usize>,
    is: Range<usize>,
}

impl Edits {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            parts: Vec::new(),
        }
    }

    /// Replaces a range of the text as it is now.
    pub(super) fn apply(&mut self, range: Range<usize>, replacement: &str) {
        let first = self.parts.partition_point(|part| part.is.end < range.start);
        let after = self
            .parts
            .partition_point(|part| part.is.start <= range.end);
        let touched = &self.parts[first..after];
        let start = touched
            .first()
            .map_or(range.start, |part| part.is.start.min(range.start));
        let end = touched
            .last()
            .map_or(range.end, |part| part.is.end.max(range.end));
        let was = self.was(start, first)..self.was(end, after);
        let grown = replacement.len();
        let shrunk = range.len();
        for part in &mut self.parts[after..] {
            part.is = part.is.start + grown - shrunk..part.is.end + grown - shrunk;
        }
        self.text.replace_range(range, replacement);
        self.parts.splice(
            first..after,
            [Part {
                was,
                is: start..end + grown - shrunk,
            }],
        );
    }

    /// Where a place behind the first `before` parts was at first.
    fn was(&self, at: usize, before: usize) -> usize {
        match before.checked_sub(1).map(|last| &self.parts[last]) {
            Some(part) if at >= part.is.end => part.was.end + (at - part.is.end),
            Some(part) => part.was.start,
            None => at,
        }
    }

    /// The edits of the first text.
    pub(super) fn list(&self, source: &Source) -> Vec<TextEdit> {
        let edit = |part: &Part| TextEdit {
            span: source.span(part.was.start, part.was.end),
            replacement: self.text[part.is.clone()].to_owned(),
        };
        self.parts.iter().map(edit).collect()
    }
}
