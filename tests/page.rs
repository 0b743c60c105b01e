//! The todo page in a real browser, through the gateway, with the real backend.
//! What the browser does stands in `browser/page.mjs`.

use std::process::Command;

use genkan_tests::{Finished, FlaskBackend, Folder, Gateway, Lines, Request, checkout, run_to_end};

struct Scene {
    flask: FlaskBackend,
    folder: Folder,
    gateway: Gateway,
}

fn scene() -> Scene {
    let flask = FlaskBackend::start();
    let folder = Folder::copy_of(&checkout().join("examples/todos"), &["backend", "broken"]);
    let gateway = Gateway::launch(folder.path())
        .args(["--endpoints", &format!("todos/todos={}", flask.address())])
        .start();
    Scene {
        flask,
        folder,
        gateway,
    }
}

#[track_caller]
fn browse(scenario: &str, gateway: &Gateway) -> Finished {
    let browser = checkout().join("tests/browser");
    let found = run_to_end(&mut Command::new(browser.join("find-chromium")));
    assert_eq!(
        found.code,
        Some(0),
        "no Chromium here: run tests/prepare.sh"
    );
    let mut command = Command::new("node");
    command.arg(browser.join("page.mjs")).args([
        scenario,
        &format!("http://{}/", gateway.http()),
        found.stdout.trim(),
    ]);
    run_to_end(&mut command).expect_code(0)
}

#[test]
fn a_list_is_kept_by_keyboard() {
    let scene = scene();
    let _ = browse("a-list-is-kept-by-keyboard", &scene.gateway);
    assert!(has(scene.flask.messages(), "DELETE /todos/1 -> 204"));
}

#[test]
fn no_answer_is_said() {
    let _ = browse("no-answer-is-said", &scene().gateway);
}

#[test]
fn the_page_works_under_a_base_path() {
    let _ = browse("the-page-works-under-a-base-path", &scene().gateway);
}

#[test]
fn the_page_suits_both_colour_schemes() {
    let _ = browse("the-page-suits-both-colour-schemes", &scene().gateway);
}

#[test]
fn the_page_is_a_static_site() {
    let scene = scene();
    let page = scene.gateway.fetch(&Request::get("/"));
    assert_eq!(page.status, 200);
    assert_eq!(
        page.body,
        std::fs::read(scene.folder.file("site/index.html")).expect("the page")
    );
    let style = scene.gateway.fetch(&Request::get("/todos.css"));
    assert!(
        style
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/css"))
    );
    let refused = scene.gateway.fetch(&Request::new("POST", "/"));
    assert_eq!(
        (refused.status, refused.header("allow")),
        (405, Some("GET, HEAD"))
    );
    // By its own name the host leads to the application, not to the page.
    let api = scene
        .gateway
        .fetch(&Request::get("/").host("todos.localhost"));
    assert_eq!(api.json()["application"], "todos");
}

fn has(lines: &Lines, part: &str) -> bool {
    lines
        .wait_from(0, |line| line.contains(part).then_some(()))
        .is_some()
}
