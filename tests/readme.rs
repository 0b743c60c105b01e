//! Every command block of the README is run, in order, in a copy of the
//! repository, and what it prints must be what the README shows. Blocks are
//! fenced as `console`: a line that begins with `$ ` is a command, the lines
//! below it are its output. `UPDATE_README=1 cargo test --test readme` writes
//! the outputs into both READMEs.
//!
//! What differs from run to run is compared by shape: request ids are bound to
//! those in the text, so that `genkan explain --id …` asks for the right one;
//! dates, ports and times are masked.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use genkan_tests::{Folder, Lines, checkout, genkan_binary, lend_demo_environment, run_to_end};
use rustix::process::{Pid, Signal, kill_process_group};

/// What `make demo` prints last.
const DEMO_IS_UP: &str = "ready generation ";
const URL: &str = "https://github.com/genkan-io/genkan";

#[test]
fn every_command_block_does_what_it_shows() {
    let english = read("README.md");
    let blocks = blocks(&english);
    assert!(
        blocks.len() >= 5,
        "the README has only {} command blocks",
        blocks.len()
    );
    assert_eq!(
        self::blocks(&read("README.ja.md")),
        blocks,
        "both READMEs show the same commands"
    );

    let scene = Folder::new();
    publish(&scene.file("published"));
    let mut first = Terminal::open(
        scene.path(),
        scene.file("published").to_str().expect("UTF-8"),
    );
    let mut second = None;
    let mut names = Names::default();
    let mut shown: Vec<String> = Vec::new();
    for block in &blocks {
        let mut text = String::new();
        for (command, expected) in &block.commands {
            let command_now = names.bind_back(command);
            let output = if command.contains("make demo") {
                lend_demo_environment(&scene.file("genkan"));
                let output = first.start(&command_now, DEMO_IS_UP);
                let console = output
                    .lines()
                    .find_map(|line| line.strip_prefix("listening console "));
                let mut terminal = Terminal::open(&scene.file("genkan"), "");
                // Where 10253 is taken on this machine, `explain` has to be told.
                let console = console.expect("the demo says where its console is");
                let _ = terminal.run(&format!("export GENKAN_CONSOLE={console}"));
                second = Some(terminal);
                output
            } else {
                let before = first.lines.count();
                let output = second.as_mut().unwrap_or(&mut first).run(&command_now);
                if edits_the_example(command) {
                    first.wait_for_line(before, "live generation ");
                }
                output
            };
            names.learn_ports(&output);
            let output = names.mask(&output, expected);
            if std::env::var_os("UPDATE_README").is_none() {
                assert_eq!(output, *expected, "output of `{command}`");
            }
            text += &format!("$ {command}\n{output}");
        }
        shown.push(text);
    }
    first.interrupt();
    if std::env::var_os("UPDATE_README").is_some() {
        for name in ["README.md", "README.ja.md"] {
            fs::write(checkout().join(name), replace(&read(name), &shown)).expect("the README");
        }
    }
}

#[test]
fn no_command_stands_outside_of_the_blocks_that_are_run() {
    for name in ["README.md", "README.ja.md"] {
        for (language, text) in fences(&read(name)) {
            assert!(
                matches!(&*language, "console" | "text"),
                "{name}: a `{language}` block"
            );
            assert!(
                language != "text" || !text.starts_with("$ "),
                "{name}: commands in a text block"
            );
        }
    }
}

/// A person takes longer to type the next command than an edit to apply; this test does not.
fn edits_the_example(command: &str) -> bool {
    ["cp ", "git checkout "]
        .iter()
        .any(|start| command.starts_with(start))
        && command.contains("examples/todos/ingress.yaml")
}

#[derive(Debug, PartialEq, Eq)]
struct Block {
    /// Commands with their outputs.
    commands: Vec<(String, String)>,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let console = fences(markdown)
        .into_iter()
        .filter(|(language, _)| language == "console");
    console
        .map(|(_, text)| {
            let mut commands: Vec<(String, String)> = Vec::new();
            for line in text.lines() {
                match (line.strip_prefix("$ "), commands.last_mut()) {
                    (Some(command), _) => commands.push((command.to_owned(), String::new())),
                    (None, Some((_, output))) => *output += &format!("{line}\n"),
                    (None, None) => panic!("a block begins with output: {line}"),
                }
            }
            Block { commands }
        })
        .collect()
}

/// Language and text of each fenced block.
fn fences(markdown: &str) -> Vec<(String, String)> {
    let pieces: Vec<&str> = markdown.split("```").collect();
    assert!(pieces.len() % 2 == 1, "a fence is not closed");
    let fenced = pieces.into_iter().skip(1).step_by(2);
    fenced
        .map(|piece| {
            let (language, text) = piece.split_once('\n').expect("a fence has lines");
            (language.to_owned(), text.to_owned())
        })
        .collect()
}

fn replace(markdown: &str, shown: &[String]) -> String {
    let mut shown = shown.iter();
    let pieces = markdown.split("```").enumerate().map(|(index, piece)| {
        if index % 2 == 1 && piece.starts_with("console\n") {
            format!(
                "console\n{}",
                shown.next().expect("one text for each block")
            )
        } else {
            piece.to_owned()
        }
    });
    pieces.collect::<Vec<_>>().join("```")
}

/// What the README calls things, and what they are in this run.
#[derive(Default)]
struct Names {
    /// In the README → now.
    ids: HashMap<String, String>,
    ports: HashMap<&'static str, String>,
}

impl Names {
    /// A command of the README with the names of this run.
    fn bind_back(&self, command: &str) -> String {
        let mut command = command.to_owned();
        for (shown, now) in &self.ids {
            command = command.replace(shown, now);
        }
        for (shown, now) in &self.ports {
            command = command.replace(&format!("localhost:{shown}"), &format!("localhost:{now}"));
        }
        command
    }

    /// The usual ports may be taken on this machine; then the demo says which ones it has.
    fn learn_ports(&mut self, output: &str) {
        for (shown, name) in LISTENERS {
            let start = format!("listening {name} ");
            let address = output.lines().find_map(|line| line.strip_prefix(&start));
            if let Some((_, port)) = address.and_then(|address| address.rsplit_once(':')) {
                self.ports.insert(shown, port.to_owned());
            }
        }
    }

    /// `output` with the names of the README, as far as its lines agree with `expected`.
    fn mask(&mut self, output: &str, expected: &str) -> String {
        let mut lines = Vec::new();
        let mut expected = expected.lines();
        for line in output.lines() {
            let line = line.trim_end();
            let shown = expected.next().unwrap_or(line);
            for (now, was) in ids(line).zip(ids(shown)) {
                self.ids
                    .entry(was.to_owned())
                    .or_insert_with(|| now.to_owned());
            }
            let mut line = line.to_owned();
            for (was, now) in &self.ids {
                line = line.replace(now, was);
            }
            // One listener may have the usual port of another; what is replaced is marked.
            for (was, now) in &self.ports {
                line = line.replace(&format!(":{now}"), &format!(":\0{was}"));
            }
            line.retain(|character| character != '\0');
            lines.push(if shape(&line) == shape(shown) {
                shown.to_owned()
            } else {
                line
            });
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// Request ids: 32 hexadecimal digits.
fn ids(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_hexdigit())
        .filter(|word| word.len() == 32)
}

/// Usual ports, and what the demo calls their listeners.
const LISTENERS: [(&str, &str); 4] = [
    ("8080", "http"),
    ("8443", "https"),
    ("10254", "admin"),
    ("10253", "console"),
];

/// A line without what differs from run to run: digits of dates, times, ports
/// of backends and durations.
fn shape(line: &str) -> String {
    if line.starts_with("endpoint   ") {
        // A connection to it is there already, or not: each worker has its own.
        return "endpoint".to_owned();
    }
    let volatile = ["Date: ", "date: ", " ms", "127.0.0.1:", " generation "];
    if !volatile.iter().any(|mark| line.contains(mark)) {
        return line.to_owned();
    }
    let mut shape = String::new();
    for word in line.split_whitespace() {
        let varies = word.bytes().any(|b| b.is_ascii_digit());
        let day = line.starts_with("Date: ") || line.starts_with("date: ");
        shape += if varies || day { "#" } else { word };
        shape.push(' ');
    }
    shape
}

/// A shell that runs one command after the other.
struct Terminal {
    child: Child,
    input: ChildStdin,
    lines: Lines,
    commands: usize,
}

impl Terminal {
    fn open(folder: &Path, published: &str) -> Self {
        let program = genkan_binary()
            .parent()
            .expect("the program lies in a folder");
        let path = std::env::var("PATH").expect("PATH is set");
        let mut child = Command::new("bash")
            .current_dir(folder)
            // `cargo build` would build this same program a second time in the copy.
            .env("GENKAN_BINARY", genkan_binary())
            .env("PATH", format!("{}:{path}", program.display()))
            // A make beneath another one says so; the reader's is the first.
            .env_remove("MAKELEVEL")
            .env_remove("MAKEFLAGS")
            .env_remove("MFLAGS")
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("COLUMNS", "100")
            // What stands under the public address is the checkout as it is now.
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", format!("url.{published}.insteadOf"))
            .env("GIT_CONFIG_VALUE_0", URL)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("bash can be started");
        let mut input = child.stdin.take().expect("standard input is piped");
        let lines = Lines::of(child.stdout.take().expect("standard output is piped"));
        writeln!(input, "exec 2>&1").expect("bash reads");
        Self {
            child,
            input,
            lines,
            commands: 0,
        }
    }

    /// Runs a command to its end.
    fn run(&mut self, command: &str) -> String {
        self.commands += 1;
        let mark = format!("--- end of command {}", self.commands);
        let from = self.lines.count();
        // Not only the last program of a pipe.
        writeln!(self.input, "{{ {command}\n}} </dev/null\necho '{mark}'").expect("bash reads");
        let mut output = String::new();
        let ended = self.lines.wait_from(from, |line| {
            // A body without a line break stands before the mark.
            let (text, ended) = match line.strip_suffix(&*mark) {
                Some(text) => (text, true),
                None => (line, false),
            };
            if !ended || !text.is_empty() {
                output += &format!("{text}\n");
            }
            ended.then_some(())
        });
        assert!(ended.is_some(), "`{command}` did not end:\n{output}");
        output
    }

    /// Starts a command that goes on, and returns what it writes up to a line
    /// that contains `up`.
    fn start(&mut self, command: &str, up: &str) -> String {
        let from = self.lines.count();
        writeln!(self.input, "{command}").expect("bash reads");
        let mut output = String::new();
        let found = self.lines.wait_from(from, |line| {
            output += &format!("{line}\n");
            line.contains(up).then_some(())
        });
        assert!(
            found.is_some(),
            "`{command}` did not get so far as `{up}`:\n{output}"
        );
        output
    }

    /// Waits for a line with that beginning, from line `from` on.
    fn wait_for_line(&self, from: usize, start: &str) {
        let found = self
            .lines
            .wait_from(from, |line| line.starts_with(start).then_some(()));
        assert!(
            found.is_some(),
            "no `{start}` in:\n{}",
            self.lines.all().join("\n")
        );
    }

    /// Ctrl-C: the signal goes to every program of the terminal.
    fn interrupt(&self) {
        let group = Pid::from_child(&self.child);
        kill_process_group(group, Signal::INT).expect("the terminal's programs run");
        assert!(self.lines.wait_for_end(), "Ctrl-C did not end the demo");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // After a failed test the demo still runs.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Makes a git repository of the files of this checkout as they are now.
fn publish(target: &Path) {
    let listed = run_to_end(
        Command::new("git")
            .args(["ls-files", "-z"])
            .current_dir(checkout()),
    );
    for file in listed.expect_code(0).stdout.split_terminator('\0') {
        let (from, to) = (checkout().join(file), target.join(file));
        if from.is_file() {
            fs::create_dir_all(to.parent().expect("a file has a folder")).expect("a folder");
            fs::copy(from, to).expect("a file can be copied");
        }
    }
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &[
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.test",
            "commit",
            "--quiet",
            "-m",
            "all",
        ],
    ] {
        let mut git = Command::new("git");
        let _ = run_to_end(git.args(arguments).current_dir(target)).expect_code(0);
    }
}

fn read(name: &str) -> String {
    fs::read_to_string(checkout().join(name)).expect("the README is there")
}
