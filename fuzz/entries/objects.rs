//! What must hold of any bytes that are read as a file of manifests.

use genkan_diagnosis::PatchOperation;
use genkan_objects::files::{Content, FileSet};
use genkan_objects::node::{Node, Style, Value};
use genkan_objects::{patch, yaml};

/// Patches tried for one object: each reads its document again.
const PATCHED_MAX: usize = 8;

/// Bytes as a file, after a good version of it.
pub(crate) fn yaml(data: &[u8]) {
    let good = b"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
    let mut set = FileSet::default();
    set.apply("a.yaml", &Content::Bytes(good.to_vec()));
    set.apply("a.yaml", &Content::Bytes(data.to_vec()));
    let _ = set.problems();
    for object in set.store().objects() {
        let place = object.place();
        for problem in object.problems() {
            let _ = (place.span(problem.span), problem.message());
        }
        let origin = place.origin();
        assert!(
            origin.value("/metadata/name").is_some(),
            "every object has a name"
        );
        let pointers = origin.pointers().filter(|pointer| !pointer.is_empty());
        for pointer in pointers.take(PATCHED_MAX) {
            let remove = [PatchOperation::Remove {
                path: pointer.to_owned(),
            }];
            let _ = patch::edits(place, &remove);
        }
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for root in yaml::documents(text).into_iter().flatten() {
        places(text, &root);
    }
}

/// Places lie within the text, on character boundaries, and hold what was read.
fn places(text: &str, node: &Node) {
    let written = text.get(node.span.range());
    let written = written.unwrap_or_else(|| panic!("{:?} is no place", node.span));
    match (&node.value, node.style) {
        _ if node.definition.is_some() => assert!(written.starts_with('*'), "{written:?}"),
        (Value::String(value), Style::Plain)
            if !written.contains(['\n', '\r', '\u{85}']) && !is_decoded(text, node) =>
        {
            assert_eq!(written, &**value);
        }
        (_, Style::SingleQuoted) => {
            assert!(
                written.starts_with('\'') && written.ends_with('\''),
                "{written:?}"
            );
        }
        (_, Style::DoubleQuoted) => {
            assert!(
                written.starts_with('"') && written.ends_with('"'),
                "{written:?}"
            );
        }
        (_, Style::BlockScalar) => assert!(written.starts_with(['|', '>']), "{written:?}"),
        (_, Style::Flow) => {
            let (opens, closes) = (
                written.starts_with(['{', '[']),
                written.ends_with(['}', ']']),
            );
            assert_eq!(opens, closes, "{written:?}");
        }
        _ => {}
    }
    for item in node.items().unwrap_or_default() {
        places(text, item);
    }
    for entry in node.entries().unwrap_or_default() {
        assert!(text.get(entry.key_span.range()).is_some());
        places(text, &entry.value);
    }
}

/// Whether a value was written in base64 under the tag `!!binary`, with or without an anchor.
fn is_decoded(text: &str, node: &Node) -> bool {
    let before = &text[..node.span.range().start];
    let line = before.rfind('\n').map_or(0, |found| found + 1);
    before[line..].contains("!!binary") || before.trim_end().ends_with("!!binary")
}
