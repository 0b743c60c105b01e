//! `v1` ConfigMap.

use super::ObjectMeta;
use crate::base64;
use crate::extent::SpannedText;
use crate::fields::{Fields, Problems};
use crate::problem::{Impact, ProblemKind};

/// Settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigMap {
    /// Texts by key, in the order written.
    pub data: Vec<(SpannedText, SpannedText)>,
    /// Bytes by key, in the order written.
    pub binary_data: Vec<(SpannedText, Box<[u8]>)>,
}

impl ConfigMap {
    /// The text of a key.
    pub fn get(&self, key: &str) -> Option<&SpannedText> {
        self.data
            .iter()
            .find(|(found, _)| &*found.value == key)
            .map(|(_, value)| value)
    }
}

pub(super) fn read(
    object: &mut Fields<'_, '_>,
    _: &ObjectMeta,
    problems: &mut Problems,
) -> ConfigMap {
    let data = object.string_map("data", problems);
    let path = object.path.key("binaryData");
    let mut binary_data = Vec::new();
    for (key, value) in object.string_map("binaryData", problems) {
        match base64::decode(value.as_bytes()) {
            Some(bytes) => binary_data.push((key, bytes.into())),
            None => {
                let kind = ProblemKind::NotBase64 {
                    key: key.value.clone(),
                };
                problems.add(kind, Impact::Incomplete, key.span, &path.key(&key.value));
            }
        }
    }
    object.pass_over(&["immutable"]);
    ConfigMap { data, binary_data }
}
