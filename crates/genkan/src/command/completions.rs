//! `genkan completions SHELL`.

use clap_complete::Shell;

use genkan_diagnosis::Exit;

/// Which shell.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell to complete in.
    shell: Shell,
}

/// Prints the script to standard output.
pub(crate) fn execute(args: &CompletionsArgs, command: &mut clap::Command) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "genkan", &mut script);
    super::show(script).err().unwrap_or(Exit::Clean)
}
