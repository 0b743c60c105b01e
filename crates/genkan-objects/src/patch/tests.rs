//! Patches on block YAML, flow YAML and JSON.

use genkan_diagnosis::PatchOperation;
use serde_json::{Value, json};

use super::{PatchError, apply, edits};
use crate::files;

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

fn patch(text: &str, operations: &Value) -> Result<String, PatchError> {
    let read = files::read("a.yaml", text.as_bytes());
    let object = read
        .documents
        .last()
        .unwrap()
        .objects
        .last()
        .unwrap_or_else(|| panic!("{read:?}"));
    let operations: Vec<_> = operations
        .as_array()
        .unwrap()
        .iter()
        .map(operation)
        .collect();
    Ok(apply(text, &edits(object.place(), &operations)?))
}

fn operation(operation: &Value) -> PatchOperation {
    let path = operation["path"].as_str().unwrap().to_owned();
    let value = operation["value"].clone();
    match operation["op"].as_str().unwrap() {
        "add" => PatchOperation::Add { path, value },
        "replace" => PatchOperation::Replace { path, value },
        _ => PatchOperation::Remove { path },
    }
}

fn add(path: &str, value: impl Into<Value>) -> Value {
    let value = value.into();
    json!([{"op": "add", "path": path, "value": value}])
}

fn replace(path: &str, value: impl Into<Value>) -> Value {
    let value = value.into();
    json!([{"op": "replace", "path": path, "value": value}])
}

fn remove(path: &str) -> Value {
    json!([{"op": "remove", "path": path}])
}

/// Patches a document of which only the part behind the metadata's name is given.
fn check(before: &str, operations: &Value, after: &str) {
    let patched = patch(&format!("{HEAD}{before}"), operations);
    assert_eq!(
        patched,
        Ok(format!("{HEAD}{after}")),
        "{before:?} {operations}"
    );
}

#[test]
fn entries_are_removed_with_their_lines() {
    check(
        "data:\n  a: x # why\n  # b\n  b: w\n",
        &remove("/data/a"),
        "data:\n  # b\n  b: w\n",
    );
    check(
        "data:\n  a: x\n  b: w",
        &remove("/data/b"),
        "data:\n  a: x\n",
    );
    check(
        "data:\n  a: |\n    1\n    2\n  b: w\n",
        &remove("/data/a"),
        "data:\n  b: w\n",
    );
    check("data:\n  a: x\nx: 1\n", &remove("/data/a"), "data:\nx: 1\n");
    check(
        "data:\n  a: x\nx:\n  q: 1\n",
        &remove("/x"),
        "data:\n  a: x\n",
    );
    check(
        "data:\n  a:\n  b: w\n",
        &remove("/data/a"),
        "data:\n  b: w\n",
    );
}

#[test]
fn the_first_entry_of_a_list_item_leaves_the_dash() {
    check("x:\n- a: 1\n  b: 2\n", &remove("/x/0/a"), "x:\n- b: 2\n");
    check(
        "x:\n- a: 1\n- c: 3\n",
        &remove("/x/0/a"),
        "x:\n- {}\n- c: 3\n",
    );
    check(
        "x:\n  - a: 1\n    b: 2\n  - c\n",
        &remove("/x/0"),
        "x:\n  - c\n",
    );
    check(
        "x:\n- a # 1\n- - b\n  - c\n",
        &remove("/x/1/0"),
        "x:\n- a # 1\n- - c\n",
    );
}

#[test]
fn flow_entries_are_removed_with_their_comma() {
    check(
        "data: {a: x, b: w, c: z}\n",
        &remove("/data/a"),
        "data: {b: w, c: z}\n",
    );
    check(
        "data: {a: x, b: w, c: z}\n",
        &remove("/data/c"),
        "data: {a: x, b: w}\n",
    );
    check("data: {a: x}\n", &remove("/data/a"), "data: {}\n");
    check("x: [1, 2, 3]\n", &remove("/x/1"), "x: [1, 3]\n");
}

#[test]
fn values_are_replaced_in_their_style() {
    check(
        "data:\n  a: x # why\n",
        &replace("/data/a", json!("w")),
        "data:\n  a: w # why\n",
    );
    check(
        "data:\n  a: 'x'\n",
        &replace("/data/a", json!("it's")),
        "data:\n  a: 'it''s'\n",
    );
    check(
        "data:\n  a: \"x\"\n",
        &replace("/data/a", json!("w")),
        "data:\n  a: \"w\"\n",
    );
    check(
        "data:\n  a: x\n",
        &replace("/data/a", json!("on")),
        "data:\n  a: \"on\"\n",
    );
    check(
        "data:\n  a:\n  b: w\n",
        &replace("/data/a", json!("z")),
        "data:\n  a: z\n  b: w\n",
    );
    check(
        "data:\n  a: |\n    1\n    2\n  b: w\n",
        &replace("/data/a", json!("z")),
        "data:\n  a: z\n  b: w\n",
    );
    check(
        "x:\n  a:\n    b: 1\n  c: 2\n",
        &replace("/x/a", json!(7)),
        "x:\n  a: 7\n  c: 2\n",
    );
    check(
        "x: 1\n",
        &replace("/x", json!({"a": [1, {"b": "c"}]})),
        "x:\n  a:\n  - 1\n  - b: c\n",
    );
    check(
        "x: [1, {a: b}]\n",
        &replace("/x/1/a", json!("c,d")),
        "x: [1, {a: \"c,d\"}]\n",
    );
    check(
        "x:\n- a\n- b\n",
        &replace("/x/1", json!({"c": 1, "d": 2})),
        "x:\n- a\n- c: 1\n  d: 2\n",
    );
}

#[test]
fn entries_are_added_behind_the_last() {
    check(
        "data:\n  a: x # why\nx: 1\n",
        &add("/data/b", json!("w")),
        "data:\n  a: x # why\n  b: w\nx: 1\n",
    );
    check(
        "data:\n  a: x",
        &add("/data/b", json!("w")),
        "data:\n  a: x\n  b: w",
    );
    check(
        "data:\n  a: x\n",
        &add("/data/a", json!("w")),
        "data:\n  a: w\n",
    );
    check("data:\n", &add("/data/b", json!("w")), "data:\n  b: w\n");
    check("data: {}\n", &add("/data/b", json!("w")), "data: {b: w}\n");
    check(
        "data: {a: x}\n",
        &add("/data/b", json!("w")),
        "data: {a: x, b: w}\n",
    );
    check(
        "x:\n- a: 1\n  c:\n    d: 2\n",
        &add("/x/0/b", json!("w")),
        "x:\n- a: 1\n  c:\n    d: 2\n  b: w\n",
    );
    let text = format!("{HEAD}data:\n  a: x\n");
    let patched = patch(&text, &add("/metadata/annotations", json!({"k/v": "1"})));
    let expected = text.replace("name: a\n", "name: a\n  annotations:\n    k/v: \"1\"\n");
    assert_eq!(patched, Ok(expected));
}

#[test]
fn items_are_inserted_where_they_belong() {
    check(
        "x:\n- a\n- b\n",
        &add("/x/1", json!("c")),
        "x:\n- a\n- c\n- b\n",
    );
    check(
        "x:\n  - a\nq: 1\n",
        &add("/x/-", json!({"c": 1, "d": 2})),
        "x:\n  - a\n  - c: 1\n    d: 2\nq: 1\n",
    );
    check("x: [a, b]\n", &add("/x/0", json!("c")), "x: [c, a, b]\n");
    check("x: []\n", &add("/x/-", json!("c")), "x: [c]\n");
}

#[test]
fn json_stays_json() {
    let text = "{\n  \"apiVersion\": \"v1\", \"kind\": \"ConfigMap\",\n  \"metadata\": {\"name\": \"a\"},\n  \"data\": {\n    \"a\": \"x\",\n    \"b\": \"y\"\n  }\n}\n";
    let check = |operations: &Value, from: &str, to: &str| {
        assert_eq!(
            patch(text, operations),
            Ok(text.replace(from, to)),
            "{operations}"
        );
    };
    check(&remove("/data/a"), "\"a\": \"x\",\n    ", "");
    check(&remove("/data/b"), ",\n    \"b\": \"y\"", "");
    check(&replace("/data/a", json!("on")), "\"x\"", "\"on\"");
    check(
        &add("/data/c", json!("z")),
        "\"y\"",
        "\"y\",\n    \"c\": \"z\"",
    );
    check(
        &add("/metadata/labels", json!({"k": "v"})),
        "\"a\"}",
        "\"a\", \"labels\": {\"k\":\"v\"}}",
    );
}

#[test]
fn operations_build_on_one_another() {
    let operations = json!([
        {"op": "add", "path": "/x", "value": {}},
        {"op": "add", "path": "/x/a", "value": 1},
        {"op": "remove", "path": "/data/a"},
        {"op": "replace", "path": "/data/b", "value": "w"},
    ]);
    check(
        "data:\n  a: x\n  b: w\n  c: z\n",
        &operations,
        "data:\n  b: w\n  c: z\nx: {a: 1}\n",
    );
}

#[test]
fn only_the_object_that_is_meant_changes() {
    let text = format!("{HEAD}data:\n  a: x\n---\n{HEAD}data:\n  a: x\n");
    let expected = format!("{HEAD}data:\n  a: x\n---\n{HEAD}data:\n  a: w\n");
    assert_eq!(patch(&text, &replace("/data/a", json!("w"))), Ok(expected));
    let item = HEAD.replace('\n', "\n  ").trim_end().to_owned();
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- {item}\n  data: {{a: x}}\n");
    let expected = list.replace("a: x}", "a: w}");
    assert_eq!(patch(&list, &replace("/data/a", json!("w"))), Ok(expected));
}

#[test]
fn what_is_shared_is_not_changed() {
    let text = format!("{HEAD}base: &b {{x: \"1\"}}\ndata: *b\n");
    let shared = PatchError::Shared("/data/x".to_owned());
    assert_eq!(patch(&text, &remove("/data/x")), Err(shared.clone()));
    let text = format!("{HEAD}base: &b {{x: \"1\"}}\ndata:\n  <<: *b\n  q: z\n");
    assert_eq!(patch(&text, &remove("/data/x")), Err(shared));
    let expected = format!("{text}  x: \"2\"\n");
    assert_eq!(patch(&text, &replace("/data/x", json!("2"))), Ok(expected));
}

#[test]
fn pointers_that_lead_nowhere_are_told() {
    let text = format!("{HEAD}data:\n  a: x\n");
    for path in ["/data/b", "/nothing/a", "/data/a/b"] {
        assert_eq!(
            patch(&text, &remove(path)),
            Err(PatchError::NotFound(path.to_owned()))
        );
    }
    assert_eq!(patch(&text, &remove("")), Err(PatchError::WholeObject));
}
