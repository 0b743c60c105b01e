//! Access log and metrics as people's tools read them: ingress-nginx's format,
//! names and labels.

use std::fs;
use std::time::Instant;

use genkan_tests::{
    DEADLINE, EchoBackend, Folder, Gateway, RefusedAddress, Request,
    manifests::{documents, ingress, service},
};
use rustix::process::Signal;

/// One host, one Service with these addresses.
fn folder(addresses: &[std::net::SocketAddr]) -> Folder {
    Folder::with(&documents(&[
        service("a", addresses),
        ingress("a", "nginx", "a.test", &[("/", "Prefix", "a")]),
    ]))
}

/// The text of a log line without what differs from run to run: times, sizes of
/// heads, ids.
fn fields(line: &str) -> Vec<&str> {
    let (before, rest) = line.split_once('[').expect("a time");
    let (_, after) = rest.split_once("] ").expect("a time");
    let mut fields = vec![before];
    fields.extend(after.split(' '));
    fields
}

#[test]
fn the_access_log_is_that_of_ingress_nginx() {
    let backend = EchoBackend::start("a");
    let refused = RefusedAddress::new();
    let (bad, good) = (refused.address(), backend.address());
    let folder = folder(&[bad, good]);
    let results = Folder::new();
    let log = results.file("access.log");
    let gateway = Gateway::launch(folder.path())
        .args(["--workers", "1", "--access-log"])
        .arg(&log)
        .start();
    let request = Request::get("/x?y")
        .host("a.test")
        .header("Authorization", "Basic amFuZTpwdw==")
        .header("User-Agent", "a \"quoted\" \u{e9}")
        .header("X-Request-ID", "my-own");
    // Two in turn: one of them is tried at the refused address first.
    for _ in 0..2 {
        assert_eq!(gateway.fetch(&request).status, 200);
    }
    assert_eq!(gateway.fetch(&Request::get("/healthz")).status, 200);
    let _ = gateway.stop();
    let text = fs::read_to_string(log).expect("the log is there");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "health checks are not logged:\n{text}");
    for line in &lines {
        let fields = fields(line);
        assert_eq!(fields[0], "127.0.0.1 - jane ");
        assert_eq!(fields[1..5], ["\"GET", "/x?y", "HTTP/1.1\"", "200"]);
        let agent = r#""-" "a \x22quoted\x22 \xE9""#;
        assert!(line.contains(agent), "{line}");
        assert!(line.contains(" [default-a-http] [] "), "{line}");
        assert!(line.ends_with(" my-own"), "{line}");
    }
    let retried = lines.iter().find(|line| line.contains(", "));
    let retried = retried.unwrap_or_else(|| panic!("no retry in:\n{text}"));
    let (_, upstream) = retried.split_once(" [] ").expect("upstream fields");
    let words: Vec<&str> = upstream.split(' ').collect();
    assert_eq!(words[..2], [&*format!("{bad},"), &*good.to_string()]);
    assert_eq!(words[2], "0,", "a try without an answer has no length");
    assert_eq!((words[6], words[7]), ("502,", "200"));
}

#[test]
fn a_log_of_json_has_one_object_a_line() {
    let backend = EchoBackend::start("a");
    let folder = folder(&[backend.address()]);
    let gateway = Gateway::launch(folder.path())
        .args(["--log-format", "json"])
        .start();
    let request = Request::get("/\u{7f}")
        .host("a.test")
        .header("Referer", "\"\\");
    let _ = gateway.fetch(&request);
    assert_eq!(
        gateway.fetch(&Request::get("/b").host("a.test")).status,
        200
    );
    let output = gateway.stop().stdout;
    let objects: Vec<serde_json::Value> = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|fault| panic!("{fault}: {line}")))
        .collect();
    assert_eq!(objects.len(), 2, "{output}");
    assert_eq!(objects[1]["status"], 200, "{output}");
}

#[test]
fn sigusr1_opens_the_log_anew() {
    let backend = EchoBackend::start("a");
    let folder = folder(&[backend.address()]);
    let results = Folder::new();
    let (log, rotated) = (results.file("access.log"), results.file("access.log.1"));
    let gateway = Gateway::launch(folder.path())
        .arg("--access-log")
        .arg(&log)
        .start();
    let request = Request::get("/").host("a.test");
    let mut sent = 1;
    assert_eq!(gateway.fetch(&request).status, 200);
    fs::rename(&log, &rotated).expect("the log can be renamed");
    gateway.signal(Signal::USR1);
    let until = Instant::now() + DEADLINE;
    while !log.exists() {
        assert!(Instant::now() < until, "the log was not opened anew");
        assert_eq!(gateway.fetch(&request).status, 200);
        sent += 1;
    }
    assert_eq!(gateway.fetch(&request).status, 200);
    sent += 1;
    let _ = gateway.stop();
    let count = |path| fs::read_to_string(path).expect("a log").lines().count();
    let (old, new) = (count(&rotated), count(&log));
    assert_eq!(old + new, sent, "no line is lost");
    assert!(new > 0);
}

/// Name and type, as ingress-nginx exports them.
const NAMES: [(&str, &str); 23] = [
    ("requests", "counter"),
    ("request_duration_seconds", "histogram"),
    ("response_duration_seconds", "histogram"),
    ("header_duration_seconds", "histogram"),
    ("connect_duration_seconds", "histogram"),
    ("request_size", "histogram"),
    ("response_size", "histogram"),
    ("bytes_sent", "histogram"),
    ("nginx_process_connections", "gauge"),
    ("nginx_process_connections_total", "counter"),
    ("nginx_process_requests_total", "counter"),
    ("nginx_process_num_procs", "gauge"),
    ("nginx_process_cpu_seconds_total", "counter"),
    ("nginx_process_read_bytes_total", "counter"),
    ("nginx_process_write_bytes_total", "counter"),
    ("nginx_process_resident_memory_bytes", "gauge"),
    ("nginx_process_virtual_memory_bytes", "gauge"),
    ("nginx_process_oldest_start_time_seconds", "gauge"),
    ("build_info", "gauge"),
    ("config_hash", "gauge"),
    ("config_last_reload_successful", "gauge"),
    ("success", "counter"),
    ("errors", "counter"),
];

#[test]
fn metrics_have_the_names_and_labels_of_ingress_nginx() {
    let backend = EchoBackend::start("a");
    let folder = folder(&[backend.address()]);
    let mut gateway = Gateway::launch(folder.path())
        .env("POD_NAMESPACE", "edge")
        .env("POD_NAME", "genkan-0")
        .start();
    for _ in 0..3 {
        assert_eq!(
            gateway.fetch(&Request::get("/b").host("a.test")).status,
            200
        );
    }
    let page = gateway.metrics();
    for (name, kind) in NAMES {
        let line = format!("# TYPE nginx_ingress_controller_{name} {kind}\n");
        assert!(page.contains(&line), "no `{line}` in\n{page}");
    }
    let constant = "controller_class=\"k8s.io/ingress-nginx\",controller_namespace=\"edge\",\
                    controller_pod=\"genkan-0\"";
    let labels = format!(
        "canary=\"\",{constant},host=\"a.test\",ingress=\"a\",method=\"GET\",\
         namespace=\"default\",path=\"/\",service=\"a\",status=\"200\""
    );
    for sample in [
        format!("requests{{{labels}}} 3"),
        format!("request_duration_seconds_count{{{labels}}} 3"),
        format!("response_duration_seconds_bucket{{{labels},le=\"+Inf\"}} 3"),
        format!("nginx_process_connections_total{{{constant},state=\"accepted\"}} "),
        format!("config_last_reload_successful{{{constant}}} 1"),
        format!("success{{{constant}}} "),
        format!("errors{{{constant}}} 0"),
    ] {
        let sample = format!("nginx_ingress_controller_{sample}");
        assert!(page.contains(&sample), "no `{sample}` in\n{page}");
    }

    // What cannot be read counts as a reload that failed; the version before serves on.
    gateway.apply(|| folder.write("manifests.yaml", "kind: [\n"));
    let page = gateway.metrics();
    for sample in [
        format!("config_last_reload_successful{{{constant}}} 0"),
        format!("errors{{{constant}}} 1"),
    ] {
        let sample = format!("nginx_ingress_controller_{sample}");
        assert!(page.contains(&sample), "no `{sample}` in\n{page}");
    }
}
