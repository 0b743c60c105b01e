//! Traces survive JSON, and the closed list of reasons is what it says.

use super::*;

#[test]
fn reasons_have_the_wire_texts_of_the_closed_list() {
    let check = |text: &str| assert_eq!(text.parse::<Reason>().unwrap().to_string(), text);
    for text in [
        "other-host",
        "other-class",
        "exact-differs",
        "exact-differs-only-by-slash",
        "prefix-not-at-element-boundary",
        "not-a-prefix",
        "case-differs",
        "pattern-fails-at(8)",
        "pattern-invalid",
        "literal-not-pattern",
        "less-specific-than(1)",
        "older-twin-wins(2)",
        "canary-not-chosen(weight)",
        "method-differs",
        "header-differs(x-user)",
        "query-differs(page)",
        "not-attached(NotAllowedByListeners)",
        "rejected(GK0007)",
        "not-loaded(12)",
    ] {
        check(text);
    }
    for text in [
        "",
        "unheard-of",
        "rejected(GK9999)",
        "less-specific-than(one)",
        "not-loaded(1",
    ] {
        assert_eq!(text.parse::<Reason>(), Err(UnknownReason(text.to_owned())));
    }
}

#[test]
fn what_is_not_known_is_said_and_survives_json() {
    let trace = Trace {
        request: Request {
            method: "GET".into(),
            path: "/".into(),
            ..Request::default()
        },
        tls: Known::Value(None),
        ..Trace::default()
    };
    let json = serde_json::to_value(&trace).unwrap();
    assert_eq!(json["response"], "unknown");
    assert_eq!(json["listener"], "unknown");
    assert_eq!(json["tls"], serde_json::Value::Null);
    assert_eq!(json["redirect"], serde_json::Value::Null);
    assert_eq!(serde_json::from_value::<Trace>(json).unwrap(), trace);
}
