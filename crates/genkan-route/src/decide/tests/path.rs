//! Path matching: ingress-nginx.md 2.3 and the Ingress specification's table.

use super::world::{check, get, host, route, world};
use crate::route::{
    Mode::{NginxCompatible, Strict},
    PathMatch,
    PathType::{Exact, ImplementationSpecific, Prefix},
};

#[test]
fn compatible_exact_matches_only_itself() {
    let world = world(vec![host(
        "a.test",
        NginxCompatible,
        vec![route(NginxCompatible, "/foo", Exact, "a")],
    )]);
    let rows = [
        ("/foo", "a /foo"),
        ("/foo/", "404 NoPath"),
        ("/Foo", "404 NoPath"),
    ];
    check(&world, "a.test", &rows);
}

#[test]
fn compatible_prefix_without_slash_is_element_wise() {
    let world = world(vec![host(
        "a.test",
        NginxCompatible,
        vec![route(NginxCompatible, "/foo", Prefix, "a")],
    )]);
    let rows = [
        ("/foo", "a /foo"),
        ("/foo/", "a /foo/"),
        ("/foo/bar", "a /foo/bar"),
        ("/foobar", "404 NoPath"),
        ("/FOO", "404 NoPath"),
    ];
    check(&world, "a.test", &rows);
}

#[test]
fn compatible_prefix_with_slash_redirects_the_bare_path() {
    let world = world(vec![host(
        "a.test",
        NginxCompatible,
        vec![route(NginxCompatible, "/foo/", Prefix, "a")],
    )]);
    let rows = [
        ("/foo/", "a /foo/"),
        ("/foo/bar", "a /foo/bar"),
        ("/foo", "301 http://a.test/foo/"),
        ("/foo?x=1", "301 http://a.test/foo/?x=1"),
        ("/foobar", "404 NoPath"),
    ];
    check(&world, "a.test", &rows);
}

#[test]
fn compatible_exact_with_slash_redirects_unless_the_bare_path_is_taken() {
    let foo = || route(NginxCompatible, "/foo/", Exact, "a");
    let alone = world(vec![host("a.test", NginxCompatible, vec![foo()])]);
    check(
        &alone,
        "a.test",
        &[
            ("/foo/", "a /foo/"),
            ("/foo", "301 http://a.test/foo/"),
            ("/foo/x", "404 NoPath"),
        ],
    );
    let taken = route(NginxCompatible, "/foo", Exact, "b");
    let beside = world(vec![host("a.test", NginxCompatible, vec![foo(), taken])]);
    check(
        &beside,
        "a.test",
        &[("/foo/", "a /foo/"), ("/foo", "b /foo")],
    );
}

#[test]
fn compatible_root_prefix_takes_everything_else() {
    let routes = vec![
        route(NginxCompatible, "/", Prefix, "root"),
        route(NginxCompatible, "/foo", Prefix, "foo"),
    ];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    check(
        &world,
        "a.test",
        &[
            ("/", "root /"),
            ("/x/y", "root /x/y"),
            ("/foo/x", "foo /foo/x"),
        ],
    );
}

#[test]
fn compatible_exact_lives_beside_a_prefix_of_the_same_text() {
    let routes = vec![
        route(NginxCompatible, "/foo", Exact, "exact"),
        route(NginxCompatible, "/foo", Prefix, "prefix"),
    ];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    check(
        &world,
        "a.test",
        &[("/foo", "exact /foo"), ("/foo/", "prefix /foo/")],
    );
}

#[test]
fn the_longest_prefix_wins_in_both_modes() {
    for mode in [NginxCompatible, Strict] {
        let routes = vec![
            route(mode, "/a", Prefix, "a"),
            route(mode, "/a/b/c", Prefix, "abc"),
            route(mode, "/a/b", Prefix, "ab"),
        ];
        let world = world(vec![host("a.test", mode, routes)]);
        let rows = [
            ("/a/b/x", "ab /a/b/x"),
            ("/a/b/c/d", "abc /a/b/c/d"),
            ("/a/x", "a /a/x"),
            ("/b", "404 NoPath"),
        ];
        check(&world, "a.test", &rows);
    }
}

/// The table of the Kubernetes documentation, "Ingress: Examples".
#[test]
fn strict_follows_the_table_of_the_specification() {
    let one = |path: &str, path_type| {
        world(vec![host(
            "a.test",
            Strict,
            vec![route(Strict, path, path_type, "a")],
        )])
    };
    let rows = [
        (Prefix, "/", "/any/path", true),
        (Exact, "/foo", "/foo", true),
        (Exact, "/foo", "/bar", false),
        (Exact, "/foo", "/foo/", false),
        (Exact, "/foo/", "/foo", false),
        (Prefix, "/foo", "/foo", true),
        (Prefix, "/foo", "/foo/", true),
        (Prefix, "/foo/", "/foo", true),
        (Prefix, "/foo/", "/foo/", true),
        (Prefix, "/aaa/bb", "/aaa/bbb", false),
        (Prefix, "/aaa/bbb", "/aaa/bbb", true),
        (Prefix, "/aaa/bbb/", "/aaa/bbb", true),
        (Prefix, "/aaa/bbb", "/aaa/bbb/", true),
        (Prefix, "/aaa/bbb", "/aaa/bbb/ccc", true),
        (Prefix, "/aaa/bbb", "/aaa/bbbxyz", false),
        (ImplementationSpecific, "/foo", "/FOO", false),
    ];
    for (path_type, path, target, matches) in rows {
        let expected = if matches {
            format!("a {target}")
        } else {
            "404 NoPath".to_owned()
        };
        assert_eq!(
            get(&one(path, path_type), "a.test", target),
            expected,
            "{path_type:?} {path}"
        );
    }
}

#[test]
fn strict_exact_goes_before_an_equal_prefix() {
    let routes = vec![
        route(Strict, "/foo", Prefix, "prefix"),
        route(Strict, "/foo", Exact, "exact"),
    ];
    let world = world(vec![host("a.test", Strict, routes)]);
    check(
        &world,
        "a.test",
        &[("/foo", "exact /foo"), ("/foo/", "prefix /foo/")],
    );
}

#[test]
fn strict_patterns_and_prefixes_are_ordered_by_the_length_written() {
    let routes = vec![
        route(Strict, "/api", Prefix, "api"),
        route(Strict, "/.*", ImplementationSpecific, "short").pattern(),
        route(Strict, "/api/v[0-9]+", ImplementationSpecific, "long").pattern(),
    ];
    let world = world(vec![host("a.test", Strict, routes)]);
    let rows = [
        ("/api/v2/x", "long /api/v2/x"),
        ("/api/x", "api /api/x"),
        ("/API/v2", "short /API/v2"),
        ("/x", "short /x"),
    ];
    check(&world, "a.test", &rows);
}

/// 2.3, regex host: prefix, any case, dots live, Exact no longer exact.
#[test]
fn a_regex_host_turns_every_path_into_a_pattern() {
    let routes = vec![
        route(NginxCompatible, "/foo", Exact, "foo").pattern(),
        route(NginxCompatible, "/a.c", ImplementationSpecific, "dot").pattern(),
    ];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    let rows = [
        ("/foo", "foo /foo"),
        ("/foobar", "foo /foobar"),
        ("/FOO/x", "foo /FOO/x"),
        ("/abc", "dot /abc"),
        ("/x/foo", "404 NoPath"),
    ];
    check(&world, "a.test", &rows);
}

/// The example of the project's own warning.
#[test]
fn the_longer_text_wins_on_a_regex_host() {
    let routes = vec![
        route(NginxCompatible, "/foo/bar/bar", Prefix, "text").pattern(),
        route(
            NginxCompatible,
            "/foo/bar/[A-Z0-9]{3}",
            ImplementationSpecific,
            "class",
        )
        .pattern(),
    ];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    check(&world, "a.test", &[("/foo/bar/bar", "class /foo/bar/bar")]);
}

#[test]
fn equal_lengths_on_a_regex_host_are_tried_in_descending_order_of_text() {
    let routes = vec![
        route(NginxCompatible, "/[a-z]", ImplementationSpecific, "class").pattern(),
        route(NginxCompatible, "/x.*.y", ImplementationSpecific, "x").pattern(),
        route(NginxCompatible, "/[^b]z", ImplementationSpecific, "not").pattern(),
    ];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    // `/x.*.y`, `/[a-z]`, `/[^b]z` are all six bytes
    check(
        &world,
        "a.test",
        &[
            ("/xz", "class /xz"),
            ("/xaay", "x /xaay"),
            ("/-z", "not /-z"),
        ],
    );
}

#[test]
fn a_plain_prefix_on_a_regex_host_has_two_entries() {
    let two = [
        PathMatch::Pattern("^/foo/".into()),
        PathMatch::Pattern("^/foo".into()),
    ];
    let routes = vec![route(NginxCompatible, "/foo", Prefix, "foo").matching(&two)];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    check(
        &world,
        "a.test",
        &[
            ("/foo", "foo /foo"),
            ("/foo/x", "foo /foo/x"),
            ("/foobar", "foo /foobar"),
        ],
    );
}

#[test]
fn only_the_first_branch_of_an_alternative_is_anchored() {
    let routes = vec![route(NginxCompatible, "/a|/b", ImplementationSpecific, "ab").pattern()];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    check(
        &world,
        "a.test",
        &[("/a", "ab /a"), ("/x/b", "ab /x/b"), ("/x/a", "404 NoPath")],
    );
}

#[test]
fn look_around_works_in_compatible_mode() {
    let routes = vec![
        route(
            NginxCompatible,
            "/(?!admin)[a-z]+",
            ImplementationSpecific,
            "a",
        )
        .pattern(),
    ];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    check(
        &world,
        "a.test",
        &[("/users", "a /users"), ("/admin", "404 NoPath")],
    );
}

#[test]
fn a_pattern_that_explodes_answers_500() {
    let routes = vec![route(NginxCompatible, "/(a+)+$", ImplementationSpecific, "a").pattern()];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    let target = format!("/{}b", "a".repeat(64));
    check(&world, "a.test", &[(&target, "500 PatternLimit")]);
}

/// 2.6.
#[test]
fn matching_sees_the_normal_form_and_the_backend_the_target_as_sent() {
    for mode in [NginxCompatible, Strict] {
        let world = world(vec![host(
            "a.test",
            mode,
            vec![route(mode, "/admin", Prefix, "a")],
        )]);
        let rows = [
            ("/%61dmin", "a /%61dmin"),
            ("//admin", "a //admin"),
            ("/x/../admin/./y?q", "a /x/../admin/./y?q"),
            ("/admin%2Fx", "a /admin%2Fx"),
            ("/admin#frag", "a /admin#frag"),
            ("/../admin", "400 BadPath"),
            ("/admin%00", "400 BadPath"),
            ("/admin%zz", "400 BadPath"),
        ];
        check(&world, "a.test", &rows);
    }
}

/// A normalised path has no two slashes in a row.
#[test]
fn compatible_paths_with_doubled_slashes_take_nothing() {
    for path_type in [Exact, Prefix] {
        let routes = vec![
            route(NginxCompatible, "//", path_type, "doubled"),
            route(NginxCompatible, "/a//", path_type, "inner"),
            route(NginxCompatible, "/", Prefix, "root"),
        ];
        let rows = [
            ("/", "root /"),
            ("//", "root //"),
            ("/a", "root /a"),
            ("/a/", "root /a/"),
            ("/a//", "root /a//"),
            ("/a//b", "root /a//b"),
        ];
        let world = world(vec![host("a.test", NginxCompatible, routes)]);
        check(&world, "a.test", &rows);
    }
}
