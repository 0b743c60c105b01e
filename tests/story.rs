//! The story that Genkan was made for, with the real application: a rewrite to
//! `/` on the todos Ingress, a 405 that the application makes, an explanation
//! that names the line and a fix, and the fix applied while everything runs.
//! Then twenty variants of it, drawn from a seed.

use std::fs;

use genkan_tests::{
    FlaskBackend, Folder, Gateway, Random, Request, Response, checkout, fetch, genkan,
};
use serde_json::{Value, json};

#[path = "story/variant.rs"]
mod variant;

use variant::{REWRITE, Variant};

const VARIANTS: usize = 20;

#[test]
fn the_story_as_it_happened() {
    let flask = FlaskBackend::start();
    let folder = Folder::copy_of(&checkout().join("examples/todos"), &["backend", "broken"]);
    let mut gateway = Gateway::launch(folder.path())
        .args(["--endpoints", &format!("todos/todos={}", flask.address())])
        .start();
    let milk = Request::post("/todos", "application/json", r#"{"title":"milk"}"#);
    assert_eq!(gateway.fetch(&milk).status, 201);

    let broken = example("broken/2-constant-rewrite.yaml");
    gateway.apply(|| folder.write("ingress.yaml", &broken));
    let refused = gateway.fetch(&Request::delete("/todos/1"));
    let id = check_refused(&refused, &flask, "/");

    let text = explain(&gateway, &id, &[]).stdout;
    let line = line_of(&broken, REWRITE);
    for part in [
        &format!("ingress.yaml:{line}:"),
        "error[GK0002]",
        "GK0003",
        "rewrite    /todos/1  ->  /",
        "made by the BACKEND",
        "- ",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    let explained = explain(&gateway, &id, &["-o", "json"]).json();
    let patch = check_explanation(&explained, "/todos/1", "/", "ingress.yaml", line);
    assert_eq!(patch, json!([{ "op": "remove", "path": pointer() }]));

    // The fix is what the explanation shows: without that line.
    let fixed: Vec<&str> = broken
        .lines()
        .filter(|line| !line.contains(REWRITE))
        .collect();
    gateway.apply(|| folder.write("ingress.yaml", &(fixed.join("\n") + "\n")));
    assert_eq!(gateway.fetch(&Request::delete("/todos/1")).status, 204);
    // What happened stays explained by the line that was there then.
    let later = explain(&gateway, &id, &["-o", "json"]).json();
    assert_eq!(later["rewrite"]["after"], "/");
}

#[test]
fn each_broken_example_gives_its_code() {
    for (file, code) in [
        ("1-pattern-in-a-prefix-path.yaml", "GK0001"),
        ("2-constant-rewrite.yaml", "GK0002"),
        ("3-group-that-is-not-there.yaml", "GK0004"),
    ] {
        let path = checkout().join("examples/todos/broken").join(file);
        let found = genkan([
            "lint".as_ref(),
            "-o".as_ref(),
            "json".as_ref(),
            path.as_os_str(),
        ])
        .json();
        let codes: Vec<&Value> = found["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .map(|f| &f["code"])
            .collect();
        assert!(codes.contains(&&json!(code)), "{file}: {codes:?}");
        let comment = example(&format!("broken/{file}"));
        assert!(
            comment.contains(&format!("# Genkan says {code}")),
            "{file} does not say {code}"
        );
    }
}

#[test]
fn the_example_itself_is_clean() {
    let found = genkan(["lint", "-o", "json", "examples/todos"])
        .expect_code(0)
        .json();
    // Notes are facts: GK0107 says that a rule without a host takes every name.
    assert_eq!(found["summary"]["error"], 0, "{found:#}");
    assert_eq!(found["summary"]["warning"], 0, "{found:#}");
}

#[test]
fn a_group_that_is_not_there_is_refused_by_the_application_too() {
    let flask = FlaskBackend::start();
    let folder = Folder::copy_of(&checkout().join("examples/todos"), &["backend", "broken"]);
    folder.write(
        "ingress.yaml",
        &example("broken/3-group-that-is-not-there.yaml"),
    );
    let gateway = Gateway::launch(folder.path())
        .args(["--endpoints", &format!("todos/todos={}", flask.address())])
        .start();
    let id = check_refused(&gateway.fetch(&Request::delete("/todos/1")), &flask, "/");
    let text = explain(&gateway, &id, &[]).stdout;
    assert!(text.contains("GK0004"), "{text}");
}

#[test]
fn the_demo_tells_the_story() {
    let told = genkan(["demo", "--story"]).expect_code(0);
    let told = told.stdout + &told.stderr;
    let mut rest = &*told;
    for part in ["405", "GK0002", "204"] {
        let at = rest.find(part);
        rest = &rest[at.unwrap_or_else(|| panic!("no `{part}` in the rest of\n{told}"))..];
    }
}

#[test]
fn variants_of_the_story() {
    let flask = FlaskBackend::start();
    let mut random = Random::from_environment("variants of the story");
    let mut forms = [0; 3];
    for number in 0..VARIANTS {
        let variant = Variant::draw(&mut random, number);
        println!("{variant:?}");
        forms[variant.form as usize] += 1;
        play(&variant, &flask, &mut random);
    }
    assert!(
        forms.iter().all(|&count| count > 0),
        "a form was never drawn: {forms:?}"
    );
}

fn play(variant: &Variant, flask: &FlaskBackend, random: &mut Random) {
    let host = variant.host.as_deref().unwrap_or("localhost");
    let file = format!("{}.{}", random.word(), variant.extension);
    let mut ingress = variant.ingress();
    let broken = variant.text(&ingress, flask, random);
    println!("--- {file}\n{broken}");
    let folder = Folder::new();
    folder.write(&file, &broken);
    let mut gateway = Gateway::serve(folder.path());

    let todo = Request::post("/todos", "application/json", r#"{"title":"milk"}"#);
    let path = fetch(flask.address(), &todo)
        .header("location")
        .expect("the new todo's path")
        .to_owned();
    let request = Request::delete(&path).host(host);
    let id = check_refused(&gateway.fetch(&request), flask, variant.constant);
    let explained = explain(&gateway, &id, &["-o", "json"]).json();
    let line = line_of(&broken, REWRITE);
    let patch = check_explanation(&explained, &path, variant.constant, &file, line);

    apply(&mut ingress, &patch);
    let fixed = variant.text(&ingress, flask, random);
    gateway.apply(|| folder.write(&file, &fixed));
    assert_eq!(gateway.fetch(&request).status, 204);
}

/// The answer is the application's 405 to DELETE of `seen`. Returns the id.
#[track_caller]
fn check_refused(refused: &Response, flask: &FlaskBackend, seen: &str) -> String {
    assert_eq!(refused.status, 405, "{refused:?}");
    let mut allowed: Vec<&str> = refused
        .header("allow")
        .expect("Allow")
        .split(", ")
        .collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "OPTIONS"]);
    assert_eq!(refused.json()["error"], "Method Not Allowed");
    let id = refused
        .header("x-request-id")
        .expect("the application sends the id back");
    let line = format!("[{id}] DELETE {seen} -> 405");
    let logged = flask
        .messages()
        .wait_from(0, |written| written.ends_with(&line).then_some(()));
    assert!(logged.is_some(), "the application did not log `{line}`");
    id.to_owned()
}

/// The explanation names the rewrite, its place and a checked fix. Returns the fix.
#[track_caller]
fn check_explanation(
    explained: &Value,
    before: &str,
    after: &str,
    file: &str,
    line: usize,
) -> Value {
    assert_eq!(explained["rewrite"]["before"], before, "{explained:#}");
    assert_eq!(explained["rewrite"]["after"], after, "{explained:#}");
    assert_eq!(explained["response"]["status"], 405, "{explained:#}");
    assert_eq!(explained["response"]["maker"], "backend", "{explained:#}");
    let findings = explained["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|finding| finding["code"] == "GK0002");
    let finding = finding.unwrap_or_else(|| panic!("no GK0002 in {explained:#}"));
    let place = &finding["primary"];
    let named = place["file"].as_str().expect("the finding has a file");
    assert!(named.ends_with(file), "{named} is not {file}");
    assert_eq!(place["start"]["line"], line, "{finding:#}");
    let suggestions = finding["suggestions"].as_array().expect("suggestions");
    let checked = suggestions
        .iter()
        .find(|suggestion| suggestion["checked"]["ok"] == true);
    let checked = checked.unwrap_or_else(|| panic!("no checked suggestion in {finding:#}"));
    checked["patch"].clone()
}

#[track_caller]
fn explain(gateway: &Gateway, id: &str, more: &[&str]) -> genkan_tests::Finished {
    let console = gateway.listener("console").to_string();
    let mut arguments = vec!["explain", "--id", id, "--console", &console];
    arguments.extend(more);
    genkan(arguments).expect_code(0)
}

/// Applies an RFC 6902 patch that removes fields, which is all that this fix needs.
fn apply(object: &mut Value, patch: &Value) {
    for operation in patch.as_array().expect("a patch is a list") {
        assert_eq!(operation["op"], "remove", "{patch}");
        let path = operation["path"].as_str().expect("a path");
        let (parent, name) = path.rsplit_once('/').expect("a pointer");
        let name = name.replace("~1", "/").replace("~0", "~");
        let parent = object
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .expect("a parent");
        assert!(parent.shift_remove(&name).is_some(), "{path} is not there");
    }
}

fn pointer() -> String {
    format!("/metadata/annotations/{}", REWRITE.replace('/', "~1"))
}

/// The number of the only line that holds `part` outside of comments.
#[track_caller]
fn line_of(text: &str, part: &str) -> usize {
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains(part) && !line.trim_start().starts_with('#'));
    let (index, _) = lines.next().expect("the line is there");
    assert!(lines.next().is_none(), "`{part}` stands twice");
    index + 1
}

fn example(name: &str) -> String {
    fs::read_to_string(checkout().join("examples/todos").join(name)).expect("the example is there")
}
