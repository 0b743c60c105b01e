//! Source lines with marks beneath.
//!
//! Labels near each other share a group. The group of the primary label comes first under `-->`, the
//! others follow under `:::` in the order in which they were given.

use std::collections::BTreeMap;

use super::Style;
use super::paint::Paint;
use super::visible::{ShownLine, visible};
use crate::finding::{Finding, Label};
use crate::object::field_path;
use crate::span::{Source, SourceKind};

/// Labels this many lines apart are still shown together, with the lines between them.
const LINES_JOINED: u32 = 2;

pub(super) struct Snippet<'a> {
    finding: &'a Finding,
    groups: Vec<Group<'a>>,
}

struct Group<'a> {
    source: &'a Source,
    first: &'a Label,
    lines: BTreeMap<u32, Vec<Mark<'a>>>,
}

struct Mark<'a> {
    label: &'a Label,
    primary: bool,
}

impl<'a> Snippet<'a> {
    pub(super) fn new(finding: &'a Finding) -> Self {
        let mut groups = Vec::new();
        let primary = finding.primary().map(|label| Mark {
            label,
            primary: true,
        });
        let related = finding.related().iter().map(|label| Mark {
            label,
            primary: false,
        });
        for mark in primary.into_iter().chain(related) {
            place(&mut groups, mark);
        }
        Self { finding, groups }
    }

    /// The largest line number shown.
    pub(super) fn line_max(&self) -> u32 {
        let last = |group: &Group<'_>| group.lines.keys().next_back().copied();
        self.groups.iter().filter_map(last).max().unwrap_or(1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// All lines of all groups, with a last empty gutter.
    pub(super) fn draw(&self, gutter: usize, style: &Style) -> Vec<String> {
        let paint = Paint { color: style.color };
        let bar = paint.frame(&format!("{:gutter$} |", ""));
        let mut drawn = Vec::new();
        for (index, group) in self.groups.iter().enumerate() {
            let arrow = if index == 0 { "-->" } else { ":::" };
            let arrow = paint.frame(&format!("{:gutter$}{arrow}", ""));
            drawn.push(format!("{arrow} {}", self.location(group)));
            drawn.push(bar.clone());
            self.draw_group(group, gutter, style, &mut drawn);
            drawn.push(bar.clone());
        }
        drawn
    }

    fn draw_group(&self, group: &Group<'_>, gutter: usize, style: &Style, drawn: &mut Vec<String>) {
        let paint = Paint { color: style.color };
        let numbers = group.lines.keys().copied();
        let (Some(first), Some(last)) = (numbers.clone().next(), numbers.clone().next_back())
        else {
            return;
        };
        for number in first..=last {
            let marks = group.lines.get(&number).map_or(&[][..], Vec::as_slice);
            let line = ShownLine::new(group.source.line(number));
            let places: Vec<_> = marks
                .iter()
                .map(|mark| columns(mark.label, &line))
                .collect();
            let focus = places.iter().copied().min().unwrap_or((0, 0));
            let room = style.width.saturating_sub(gutter + 3).max(20);
            let (text, removed) = line.cut(focus, room);
            let bar = paint.frame(&format!("{number:>gutter$} |"));
            drawn.push(format!("{bar} {text}").trim_end().to_owned());
            for (mark, (start, end)) in marks.iter().zip(places) {
                let start = start.saturating_sub(removed);
                let end = end.saturating_sub(removed).min(room + 1).max(start + 1);
                drawn.push(self.draw_mark(mark, (start, end), gutter, style));
            }
        }
    }

    fn draw_mark(
        &self,
        mark: &Mark<'_>,
        (start, end): (usize, usize),
        gutter: usize,
        style: &Style,
    ) -> String {
        let paint = Paint { color: style.color };
        let sign = if mark.primary { "^" } else { "-" };
        let said = mark.label.text.show(style.language);
        let text = format!("{} {}", sign.repeat(end - start), visible(&said));
        let text = if mark.primary {
            paint.severity(self.finding.severity(), &text)
        } else {
            paint.frame(&text)
        };
        let bar = paint.frame(&format!("{:gutter$} |", ""));
        format!("{bar} {:start$}{text}", "")
    }

    fn location(&self, group: &Group<'_>) -> String {
        place_name(self.finding, group.first)
    }
}

/// Where a label is: `file:line:col`, or object and field for what has no file.
pub(super) fn place_name(finding: &Finding, label: &Label) -> String {
    let source = &label.span.source;
    let location = match source.kind() {
        SourceKind::File | SourceKind::Stdin => label.span.location(),
        SourceKind::Object => {
            let is_primary = finding
                .primary()
                .is_some_and(|primary| std::ptr::eq(primary, label));
            let of_finding = finding.pointer().filter(|_| is_primary);
            match label.pointer.as_deref().or(of_finding) {
                Some(pointer) => format!("{} {}", source.name(), field_path(pointer)),
                None => label.span.location(),
            }
        }
    };
    visible(&location).into_owned()
}

fn place<'a>(groups: &mut Vec<Group<'a>>, mark: Mark<'a>) {
    let (source, line) = (&mark.label.span.source, mark.label.span.start.line);
    let near = groups.iter_mut().find(|group| {
        let first = group.lines.keys().next().copied().unwrap_or(line);
        let last = group.lines.keys().next_back().copied().unwrap_or(line);
        let range = first.saturating_sub(LINES_JOINED)..=last.saturating_add(LINES_JOINED);
        group.source == source && range.contains(&line)
    });
    match near {
        Some(group) => group.lines.entry(line).or_default().push(mark),
        None => {
            let first = mark.label;
            let lines = BTreeMap::from([(line, vec![mark])]);
            groups.push(Group {
                source,
                first,
                lines,
            });
        }
    }
}

/// First and last column of a label on its first line; a span that goes on is marked to the line's end.
fn columns(label: &Label, line: &ShownLine) -> (usize, usize) {
    let span = &label.span;
    let start = line.column(span.start.col);
    let end = if span.end.line == span.start.line {
        line.column(span.end.col)
    } else {
        super::visible::width(line.text.trim_end())
    };
    (start, end.max(start + 1))
}
