//! What keeps a command from starting, or from being heard.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::time::Instant;

use genkan_tests::{
    DEADLINE, EchoBackend, Folder, Request, checkout, fetch, genkan, genkan_binary,
    manifests::{documents, ingress, service},
    run_to_end,
};

use super::rows::GOOD;
use super::{check_end, check_no_panic};

const COMMANDS: [&[&str]; 3] = [
    &["lint"],
    &[
        "run",
        "--http-port",
        "0",
        "--https-port",
        "0",
        "--manifests",
    ],
    &["explain", "GET", "http://a.test/", "--manifests"],
];

#[test]
fn a_path_that_cannot_be_read_ends_every_command_with_3() {
    let folder = Folder::with(GOOD);
    std::os::unix::fs::symlink("nowhere", folder.file("dangling")).expect("a link");
    std::os::unix::fs::symlink("loop", folder.file("loop")).expect("a link");
    let rows = [
        (
            "absent",
            "no such file or folder; name a folder or a file of manifests",
        ),
        ("manifests.yaml/x", "Not a directory"),
        (
            "dangling",
            "a symbolic link that leads nowhere; mend the link, or remove it",
        ),
        (
            "loop",
            "a symbolic link that leads back to itself; mend the link, or remove it",
        ),
    ];
    for (name, remedy) in rows {
        let path = folder.file(name).display().to_string();
        for command in COMMANDS {
            let arguments = command.iter().copied().chain([path.as_str()]);
            check_end(genkan(arguments), 3, &[&path, remedy]);
        }
    }
}

#[test]
fn a_file_may_stand_in_place_of_a_folder() {
    let folder = Folder::with(GOOD);
    let path = folder.file("manifests.yaml").display().to_string();
    check_end(genkan(["lint", &path]), 0, &["no findings"]);
}

#[test]
fn a_folder_without_manifests_is_told() {
    let folder = Folder::new();
    folder.write("notes.txt", "nothing to serve");
    let path = folder.path().display().to_string();
    let told = "no manifests in this folder; their names end in .yaml, .yml or .json";
    check_end(genkan(["lint", &path]), 3, &[&path, told]);
    let mut gateway = genkan_tests::Gateway::serve(folder.path());
    assert!(gateway.wait_for_message(told).contains(&path));
    gateway.apply(|| folder.write("late.yaml", GOOD));
    let answer = gateway.fetch(&Request::get("/").host("other.test"));
    assert_eq!(answer.status, 503, "its Service is not there");
    check_no_panic(&gateway.stop().stderr);
}

#[test]
fn ports_and_logs_that_cannot_be_opened_end_with_2() {
    let folder = Folder::with(GOOD);
    let path = folder.path().display().to_string();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let address = format!("127.0.0.1:{port}");
    let in_use = "the port is in use; stop the other process or choose another port";
    let log = folder.file("absent/access.log").display().to_string();
    let rows: [(&[&str], &[&str]); 7] = [
        (&["--http-port", &port], &[&address, in_use]),
        (&["--https-port", &port], &[&address, in_use]),
        (
            &["--admin-port", &port],
            &[&address, "choose another with --admin-port"],
        ),
        (
            &["--console-port", &port],
            &[&address, "choose another with --console-port"],
        ),
        // TEST-NET-1 of RFC 5737 belongs to nobody
        (
            &["--address", "192.0.2.1"],
            &["192.0.2.1", "no interface of this machine has this address"],
        ),
        (
            &["--access-log", &log],
            &[&log, "name a file in a folder that is there"],
        ),
        (
            &["--access-log", &path],
            &[&path, "name a file in a folder that is there"],
        ),
    ];
    let defaults = [
        ["--address", "127.0.0.1"],
        ["--admin-address", "127.0.0.1"],
        ["--http-port", "0"],
        ["--https-port", "0"],
        ["--admin-port", "0"],
        ["--console-port", "0"],
    ];
    for (arguments, told) in rows {
        let rest = defaults.iter().filter(|default| default[0] != arguments[0]);
        let rest = rest.flatten().copied();
        let all = ["run", "--manifests", &path].into_iter().chain(rest);
        check_end(genkan(all.chain(arguments.iter().copied())), 2, told);
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_no_success() {
    let folder = Folder::with(GOOD);
    let commands: [&[&str]; 3] = [
        &["lint", "-o", "json"],
        &["explain", "GET", "http://other.test/", "--manifests"],
        &["explain", "GK0002"],
    ];
    for arguments in commands {
        let full = fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("a full device");
        let mut command = Command::new(genkan_binary());
        command.args(arguments).current_dir(checkout());
        if arguments[1] != "GK0002" {
            command.arg(folder.path());
        }
        let mut child = command
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let told: Vec<_> = stderr.lines().map_while(Result::ok).collect();
        assert_eq!(child.wait().expect("it ends").code(), Some(70), "{told:?}");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].starts_with("genkan: the answer cannot be written: "),
            "{told:?}"
        );
    }
}

#[test]
fn a_message_that_cannot_be_written_changes_no_exit_code() {
    let full = fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("a full device");
    let mut command = Command::new(genkan_binary());
    let status = command.args(["lint", "/absent"]).stderr(full).status();
    assert_eq!(status.expect("it ends").code(), Some(3));
}

/// `genkan run 2>&1 | head`: what it says after the reader has left must not end it.
#[test]
fn a_gateway_whose_messages_nobody_reads_goes_on() {
    let backend = EchoBackend::start("a");
    let good = documents(&[
        service("web", &[backend.address()]),
        ingress("good", "nginx", "good.test", &[("/", "Prefix", "web")]),
    ]);
    let folder = Folder::with(&good);
    let mut gateway = Command::new(genkan_binary())
        .args([
            "run",
            "--http-port",
            "0",
            "--https-port",
            "0",
            "--admin-port",
            "0",
        ])
        .args(["--console-port", "0", "--access-log", "off", "--manifests"])
        .arg(folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut http = None;
    for line in BufReader::new(gateway.stderr.take().expect("piped")).lines() {
        let line = line.expect("a line");
        if let Some(address) = line.strip_prefix("listening http ") {
            http = address.parse::<SocketAddr>().ok();
        }
        if line.starts_with("ready generation ") {
            break;
        }
    }
    let http = http.expect("an address");
    folder.write("bad.yaml", "kind: [");
    folder.write("late.yaml", GOOD);
    let until = Instant::now() + DEADLINE;
    while fetch(http, &Request::get("/").host("other.test")).status != 200 {
        assert!(Instant::now() < until, "the edit is not served");
    }
    assert!(
        gateway.try_wait().expect("it can be asked").is_none(),
        "it ended"
    );
    gateway.kill().expect("it runs");
    let _ = gateway.wait();
}

#[test]
fn what_a_pipe_brings_is_linted_too() {
    let mut shell = Command::new("sh");
    let script = "printf 'kind: [' | \"$0\" lint -";
    let finished = run_to_end(shell.args(["-c", script]).arg(genkan_binary()));
    check_end(
        finished,
        3,
        &["GK0254", "-:1:", "close it, or add the comma"],
    );
}
