//! HTTP/2 over TLS, chosen in the handshake.

use std::process::Command;

use super::{HOST, Scene, configured, conformance::h2spec, on_localhost};

/// Asks by curl, which offers both protocols; returns the version it got and the body.
fn curl(scene: &Scene, arguments: &[&str]) -> (String, String) {
    let address = scene.gateway.listener("https");
    let output = Command::new("curl")
        .args(["--insecure", "--silent", "--show-error", "--max-time", "20"])
        .args(["--write-out", "\n%{http_version}"])
        .args(["--resolve", &format!("{HOST}:{}:127.0.0.1", address.port())])
        .args(arguments)
        .arg(format!("https://{HOST}:{}/", address.port()))
        .output()
        .expect("curl runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    let (body, version) = text.rsplit_once('\n').expect("a line");
    (version.to_owned(), body.to_owned())
}

#[test]
fn the_handshake_chooses_the_protocol() {
    let scene = configured("nginx", &[], &[]);
    assert_eq!(curl(&scene, &[]).0, "2");
    assert_eq!(curl(&scene, &["--http1.1"]).0, "1.1");
    let received = scene.backend.received();
    for request in &received {
        assert_eq!(request.header("x-forwarded-proto"), Some("https"));
    }
    let body = "0123456789abcdef".repeat(6_000);
    assert_eq!(curl(&scene, &["--data-binary", &body]).0, "2");
    assert_eq!(scene.backend.received()[2].body, body.as_bytes());
    let big = curl(&scene, &["--header", "X-Echo: size=300000"]);
    assert_eq!((big.0.as_str(), big.1.len()), ("2", 300_000));

    let scene = configured("nginx", &[], &[("use-http2", "false")]);
    assert_eq!(curl(&scene, &[]).0, "1.1");
}

#[test]
fn h2spec_passes_whole() {
    let (_backend, _folder, gateway) = on_localhost();
    let output = Command::new(h2spec())
        .args([
            "--host",
            "localhost",
            "--timeout",
            "10",
            "--tls",
            "--insecure",
        ])
        .args(["--port", &gateway.listener("https").port().to_string()])
        .args(["generic", "http2", "hpack"])
        .output()
        .expect("h2spec runs; tests/prepare.sh builds it");
    let text = String::from_utf8(output.stdout).expect("text");
    let whole = "145 tests, 145 passed, 0 skipped, 0 failed";
    assert!(text.contains(whole), "{text}");
}
