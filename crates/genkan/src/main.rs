//! An ingress controller and reverse proxy that can explain itself.
//!
//! The binary: command line, wiring, and the only place that starts things. Decisions live in the
//! crates below; what is here connects them to files, sockets, signals and a terminal.

#![deny(clippy::print_stdout, clippy::print_stderr)]

use std::{panic, process::ExitCode};

use command::message;
use genkan_diagnosis::Exit;

mod admin;
mod client;
mod command;
mod control;
mod demo;
mod explanation;
mod manifests;
mod source;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(guarded(|| command::execute(std::env::args_os())).code())
}

/// A fault of our own must not look like findings, or like a success.
fn guarded(command: impl FnOnce() -> Exit + panic::UnwindSafe) -> Exit {
    panic::catch_unwind(command).unwrap_or_else(|_| {
        message!(
            "genkan: this is a fault of Genkan's own; please report the lines above: {}/issues",
            env!("CARGO_PKG_REPOSITORY")
        );
        Exit::Internal
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_our_own_is_no_finding() {
        assert_eq!(guarded(|| panic!("a fault")).code(), 70);
        assert_eq!(guarded(|| Exit::Findings).code(), 1);
    }
}
