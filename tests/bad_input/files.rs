//! Every row of the table, with `lint` and in a running gateway.

use std::fs;
use std::path::Path;

use genkan_tests::{
    EchoBackend, Folder, Gateway, Request, genkan,
    manifests::{documents, ingress, service},
};

use super::check_no_panic;
use super::rows::{Content, GOOD, Live, Row, rows};

const FILE: &str = "bad.yaml";

/// A Service, and an Ingress for `good.test` that leads to it.
fn folder(backend: &EchoBackend) -> Folder {
    let folder = Folder::new();
    let good = documents(&[
        service("web", &[backend.address()]),
        ingress("good", "nginx", "good.test", &[("/", "Prefix", "web")]),
    ]);
    folder.write("good.yaml", &good);
    folder
}

#[test]
fn lint_says_what_is_bad_where_and_what_to_do() {
    let backend = EchoBackend::start("a");
    for row in rows() {
        let folder = folder(&backend);
        row.content.put(&folder.file(FILE));
        let told = genkan([
            "lint",
            "--complete",
            "-o",
            "json",
            &folder.path().display().to_string(),
        ]);
        let told = told.expect_code(row.exit);
        check_no_panic(&told.stderr);
        let report = told.json();
        let findings = report["findings"].as_array().expect("findings");
        let found = findings.iter().find(|finding| finding["code"] == row.code);
        let found = found.unwrap_or_else(|| panic!("{}: no {} in {report:#}", row.name, row.code));
        let primary = &found["primary"];
        assert_eq!(
            primary["file"],
            folder.file(FILE).display().to_string(),
            "{}",
            row.name
        );
        let start = (
            primary["start"]["line"].as_u64(),
            primary["start"]["col"].as_u64(),
        );
        assert_eq!(
            start,
            (Some(row.place.0), Some(row.place.1)),
            "{}",
            row.name
        );
        let rendered = found["rendered"].as_str().expect("a text");
        assert!(rendered.contains(row.remedy), "{}: {rendered}", row.name);
    }
}

#[test]
fn at_the_start_what_is_good_serves_beside_what_is_bad() {
    let backend = EchoBackend::start("a");
    let folder = folder(&backend);
    let rows = rows();
    for (number, row) in rows.iter().enumerate() {
        row.content.put(&folder.file(&format!("bad{number}.yaml")));
    }
    let gateway = Gateway::serve(folder.path());
    assert_eq!(status(&gateway, "good.test"), 200);
    for (number, row) in rows.iter().enumerate() {
        let place = format!("bad{number}.yaml:{}:{}", row.place.0, row.place.1);
        // Several of them define one object, and only the last is looked at closely.
        if row.live == Live::Older {
            let _ = gateway.wait_for_message(&place);
        }
    }
    check_no_panic(&gateway.stop().stderr);
}

#[test]
fn a_file_that_turns_bad_harms_nothing_else_and_can_be_mended() {
    let backend = EchoBackend::start("a");
    let folder = folder(&backend);
    folder.write(FILE, GOOD);
    let mut gateway = Gateway::serve(folder.path());
    for row in rows() {
        let from = gateway.stderr().count();
        gateway.apply(|| replace(&row.content, &folder.file(FILE)));
        check_bad(&gateway, &row, from);
        gateway.apply(|| replace(&Content::Text(GOOD.to_owned()), &folder.file(FILE)));
        check_mended(&gateway, &row);
    }
    check_no_panic(&gateway.stop().stderr);
}

/// The finding is told with place and remedy; the good host serves, and of the other one what can be.
#[track_caller]
fn check_bad(gateway: &Gateway, row: &Row, from: usize) {
    let told = gateway.stderr().all()[from..].join("\n");
    let place = format!("{FILE}:{}:{}", row.place.0, row.place.1);
    for part in [&format!("[{}]", row.code), &*place, row.remedy] {
        assert!(told.contains(part), "{}: no `{part}` in:\n{told}", row.name);
    }
    let older =
        "warning[GK0256]: Ingress default/other is served in an older version: what stands at";
    let keeps = "the last version that could be read keeps serving";
    let expected = match row.live {
        Live::Older => 200,
        Live::Newer(status) => status,
    };
    let is_older = row.live == Live::Older;
    assert_eq!(told.contains(older), is_older, "{}:\n{told}", row.name);
    assert_eq!(told.contains(keeps), is_older, "{}:\n{told}", row.name);
    assert_eq!(status(gateway, "good.test"), 200, "{}", row.name);
    assert_eq!(status(gateway, "other.test"), expected, "{}", row.name);
    let metrics = gateway.metrics();
    let gauge = format!("genkan_findings{{code=\"{}\"}} ", row.code);
    assert!(metrics.contains(&gauge), "{}:\n{metrics}", row.name);
}

/// No finding is left, and both hosts serve.
#[track_caller]
fn check_mended(gateway: &Gateway, row: &Row) {
    let metrics = gateway.metrics();
    assert!(
        !metrics.contains("genkan_findings{"),
        "{}:\n{metrics}",
        row.name
    );
    for host in ["good.test", "other.test"] {
        assert_eq!(status(gateway, host), 200, "{}: {host}", row.name);
    }
}

fn status(gateway: &Gateway, host: &str) -> u16 {
    gateway.fetch(&Request::get("/").host(host)).status
}

/// Puts content where something else lies.
fn replace(content: &Content, path: &Path) {
    let is_file = |path: &Path| fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    // A file is renamed over a file; all else makes way first.
    if !is_file(path) || matches!(content, Content::Made(_)) {
        let _ = fs::remove_dir(path).or_else(|_| fs::remove_file(path));
    }
    content.put(path);
}

#[test]
fn a_pattern_that_explodes_is_stopped_and_explained() {
    let backend = EchoBackend::start("a");
    let folder = folder(&backend);
    let explosive = ingress(
        "x",
        "nginx",
        "x.test",
        &[("/(a+)+$", "ImplementationSpecific", "web")],
    );
    let annotation = "nginx.ingress.kubernetes.io/use-regex";
    let explosive = genkan_tests::manifests::annotated(explosive, annotation, "true");
    folder.write(FILE, &documents(&[explosive]));
    let gateway = Gateway::serve(folder.path());
    let target = format!("/{}b", "a".repeat(64));
    let answer = gateway.fetch(&Request::get(&target).host("x.test"));
    assert_eq!(answer.status, 500, "{answer:?}");
    assert_eq!(status(&gateway, "good.test"), 200);
    let id = answer.header("X-Request-ID").expect("an id").to_owned();
    let console = gateway.listener("console").to_string();
    let told = genkan(["explain", "--id", &id, "--console", &console]);
    let told = told.expect_code(0).stdout;
    assert!(told.contains("GK0022"), "{told}");
    check_no_panic(&gateway.stop().stderr);
}
