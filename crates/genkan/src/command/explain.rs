//! `genkan explain`: one request, one past request, or one code.

use std::{net::SocketAddr, path::PathBuf};

use clap::ValueEnum;
use genkan_compile::World;
use genkan_diagnosis::{Code, Exit, Style, catalogue, render};

use super::{InputArgs, TerminalArgs, message, show};
use crate::{
    admin::{self, AskError},
    control::CONSOLE_PORT,
    explanation::{self, Question},
    manifests,
};

/// What `explain` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  genkan explain DELETE http://localhost/todos/1 --manifests k8s/\n  genkan explain GET http://localhost:8080/todos     asks the running gateway\n  genkan explain --id 6f1c…                          a request that happened\n  genkan explain GK0002                              what a code means\n\nExit codes: 0 explained, 1 --expect does not hold, 2 wrong usage, 3 input unreadable,\n4 no gateway answers, 5 cannot tell."
)]
pub(crate) struct ExplainArgs {
    /// A code, or a method and a URL.
    #[arg(value_name = "CODE | METHOD URL", num_args = 1..=2, required_unless_present = "id", conflicts_with = "id")]
    what: Vec<String>,

    /// Explain the request with this id (Genkan's, or the client's own X-Request-ID).
    #[arg(long)]
    id: Option<String>,

    /// Explain on these manifests; without them the running gateway is asked.
    #[arg(long, value_name = "PATH")]
    manifests: Vec<PathBuf>,

    /// Console of the running gateway.
    #[arg(long, env = "GENKAN_CONSOLE", value_name = "ADDRESS", default_value_t = SocketAddr::from(([127, 0, 0, 1], CONSOLE_PORT)))]
    console: SocketAddr,

    /// A header of the request, as `Name: value`; `Host` replaces that of the URL; may be given
    /// several times.
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,

    /// Send this as request target in place of the URL's path, as curl's flag of the same name does.
    #[arg(long, value_name = "TARGET")]
    request_target: Option<String>,

    /// Length of the request's body in bytes.
    #[arg(long, value_name = "BYTES")]
    body_size: Option<u64>,

    /// Address of the client.
    #[arg(long, value_name = "IP")]
    from: Option<std::net::IpAddr>,

    /// Fail when the status is known and another; with --manifests.
    #[arg(long, value_name = "STATUS", requires = "manifests")]
    expect: Option<u16>,

    /// Form of the output.
    #[arg(short = 'o', long = "format", value_enum, default_value_t = Format::Text)]
    format: Format,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    terminal: TerminalArgs,
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
}

/// Explains.
pub(super) fn execute(args: &ExplainArgs) -> Exit {
    let style = Style {
        plain: args.format == Format::Plain,
        ..args.terminal.style()
    };
    match (&args.id, args.what.as_slice()) {
        (Some(id), _) => asked(args, &format!("id={}", admin::escape(id)), &style),
        (None, [code]) => page(code, &style),
        (None, [method, url]) => match args.question(method, url) {
            Ok(question) if args.manifests.is_empty() => asked(args, &question.query(), &style),
            Ok(question) => simulated(args, &question, &style),
            Err(reason) => {
                message!("genkan: {reason}");
                Exit::Usage
            }
        },
        _ => Exit::Usage,
    }
}

/// The page of a code.
fn page(text: &str, style: &Style) -> Exit {
    match text.to_ascii_uppercase().parse::<Code>() {
        Ok(code) => {
            let page = render::page::text(code.entry(), style);
            show(page).err().unwrap_or(Exit::Clean)
        }
        Err(error) => {
            let known = catalogue::entries()
                .map(|entry| entry.code.to_string())
                .collect::<Vec<_>>();
            let near = genkan_objects::nearest(
                &text.to_ascii_uppercase(),
                known.iter().map(String::as_str),
            );
            match near {
                Some(near) => message!("genkan: {error}; did you mean {near}?"),
                None => message!("genkan: {error}; to explain a request give a method and a URL"),
            }
            Exit::Usage
        }
    }
}

/// By the running gateway.
fn asked(args: &ExplainArgs, what: &str, style: &Style) -> Exit {
    match admin::ask_for(args.console, what, style, args.format == Format::Json) {
        Ok(text) => show(text).err().unwrap_or(Exit::Clean),
        Err(error) => {
            message!("genkan: {error}");
            match error {
                AskError::Unreachable(..) => Exit::ClusterUnreachable,
                AskError::Unknown(_) => Exit::Incomplete,
            }
        }
    }
}

/// On manifests.
fn simulated(args: &ExplainArgs, question: &Question, style: &Style) -> Exit {
    let files = match manifests::read(&args.manifests, args.input.recursive) {
        Ok(files) => files,
        Err(error) => {
            message!("genkan: {error}");
            return Exit::Unreadable;
        }
    };
    let generation = manifests::compile(&files, args.input.options(World::Closed, &args.manifests));
    let explained = match explanation::simulate(&generation, question) {
        Ok(explained) => explained,
        Err(reason) => {
            message!("genkan: {reason}");
            return Exit::Usage;
        }
    };
    let text = match args.format {
        Format::Json => format!("{:#}\n", explained.json(style)),
        Format::Text | Format::Plain => explained.text(style),
    };
    if let Err(exit) = show(text) {
        return exit;
    }
    match (args.expect, explained.trace.status()) {
        (Some(expected), Some(status)) if expected != status => {
            message!("genkan: expected {expected}, the answer is {status}");
            Exit::Findings
        }
        (Some(_), None) => {
            message!("genkan: the status is the backend's to choose: cannot tell");
            Exit::Incomplete
        }
        _ => Exit::Clean,
    }
}

impl ExplainArgs {
    fn question(&self, method: &str, url: &str) -> Result<Question, String> {
        let mut question = Question::parse(method, url)?;
        for header in &self.headers {
            question.add_header(header)?;
        }
        if let Some(target) = &self.request_target {
            question.set_target(target);
        }
        question.body = self.body_size;
        question.client = self.from;
        Ok(question)
    }
}
