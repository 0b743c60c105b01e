//! What `genkan lint` and `genkan explain` print, in each form, and what they end with: the contract of
//! scripts and code hosts.

use genkan_tests::{Finished, Folder, RefusedAddress, genkan};
use serde_json::Value;

const FILE: &str = "web.yaml";

/// One Ingress with a finding of each severity: no host (a note), no path type (a warning), a pattern in a
/// path that is compared as text (an error).
const ALL_THREE: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  ingressClassName: nginx
  rules:
    - http:
        paths:
          - path: /todos/(\\d+)
            pathType: Prefix
            backend: {service: {name: web, port: {number: 80}}}
          - path: /users
            backend: {service: {name: web, port: {number: 80}}}
";

const ERROR: (&str, u64) = ("GK0001", 10);
const WARNING: (&str, u64) = ("GK0251", 13);
const NOTE: (&str, u64) = ("GK0107", 8);

fn lint(text: &str, arguments: &[&str]) -> Finished {
    let folder = Folder::new();
    folder.write(FILE, text);
    let path = folder.file(FILE).display().to_string();
    genkan(["lint", &path].iter().chain(arguments))
}

/// Without the piece that is an error, or a warning.
fn without(pieces: &[&str]) -> String {
    let piece = |text: String, piece: &&str| {
        assert!(text.contains(piece), "{piece}");
        text.replacen(piece, "", 1)
    };
    pieces.iter().fold(ALL_THREE.to_owned(), piece)
}

#[test]
fn the_least_severity_that_fails_decides_the_exit_code() {
    let pattern = "/(\\d+)";
    let untyped = "          - path: /users\n            backend: {service: {name: web, port: {number: 80}}}\n";
    let warning = without(&[pattern]);
    let note = without(&[pattern, untyped]);
    let clean = note.replacen("- http", "- host: web.test\n      http", 1);
    for (text, [error, warning, note]) in [
        (ALL_THREE, [1, 1, 1]),
        (&warning, [0, 1, 1]),
        (&note, [0, 0, 1]),
        (&clean, [0, 0, 0]),
    ] {
        for (level, code) in [("error", error), ("warning", warning), ("note", note)] {
            let _ = lint(text, &["--fail-on", level]).expect_code(code);
        }
        let _ = lint(text, &[]).expect_code(error);
    }
}

#[test]
fn what_is_ignored_does_not_fail() {
    let codes = [
        "--ignore",
        "GK0001",
        "--ignore",
        "gk0251",
        "--fail-on",
        "warning",
    ];
    let told = lint(ALL_THREE, &codes).expect_code(0).stdout;
    assert!(
        told.contains("GK0107") && told.ends_with("\n1 note\n"),
        "{told}"
    );
}

#[test]
fn text_is_for_a_terminal_and_plain_for_a_reader() {
    let text = lint(ALL_THREE, &[]).expect_code(1).stdout;
    for ((code, line), severity) in [(ERROR, "error"), (WARNING, "warning"), (NOTE, "note")] {
        assert!(text.contains(&format!("{severity}[{code}]: ")), "{text}");
        assert!(text.contains(&format!("{FILE}:{line}:")), "{text}");
    }
    assert!(text.ends_with("\n1 error, 1 warning, 1 note\n"), "{text}");
    let plain = lint(ALL_THREE, &["-o", "plain"]).expect_code(1).stdout;
    assert!(plain.contains("error GK0001: "), "{plain}");
    assert!(
        plain.contains(&format!("{FILE}, line 10, column ")),
        "{plain}"
    );
    assert!(!plain.contains("-->") && !plain.contains(" | "), "{plain}");
}

#[test]
fn json_is_one_document_and_jsonl_one_a_line() {
    let report = lint(ALL_THREE, &["-o", "json"]).expect_code(1).json();
    assert_eq!(report["schema"], "genkan.diagnosis/1");
    let summary = serde_json::json!({ "error": 1, "warning": 1, "note": 1 });
    assert_eq!(report["summary"], summary);
    let whole = report["findings"].as_array().expect("findings").clone();
    let lines = lint(ALL_THREE, &["-o", "jsonl"]).expect_code(1).stdout;
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("one document a line"))
        .collect();
    for findings in [&whole, &lines] {
        let told = findings.iter().map(|finding| {
            let line = finding["primary"]["start"]["line"].as_u64();
            (finding["code"].as_str().unwrap_or(""), line.unwrap_or(0))
        });
        assert_eq!(told.collect::<Vec<_>>(), [NOTE, ERROR, WARNING], "by place");
    }
}

#[test]
fn sarif_has_rules_results_and_regions() {
    let log = lint(ALL_THREE, &["-o", "sarif"]).expect_code(1).json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    for (result, ((code, line), level)) in
        results
            .iter()
            .zip([(NOTE, "note"), (ERROR, "error"), (WARNING, "warning")])
    {
        assert_eq!(
            (&result["ruleId"], &result["level"]),
            (&code.into(), &level.into())
        );
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(region["startLine"], line);
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index"));
        let rule = &run["tool"]["driver"]["rules"][index.expect("small")];
        assert_eq!(rule["id"], code);
    }
    assert_eq!(results.len(), 3);
}

#[test]
fn a_clean_report_has_each_form_too() {
    let clean = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    for (form, told) in [
        ("text", "no findings\n"),
        ("plain", "no findings\n"),
        ("jsonl", ""),
    ] {
        assert_eq!(
            lint(clean, &["-o", form]).expect_code(0).stdout,
            told,
            "{form}"
        );
    }
    let report = lint(clean, &["-o", "json"]).expect_code(0).json();
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    let log = lint(clean, &["-o", "sarif"]).expect_code(0).json();
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn texts_are_japanese_where_that_is_asked_for_and_codes_stay() {
    let told = lint(ALL_THREE, &["--lang", "ja"]).expect_code(1).stdout;
    assert!(told.contains("error[GK0001]: "), "{told}");
    assert!(
        told.ends_with("error 1 件、warning 1 件、note 1 件\n"),
        "{told}"
    );
    let file = lint("a: [", &["--lang", "ja"]).expect_code(3).stdout;
    assert!(
        file.contains("括弧を閉じるか、カンマを追加してください"),
        "{file}"
    );
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    for arguments in [
        &["lint"][..],
        &["lint", "-o", "xml", "."],
        &["lint", "--fail-on", "never", "."],
        &["lint", "--ignore", "GK9999", "."],
        &["explain", "GK9999"],
        &["explain", "GET", "no URL", "--manifests", "."],
        &["run"],
        &["run", "--publish-service", "a/b", "--manifests", "."],
        &["no-such-command"],
    ] {
        let finished = genkan(arguments).expect_code(2);
        assert_eq!(finished.stdout, "", "{arguments:?}");
        assert!(!finished.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn explain_ends_with_what_it_could_tell() {
    let folder = Folder::new();
    folder.write(FILE, ALL_THREE);
    let path = folder.file(FILE).display().to_string();
    let explain = |path_of_url: &str, expected: &[&str]| {
        let url = format!("http://web.test{path_of_url}");
        genkan(
            ["explain", "GET", &url, "--manifests", &path]
                .iter()
                .chain(expected),
        )
    };
    // Its Service is not there: 503, whatever a backend would say.
    let _ = explain("/users", &[]).expect_code(0);
    let _ = explain("/users", &["--expect", "503"]).expect_code(0);
    let told = explain("/users", &["--expect", "200"])
        .expect_code(1)
        .stderr;
    assert!(told.contains("expected 200, the answer is 503"), "{told}");
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations: {genkan.io/endpoints: \"127.0.0.1:1\"}\nspec: {ports: [{port: 80}]}\n";
    folder.write(FILE, &format!("{ALL_THREE}---\n{service}"));
    let told = explain("/users", &["--expect", "200"])
        .expect_code(5)
        .stderr;
    assert!(told.contains("cannot tell"), "{told}");
}

#[test]
fn explain_without_a_gateway_ends_with_4() {
    let nobody = RefusedAddress::new();
    let console = nobody.address().to_string();
    for question in [&["--id", "x"][..], &["GET", "http://web.test/"]] {
        let asked = ["explain", "--console", &console];
        let arguments = asked.iter().chain(question);
        let told = genkan(arguments).expect_code(4).stderr;
        let remedy = "start one with `genkan run`, or name its console with --console";
        assert!(told.contains(remedy), "{told}");
    }
}
