//! Forms of targets; which heads nginx refuses is in `tests/nginx`.

use super::*;
use crate::head::RequestHead;
use crate::limits::HeadLimits;
use crate::parse::parse_request;

fn parts(raw: &str) -> (String, Option<&str>, Option<&str>, String) {
    let target = Target::parse(raw.as_bytes(), Method::Get).expect(raw);
    let text = |bytes| std::str::from_utf8(bytes).unwrap();
    let forward = String::from_utf8(target.forward().concat()).unwrap();
    (
        text(target.path).to_owned(),
        target.query.map(text),
        target.fragment.map(text),
        forward,
    )
}

fn check(raw: &str, path: &str, query: Option<&str>, fragment: Option<&str>, forward: &str) {
    assert_eq!(
        parts(raw),
        (path.into(), query, fragment, forward.into()),
        "{raw}"
    );
}

#[test]
fn origin_targets_are_split_and_forwarded_raw() {
    check("/", "/", None, None, "/");
    check("/admin?x?y", "/admin", Some("x?y"), None, "/admin?x?y");
    check("/admin?", "/admin", Some(""), None, "/admin?");
    check("/admin#x?y", "/admin", None, Some("x?y"), "/admin#x?y");
    check("/admin?x#y", "/admin", Some("x"), Some("y"), "/admin?x#y");
    check("//a//../%zz", "//a//../%zz", None, None, "//a//../%zz");
}

#[test]
fn absolute_targets_lose_scheme_and_authority() {
    check("http://h/abs?x", "/abs", Some("x"), None, "/abs?x");
    check("http://h", "/", None, None, "/");
    check("http://h?x", "/", Some("x"), None, "/?x");
    let target = Target::parse(b"HTTP://H.Test:80/", Method::Get).unwrap();
    assert_eq!(target.scheme, Some(&b"HTTP"[..]));
    let authority = target.authority.unwrap();
    assert_eq!(
        (authority.name, authority.port),
        (&b"H.Test"[..], Some(&b"80"[..]))
    );
}

#[test]
fn asterisk_is_for_options_and_authority_for_connect() {
    let form = |raw: &str, method| Target::parse(raw.as_bytes(), method).map(|target| target.form);
    assert_eq!(form("*", Method::Options), Ok(Form::Asterisk));
    assert_eq!(form("*", Method::Get), Err(RequestReject::TargetMalformed));
    assert_eq!(form("h:443", Method::Connect), Ok(Form::Authority));
    assert_eq!(form("[::1]:443", Method::Connect), Ok(Form::Authority));
    assert_eq!(
        form("h:443", Method::Get),
        Err(RequestReject::TargetMalformed)
    );
    assert_eq!(
        form("h", Method::Connect),
        Err(RequestReject::TargetMalformed)
    );
    assert_eq!(
        form("/", Method::Connect),
        Err(RequestReject::TargetMalformed)
    );
}

#[test]
fn user_names_in_a_target_are_refused() {
    for raw in [
        "http://bob:secret@h/",
        "http://bob@h/",
        "http:///",
        "http:/h",
        "://h",
        "1x://h/",
    ] {
        assert!(Target::parse(raw.as_bytes(), Method::Get).is_err(), "{raw}");
    }
}

fn host(request: &str) -> Result<Option<String>, RequestReject> {
    let mut head = RequestHead::new();
    parse_request(request.as_bytes(), &mut head, &HeadLimits::default())?;
    let view = RequestView::new(request.as_bytes(), &head);
    let target = Target::of(view)?;
    let host = effective_host(view, &target)?;
    Ok(host.map(|host| String::from_utf8(host.name.to_vec()).unwrap()))
}

#[test]
fn an_absolute_target_wins_over_host() {
    let request = "GET http://a.test/ HTTP/1.1\r\nHost: b.test\r\n\r\n";
    assert_eq!(host(request), Ok(Some("a.test".into())));
}

#[test]
fn host_is_needed_from_http_11_on() {
    assert_eq!(host("GET / HTTP/1.0\r\n\r\n"), Ok(None));
    assert_eq!(
        host("GET / HTTP/1.1\r\n\r\n"),
        Err(RequestReject::HostMissing)
    );
    assert_eq!(
        host("GET http://a/ HTTP/1.1\r\n\r\n"),
        Err(RequestReject::HostMissing)
    );
    let request = "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n";
    assert_eq!(host(request), Err(RequestReject::HostRepeated));
    let request = "GET http://a/ HTTP/1.1\r\nHost: a/b\r\n\r\n";
    assert_eq!(host(request), Err(RequestReject::HostInvalid));
}
