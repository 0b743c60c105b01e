//! Source texts and places in them.
//!
//! A [`Source`] is one text that was read: a file, standard input, or a live object written out as YAML.
//! A [`Span`] is a piece of it, not just a line. Both are cheap to clone: they share the text.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// One text that objects were read from. Clones share it.
#[derive(Clone)]
pub struct Source(Arc<SourceText>);

struct SourceText {
    kind: SourceKind,
    name: Box<str>,
    text: Arc<str>,
    /// Byte offset of the first byte of every line.
    lines: Box<[u32]>,
}

/// What a source's name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// The name is a path as the user gave it.
    File,
    /// Read from standard input; the name is `-`.
    Stdin,
    /// A live object, written out as `kubectl get -o yaml` would; the name is like `Ingress todo/todo`.
    Object,
}

impl Source {
    /// A file, under the path that the user gave.
    pub fn file(path: impl Into<Box<str>>, text: impl Into<Arc<str>>) -> Self {
        Self::new(SourceKind::File, path, text)
    }

    /// What was read from standard input.
    pub fn stdin(text: impl Into<Arc<str>>) -> Self {
        Self::new(SourceKind::Stdin, "-", text)
    }

    /// A live object that was written out; `name` is like `Ingress todo/todo`.
    pub fn object(name: impl Into<Box<str>>, text: impl Into<Arc<str>>) -> Self {
        Self::new(SourceKind::Object, name, text)
    }

    /// A text of any kind. Offsets beyond 4 GiB are not addressable; such texts are cut there.
    pub fn new(kind: SourceKind, name: impl Into<Box<str>>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(starts.map_while(|(at, _)| u32::try_from(at + 1).ok()))
            .collect();
        Self(Arc::new(SourceText {
            kind,
            name: name.into(),
            text,
            lines,
        }))
    }

    /// What the name means.
    pub fn kind(&self) -> SourceKind {
        self.0.kind
    }

    /// Path, `-`, or the object.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Number of lines; a text without any line break has one.
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.0.lines.len()).unwrap_or(u32::MAX)
    }

    /// The text of a line (from 1), without its line break. Lines that do not exist are empty.
    pub fn line(&self, line: u32) -> &str {
        let Some(start) = self.line_start(line) else {
            return "";
        };
        let end = self
            .line_start(line.saturating_add(1))
            .unwrap_or(self.text().len());
        let text = self.text().get(start..end).unwrap_or("");
        text.strip_suffix('\n')
            .map_or(text, |line| line.strip_suffix('\r').unwrap_or(line))
    }

    /// The position of a byte offset. Offsets beyond the text mean its end; one inside a character
    /// means that character.
    pub fn position(&self, byte: usize) -> Position {
        let mut byte = byte.min(self.text().len());
        while !self.text().is_char_boundary(byte) {
            byte -= 1;
        }
        let after = self
            .0
            .lines
            .partition_point(|start| *start as usize <= byte);
        let start = self.0.lines[after - 1] as usize;
        let col = self.text()[start..byte].chars().count() + 1;
        Position {
            line: narrow(after),
            col: narrow(col),
            byte: narrow(byte),
        }
    }

    /// The byte offset of a line and column (both from 1, columns in characters). Columns beyond the
    /// line mean its end, lines beyond the text the end of the text.
    pub fn offset(&self, line: u32, col: u32) -> usize {
        let Some(start) = self.line_start(line) else {
            return self.text().len();
        };
        let text = self.line(line);
        let within = text.char_indices().nth(col.saturating_sub(1) as usize);
        start + within.map_or(text.len(), |(at, _)| at)
    }

    /// The span between two byte offsets.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let start = self.position(start);
        let end = self.position(end.max(start.byte as usize));
        Span {
            source: self.clone(),
            start,
            end,
        }
    }

    fn line_start(&self, line: u32) -> Option<usize> {
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        self.0.lines.get(index).map(|start| *start as usize)
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl fmt::Debug for Source {
    /// The name only: texts may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name()).finish()
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Source {}

impl PartialOrd for Source {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Source {
    /// By name, then kind, then text.
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        (self.name(), self.kind(), self.text()).cmp(&(other.name(), other.kind(), other.text()))
    }
}

/// A point between two characters of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub col: u32,
    /// Offset in bytes, from 0.
    pub byte: u32,
}

/// A piece of a source, from `start` up to but without `end`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The text it is in.
    pub source: Source,
    /// The first character.
    pub start: Position,
    /// The character after the last.
    pub end: Position,
}

impl Span {
    /// The text of the span.
    pub fn text(&self) -> &str {
        self.source
            .text()
            .get(self.start.byte as usize..self.end.byte as usize)
            .unwrap_or("")
    }

    /// `name:line:col` of the start.
    pub fn location(&self) -> String {
        format!(
            "{}:{}:{}",
            self.source.name(),
            self.start.line,
            self.start.col
        )
    }

    /// The smallest span that holds both; `self` when they are in different sources.
    pub fn to(&self, other: &Self) -> Self {
        if self.source != other.source {
            return self.clone();
        }
        let (start, end) = (self.start.min(other.start), self.end.max(other.end));
        Self {
            source: self.source.clone(),
            start,
            end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, byte: usize, expected: (u32, u32)) {
        let position = Source::file("a.yaml", text).position(byte);
        assert_eq!(
            (position.line, position.col),
            expected,
            "byte {byte} of {text:?}"
        );
    }

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        check("a\nbc\n", 0, (1, 1));
        check("a\nbc\n", 1, (1, 2));
        check("a\nbc\n", 2, (2, 1));
        check("a\nbc\n", 4, (2, 3));
        check("a\nbc\n", 5, (3, 1));
        check("a\nbc\n", 99, (3, 1));
        check("", 0, (1, 1));
        // three bytes each; an offset inside a character means that character
        check("玄関: 1", 3, (1, 2));
        check("玄関: 1", 4, (1, 2));
        check("玄関: 1", 6, (1, 3));
    }

    #[test]
    fn lines_come_without_their_breaks() {
        let source = Source::stdin("one\r\ntwo\n\nfour");
        let lines: Vec<_> = (0..=5).map(|line| source.line(line)).collect();
        assert_eq!(lines, ["", "one", "two", "", "four", ""]);
        assert_eq!(source.line_count(), 4);
    }

    #[test]
    fn offsets_are_the_inverse_of_positions() {
        let source = Source::file("a", "玄関\n a: b\n");
        for byte in [0, 3, 6, 7, 8, 11, 13] {
            let position = source.position(byte);
            assert_eq!(source.offset(position.line, position.col), byte);
        }
        assert_eq!(source.offset(1, 50), 6);
        assert_eq!(source.offset(50, 1), 13);
    }

    #[test]
    fn spans_hold_their_text_and_join() {
        let source = Source::file("k8s/a.yaml", "path: /todos\n");
        let (key, value) = (source.span(0, 4), source.span(6, 12));
        assert_eq!(
            (value.text(), value.location().as_str()),
            ("/todos", "k8s/a.yaml:1:7")
        );
        assert_eq!(key.to(&value).text(), "path: /todos");
        assert_eq!(key.to(&Source::stdin("x").span(0, 1)), key);
    }
}
