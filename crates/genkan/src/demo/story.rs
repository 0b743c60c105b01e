//! The story in one terminal: a request works, an annotation breaks it, Genkan explains, a fix mends it.
//!
//! Everything shown is real: the gateway serves the folder, requests go through sockets, the
//! explanation comes from the console, the fix is an edit of the file.

use std::{
    fs, io,
    net::SocketAddr,
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use genkan_diagnosis::{Exit, Style};

use super::files::Folder;
use crate::{
    admin, client,
    command::{self, message},
    control::{self, Greeting, Plan, Progress},
};

/// How long the gateway may take to start or to apply an edit.
const PATIENCE: Duration = Duration::from_secs(10);

/// The file that the story edits, and the name of the example with the mistake in it.
const EDITED: &str = "ingress.yaml";
const WORKING: &str = include_str!("../../../../examples/todos/ingress.yaml");
const BROKEN: &str = include_str!("../../../../examples/todos/broken/2-constant-rewrite.yaml");

/// Why the story cannot be told to its end.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the gateway did not start; run `genkan demo` to see why")]
    NotStarted,
    #[error("the edit was not applied in {} s", PATIENCE.as_secs())]
    NotApplied,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the request was expected to get {expected}, and got {status}")]
    Unexpected { expected: u16, status: u16 },
}

/// Plays the story.
pub(super) fn play(mut plan: Plan, folder: &Folder) -> Exit {
    let (sender, progress) = channel();
    let style = plan.style;
    plan.greeting = Greeting::Silent;
    plan.gateway.access_log = "off".to_owned();
    plan.gateway.admin_port = 0;
    plan.gateway.console_port = 0;
    plan.progress = Some(Arc::new(move |progress| {
        // The story may have ended before the gateway has.
        let _ = sender.send(progress);
    }));
    let gateway = thread::spawn(move || control::run(&plan));
    let outcome = tell(&progress, folder, &style);
    // The gateway ends as it would by Ctrl-C.
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM);
    let _ = gateway.join();
    match outcome {
        Ok(()) => Exit::Clean,
        Err(trouble) => {
            message!("genkan: {trouble}");
            Exit::Internal
        }
    }
}

fn tell(progress: &Receiver<Progress>, folder: &Folder, style: &Style) -> Result<(), Trouble> {
    let (http, console) = loop {
        match progress.recv_timeout(PATIENCE) {
            Ok(Progress::Ready { http, console }) => break (http, console),
            Ok(Progress::Live(_)) => {}
            Err(_) => return Err(Trouble::NotStarted),
        }
    };
    let file = folder.path().join(EDITED);
    say("1. The todos application behind Genkan. Everything works.");
    ask(http, "GET", "/todos", 200)?;
    say("2. Somebody adds an annotation that the application does not need.");
    show("+ nginx.ingress.kubernetes.io/rewrite-target: /");
    edit(&file, BROKEN, progress)?;
    say("3. Now a todo cannot be deleted any more. 405: from whom, and why?");
    let answer = ask(http, "DELETE", "/todos/1", 405)?;
    let id = answer.header("X-Request-ID").unwrap_or_default().to_owned();
    say("4. Ask Genkan about that very request.");
    show(&format!("$ genkan explain --id {id}"));
    output(admin::ask(console, &id, style).map_err(io::Error::other)?);
    say("5. Apply the fix: remove the annotation. No restart, no reload.");
    edit(&file, WORKING, progress)?;
    ask(http, "DELETE", "/todos/1", 204)?;
    say("The todo is gone. Try it yourself: genkan demo");
    Ok(())
}

/// Whoever no longer reads misses the rest; the story ends all the same.
fn output(text: impl AsRef<[u8]>) {
    let _ = command::show(text);
}

fn say(sentence: &str) {
    output(format!("\n{sentence}\n"));
}

fn show(line: &str) {
    output(format!("   {line}\n"));
}

fn ask(
    http: SocketAddr,
    method: &str,
    path: &str,
    expected: u16,
) -> Result<client::Answer, Trouble> {
    show(&format!(
        "$ curl -X {method} http://localhost:{}{path}",
        http.port()
    ));
    let answer = client::request(http, &format!("localhost:{}", http.port()), method, path)?;
    let status = answer.status;
    let allow = answer
        .header("Allow")
        .map(|allow| format!("   Allow: {allow}"))
        .unwrap_or_default();
    show(&format!("{status}{allow}   {}", answer.body.trim_end()));
    if status == expected {
        Ok(answer)
    } else {
        Err(Trouble::Unexpected { expected, status })
    }
}

/// Replaces the file as editors do, by a rename, and waits until every worker serves the change.
fn edit(file: &std::path::Path, text: &str, progress: &Receiver<Progress>) -> Result<(), Trouble> {
    let fresh = file.with_extension("new");
    fs::write(&fresh, text)?;
    fs::rename(&fresh, file)?;
    match progress.recv_timeout(PATIENCE) {
        Ok(_) => Ok(()),
        Err(_) => Err(Trouble::NotApplied),
    }
}
