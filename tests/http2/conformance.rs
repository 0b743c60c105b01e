//! h2spec, the conformance suite of others. `tests/prepare.sh` builds it.

use std::path::PathBuf;
use std::process::Command;

use super::on_localhost;

/// All cases but one. In clear, a connection whose first bytes are not the preface is HTTP/1, and its
/// error is answered as HTTP/1 answers; h2spec reads that as a broken frame.
const CASES: &str = "145 tests, 144 passed, 0 skipped, 1 failed";
const FAILED: &str = "Sends invalid connection preface";

/// Where `tests/prepare.sh` puts it.
pub(super) fn h2spec() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache"),
        PathBuf::from,
    );
    let folder = cache.join("genkan");
    let sum = Command::new("sh")
        .args(["-c", "cksum <tests/http2/h2spec/go.sum | cut -d' ' -f1"])
        .current_dir(genkan_tests::checkout())
        .output()
        .expect("a shell");
    let version = String::from_utf8(sum.stdout).expect("digits");
    folder.join(format!("h2spec-{}/h2spec", version.trim()))
}

#[test]
fn h2spec_passes() {
    let (_backend, _folder, gateway) = on_localhost();
    let output = Command::new(h2spec())
        .args(["--host", "localhost", "--timeout", "10"])
        .args(["--port", &gateway.http().port().to_string()])
        .args(["generic", "http2", "hpack"])
        .output()
        .expect("h2spec runs; tests/prepare.sh builds it");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains(CASES), "{text}");
    let failures = text.split("Failures:").nth(1).unwrap_or_default();
    assert!(failures.contains(FAILED), "{text}");
}
