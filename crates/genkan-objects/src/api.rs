//! Live objects, as the Kubernetes API gives them.
//!
//! They have no file, so they get a text of their own: what `kubectl get -o yaml` would print, without
//! `managedFields`. Their fields have places in that text, like those of any file.

use serde_json::{Map, Value};

use crate::files::{self, DocumentObjects};
use crate::kind::FieldManager;
use crate::render;

/// Reads one live object. The result holds the object, the reason why it cannot be read, or neither when
/// its kind is not of interest.
pub fn read(object: &Value) -> DocumentObjects {
    let text = format!("{}\n", render::block(&canonical(object), 0));
    let field = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or("?")
    };
    let (kind, name) = (field("/kind"), field("/metadata/name"));
    let title = match object
        .pointer("/metadata/namespace")
        .and_then(Value::as_str)
    {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    };
    let mut documents = files::read_live(&title, &text).documents;
    let mut document = if documents.is_empty() {
        DocumentObjects::default()
    } else {
        documents.swap_remove(0)
    };
    let noted = object
        .pointer("/metadata/managedFields")
        .and_then(Value::as_array);
    let managers: Vec<_> = noted
        .into_iter()
        .flatten()
        .filter_map(FieldManager::read)
        .collect();
    for object in &mut document.objects {
        if let Some(meta) = object.meta_mut() {
            meta.managers.clone_from(&managers);
        }
    }
    document
}

/// All keys sorted, as kubectl prints them, and without the book-keeping of the API server.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<_> = fields
                .keys()
                .filter(|key| *key != "managedFields")
                .collect();
            keys.sort();
            let sorted = keys
                .into_iter()
                .map(|key| (key.clone(), canonical(&fields[key])));
            Value::Object(sorted.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(canonical).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Object;

    #[test]
    fn live_objects_have_places_in_their_canonical_text() {
        let document = read(&json!({
            "kind": "Ingress",
            "apiVersion": "networking.k8s.io/v1",
            "metadata": {
                "namespace": "todo", "name": "web", "uid": "1",
                "creationTimestamp": "2024-05-01T12:00:00Z",
                "managedFields": [
                    {"manager": "helm", "operation": "Update", "time": "2024-05-01T12:00:00Z"},
                    {"manager": "kubectl-edit", "operation": "Update", "time": "2024-06-01T12:00:00Z"}
                ]
            },
            "spec": {"rules": [{"host": "*.a.example"}]}
        }));
        let [Object::Ingress(ingress)] = document.objects.as_slice() else {
            panic!("{document:?}")
        };
        assert!(!ingress.from_file());
        let host = ingress.spec.rules[0].host.as_ref().unwrap();
        let span = ingress.span(host.span);
        assert_eq!(span.location(), "Ingress todo/web:10:11");
        assert_eq!(span.text(), "\"*.a.example\"");
        assert!(!ingress.place.source.text().contains("managedFields"));
        let set_by = ingress.meta.set_by().unwrap();
        assert_eq!(set_by.manager.as_deref(), Some("kubectl-edit"));
        assert_eq!(set_by.date.as_deref(), Some("2024-06-01"));
    }
}
