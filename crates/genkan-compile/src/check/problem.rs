//! What reading objects found wrong: problems of fields, documents, files.

use genkan_diagnosis::{Applicability, Code, Finding, ObjectRef, Severity, Suggestion, words};
use genkan_objects::files::Failure;
use genkan_objects::{
    Impact, Object, ObjectStore, Problem, ProblemKind, Resource,
    files::{FileProblem, UnreadableObject},
};

/// Problems of one object that is used all the same.
pub(crate) fn findings<T>(object: &Resource<T>) -> Vec<Finding> {
    let place = |problem: &Problem| {
        let finding = of_problem(problem, &object.kind)?;
        let (finding, label) = match problem.kind {
            ProblemKind::MissingPathType => {
                let path = path_beside(object, &problem.pointer);
                let label = words::MISSING_FIELD.arg("field", "pathType");
                (finding.arg("path", path), label)
            }
            _ => (finding, problem.kind.remedy()),
        };
        let finding = finding.on(object.object_ref()).field(&*problem.pointer);
        let finding = finding.at(object.span(problem.span), label);
        Some(with_impact(finding, problem.impact))
    };
    object.problems.iter().filter_map(place).collect()
}

/// The `path` of an entry of which another field is named; `/` where none is written.
fn path_beside<T>(object: &Resource<T>, pointer: &str) -> String {
    let entry = pointer.rsplit_once('/').map_or(pointer, |(entry, _)| entry);
    let written = object.place.origin().value(&format!("{entry}/path"));
    let text = written.map_or_else(|| "/".to_owned(), |span| span.text().to_owned());
    text.trim_matches(['"', '\'']).to_owned()
}

/// Problems of one object that is no Ingress; claims carry their own.
pub(crate) fn of_object(object: &Object) -> Vec<Finding> {
    match object {
        Object::Ingress(_) | Object::Namespace(_) | Object::Workload(_) => Vec::new(),
        Object::IngressClass(object) => findings(&**object),
        Object::Service(object) => findings(&**object),
        Object::EndpointSlice(object) => findings(&**object),
        Object::Secret(object) => findings(&**object),
        Object::ConfigMap(object) => findings(&**object),
        Object::StaticSite(object) => findings(&**object),
    }
}

/// Objects of one file or document that are named as served in an older version; that there may be more is
/// said by the finding about the file.
const OLDER_NAMED_MAX: usize = 16;

/// Files, documents and objects that could not be used, and the objects whose older versions serve.
pub(crate) fn of_files(problems: &[FileProblem], objects: &ObjectStore) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut nameless = (None, 0_usize);
    for problem in problems {
        let mut found = of_file(problem);
        if let FileProblem::Failure { path, .. } = problem {
            for finding in found.iter_mut().filter(|one| one.object().is_none()) {
                let before = if nameless.0 == Some(path) {
                    nameless.1
                } else {
                    0
                };
                nameless = (Some(path), before + 1);
                // Two files with one mistake are two findings: what has no object is told by its file.
                *finding = finding.clone().value(format!("{path} {}", nameless.1));
            }
        }
        if let Some(first) = found.first() {
            findings.extend(older(first, problem, objects));
        }
        findings.extend(found);
    }
    findings
}

/// GK0256 for what serves in place of what cannot be read.
fn older(
    cause: &Finding,
    problem: &FileProblem,
    objects: &ObjectStore,
) -> impl Iterator<Item = Finding> {
    let (FileProblem::Failure { previous, .. } | FileProblem::Unreadable { previous, .. }) =
        problem
    else {
        return Vec::new().into_iter();
    };
    let serving = previous.iter().filter_map(|key| objects.get(key));
    let told = serving.take(OLDER_NAMED_MAX).map(|object| {
        let finding = Finding::new(Code::GK0256)
            .on(object.object_ref())
            .arg("object", object.object_ref())
            .caused_by(cause.code());
        match cause.primary() {
            Some(label) => finding
                .arg("place", label.span.location())
                .at(label.span.clone(), &words::NEWER_UNREADABLE),
            None => finding,
        }
    });
    told.collect::<Vec<_>>().into_iter()
}

fn of_file(problem: &FileProblem) -> Vec<Finding> {
    match problem {
        FileProblem::Failure {
            failure: Failure::Load(error),
            previous,
            ..
        } => {
            let finding = Finding::new(Code::GK0254)
                .arg("reason", error.message())
                .at(error.span.clone(), error.remedy());
            let finding = match &error.related {
                Some(related) => finding.also(related.clone(), &words::FIRST_HERE),
                None => finding,
            };
            vec![kept(finding, previous.is_empty())]
        }
        FileProblem::Failure {
            failure: Failure::Object(object),
            previous,
            ..
        } => unreadable(object)
            .into_iter()
            .map(|f| kept(f, previous.is_empty()))
            .collect(),
        FileProblem::Unreadable {
            source,
            reason,
            previous,
        } => {
            let finding = Finding::new(Code::GK0254)
                .arg("reason", reason.message())
                .value(source.name())
                .at(source.span(0, 0), reason.remedy());
            vec![kept(finding, previous.is_empty())]
        }
        FileProblem::Duplicate { used, unused, .. } => {
            let finding = Finding::new(Code::GK0254)
                .severity_is(Severity::Warning)
                .arg(
                    "reason",
                    format!("{} is defined twice", unused.object_ref()),
                )
                .on(unused.object_ref())
                .field("")
                .value("duplicate")
                .at(unused.place().whole(), &words::IGNORED)
                .note(&words::REMOVE_ONE)
                .also_on(
                    used.object_ref(),
                    "",
                    used.place().whole(),
                    &words::IN_EFFECT,
                );
            vec![finding]
        }
        other => {
            let reason = format!("{other:?}");
            vec![
                Finding::new(Code::GK0254)
                    .arg("reason", reason.as_str())
                    .value(reason),
            ]
        }
    }
}

fn kept(finding: Finding, nothing: bool) -> Finding {
    if nothing {
        finding
    } else {
        finding.note(&words::READING_KEPT)
    }
}

fn unreadable(object: &UnreadableObject) -> Vec<Finding> {
    let fatal = object
        .problems
        .iter()
        .filter(|problem| problem.impact == Impact::Unreadable);
    let reference = object.key.as_ref().map(|key| {
        ObjectRef::new(
            &*object.api_version,
            &*object.kind,
            key.namespace.clone(),
            key.name.clone(),
        )
    });
    let place = |problem: &Problem| {
        let finding = of_problem(problem, &object.kind)?;
        let span = problem.span.span(&object.span.source);
        let finding = finding.field(&*problem.pointer);
        let finding = match &reference {
            Some(reference) => finding.on(reference.clone()),
            None => finding,
        };
        Some(finding.at(span, problem.kind.remedy()))
    };
    fatal.filter_map(place).collect()
}

/// The finding of a problem; nothing where another check says it better.
fn of_problem(problem: &Problem, kind: &str) -> Option<Finding> {
    let pointer = &*problem.pointer;
    Some(match &problem.kind {
        // annotations are judged where they are read
        ProblemKind::NotText { .. } if pointer.starts_with("/metadata/annotations") => return None,
        // hosts and paths have checks of their own
        ProblemKind::Invalid { .. } if kind == "Ingress" && has_own_check(pointer) => return None,
        ProblemKind::UnknownField { field, nearest } => {
            let reason = match nearest {
                Some(nearest) => format!("{kind} has no such field; did you mean `{nearest}`?"),
                None => format!("{kind} has no such field"),
            };
            Finding::new(Code::GK0257)
                .arg("field", &**field)
                .arg("reason", reason)
        }
        ProblemKind::MissingPathType => {
            let title = words::SET_FIELD
                .arg("field", "pathType")
                .arg("value", "Prefix");
            let suggestion = Suggestion::new(title, Applicability::Safe).add(pointer, "Prefix");
            Finding::new(Code::GK0251).suggest(suggestion)
        }
        ProblemKind::OldApiVersion { found, current } => {
            let title = words::RENAME_TO.arg("name", *current);
            let suggestion =
                Suggestion::new(title, Applicability::Review).replace(pointer, *current);
            Finding::new(Code::GK0250)
                .arg("api_version", &**found)
                .arg("kind", kind)
                .suggest(suggestion)
        }
        ProblemKind::OldBackend { .. } => Finding::new(Code::GK0252),
        _ => Finding::new(Code::GK0254).arg("reason", problem.message()),
    })
}

fn has_own_check(pointer: &str) -> bool {
    let rule = pointer.starts_with("/spec/rules/");
    rule && (pointer.ends_with("/host") || pointer.ends_with("/path"))
}

fn with_impact(finding: Finding, impact: Impact) -> Finding {
    match impact {
        Impact::Unreadable | Impact::Incomplete => finding,
        // it works here, a cluster would not take it
        Impact::Refused if finding.severity() == Severity::Error => {
            finding.severity_is(Severity::Warning)
        }
        Impact::Refused | Impact::Unused => finding,
    }
}
