//! What becomes of input that is bad: each says what, where and what to do about it, what was good keeps
//! serving, and nothing panics.

mod descriptors;
mod files;
mod requests;
mod rows;
mod start;

use genkan_tests::Finished;

/// Nothing that Genkan is given may make it fall over.
#[track_caller]
fn check_no_panic(told: &str) {
    assert!(!told.contains("panicked"), "{told}");
}

/// The program ended with this code, and what it said has these parts.
#[track_caller]
fn check_end(finished: Finished, code: i32, parts: &[&str]) {
    let Finished { stdout, stderr, .. } = finished.expect_code(code);
    let told = format!("{stdout}{stderr}");
    check_no_panic(&told);
    for part in parts {
        assert!(told.contains(part), "no `{part}` in:\n{told}");
    }
}
