//! Rows of the reference on routing, from YAML to the router's answer.
//!
//! Expected answers are those of the reference's tables and of recorded cases of the original.

use super::world::{compile, compile_with};
use crate::{Options, Resolution, Resolutions};

/// A Service with one endpoint, under the name given.
pub(crate) fn service(name: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: ns, annotations: {{genkan.io/endpoints: '10.0.0.1:80'}}}}\nspec: {{ports: [{{name: http, port: 80, targetPort: 8080}}]}}\n"
    )
}

/// An Ingress; `paths` are `path type service`, several of them with `;` between.
pub(crate) fn ingress(
    name: &str,
    class: &str,
    host: &str,
    annotations: &[(&str, &str)],
    paths: &str,
) -> String {
    let annotations: String = annotations
        .iter()
        .map(|(key, value)| format!("    nginx.ingress.kubernetes.io/{key}: '{value}'\n"))
        .collect();
    let host = if host.is_empty() {
        String::new()
    } else {
        format!("host: '{host}', ")
    };
    let paths: Vec<_> = paths
        .split(';')
        .map(|path| {
            let mut parts = path.split_whitespace();
            let (path, path_type) = (parts.next().unwrap(), parts.next().unwrap());
            let service = parts.next().unwrap();
            format!(
                "{{path: '{path}', pathType: {path_type}, backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}"
            )
        })
        .collect();
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\n  namespace: ns\n  annotations:\n    x/y: z\n{annotations}spec:\n  ingressClassName: {class}\n  rules: [{{{host}http: {{paths: [{}]}}}}]\n",
        paths.join(", ")
    )
}

const IMPL: &str = "ImplementationSpecific";

/// Ingresses on one host with Services `a`, `b`, `c`; requests and their answers.
fn check(ingresses: &[String], rows: &[(&str, &str)]) {
    let services: String = ["a", "b", "c"].map(service).concat();
    let world = compile(&format!("{services}{}", ingresses.concat()));
    for (url, expected) in rows {
        let (host, path) = url.split_once('/').unwrap();
        assert_eq!(
            world.get(host, &format!("/{path}")),
            *expected,
            "{url}\n{}",
            ingresses.concat()
        );
    }
}

fn one(annotations: &[(&str, &str)], paths: &str) -> Vec<String> {
    vec![ingress("i", "nginx", "h.test", annotations, paths)]
}

const NOT_FOUND: &str = "404 NoDefaultBackend";

#[test]
fn exact_matches_itself_only() {
    check(
        &one(&[], "/foo Exact a"),
        &[
            ("h.test/foo", "a /foo"),
            ("h.test/foo/", NOT_FOUND),
            ("h.test/Foo", NOT_FOUND),
        ],
    );
}

#[test]
fn prefix_matches_whole_elements() {
    check(
        &one(&[], "/foo Prefix a"),
        &[
            ("h.test/foo", "a /foo"),
            ("h.test/foo/", "a /foo/"),
            ("h.test/foo/bar", "a /foo/bar"),
            ("h.test/foobar", NOT_FOUND),
            ("h.test/FOO", NOT_FOUND),
        ],
    );
}

#[test]
fn a_prefix_with_slash_redirects_the_form_without() {
    check(
        &one(&[], "/foo/ Prefix a"),
        &[
            ("h.test/foo/bar", "a /foo/bar"),
            ("h.test/foo?x=1", "301 http://h.test/foo/?x=1"),
            ("h.test/foobar", NOT_FOUND),
        ],
    );
    check(
        &one(&[], "/foo/ Exact a"),
        &[
            ("h.test/foo/", "a /foo/"),
            ("h.test/foo", "301 http://h.test/foo/"),
        ],
    );
}

#[test]
fn exact_beside_prefix_serves_the_path_itself() {
    check(
        &one(&[], "/foo Prefix a; /foo Exact b; / Prefix c"),
        &[
            ("h.test/foo", "b /foo"),
            ("h.test/foo/x", "a /foo/x"),
            ("h.test/other", "c /other"),
        ],
    );
}

#[test]
fn implementation_specific_is_a_prefix() {
    check(
        &one(&[], &format!("/foo {IMPL} a")),
        &[
            ("h.test/foo/bar", "a /foo/bar"),
            ("h.test/foobar", NOT_FOUND),
        ],
    );
}

#[test]
fn one_rewrite_turns_every_path_of_the_host_into_a_pattern() {
    let owner = ingress(
        "r",
        "nginx",
        "h.test",
        &[("rewrite-target", "/$2")],
        &format!("/app(/|$)(.*) {IMPL} a"),
    );
    let other = ingress("o", "nginx", "h.test", &[], "/foo Prefix b; /ex Exact c");
    check(
        &[owner, other],
        &[
            ("h.test/app/x/y?q", "a /x/y?q"),
            ("h.test/APP", "a /"),
            ("h.test/foobar", "b /foobar"),
            ("h.test/FOO", "b /FOO"),
            ("h.test/ex/tra", "c /ex/tra"),
        ],
    );
}

#[test]
fn longer_patterns_come_first() {
    check(
        &one(
            &[("use-regex", "true")],
            &format!("/foo/bar/bar {IMPL} a; /foo/bar/[A-Z0-9]{{3}} {IMPL} b"),
        ),
        &[
            ("h.test/foo/bar/bar", "b /foo/bar/bar"),
            ("h.test/foo/bar/bazz", "b /foo/bar/bazz"),
        ],
    );
}

#[test]
fn a_constant_rewrite_loses_the_rest() {
    check(
        &one(&[("rewrite-target", "/")], "/todos Prefix a"),
        &[("h.test/todos/1", "a /"), ("h.test/todos", "a /")],
    );
    // a target equal to the path is no rewrite, but a Prefix path has become `/foo/` by then
    check(
        &one(&[("rewrite-target", "/")], "/ Prefix a"),
        &[("h.test/x", "a /x"), ("h.test/X", "a /X")],
    );
    check(
        &one(&[("rewrite-target", "/foo")], "/foo Prefix a"),
        &[
            ("h.test/foo/bar", "a /foo"),
            ("h.test/foo", "a /foo"),
            ("h.test/foobar", "a /foobar"),
        ],
    );
}

#[test]
fn an_ingress_that_owns_nothing_makes_no_regex_host() {
    let created = |text: String, year: u16| {
        text.replace(
            "  namespace: ns\n",
            &format!("  namespace: ns\n  creationTimestamp: '{year}-01-01T00:00:00Z'\n"),
        )
    };
    let owner = created(ingress("o", "nginx", "h.test", &[], "/Path Prefix a"), 2024);
    let loser = created(
        ingress(
            "l",
            "nginx",
            "h.test",
            &[("use-regex", "true")],
            "/Path Prefix b",
        ),
        2025,
    );
    check(
        &[loser, owner],
        &[("h.test/Path", "a /Path"), ("h.test/path", NOT_FOUND)],
    );
}

#[test]
fn of_equally_old_twins_the_higher_name_wins_in_compatible_mode() {
    let twin = |name: &str, class: &str, service: &str| {
        ingress(name, class, "h.test", &[], &format!("/p Prefix {service}"))
    };
    check(
        &[twin("a", "nginx", "a"), twin("b", "nginx", "b")],
        &[("h.test/p", "b /p")],
    );
    check(
        &[twin("a", "genkan", "a"), twin("b", "genkan", "b")],
        &[("h.test/p", "a /p")],
    );
}

#[test]
fn wildcards_take_one_label_and_exact_names_come_first() {
    let wild = ingress("w", "nginx", "*.h.test", &[], "/ Prefix a");
    let exact = ingress("e", "nginx", "x.h.test", &[], "/ Prefix b");
    check(
        &[wild, exact],
        &[
            ("y.h.test/", "a /"),
            ("X.h.test:8080/", "b /"),
            ("y.z.h.test/", "404 NoHost"),
            ("h.test/", "404 NoHost"),
        ],
    );
}

#[test]
fn a_rule_without_host_takes_what_nobody_names() {
    let any = ingress("any", "nginx", "", &[], "/p Prefix a");
    let named = ingress("named", "nginx", "h.test", &[], "/q Prefix b");
    check(
        &[any, named],
        &[
            ("other.test/p", "a /p"),
            ("h.test/p", NOT_FOUND),
            ("other.test/healthz", "health"),
        ],
    );
}

#[test]
fn a_default_backend_without_rules_wins_over_a_root_without_host() {
    let default = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: d, namespace: ns}\nspec: {ingressClassName: nginx, defaultBackend: {service: {name: b, port: {number: 80}}}}\n";
    let any = ingress("any", "nginx", "", &[], "/ Prefix a; /sub Prefix c");
    let named = ingress("named", "nginx", "h.test", &[], "/p Prefix a");
    check(
        &[any, default.to_owned(), named],
        &[
            ("x.test/y", "b /y"),
            ("x.test/sub/z", "c /sub/z"),
            ("h.test/q", NOT_FOUND),
        ],
    );
}

#[test]
fn app_root_of_the_longest_path_wins() {
    let a = ingress(
        "a",
        "nginx",
        "h.test",
        &[("app-root", "/one")],
        "/short Prefix a",
    );
    let b = ingress(
        "b",
        "nginx",
        "h.test",
        &[("app-root", "/two")],
        "/a-long-path Prefix b",
    );
    check(&[a, b], &[("h.test/", "302 http://h.test/two")]);
}

#[test]
fn strict_mode_compares_to_the_letter() {
    let strict = |name: &str, annotations: &[(&str, &str)], paths: &str| {
        ingress(name, "genkan", "h.test", annotations, paths)
    };
    check(
        &[
            strict("s", &[], "/foo/ Prefix a; /Exact Exact b"),
            strict(
                "r",
                &[("use-regex", "true")],
                &format!("/v[0-9]+/x {IMPL} c; /text Prefix a"),
            ),
        ],
        &[
            ("h.test/foo", "a /foo"),
            ("h.test/foo/bar", "a /foo/bar"),
            ("h.test/foobar", "404 NoPath"),
            ("h.test/exact", "404 NoPath"),
            ("h.test/Exact", "b /Exact"),
            ("h.test/v12/x", "c /v12/x"),
            ("h.test/textual", "404 NoPath"),
        ],
    );
}

#[test]
fn ports_are_found_by_number_name_and_target() {
    let rows = [
        ("{number: 80}", "nginx", "a /p"),
        ("{name: http}", "nginx", "a /p"),
        ("{number: 8080}", "nginx", "a /p"),
        ("{number: 8080}", "genkan", "503 NoPort"),
        ("{number: 81}", "nginx", "503 NoPort"),
        ("{name: nope}", "nginx", "503 NoPort"),
    ];
    for (port, class, expected) in rows {
        let ingress = ingress("i", class, "h.test", &[], "/p Prefix a");
        let ingress = ingress.replace("{number: 80}", port);
        check(&[ingress], &[("h.test/p", expected)]);
    }
}

#[test]
fn external_names_go_where_they_resolve_to() {
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: ns}\nspec: {type: ExternalName, externalName: db.example.com}\n";
    let yaml = format!(
        "{service}{}",
        ingress("i", "nginx", "h.test", &[], "/ Prefix a")
    );
    let world = compile(&yaml);
    assert_eq!(world.generation.external_names, ["db.example.com"]);
    assert_eq!(world.get("h.test", "/"), "503 ExternalName");
    let known = Resolution::Addresses(vec![
        "192.0.2.1".parse().unwrap(),
        "2001:db8::1".parse().unwrap(),
    ]);
    let resolutions = Resolutions::from([("db.example.com".to_owned(), known)]);
    let world = compile_with(&yaml, Options::default(), resolutions.clone());
    assert_eq!(world.get("h.test", "/"), "a /");
    let addresses: Vec<_> = world.generation.snapshot.endpoints.groups[0]
        .ready
        .iter()
        .map(|e| e.address.to_string())
        .collect();
    assert_eq!(addresses, ["192.0.2.1:80", "[2001:db8::1]:80"]);
    let off = Options {
        disable_svc_external_name: true,
        ..Options::default()
    };
    let world = compile_with(&yaml, off, resolutions);
    assert_eq!(world.get("h.test", "/"), "503 ExternalName");
    assert_eq!(world.generation.external_names, [""; 0]);
}

#[test]
fn a_static_site_is_served_beneath_its_manifest() {
    let site = |root: &str| {
        format!(
            "---\napiVersion: genkan.io/v1alpha1\nkind: StaticSite\nmetadata: {{name: page, namespace: ns}}\nspec: {{root: {root}}}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: p, namespace: ns}}\nspec:\n  ingressClassName: nginx\n  rules:\n  - http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend: {{resource: {{apiGroup: genkan.io, kind: StaticSite, name: page}}}}\n"
        )
    };
    let world = compile(&site("site"));
    assert_eq!(world.get("x.test", "/a.css"), "site:page /a.css");
    assert_eq!(world.codes(), ["GK0107"]);
    for outside in ["/etc", "../secret", "a/../../b"] {
        let world = compile(&site(outside));
        assert_eq!(world.get("x.test", "/a.css"), "404 NoHost", "{outside}");
        assert!(
            world.codes().contains(&"GK0257".to_owned()),
            "{outside}: {:?}",
            world.codes()
        );
    }
    let options = Options {
        static_roots: vec!["/etc".into()],
        ..Options::default()
    };
    let world = compile_with(&site("/etc/www"), options, Resolutions::new());
    assert_eq!(world.get("x.test", "/a.css"), "site:page /a.css");
}

/// Both ask for `^/api/`; nginx takes equal patterns, and the longer text as written is tried first.
#[test]
fn of_equal_patterns_the_longer_path_as_written_wins() {
    let plain = "/api Prefix a;/api/ Prefix b";
    let regex = ingress(
        "r",
        "nginx",
        "h.test",
        &[("use-regex", "true")],
        &format!("/x+ {IMPL} c"),
    );
    let rows = [
        ("h.test/api", "a /api"),
        ("h.test/api/", "b /api/"),
        ("h.test/API/x", "b /API/x"),
        ("h.test/apis", "a /apis"),
    ];
    for paths in [plain, "/api/ Prefix b;/api Prefix a"] {
        check(
            &[ingress("p", "nginx", "h.test", &[], paths), regex.clone()],
            &rows,
        );
    }
}
