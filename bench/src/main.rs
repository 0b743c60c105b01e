//! Measures Genkan beside a parse-free relay, nginx (tuned, and as ingress-nginx configures it) and
//! HAProxy, in one run, on one pinned core each.
//!
//! One binary plays every part but the peers: `run` starts the others. What is reported is CPU time per
//! request of the whole proxy process, because machines that run this are noisy: quote medians and
//! ratios of one run, never one absolute time.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod backend;
mod calls;
mod capacity;
mod count;
mod cpu;
mod event;
mod load;
mod peer;
mod relay;
mod report;
mod run;
mod scenario;

#[derive(Debug, Parser)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer `/b/SIZE` with that many bytes.
    Backend(backend::BackendArgs),
    /// Copy bytes between a client and one backend without looking at them.
    Relay(relay::RelayArgs),
    /// Send requests and print a line of figures.
    Load(load::LoadArgs),
    /// Measure all candidates over all scenarios.
    Run(run::RunArgs),
    /// Measure what Genkan needs for many idle connections and many Ingresses.
    Capacity(capacity::CapacityArgs),
}

fn main() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::Backend(args) => backend::serve(&args),
        Command::Relay(args) => relay::serve(&args),
        Command::Load(args) => load::execute(&args),
        Command::Run(args) => run::execute(&args),
        Command::Capacity(args) => capacity::execute(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("genkan-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
