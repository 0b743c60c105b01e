//! The example's backend on its own: its own tests, and how it ends.

use std::process::Command;

use genkan_tests::{FlaskBackend, Request, checkout, fetch, python_with, run_to_end};

#[test]
fn its_own_tests_pass() {
    let mut command = Command::new(python_with("backend/requirements-test.txt"));
    command
        .args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider"])
        .current_dir(checkout().join("examples/todos/backend"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let finished = run_to_end(&mut command).expect_code(0);
    // With no test at all pytest would end with 5, but a filter could leave some out.
    assert!(finished.stdout.contains(" passed"), "{}", finished.stdout);
    assert!(!finished.stdout.contains("skipped"), "{}", finished.stdout);
}

#[test]
fn sigterm_ends_it_in_good_order() {
    let flask = FlaskBackend::start();
    assert_eq!(
        fetch(flask.address(), &Request::get("/healthz")).status,
        200
    );
    let finished = flask.stop().expect_code(0);
    assert!(
        finished.stderr.trim_end().ends_with("INFO [-] stopped"),
        "{}",
        finished.stderr
    );
}
