//! What reading the annotations of one Ingress found out, put in its place.

use genkan_diagnosis::{Finding, escape_pointer};
use genkan_objects::{
    Object, Resource,
    kind::{Annotation, ConfigMap, Ingress},
};

use crate::{
    annotation::{self, Remark, Written},
    mark::{self, Part, annotation_pointer},
};

/// One finding for each remark.
pub(crate) fn findings(object: &Resource<Ingress>, remarks: &[Remark]) -> Vec<Finding> {
    let place = |remark: &Remark| {
        let part = if remark.is_about_value() {
            Part::Value
        } else {
            Part::Key
        };
        let finding = remark
            .finding("/metadata/annotations")
            .value(remark.value.as_str());
        mark::at(
            finding,
            object,
            &annotation_pointer(&remark.key),
            part,
            remark.label(),
        )
    };
    remarks.iter().map(place).collect()
}

/// GK0204: annotations for Ingresses on an object that is none.
pub(crate) fn misplaced(object: &Object, prefix: &str) -> Vec<Finding> {
    match object {
        Object::Ingress(_) => Vec::new(),
        Object::IngressClass(object) => on_wrong_kind(object, prefix),
        Object::Service(object) => on_wrong_kind(object, prefix),
        Object::EndpointSlice(object) => on_wrong_kind(object, prefix),
        Object::Secret(object) => on_wrong_kind(object, prefix),
        Object::ConfigMap(object) => on_wrong_kind(object, prefix),
        Object::Namespace(object) => on_wrong_kind(object, prefix),
        Object::Workload(object) => on_wrong_kind(object, prefix),
        Object::StaticSite(object) => on_wrong_kind(object, prefix),
    }
}

fn on_wrong_kind<T>(object: &Resource<T>, prefix: &str) -> Vec<Finding> {
    let remark = |written: &Annotation| {
        let written = Written {
            key: &written.key.value,
            value: &written.value.value,
            is_text: written.is_text,
        };
        let remark = annotation::misplaced(&object.object_ref().kind, &written, prefix)?;
        let finding = remark.finding("/metadata/annotations");
        let pointer = annotation_pointer(&remark.key);
        Some(mark::at(
            finding,
            object,
            &pointer,
            Part::Key,
            remark.label(),
        ))
    };
    object.meta.annotations.iter().filter_map(remark).collect()
}

/// One finding for each remark on a key of the main ConfigMap.
pub(crate) fn of_config_map(object: &Resource<ConfigMap>, remarks: &[Remark]) -> Vec<Finding> {
    let place = |remark: &Remark| {
        let part = if remark.is_about_value() {
            Part::Value
        } else {
            Part::Key
        };
        let finding = remark.finding("/data").value(remark.value.as_str());
        let pointer = format!("/data/{}", escape_pointer(&remark.key));
        mark::at(finding, object, &pointer, part, remark.label())
    };
    remarks.iter().map(place).collect()
}
