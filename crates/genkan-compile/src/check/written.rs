//! `genkan.io/endpoints` on Services: values that cannot be read, ports that are not there, and objects
//! in which it does not count.

use genkan_diagnosis::{Code, Finding, words};
use genkan_objects::{
    Resource,
    kind::{ENDPOINTS_ANNOTATION, Service},
};

use crate::{
    endpoints::{find_port, read_written},
    mark::{self, Part, annotation_pointer},
};

/// What is wrong with the annotation of one Service.
pub(crate) fn of_service(service: &Resource<Service>) -> Option<Finding> {
    let value = &*service.meta.annotation(ENDPOINTS_ANNOTATION)?.value.value;
    let pointer = annotation_pointer(ENDPOINTS_ANNOTATION);
    if !service.from_file() {
        let reason = "it counts only in objects from files";
        let finding = Finding::new(Code::GK0207)
            .arg("annotation", ENDPOINTS_ANNOTATION)
            .arg("reason", reason);
        return Some(mark::at(
            finding,
            service,
            &pointer,
            Part::Key,
            &words::NO_EFFECT,
        ));
    }
    let wrong = match read_written(value) {
        Err(fault) => format!("`{}` is no address and port", fault.entry),
        Ok(written) => {
            let unknown = written
                .ports()
                .find(|port| find_port(&service.spec, port, false).is_none());
            format!("the Service has no port `{}`", unknown?)
        }
    };
    let finding = Finding::new(Code::GK0202)
        .arg("annotation", ENDPOINTS_ANNOTATION)
        .arg("value", value)
        .arg(
            "expected",
            "addresses such as `127.0.0.1:5000`, or `http=127.0.0.1:5000`",
        );
    let label = words::UNREADABLE.arg("reason", wrong);
    Some(mark::at(finding, service, &pointer, Part::Value, label))
}
