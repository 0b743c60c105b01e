//! Passwords: who is let in, and that nothing else is, however it asks.

use std::net::SocketAddr;

use genkan_tests::{
    EchoBackend, Folder, Gateway, Request, genkan,
    http2::Http2,
    manifests::{annotated, documents, ingress, service},
};
use serde_json::{Value, json};

/// `bob:secret`, made by `openssl passwd -apr1`.
const BOB: &str = "bob:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/\n";
/// `Authorization` of `bob:secret` and of `bob:wrong`.
const RIGHT: &str = "Basic Ym9iOnNlY3JldA==";
const WRONG: &str = "Basic Ym9iOndyb25n";

fn secret(kind: &str, key: &str, text: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": "users", "namespace": "default" },
        "type": kind,
        "stringData": { key: text },
    })
}

fn objects(endpoints: &[SocketAddr], annotations: &[(&str, &str)], secrets: &[Value]) -> String {
    let paths = [("/admin", "Prefix", "a"), ("/", "Prefix", "a")];
    let plain = ingress("a", "nginx", "a.test", &paths);
    let basics = [("auth-type", "basic"), ("auth-secret", "users")];
    let all = basics.iter().chain(annotations);
    let protected = all.fold(plain, |object, (name, value)| {
        let name = format!("nginx.ingress.kubernetes.io/{name}");
        annotated(object, &name, value)
    });
    let mut objects = vec![service("a", endpoints), protected];
    objects.extend_from_slice(secrets);
    documents(&objects)
}

fn folder(backend: &EchoBackend, annotations: &[(&str, &str)], secrets: &[Value]) -> Folder {
    Folder::with(&objects(&[backend.address()], annotations, secrets))
}

fn get(target: &str) -> Request {
    Request::get(target).host("a.test")
}

#[test]
fn a_secret_that_cannot_be_used_keeps_everybody_out() {
    let check = |secrets: &[Value], status: u16| {
        let backend = EchoBackend::start("a");
        let folder = folder(&backend, &[], secrets);
        let gateway = Gateway::serve(folder.path());
        for request in [get("/"), get("/").header("Authorization", RIGHT)] {
            assert_eq!(gateway.fetch(&request).status, status, "{secrets:?}");
        }
        assert!(backend.received().is_empty(), "{secrets:?}");
    };
    check(&[], 503);
    check(&[secret("Opaque", "users", BOB)], 503);
    check(
        &[secret("kubernetes.io/basic-auth", "password", "secret")],
        503,
    );
    check(&[secret("Opaque", "auth", "")], 401);
    check(&[secret("Opaque", "auth", "bob:secret\n")], 401);
}

#[test]
fn no_spelling_of_a_path_and_no_method_goes_round_the_password() {
    let backend = EchoBackend::start("a");
    let folder = folder(&backend, &[], &[secret("Opaque", "auth", BOB)]);
    let gateway = Gateway::serve(folder.path());
    let targets = [
        "/",
        "//",
        "/admin",
        "//admin",
        "/%61dmin",
        "/x/../admin",
        "/admin/%2e%2e/",
        "/admin%2f",
        "/a;b",
        "/./admin?x=/..",
    ];
    for target in targets {
        for method in ["GET", "HEAD", "POST", "OPTIONS", "PURGE"] {
            let request = Request::new(method, target).host("a.test");
            assert_eq!(gateway.fetch(&request).status, 401, "{method} {target}");
            let request = request.header("Authorization", WRONG);
            assert_eq!(gateway.fetch(&request).status, 401, "{method} {target}");
        }
    }
    assert!(backend.received().is_empty());
}

#[test]
fn upgrades_need_a_password() {
    let backend = EchoBackend::start("a");
    let folder = folder(&backend, &[], &[secret("Opaque", "auth", BOB)]);
    let gateway = Gateway::serve(folder.path());
    let request = get("/")
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket");
    assert_eq!(gateway.fetch(&request).status, 401);
    assert!(backend.received().is_empty());
}

#[test]
fn streams_of_http_2_need_a_password_each() {
    let backend = EchoBackend::start("a");
    let folder = folder(&backend, &[], &[secret("Opaque", "auth", BOB)]);
    let gateway = Gateway::serve(folder.path());
    let mut connection = Http2::open(gateway.http());
    let mut ask = |authorization: Option<&str>| {
        let mut fields = vec![
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", "a.test"),
            (":path", "/"),
        ];
        fields.extend(authorization.map(|value| ("authorization", value)));
        let stream = connection.request(&fields, true);
        connection.outcome(stream).status()
    };
    assert_eq!(ask(Some(RIGHT)), Some(200));
    assert_eq!(ask(None), Some(401));
    assert_eq!(ask(Some(WRONG)), Some(401));
    assert_eq!(ask(Some(RIGHT)), Some(200));
    assert_eq!(backend.received().len(), 2);
}

/// A dead endpoint beside the live one: what is tried again has been let in before.
#[test]
fn retries_do_not_ask_again_and_passwords_end_here() {
    let backend = EchoBackend::start("a");
    let dead = "127.0.0.1:1".parse().expect("an address");
    let endpoints = [dead, backend.address()];
    let text = objects(&endpoints, &[], &[secret("Opaque", "auth", BOB)]);
    let folder = Folder::with(&text);
    let gateway = Gateway::serve(folder.path());
    for _ in 0..4 {
        assert_eq!(gateway.fetch(&get("/")).status, 401);
        let response = gateway.fetch(&get("/").header("Authorization", RIGHT));
        assert_eq!(response.status, 200);
    }
    let received = backend.received();
    assert_eq!(received.len(), 4);
    assert!(
        received
            .iter()
            .all(|one| one.header("authorization").is_none())
    );
}

#[test]
fn a_changed_secret_counts_from_its_generation_on() {
    let backend = EchoBackend::start("a");
    let folder = folder(&backend, &[], &[secret("Opaque", "auth", BOB)]);
    let mut gateway = Gateway::serve(folder.path());
    let bob = get("/").header("Authorization", RIGHT);
    assert_eq!(gateway.fetch(&bob).status, 200);
    gateway.apply(|| {
        let changed = secret("Opaque", "auth", "bob:{PLAIN}wrong\n");
        folder.write(
            "manifests.yaml",
            &objects(&[backend.address()], &[], &[changed]),
        );
    });
    assert_eq!(gateway.fetch(&bob).status, 401);
    let other = get("/").header("Authorization", WRONG);
    assert_eq!(gateway.fetch(&other).status, 200);
}

#[test]
fn a_refusal_is_explained_without_the_password() {
    let backend = EchoBackend::start("a");
    let annotations = [("auth-realm", "Members only")];
    let folder = folder(&backend, &annotations, &[secret("Opaque", "auth", BOB)]);
    let gateway = Gateway::serve(folder.path());
    let response = gateway.fetch(&get("/").header("Authorization", WRONG));
    assert_eq!(response.status, 401);
    let challenge = response.header("www-authenticate");
    assert_eq!(challenge, Some("Basic realm=\"Members only\""));
    let id = response.header("x-request-id").expect("an id");
    let console = gateway.listener("console").to_string();
    let arguments = ["explain", "--id", id, "--console", &console, "-o", "json"];
    let trace = genkan(arguments).expect_code(0).json();
    assert_eq!(trace["primary"], "GK0559", "{trace:#}");
    assert_eq!(trace["access"][0]["check"], "basic-auth");
    assert_eq!(trace["access"][0]["passed"], json!(false));
    let text = trace.to_string();
    for hidden in ["Ym9iOndyb25n", "wrong\"", "$apr1$", "h9FWgUz3n9YxylKLlR5SQ"] {
        assert!(!text.contains(hidden), "{hidden}: {trace:#}");
    }
}
