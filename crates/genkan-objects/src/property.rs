//! One value in all forms: block YAML, flow YAML and JSON must read alike.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{Object, files, render, stream};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z/.:#,*&!|>'\"%@{}\\[\\] -]{0,12}",
        "\\PC{0,8}",
        "(yes|on|0x1F|08|1e3|~|null|-|1_0)"
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn values_are_the_same_in_every_form(value in json_value()) {
        check_round_trip(&json!({"a": value}));
    }

    #[test]
    fn ingresses_are_the_same_in_yaml_and_json(
        host in "[a-z]{1,5}(\\.[a-z]{1,5})?",
        path in "/[a-zA-Z0-9/._$()|*-]{0,10}",
        annotation in text(),
        port in 1..65536_i32,
    ) {
        let object = json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": "a", "annotations": {"k": annotation}},
            "spec": {"rules": [{"host": host, "http": {"paths": [{
                "path": path, "pathType": "Prefix",
                "backend": {"service": {"name": "s", "port": {"number": port}}}
            }]}}]}
        });
        let read = |text: &str| {
            let mut read = files::read("a", text.as_bytes());
            let Some(Object::Ingress(found)) = read.documents.remove(0).objects.pop() else {
                panic!("{text}")
            };
            let path = &found.spec.rules[0].paths[0];
            assert_eq!(path.path.as_ref().unwrap().span.text(text).trim_matches('"'), &*path.path.as_ref().unwrap().value);
            let host = found.spec.rules[0].host.clone().unwrap().value;
            let service = path.backend.service.clone().unwrap();
            let annotation = found.meta.annotation("k").unwrap().value.value.clone();
            (host, path.path.clone().unwrap().value, service.port.unwrap().value, annotation)
        };
        let yaml = read(&crate::render::block(&object, 0));
        prop_assert_eq!(&yaml, &read(&object.to_string()));
        prop_assert_eq!(&*yaml.3, annotation.as_str());
    }
}

/// A value written as block YAML, flow YAML and JSON must be read back as itself.
fn check_round_trip(value: &Value) {
    let forms = [
        format!("{}\n", render::block(value, 0)),
        render::flow(value, false),
        value.to_string(),
        format!("{value:#}"),
    ];
    for text in forms {
        let read = stream::documents(&text).pop().map(|document| document.root);
        match read {
            Some(Ok(root)) => assert_eq!(root.to_json(), *value, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}
