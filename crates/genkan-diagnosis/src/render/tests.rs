//! What readers see, compared with the literal texts of the design.

use crate::finding::{Applicability, Checked, Finding, SetBy, SetByTool, Suggestion, Tried};
use crate::render::{Style, json, page, sarif, text};
use crate::span::Source;
use crate::{Code, Language, Maker, ObjectRef, words};

/// The manifest of the story: the annotation is on line 7, the path on line 13.
const INGRESS: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: todo
  namespace: todo
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /
spec:
  rules:
  - host: todo.example.com
    http:
      paths:
      - path: /todos
        pathType: Prefix
        backend:
          service: {name: todo, port: {number: 80}}
";

const EXPECTED: &str = "\
error[GK0002]: rewrite-target is a constant: every request reaches the backend as `/`
  --> k8s/ingress.yaml:7:49
   |
 7 |     nginx.ingress.kubernetes.io/rewrite-target: /
   |                                                 ^ always becomes `/`
   |
  ::: k8s/ingress.yaml:13:15
   |
13 |       - path: /todos
   |               ------ this rule matches many paths
14 |         pathType: Prefix
   |                   ------ everything below `/todos`
   |
   = tried:  GET /todos        ->  backend sees  GET /
             GET /todos/1      ->  backend sees  GET /      (the id is lost)
             DELETE /todos/1   ->  backend sees  DELETE /   (backend answered 405, Allow: GET)
   = set by: Helm release `todo` (manager \"helm\", 2026-11-20)
help: the application serves /todos itself; remove the annotation
   |
 7 -     nginx.ingress.kubernetes.io/rewrite-target: /
   |
   = checked: with this patch the three requests above are answered 200, 200, 204
   = explain: genkan explain GK0002
";

const POINTER: &str = "/metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target";
const PATH: &str = "/spec/rules/0/http/paths/0";

fn constant_rewrite(source: &Source) -> Finding {
    let at = |needle: &str| {
        let start = source.text().find(needle).unwrap();
        source.span(start, start + needle.len())
    };
    let slash = source.offset(7, 49);
    let annotation = source.span(slash, slash + 1);
    let ingress = || ObjectRef::ingress("todo", "todo");
    let checked = words::ANSWERED_MANY
        .arg("count", crate::Arg::Count(3))
        .arg("statuses", "200, 200, 204");
    Finding::new(Code::GK0002)
        .arg("sees", "/")
        .arg("path", "/todos")
        .on(ingress())
        .field(POINTER)
        .at(annotation.clone(), &words::ALWAYS_BECOMES)
        .also_on(
            ingress(),
            format!("{PATH}/path"),
            at("/todos"),
            &words::MATCHES_MANY,
        )
        .also_on(
            ingress(),
            format!("{PATH}/pathType"),
            at("Prefix"),
            &words::EVERYTHING_BELOW,
        )
        .tried(Tried::new("GET /todos", "GET /"))
        .tried(Tried::new("GET /todos/1", "GET /").with_note(&words::ID_IS_LOST))
        .tried(
            Tried::new("DELETE /todos/1", "DELETE /")
                .with_answer(405, Maker::Backend)
                .with_allow(["GET"]),
        )
        .set_by(SetBy {
            tool: Some(SetByTool::HelmRelease("todo".into())),
            manager: Some("helm".into()),
            date: Some("2026-11-20".into()),
        })
        .suggest(
            Suggestion::new(&words::SERVES_ITSELF_REMOVE, Applicability::Review)
                .remove(POINTER)
                .remove_lines(&annotation)
                .checked(Checked::Passed(checked)),
        )
        .leads_to(Code::GK0003)
}

fn story() -> Finding {
    constant_rewrite(&Source::file("k8s/ingress.yaml", INGRESS))
}

#[test]
fn the_story_reads_as_designed() {
    let finding = story();
    assert_eq!(finding.unfilled(), [""; 0]);
    assert_eq!(text::finding(&finding, &Style::default()), EXPECTED);
}

#[test]
fn colours_add_escapes_and_nothing_else() {
    let colored = text::finding(
        &story(),
        &Style {
            color: true,
            ..Style::default()
        },
    );
    assert!(colored.starts_with("\u{1b}[1;31merror[GK0002]\u{1b}[0m"));
    let mut plain = String::new();
    for (index, piece) in colored.split('\u{1b}').enumerate() {
        plain.push_str(if index == 0 {
            piece
        } else {
            piece.split_once('m').unwrap().1
        });
    }
    assert_eq!(plain, EXPECTED);
}

#[test]
fn the_story_reads_in_japanese() {
    let shown = text::finding(&story(), &Style::in_language(Language::Japanese));
    for line in [
        "error[GK0002]: rewrite-target が定数のため、どのリクエストも `/` としてバックエンドに届きます",
        "   |                                                 ^ 常に `/` になります",
        "   = 試行:   GET /todos        ->  バックエンド側  GET /",
        "   = 設定元: Helm リリース `todo` (マネージャー \"helm\", 2026-11-20)",
        "対処: アプリケーション自身が /todos を処理しているため、アノテーションを削除してください",
        "   = 確認済み: この修正を適用すると、上の 3 件のリクエストへの応答は順に 200, 200, 204 になります",
    ] {
        assert!(
            shown.lines().any(|shown| shown == line),
            "{line}\nnot in\n{shown}"
        );
    }
}

#[test]
fn plain_text_says_every_label_in_a_sentence() {
    let shown = text::finding(
        &story(),
        &Style {
            plain: true,
            ..Style::default()
        },
    );
    let expected = "\
error GK0002: rewrite-target is a constant: every request reaches the backend as `/`
at k8s/ingress.yaml, line 7, column 49: always becomes `/`
    nginx.ingress.kubernetes.io/rewrite-target: /
also at k8s/ingress.yaml, line 13, column 15: this rule matches many paths
    - path: /todos
also at k8s/ingress.yaml, line 14, column 19: everything below `/todos`
    pathType: Prefix
tried: GET /todos: backend sees GET /
tried: GET /todos/1: backend sees GET /; the id is lost
tried: DELETE /todos/1: backend sees DELETE /; backend answered 405, Allow: GET
set by: Helm release `todo` (manager \"helm\", 2026-11-20)
help: the application serves /todos itself; remove the annotation
    remove line 7 of k8s/ingress.yaml: nginx.ingress.kubernetes.io/rewrite-target: /
checked: with this patch the three requests above are answered 200, 200, 204
explain: genkan explain GK0002
";
    assert_eq!(shown, expected);
}

#[test]
fn only_keys_that_occur_are_aligned() {
    let finding = Finding::new(Code::GK0107).note(&words::READING_KEPT);
    let shown = text::finding(&finding, &Style::default());
    assert!(shown.contains("\n  = note: the last version"), "{shown}");
}

#[test]
fn marks_stand_under_wide_characters_and_tabs() {
    let source = Source::file("玄関.yaml", "\thost: 玄関.example.com # x\n");
    let start = source.text().find("玄関").unwrap();
    let finding = Finding::new(Code::GK0107).at(
        source.span(start, start + "玄関.example.com".len()),
        &words::THIS_HOST,
    );
    let expected = "\
note[GK0107]: this rule names no host: it takes every name that no other rule claims
 --> 玄関.yaml:1:8
  |
1 |     host: 玄関.example.com # x
  |           ^^^^^^^^^^^^^^^^ this host
  |
  = explain: genkan explain GK0107
";
    assert_eq!(text::finding(&finding, &Style::default()), expected);
}

#[test]
fn a_manifest_cannot_write_to_the_terminal() {
    let source = Source::file("a\u{1b}[2J.yaml", "host: \u{1b}[31mred\u{202e}\n");
    let finding = Finding::new(Code::GK0108)
        .arg("host", "\u{1b}[31mred")
        .arg("reason", "\u{7}")
        .at(source.span(6, 14), &words::THIS_HOST);
    for plain in [true, false] {
        let shown = text::finding(
            &finding,
            &Style {
                plain,
                ..Style::default()
            },
        );
        assert!(
            !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
            "{shown:?}"
        );
        assert!(shown.contains("\\u{1b}[31mred"), "{shown}");
    }
}

#[test]
fn live_objects_are_named_by_field() {
    let finding = constant_rewrite(&Source::object("Ingress todo/todo", INGRESS));
    let shown = text::finding(&finding, &Style::default());
    let name = "metadata.annotations[\"nginx.ingress.kubernetes.io/rewrite-target\"]";
    assert!(
        shown.contains(&format!("  --> Ingress todo/todo {name}\n")),
        "{shown}"
    );
    assert!(shown.contains("  ::: Ingress todo/todo spec.rules[0].http.paths[0].path\n"));
    let json = json::finding(&finding, &Style::default());
    assert_eq!(json["primary"].get("file"), None);
}

#[test]
fn a_suggestion_shows_only_the_lines_that_change() {
    let source = Source::file("a.yaml", "a: 1\nb: 2\nc: 3\n");
    let edit = |suggestion: Suggestion| {
        let finding = Finding::new(Code::GK0100)
            .arg("object", "Ingress a/b")
            .at(source.span(0, 1), &words::THIS_KEY)
            .suggest(suggestion);
        let shown = text::finding(&finding, &Style::default());
        let help = shown.split_once("help:").unwrap().1.to_owned();
        help.lines()
            .skip(2)
            .take_while(|line| *line != "  |")
            .collect::<Vec<_>>()
            .join("\n")
    };
    let new = || Suggestion::new(&words::QUOTE_IT, Applicability::Safe);
    let (start, second) = (source.span(5, 5), source.span(8, 9));
    assert_eq!(edit(new().edit(start.clone(), "x: 9\n")), "2 + x: 9");
    assert_eq!(
        edit(new().edit(second.clone(), "\"2\"")),
        "2 - b: 2\n2 + b: \"2\""
    );
    assert_eq!(edit(new().edit(source.span(9, 9), "\nd: 4")), "3 + d: 4");
    assert_eq!(
        edit(
            new()
                .edit(source.span(3, 4), "7")
                .edit(source.span(13, 14), "8")
        ),
        "1 - a: 1\n1 + a: 7\n...\n3 - c: 3\n3 + c: 8"
    );
    let patch = new()
        .add("/spec/ingressClassName", "nginx")
        .remove("/metadata/annotations/x");
    assert_eq!(
        edit(patch),
        "  + spec.ingressClassName: \"nginx\"\n  - metadata.annotations.x"
    );
}

#[test]
fn json_has_the_designed_fields_in_order() {
    let report = json::report(&[story()], &Style::default());
    let start = concat!(
        r#"{"schema":"genkan.diagnosis/1","tool":{"version":"0.1.0"},"#,
        r#""summary":{"error":1,"warning":0,"note":0},"findings":[{"code":"GK0002","#,
        r#""severity":"error","confidence":"certain","#,
        r#""title":"rewrite-target is a constant: every request reaches the backend as `/`","#,
        r#""object":{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","namespace":"todo","name":"todo"},"#,
        r#""primary":{"path":"/metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target","#,
        r#""file":"k8s/ingress.yaml","start":{"line":7,"col":49},"end":{"line":7,"col":50},"#,
        r#""label":"always becomes `/`"},"related":["#,
    );
    assert!(report.starts_with(start), "{report}");
    let document: serde_json::Value = serde_json::from_str(&report).unwrap();
    let finding = &document["findings"][0];
    let keys: Vec<_> = finding
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "code",
            "severity",
            "confidence",
            "title",
            "object",
            "primary",
            "related",
            "evidence",
            "setBy",
            "suggestions",
            "causes",
            "consequences",
            "help",
            "fingerprint",
            "rendered"
        ]
    );
    let row = &finding["evidence"]["tried"][2];
    assert_eq!(
        row.to_string(),
        r#"{"request":"DELETE /todos/1","upstream":"DELETE /","status":405,"maker":"backend","allow":["GET"]}"#
    );
    let suggestion = &finding["suggestions"][0];
    assert_eq!(
        suggestion["patch"][0].to_string(),
        format!(r#"{{"op":"remove","path":"{POINTER}"}}"#)
    );
    assert_eq!(
        suggestion["checked"].to_string(),
        r#"{"ok":true,"introduces":[]}"#
    );
    assert_eq!(finding["consequences"][0], "GK0003");
    assert_eq!(finding["rendered"], EXPECTED);
    assert_eq!(finding["related"][0]["path"], format!("{PATH}/path"));
}

#[test]
fn json_sentences_are_english_and_rendered_is_not() {
    let style = Style::in_language(Language::Japanese);
    let value = json::finding(&story(), &style);
    assert_eq!(value["primary"]["label"], "always becomes `/`");
    assert!(value["rendered"].as_str().unwrap().contains("常に"));
    assert_eq!(json::lines(&[story(), story()], &style).lines().count(), 2);
}

#[test]
fn sarif_points_at_text_and_object() {
    let log = sarif::log(&[story()], &Style::default());
    let run = &log["runs"][0];
    assert_eq!(
        run["tool"]["driver"]["rules"][0]["name"],
        "ConstantRewriteTarget"
    );
    let result = &run["results"][0];
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        region.to_string(),
        r#"{"startLine":7,"startColumn":49,"endLine":7,"endColumn":50}"#
    );
    let logical = &result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
    assert_eq!(logical, &format!("Ingress/todo/todo#{POINTER}"));
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(
        replacement["deletedRegion"].to_string(),
        r#"{"startLine":7,"startColumn":1,"endLine":8,"endColumn":1}"#
    );
    assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 2);
    assert_eq!(
        result["partialFingerprints"]["genkan/v1"],
        story().fingerprint()
    );
}

#[test]
fn the_page_of_a_code_has_all_its_parts_in_both_languages() {
    for entry in crate::catalogue::entries() {
        for language in [Language::English, Language::Japanese] {
            let shown = page::text(entry, &Style::in_language(language));
            assert!(
                shown
                    .lines()
                    .skip(1)
                    .all(|line| super::visible::width(line) <= 110),
                "{shown}"
            );
            let markdown = page::markdown(entry, language);
            assert!(
                markdown.contains(entry.meaning.get(language)),
                "{}",
                entry.code
            );
            assert_eq!(markdown.contains("```yaml"), entry.example.is_some());
        }
    }
    let shown = page::text(Code::GK0018.entry(), &Style::default());
    let expected = "\
warning[GK0018]: `x-forwarded-prefix` is a boolean
ForwardedPrefixIsBoolean · static + runtime

What it means
  Since ingress-nginx 0.24 the value is the prefix itself and is sent as it is. The backend
  now receives `X-Forwarded-Prefix: true`.

What to do
  Write the prefix.

How it is found
  The value is `\"true\"` or `\"false\"`.

Broken
    metadata:
      annotations:
        nginx.ingress.kubernetes.io/x-forwarded-prefix: \"true\"

Fixed
    metadata:
      annotations:
        nginx.ingress.kubernetes.io/x-forwarded-prefix: /app
";
    assert_eq!(shown, expected);
}

#[test]
fn one_line_holds_code_title_and_place() {
    assert_eq!(
        text::brief(&story(), &Style::default()),
        "GK0002 error: rewrite-target is a constant: every request reaches the backend as `/` \
         (k8s/ingress.yaml:7:49)"
    );
}

/// Every span of a text with tabs, wide, hidden and combining characters, at several widths.
#[test]
fn no_span_and_no_edit_breaks_the_drawing() {
    let text = "a\t玄関: \u{1b}x\r\n\n\t- é\u{301}\u{202e} z\nlast";
    let source = Source::file("a.yaml", text);
    for start in 0..=text.len() {
        for end in start..=text.len() {
            let span = source.span(start, end);
            let finding = Finding::new(Code::GK0107)
                .at(span.clone(), &words::THIS_VALUE)
                .also(source.span(end, end), &words::THIS_KEY)
                .suggest(
                    Suggestion::new(&words::QUOTE_IT, Applicability::Safe)
                        .edit(span.clone(), "new\nlines")
                        .remove_lines(&source.span(end, end)),
                );
            for width in [0, 24, 80] {
                let shown = text::finding(
                    &finding,
                    &Style {
                        width,
                        ..Style::default()
                    },
                );
                assert!(
                    shown.lines().all(|line| line.trim_end() == line),
                    "{shown:?}"
                );
                assert!(
                    !shown.contains(['\u{1b}', '\r', '\t', '\u{202e}']),
                    "{shown:?}"
                );
            }
            assert!(json::finding(&finding, &Style::default())["code"] == "GK0107");
            assert!(sarif::log(&[finding], &Style::default())["version"] == "2.1.0");
        }
    }
}
