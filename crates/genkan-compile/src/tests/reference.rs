//! Rows of ingress-nginx.md 2.1 to 2.5 that need several objects or odd ones, each by name.

use super::{routing::service, world::World, world::compile_with};
use crate::{Options, Resolutions};

/// An Ingress of class `nginx` created in a year, with a spec as written.
fn ingress(name: &str, year: u16, annotations: &[(&str, &str)], spec: &str) -> String {
    let annotations: String = annotations
        .iter()
        .map(|(key, value)| format!("    nginx.ingress.kubernetes.io/{key}: '{value}'\n"))
        .collect();
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: '{name}'\n  namespace: ns\n  \
         creationTimestamp: '{year}-01-01T00:00:00Z'\n  annotations:\n    x/y: z\n{annotations}\
         spec: {{ingressClassName: nginx, {spec}}}\n"
    )
}

/// One entry of `http.paths`.
fn path(path: &str, path_type: &str, service: &str) -> String {
    format!(
        "{{path: '{path}', pathType: {path_type}, backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}"
    )
}

/// `rules` with one rule for `h.test`.
fn rules(paths: &[String]) -> String {
    format!(
        "rules: [{{host: h.test, http: {{paths: [{}]}}}}]",
        paths.join(", ")
    )
}

fn rule(written: &str, path_type: &str, service: &str) -> String {
    rules(&[path(written, path_type, service)])
}

fn default_backend(service: &str) -> String {
    format!("defaultBackend: {{service: {{name: {service}, port: {{number: 80}}}}}}")
}

fn world_with(objects: &[String], options: Options) -> World {
    let services: String = ["a", "b", "c"].map(service).concat();
    let yaml = format!("{services}{}", objects.concat());
    compile_with(&yaml, options, Resolutions::new())
}

#[track_caller]
fn check(objects: &[String], rows: &[(&str, &str)]) {
    let world = world_with(objects, Options::default());
    for (url, expected) in rows {
        let (host, path) = url.split_once('/').unwrap();
        let seen = world.get(host, &format!("/{path}"));
        assert_eq!(seen, *expected, "{url}\n{}", objects.concat());
    }
}

const NOT_FOUND: &str = "404 NoDefaultBackend";

/// 2.1.4.
#[test]
fn a_missing_host_is_refused_in_http_11_and_goes_to_the_catch_all_before() {
    let any = ingress(
        "any",
        2024,
        &[("ssl-redirect", "false")],
        &format!(
            "rules: [{{http: {{paths: [{}]}}}}]",
            path("/", "Prefix", "a")
        ),
    );
    let world = world_with(&[any], Options::default());
    assert_eq!(world.ask("GET /x HTTP/1.0\r\n\r\n"), "a /x");
    assert_eq!(world.ask("GET /x HTTP/1.1\r\n\r\n"), "400 BadRequest");
}

/// 2.1.7.
#[test]
fn the_default_backend_of_the_installation_takes_what_nobody_takes() {
    let options = || Options {
        default_backend_service: Some("ns/b".to_owned()),
        ..Options::default()
    };
    let one = || ingress("i", 2024, &[], &rule("/p", "Prefix", "a"));
    let world = world_with(&[one()], options());
    assert_eq!(world.get("other.test", "/x"), "b /x");
    assert_eq!(world.get("h.test", "/x"), "b /x");
    assert_eq!(world.get("h.test", "/p"), "a /p");
    assert_eq!(world.get("other.test", "/healthz"), "health");
    assert_eq!(world.get("other.test", "/nginx_status"), "403 StatusPage");
    // Without endpoints it is as if there were none.
    let yaml = format!("{}{}", service("a"), one());
    let world = compile_with(&yaml, options(), Resolutions::new());
    assert_eq!(world.get("other.test", "/x"), "404 NoHost");
    assert_eq!(world.get("h.test", "/x"), NOT_FOUND);
}

/// 2.2.
#[test]
fn the_older_ingress_owns_a_path_whatever_its_name() {
    let (older, younger) = (
        ingress("a", 2023, &[], &rule("/p", "Prefix", "a")),
        ingress("z", 2024, &[], &rule("/p", "Prefix", "b")),
    );
    check(&[younger, older], &[("h.test/p", "a /p")]);
}

/// 2.2.
#[test]
fn annotations_of_a_path_come_from_its_owner() {
    let redirect = [("permanent-redirect", "https://r.test")];
    let older = ingress("o", 2023, &[], &rule("/p", "Prefix", "a"));
    let younger = ingress(
        "y",
        2024,
        &redirect,
        &rules(&[path("/p", "Prefix", "b"), path("/q", "Prefix", "b")]),
    );
    check(
        &[older, younger],
        &[("h.test/p", "a /p"), ("h.test/q", "301 https://r.test")],
    );
}

/// 2.2.
#[test]
fn unmatched_paths_belong_to_the_oldest_ingress_of_the_host() {
    let redirect = [("permanent-redirect", "https://r.test")];
    let of = |name, year, annotations: &[(&str, &str)]| {
        ingress(
            name,
            year,
            annotations,
            &rule(&format!("/{name}"), "Prefix", "a"),
        )
    };
    check(
        &[of("old", 2023, &redirect), of("new", 2024, &[])],
        &[("h.test/x", "301 https://r.test"), ("h.test/new", "a /new")],
    );
    check(
        &[of("old", 2023, &[]), of("new", 2024, &redirect)],
        &[
            ("h.test/x", NOT_FOUND),
            ("h.test/new", "301 https://r.test"),
        ],
    );
}

/// 2.2.
#[test]
fn an_explicit_root_takes_unmatched_paths_over_and_an_exact_one_lives_beside() {
    let redirect = [("permanent-redirect", "https://r.test")];
    let oldest = ingress("o", 2023, &redirect, &rule("/p", "Prefix", "a"));
    let root = |path_type| ingress("r", 2024, &[], &rule("/", path_type, "b"));
    check(
        &[oldest.clone(), root("Prefix")],
        &[("h.test/", "b /"), ("h.test/x", "b /x")],
    );
    check(
        &[oldest, root("Exact")],
        &[("h.test/", "b /"), ("h.test/x", "301 https://r.test")],
    );
}

/// 2.2.
#[test]
fn a_default_backend_beside_rules_counts_only_for_hosts_its_ingress_made() {
    let with = |name, year, service| {
        let spec = format!(
            "{}, {}",
            default_backend(service),
            rule(&format!("/{name}"), "Prefix", "a")
        );
        ingress(name, year, &[], &spec)
    };
    check(
        &[with("old", 2023, "b"), with("new", 2024, "c")],
        &[
            ("h.test/x", "b /x"),
            ("h.test/new", "a /new"),
            ("other.test/x", "404 NoHost"),
        ],
    );
    let bare = ingress("bare", 2022, &[], &rule("/bare", "Prefix", "a"));
    check(&[bare, with("late", 2024, "c")], &[("h.test/x", NOT_FOUND)]);
}

/// 2.2.
#[test]
fn of_default_backends_without_rules_the_oldest_counts_without_redirect_and_rewrite() {
    let annotations = [
        ("permanent-redirect", "https://r.test"),
        ("rewrite-target", "/new"),
        ("app-root", "/app"),
    ];
    let old = ingress("old", 2023, &annotations, &default_backend("b"));
    let new = ingress("new", 2024, &[], &default_backend("c"));
    check(
        &[new, old],
        &[
            ("x.test/y", "b /y"),
            ("x.test/", "b /"),
            ("x.test/healthz", "health"),
        ],
    );
}

/// 2.2.
#[test]
fn disable_catch_all_drops_every_ingress_with_a_default_backend() {
    let with_rules = ingress(
        "r",
        2023,
        &[],
        &format!("{}, {}", default_backend("b"), rule("/p", "Prefix", "a")),
    );
    let without = ingress("w", 2024, &[], &default_backend("c"));
    let options = Options {
        disable_catch_all: true,
        ..Options::default()
    };
    let world = world_with(&[with_rules, without], options);
    for (host, path) in [("h.test", "/p"), ("h.test", "/x"), ("x.test", "/")] {
        assert_eq!(world.get(host, path), "404 NoHost", "{host}{path}");
    }
}

/// 2.2.
#[test]
fn a_rule_without_paths_makes_its_host() {
    let bare = ingress("bare", 2023, &[], "rules: [{host: h.test}]");
    check(
        &[bare],
        &[("h.test/x", NOT_FOUND), ("x.test/x", "404 NoHost")],
    );
    let spec = format!("{}, rules: [{{host: h.test}}]", default_backend("b"));
    check(
        &[ingress("bare", 2023, &[], &spec)],
        &[("h.test/x", "b /x")],
    );
}

/// 2.2.
#[test]
fn paths_to_unknown_resources_fall_to_the_root() {
    let resource = "{path: /r, pathType: Prefix, backend: {resource: {apiGroup: x.test, kind: Bucket, name: b}}}";
    let beside = rules(&[resource.to_owned(), path("/", "Prefix", "b")]);
    check(&[ingress("i", 2023, &[], &beside)], &[("h.test/r", "b /r")]);
    let alone = rules(&[resource.to_owned()]);
    check(
        &[ingress("i", 2023, &[], &alone)],
        &[("h.test/r", NOT_FOUND)],
    );
}

/// 2.2.
#[test]
fn two_spellings_of_a_port_are_two_upstreams() {
    let by_name = path("/n", "Prefix", "a").replace("number: 80", "name: http");
    let spec = rules(&[path("/", "Prefix", "a"), by_name]);
    let world = world_with(&[ingress("i", 2023, &[], &spec)], Options::default());
    let groups: Vec<_> = world.generation.snapshot.table.groups.iter().collect();
    let ports: Vec<_> = groups.iter().map(|key| &*key.port).collect();
    assert_eq!(ports, ["80", "http"]);
}

/// 2.2: sets that break the whole configuration of the original. Here the older has a path, and of two
/// that differ in the last slash the one with it has what lies beneath.
#[test]
fn what_would_be_a_duplicate_location_harms_nobody() {
    let three = [
        ingress("x", 2022, &[], &rule("/p", "Exact", "a")),
        ingress("y", 2023, &[], &rule("/p", "Prefix", "b")),
        ingress("z", 2024, &[], &rule("/p", "Prefix", "c")),
    ];
    check(&three, &[("h.test/p", "a /p"), ("h.test/p/x", "b /p/x")]);
    let two = [
        ingress("y", 2023, &[], &rule("/p", "Prefix", "a")),
        ingress("z", 2024, &[], &rule("/p/", "Prefix", "b")),
    ];
    check(
        &two,
        &[
            ("h.test/p", "a /p"),
            ("h.test/p/", "b /p/"),
            ("h.test/p/x", "b /p/x"),
        ],
    );
}

/// 2.3.
#[test]
fn an_absent_path_is_the_root_and_an_absent_type_a_prefix() {
    let without = path("/", "Prefix", "a").replace("path: '/', pathType: Prefix, ", "");
    check(
        &[ingress("i", 2023, &[], &rules(&[without]))],
        &[("h.test/", "a /"), ("h.test/x", "a /x")],
    );
    let untyped = path("/p", "Prefix", "a").replace("pathType: Prefix, ", "");
    check(
        &[ingress("i", 2023, &[], &rules(&[untyped]))],
        &[("h.test/p/x", "a /p/x"), ("h.test/px", NOT_FOUND)],
    );
}

/// 2.3: the example of the original's own warning.
#[test]
fn the_longer_text_of_a_pattern_beats_the_closer_match() {
    let spec = rules(&[
        path("/foo/bar/bar", "Prefix", "a"),
        path("/foo/bar/[A-Z0-9]{3}", "ImplementationSpecific", "b"),
    ]);
    check(
        &[ingress("i", 2023, &[("use-regex", "true")], &spec)],
        &[("h.test/foo/bar/bar", "b /foo/bar/bar")],
    );
}

/// 2.3.
#[test]
fn the_implied_root_of_a_regex_host_comes_last_and_the_catch_all_follows_the_same_rule() {
    let regex = [("use-regex", "true")];
    let spec = format!(
        "{}, {}",
        default_backend("b"),
        rule("/x+", "ImplementationSpecific", "a")
    );
    check(
        &[ingress("i", 2023, &regex, &spec)],
        &[("h.test/xxy", "a /xxy"), ("h.test/y", "b /y")],
    );
    let any = format!(
        "rules: [{{http: {{paths: [{}]}}}}]",
        path("/x+", "ImplementationSpecific", "a")
    );
    check(
        &[ingress("any", 2023, &regex, &any)],
        &[("o.test/XXy", "a /XXy"), ("o.test/healthz", "404 NoHost")],
    );
}

/// 1.1 and 2.3.
#[test]
fn a_target_equal_to_its_path_is_passed_through() {
    for (written, path_type, target) in [
        ("/", "Prefix", "/"),
        ("/foo", "Exact", "/foo"),
        ("/foo/", "Prefix", "/foo/"),
    ] {
        let spec = rule(written, path_type, "a");
        let other = ingress("o", 2024, &[], &rule("/Case", "Prefix", "b"));
        let one = ingress("i", 2023, &[("rewrite-target", target)], &spec);
        let raw = format!("a {written}?x=%2F");
        check(
            &[one, other],
            // the host stays plain: letter case counts
            &[
                (&format!("h.test{written}?x=%2F"), &raw),
                ("h.test/Case", "b /Case"),
            ],
        );
    }
}

/// 2.4.
#[test]
fn any_ingress_of_the_host_can_bring_an_app_root() {
    let old = ingress("o", 2023, &[], &rule("/", "Prefix", "a"));
    let new = ingress(
        "n",
        2024,
        &[("app-root", "/app")],
        &rule("/p", "Prefix", "b"),
    );
    check(
        &[old, new],
        &[
            ("h.test/", "302 http://h.test/app"),
            ("h.test/?q=1", "302 http://h.test/app"),
            ("h.test/x", "a /x"),
        ],
    );
}

/// 2.5.
#[test]
fn a_backend_that_is_not_there_is_503() {
    for (spec, expected) in [
        (rule("/p", "Prefix", "gone"), "503 NoService"),
        (
            rule("/p", "Prefix", "a").replace("number: 80", "number: 81"),
            "503 NoPort",
        ),
        (
            rule("/p", "Prefix", "headless").replace("number: 80", "number: 81"),
            "503 NoPort",
        ),
        (rule("/p", "Prefix", "empty"), "503 NoEndpoint"),
    ] {
        let services = [
            "---\napiVersion: v1\nkind: Service\nmetadata: {name: empty, namespace: ns}\nspec: {ports: [{port: 80}]}\n",
            "---\napiVersion: v1\nkind: Service\nmetadata: {name: headless, namespace: ns, annotations: {genkan.io/endpoints: '10.0.0.1:80'}}\nspec: {clusterIP: None, ports: [{port: 80}]}\n",
        ];
        let objects = [services.concat(), ingress("i", 2023, &[], &spec)];
        check(&objects, &[("h.test/p", expected)]);
    }
}
