//! Rewrites: ingress-nginx.md 1.1 and 2.3 as observed. Targets are those of recorded answers.

use super::world::{check, host, input, route, verdict, world};
use crate::{
    route::{
        Mode::{NginxCompatible, Strict},
        PathType::ImplementationSpecific,
    },
    snapshot::Snapshot,
};

fn with(path: &str, target: &str) -> Snapshot {
    let route = route(NginxCompatible, path, ImplementationSpecific, "a")
        .pattern()
        .rewritten(target);
    world(vec![host("a.test", NginxCompatible, vec![route])])
}

#[test]
fn the_usual_rewrite_keeps_the_second_group() {
    let rows = [
        ("/svc", "a /"),
        ("/svc/", "a /"),
        ("/svc/x/y?q=1", "a /x/y?q=1"),
        ("/svcx", "404 NoPath"),
    ];
    check(&with("/svc(/|$)(.*)", "/$2"), "a.test", &rows);
}

#[test]
fn without_groups_the_whole_path_becomes_the_target() {
    check(
        &with("/foo", "/"),
        "a.test",
        &[("/foo/bar?q", "a /?q"), ("/todos", "404 NoPath")],
    );
}

#[test]
fn captures_are_decoded_and_encoded_again() {
    let rows = [
        ("/p/a%20b", "a /r/a%20b"),
        ("/p/a%2Bb", "a /r/a+b"),
        ("/p/100%25", "a /r/100%25"),
        ("/p/a%3Fb?c", "a /r/a%3Fb?c"),
        ("/p/a%2Fb", "a /r/a/b"),
        ("/p/a%22b'c", "a /r/a%22b'c"),
        ("/p/a;b=c,d", "a /r/a;b=c,d"),
        ("/p/a&b=c$d", "a /r/a&b=c$d"),
        ("/p/a%0Ab", "a /r/a"),
        ("/p/[a]{b}|c^d`e", "a /r/[a]%7Bb%7D%7Cc%5Ed%60e"),
        ("/p/%c3%a9%2f", "a /r/%C3%A9/"),
        ("/p/x/%2E%2E/y", "a /r/y"),
        ("/p/a?b#c", "a /r/a?b"),
        ("/p/?x=1", "a /r/?x=1"),
    ];
    check(&with("/p/(.*)", "/r/$1"), "a.test", &rows);
}

#[test]
fn variables_are_expanded() {
    for (target, expected) in [
        ("/$host/$1", "a /a.test/z%20z?x=1&y=2"),
        ("/u$uri", "a /u/p/z%20z?x=1&y=2"),
        ("/a/$args/$1", "a /a/x=1&y=2/z%20z?x=1&y=2"),
        ("/$scheme/$1", "a /http/z%20z?x=1&y=2"),
        ("/$request_method/$1", "a /GET/z%20z?x=1&y=2"),
        (
            "/$namespace/$service_name/$service_port/$ingress_name",
            "a /ns/a/80/a?x=1&y=2",
        ),
        ("/r$request_uri", "a /r/p/z%2520z%3Fx=1&y=2?x=1&y=2"),
        ("/$arg_x/$1", "a /1/z%20z?x=1&y=2"),
        ("/$http_x_rw/$1", "a /v%20w/z%20z?x=1&y=2"),
        ("/$9/$1", "a //z%20z?x=1&y=2"),
        ("/$10", "a /z%20z0?x=1&y=2"),
        ("/$cookie_c/$1", "a /d/z%20z?x=1&y=2"),
        ("/$remote_addr:$server_port", "a /192.0.2.7:80?x=1&y=2"),
    ] {
        let head = "GET /p/z%20z?x=1&y=2 HTTP/1.1\r\nHost: a.test\r\nX-Rw: v w\r\nCookie: b=1; c=d\r\n\r\n";
        assert_eq!(
            verdict(&with("/p/(.*)", target), &input(), head),
            expected,
            "{target}"
        );
    }
}

#[test]
fn a_target_with_a_scheme_redirects() {
    for (target, expected) in [
        ("https://x.test/$1", "302 https://x.test/y?q=1"),
        ("http://x.test", "302 http://x.test?q=1"),
        ("$scheme://x.test/$1", "302 http://x.test/y?q=1"),
        ("ftp://x.test/$1", "a ftp://x.test/y?q=1"),
        ("HTTPS://x.test/$1", "a HTTPS://x.test/y?q=1"),
        ("bare/$1", "a bare/y?q=1"),
    ] {
        check(
            &with("/p/(.*)", target),
            "a.test",
            &[("/p/y?q=1", expected)],
        );
    }
}

#[test]
fn a_decoded_line_break_cannot_enter_a_location() {
    let rows = [("/p/a%0d%0aX:y", "302 https://x.test/p/a%0D%0AX:y")];
    check(&with("/p/", "https://x.test$uri"), "a.test", &rows);
}

#[test]
fn an_empty_result_is_500() {
    check(
        &with("/p/(.*)", "$1"),
        "a.test",
        &[("/p/", "500 EmptyRewrite"), ("/p/x", "a x")],
    );
}

#[test]
fn matching_ignores_case_and_captures_keep_it() {
    check(&with("/p/(.*)", "/$1"), "a.test", &[("/P/AbC", "a /AbC")]);
}

#[test]
fn strict_rewrites_know_groups_only() {
    let route = route(Strict, "/p/([a-z]+)", ImplementationSpecific, "a")
        .pattern()
        .rewritten("/$host/$1");
    let world = world(vec![host("a.test", Strict, vec![route])]);
    check(
        &world,
        "a.test",
        &[("/p/x", "a /$host/x"), ("/P/x", "404 NoPath")],
    );
}

/// As recorded in `rewrite-lookaround-target`.
#[test]
fn named_groups_are_variables_beside_their_pattern() {
    let named = "/n/(?<rwname>[^/]*)/(.*)";
    for (target, expected) in [
        ("/$rwname/$2", "a /Foo/bar"),
        ("/${rwname}x/$1", "a /Foox/Foo"),
    ] {
        check(&with(named, target), "a.test", &[("/n/Foo/bar", expected)]);
    }
}
