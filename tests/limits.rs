//! Limits of one client: counted by all workers together, and explained.

use genkan_tests::{
    Connection, EchoBackend, Folder, Gateway, Request, Response, genkan,
    manifests::{annotated, documents, ingress, service, settings},
};
use serde_json::{Value, json};

/// One host with these annotations, beside the main ConfigMap.
fn folder(backend: &EchoBackend, annotations: &[(&str, &str)], keys: &[(&str, &str)]) -> Folder {
    let plain = ingress("a", "nginx", "a.test", &[("/", "Prefix", "a")]);
    let limited = annotations.iter().fold(plain, |object, (name, value)| {
        annotated(
            object,
            &format!("nginx.ingress.kubernetes.io/{name}"),
            value,
        )
    });
    Folder::with(&documents(&[
        service("a", &[backend.address()]),
        limited,
        settings(keys),
    ]))
}

fn explained(gateway: &Gateway, response: &Response) -> Value {
    let id = response.header("x-request-id").expect("an id");
    let console = gateway.listener("console").to_string();
    genkan([
        "explain",
        "--id",
        id,
        "--console",
        &console,
        "-o",
        "json",
        "--lang",
        "en",
    ])
    .expect_code(0)
    .json()
}

/// A rate of one a minute gives nothing back while the test runs.
#[test]
fn a_rate_is_one_number_for_all_workers() {
    let backend = EchoBackend::start("a");
    let annotations = [("limit-rpm", "1"), ("limit-burst-multiplier", "4")];
    let folder = folder(&backend, &annotations, &[]);
    let gateway = Gateway::launch(folder.path())
        .args(["--workers", "4"])
        .start();
    let responses: Vec<Response> = (0..40)
        .map(|_| gateway.fetch(&Request::get("/x").host("a.test")))
        .collect();
    let statuses = responses.iter().map(|response| response.status);
    let expected = (0..40).map(|number| if number < 5 { 200 } else { 503 });
    assert!(statuses.eq(expected));
    assert_eq!(backend.received().len(), 5);

    let trace = explained(&gateway, &responses[5]);
    let check = &trace["access"][0];
    assert_eq!(check["check"], "rate-limit", "{trace:#}");
    assert_eq!(
        [
            &check["passed"],
            &check["subject"],
            &check["by"],
            &check["count"]
        ],
        [
            &json!(false),
            &json!("127.0.0.1"),
            &json!("1/min, burst 4"),
            &json!(6)
        ]
    );
    assert_eq!(trace["primary"], "GK0503");
    let line = folder
        .read("manifests.yaml")
        .lines()
        .position(|line| line.contains("limit-rpm"));
    let place = &trace["findings"][0]["primary"]["start"]["line"];
    assert_eq!(
        place.as_u64(),
        line.map(|line| line as u64 + 1),
        "{trace:#}"
    );
}

#[test]
fn an_address_on_the_list_is_not_limited() {
    let backend = EchoBackend::start("a");
    let annotations = [
        ("limit-rpm", "1"),
        ("limit-connections", "1"),
        ("limit-whitelist", "127.0.0.0/8"),
    ];
    let folder = folder(&backend, &annotations, &[]);
    let gateway = Gateway::serve(folder.path());
    for _ in 0..20 {
        let response = gateway.fetch(&Request::get("/").host("a.test"));
        assert_eq!(response.status, 200);
    }
}

/// Requests that wait for their bodies are under way; `100 Continue` tells that they were counted.
#[test]
fn requests_under_way_are_limited_until_they_are_answered() {
    let backend = EchoBackend::start("a");
    let keys = [("limit-conn-status-code", "429")];
    let folder = folder(&backend, &[("limit-connections", "2")], &keys);
    let gateway = Gateway::serve(folder.path());
    let waiting = || {
        let mut connection = gateway.connect();
        let head = b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2\r\n\
                     Expect: 100-continue\r\nConnection: close\r\n\r\n";
        connection.send(head).expect("a connection");
        assert_eq!(connection.read_head().expect("a head").status, 100);
        connection
    };
    let finish = |mut connection: Connection| {
        connection.send(b"ok").expect("a connection");
        connection.read_response("POST").expect("a response").status
    };
    let (first, second) = (waiting(), waiting());
    let refused = gateway.fetch(&Request::get("/").host("a.test"));
    assert_eq!(refused.status, 429);
    let trace = explained(&gateway, &refused);
    let check = &trace["access"][0];
    assert_eq!(
        [&check["check"], &check["count"], &check["by"]],
        [&json!("connection-limit"), &json!(3), &json!("2 at a time")]
    );
    assert_eq!(finish(first), 200);
    let third = waiting();
    assert_eq!([finish(second), finish(third)], [200, 200]);
}
