//! Many files: what serves while some are bad, and independence of the order of arrival.

use proptest::prelude::*;

use super::*;
use crate::kind::{Kind, WorkloadKind};

fn map(name: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{v: \"{value}\"}}\n"
    )
}

fn put(set: &mut FileSet, path: &str, text: &str) -> Vec<String> {
    let changes = set.apply(path, &Content::Bytes(text.as_bytes().to_vec()));
    changes.keys.iter().map(ToString::to_string).collect()
}

/// Names and values of all config maps.
fn serving(set: &FileSet) -> Vec<String> {
    let maps = set.store().config_maps.iter();
    maps.map(|map| {
        format!(
            "{}={}",
            &*map.meta.name.value,
            &*map.spec.get("v").unwrap().value
        )
    })
    .collect()
}

#[test]
fn files_add_change_and_remove_objects() {
    let mut set = FileSet::default();
    assert_eq!(put(&mut set, "a", &map("a", "1")), ["ConfigMap default/a"]);
    let before = set.store().clone();
    assert!(
        put(&mut set, "a", &map("a", "1")).is_empty(),
        "nothing changed"
    );
    assert_eq!(set.store().changes_since(&before), []);
    assert_eq!(
        put(&mut set, "a", &map("b", "2")),
        ["ConfigMap default/a", "ConfigMap default/b"]
    );
    assert_eq!(serving(&set), ["b=2"]);
    assert_eq!(set.store().changes_since(&before).len(), 2);
    assert_eq!(before.changes_since(set.store()).len(), 2);
    put(&mut set, "c", &map("c", "3"));
    let changed: Vec<_> = set
        .store()
        .changes_since(&before)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        changed,
        [
            "ConfigMap default/a",
            "ConfigMap default/b",
            "ConfigMap default/c"
        ]
    );
    set.apply("c", &Content::Gone);
    assert_eq!(set.apply("a", &Content::Gone).keys.len(), 1);
    assert!(serving(&set).is_empty());
}

#[test]
fn a_bad_document_keeps_its_last_good_objects() {
    let mut set = FileSet::default();
    put(
        &mut set,
        "a",
        &format!(
            "{}---\n{}---\n{}",
            map("a", "1"),
            map("b", "1"),
            map("c", "1")
        ),
    );
    let bad = map("b", "2").replace("data: {", "data: [");
    put(
        &mut set,
        "a",
        &format!("{}---\n{bad}---\n{}", map("a", "2"), map("c", "2")),
    );
    assert_eq!(serving(&set), ["a=2", "b=1", "c=2"]);
    let problems = set.problems();
    let [FileProblem::Failure { previous, .. }] = problems.as_slice() else {
        panic!()
    };
    assert_eq!(previous.len(), 1);
    // Twice bad, and moved to another place in its file: still the same.
    put(
        &mut set,
        "a",
        &format!("{bad} \n---\n{}---\n{}", map("a", "3"), map("c", "3")),
    );
    assert_eq!(serving(&set), ["a=3", "b=1", "c=3"]);
    put(&mut set, "a", &map("b", "4"));
    assert_eq!(serving(&set), ["b=4"]);
    assert!(set.problems().is_empty());
}

#[test]
fn an_unreadable_object_of_a_list_keeps_its_previous_version() {
    let list = |a: &str, b: &str| {
        format!(
            "apiVersion: v1\nkind: List\nitems:\n- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {a}}}\n- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: b}}, data: {b}}}\n"
        )
    };
    let mut set = FileSet::default();
    put(&mut set, "a", &list("{v: \"1\"}", "{v: \"1\"}"));
    put(&mut set, "a", &list("[1]", "{v: \"2\"}"));
    assert_eq!(serving(&set), ["a=1", "b=2"]);
}

#[test]
fn a_document_that_never_was_good_brings_nothing_back() {
    let mut set = FileSet::default();
    put(&mut set, "a", &map("a", "1"));
    put(
        &mut set,
        "a",
        &format!("{}---\nkind: ConfigMap\n  name: b: c\n", map("a", "2")),
    );
    assert_eq!(serving(&set), ["a=2"]);
    assert_eq!(set.problems().len(), 1);
}

#[test]
fn an_unreadable_file_keeps_its_objects() {
    let mut set = FileSet::default();
    put(&mut set, "a", &map("a", "1"));
    let denied = Content::Unreadable(Unreadable::Denied);
    assert!(set.apply("a", &denied).keys.is_empty());
    assert_eq!(serving(&set), ["a=1"]);
    let problems = set.problems();
    let [FileProblem::Unreadable { previous, .. }] = problems.as_slice() else {
        panic!()
    };
    assert_eq!(previous.len(), 1);
    assert!(!set.apply("a", &denied).read, "told once");
    put(&mut set, "a", &map("a", "1"));
    assert!(set.problems().is_empty());
}

#[test]
fn of_two_definitions_the_later_path_counts() {
    let mut set = FileSet::default();
    put(&mut set, "b", &map("x", "2"));
    put(&mut set, "a", &map("x", "1"));
    assert_eq!(serving(&set), ["x=2"]);
    let problems = set.problems();
    let [FileProblem::Duplicate { used, unused, .. }] = problems.as_slice() else {
        panic!()
    };
    assert_eq!(
        (used.place().source.name(), unused.place().source.name()),
        ("b", "a")
    );
    set.apply("b", &Content::Gone);
    assert_eq!(serving(&set), ["x=1"]);
    assert!(set.problems().is_empty());
}

#[test]
fn files_that_are_no_text_are_told() {
    let rows: [(&[u8], crate::Fault); 3] = [
        (b"\xff\xfea\0:\0", crate::Fault::Utf16),
        (b"a: \xff\n", crate::Fault::NotUtf8),
        (b"\xfe\xff\0a", crate::Fault::Utf16),
    ];
    for (bytes, expected) in rows {
        let read = read("a", bytes);
        let [Failure::Load(error)] = read.documents[0].failures.as_slice() else {
            panic!()
        };
        assert_eq!(error.fault, expected);
    }
    let place = read("a", b"a: 1\nb: \xff\n");
    let [Failure::Load(error)] = place.documents[0].failures.as_slice() else {
        panic!()
    };
    assert_eq!(error.span.location(), "a:2:4");
}

#[test]
fn other_kinds_are_counted_and_empty_documents_are_not() {
    let text = "# nothing\n---\nnull\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\n";
    let mut set = FileSet::default();
    put(&mut set, "a", text);
    assert_eq!((set.passed_over(), set.store().objects().count()), (1, 1));
    let key = set.store().objects().next().unwrap().key();
    assert_eq!(key.kind, Kind::Workload(WorkloadKind::Deployment));
}

#[test]
fn helm_output_names_its_templates() {
    let text = format!("---\n# Source: web/templates/a.yaml\n{}", map("a", "1"));
    let read = read("-", text.as_bytes());
    assert_eq!(
        read.documents[0].objects[0].place().template.as_deref(),
        Some("web/templates/a.yaml")
    );
}

proptest! {
    /// Whatever the order in which files arrive, the same serves.
    #[test]
    fn the_order_of_arrival_changes_nothing(
        files in prop::collection::vec((0..4_usize, 0..3_usize, prop::bool::ANY), 1..12),
        seed in prop::array::uniform8(0..64_usize),
    ) {
        let final_state: std::collections::BTreeMap<usize, String> = files
            .iter()
            .map(|(path, name, good)| {
                let text = map(&format!("n{name}"), &path.to_string());
                (*path, if *good { text } else { format!("{text}---\n- [\n") })
            })
            .collect();
        let mut shuffled: Vec<_> = final_state.iter().collect();
        for (at, swap) in seed.iter().enumerate() {
            let length = shuffled.len();
            shuffled.swap(at % length, swap % length);
        }
        let build = |files: &[(&usize, &String)]| {
            let mut set = FileSet::default();
            for (path, text) in files {
                put(&mut set, &format!("f{path}"), text);
            }
            (serving(&set), format!("{:?}", set.problems()))
        };
        prop_assert_eq!(build(&final_state.iter().collect::<Vec<_>>()), build(&shuffled));
    }
}
