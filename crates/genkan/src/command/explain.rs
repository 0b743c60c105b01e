//! `genkan explain`.

use genkan_diagnosis::Exit;

/// What `explain` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// A code, or a method and a URL.
    #[arg(value_name = "CODE | METHOD URL", num_args = 1..=2)]
    what: Vec<String>,
}

/// Explains.
pub(super) fn execute(_args: &ExplainArgs) -> Exit {
    Exit::Incomplete
}
