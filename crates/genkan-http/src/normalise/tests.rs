//! Paths and their normal forms; the rest of nginx's readings is in `tests/nginx`.

use super::*;

fn check(path: &str, expected: Result<&str, RequestReject>) {
    let mut out = b"old".to_vec();
    let result = normalise(path.as_bytes(), &mut out).map(<[u8]>::to_vec);
    assert_eq!(
        result,
        expected.map(|path| path.as_bytes().to_vec()),
        "{path}"
    );
}

#[test]
fn normal_paths_are_not_copied() {
    let mut out = Vec::new();
    for path in [
        "/",
        "/todos/1",
        "/a/b.html",
        "/a.b/c..",
        "/*",
        "/+",
        "/a\u{e9}",
    ] {
        let path = path.as_bytes();
        assert!(std::ptr::eq(normalise(path, &mut out).unwrap(), path));
    }
    assert_eq!(out.capacity(), 0);
}

#[test]
fn slashes_are_merged() {
    check("//a/b", Ok("/a/b"));
    check("///a////b//c", Ok("/a/b/c"));
    check("/a/b//", Ok("/a/b/"));
    check("//", Ok("/"));
    check("/%2Fa/b", Ok("/a/b"));
    check("/a%2F%2fb", Ok("/a/b"));
}

#[test]
fn dot_segments_are_resolved() {
    check("/a/./b", Ok("/a/b"));
    check("/a/.", Ok("/a/"));
    check("/a/b/../c", Ok("/a/c"));
    check("/a/..", Ok("/"));
    check("/p/x/%2E%2E/y", Ok("/p/y"));
    check("/a/...", Ok("/a/..."));
    check("/.well-known/x", Ok("/.well-known/x"));
}

#[test]
fn a_path_above_the_root_is_refused() {
    for path in [
        "/..",
        "/../auth",
        "//../images",
        "/a/../..",
        "/%2e%2e/x",
        "/a/../../b",
    ] {
        check(path, Err(RequestReject::PathAboveRoot));
    }
}

#[test]
fn percent_encoding_is_decoded_once() {
    check("/%41dmin", Ok("/Admin"));
    check("/%2561dmin", Ok("/%61dmin"));
    check("/admin%3Fx", Ok("/admin?x"));
    check("/admin%23x", Ok("/admin#x"));
    check("/a%20b%0A", Ok("/a b\n"));
}

#[test]
fn broken_percent_encoding_is_refused() {
    for path in [
        "/admin%",
        "/admin%4",
        "/admin%zz",
        "/%u0061dmin",
        "/%4",
        "/%-1",
        "/%+1",
    ] {
        check(path, Err(RequestReject::PathEscapeMalformed));
    }
    check("/admin%00", Err(RequestReject::PathNul));
    check("a", Err(RequestReject::TargetMalformed));
    check("", Err(RequestReject::TargetMalformed));
}

#[test]
fn rewritten_paths_are_encoded_as_nginx_does() {
    // Recorded from ingress-nginx: decoded capture, then what the backend got.
    for (path, expected) in [
        (&b"/r/a b"[..], "/r/a%20b"),
        (b"/r/a+b", "/r/a+b"),
        (b"/r/100%", "/r/100%25"),
        (b"/r/a?b", "/r/a%3Fb"),
        (b"/r/a#b", "/r/a%23b"),
        (b"/r/a\\b", "/r/a%5Cb"),
        (b"/r/a\"b'c", "/r/a%22b'c"),
        (b"/r/a;b=c,d", "/r/a;b=c,d"),
        (b"/r/a:b@c", "/r/a:b@c"),
        (b"/r/a&b=c$d", "/r/a&b=c$d"),
        (b"/r/\xc3\xa9t\xff", "/r/%C3%A9t%FF"),
        (b"/r/a\rb\tc\x7f", "/r/a%0Db%09c%7F"),
        (b"/r/~a~b", "/r/~a~b"),
        (b"/r/[a]{b}|c^d`e", "/r/[a]%7Bb%7D%7Cc%5Ed%60e"),
        (b"/r/<a>", "/r/%3Ca%3E"),
        (b"/r/a*b!c(d)", "/r/a*b!c(d)"),
    ] {
        let mut out = Vec::new();
        escape_path(path, &mut out);
        assert_eq!(out, expected.as_bytes());
    }
}
