//! Findings as sentences, without drawing: for screen readers, logs and continuous integration.

use super::Style;
use super::diff::{ChangedLine, changed_lines};
use super::labels;
use super::snippet::place_name;
use super::text::{checked_text, set_by_text, tried_remark};
use super::visible::{ShownLine, visible};
use crate::finding::{Finding, Label, Suggestion, Tried};
use crate::phrase::{Arg, Language, Text};
use crate::span::SourceKind;

pub(super) fn finding(finding: &Finding, style: &Style) -> String {
    let language = style.language;
    let title = finding.title(language);
    let mut lines = vec![format!(
        "{} {}: {}",
        finding.severity(),
        finding.code(),
        visible(&title)
    )];
    if let Some(label) = finding.primary() {
        lines.extend(place(finding, label, &labels::AT, language));
    } else if let Some(object) = finding.object() {
        lines.push(labels::AT.arg("place", object).show(language));
    }
    for label in finding.related() {
        lines.extend(place(finding, label, &labels::ALSO_AT, language));
    }
    lines.extend(
        finding
            .tried_requests()
            .iter()
            .map(|row| tried(row, language)),
    );
    let notes = finding
        .notes()
        .iter()
        .map(|note| visible(&note.show(language)).into_owned());
    lines.extend(notes.map(|note| keyed(&labels::NOTE, language, &note)));
    if let Some(set_by) = finding.written_by() {
        let text = set_by_text(set_by, language);
        lines.push(keyed(&labels::SET_BY, language, &visible(&text)));
    }
    for suggestion in finding.suggestions() {
        lines.extend(help(suggestion, language));
    }
    let explain = format!("genkan explain {}", finding.code());
    lines.push(keyed(&labels::EXPLAIN, language, &explain));
    lines.join("\n") + "\n"
}

fn keyed(key: &Text, language: Language, text: &str) -> String {
    format!("{}: {text}", key.get(language))
}

fn place(finding: &Finding, label: &Label, at: &'static Text, language: Language) -> [String; 2] {
    let (span, source) = (&label.span, &label.span.source);
    let name = match source.kind() {
        SourceKind::Object => Arg::from(place_name(finding, label)),
        SourceKind::File | SourceKind::Stdin => labels::LINE_COLUMN
            .arg("file", visible(source.name()))
            .arg("line", span.start.line)
            .arg("column", span.start.col)
            .into(),
    };
    let said = label.text.show(language);
    let line = ShownLine::new(source.line(span.start.line)).text;
    let heading = at.arg("place", name).show(language);
    [
        format!("{heading}: {}", visible(&said)),
        format!("    {}", line.trim()),
    ]
}

fn tried(row: &Tried, language: Language) -> String {
    let remark = tried_remark(row, language);
    let upstream = row.upstream.as_ref().map(|upstream| {
        format!(
            "{} {}",
            labels::BACKEND_SEES.get(language),
            visible(upstream)
        )
    });
    let parts: Vec<_> = upstream
        .into_iter()
        .chain(Some(remark).filter(|remark| !remark.is_empty()))
        .collect();
    let text = format!("{}: {}", visible(&row.request), parts.join("; "));
    keyed(&labels::TRIED, language, &text)
}

fn help(suggestion: &Suggestion, language: Language) -> Vec<String> {
    let title = suggestion.title.show(language);
    let mut lines = vec![keyed(&labels::HELP, language, &visible(&title))];
    lines.extend(
        changed_lines(suggestion)
            .iter()
            .map(|line| change(line, language)),
    );
    let (key, text) = checked_text(&suggestion.checked, language);
    lines.push(format!("{key}: {}", visible(&text)));
    lines
}

fn change(line: &ChangedLine, language: Language) -> String {
    let text = if line.added {
        &labels::ADD_LINE
    } else {
        &labels::REMOVE_LINE
    };
    let said = text
        .arg("file", visible(line.source.name()))
        .arg("line", line.number);
    format!("    {}: {}", said.show(language), line.text.trim())
}
