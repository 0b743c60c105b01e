//! What reading the annotations of one Ingress found out, put in its place.

use genkan_diagnosis::Finding;
use genkan_objects::{Resource, kind::Ingress};

use crate::{
    annotation::Remark,
    mark::{self, Part, annotation_pointer},
};

/// One finding for each remark.
pub(crate) fn findings(object: &Resource<Ingress>, remarks: &[Remark]) -> Vec<Finding> {
    let place = |remark: &Remark| {
        let part = if remark.is_about_value() { Part::Value } else { Part::Key };
        let finding = remark.finding("/metadata/annotations").value(remark.value.as_str());
        mark::at(finding, object, &annotation_pointer(&remark.key), part, remark.label())
    };
    remarks.iter().map(place).collect()
}
