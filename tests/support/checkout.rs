//! Where the checkout lies and how the `genkan` program of this build is found.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The root of the checkout that these tests were compiled from.
#[must_use]
pub fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests' package lies in the checkout")
}

/// The `genkan` program, built from the sources as they are now.
///
/// Cargo builds a program before tests only for tests of the same package, so
/// this asks cargo itself, once for each test process. When it is up to date
/// that takes a fraction of a second. `GENKAN_BINARY` names another program to
/// test instead, as it is.
///
/// # Panics
/// When the build fails; cargo's own messages stand above the panic.
#[must_use]
pub fn genkan_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("GENKAN_BINARY") {
        Some(named) => PathBuf::from(named),
        None => build(),
    })
}

fn build() -> PathBuf {
    // `--workspace` selects the features that `cargo test --workspace` selects:
    // without it the dependencies would be compiled a second time.
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--workspace", "--bin", "genkan"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(checkout())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo can be started");
    assert!(
        output.status.success(),
        "`cargo build --bin genkan` failed; see its messages above"
    );
    std::str::from_utf8(&output.stdout)
        .expect("cargo writes UTF-8")
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "genkan")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the program it built")
}
