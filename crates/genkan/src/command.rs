//! The command line: what can be asked for, and who does it.
//!
//! Parsing is clap's; flags of ingress-nginx that we do not take are refused by name with the reason
//! ([`refused`]). Each command is one file below.

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};

use genkan_diagnosis::Exit;

mod completions;
mod explain;
mod input;
mod lint;
mod output;
mod refused;
mod run;
mod terminal;

pub(crate) use input::{EndpointOverride, InputArgs};
pub(crate) use output::{message, show, write_message};
use run::RunArgs;
pub(crate) use run::{GatewayArgs, LogFormat, LogOverflow};
pub(crate) use terminal::TerminalArgs;

/// An ingress controller and reverse proxy that can explain itself.
#[derive(Debug, Parser)]
#[command(
    name = "genkan",
    version,
    after_help = "Examples:\n  genkan demo                                  a complete example, nothing else needed\n  genkan run --manifests k8s/                  serve a folder of manifests\n  genkan lint k8s/                             find mistakes before they are deployed\n  genkan explain GET http://localhost/todos/1 --manifests k8s/\n  genkan explain GK0002                        what a code means"
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a folder of manifests.
    Run(Box<RunArgs>),
    /// Serve the todos example from this binary alone.
    Demo(Box<crate::demo::DemoArgs>),
    /// Find mistakes in manifests.
    Lint(lint::LintArgs),
    /// Explain one request, one past request, or one code.
    Explain(explain::ExplainArgs),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArgs),
}

/// Does what the arguments say.
pub(crate) fn execute(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let line = match CommandLine::try_parse_from(&arguments) {
        Ok(line) => line,
        Err(error) => return refuse(&error, &arguments),
    };
    match line.command {
        Command::Run(args) => run::execute(*args),
        Command::Demo(args) => crate::demo::execute(*args),
        Command::Lint(args) => lint::execute(&args),
        Command::Explain(args) => explain::execute(&args),
        Command::Completions(args) => completions::execute(&args, &mut CommandLine::command()),
    }
}

/// Prints clap's message, or a better one for a flag that ingress-nginx has and we refuse.
fn refuse(error: &clap::Error, arguments: &[OsString]) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Printing help to a closed pipe is no failure.
            let _ = error.print();
            return Exit::Clean;
        }
        ErrorKind::UnknownArgument => {
            if let Some(message) = refused::explain(arguments) {
                message!("genkan: {message}");
                return Exit::Usage;
            }
        }
        _ => {}
    }
    let _ = error.print();
    Exit::Usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }
}
