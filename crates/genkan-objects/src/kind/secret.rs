//! `v1` Secret. Its values never appear in `Debug` output, problems or sources.

use std::fmt;

use super::ObjectMeta;
use crate::base64;
use crate::extent::SpannedText;
use crate::fields::{Fields, Problems};
use crate::node::Node;
use crate::problem::{Impact, ProblemKind};

/// Certificates, passwords.
#[derive(Clone, Debug, PartialEq)]
pub struct Secret {
    /// The type, such as `kubernetes.io/tls`; `Opaque` where none is written.
    pub secret_type: Box<str>,
    /// Decoded values by key, sorted; `stringData` wins over `data`, as in the API server.
    pub data: Vec<(SpannedText, SecretBytes)>,
}

/// A value that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Box<[u8]>);

impl SecretBytes {
    /// The value. Whoever asks must not write it anywhere.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.0.len())
    }
}

impl Secret {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&SecretBytes> {
        self.data
            .iter()
            .find(|(found, _)| &*found.value == key)
            .map(|(_, value)| value)
    }
}

pub(super) fn read(object: &mut Fields<'_, '_>, _: &ObjectMeta, problems: &mut Problems) -> Secret {
    let secret_type = object
        .string("type", problems)
        .map_or_else(|| "Opaque".into(), |found| found.value);
    let mut data: Vec<(SpannedText, SecretBytes)> = Vec::new();
    for (key, value) in object.string_map("stringData", problems) {
        data.push((
            key,
            SecretBytes(value.value.into_string().into_bytes().into()),
        ));
    }
    let path = object.path.key("data");
    for (key, value) in object.string_map("data", problems) {
        if data.iter().any(|(present, _)| present.value == key.value) {
            continue;
        }
        match base64::decode(value.as_bytes()) {
            Some(bytes) => data.push((key, SecretBytes(bytes.into()))),
            None => {
                let kind = ProblemKind::NotBase64 {
                    key: key.value.clone(),
                };
                problems.add(kind, Impact::Incomplete, key.span, &path.key(&key.value));
            }
        }
    }
    object.pass_over(&["immutable"]);
    data.sort_by(|(a, _), (b, _)| a.value.cmp(&b.value));
    Secret { secret_type, data }
}

/// The nodes of a Secret whose text must not be shown: its values, and the copy of the whole object that
/// kubectl leaves in an annotation.
pub(crate) fn confidential(secret: &Node) -> Vec<&Node> {
    let values = |field: &str| {
        secret
            .get(field)
            .and_then(Node::entries)
            .unwrap_or_default()
    };
    let copy = secret
        .get("metadata")
        .and_then(|meta| meta.get("annotations"))
        .and_then(|annotations| {
            annotations.get("kubectl.kubernetes.io/last-applied-configuration")
        });
    let entries = values("data").iter().chain(values("stringData"));
    entries.map(|entry| &entry.value).chain(copy).collect()
}
