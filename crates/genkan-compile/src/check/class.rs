//! Ingresses that nobody serves, or whose class is given twice.

use genkan_diagnosis::{Applicability, Code, Finding, Severity, Suggestion, words};
use genkan_objects::{Resource, kind::Ingress};

use crate::{
    ingress::{
        class::{CLASS_ANNOTATION, Selection},
        lower::asked,
    },
    mark::{self, Part, annotation_pointer},
    options::{Options, World},
};

const FIELD: &str = "/spec/ingressClassName";

/// GK0100, GK0101 and GK0102 of one Ingress.
pub(crate) fn findings(
    object: &Resource<Ingress>,
    selection: &Selection,
    options: &Options,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if options.world == World::Closed {
        findings.extend(unserved(object, selection, options));
    }
    findings.extend(twice(object));
    findings
}

fn unserved(
    object: &Resource<Ingress>,
    selection: &Selection,
    options: &Options,
) -> Option<Finding> {
    match selection {
        Selection::Ours(_) => None,
        Selection::NoClass => {
            let finding = Finding::new(Code::GK0100).arg("object", object.object_ref());
            let finding = mark::at(
                finding,
                object,
                FIELD,
                Part::Key,
                words::MISSING_FIELD.arg("field", "ingressClassName"),
            );
            let class = "nginx";
            let title = words::SET_FIELD
                .arg("field", "ingressClassName")
                .arg("value", class);
            let suggestion = Suggestion::new(title, Applicability::Review).add(FIELD, class);
            Some(finding.suggest(suggestion))
        }
        Selection::NoSuchClass { class, nearest } => {
            let finding = Finding::new(Code::GK0101).arg("class", &**class);
            let by_default = object.spec.class_name.is_none();
            let label = match nearest {
                Some(nearest) => words::DID_YOU_MEAN.arg("name", &**nearest),
                None => (&words::NOT_FOUND).into(),
            };
            let finding = mark::at(finding, object, FIELD, Part::Value, label);
            Some(match nearest.as_ref().filter(|_| !by_default) {
                Some(nearest) => finding.suggest(rename(nearest)),
                None => finding,
            })
        }
        // in a cluster the other controller serves it; without one nobody does
        Selection::Other { class } if options.built_in_classes => {
            let finding = Finding::new(Code::GK0101)
                .arg("class", &**class)
                .severity_is(Severity::Warning);
            let (pointer, part) = match &object.spec.class_name {
                Some(_) => (FIELD.to_owned(), Part::Value),
                None => (annotation_pointer(CLASS_ANNOTATION), Part::Value),
            };
            let label = &words::OTHER_CONTROLLER;
            Some(mark::at(finding, object, &pointer, part, label))
        }
        Selection::Other { .. } => None,
    }
}

fn rename(class: &str) -> Suggestion {
    let title = words::RENAME_TO.arg("name", class);
    Suggestion::new(title, Applicability::Safe).replace(FIELD, class)
}

fn twice(object: &Resource<Ingress>) -> Option<Finding> {
    let asked = asked(object);
    let (class, annotation) = (asked.field?, asked.annotation?);
    let finding = Finding::new(Code::GK0102)
        .arg("class", class)
        .arg("annotation", annotation);
    let pointer = annotation_pointer(CLASS_ANNOTATION);
    let finding = mark::at(finding, object, &pointer, Part::Value, &words::IGNORED);
    let finding = mark::also(finding, object, FIELD, Part::Value, &words::IN_EFFECT);
    let suggestion =
        Suggestion::new(&words::REMOVE_ANNOTATION, Applicability::Review).remove(pointer);
    Some(finding.suggest(suggestion))
}
