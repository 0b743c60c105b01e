//! What is refused, where the fault is said to be, and how expansion is bounded.

use crate::load::{Fault, LoadFault};
use crate::stream;

fn fault(text: &str) -> LoadFault {
    let mut documents = stream::documents(text);
    assert_eq!(documents.len(), 1, "{text:?}");
    match documents.remove(0).root {
        Err(fault) => fault,
        Ok(root) => panic!("{text:?} was read as {root:#?}"),
    }
}

fn check(text: &str, expected: &Fault, place: &str) {
    let found = fault(text);
    assert_eq!(found.fault, *expected, "{text:?}");
    assert_eq!(found.span.text(text), place, "{text:?}");
}

#[test]
fn the_usual_mistakes_are_told_apart() {
    check("a:\n\tb: 1\n", &Fault::Tab, "\t");
    check("a:\n  b: 1\n \tc: 1\n", &Fault::Tab, "\t");
    check(
        "host: *.example.com\n",
        &Fault::UnknownAlias,
        "*.example.com",
    );
    check(
        "hosts: [*.example.com, a]\n",
        &Fault::UnknownAlias,
        "*.example.com",
    );
    check("host: *\n", &Fault::UnknownAlias, "*");
    check("a: b: c\n", &Fault::ValueInValue, ":");
    check("a: \"b\nc: d\n", &Fault::UnclosedQuote, "\"");
    check("a: 'b\n", &Fault::UnclosedQuote, "'");
    check("a: [b, c\n", &Fault::UnclosedBracket, "");
    check("a: {{ .Values.x }}\n", &Fault::Template, "{{ .Values.x }}");
    check(
        "{{- if .x }}\na: 1\n{{- end }}\n",
        &Fault::Template,
        "{{- if .x }}",
    );
    check("a:\n    b: 1\n  c: 2\n", &Fault::Indentation, "c: 2");
    check("a: 1\n  b: 2\n", &Fault::ValueInValue, ":");
    check("- a\nb: 1\n", &Fault::Indentation, "b: 1");
    check("a: .inf\n", &Fault::NotANumber, ".inf");
    check(
        "a: !!int x\n",
        &Fault::Tag {
            tag: "!!int".into(),
        },
        "x",
    );
    check("<<: 1\n", &Fault::Merge, "1");
    check("[a]: b\n", &Fault::Key, "[a]");
    check("a: \u{0}b\n", &Fault::ControlCharacter(0), "\u{0}");
    check("a: &x [*x]\n", &Fault::CircularAlias, "*x");
}

#[test]
fn json_is_judged_as_json() {
    check(
        "{\"a\": 1 \"b\": 2}",
        &Fault::Json {
            expected: "`,` or `}`",
        },
        "\"",
    );
    check("{\"a\": \"b}", &Fault::UnclosedQuote, "\"");
    check(
        "{\"a\": [1, 2}",
        &Fault::Json {
            expected: "`,` or `]`",
        },
        "}",
    );
}

#[test]
fn duplicate_keys_name_both_places() {
    let rows = [
        "a: 1\nb: 2\na: 3\n",
        "{\"a\": 1, \"b\": 2, \"a\": 3}",
        "a: 1\n\"a\": 2\n",
    ];
    for text in rows {
        let found = fault(text);
        assert_eq!(
            found.fault,
            Fault::DuplicateKey { key: "a".into() },
            "{text:?}"
        );
        let first = found.related.unwrap();
        assert!(first < found.span, "{text:?}");
        assert!(
            first.text(text).contains('a') && found.span.text(text).contains('a'),
            "{text:?}"
        );
    }
    let many: String = (0..20).map(|n| format!("k{n}: 1\n")).collect();
    let found = fault(&format!("{many}k7: 2\n"));
    assert_eq!(found.fault, Fault::DuplicateKey { key: "k7".into() });
    // 1 and 0x1 are one key to kubectl.
    assert_eq!(
        fault("1: a\n0x1: b\n").fault,
        Fault::DuplicateKey { key: "1".into() }
    );
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(fault(&format!("a: {deep}")).fault, Fault::TooDeep);
    assert_eq!(fault(&format!("{{\"a\": {deep}}}")).fault, Fault::TooDeep);
    let block: String = (0..200)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    assert_eq!(fault(&block).fault, Fault::TooDeep);
    // Deeper than the stack would bear, were it recursive.
    assert!(stream::documents(&"[".repeat(1_000_000))[0].root.is_err());
    assert!(
        stream::documents(&"{\"a\":".repeat(1_000_000))[0]
            .root
            .is_err()
    );
    assert!(stream::documents(&"- ".repeat(100_000))[0].root.is_err());
}

#[test]
fn a_billion_laughs_are_not_laughed() {
    let mut text = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
    for level in 1..10 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert_eq!(fault(&text).fault, Fault::TooManyAliases);
}

#[test]
fn merge_lists_give_earlier_mappings_precedence() {
    let text = "a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc:\n  z: 4\n  <<: [*a, *b]\n";
    let root = stream::documents(text).remove(0).root.unwrap();
    assert_eq!(
        root.get("c").unwrap().to_json(),
        serde_json::json!({"z": 4, "x": 1})
    );
}
