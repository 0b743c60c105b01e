//! Paths of one Ingress: texts that are no path, and patterns where text is compared.

use genkan_diagnosis::{Applicability, Code, Finding, Suggestion, words};
use genkan_objects::{
    Resource,
    kind::{Ingress, IngressPath, PathType},
};

use crate::{
    annotation::Effects,
    mark::{self, Part},
};

/// GK0001, GK0005 and GK0019 of one Ingress.
pub(crate) fn findings(object: &Resource<Ingress>, effects: &Effects) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in &object.spec.rules {
        for path in &rule.paths {
            let pointer = format!("/spec/rules/{}/http/paths/{}", rule.index, path.index);
            findings.extend(of_path(object, path, &pointer, effects));
        }
    }
    findings
}

fn of_path(
    object: &Resource<Ingress>,
    path: &IngressPath,
    pointer: &str,
    effects: &Effects,
) -> Option<Finding> {
    let written = path.path.as_ref().map_or("", |path| &*path.value);
    let path_type = path.path_type.as_ref().map(|written| written.value);
    if let Some(reason) = no_path(written, path_type) {
        let finding = Finding::new(Code::GK0019)
            .arg("path", written)
            .arg("reason", reason);
        return Some(mark::at(
            finding,
            object,
            &at_path(pointer),
            Part::Value,
            &words::THIS_PATH,
        ));
    }
    let is_text = matches!(path_type, Some(PathType::Exact | PathType::Prefix));
    if let Some(plain) = without_glob(written, is_text, effects) {
        return Some(glob(object, written, plain, pointer));
    }
    if is_text && has_pattern(written) {
        return Some(pattern_in_text(
            object, written, path_type?, pointer, effects,
        ));
    }
    None
}

fn at_path(pointer: &str) -> String {
    format!("{pointer}/path")
}

/// Why a text cannot be the path of any request.
fn no_path(written: &str, path_type: Option<PathType>) -> Option<&'static str> {
    if written.is_empty() {
        return (path_type == Some(PathType::Exact)).then_some("it is empty");
    }
    if written.contains("://") {
        return Some("it holds a scheme and a host");
    }
    if !written.starts_with('/') {
        return Some("it does not begin with `/`");
    }
    let is_text = path_type != Some(PathType::ImplementationSpecific);
    if is_text && written.contains('#') {
        return Some("`#` and what follows never reach a server");
    }
    let query = written
        .split_once('?')
        .is_some_and(|(_, rest)| rest.contains('='));
    if is_text && query {
        return Some("it holds a query string, which an Ingress cannot match");
    }
    (written.ends_with([' ', '\t'])).then_some("it ends in a blank")
}

/// Characters that mean something in a pattern (diagnosis, GK0001).
pub(crate) fn has_pattern(path: &str) -> bool {
    path.contains([
        '(', ')', '[', ']', '{', '}', '*', '+', '?', '^', '$', '|', '\\',
    ])
}

/// The path without its `/*`, where the `*` is meant as a wildcard and is none.
fn without_glob<'p>(written: &'p str, is_text: bool, effects: &Effects) -> Option<&'p str> {
    let plain = written.strip_suffix("/*")?;
    let other_patterns = has_pattern(plain);
    let is_pattern = !is_text && effects.use_regex;
    (!other_patterns && !is_pattern).then_some(if plain.is_empty() { "/" } else { plain })
}

fn glob(object: &Resource<Ingress>, written: &str, plain: &str, pointer: &str) -> Finding {
    let finding = Finding::new(Code::GK0005).arg("path", written);
    let finding = mark::at(
        finding,
        object,
        &at_path(pointer),
        Part::Value,
        &words::LITERAL_ASTERISK,
    );
    let suggestion = Suggestion::new(words::RENAME_TO.arg("name", plain), Applicability::Safe)
        .replace(at_path(pointer), plain)
        .replace(format!("{pointer}/pathType"), "Prefix");
    finding.suggest(suggestion)
}

fn pattern_in_text(
    object: &Resource<Ingress>,
    written: &str,
    path_type: PathType,
    pointer: &str,
    effects: &Effects,
) -> Finding {
    let finding = Finding::new(Code::GK0001)
        .arg("path", written)
        .arg("path_type", path_type.name());
    let finding = mark::at(
        finding,
        object,
        &at_path(pointer),
        Part::Value,
        &words::COMPARED_AS_TEXT,
    );
    let type_pointer = format!("{pointer}/pathType");
    let finding = mark::also(
        finding,
        object,
        &type_pointer,
        Part::Value,
        &words::NOT_A_PATTERN_HERE,
    );
    let wants_pattern = effects.use_regex
        || effects
            .rewrite_target
            .as_deref()
            .is_some_and(|target| target.contains('$'));
    let pattern = Suggestion::new(&words::USE_REGEX, Applicability::Review)
        .replace(type_pointer.clone(), "ImplementationSpecific");
    let plain = plain_prefix(written).map(|plain| {
        Suggestion::new(&words::PLAIN_PATH, Applicability::Review)
            .replace(at_path(pointer), plain)
            .replace(type_pointer.clone(), "Prefix")
    });
    match (plain, wants_pattern) {
        (Some(plain), false) => finding.suggest(plain),
        (Some(plain), true) => finding.suggest(pattern).suggest(plain),
        (None, _) => finding.suggest(pattern),
    }
}

/// The text in front of a pattern that covers everything below it: `/todos` of `/todos/(.*)`.
pub(crate) fn plain_prefix(path: &str) -> Option<&str> {
    const TAILS: [&str; 9] = [
        "(/|$)(.*)",
        "/(.*)",
        "/?(.*)",
        "/.*",
        "(.*)",
        "/*",
        ".*",
        "(/.*)?",
        "/(.+)",
    ];
    let plain = TAILS.iter().find_map(|tail| path.strip_suffix(tail))?;
    let plain = plain.strip_prefix('^').unwrap_or(plain);
    if has_pattern(plain) {
        return None;
    }
    Some(if plain.is_empty() { "/" } else { plain })
}
