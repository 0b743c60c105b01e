//! Rules of the repository that are code rather than memory: which crate may
//! depend on which, what the pure crates must not touch, how long a file may
//! be, and what must not stand in a tracked file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use genkan_tests::{checkout, run_to_end};

/// Crate → crates of this workspace it may depend on. A crate that is not here
/// is a mistake: a new one is added together with its edges, in ARCHITECTURE.md too.
const EDGES: &[(&str, &[&str])] = &[
    ("genkan-http", &[]),
    ("genkan-diagnosis", &[]),
    ("genkan-route", &["genkan-http"]),
    ("genkan-objects", &["genkan-diagnosis"]),
    (
        "genkan-compile",
        &[
            "genkan-objects",
            "genkan-diagnosis",
            "genkan-route",
            "genkan-http",
        ],
    ),
    ("genkan-proxy", &["genkan-route", "genkan-http"]),
    (
        "genkan",
        &[
            "genkan-http",
            "genkan-diagnosis",
            "genkan-route",
            "genkan-objects",
            "genkan-compile",
            "genkan-proxy",
        ],
    ),
    (
        "genkan-tests",
        &[
            "genkan-http",
            "genkan-diagnosis",
            "genkan-route",
            "genkan-objects",
            "genkan-compile",
            "genkan-proxy",
        ],
    ),
    (
        "genkan-bench",
        &[
            "genkan-http",
            "genkan-route",
            "genkan-compile",
            "genkan-objects",
        ],
    ),
];

/// Crates that do no I/O, read no clock and draw no random numbers.
const PURE: &[&str] = &[
    "genkan-http",
    "genkan-route",
    "genkan-diagnosis",
    "genkan-objects",
    "genkan-compile",
];

/// Dependencies that a pure crate cannot have any honest use for.
const IMPURE_DEPENDENCIES: &[&str] = &[
    "tokio",
    "rustix",
    "socket2",
    "libc",
    "mio",
    "hickory-resolver",
    "rand",
    "kube",
    "tempfile",
];

/// What pure code must not name.
const IMPURE_NAMES: &[&str] = &[
    "std::fs",
    "std::env::",
    "std::process",
    "std::thread",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "Instant::now",
    "SystemTime",
    "println!(",
    "eprintln!(",
];

const LINES_MAX: usize = 600;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "utils", "util", "common", "helpers", "helper", "misc", "manager", "types",
];

#[test]
fn crates_depend_only_where_the_design_allows() {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut forbidden = Vec::new();
    for (name, dependencies) in dependencies() {
        let Some(allowed) = allowed.get(&*name) else {
            forbidden.push(format!("{name} is not in the table of edges"));
            continue;
        };
        for (dependency, _) in dependencies {
            if dependency.starts_with("genkan") && !allowed.contains(&&*dependency) {
                forbidden.push(format!("{name} -> {dependency}"));
            }
        }
    }
    assert!(forbidden.is_empty(), "forbidden edges: {forbidden:#?}");
}

#[test]
fn pure_crates_have_no_impure_dependency() {
    let mut found = Vec::new();
    for (name, dependencies) in dependencies() {
        for (dependency, development) in dependencies {
            if PURE.contains(&&*name) && !development && IMPURE_DEPENDENCIES.contains(&&*dependency)
            {
                found.push(format!("{name} -> {dependency}"));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn pure_crates_do_no_io_and_read_no_clock() {
    let mut found = Vec::new();
    for file in tracked()
        .iter()
        .filter(|file| is_rust(file) && !is_test(file))
    {
        if !PURE
            .iter()
            .any(|name| file.starts_with(Path::new("crates").join(name).join("src")))
        {
            continue;
        }
        let text = read(file);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            let statement = line.split("//").next().unwrap_or_default();
            if let Some(name) = IMPURE_NAMES.iter().find(|name| statement.contains(**name)) {
                found.push(format!("{}:{}: {name}", file.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_rust_file_says_its_purpose_and_is_short_enough() {
    let mut found = Vec::new();
    for file in tracked().iter().filter(|file| is_rust(file)) {
        let text = read(file);
        let lines = text.lines().count();
        if lines > LINES_MAX {
            found.push(format!(
                "{} has {lines} lines, more than {LINES_MAX}",
                file.display()
            ));
        }
        // `tests.rs` beside a module says enough by its name.
        if !text.starts_with("//! ") && !is_test(file) {
            found.push(format!(
                "{} does not begin with its purpose (`//! …`)",
                file.display()
            ));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn names_of_files_are_nouns_of_the_domain() {
    let mut found = Vec::new();
    for file in tracked() {
        if file.file_name().is_some_and(|name| name == "mod.rs") {
            found.push(format!(
                "{}: write name.rs beside name/ instead",
                file.display()
            ));
        }
        for part in &file {
            let stem = Path::new(part).file_stem().and_then(|stem| stem.to_str());
            if stem.is_some_and(|stem| EMPTY_NAMES.contains(&stem)) {
                found.push(format!("{}: the name says nothing", file.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_tracked_file_names_a_machine_or_a_package_registry() {
    // Written in pieces, so that this file is clean itself.
    let banned: Vec<String> = [
        ["/wo", "rk/"],
        ["/ro", "ot/"],
        ["/ho", "me/"],
        ["/Us", "ers/"],
        ["registry.npmjs", ".org"],
        ["pypi", ".org"],
        ["pythonhosted", ".org"],
        ["index.crates", ".io"],
        ["static.crates", ".io"],
        ["deb.debian", ".org"],
        ["proxy.golang", ".org"],
    ]
    .map(|pieces| pieces.concat())
    .to_vec();
    let mut found = Vec::new();
    for file in tracked() {
        let bytes = fs::read(checkout().join(&file)).expect("a tracked file can be read");
        let Ok(text) = std::str::from_utf8(&bytes) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for word in banned.iter().filter(|word| line.contains(&***word)) {
                found.push(format!("{}:{}: {word}", file.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    let mut dead = Vec::new();
    let markdown = |file: &&PathBuf| file.extension().is_some_and(|extension| extension == "md");
    for file in tracked().iter().filter(markdown) {
        for target in links(&read(file)) {
            let path = target.split('#').next().unwrap_or_default();
            let folder = checkout().join(file.parent().unwrap_or(Path::new("")));
            if !path.is_empty() && !path.contains("://") && !folder.join(path).exists() {
                dead.push(format!("{}: {target}", file.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// The targets of `[text](target)` outside of code blocks.
fn links(markdown: &str) -> Vec<String> {
    let mut targets = Vec::new();
    let prose = markdown.split("```").step_by(2);
    for piece in prose.flat_map(|text| text.split("](").skip(1)) {
        if let Some((target, _)) = piece.split_once(')') {
            targets.push(target.to_owned());
        }
    }
    targets
}

/// For each package of the workspace: the names of its dependencies, and
/// whether each is only for development.
fn dependencies() -> Vec<(String, Vec<(String, bool)>)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--offline",
    ]);
    let metadata = run_to_end(command.current_dir(checkout()))
        .expect_code(0)
        .json();
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo lists packages")
        .iter();
    packages
        .map(|package| {
            let text = |value: &serde_json::Value| value.as_str().expect("a name").to_owned();
            let listed = package["dependencies"]
                .as_array()
                .expect("cargo lists dependencies");
            let dependencies = listed
                .iter()
                .map(|dependency| (text(&dependency["name"]), dependency["kind"] == "dev"))
                .collect();
            (text(&package["name"]), dependencies)
        })
        .collect()
}

/// Files that git tracks and that exist, relative to the root.
fn tracked() -> Vec<PathBuf> {
    let mut command = Command::new("git");
    command.args(["ls-files", "-z"]).current_dir(checkout());
    let listed = run_to_end(&mut command).expect_code(0).stdout;
    let files = listed.split_terminator('\0').map(PathBuf::from);
    let files: Vec<PathBuf> = files
        .filter(|file| checkout().join(file).is_file())
        .collect();
    assert!(files.len() > 20, "git lists only {} files", files.len());
    files
}

fn read(file: &Path) -> String {
    fs::read_to_string(checkout().join(file)).expect("a tracked text file can be read")
}

fn is_rust(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rs")
}

/// `…/tests.rs` and what lies in a `tests` folder beneath `src`.
fn is_test(file: &Path) -> bool {
    file.iter()
        .skip(2)
        .any(|part| part == "tests" || part == "tests.rs")
}
