//! `genkan lint`: mistakes in manifests, before they are deployed.

use std::path::PathBuf;

use clap::ValueEnum;
use genkan_compile::World;
use genkan_diagnosis::{Exit, Finding, Severity, Style, Summary, render, roots};

use super::{InputArgs, TerminalArgs, message, show};
use crate::manifests;

/// What `lint` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  genkan lint k8s/\n  genkan lint --complete --fail-on warning k8s/\n  helm template chart | genkan lint -\n\nExit codes: 0 nothing at or above the fail level, 1 findings, 2 wrong usage, 3 input unreadable."
)]
pub(crate) struct LintArgs {
    /// Folders or files of manifests, or `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The manifests are all there is: what is absent is missing.
    #[arg(long)]
    complete: bool,

    /// The least severity that fails.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    fail_on: FailOn,

    /// Leave out a code; may be given several times.
    #[arg(long, value_name = "CODE")]
    ignore: Vec<genkan_diagnosis::Code>,

    /// Show consequences beside their causes.
    #[arg(long)]
    all: bool,

    /// Form of the output.
    #[arg(short = 'o', long = "format", value_enum, default_value_t = Format::Text)]
    format: Format,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    terminal: TerminalArgs,
}

/// The least severity that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Only errors.
    Error,
    /// Warnings too.
    Warning,
    /// Notes too.
    Note,
}

/// Form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// Sentences, for screen readers and logs.
    Plain,
    /// One document.
    Json,
    /// One document a line for each finding.
    Jsonl,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
}

/// Prints findings to standard output and tells by the exit code whether there were any.
pub(super) fn execute(args: &LintArgs) -> Exit {
    let files = match manifests::read(&args.paths, args.input.recursive) {
        Ok(files) => files,
        Err(error) => {
            message!("genkan: {error}");
            return Exit::Unreadable;
        }
    };
    let world = if args.complete {
        World::Closed
    } else {
        World::Open
    };
    let unreadable = !files.problems().is_empty();
    let generation = manifests::compile(&files, args.input.options(world, &args.paths));
    let findings: Vec<Finding> = generation
        .lint()
        .into_iter()
        .filter(|finding| !args.ignore.contains(&finding.code()))
        .collect();
    let style = Style {
        plain: args.format == Format::Plain,
        ..args.terminal.style()
    };
    if let Err(exit) = show(args.show(&findings, &style)) {
        return exit;
    }
    let level = match args.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
    };
    match Summary::of(&findings).exit(level) {
        Exit::Findings if unreadable => Exit::Unreadable,
        exit => exit,
    }
}

impl LintArgs {
    fn show(&self, findings: &[Finding], style: &Style) -> String {
        match self.format {
            Format::Json => render::json::report(findings, style),
            Format::Jsonl => render::json::lines(findings, style),
            Format::Sarif => format!("{:#}\n", render::sarif::log(findings, style)),
            Format::Text | Format::Plain => {
                let (shown, hidden) = if self.all {
                    (findings.iter().collect(), 0)
                } else {
                    roots(findings)
                };
                let mut text = render::text::findings(shown, style);
                if !text.is_empty() {
                    text.push('\n');
                }
                format!(
                    "{text}{}\n",
                    render::text::summary(&Summary::of(findings), hidden, style)
                )
            }
        }
    }
}
