//! A suggestion as changed lines.

use super::Style;
use super::paint::Paint;
use super::visible::{ShownLine, visible};
use crate::finding::{PatchOperation, Suggestion, TextEdit};
use crate::object::field_path;
use crate::span::Source;

/// A line that a suggestion removes or adds.
pub(super) struct ChangedLine {
    pub(super) source: Source,
    pub(super) number: u32,
    pub(super) added: bool,
    pub(super) text: String,
}

/// The lines that the edits of a suggestion change, in order.
pub(super) fn changed_lines(suggestion: &Suggestion) -> Vec<ChangedLine> {
    let mut edits: Vec<&TextEdit> = suggestion.edits.iter().collect();
    // Stable: edits at one place stay in the order in which they were given.
    edits.sort_by(|a, b| {
        let key = |edit: &TextEdit| (edit.span.start, edit.span.end);
        a.span
            .source
            .cmp(&b.span.source)
            .then_with(|| key(a).cmp(&key(b)))
    });
    let mut lines = Vec::new();
    let mut rest = edits.as_slice();
    while let Some(first) = rest.first() {
        let mut end = last_line(first);
        let together = rest.iter().take_while(|edit| {
            let joins = edit.span.source == first.span.source && edit.span.start.line <= end + 1;
            if joins {
                end = end.max(last_line(edit));
            }
            joins
        });
        let count = together.count();
        hunk(&rest[..count], end, &mut lines);
        rest = &rest[count..];
    }
    lines
}

/// The last line an edit touches. One that ends before a line's first character spares that line.
fn last_line(edit: &TextEdit) -> u32 {
    let (start, end) = (edit.span.start, edit.span.end);
    if end.col == 1 && end.line > start.line {
        end.line - 1
    } else {
        end.line
    }
}

fn hunk(edits: &[&TextEdit], last: u32, lines: &mut Vec<ChangedLine>) {
    let Some(first) = edits.first() else { return };
    let (source, first_line) = (&first.span.source, first.span.start.line);
    let (start, end) = (source.offset(first_line, 1), source.offset(last + 1, 1));
    let (mut new, mut at) = (String::new(), start);
    for edit in edits {
        let (from, to) = (edit.span.start.byte as usize, edit.span.end.byte as usize);
        new.push_str(source.text().get(at..from).unwrap_or(""));
        new.push_str(&edit.replacement);
        at = at.max(to);
    }
    new.push_str(source.text().get(at..end).unwrap_or(""));
    let old: Vec<_> = source
        .text()
        .get(start..end)
        .unwrap_or("")
        .lines()
        .collect();
    let new: Vec<_> = new.lines().collect();
    let same = old
        .iter()
        .zip(&new)
        .take_while(|(old, new)| old == new)
        .count();
    let (old, new) = (&old[same..], &new[same..]);
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(old, new)| old == new)
        .count();
    let number = |index: usize| first_line + u32::try_from(same + index).unwrap_or(0);
    let mut push = |text: &str, index, added| {
        let (source, text) = (source.clone(), ShownLine::new(text).text);
        lines.push(ChangedLine {
            source,
            number: number(index),
            added,
            text,
        });
    };
    old[..old.len() - tail]
        .iter()
        .enumerate()
        .for_each(|(index, text)| push(text, index, false));
    new[..new.len() - tail]
        .iter()
        .enumerate()
        .for_each(|(index, text)| push(text, index, true));
}

/// Draws the changed lines; a suggestion without edits shows its patch by field.
pub(super) fn draw(
    suggestion: &Suggestion,
    lines: &[ChangedLine],
    home: Option<&Source>,
    gutter: usize,
    style: &Style,
) -> Vec<String> {
    let paint = Paint { color: style.color };
    if lines.is_empty() {
        return suggestion
            .patch
            .iter()
            .flat_map(|op| draw_operation(op, gutter, paint))
            .collect();
    }
    let mut drawn = Vec::new();
    let mut before: Option<&ChangedLine> = None;
    for line in lines {
        let other_file = before.map_or(home, |line| Some(&line.source)) != Some(&line.source);
        let apart = before.is_some_and(|before| line.number > before.number + 1);
        if other_file {
            let arrow = paint.frame(&format!("{:gutter$}-->", ""));
            drawn.push(format!("{arrow} {}", visible(line.source.name())));
        } else if apart {
            drawn.push(paint.frame("..."));
        }
        let number = paint.frame(&format!("{:>gutter$}", line.number));
        let sign = if line.added {
            paint.added("+")
        } else {
            paint.removed("-")
        };
        let paint_text = if line.added {
            Paint::added
        } else {
            Paint::removed
        };
        let text = paint_text(paint, &line.text);
        drawn.push(format!("{number} {sign} {text}").trim_end().to_owned());
        before = Some(line);
    }
    drawn
}

fn draw_operation(operation: &PatchOperation, gutter: usize, paint: Paint) -> Vec<String> {
    let row = |sign: &str, text: String| format!("{:gutter$} {sign} {text}", "");
    let set = |path: &str, value: &serde_json::Value| {
        let text = format!(
            "{}: {}",
            visible(&field_path(path)),
            visible(&value.to_string())
        );
        row(&paint.added("+"), paint.added(&text))
    };
    let gone = |path: &str| {
        let text = visible(&field_path(path)).into_owned();
        row(&paint.removed("-"), paint.removed(&text))
    };
    match operation {
        PatchOperation::Add { path, value } => vec![set(path, value)],
        PatchOperation::Remove { path } => vec![gone(path)],
        PatchOperation::Replace { path, value } => vec![gone(path), set(path, value)],
    }
}
