//! An ingress controller and reverse proxy that can explain itself.
//!
//! The binary: command line, wiring, and the only place that starts things. Decisions live in the
//! crates below; what is here connects them to files, sockets, signals and a terminal.

use std::process::ExitCode;

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
    ExitCode::from(command::execute(std::env::args_os()).code())
}
