//! A trace for the terminal: one row per stage in fixed columns, then the conclusion.

mod conclusion;
mod stages;
#[cfg(test)]
mod tests;

use super::Style;
use super::labels;
use super::paint::Paint;
use super::visible::{pad, visible, width, wrap};
use crate::code::Severity;
use crate::phrase::Language;
use crate::trace::Trace;

/// Where the cells of a row start. A longer cell pushes the next one along, by one space.
const NAME: usize = 0;
const VALUE: usize = 11;
const PATH: usize = 25;
const DETAIL: usize = 33;
const OBJECT: usize = 46;
/// The least start of the last column; it moves right for long object names.
const REMARK_MIN: usize = 76;
/// Spaces before the last column.
const REMARK_GAP: usize = 3;
/// Columns after which the conclusion is broken.
const CONCLUSION_WIDTH: usize = 90;

/// One trace as text; ends with a line break.
pub fn trace(trace: &Trace, style: &Style) -> String {
    let rows = stages::Rows {
        trace,
        language: style.language,
    }
    .all();
    let remark = rows
        .iter()
        .filter_map(|row| row.end_before_remark())
        .max()
        .unwrap_or(0);
    let remark = (remark + REMARK_GAP).max(REMARK_MIN);
    let mut lines: Vec<_> = rows.iter().map(|row| row.line(remark, style)).collect();
    lines.push("--------".to_owned());
    lines.extend(conclusion(trace, style));
    lines.join("\n") + "\n"
}

/// One line: cells with the columns where they start.
struct Row {
    cells: Vec<(usize, String)>,
    remark: String,
    chosen: bool,
}

impl Row {
    fn new(name: &str, value: impl Into<String>) -> Self {
        let cells = vec![(NAME, name.to_owned()), (VALUE, value.into())];
        Self {
            cells,
            remark: String::new(),
            chosen: false,
        }
    }

    fn cell(mut self, start: usize, text: impl Into<String>) -> Self {
        self.cells.push((start, text.into()));
        self
    }

    fn remark(mut self, text: impl Into<String>) -> Self {
        self.remark = text.into();
        self
    }

    fn left(&self) -> String {
        let mut line = String::new();
        for (start, text) in &self.cells {
            if !line.is_empty() && width(&line) >= *start {
                line.push(' ');
            }
            line = pad(&line, *start);
            line.push_str(&visible(text));
        }
        line
    }

    fn end_before_remark(&self) -> Option<usize> {
        (!self.remark.is_empty()).then(|| width(&self.left()))
    }

    fn line(&self, remark: usize, style: &Style) -> String {
        let left = self.left();
        let line = match self.remark.is_empty() {
            true => left.trim_end().to_owned(),
            false => format!("{}{}", pad(&left, remark), visible(&self.remark)),
        };
        let paint = Paint { color: style.color };
        if self.chosen { paint.bold(&line) } else { line }
    }
}

fn conclusion(trace: &Trace, style: &Style) -> Vec<String> {
    let language = style.language;
    let paint = Paint { color: style.color };
    let said = conclusion::of(trace).show(language);
    let said = match trace.status() {
        Some(status) => format!("{status}: {said}"),
        None => said,
    };
    let mut lines = wrap(&visible(&said), CONCLUSION_WIDTH);
    let named = codes_named(trace, language);
    if let Some(last) = lines.last_mut().filter(|_| !named.is_empty()) {
        if width(last) + 2 + width(&named) <= CONCLUSION_WIDTH {
            last.push_str(&format!("  {named}"));
        } else {
            lines.push(named);
        }
    }
    if trace.status().is_none_or(|status| status >= 400) && style.color {
        lines = lines
            .iter()
            .map(|line| paint.severity(Severity::Error, line))
            .collect();
    }
    if let Some(work) = &trace.would_work {
        let dry_run = labels::DRY_RUN
            .arg("request", &work.request)
            .arg("answer", &work.answer);
        let would_work = labels::WOULD_WORK.get(language);
        let text = format!(
            "{would_work}: {}  ({})",
            work.change,
            dry_run.show(language)
        );
        lines.push(format!("  {}", paint.help(&visible(&text))));
    }
    lines
}

fn codes_named(trace: &Trace, language: Language) -> String {
    let primary = trace
        .primary
        .map(|code| labels::PRIMARY.arg("code", code).show(language));
    let others: Vec<_> = trace.contributing.iter().map(ToString::to_string).collect();
    let others =
        (!others.is_empty()).then(|| labels::THEN.arg("codes", others.join(", ")).show(language));
    primary
        .into_iter()
        .chain(others)
        .collect::<Vec<_>>()
        .join(labels::COMMA.get(language))
}
