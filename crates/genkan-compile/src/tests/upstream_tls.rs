//! TLS towards backends: Secrets, and who shares whose.

use genkan_objects::files::Content;
use genkan_route::upstream::{UpstreamTls, Verification};

use super::{
    routing::{ingress, service},
    world::{NOW, World, compile},
};
use crate::Input;

/// Certificate and key of a backend, from the recordings.
const PEM: &str = include_str!("../../../../tests/parity/certs/backend.pem");

fn secret(name: &str, values: &[(&str, &str)]) -> String {
    let mut text = format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: ns}}\nstringData:\n"
    );
    for (key, value) in values {
        text += &format!("  {key}: |\n");
        for line in value.lines() {
            text += &format!("    {line}\n");
        }
    }
    text
}

fn whole(name: &str) -> String {
    secret(name, &[("tls.crt", PEM), ("tls.key", PEM), ("ca.crt", PEM)])
}

fn secure(name: &str, annotations: &[(&str, &str)], paths: &str) -> String {
    let mut all = vec![("backend-protocol", "HTTPS")];
    all.extend(annotations);
    ingress(name, "nginx", "h.test", &all, paths)
}

/// How the path of a host is spoken to.
fn spoken(world: &World, path: &str) -> Option<UpstreamTls> {
    let table = &world.generation.snapshot.table;
    let mut routes = table.hosts().flat_map(|host| host.routes());
    let route = routes.find(|route| *route.spec.path == *path).unwrap();
    route.spec.settings.upstream_tls.as_deref().cloned()
}

#[test]
fn a_secret_that_cannot_be_used_closes_the_route() {
    let check = |reference: &str, extra: &[(&str, &str)], secrets: &str, code: &str| {
        let mut annotations = vec![("proxy-ssl-secret", reference)];
        annotations.extend(extra);
        let ingress = secure("i", &annotations, "/ Prefix a");
        let world = compile(&format!("{}{ingress}{secrets}", service("a")));
        assert!(
            world.codes().contains(&code.to_owned()),
            "{:?}",
            world.codes()
        );
        assert_eq!(world.finding(code).unfilled(), [""; 0]);
        assert_eq!(world.get("h.test", "/"), "503 Closed", "{reference}");
        let shown = format!("{:?}", world.generation.findings);
        assert!(!shown.contains("MIIEv"), "a key is shown");
    };
    check("ns/gone", &[], "", "GK0400");
    check("good", &[], &whole("good"), "GK0202");
    check("other/good", &[], &whole("good"), "GK0202");
    check(
        "ns/half",
        &[],
        &secret("half", &[("tls.crt", PEM)]),
        "GK0202",
    );
    check("ns/none", &[], &secret("none", &[("x", "y")]), "GK0202");
    let junk = secret(
        "junk",
        &[("tls.crt", PEM), ("tls.key", PEM), ("ca.crt", "junk")],
    );
    check("ns/junk", &[], &junk, "GK0202");
    let pair = secret("pair", &[("tls.crt", PEM), ("tls.key", PEM)]);
    let verify = [("proxy-ssl-verify", "on")];
    check("ns/pair", &verify, &pair, "GK0354");
}

#[test]
fn annotations_say_how_a_backend_is_spoken_to() {
    let of = |annotations: &[(&str, &str)]| {
        let mut all = vec![("proxy-ssl-secret", "ns/good")];
        all.extend(annotations);
        let ingress = secure("i", &all, "/p Prefix a");
        let world = compile(&format!("{}{ingress}{}", service("a"), whole("good")));
        assert_eq!(world.get("h.test", "/p"), "a /p");
        spoken(&world, "/p").unwrap()
    };
    let usual = of(&[]);
    assert_eq!((usual.versions.tls12, usual.versions.tls13), (true, false));
    assert_eq!(
        (&*usual.name, usual.sends_name),
        ("upstream_balancer", false)
    );
    assert!(usual.verification.is_none() && usual.identity.is_some());
    let all = of(&[
        ("proxy-ssl-verify", "on"),
        ("proxy-ssl-verify-depth", "3"),
        ("proxy-ssl-name", "Backend.Test"),
        ("proxy-ssl-server-name", "on"),
        ("proxy-ssl-protocols", "TLSv1.3 TLSv1.1"),
        ("proxy-ssl-ciphers", "ECDHE-RSA-AES128-GCM-SHA256"),
    ]);
    assert_eq!((all.versions.tls12, all.versions.tls13), (false, true));
    assert_eq!((&*all.name, all.sends_name), ("backend.test", true));
    assert_eq!(all.cipher_suites.as_deref(), Some(&[0xc02f][..]));
    assert!(matches!(
        all.verification,
        Some(Verification { depth: 3, .. })
    ));
}

#[test]
fn the_oldest_secret_of_a_host_is_shared() {
    let check = |class: &str, config: &str, shared: bool| {
        let with = [
            ("proxy-ssl-secret", "ns/good"),
            ("proxy-ssl-server-name", "on"),
        ];
        let manifests = [
            service("a"),
            secure("a-with", &with, "/with Prefix a"),
            secure("b-without", &[], "/without Prefix a"),
            secure(
                "c-own",
                &[("proxy-ssl-secret", "ns/other")],
                "/own Prefix a",
            ),
            whole("good"),
            whole("other"),
            config.to_owned(),
        ];
        let manifests = manifests
            .concat()
            .replace("Name: nginx", &format!("Name: {class}"))
            .replace(
                "  name: a-with\n",
                "  name: a-with\n  creationTimestamp: '2020-01-01T00:00:00Z'\n",
            );
        let world = compile(&manifests);
        let sends = |path: &str| spoken(&world, path).map(|tls| tls.sends_name);
        assert_eq!(sends("/with"), Some(true));
        assert_eq!(
            sends("/without"),
            shared.then_some(true),
            "{class} {config}"
        );
        assert_eq!(sends("/own"), Some(false));
    };
    let config = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ingress-nginx-controller, namespace: ingress-nginx}\ndata: {proxy-ssl-location-only: 'true'}\n";
    check("nginx", "", true);
    check("nginx", config, false);
    check("genkan", "", false);
}

#[test]
fn a_secret_that_comes_opens_the_route() {
    let ingress = secure("i", &[("proxy-ssl-secret", "ns/good")], "/ Prefix a");
    let mut world = compile(&format!("{}{ingress}", service("a")));
    assert_eq!(world.get("h.test", "/"), "503 Closed");
    let bytes = whole("good").into_bytes();
    world.files.apply("k8s/secret.yaml", &Content::Bytes(bytes));
    let problems = world.files.problems();
    world.generation = world.compiler.compile(Input {
        objects: world.files.store(),
        problems: &problems,
        resolutions: &world.resolutions,
        now: NOW,
    });
    assert_eq!(world.get("h.test", "/"), "a /");
}
