//! Each finding with a broken case and a clean twin beside it.

use genkan_diagnosis::{Checked, Finding};

use super::{
    routing::{ingress, service},
    world::{World, compile, compile_with},
};
use crate::{Options, Resolutions, World as Extent};

fn lint(world: &World) -> Vec<Finding> {
    world.generation.lint()
}

fn codes(findings: &[Finding]) -> Vec<String> {
    let mut codes: Vec<_> = findings
        .iter()
        .map(|finding| finding.code().to_string())
        .collect();
    codes.dedup();
    codes
}

/// The code is found in the broken text, not in the clean one, and every template is filled.
fn check(code: &str, broken: &str, clean: &str) {
    let findings = lint(&compile(broken));
    assert!(
        codes(&findings).contains(&code.to_owned()),
        "{code} not in {:?}\n{broken}",
        codes(&findings)
    );
    for finding in &findings {
        assert_eq!(finding.unfilled(), [""; 0], "{}", finding.code());
    }
    let silent = codes(&lint(&compile(clean)));
    assert!(
        !silent.contains(&code.to_owned()),
        "{code} in {silent:?}\n{clean}"
    );
}

fn with_service(ingress: &str) -> String {
    format!("{}{ingress}", service("a"))
}

fn on(annotations: &[(&str, &str)], paths: &str) -> String {
    with_service(&ingress("i", "nginx", "h.test", annotations, paths))
}

#[test]
fn patterns_and_globs_in_plain_paths() {
    check(
        "GK0001",
        &on(&[], "/todos/(.*) Prefix a"),
        &on(&[], "/todos Prefix a"),
    );
    check(
        "GK0005",
        &on(&[], "/todos/* Prefix a"),
        &on(&[], "/todos Prefix a"),
    );
    check(
        "GK0006",
        &on(&[], "/v[0-9] ImplementationSpecific a"),
        &on(
            &[("use-regex", "true")],
            "/v[0-9]$ ImplementationSpecific a",
        ),
    );
    check(
        "GK0019",
        &on(&[], "todos ImplementationSpecific a"),
        &on(&[], "/todos Prefix a"),
    );
}

#[test]
fn rewrites_that_lose_the_path() {
    check(
        "GK0002",
        &on(&[("rewrite-target", "/")], "/todos Prefix a"),
        &on(
            &[("rewrite-target", "/$2"), ("use-regex", "true")],
            "/todos(/|$)(.*) ImplementationSpecific a",
        ),
    );
    check(
        "GK0002",
        &on(&[("rewrite-target", "/")], "/todos Prefix a"),
        &on(&[("rewrite-target", "/")], "/ Prefix a"),
    );
    check(
        "GK0004",
        &on(&[("rewrite-target", "/$1")], "/todos Prefix a"),
        &on(
            &[("rewrite-target", "/$1")],
            "/todos/(.*) ImplementationSpecific a",
        ),
    );
    check(
        "GK0016",
        &on(
            &[("rewrite-target", "/$2")],
            "/api(/|$)(.*) ImplementationSpecific a; /plain Prefix a",
        ),
        &on(
            &[("rewrite-target", "/$2")],
            "/api(/|$)(.*) ImplementationSpecific a",
        ),
    );
}

#[test]
fn patterns_that_reach_too_far_or_not_at_all() {
    let regex = [("use-regex", "true")];
    check(
        "GK0007",
        &on(&regex, "/a(b ImplementationSpecific a"),
        &on(&regex, "/a(b) ImplementationSpecific a"),
    );
    check(
        "GK0009",
        &on(&regex, "/[A-Z]{3} ImplementationSpecific a"),
        &on(&regex, "/[A-Z]{3}$ ImplementationSpecific a"),
    );
    check(
        "GK0152",
        &on(
            &regex,
            "/foo/bar/bar ImplementationSpecific a; /foo/bar/[A-Z0-9]{3} ImplementationSpecific a",
        ),
        &on(&[], "/foo/bar/bar Prefix a; /foo/bar Prefix a"),
    );
    let other = ingress("o", "nginx", "h.test", &[], "/ba Prefix a");
    let elsewhere = ingress("o", "nginx", "other.test", &[], "/ba Prefix a");
    let owner = on(&regex, "/x(/|$)(.*) ImplementationSpecific a");
    check(
        "GK0008",
        &format!("{owner}{other}"),
        &format!("{owner}{elsewhere}"),
    );
    check(
        "GK0053",
        &on(&[], "/foo/ Prefix a"),
        &on(&[], "/foo Prefix a"),
    );
}

#[test]
fn conflicts_name_winner_and_loser() {
    let twin = |name: &str, host: &str| ingress(name, "nginx", host, &[], "/p Prefix a");
    let both = with_service(&(twin("a", "h.test") + &twin("b", "h.test")));
    check(
        "GK0150",
        &both,
        &with_service(&(twin("a", "h.test") + &twin("b", "i.test"))),
    );
    let world = compile(&both);
    let finding = world.finding("GK0150");
    assert_eq!(finding.object().unwrap().to_string(), "Ingress ns/a");
    assert_eq!(finding.primary().unwrap().span.text(), "'/p'");
    check(
        "GK0151",
        &on(&[], "/p Prefix a; /p Prefix a"),
        &on(&[], "/p Prefix a; /p Exact a"),
    );
    let mixed = ingress("z", "genkan", "h.test", &[], "/q Prefix a");
    check(
        "GK0750",
        &(on(&[], "/p Prefix a") + &mixed),
        &on(&[], "/p Prefix a"),
    );
}

#[test]
fn classes_hosts_and_rules() {
    let clean = on(&[], "/p Prefix a");
    check(
        "GK0100",
        &clean.replace("  ingressClassName: nginx\n", ""),
        &clean,
    );
    check(
        "GK0101",
        &clean.replace("Name: nginx", "Name: ngnix"),
        &clean,
    );
    check(
        "GK0102",
        &clean.replace("    x/y: z", "    kubernetes.io/ingress.class: nginx"),
        &clean,
    );
    check(
        "GK0107",
        &with_service(&ingress("i", "nginx", "", &[], "/p Prefix a")),
        &clean,
    );
    check(
        "GK0108",
        &clean.replace("h.test", "https://h.test:443"),
        &clean,
    );
    check(
        "GK0109",
        &clean.replace("http: {paths: [", "http: {paths: []}}]\n  x: [{y: {z: ["),
        &clean,
    );
    let hidden = ingress("any", "nginx", "", &[], "/only-here Prefix a");
    let root = ingress("r", "nginx", "h.test", &[], "/ Prefix a");
    check(
        "GK0106",
        &format!("{clean}{hidden}"),
        &with_service(&format!("{root}{hidden}")),
    );
    let tls = clean.replace(
        "  rules:",
        "  tls: [{hosts: [h.test], secretName: cert}]\n  rules:",
    );
    check(
        "GK0407",
        &tls.replace("[h.test], secretName", "[www.h.test], secretName"),
        &clean,
    );
    check("GK0400", &tls, &clean);
    let certificates = ingress(
        "i",
        "nginx",
        "h.test",
        &[("auth-tls-secret", "default/ca")],
        "/p Prefix a",
    );
    check("GK0411", &with_service(&certificates), &clean);
}

#[test]
fn services_that_cannot_answer() {
    let clean = on(&[], "/p Prefix a");
    check(
        "GK0300",
        &clean.replace("name: a, port", "name: apple, port"),
        &clean,
    );
    let elsewhere = clean.replace("name: a, namespace: ns", "name: a, namespace: other");
    check("GK0301", &elsewhere, &clean);
    check(
        "GK0302",
        &clean.replace("{number: 80}", "{number: 81}"),
        &clean,
    );
    let strict = clean.replace("Name: nginx", "Name: genkan");
    check(
        "GK0303",
        &strict.replace("{number: 80}", "{number: 8080}"),
        &strict,
    );
    let no_addresses = clean
        .replace(", annotations: {genkan.io/endpoints: '10.0.0.1:80'}", "")
        .replace("spec: {ports", "spec: {selector: {app: a}, ports");
    check("GK0305", &no_addresses, &clean);
    check(
        "GK0309",
        &no_addresses.replace("selector: {app: a}, ", ""),
        &clean,
    );
    let workload = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: ns}\nspec: {template: {metadata: {labels: {app: b}}, spec: {containers: []}}}\n";
    let fitting = workload.replace("app: b", "app: a");
    check(
        "GK0304",
        &format!("{no_addresses}{workload}"),
        &format!("{no_addresses}{fitting}"),
    );
    let external = clean.replace(
        "spec: {ports: [{name: http, port: 80, targetPort: 8080}]}",
        "spec: {type: ExternalName, externalName: localhost}",
    );
    check("GK0308", &external, &clean);
    check(
        "GK0202",
        &clean.replace("10.0.0.1:80", "localhost:80"),
        &clean,
    );
}

#[test]
fn in_an_open_world_what_is_absent_is_no_finding() {
    let open = Options {
        world: Extent::Open,
        ..Options::default()
    };
    let yaml = ingress("i", "nginx", "h.test", &[], "/p Prefix missing");
    let world = compile_with(&yaml, open.clone(), Resolutions::new());
    assert_eq!(codes(&lint(&world)), [""; 0]);
    let typo = with_service(&ingress("i", "nginx", "h.test", &[], "/p Prefix aa"));
    assert_eq!(
        codes(&lint(&compile_with(&typo, open, Resolutions::new()))),
        ["GK0300"]
    );
}

#[test]
fn documents_that_cannot_be_read_say_where() {
    let clean = on(&[], "/p Prefix a");
    let world = compile(&format!("{clean}---\nkind: [\n"));
    let finding = world.finding("GK0254");
    assert!(
        finding
            .primary()
            .unwrap()
            .span
            .location()
            .starts_with("k8s/all.yaml:")
    );
    assert_eq!(world.get("h.test", "/p"), "a /p");
    check(
        "GK0250",
        &clean.replace("networking.k8s.io/v1", "networking.k8s.io/v1beta1"),
        &clean,
    );
    check("GK0251", &clean.replace(", pathType: Prefix", ""), &clean);
    check(
        "GK0252",
        &clean.replace(
            "{service: {name: a, port: {number: 80}}}",
            "{serviceName: a, servicePort: 80}",
        ),
        &clean,
    );
    check(
        "GK0257",
        &clean.replace("{path: ", "{colour: red, path: "),
        &clean,
    );
}

#[test]
fn security_settings_that_are_not_served_close_the_route() {
    let world = compile(&on(&[("auth-url", "http://auth.test/")], "/p Prefix a"));
    assert_eq!(world.get("h.test", "/p"), "503 Closed");
    assert!(
        world.codes().contains(&"GK0207".to_owned()),
        "{:?}",
        world.codes()
    );
    assert_eq!(compile(&on(&[], "/p Prefix a")).get("h.test", "/p"), "a /p");
}

#[test]
fn a_suggestion_is_checked_when_the_finding_goes_and_none_comes() {
    let findings = lint(&compile(&on(&[("rewrite-target", "/")], "/todos Prefix a")));
    let finding = findings
        .iter()
        .find(|finding| finding.code().to_string() == "GK0002")
        .unwrap();
    let tried: Vec<_> = finding
        .tried_requests()
        .iter()
        .map(|tried| (tried.request.as_str(), tried.upstream.as_deref().unwrap()))
        .collect();
    assert_eq!(
        tried,
        [
            ("GET /todos", "GET /"),
            ("GET /todos/1", "GET /"),
            ("DELETE /todos/1", "DELETE /")
        ]
    );
    for suggestion in finding.suggestions() {
        assert!(
            matches!(suggestion.checked, Checked::Passed(_)),
            "{suggestion:?}"
        );
        assert!(!suggestion.edits.is_empty());
    }
    assert_eq!(finding.suggestions().len(), 2);
}

#[test]
fn forwarded_headers_trusted_from_everyone() {
    let map = |data: &str| {
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: ingress-nginx, name: ingress-nginx-controller}\n";
        format!("{map}data:\n{data}---\n")
    };
    let clean = map("  use-forwarded-headers: 'true'\n  proxy-real-ip-cidr: 10.0.0.0/8\n");
    for broken in [
        "  use-forwarded-headers: 'true'\n",
        "  enable-real-ip: 'true'\n",
        "  use-forwarded-headers: 'true'\n  proxy-real-ip-cidr: 10.0.0.0/8,::/0\n",
    ] {
        check("GK0452", &map(broken), &clean);
    }
    check(
        "GK0452",
        &map("  enable-real-ip: 'true'\n"),
        &map("  proxy-real-ip-cidr: 0.0.0.0/0\n"),
    );
}

#[test]
fn the_default_certificate_has_nobody_but_the_flag_to_refer_to_it() {
    let options = Options {
        default_ssl_certificate: Some("ns/default".to_owned()),
        ..Options::default()
    };
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: default, namespace: ns}\nstringData: {tls.crt: a, tls.key: b}\n";
    for (yaml, code) in [("", "GK0400"), (secret, "GK0401")] {
        let world = compile_with(yaml, options.clone(), Resolutions::new());
        let findings = &world.generation.findings;
        assert_eq!(codes(findings), [code]);
        assert_eq!(findings[0].unfilled(), [""; 0]);
    }
}
