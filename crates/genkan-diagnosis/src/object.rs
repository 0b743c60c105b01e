//! References to Kubernetes objects, as findings and traces name them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which object is meant. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Group and version, such as `networking.k8s.io/v1`.
    pub api_version: Arc<str>,
    /// Kind, such as `Ingress`.
    pub kind: Arc<str>,
    /// Namespace; none for cluster-wide kinds.
    pub namespace: Option<Arc<str>>,
    /// Name within the namespace.
    pub name: Arc<str>,
}

impl ObjectRef {
    /// A reference; an empty namespace means none.
    pub fn new(
        api_version: impl Into<Arc<str>>,
        kind: impl Into<Arc<str>>,
        namespace: impl Into<Arc<str>>,
        name: impl Into<Arc<str>>,
    ) -> Self {
        let namespace = Some(namespace.into()).filter(|namespace| !namespace.is_empty());
        Self {
            api_version: api_version.into(),
            kind: kind.into(),
            namespace,
            name: name.into(),
        }
    }

    /// An Ingress of `networking.k8s.io/v1`.
    pub fn ingress(namespace: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self::new("networking.k8s.io/v1", "Ingress", namespace, name)
    }

    /// A Service of `v1`.
    pub fn service(namespace: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self::new("v1", "Service", namespace, name)
    }

    /// `namespace/name`, or the name alone.
    pub fn full_name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.to_string(),
        }
    }

    /// `Ingress/todo/todo#/spec/rules/0`: the object and a field in it, for machines.
    pub fn qualified(&self, pointer: &str) -> String {
        format!("{}/{}#{pointer}", self.kind, self.full_name())
    }
}

impl fmt::Display for ObjectRef {
    /// `Ingress todo/todo`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.full_name())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow)]
    api_version: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    namespace: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
}

impl Serialize for ObjectRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = Wire {
            api_version: (&*self.api_version).into(),
            kind: (&*self.kind).into(),
            namespace: self.namespace.as_deref().map(Into::into),
            name: (&*self.name).into(),
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ObjectRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let namespace = wire.namespace.unwrap_or_default();
        Ok(Self::new(
            &*wire.api_version,
            &*wire.kind,
            &*namespace,
            &*wire.name,
        ))
    }
}

/// Escapes one step of a JSON pointer (RFC 6901 section 3): `a/b` becomes `a~1b`.
pub fn escape_pointer(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// A JSON pointer as people write field paths: `/spec/rules/0/http` as `spec.rules[0].http`, and a key
/// with dots or slashes in brackets.
pub(crate) fn field_path(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if step.bytes().all(|byte| byte.is_ascii_digit()) && !step.is_empty() {
            path.push_str(&format!("[{step}]"));
        } else if step.contains(['.', '/', ' ', '[']) || step.is_empty() {
            path.push_str(&format!("[\"{step}\"]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&step);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_named_with_kind_and_namespace() {
        assert_eq!(
            ObjectRef::ingress("todo", "web").to_string(),
            "Ingress todo/web"
        );
        let class = ObjectRef::new("networking.k8s.io/v1", "IngressClass", "", "nginx");
        assert_eq!(class.to_string(), "IngressClass nginx");
        assert_eq!(class.qualified("/spec"), "IngressClass/nginx#/spec");
    }

    #[test]
    fn pointers_read_as_field_paths() {
        assert_eq!(
            field_path("/spec/rules/0/http/paths/1/path"),
            "spec.rules[0].http.paths[1].path"
        );
        let key = escape_pointer("nginx.ingress.kubernetes.io/rewrite-target");
        assert_eq!(key, "nginx.ingress.kubernetes.io~1rewrite-target");
        assert_eq!(
            field_path(&format!("/metadata/annotations/{key}")),
            "metadata.annotations[\"nginx.ingress.kubernetes.io/rewrite-target\"]"
        );
    }

    #[test]
    fn references_survive_json() {
        for object in [
            ObjectRef::ingress("a", "b"),
            ObjectRef::new("v1", "Node", "", "n"),
        ] {
            let json = serde_json::to_string(&object).unwrap();
            assert_eq!(serde_json::from_str::<ObjectRef>(&json).unwrap(), object);
        }
    }
}
