//! Programs that run to their end, with what they wrote.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::{checkout, genkan_binary};

/// What a program left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// This result, if the exit code is `code`.
    ///
    /// # Panics
    /// With both outputs, when it is another.
    #[must_use]
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert!(
            self.code == Some(code),
            "exit code {:?} instead of {code}\n--- stdout\n{}\n--- stderr\n{}",
            self.code,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// When it is not one JSON document.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|fault| panic!("not JSON ({fault}):\n{}", self.stdout))
    }
}

/// Runs `genkan ARGUMENTS…` in the root of the checkout to its end.
#[must_use]
#[track_caller]
pub fn genkan<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Finished {
    let mut command = Command::new(genkan_binary());
    command.args(arguments).current_dir(checkout());
    run_to_end(&mut command)
}

/// Runs any program to its end, without input and without colours.
///
/// # Panics
/// When it cannot be started or writes something other than UTF-8.
#[must_use]
#[track_caller]
pub fn run_to_end(command: &mut Command) -> Finished {
    let output = command
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|fault| panic!("cannot run {command:?}: {fault}"));
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}
