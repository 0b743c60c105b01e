//! Findings for the terminal, in the manner of a compiler: where, what, what was tried, what would help.

use super::Style;
use super::diff::{self, ChangedLine};
use super::labels;
use super::paint::Paint;
use super::snippet::Snippet;
use super::visible::{pad, visible, width};
use crate::finding::{Checked, Finding, SetBy, SetByTool, Suggestion, Tried};
use crate::phrase::{Language, Message, Text};

pub use super::trace_text::trace;

/// One finding as text; ends with a line break.
pub fn finding(finding: &Finding, style: &Style) -> String {
    if style.plain {
        return super::plain::finding(finding, style);
    }
    let snippet = Snippet::new(finding);
    let changes: Vec<_> = finding
        .suggestions()
        .iter()
        .map(diff::changed_lines)
        .collect();
    let numbers = changes.iter().flatten().map(|line| line.number);
    let gutter = numbers
        .chain([snippet.line_max()])
        .max()
        .unwrap_or(1)
        .to_string()
        .len();
    let drawing = Drawing {
        finding,
        style,
        paint: Paint { color: style.color },
        gutter,
    };

    let mut lines = vec![drawing.heading()];
    lines.extend(drawing.place(&snippet));
    lines.extend(drawing.evidence());
    for (suggestion, changes) in finding.suggestions().iter().zip(&changes) {
        lines.extend(drawing.suggestion(suggestion, changes));
    }
    let explain = format!("genkan explain {}", finding.code());
    lines.push(drawing.remark(labels::EXPLAIN.get(style.language), &explain));
    lines.join("\n") + "\n"
}

/// One line: `GK0002 error: title (place)`, as `kubectl apply` shows warnings and the program logs new
/// findings. Without line break.
pub fn brief(finding: &Finding, style: &Style) -> String {
    let title = finding.title(style.language);
    let place = match (finding.primary(), finding.object()) {
        (Some(label), _) => format!(" ({})", super::snippet::place_name(finding, label)),
        (None, Some(object)) => format!(" ({object})"),
        (None, None) => String::new(),
    };
    let line = format!("{} {}: {title}{place}", finding.code(), finding.severity());
    visible(&line).into_owned()
}

/// Several findings with an empty line between them.
pub fn findings<'a>(all: impl IntoIterator<Item = &'a Finding>, style: &Style) -> String {
    all.into_iter()
        .map(|one| finding(one, style))
        .collect::<Vec<_>>()
        .join("\n")
}

struct Drawing<'a> {
    finding: &'a Finding,
    style: &'a Style,
    paint: Paint,
    /// Columns of the line numbers.
    gutter: usize,
}

impl Drawing<'_> {
    fn heading(&self) -> String {
        let severity = self.finding.severity();
        let tag = self
            .paint
            .severity(severity, &format!("{severity}[{}]", self.finding.code()));
        let title = self.finding.title(self.style.language);
        format!(
            "{tag}{}",
            self.paint.bold(&format!(": {}", visible(&title)))
        )
    }

    fn place(&self, snippet: &Snippet<'_>) -> Vec<String> {
        if !snippet.is_empty() {
            return snippet.draw(self.gutter, self.style);
        }
        let Some(object) = self.finding.object() else {
            return Vec::new();
        };
        let field = self
            .finding
            .pointer()
            .map(crate::object::field_path)
            .unwrap_or_default();
        let place = format!("{object} {field}");
        let arrow = self.paint.frame(&format!("{:1$}-->", "", self.gutter));
        vec![format!("{arrow} {}", visible(place.trim_end()))]
    }

    fn evidence(&self) -> Vec<String> {
        let language = self.style.language;
        // Only the keys that occur are aligned.
        let keys = [
            (&labels::TRIED, self.finding.tried_requests().is_empty()),
            (&labels::NOTE, self.finding.notes().is_empty()),
            (&labels::SET_BY, self.finding.written_by().is_none()),
        ];
        let present = keys.iter().filter(|(_, absent)| !absent);
        let column = present
            .map(|(key, _)| width(key.get(language)))
            .max()
            .unwrap_or(0)
            + 1;
        let mut lines = Vec::new();
        let mut push = |key: &Text, texts: Vec<String>| {
            let key = pad(&format!("{}:", key.get(language)), column);
            for (index, text) in texts.into_iter().enumerate() {
                let indent = self.gutter + 1;
                lines.push(if index == 0 {
                    format!(
                        "{:indent$}{} {} {text}",
                        "",
                        self.paint.frame("="),
                        self.paint.bold(&key)
                    )
                } else {
                    format!("{:1$}{text}", "", indent + 3 + column)
                });
            }
        };
        push(
            &labels::TRIED,
            tried_table(self.finding.tried_requests(), language),
        );
        for note in self.finding.notes() {
            push(
                &labels::NOTE,
                vec![visible(&note.show(language)).into_owned()],
            );
        }
        if let Some(set_by) = self.finding.written_by() {
            push(
                &labels::SET_BY,
                vec![visible(&set_by_text(set_by, language)).into_owned()],
            );
        }
        lines
    }

    fn suggestion(&self, suggestion: &Suggestion, changes: &[ChangedLine]) -> Vec<String> {
        let language = self.style.language;
        let help = self.paint.help(labels::HELP.get(language));
        let title = suggestion.title.show(language);
        let mut lines = vec![format!("{help}: {}", visible(&title))];
        let home = self.finding.primary().map(|label| &label.span.source);
        let drawn = diff::draw(suggestion, changes, home, self.gutter, self.style);
        if !drawn.is_empty() {
            let bar = self.paint.frame(&format!("{:1$} |", "", self.gutter));
            lines.push(bar.clone());
            lines.extend(drawn);
            lines.push(bar);
        }
        let (key, text) = checked_text(&suggestion.checked, language);
        lines.push(self.remark(key, &text));
        lines
    }

    fn remark(&self, key: &str, text: &str) -> String {
        let (equals, key) = (self.paint.frame("="), self.paint.bold(&format!("{key}:")));
        format!("{:1$} {equals} {key} {2}", "", self.gutter, visible(text))
    }
}

/// Whether a suggestion was tried, as key and text.
pub(super) fn checked_text(checked: &Checked, language: Language) -> (&'static str, String) {
    let not_checked = labels::NOT_CHECKED.get(language);
    match checked {
        Checked::Passed(message) => (labels::CHECKED.get(language), message.show(language)),
        Checked::NotChecked { reason } => (not_checked, reason.show(language)),
        Checked::Failed { introduces } if introduces.is_empty() => (
            not_checked,
            labels::FIX_DOES_NOT_HELP.get(language).to_owned(),
        ),
        Checked::Failed { introduces } => {
            let codes: Vec<_> = introduces.iter().map(ToString::to_string).collect();
            let message = labels::FIX_BRINGS_IN.arg("codes", codes.join(", "));
            (not_checked, message.show(language))
        }
    }
}

fn tried_table(rows: &[Tried], language: Language) -> Vec<String> {
    let requests: Vec<_> = rows.iter().map(|row| visible(&row.request)).collect();
    let upstreams: Vec<_> = rows
        .iter()
        .map(|row| visible(row.upstream.as_deref().unwrap_or("")))
        .collect();
    let widest = |texts: &[std::borrow::Cow<'_, str>]| texts.iter().map(|text| width(text)).max();
    let columns = (
        widest(&requests).unwrap_or(0),
        widest(&upstreams).unwrap_or(0),
    );
    let sees = labels::BACKEND_SEES.get(language);
    let row = |(index, tried): (usize, &Tried)| {
        let request = pad(&requests[index], columns.0);
        let remark = tried_remark(tried, language);
        let line = match (&tried.upstream, remark.is_empty()) {
            (None, _) => format!("{request}   ->  {remark}"),
            (Some(_), true) => format!("{request}   ->  {sees}  {}", upstreams[index]),
            (Some(_), false) => {
                format!(
                    "{request}   ->  {sees}  {}   ({remark})",
                    pad(&upstreams[index], columns.1)
                )
            }
        };
        line.trim_end().to_owned()
    };
    rows.iter().enumerate().map(row).collect()
}

/// What is said behind a row: the note, and the answer when it is known.
pub(super) fn tried_remark(tried: &Tried, language: Language) -> String {
    let note = tried.note.as_ref().map(|note| note.show(language));
    let answer = tried.status.zip(tried.maker).map(|(status, maker)| {
        let text = if tried.allow.is_empty() {
            &labels::ANSWERED
        } else {
            &labels::ANSWERED_ALLOW
        };
        let message = text.arg("maker", maker.as_str()).arg("status", status);
        let message = match tried.allow.is_empty() {
            true => message,
            false => message.arg("allow", tried.allow.join(", ")),
        };
        message.show(language)
    });
    let parts: Vec<_> = note.into_iter().chain(answer).collect();
    visible(&parts.join("; ")).into_owned()
}

/// Who wrote the field: the tool, then manager and date in brackets.
pub(super) fn set_by_text(set_by: &SetBy, language: Language) -> String {
    let named = |text: &'static Text, name: &str| text.arg("name", name).show(language);
    let tool = set_by.tool.as_ref().map(|tool| match tool {
        SetByTool::HelmRelease(name) => named(&labels::HELM_RELEASE, name),
        SetByTool::ArgoApplication(name) => named(&labels::ARGO_APPLICATION, name),
        SetByTool::Flux(name) => named(&labels::FLUX, name),
        SetByTool::Owner(object) => object.to_string(),
    });
    let manager = set_by
        .manager
        .as_ref()
        .map(|name| named(&labels::MANAGER, name));
    let details: Vec<_> = manager.into_iter().chain(set_by.date.clone()).collect();
    match (tool, details.is_empty()) {
        (Some(tool), true) => tool,
        (Some(tool), false) => format!("{tool} ({})", details.join(", ")),
        (None, _) => details.join(", "),
    }
}

/// The last line of a lint: how many findings there are, and how many consequences are not shown.
pub fn summary(summary: &crate::Summary, hidden: usize, style: &Style) -> String {
    let language = style.language;
    let count = |count: usize, one: &'static Text, many: &'static Text| {
        let message = match count {
            0 => return None,
            1 => Message::from(one),
            _ => many.arg("count", count),
        };
        Some(message.show(language))
    };
    let parts: Vec<_> = [
        count(summary.error, &labels::ERRORS_ONE, &labels::ERRORS),
        count(summary.warning, &labels::WARNINGS_ONE, &labels::WARNINGS),
        count(summary.note, &labels::NOTES_ONE, &labels::NOTES),
        count(hidden, &labels::CONSEQUENCES_ONE, &labels::CONSEQUENCES),
    ]
    .into_iter()
    .flatten()
    .collect();
    match parts.is_empty() {
        true => labels::NO_FINDINGS.get(language).to_owned(),
        false => parts.join(labels::COMMA.get(language)),
    }
}
