//! What reading the annotations of one Ingress found out, put in its place.

use genkan_diagnosis::{Finding, escape_pointer};
use genkan_objects::{
    Resource,
    kind::{ConfigMap, Ingress},
};

use crate::{
    annotation::Remark,
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
