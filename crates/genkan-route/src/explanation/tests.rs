//! Reasons of the closed list, and that watching changes nothing.

use genkan_http::head::RequestView;

use super::*;
use crate::{
    decide::tests::world::{host, input, parse, route, world},
    host::HostSpec,
    recorder::NoRecorder,
    route::{
        Inactive, InactiveRoute,
        Mode::{NginxCompatible, Strict},
        PathType::{self, Exact, ImplementationSpecific, Prefix},
    },
};

fn explained(hosts: Vec<HostSpec>, name: &str, target: &str) -> Explanation {
    let world = world(hosts);
    let head = format!("GET {target} HTTP/1.1\r\nHost: {name}\r\n\r\n");
    let parsed = parse(head.as_bytes());
    let request = RequestView::new(head.as_bytes(), &parsed);
    let explanation = explain(&world, &input(), request);
    let mut scratch = Scratch::default();
    let decision = decide(&world, &input(), request, &mut scratch, &mut NoRecorder);
    assert_eq!(
        Outcome::of(&decision, &scratch, request),
        explanation.outcome
    );
    explanation
}

/// Reason of a lone route, and its detail.
fn check(mode: Mode, path: &str, path_type: PathType, target: &str, expected: &str) {
    let explanation = explained(
        vec![host(
            "a.test",
            mode,
            vec![route(mode, path, path_type, "a")],
        )],
        "a.test",
        target,
    );
    let reasons: Vec<_> = explanation
        .candidates
        .iter()
        .map(Candidate::reason)
        .collect();
    assert_eq!(
        reasons,
        [Some(expected.to_owned())],
        "{path} {path_type:?} {target}"
    );
}

#[test]
fn every_reason_of_a_plain_path() {
    for mode in [Strict, NginxCompatible] {
        check(mode, "/foo", Exact, "/bar", "exact-differs");
        check(mode, "/foo", Exact, "/foo/x", "exact-differs");
        check(mode, "/foo", Exact, "/foo/", "exact-differs-only-by-slash");
        check(mode, "/foo", Exact, "/FOO", "case-differs");
        check(
            mode,
            "/foo",
            Prefix,
            "/foobar",
            "prefix-not-at-element-boundary",
        );
        check(mode, "/foo", Prefix, "/bar", "not-a-prefix");
        check(mode, "/foo", Prefix, "/Foo/x", "case-differs");
        check(
            mode,
            "/todos/[0-9]+",
            Prefix,
            "/todos/1",
            "literal-not-pattern",
        );
    }
}

#[test]
fn a_pattern_says_where_it_failed() {
    let spec = |path| route(NginxCompatible, path, ImplementationSpecific, "a").pattern();
    for (path, target, reason, detail) in [
        (
            r"/todos/(\d+)$",
            "/todos/1/done",
            "pattern-fails-at(8)",
            "matched `/todos/1`, then wanted the end, found `/done`",
        ),
        (
            r"/todos/(\d+)",
            "/todos/x",
            "pattern-fails-at(7)",
            r"matched `/todos/`, then wanted `(\d+)`, found `x`",
        ),
        (
            "/svc(/|$)(.*)",
            "/svcx",
            "pattern-fails-at(4)",
            "matched `/svc`, then wanted `(/|$)`, found `x`",
        ),
        (
            "/abc",
            "/abx",
            "pattern-fails-at(3)",
            "matched `/ab`, then wanted `c`, found `x`",
        ),
        (
            "/abc",
            "/ab",
            "pattern-fails-at(3)",
            "matched `/ab`, then wanted `c`, found the end",
        ),
    ] {
        let explanation = explained(
            vec![host("a.test", NginxCompatible, vec![spec(path)])],
            "a.test",
            target,
        );
        let [candidate] = &*explanation.candidates else {
            panic!()
        };
        assert_eq!(candidate.reason().as_deref(), Some(reason), "{path}");
        let Fate::Rejected {
            detail: Some(found),
            ..
        } = &candidate.fate
        else {
            panic!("{candidate:?}")
        };
        assert_eq!(found, detail, "{path}");
    }
}

#[test]
fn candidates_come_in_matching_order_with_the_winner_named() {
    let routes = vec![
        route(Strict, "/", Prefix, "root"),
        route(Strict, "/a", Prefix, "a"),
        route(Strict, "/a/b", Exact, "b"),
    ];
    let explanation = explained(vec![host("x.test", Strict, routes)], "x.test", "/a/c");
    let told: Vec<_> = explanation
        .candidates
        .iter()
        .map(|candidate| (&*candidate.origin.name, candidate.reason()))
        .collect();
    let less = "less-specific-than(Ingress ns/a rules[0].paths[0])".to_owned();
    assert_eq!(
        told,
        [
            ("b", Some("exact-differs".to_owned())),
            ("a", None),
            ("root", Some(less))
        ]
    );
    assert_eq!(explanation.origin().map(|origin| &*origin.name), Some("a"));
}

#[test]
fn near_hosts_and_paths_without_part_are_shown() {
    let mut spec = host(
        "shop.test",
        NginxCompatible,
        vec![route(NginxCompatible, "/", Prefix, "a")],
    );
    spec.inactive.push(InactiveRoute {
        origin: spec.routes[0].origin.clone(),
        path: "/".into(),
        path_type: Prefix,
        why: Inactive::OtherClass {
            class: "traefik".into(),
        },
    });
    let explanation = explained(vec![spec.clone()], "shob.test", "/");
    assert_eq!(
        explanation.candidates[0].reason().as_deref(),
        Some("other-host")
    );
    assert_eq!(explanation.fault(), Some(Fault::NoHost));
    let explanation = explained(vec![spec], "shop.test", "/");
    assert_eq!(
        explanation.candidates[1].reason().as_deref(),
        Some("other-class")
    );
}

#[test]
fn a_rewrite_is_told_with_its_groups() {
    let route = route(NginxCompatible, "/svc(/|$)(.*)", Prefix, "a")
        .pattern()
        .rewritten("/$2");
    let explanation = explained(
        vec![host("a.test", NginxCompatible, vec![route])],
        "a.test",
        "/svc/x?q",
    );
    let rewrite = explanation.rewrite.unwrap();
    assert_eq!(
        (&*rewrite.before, &*rewrite.after),
        (&b"/svc/x"[..], &b"/x?q"[..])
    );
    assert_eq!(rewrite.groups, [Some(b"/".to_vec()), Some(b"x".to_vec())]);
    let stages: Vec<_> = explanation
        .stages
        .iter()
        .map(|(stage, answered)| (stage.0, *answered))
        .collect();
    assert_eq!(
        stages,
        [
            ("from-to-www", false),
            ("client-certificate", false),
            ("app-root", false),
            ("closed", false),
            ("custom-headers", false),
            ("announced-body", false),
            ("slash", false),
            ("preflight", false),
            ("redirect", false),
            ("rewrite", false),
            ("https-redirect", false),
            ("backend", false),
            ("limit", false),
            ("access", false),
            ("authenticate", false),
            ("forward", true)
        ]
    );
}
