//! Findings as SARIF 2.1.0, for code hosts and editors.

use serde_json::{Map, Value, json};

use super::Style;
use crate::catalogue::Entry;
use crate::code::Code;
use crate::finding::{Applicability, Finding, Label, Suggestion, TextEdit};
use crate::span::{SourceKind, Span};

/// One log with one run. Rules are those of the codes that occur; texts are in the style's language.
pub fn log(findings: &[Finding], style: &Style) -> Value {
    let mut codes: Vec<Code> = findings.iter().map(Finding::code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results: Vec<_> = findings
        .iter()
        .map(|finding| result(finding, &codes, style))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "genkan",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": codes.iter().map(|code| rule(code.entry(), style)).collect::<Vec<_>>(),
            }},
            // Columns of spans count characters.
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(entry: &'static Entry, style: &Style) -> Value {
    let language = style.language;
    json!({
        "id": entry.code,
        "name": entry.name,
        "shortDescription": { "text": entry.title.get(language) },
        "fullDescription": { "text": entry.meaning.get(language) },
        "help": {
            "text": entry.remedy.get(language),
            "markdown": super::page::markdown(entry, language),
        },
        "helpUri": super::page::address(entry.code),
        "defaultConfiguration": { "level": entry.severity },
        "properties": { "tags": ["kubernetes", "ingress", entry.phase.as_str()] },
    })
}

fn result(finding: &Finding, codes: &[Code], style: &Style) -> Value {
    let mut result = json!({
        "ruleId": finding.code(),
        "ruleIndex": codes.binary_search(&finding.code()).unwrap_or(0),
        "level": finding.severity(),
        "message": { "text": finding.title(style.language) },
        "locations": [location(finding, style)],
    });
    let related: Vec<_> = finding
        .related()
        .iter()
        .enumerate()
        .filter_map(|(id, label)| related_location(id, label, style))
        .collect();
    let fixes: Vec<_> = finding
        .suggestions()
        .iter()
        .filter_map(|suggestion| fix(suggestion, style))
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    result["partialFingerprints"] = json!({ "genkan/v1": finding.fingerprint() });
    if !fixes.is_empty() {
        result["fixes"] = Value::Array(fixes);
    }
    result
}

fn location(finding: &Finding, style: &Style) -> Value {
    let mut location = Map::new();
    if let Some(label) = finding.primary() {
        if let Some(physical) = physical(&label.span) {
            location.insert("physicalLocation".to_owned(), physical);
        }
        let text = label.text.show(style.language);
        location.insert("message".to_owned(), json!({ "text": text }));
    }
    if let Some(object) = finding.object() {
        let name = object.qualified(finding.pointer().unwrap_or(""));
        let logical = json!([{ "fullyQualifiedName": name, "kind": "resource" }]);
        location.insert("logicalLocations".to_owned(), logical);
    }
    Value::Object(location)
}

fn related_location(id: usize, label: &Label, style: &Style) -> Option<Value> {
    let text = label.text.show(style.language);
    let physical = physical(&label.span)?;
    Some(json!({ "id": id, "physicalLocation": physical, "message": { "text": text } }))
}

/// None for live objects: they have no artifact.
fn physical(span: &Span) -> Option<Value> {
    let uri = (span.source.kind() == SourceKind::File).then(|| uri(span.source.name()))?;
    Some(json!({ "artifactLocation": { "uri": uri }, "region": region(span) }))
}

fn region(span: &Span) -> Value {
    json!({
        "startLine": span.start.line,
        "startColumn": span.start.col,
        "endLine": span.end.line,
        "endColumn": span.end.col,
    })
}

/// A path as the path part of a URI reference (RFC 3986 section 3.3).
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            b'\\' => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// None for suggestions that cannot be expressed as edits of files, or that hold a placeholder.
fn fix(suggestion: &Suggestion, style: &Style) -> Option<Value> {
    let in_files = |edit: &TextEdit| edit.span.source.kind() == SourceKind::File;
    let usable = !suggestion.edits.is_empty()
        && suggestion.edits.iter().all(in_files)
        && suggestion.applicability != Applicability::Placeholder;
    if !usable {
        return None;
    }
    let mut changes: Vec<(&str, Vec<Value>)> = Vec::new();
    for edit in &suggestion.edits {
        let replacement = json!({
            "deletedRegion": region(&edit.span),
            "insertedContent": { "text": edit.replacement },
        });
        let name = edit.span.source.name();
        match changes.iter_mut().find(|(file, _)| *file == name) {
            Some((_, replacements)) => replacements.push(replacement),
            None => changes.push((name, vec![replacement])),
        }
    }
    let changes: Vec<_> = changes
        .into_iter()
        .map(|(file, replacements)| {
            json!({ "artifactLocation": { "uri": uri(file) }, "replacements": replacements })
        })
        .collect();
    let text = suggestion.title.show(style.language);
    Some(json!({ "description": { "text": text }, "artifactChanges": changes }))
}
