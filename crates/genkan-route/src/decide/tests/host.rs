//! Host selection: ingress-nginx.md 2.1, and the catch-all.

use super::world::{check, get, host, input, route, verdict, world};
use crate::host::Alias;
use crate::route::{
    Mode::{NginxCompatible, Strict},
    PathType::{Exact, Prefix},
    RouteSpec,
};

fn root(service: &str) -> Vec<RouteSpec> {
    vec![route(NginxCompatible, "/", Prefix, service)]
}

#[test]
fn port_trailing_dot_and_case_do_not_count() {
    let world = world(vec![host("a.test", NginxCompatible, root("a"))]);
    for name in [
        "a.test",
        "A.Test",
        "a.test.",
        "a.test:8080",
        "a.test:",
        "A.test.:x",
    ] {
        assert_eq!(get(&world, name, "/x"), "a /x", "{name}");
    }
    assert_eq!(get(&world, "b.test", "/x"), "404 NoHost");
}

#[test]
fn an_exact_host_beats_a_wildcard_that_takes_one_label() {
    for mode in [NginxCompatible, Strict] {
        let routes = |service| vec![route(mode, "/", Prefix, service)];
        let world = world(vec![
            host("*.x.test", mode, routes("wild")),
            host("a.x.test", mode, routes("exact")),
        ]);
        for (name, expected) in [
            ("a.x.test", "exact /"),
            ("b.x.test", "wild /"),
            ("B_1-c.X.test:80", "wild /"),
            ("b.c.x.test", "404 NoHost"),
            ("x.test", "404 NoHost"),
            ("b+c.x.test", "404 NoHost"),
        ] {
            assert_eq!(get(&world, name, "/"), expected, "{name}");
        }
    }
}

#[test]
fn unknown_hosts_go_to_the_catch_all() {
    let world = world(vec![
        host("a.test", NginxCompatible, root("a")),
        host("_", NginxCompatible, root("all")),
    ]);
    assert_eq!(get(&world, "b.test", "/x"), "all /x");
    assert_eq!(
        verdict(&world, &input(), "GET /x HTTP/1.0\r\n\r\n"),
        "all /x"
    );
    assert_eq!(
        verdict(&world, &input(), "GET /x HTTP/1.1\r\n\r\n"),
        "400 BadRequest"
    );
}

#[test]
fn an_absolute_target_chooses_the_host() {
    let world = world(vec![
        host("a.test", NginxCompatible, root("a")),
        host("b.test", NginxCompatible, root("b")),
    ]);
    let head = "GET http://b.test/x HTTP/1.1\r\nHost: a.test\r\n\r\n";
    assert_eq!(verdict(&world, &input(), head), "b http://b.test/x");
}

#[test]
fn the_health_path_answers_on_unknown_hosts() {
    let world = world(vec![host("a.test", NginxCompatible, root("a"))]);
    let rows = [
        ("/healthz", "health"),
        ("/healthz/x", "health"),
        ("/healthzoo", "health"),
        ("/health", "404 NoHost"),
    ];
    check(&world, "b.test", &rows);
    assert_eq!(get(&world, "a.test", "/healthz"), "a /healthz");
}

#[test]
fn the_health_path_fails_while_draining() {
    let world = world(vec![]);
    let mut input = input();
    input.draining = true;
    let head = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_eq!(verdict(&world, &input, head), "503 Draining");
}

#[test]
fn rules_of_the_catch_all_can_take_the_health_path() {
    let all = |routes| world(vec![host("_", NginxCompatible, routes)]);
    check(
        &all(root("all")),
        "x.test",
        &[("/healthz", "health"), ("/x", "all /x")],
    );
    let exact = all(vec![route(NginxCompatible, "/healthz", Exact, "own")]);
    check(
        &exact,
        "x.test",
        &[("/healthz", "own /healthz"), ("/healthz/x", "health")],
    );
    let prefix = all(vec![route(NginxCompatible, "/healthz", Prefix, "own")]);
    check(
        &prefix,
        "x.test",
        &[
            ("/healthz", "own /healthz"),
            ("/healthz/x", "own /healthz/x"),
            ("/healthzoo", "health"),
        ],
    );
    let slash = all(vec![route(NginxCompatible, "/healthz/", Prefix, "own")]);
    check(
        &slash,
        "x.test",
        &[("/healthz", "health"), ("/healthz/x", "own /healthz/x")],
    );
    let regex = all(vec![
        route(NginxCompatible, "/foo", Prefix, "own").pattern(),
    ]);
    check(&regex, "x.test", &[("/healthz", "404 NoHost")]);
    let strict = world(vec![host(
        "_",
        Strict,
        vec![route(Strict, "/", Prefix, "own")],
    )]);
    check(&strict, "x.test", &[("/healthz", "own /healthz")]);
}

#[test]
fn strict_rules_without_host_apply_to_all_traffic() {
    let world = world(vec![
        host("a.test", Strict, vec![route(Strict, "/a", Prefix, "a")]),
        host("_", Strict, vec![route(Strict, "/b", Prefix, "b")]),
    ]);
    check(
        &world,
        "a.test",
        &[
            ("/a", "a /a"),
            ("/b", "b /b"),
            ("/c", "404 NoPath"),
            ("/healthz", "404 NoPath"),
        ],
    );
}

#[test]
fn methods_and_targets_that_no_route_can_have() {
    let world = world(vec![host("a.test", NginxCompatible, root("a"))]);
    for (line, expected) in [
        ("CONNECT a.test:443", "501 NotImplemented"),
        ("TRACE /", "501 NotImplemented"),
        ("OPTIONS *", "400 BadRequest"),
        ("GET *", "400 BadRequest"),
        ("OPTIONS /", "a /"),
    ] {
        let head = format!("{line} HTTP/1.1\r\nHost: a.test\r\n\r\n");
        assert_eq!(verdict(&world, &input(), &head), expected, "{line}");
    }
}

/// 2.1: its numbers are for itself alone.
#[test]
fn the_status_page_of_the_original_is_forbidden_on_unknown_hosts() {
    let empty = world(vec![host("a.test", NginxCompatible, root("a"))]);
    for target in ["/nginx_status", "/nginx_status/x", "/nginx_statusx?y"] {
        assert_eq!(get(&empty, "b.test", target), "403 StatusPage", "{target}");
    }
    assert_eq!(get(&empty, "a.test", "/nginx_status"), "a /nginx_status");
    let all = world(vec![host("_", NginxCompatible, root("all"))]);
    assert_eq!(get(&all, "b.test", "/nginx_status"), "403 StatusPage");
    assert_eq!(get(&all, "b.test", "/nginx_statu"), "all /nginx_statu");
    let pattern = route(NginxCompatible, "/", Prefix, "all").pattern();
    let regex = world(vec![host("_", NginxCompatible, vec![pattern])]);
    assert_eq!(get(&regex, "b.test", "/nginx_status"), "all /nginx_status");
    let strict = world(vec![host(
        "_",
        Strict,
        vec![route(Strict, "/x", Prefix, "x")],
    )]);
    assert_eq!(get(&strict, "b.test", "/nginx_status"), "404 NoHost");
}

fn aliased(name: &str, service: &str, aliases: &[&str]) -> crate::host::HostSpec {
    let mut spec = host(name, NginxCompatible, root(service));
    let read = |name: &&str| Alias::read(name).unwrap();
    spec.aliases = aliases.iter().flat_map(read).collect();
    spec
}

#[test]
fn names_are_looked_up_in_nginx_s_order() {
    // the recordings `routing-server-alias` and `routing-alias-vs-wildcard`
    let world = world(vec![
        aliased(
            "main.test",
            "main",
            &["al.test", "*.wild.test", "real.test", "tail.*"],
        ),
        aliased("dup.test", "dup", &["al.test", "*.deep.wild.test"]),
        aliased("*.w.test", "rule", &[]),
        aliased(
            "zeta.test",
            "zeta",
            &["~^srv[0-9]+[.]test$", "~[.]w[.]test$"],
        ),
        aliased("real.test", "real", &[]),
    ]);
    for (name, expected) in [
        ("main.test", "main /"),
        // alphabetically first, not oldest
        ("AL.test", "dup /"),
        ("x.wild.test", "main /"),
        ("x.y.wild.test", "main /"),
        ("x.deep.wild.test", "dup /"),
        ("wild.test", "404 NoHost"),
        ("real.test", "real /"),
        ("tail.a.b", "main /"),
        ("tail", "404 NoHost"),
        ("srv42.test", "zeta /"),
        ("srvx.test", "404 NoHost"),
        // a rule's wildcard is a pattern of an earlier server
        ("x.w.test", "rule /"),
        ("x.y.w.test", "zeta /"),
    ] {
        assert_eq!(get(&world, name, "/"), expected, "{name}");
    }
}

#[test]
fn www_leads_to_the_name_without_it_and_back() {
    let www = |name: &str, service: &str| {
        let mut spec = host(name, NginxCompatible, root(service));
        spec.www_redirect = true;
        spec
    };
    let mut both = aliased("other.test", "other", &["www.a.test"]);
    both.www_redirect = true;
    let world = world(vec![
        www("a.test", "a"),
        www("www.b.test", "b"),
        www("*.c.test", "c"),
        both,
        aliased("www.other.test", "own", &[]),
    ]);
    check(
        &world,
        "www.a.test",
        &[
            // the redirect goes before an alias of the same name
            ("/x/?q=1", "308 http://a.test:80/x/?q=1"),
            ("/x/", "308 http://a.test:80/x"),
            ("/", "308 http://a.test:80"),
        ],
    );
    check(&world, "a.test", &[("/x", "a /x")]);
    check(&world, "b.test", &[("/x", "308 http://www.b.test:80/x")]);
    // a host of its own goes before the redirect
    check(&world, "www.other.test", &[("/x", "own /x")]);
    check(&world, "www.x.c.test", &[("/x", "404 NoHost")]);
}
