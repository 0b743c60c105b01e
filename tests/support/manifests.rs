//! Short manifests for tests that are about something else, and ways to write
//! any object as YAML or JSON.

use std::fmt::Write as _;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::Random;

/// A Service `name` in the namespace `default` with one port, `http` (80),
/// that leads to `addresses`.
#[must_use]
pub fn service(name: &str, addresses: &[SocketAddr]) -> Value {
    let endpoints: Vec<String> = addresses.iter().map(SocketAddr::to_string).collect();
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "annotations": { "genkan.io/endpoints": endpoints.join(",") },
        },
        "spec": { "ports": [{ "name": "http", "port": 80 }] },
    })
}

/// An Ingress `name` in the namespace `default` for one host. Each path is its
/// text, its `pathType` and the Service whose port `http` it leads to.
#[must_use]
pub fn ingress(name: &str, class: &str, host: &str, paths: &[(&str, &str, &str)]) -> Value {
    let paths: Vec<Value> = paths
        .iter()
        .map(|(path, path_type, service)| {
            let port = json!({ "name": service, "port": { "name": "http" } });
            json!({ "path": path, "pathType": path_type, "backend": { "service": port } })
        })
        .collect();
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": { "name": name },
        "spec": {
            "ingressClassName": class,
            "rules": [{ "host": host, "http": { "paths": paths } }],
        },
    })
}

/// The main ConfigMap with these keys.
#[must_use]
pub fn settings(keys: &[(&str, &str)]) -> Value {
    config_map("ingress-nginx/ingress-nginx-controller", keys)
}

/// A ConfigMap, named `NAMESPACE/NAME`.
///
/// # Panics
/// When the name has no slash.
#[must_use]
pub fn config_map(name: &str, keys: &[(&str, &str)]) -> Value {
    let (namespace, name) = name.split_once('/').expect("a namespace and a name");
    let data: serde_json::Map<String, Value> = keys
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)))
        .collect();
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": name, "namespace": namespace },
        "data": data,
    })
}

/// `object` with an annotation.
///
/// # Panics
/// When it has no metadata.
#[must_use]
pub fn annotated(mut object: Value, name: &str, value: &str) -> Value {
    let metadata = object["metadata"]
        .as_object_mut()
        .expect("an object has metadata");
    metadata.entry("annotations").or_insert_with(|| json!({}))[name] = json!(value);
    object
}

/// The objects as one file: YAML documents, in plain style.
#[must_use]
pub fn documents(objects: &[Value]) -> String {
    let texts: Vec<String> = objects.iter().map(|object| yaml(object, None)).collect();
    texts.join("---\n")
}

/// An object as block YAML. With a source of randomness: comments between the
/// lines, empty lines, and strings now plain, now quoted in either way.
#[must_use]
pub fn yaml(object: &Value, mut random: Option<&mut Random>) -> String {
    let mut text = String::new();
    write(object, 0, "", &mut text, &mut random);
    text
}

fn write(
    value: &Value,
    indent: usize,
    first: &str,
    out: &mut String,
    random: &mut Option<&mut Random>,
) {
    // `first` stands before the first line in place of its indentation: "- " of a list item.
    let mut lead = first.to_owned();
    let mut begin = |out: &mut String, random: &mut Option<&mut Random>| {
        if lead.is_empty() {
            disturb(indent, out, random);
            " ".repeat(indent)
        } else {
            std::mem::take(&mut lead)
        }
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                let lead = begin(out, random);
                if is_block(value) {
                    let _ = writeln!(out, "{lead}{key}:");
                    write(value, indent + 2, "", out, random);
                } else {
                    let _ = writeln!(out, "{lead}{key}: {}", scalar(value, random));
                }
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let lead = format!("{}- ", begin(out, random));
                write(item, indent + 2, &lead, out, random);
            }
        }
        _ => {
            let lead = begin(out, random);
            let _ = writeln!(out, "{lead}{}", scalar(value, random));
        }
    }
}

fn is_block(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| !fields.is_empty())
        || value.as_array().is_some_and(|items| !items.is_empty())
}

fn disturb(indent: usize, out: &mut String, random: &mut Option<&mut Random>) {
    let Some(random) = random else { return };
    if random.one_in(6) {
        let _ = writeln!(
            out,
            "{}# {}: {}",
            " ".repeat(indent),
            random.word(),
            random.word()
        );
    }
    if random.one_in(12) {
        out.push('\n');
    }
}

fn scalar(value: &Value, random: &mut Option<&mut Random>) -> String {
    // JSON's own form of a scalar, an empty list or an empty map is YAML too.
    let quoted = value.to_string();
    let Some(text) = value.as_str() else {
        return quoted;
    };
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/.-_$".contains(c))
        && !matches!(
            text,
            "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
        );
    match random.as_mut().map(|random| random.below(3)) {
        Some(0) => quoted,
        Some(1) if !text.contains(['\'', '\n']) => format!("'{text}'"),
        _ if plain => text.to_owned(),
        _ => quoted,
    }
}
