//! Makes foreign text safe and measurable on a terminal.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns between tab stops.
const TAB: usize = 4;

/// Stands for what was cut off a line.
const CUT: char = '…';

/// The text with everything escaped that could steer a terminal or hide: control characters, and
/// characters that change direction or have no width of their own where that is deceptive.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        push_visible(c, &mut shown);
    }
    Cow::Owned(shown)
}

/// Columns a visible text takes; East Asian wide characters take two.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text with spaces behind it, up to `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

fn push_visible(c: char, shown: &mut String) {
    if is_hidden(c) {
        shown.push_str(&format!("\\u{{{:x}}}", c as u32));
    } else {
        shown.push(c);
    }
}

fn is_hidden(c: char) -> bool {
    // Zero-width space to right-to-left mark, embeddings and overrides, isolates, byte order mark.
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || c == '\u{feff}'
}

/// Breaks lines at spaces, and between Japanese characters except before closing marks.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let last = lines.last().map_or(0, |line| width(line));
        if last > 0 && last + width(piece.trim_end()) > columns {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
        }
    }
    lines
        .into_iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// The smallest parts that stay together: a word with its space, a Japanese character with the mark
/// that closes after it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        let (_, first) = chars.next()?;
        let mut previous = first;
        let end = chars.find(|(_, c)| {
            let closes = "、。）」".contains(*c) || *c == ' ';
            let splits = previous == ' ' || !previous.is_ascii() || !c.is_ascii();
            let opens = "（「".contains(previous);
            previous = *c;
            splits && !closes && !opens
        });
        let (piece, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(piece)
    })
}

/// One source line as it is shown, with the column where each of its characters went.
pub(super) struct ShownLine {
    pub(super) text: String,
    /// Columns of the starts of all characters, and of the end.
    columns: Vec<usize>,
}

impl ShownLine {
    /// Expands tabs and escapes what is hidden.
    pub(super) fn new(line: &str) -> Self {
        let (mut text, mut columns, mut at) = (String::new(), Vec::new(), 0);
        for c in line.chars() {
            columns.push(at);
            let before = text.len();
            if c == '\t' {
                text.push_str(&" ".repeat(TAB - at % TAB));
            } else {
                push_visible(c, &mut text);
            }
            at += width(&text[before..]);
        }
        columns.push(at);
        Self { text, columns }
    }

    /// The column (from 0) of a character position (from 1).
    pub(super) fn column(&self, col: u32) -> usize {
        let index = (col.max(1) - 1) as usize;
        let end = self.columns.last().copied().unwrap_or(0);
        self.columns.get(index).copied().unwrap_or(end)
    }

    /// The line cut to `max` columns around the columns `focus`, and how many columns went away in
    /// front (negative where the mark of the cut takes more than it replaced: never).
    pub(super) fn cut(self, focus: (usize, usize), max: usize) -> (String, usize) {
        let total = self.columns.last().copied().unwrap_or(0);
        if total <= max {
            return (self.text, 0);
        }
        let lead = max / 3;
        let from = focus.0.saturating_sub(lead).min(total.saturating_sub(max));
        let (mut kept, mut at, mut start) = (String::new(), 0, None);
        for c in self.text.chars() {
            let columns = c.width().unwrap_or(0);
            if at >= from && at + columns < from + max {
                start.get_or_insert(at);
                kept.push(c);
            }
            at += columns;
        }
        let removed = start.unwrap_or(0);
        let kept = if from + max < total {
            format!("{kept}{CUT}")
        } else {
            kept
        };
        match removed {
            0 => (kept, 0),
            // The mark takes one column.
            _ => (format!("{CUT}{kept}"), removed - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_escaped() {
        assert_eq!(
            visible("a\u{1b}[31mb\u{202e}c\r"),
            "a\\u{1b}[31mb\\u{202e}c\\u{d}"
        );
        assert_eq!(visible("玄関 /"), "玄関 /");
    }

    #[test]
    fn columns_follow_tabs_and_wide_characters() {
        let line = ShownLine::new("\t玄関: x");
        assert_eq!(line.text, "    玄関: x");
        let columns: Vec<_> = (1..=7).map(|col| line.column(col)).collect();
        assert_eq!(columns, [0, 4, 6, 8, 9, 10, 11]);
    }

    #[test]
    fn long_lines_are_cut_around_the_focus() {
        let line = format!("{}MARK{}", "a".repeat(100), "b".repeat(100));
        let (text, removed) = ShownLine::new(&line).cut((100, 104), 40);
        assert!(text.starts_with('…') && text.ends_with('…'), "{text}");
        assert!(width(&text) <= 41, "{text}");
        let at = text.chars().position(|c| c == 'M').unwrap();
        assert_eq!(at + removed, 100);
        let (text, removed) = ShownLine::new("short").cut((0, 1), 40);
        assert_eq!((text.as_str(), removed), ("short", 0));
    }
}
