//! What is wrong with each object on its own, kept until the object changes.

use std::collections::BTreeMap;

use genkan_diagnosis::Finding;
use genkan_objects::{Object, ObjectKey, ObjectStore};

use super::{problem, remark, written};

/// Findings by object; objects without any are left out.
#[derive(Debug, Default)]
pub(crate) struct ObjectFindings(BTreeMap<ObjectKey, Vec<Finding>>);

impl ObjectFindings {
    /// Looks at the objects that changed.
    pub(crate) fn refresh(
        &mut self,
        objects: &ObjectStore,
        changed: &[ObjectKey],
        annotations_prefix: &str,
    ) {
        for key in changed {
            let mut findings = Vec::new();
            if let Some(object) = objects.get(key) {
                findings = problem::of_object(&object);
                findings.extend(remark::misplaced(&object, annotations_prefix));
                if let Object::Service(service) = &object {
                    findings.extend(written::of_service(service));
                }
            }
            if findings.is_empty() {
                self.0.remove(key);
            } else {
                self.0.insert(key.clone(), findings);
            }
        }
    }

    /// All findings.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Finding> {
        self.0.values().flatten()
    }
}
