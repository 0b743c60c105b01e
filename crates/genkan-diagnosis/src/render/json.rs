//! Findings and traces as JSON, with a versioned schema and a stable order of fields.
//!
//! Sentences in JSON are English whatever the reader's language, so that programs can rely on them; only
//! `rendered` is the text of the style.

use serde::Serialize;
use serde_json::{Value, json};

use super::Style;
use crate::code::Code;
use crate::finding::{
    Checked, Finding, Label, PatchOperation, SetBy, SetByTool, Suggestion, TextEdit, Tried,
};
use crate::object::ObjectRef;
use crate::phrase::Language;
use crate::span::{Position, SourceKind, Span};
use crate::summary::Summary;
use crate::trace::Trace;

/// Version of the schema of findings.
pub const SCHEMA: &str = "genkan.diagnosis/1";
/// Version of the schema of traces.
pub const TRACE_SCHEMA: &str = "genkan.trace/1";

/// A document with all findings, on one line.
pub fn report(findings: &[Finding], style: &Style) -> String {
    let document = json!({
        "schema": SCHEMA,
        "tool": { "version": env!("CARGO_PKG_VERSION") },
        "summary": Summary::of(findings),
        "findings": findings.iter().map(|one| finding(one, style)).collect::<Vec<_>>(),
    });
    document.to_string()
}

/// One finding per line (`--format jsonl`); each line ends with a line break.
pub fn lines(findings: &[Finding], style: &Style) -> String {
    findings
        .iter()
        .map(|one| format!("{}\n", finding(one, style)))
        .collect()
}

/// A trace with the full findings that belong to it.
pub fn trace(trace: &Trace, findings: &[Finding], style: &Style) -> Value {
    let mut document = json!({ "schema": TRACE_SCHEMA });
    // Traces hold strings, numbers and lists only; their serialisation cannot fail.
    if let (Value::Object(document), Ok(Value::Object(stages))) =
        (&mut document, serde_json::to_value(trace))
    {
        document.extend(stages);
        let findings = findings.iter().map(|one| finding(one, style)).collect();
        document.insert("findings".to_owned(), Value::Array(findings));
        let rendered = super::text::trace(trace, &drawn(style));
        document.insert("rendered".to_owned(), Value::String(rendered));
    }
    document
}

/// One finding.
pub fn finding(finding: &Finding, style: &Style) -> Value {
    let form = FindingForm {
        code: finding.code(),
        severity: finding.severity().as_str(),
        confidence: finding.confidence().as_str(),
        title: finding.title(Language::English),
        object: finding.object(),
        primary: finding
            .primary()
            .map(|label| place(label, finding.pointer())),
        related: finding
            .related()
            .iter()
            .map(|label| place(label, None))
            .collect(),
        evidence: Evidence {
            tried: finding.tried_requests().iter().map(tried).collect(),
            notes: finding
                .notes()
                .iter()
                .map(|note| note.show(Language::English))
                .collect(),
        },
        set_by: finding.written_by().map(set_by),
        suggestions: finding.suggestions().iter().map(suggestion).collect(),
        causes: finding.causes(),
        consequences: finding.consequences(),
        help: format!("genkan explain {}", finding.code()),
        fingerprint: finding.fingerprint(),
        rendered: super::text::finding(finding, &drawn(style)),
    };
    // The form holds strings, numbers and lists only; its serialisation cannot fail.
    serde_json::to_value(form).unwrap_or(Value::Null)
}

fn drawn(style: &Style) -> Style {
    Style {
        color: false,
        plain: false,
        ..*style
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingForm<'a> {
    code: Code,
    severity: &'a str,
    confidence: &'a str,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a ObjectRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary: Option<Place<'a>>,
    related: Vec<Place<'a>>,
    evidence: Evidence<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set_by: Option<Value>,
    suggestions: Vec<SuggestionForm<'a>>,
    causes: &'a [Code],
    consequences: &'a [Code],
    help: String,
    fingerprint: String,
    rendered: String,
}

#[derive(Serialize)]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a ObjectRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    region: Option<Region<'a>>,
    label: String,
}

#[derive(Serialize)]
struct Region<'a> {
    file: &'a str,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    col: u32,
}

#[derive(Serialize)]
struct Evidence<'a> {
    tried: Vec<TriedForm<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Serialize)]
struct TriedForm<'a> {
    request: &'a str,
    upstream: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maker: Option<&'static str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    allow: &'a [String],
}

#[derive(Serialize)]
struct SuggestionForm<'a> {
    title: String,
    applicability: crate::Applicability,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a ObjectRef>,
    patch: &'a [PatchOperation],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edits: Vec<EditForm<'a>>,
    checked: Value,
}

#[derive(Serialize)]
struct EditForm<'a> {
    #[serde(flatten)]
    region: Region<'a>,
    replacement: &'a str,
}

fn place<'a>(label: &'a Label, pointer: Option<&'a str>) -> Place<'a> {
    let is_file = label.span.source.kind() != SourceKind::Object;
    Place {
        object: label.object.as_ref(),
        path: label.pointer.as_deref().or(pointer),
        region: is_file.then(|| region(&label.span)),
        label: label.text.show(Language::English),
    }
}

fn region(span: &Span) -> Region<'_> {
    let point = |position: Position| Point {
        line: position.line,
        col: position.col,
    };
    Region {
        file: span.source.name(),
        start: point(span.start),
        end: point(span.end),
    }
}

fn tried(row: &Tried) -> TriedForm<'_> {
    TriedForm {
        request: &row.request,
        upstream: row.upstream.as_deref(),
        note: row.note.as_ref().map(|note| note.show(Language::English)),
        status: row.status,
        maker: row.maker.map(|maker| maker.as_str()),
        allow: &row.allow,
    }
}

fn set_by(set_by: &SetBy) -> Value {
    let mut form = serde_json::Map::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            form.insert(key.to_owned(), Value::String(value));
        }
    };
    put("manager", set_by.manager.clone());
    match &set_by.tool {
        Some(SetByTool::HelmRelease(name)) => put("release", Some(name.clone())),
        Some(SetByTool::ArgoApplication(name)) => put("application", Some(name.clone())),
        Some(SetByTool::Flux(name)) => put("flux", Some(name.clone())),
        Some(SetByTool::Owner(object)) => put("owner", Some(object.to_string())),
        None => {}
    }
    put("date", set_by.date.clone());
    Value::Object(form)
}

fn suggestion(suggestion: &Suggestion) -> SuggestionForm<'_> {
    // Only edits of files can be applied to files.
    let in_file = |edit: &&TextEdit| edit.span.source.kind() != SourceKind::Object;
    SuggestionForm {
        title: suggestion.title.show(Language::English),
        applicability: suggestion.applicability,
        object: suggestion.object.as_ref(),
        patch: &suggestion.patch,
        edits: suggestion
            .edits
            .iter()
            .filter(in_file)
            .map(edit_form)
            .collect(),
        checked: checked(&suggestion.checked),
    }
}

fn edit_form(edit: &TextEdit) -> EditForm<'_> {
    EditForm {
        region: region(&edit.span),
        replacement: &edit.replacement,
    }
}

/// `ok` is null for what was not tried.
fn checked(checked: &Checked) -> Value {
    match checked {
        Checked::Passed(_) => json!({ "ok": true, "introduces": [] }),
        Checked::Failed { introduces } => json!({ "ok": false, "introduces": introduces }),
        Checked::NotChecked { reason } => {
            json!({ "ok": null, "reason": reason.show(Language::English) })
        }
    }
}
