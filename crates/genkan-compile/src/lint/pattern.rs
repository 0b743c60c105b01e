//! Patterns that are none, and patterns that match more than they say.

use genkan_diagnosis::{Applicability, Code, Finding, Suggestion, Tried, escape_pointer, words};
use genkan_route::route::{Mode, PathMatch, PathType};

use super::{Subject, rewrite::is_own_pattern, sample};
use crate::{
    check::path::has_pattern,
    mark::{self, Part},
};

/// Ends of a pattern that already say where it stops.
const CLOSED_ENDS: [&str; 6] = ["$", "$)", "*)", "*", "+)", "+"];

/// GK0006, GK0009 and GK0053 of one route.
pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    [not_a_pattern(subject), open_end(subject), slash(subject)]
        .into_iter()
        .flatten()
        .collect()
}

/// GK0006: `ImplementationSpecific`, looks like a pattern, is compared as text.
fn not_a_pattern(subject: &Subject<'_>) -> Option<Finding> {
    let spec = &subject.route.spec;
    let is_pattern = spec
        .matches
        .iter()
        .any(|m| matches!(m, PathMatch::Pattern(_)));
    if is_pattern || spec.path_type != PathType::ImplementationSpecific || !has_pattern(&spec.path)
    {
        return None;
    }
    if spec.path.ends_with("/*") {
        return None; // GK0005 says it better
    }
    let finding = Finding::new(Code::GK0006).arg("path", &*spec.path);
    let pointer = format!("{}/path", subject.pointer());
    let finding = mark::at(
        finding,
        subject.object,
        &pointer,
        Part::Value,
        &words::COMPARED_AS_TEXT,
    );
    let key = "nginx.ingress.kubernetes.io/use-regex";
    let prefix = &subject.generation.options.annotations_prefix;
    let key = key.replace("nginx.ingress.kubernetes.io", prefix);
    let suggestion = Suggestion::new(&words::USE_REGEX, Applicability::Review);
    let suggestion = if subject.object.meta.annotations_span.is_some() {
        suggestion.add(
            format!("/metadata/annotations/{}", escape_pointer(&key)),
            "true",
        )
    } else {
        let mut annotations = serde_json::Map::new();
        annotations.insert(key, "true".into());
        suggestion.add(
            "/metadata/annotations",
            serde_json::Value::Object(annotations),
        )
    };
    Some(finding.suggest(suggestion))
}

/// GK0009: a longer path is taken too.
fn open_end(subject: &Subject<'_>) -> Option<Finding> {
    let spec = &subject.route.spec;
    let path = &*spec.path;
    if !is_own_pattern(subject) || !has_pattern(path) {
        return None;
    }
    if CLOSED_ENDS.iter().any(|end| path.ends_with(end)) {
        return None;
    }
    let witness = sample::witness(path)?;
    let sibling = format!("{witness}-and-more");
    let both = [&witness, &sibling]
        .into_iter()
        .all(|target| subject.ask("GET", target).went_to(&spec.origin));
    if !both {
        return None;
    }
    let finding = Finding::new(Code::GK0009)
        .arg("pattern", path)
        .arg("example", sibling.as_str());
    let pointer = format!("{}/path", subject.pointer());
    let finding = mark::at(
        finding,
        subject.object,
        &pointer,
        Part::Value,
        &words::ALSO_MATCHES,
    );
    let closed = format!("{path}$");
    let title = words::WRITE_VALUE.arg("value", closed.as_str());
    let finding = tried(subject, finding, &[witness, sibling]);
    Some(finding.suggest(Suggestion::new(title, Applicability::Review).replace(pointer, closed)))
}

fn tried(subject: &Subject<'_>, mut finding: Finding, targets: &[String]) -> Finding {
    for target in targets {
        let probe = subject.ask("GET", target);
        if let Some(sees) = probe.upstream() {
            finding = finding.tried(Tried::new(format!("GET {target}"), format!("GET {sees}")));
        }
    }
    finding
}

/// GK0053: nginx redirects the form without slash, though nothing asks for it.
fn slash(subject: &Subject<'_>) -> Option<Finding> {
    let spec = &subject.route.spec;
    if subject.host.mode() != Mode::NginxCompatible {
        return None;
    }
    let path = spec.matches.iter().find_map(|matched| match matched {
        PathMatch::SlashPrefix(path) | PathMatch::SlashExact(path) => Some(&**path),
        _ => None,
    })?;
    if !spec.path.ends_with('/') {
        return None;
    }
    let bare = path.strip_suffix('/').filter(|bare| !bare.is_empty())?;
    let probe = subject.ask("GET", bare);
    let crate::probe::Outcome::Redirect { status, .. } = probe.outcome else {
        return None;
    };
    let finding = Finding::new(Code::GK0053).arg("path", path);
    let pointer = format!("{}/path", subject.pointer());
    let label = words::SLASH_REDIRECT
        .arg("path", bare)
        .arg("status", status);
    Some(mark::at(
        finding,
        subject.object,
        &pointer,
        Part::Value,
        label,
    ))
}
