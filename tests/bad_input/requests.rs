//! Requests that are refused, or that nobody can answer: each answer names its code.

use genkan_tests::{
    EchoBackend, Folder, Gateway,
    manifests::{documents, ingress, service},
};

use super::check_no_panic;

const CONFIGURATION: &str = "\
---
apiVersion: v1
kind: ConfigMap
metadata: {namespace: ingress-nginx, name: ingress-nginx-controller}
data: {client-body-timeout: '1'}
";

#[test]
fn requests_that_are_refused_name_their_code() {
    let backend = EchoBackend::start("a");
    let good = documents(&[
        service("web", &[backend.address()]),
        ingress("good", "nginx", "good.test", &[("/", "Prefix", "web")]),
    ]);
    let folder = Folder::with(&format!("{good}{CONFIGURATION}"));
    let gateway = Gateway::serve(folder.path());
    // large-client-header-buffers: four of 8 KiB, the request line in one of them
    let long_line = format!(
        "GET /{} HTTP/1.1\r\nHost: good.test\r\n\r\n",
        "a".repeat(9000)
    );
    let long_field = format!(
        "GET / HTTP/1.1\r\nHost: good.test\r\nX: {}\r\n\r\n",
        "a".repeat(9000)
    );
    let no_body = "POST / HTTP/1.1\r\nHost: good.test\r\nContent-Length: 5\r\n\r\n";
    for (request, status, code) in [
        (&*long_line, 414, "GK0502"),
        (&*long_field, 400, "GK0502"),
        ("GET / HTTP/1.1\r\n\r\n", 400, "GK0506"),
        (no_body, 408, "GK0507"),
    ] {
        let mut connection = gateway.connect();
        connection
            .send(request.as_bytes())
            .expect("a request can be sent");
        let answer = connection.read_response("GET").expect("an answer");
        let told = answer.header("Proxy-Status").unwrap_or_default();
        assert_eq!(answer.status, status, "{code}: {answer:?}");
        assert!(told.contains(&format!("details=\"{code}\"")), "{told}");
    }
    let messages = gateway.stop().stderr;
    check_no_panic(&messages);
}
