//! Puts findings at places: fields of objects, named by JSON pointer.

use genkan_diagnosis::{Finding, Message, Span, escape_pointer};
use genkan_objects::{Resource, kind::Ingress};
use genkan_route::route::RouteOrigin;

/// Which part of a field is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The key; of list items, which have none, the value.
    Key,
    /// The value.
    Value,
}

/// Puts a finding on a field: object, pointer, place and who wrote it.
pub(crate) fn at<T>(
    finding: Finding,
    object: &Resource<T>,
    pointer: &str,
    part: Part,
    label: impl Into<Message>,
) -> Finding {
    let finding = finding
        .on(object.object_ref())
        .field(pointer)
        .at(span(object, pointer, part), label);
    match object.meta.set_by() {
        Some(set_by) => finding.set_by(set_by),
        None => finding,
    }
}

/// Adds a second field, of this or another object.
pub(crate) fn also<T>(
    finding: Finding,
    object: &Resource<T>,
    pointer: &str,
    part: Part,
    label: impl Into<Message>,
) -> Finding {
    finding.also_on(
        object.object_ref(),
        pointer,
        span(object, pointer, part),
        label,
    )
}

/// The place of a field, or of the nearest one above it that is written.
pub(crate) fn span<T>(object: &Resource<T>, pointer: &str, part: Part) -> Span {
    let origin = object.place.origin();
    let exact = match part {
        Part::Key => origin.key(pointer).or_else(|| origin.value(pointer)),
        Part::Value => origin.value(pointer),
    };
    exact
        .or_else(|| origin.nearest(pointer))
        .unwrap_or_else(|| object.place.whole())
}

/// Pointer to an annotation.
pub(crate) fn annotation_pointer(key: &str) -> String {
    format!("/metadata/annotations/{}", escape_pointer(key))
}

/// The key of the annotation that has this name behind its prefix, as the object writes it.
pub(crate) fn annotation_key<'i>(ingress: &'i Resource<Ingress>, name: &str) -> Option<&'i str> {
    let keys = ingress
        .meta
        .annotations
        .iter()
        .map(|annotation| &**annotation.key);
    keys.into_iter()
        .find(|key| key.rsplit_once('/').is_some_and(|(_, found)| found == name))
}

/// Pointer to what a route was made from.
pub(crate) fn route_pointer(origin: &RouteOrigin) -> String {
    match (origin.rule, origin.path) {
        (Some(rule), Some(path)) => format!("/spec/rules/{rule}/http/paths/{path}"),
        (Some(rule), None) => format!("/spec/rules/{rule}"),
        _ => "/spec/defaultBackend".to_owned(),
    }
}
