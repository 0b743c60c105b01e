//! Answers that a backend made.

use genkan_diagnosis::{
    Applicability, Code, Confidence, Finding, Maker, Suggestion, Tried, escape_pointer, words,
};
use genkan_route::{host::Host, table::Route};

use super::Answer;
use crate::{
    generation::Generation,
    lint,
    mark::{self, Part, annotation_pointer},
    probe::Probe,
};

/// Findings about a request that reached a backend, the primary one first.
pub(super) fn findings(
    generation: &Generation,
    probe: &Probe,
    answer: Option<&Answer>,
) -> Vec<Finding> {
    let Some(route) = &probe.route else {
        return Vec::new();
    };
    let host = generation
        .hosts()
        .find(|host| Some(host.name()) == probe.host.as_ref());
    let Some(host) = host else { return Vec::new() };
    let status = answer.map_or(0, |answer| answer.status);
    let mut findings = Vec::new();
    if probe.rewrite.is_some() {
        findings.extend(rewrite_findings(generation, host, route, status));
    }
    if status == 405 {
        findings.extend(refused_method(generation, probe, route, answer));
    }
    if status == 404 && probe.rewrite.is_none() && probe.upstream().is_some() {
        findings.extend(unknown_prefix(generation, probe, route));
    }
    findings
}

/// GK0002, GK0004, GK0016 of the route, when they can have to do with the answer.
fn rewrite_findings(
    generation: &Generation,
    host: &Host,
    route: &Route,
    status: u16,
) -> Vec<Finding> {
    let explains = status == 0 || status >= 400;
    let codes = [Code::GK0002, Code::GK0004, Code::GK0016];
    let found = lint::of_route(generation, host, route);
    found
        .into_iter()
        .filter(|finding| explains && codes.contains(&finding.code()))
        .collect()
}

/// GK0003 where a rewrite changed the path, GK0020 where the proxy changed nothing.
fn refused_method(
    generation: &Generation,
    probe: &Probe,
    route: &Route,
    answer: Option<&Answer>,
) -> Option<Finding> {
    let sees = probe.upstream().unwrap_or(&probe.path);
    let request = format!("{} {}", probe.method, probe.target);
    let allow = answer
        .map(|answer| answer.allow.clone())
        .unwrap_or_default();
    let maker = answer
        .and_then(|answer| answer.maker)
        .unwrap_or(Maker::Backend);
    let tried = Tried::new(request, format!("{} {sees}", probe.method))
        .with_answer(405, maker)
        .with_allow(allow);
    let object = generation.origins.ingress(&route.spec.origin)?;
    if probe.rewrite.is_some() && sees != probe.target {
        let key = mark::annotation_key(object, "rewrite-target")?;
        let finding = Finding::new(Code::GK0003)
            .arg("path", probe.path.as_str())
            .arg("sees", sees)
            .caused_by(Code::GK0002);
        let pointer = annotation_pointer(key);
        let finding = mark::at(
            finding,
            object,
            &pointer,
            Part::Value,
            &words::ALWAYS_BECOMES,
        );
        return Some(finding.tried(tried));
    }
    let finding = Finding::new(Code::GK0020)
        .arg("method", probe.method.as_str())
        .arg("path", probe.path.as_str());
    let pointer = mark::route_pointer(&route.spec.origin);
    let finding = mark::at(finding, object, &pointer, Part::Value, &words::THIS_RULE);
    Some(finding.tried(tried))
}

/// GK0012: the application answered 404 to a path that still has the rule's prefix.
fn unknown_prefix(generation: &Generation, probe: &Probe, route: &Route) -> Option<Finding> {
    let spec = &route.spec;
    let prefix = spec.path.strip_suffix('/').unwrap_or(&spec.path);
    if prefix.is_empty() || spec.implied || !probe.path.starts_with(prefix) {
        return None;
    }
    let object = generation.origins.ingress(&spec.origin)?;
    let sees = probe.upstream()?;
    let finding = Finding::new(Code::GK0012)
        .arg("sees", sees)
        .confidence_is(Confidence::Likely);
    let pointer = mark::route_pointer(&spec.origin);
    let path_pointer = format!("{pointer}/path");
    let finding = mark::at(
        finding,
        object,
        &path_pointer,
        Part::Value,
        &words::THIS_PATH,
    );
    let finding = finding.tried(
        Tried::new(
            format!("{} {}", probe.method, probe.target),
            format!("{} {sees}", probe.method),
        )
        .with_answer(404, Maker::Backend),
    );
    if crate::check::path::has_pattern(prefix) {
        return Some(finding);
    }
    let annotations = &generation.options.annotations_prefix;
    let at = |name: &str| {
        format!(
            "/metadata/annotations/{}",
            escape_pointer(&format!("{annotations}/{name}"))
        )
    };
    let suggestion = Suggestion::new(&words::KEEP_THE_REST, Applicability::Review);
    let suggestion = if object.meta.annotations_span.is_some() {
        suggestion
            .add(at("use-regex"), "true")
            .add(at("rewrite-target"), "/$2")
    } else {
        let mut map = serde_json::Map::new();
        map.insert(format!("{annotations}/use-regex"), "true".into());
        map.insert(format!("{annotations}/rewrite-target"), "/$2".into());
        suggestion.add("/metadata/annotations", serde_json::Value::Object(map))
    };
    Some(
        finding.suggest(
            suggestion
                .replace(path_pointer, format!("{prefix}(/|$)(.*)"))
                .replace(format!("{pointer}/pathType"), "ImplementationSpecific"),
        ),
    )
}
