//! `use-proxy-protocol`: what balancers say about their clients, seen by backends, lists and logs.

use std::fs;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;

use genkan_tests::{Connection, Folder, Request, fetch, genkan, manifests};

use super::{HOST, SETTINGS, Scene, request, scene};

const ON: (&str, &str) = ("use-proxy-protocol", "true");
const OFF: (&str, &str) = ("use-proxy-protocol", "false");
const LINE: &[u8] = b"PROXY TCP4 203.0.113.7 198.51.100.1 4711 81\r\n";

/// A connection that a balancer opened for 203.0.113.7.
fn introduced(scene: &Scene) -> Connection {
    let mut connection = Connection::open(scene.gateway.http());
    connection.send(LINE).expect("a fresh connection takes it");
    connection
}

#[test]
fn a_balancers_client_is_the_client_everywhere() {
    let results = Folder::new();
    let log = results.file("access.log");
    let keys = [
        ON,
        ("proxy-set-headers", "ingress-nginx/said"),
        ("denylist-source-range", "203.0.113.99"),
    ];
    let scene = scene(&keys, |launch| launch.arg("--access-log").arg(&log));
    let answer = introduced(&scene).exchange(&request());
    assert_eq!(answer.expect("an answer").status, 200);
    let received = &scene.backend.received()[0];
    let told = |name| received.header(name).unwrap_or_default().to_owned();
    assert_eq!(told("x-said"), "203.0.113.7 to port 81");
    assert_eq!(told("x-real-ip"), "203.0.113.7");
    assert_eq!(told("x-forwarded-for"), "203.0.113.7");
    assert_eq!(told("x-forwarded-port"), "81");

    let mut denied = Connection::open(scene.gateway.http());
    let header = b"PROXY TCP4 203.0.113.99 198.51.100.1 4711 81\r\n";
    denied.send(header).expect("a fresh connection takes it");
    let asked = request().header("X-Request-ID", "denied-1");
    assert_eq!(denied.exchange(&asked).expect("an answer").status, 403);
    let console = scene.gateway.listener("console").to_string();
    let explained = genkan(["explain", "--console", &console, "--id", "denied-1"]);
    let text = explained.expect_code(0).stdout;
    assert!(
        text.contains("203.0.113.99  named by the PROXY header"),
        "{text}"
    );
    let port = scene.gateway.http().port();
    let listener =
        format!(":{port} http, peer 127.0.0.1, PROXY header: 203.0.113.99:4711 to 198.51.100.1:81");
    assert!(text.contains(&listener), "{text}");
    let _ = scene.gateway.stop();
    let text = fs::read_to_string(log).expect("the log is there");
    let clients: Vec<_> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(clients, ["203.0.113.7", "203.0.113.99"]);
}

/// curl writes the header of version 1 itself, before its ClientHello.
#[test]
fn the_header_comes_before_the_handshake() {
    let scene = scene(
        &[ON, ("proxy-set-headers", "ingress-nginx/said")],
        |launch| launch,
    );
    let port = scene.gateway.https().port();
    for version in ["--http1.1", "--http2"] {
        let output = Command::new("curl")
            .args([
                "--haproxy-protocol",
                "--insecure",
                "--silent",
                "--show-error",
            ])
            .args(["--max-time", "20", version])
            .args(["--resolve", &format!("{HOST}:{port}:127.0.0.1")])
            .arg(format!("https://{HOST}:{port}/"))
            .output()
            .expect("curl runs");
        assert!(output.status.success(), "{output:?}");
    }
    let received = scene.backend.received();
    let said: Vec<_> = received
        .iter()
        .map(|request| request.header("x-said"))
        .collect();
    let expected = format!("127.0.0.1 to port {port}");
    assert_eq!(said, [Some(expected.as_str()); 2]);
    assert_eq!(received[0].header("x-forwarded-proto"), Some("https"));
    assert_eq!(scene.counter("genkan_proxy_headers_total"), 2);
}

#[test]
fn who_disagrees_is_told_on_both_listeners() {
    let mut scene = scene(&[ON], |launch| launch);
    let (http, https) = (scene.gateway.http(), scene.gateway.https());
    for address in [http, https] {
        let mut connection = Connection::open(address);
        let _ = connection.send(&request().bytes());
        assert!(connection.is_closed_silently());
    }
    let message = "127.0.0.1 and this proxy disagree about the PROXY protocol";
    let said = scene.gateway.wait_for_message(message);
    assert!(said.starts_with("error[GK0451]"), "{said}");
    let _ = scene
        .gateway
        .wait_for_message(&format!("port {} waits for a PROXY header", http.port()));
    assert_eq!(scene.counter("genkan_proxy_headers_missing_total"), 2);
    // health and metrics stay without it
    assert_eq!(
        fetch(scene.gateway.admin(), &Request::get("/healthz")).status,
        200
    );

    scene.set(&[OFF]);
    let answer = introduced(&scene).exchange(&request()).expect("an answer");
    assert_eq!(answer.status, 400);
    let status = answer.header("proxy-status").unwrap_or_default();
    assert!(status.contains("GK0451"), "{status}");
    let mut connection = Connection::open(https);
    let _ = connection.send(LINE);
    assert!(connection.read_to_end().is_ok_and(|rest| rest.is_empty()));
    let _ = scene.gateway.wait_for_message("which asks for none");
    assert_eq!(scene.counter("genkan_proxy_headers_unexpected_total"), 2);
}

/// Who asks all the time while the key is switched.
struct Load<'s> {
    scene: &'s Scene,
    stopped: &'s AtomicBool,
    answered: AtomicU64,
    faults: Mutex<Vec<String>>,
}

impl Load<'_> {
    /// Asks on one connection until the end; the backend must be told of this client each time.
    fn kept(&self, mut connection: Connection, client: &str) {
        while !self.stopped.load(SeqCst) {
            self.ask(&mut connection, client);
        }
    }

    /// Asks once on each of many connections.
    fn fresh(&self) {
        while !self.stopped.load(SeqCst) {
            let mut connection = Connection::open(self.scene.gateway.http());
            self.ask(&mut connection, "127.0.0.1");
        }
    }

    fn ask(&self, connection: &mut Connection, client: &str) {
        let told = match connection.exchange(&request()) {
            Ok(answer) => answer.json()["headers"].to_string(),
            Err(fault) => format!("{fault:?}"),
        };
        if told.contains(&format!("[\"X-Real-IP\",\"{client}\"]")) {
            self.answered.fetch_add(1, SeqCst);
        } else {
            self.faults.lock().expect("no panic").push(told);
        }
    }
}

const FLIPS: usize = 20;

#[test]
fn switching_it_under_load_drops_no_connection() {
    let scene = &mut scene(&[ON], |launch| {
        launch
            .args(["--proxy-protocol-optional", "127.0.0.0/8"])
            .args(["--workers", "2", "--access-log", "off"])
    });
    let kept: Vec<_> = (0..4).map(|_| introduced(scene)).collect();
    let stopped = AtomicBool::new(false);
    let text = |keys| manifests::documents(&[manifests::settings(keys)]);
    let load = Load {
        scene,
        stopped: &stopped,
        answered: AtomicU64::new(0),
        faults: Mutex::default(),
    };
    thread::scope(|scope| {
        for connection in kept {
            scope.spawn(|| load.kept(connection, "203.0.113.7"));
        }
        for _ in 0..2 {
            scope.spawn(|| load.kept(Connection::open(scene.gateway.http()), "127.0.0.1"));
            scope.spawn(|| load.fresh());
        }
        for flip in 0..FLIPS {
            let from = scene.gateway.stderr().count();
            let answered = load.answered.load(SeqCst);
            scene
                .folder
                .write(SETTINGS, &text(if flip % 2 == 0 { &[OFF] } else { &[ON] }));
            let live = scene.gateway.stderr().wait_from(from, |line| {
                line.starts_with("live generation ").then_some(())
            });
            assert!(live.is_some(), "the switch goes live");
            while load.answered.load(SeqCst) < answered + 50
                && load.faults.lock().expect("no panic").is_empty()
            {
                thread::yield_now();
            }
        }
        stopped.store(true, SeqCst);
    });
    let faults = load.faults.into_inner().expect("no panic");
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(load.answered.load(SeqCst) >= 50 * FLIPS as u64);
}
