//! Places of keys, values and items, in YAML and JSON.

use crate::node::Node;
use crate::stream;

fn root(text: &str) -> Node {
    let document = stream::documents(text).remove(0);
    document
        .root
        .unwrap_or_else(|fault| panic!("{text:?}: {}", fault.fault))
}

/// What the key and the value at a pointer look like in the text.
fn check(text: &str, pointer: &str, key: Option<&str>, value: &str) {
    let root = root(text);
    let (entry, node) = root
        .locate(pointer)
        .unwrap_or_else(|| panic!("{pointer} in {root:#?}"));
    assert_eq!(
        entry.map(|entry| entry.key_span.text(text)),
        key,
        "key of {pointer} in {text:?}"
    );
    assert_eq!(node.span.text(text), value, "{pointer} in {text:?}");
}

#[test]
fn scalars_have_the_place_of_what_was_written() {
    check("a: b\n", "/a", Some("a"), "b");
    check("a:   \"b c\"  # comment\n", "/a", Some("a"), "\"b c\"");
    check("'a': 'b'\nc: d\n", "/a", Some("'a'"), "'b'");
    check("a: b c  \n", "/a", Some("a"), "b c");
    check("a: b\n  c\nd: e\n", "/a", Some("a"), "b\n  c");
    check("a: 玄関 # x\nb: ü\n", "/b", Some("b"), "ü");
    check("a: b\r\nc: d\r\n", "/c", Some("c"), "d");
    check(
        "a: 'it''s' # '\nb: \"\\\"\" # \"\n",
        "/a",
        Some("a"),
        "'it''s'",
    );
    check(
        "a: 'it''s' # '\nb: \"\\\"\" # \"\n",
        "/b",
        Some("b"),
        "\"\\\"\"",
    );
    check("? a\n: b\n", "/a", Some("a"), "b");
}

#[test]
fn block_scalars_begin_with_their_header() {
    check("a: |\n  x\n  y\nb: 1\n", "/a", Some("a"), "|\n  x\n  y");
    check(
        "a: &x |2-  # comment\n\n    x\n",
        "/a",
        Some("a"),
        "|2-  # comment\n\n    x",
    );
    check("- # c | d\n  |\n  x\n", "/0", None, "|\n  x");
    check("- {a: b}\n- |\n  x\n", "/1", None, "|\n  x");
    check("--- >\n x\n", "", None, ">\n x");
    check("a: |\nb: 1\n", "/a", Some("a"), "|");
    check("a: >-\n  x\n\nb: 1\n", "/a", Some("a"), ">-\n  x");
    check("a: |+\n  x\n\n", "/a", Some("a"), "|+\n  x");
}

#[test]
fn missing_values_are_empty_places_behind_the_colon() {
    for text in ["a:\nb: 1\n", "a: # comment\nb: 1\n", "a: \n"] {
        check(text, "/a", Some("a"), "");
        assert_eq!(root(text).pointer("/a").unwrap().span.start, 2, "{text:?}");
    }
    check("- \n- b\n", "/0", None, "");
    check("{a: , b: 1}", "/a", Some("a"), "");
    check("{a, b: 1}", "/a", Some("a"), "");
}

#[test]
fn lists_and_mappings_end_with_their_last_child() {
    let text = "a:\n  b: 1\n  c:\n  - x\n  - y: z\n\n# comment\nd: 2\n";
    check(text, "/a", Some("a"), "b: 1\n  c:\n  - x\n  - y: z");
    check(text, "/a/c", Some("c"), "- x\n  - y: z");
    check(text, "/a/c/1", None, "y: z");
    check(
        text,
        "",
        None,
        "a:\n  b: 1\n  c:\n  - x\n  - y: z\n\n# comment\nd: 2",
    );
    check(
        "a: {b: [1, 2], c: {}}\n",
        "/a",
        Some("a"),
        "{b: [1, 2], c: {}}",
    );
    check("a: {b: [1, 2], c: {}}\n", "/a/b", Some("b"), "[1, 2]");
    check(
        "a:\n- - x\n  - y\n- -1\n",
        "/a",
        Some("a"),
        "- - x\n  - y\n- -1",
    );
    check("a:\n- - x\n  - y\n- -1\n", "/a/0", None, "- x\n  - y");
    check("- a:\n  - x\n", "/0/a", Some("a"), "- x");
    check(
        "a:\n- {b: 1}\n- [c]\nd: 1\n",
        "/a",
        Some("a"),
        "- {b: 1}\n- [c]",
    );
    check("a:\n- [c]\nd: 1\n", "/a", Some("a"), "- [c]");
    check("a:\n- &x [c]\nd: 1\n", "/a", Some("a"), "- &x [c]");
    check("a: &x\n- [c]\nd: 1\n", "/a", Some("a"), "- [c]");
    check("- a: [b]\n", "/0/a", Some("a"), "[b]");
    check("a:\n- # c\n  b\n", "/a", Some("a"), "- # c\n  b");
    check("a: {b: 1, # }\n }\n", "/a", Some("a"), "{b: 1, # }\n }");
    check("a: [{b: 1}, ]", "/a", Some("a"), "[{b: 1}, ]");
    check("a: [{b: 1}]", "/a/0", None, "{b: 1}");
    check("a: [b: 1, c]", "/a/0", None, "b: 1");
}

#[test]
fn anchors_and_tags_do_not_belong_to_the_value() {
    check("a: &x b\nc: *x\n", "/a", Some("a"), "b");
    check("a: &x b\nc: *x\n", "/c", Some("c"), "*x");
    check("a: !!str 80\n", "/a", Some("a"), "80");
    check("a: &x\n  b: 1\nc: *x\n", "/a", Some("a"), "b: 1");
    check("a: &x\n  b: 1\nc: *x\n", "/c/b", Some("b"), "1");
    check("a: &x # comment\n  b: 1\n", "/a", Some("a"), "b: 1");
    check("a: &x {b: 1}\n", "/a", Some("a"), "{b: 1}");
    let text = "a: &x b\nc: *x\n";
    let alias = root(text);
    assert_eq!(
        alias.pointer("/c").unwrap().definition.unwrap().text(text),
        "b"
    );
}

#[test]
fn merged_entries_keep_the_place_they_come_from() {
    let text = "base: &b {x: 1, z: 2}\nuse:\n  <<: *b\n  z: 3\n";
    check(text, "/use/x", Some("x"), "1");
    check(text, "/use/z", Some("z"), "3");
    assert!(root(text).locate("/use/x").unwrap().0.unwrap().merged);
}

#[test]
fn json_gives_the_same_places() {
    let text = "{\n\t\"a\": {\"b/c\": [true, \"x\\n\\u7384\", -1.5e3, null]}\n}\n";
    check(
        text,
        "/a",
        Some("\"a\""),
        "{\"b/c\": [true, \"x\\n\\u7384\", -1.5e3, null]}",
    );
    check(text, "/a/b~1c/1", None, "\"x\\n\\u7384\"");
    assert_eq!(
        root(text).pointer("/a/b~1c/1").unwrap().as_str(),
        Some("x\n玄")
    );
    assert_eq!(
        root(text).pointer("/a/b~1c/2").unwrap().as_integer(),
        Some(-1500)
    );
}

#[test]
fn later_documents_count_from_the_beginning_of_the_file() {
    let text = "a: 玄\n---\nb: 関\n";
    let second = stream::documents(text).remove(1).root.unwrap();
    assert_eq!(second.get("b").unwrap().span.text(text), "関");
}
