//! `genkan demo`: the todos example from this binary alone.
//!
//! Manifests and page are embedded and written to a folder of their own, so that they can be edited
//! while the demo runs; the backend is the todo application in Rust, on a free port of 127.0.0.1.

mod backend;
mod files;
mod story;
mod todos;

use std::path::PathBuf;

use genkan_diagnosis::Exit;

use crate::{
    command::{EndpointOverride, GatewayArgs, InputArgs, TerminalArgs, message},
    control::{self, Greeting, Plan},
};

/// What `demo` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  genkan demo                      serve the example on port 8080, or the next free one\n  genkan demo --story              break it, see the 405, have it explained, mend it\n  genkan demo --manifests k8s/     serve your manifests with the demo's backend behind todos/todos"
)]
pub(crate) struct DemoArgs {
    /// Manifests to serve instead of the embedded ones; may be given several times.
    #[arg(long, value_name = "PATH")]
    manifests: Vec<PathBuf>,

    /// Where the embedded manifests are written [default: a temporary folder].
    #[arg(long, value_name = "DIR", conflicts_with = "manifests")]
    folder: Option<PathBuf>,

    /// Play the story in this terminal: break it, show the 405, explain, apply the fix.
    #[arg(long, conflicts_with = "manifests")]
    story: bool,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    gateway: GatewayArgs,

    #[command(flatten)]
    terminal: TerminalArgs,
}

/// Service of the example that the embedded backend stands behind.
const SERVICE: &str = "todos/todos";

/// Serves, or plays the story.
pub(crate) fn execute(args: DemoArgs) -> Exit {
    let backend = match backend::Backend::start() {
        Ok(backend) => backend,
        Err(error) => {
            message!("genkan: the embedded backend cannot be started: {error}");
            return Exit::Internal;
        }
    };
    let folder = match files::Folder::prepare(args.folder.as_deref(), args.manifests.is_empty()) {
        Ok(folder) => folder,
        Err(error) => {
            message!("genkan: the example cannot be written: {error}");
            return Exit::Unreadable;
        }
    };
    let style = args.terminal.style();
    let mut plan = Plan {
        sources: match &folder {
            Some(folder) => vec![folder.path().to_owned()],
            None => args.manifests,
        },
        input: args.input,
        gateway: args.gateway,
        style,
        greeting: Greeting::Silent,
        progress: None,
    };
    plan.input
        .endpoints
        .extend(format!("{SERVICE}={}", backend.address()).parse::<EndpointOverride>());
    // A demo is not in anybody's way: it takes the next free port, and ends at once.
    plan.gateway.port_fallback = true;
    plan.gateway.drain_timeout.get_or_insert(DRAIN);
    match (args.story, &folder) {
        (true, Some(folder)) => story::play(plan, folder),
        _ => {
            let hint = format!("backend: embedded, on {}", backend.address());
            let edit = match &folder {
                Some(folder) => {
                    format!("edit {}/*.yaml and watch it apply", folder.path().display())
                }
                None => "edit the manifests and watch it apply".to_owned(),
            };
            let own = if plan.gateway.hint.is_empty() {
                vec![edit]
            } else {
                plan.gateway.hint.clone()
            };
            plan.greeting = Greeting::Speak {
                hints: [vec![hint], own].concat(),
            };
            control::run(&plan)
        }
    }
}

/// How long a demo waits for requests under way when it ends.
const DRAIN: std::time::Duration = std::time::Duration::from_millis(500);
