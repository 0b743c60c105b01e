//! Rows of ingress-nginx.md 6.1 and of "Headers" in what was observed, by name.

use genkan_http::{
    framing::Body,
    head::{RequestView, ResponseHead, ResponseView},
    limits::ResponseLimits,
    parse::parse_response,
};

use super::*;
use crate::{
    decide::{
        decide,
        tests::world::{host, input, parse, route, world},
    },
    decision::{DecisionInput, Scheme, Scratch, Verdict},
    recorder::NoRecorder,
    route::{Mode::NginxCompatible, PathType::Prefix, RouteSpec},
    settings::GlobalSettings,
};

const ID: &str = "0123456789abcdef0123456789abcdef";

fn root() -> RouteSpec {
    route(NginxCompatible, "/", Prefix, "a")
}

/// The head a backend gets for a head a client sent.
fn sent(route: RouteSpec, input: &DecisionInput, body: Body, head: &str) -> String {
    sent_over(true, route, input, body, head)
}

fn sent_over(
    keeps_connections: bool,
    route: RouteSpec,
    input: &DecisionInput,
    body: Body,
    head: &str,
) -> String {
    let world = world(vec![host("_", NginxCompatible, vec![route])]);
    let parsed = parse(head.as_bytes());
    let request = RequestView::new(head.as_bytes(), &parsed);
    let mut scratch = Scratch::default();
    let decision = decide(&world, input, request, &mut scratch, &mut NoRecorder);
    let Verdict::Forward(forward) = decision.verdict else {
        panic!("{decision:?}")
    };
    let mut out = Vec::new();
    let settings = GlobalSettings {
        upstream_keepalive_connections: usize::from(keeps_connections),
        ..GlobalSettings::default()
    };
    let head = UpstreamHead {
        request,
        input,
        client: decision.client,
        route: decision.route.unwrap(),
        rewritten: forward.rewritten,
        scratch: &scratch,
        body,
        settings: &settings,
    };
    write_upstream_head(&mut out, &head);
    String::from_utf8(out).unwrap()
}

fn check(head: &str, body: Body, expected: &str) {
    let expected = expected.replace('\n', "\r\n") + "\r\n";
    assert_eq!(sent(root(), &input(), body, head), expected);
}

#[test]
fn a_plain_request_gets_the_fields_of_the_template_in_its_order() {
    check(
        "GET /p?q HTTP/1.1\r\nHost: a.test:8080\r\nUser-Agent: parity/1\r\naccept: */*\r\nConnection: close\r\n\r\n",
        Body::None,
        &format!(
            "GET /p?q HTTP/1.1\nHost: a.test:8080\nX-Request-ID: {ID}\nX-Real-IP: 192.0.2.7\n\
             X-Forwarded-For: 192.0.2.7\nX-Forwarded-Host: a.test:8080\nX-Forwarded-Port: 80\n\
             X-Forwarded-Proto: http\nX-Forwarded-Scheme: http\nX-Scheme: http\n\
             User-Agent: parity/1\naccept: */*\n"
        ),
    );
}

#[test]
fn forwarded_fields_of_the_client_are_replaced_and_shown_as_original() {
    check(
        "POST / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n\
         X-Forwarded-Host: h\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 99\r\nX-Scheme: s\r\n\
         X-Real-IP: 3.3.3.3\r\nX-Original-Forwarded-For: evil\r\nX-Forwarded-Prefix: /mine\r\n\
         X-Original-URI: /u\r\nForwarded: for=x\r\nContent-Length: 5\r\n\r\n",
        Body::Length(5),
        &format!(
            "POST / HTTP/1.1\nHost: a.test\nX-Request-ID: {ID}\nX-Real-IP: 192.0.2.7\n\
             X-Forwarded-For: 192.0.2.7\nX-Forwarded-Host: a.test\nX-Forwarded-Port: 80\n\
             X-Forwarded-Proto: http\nX-Forwarded-Scheme: http\nX-Scheme: http\n\
             X-Original-Forwarded-For: 1.1.1.1, 2.2.2.2\nX-Original-Forwarded-Host: h\n\
             Content-Length: 5\nX-Forwarded-Prefix: /mine\nX-Original-URI: /u\nForwarded: for=x\n"
        ),
    );
}

#[test]
fn hop_by_hop_fields_are_dropped_as_nginx_does() {
    check(
        "GET / HTTP/1.1\r\nHost: a.test\r\nTE: trailers\r\nKeep-Alive: 5\r\nExpect: 100-continue\r\n\
         Proxy: x\r\nProxy-Authorization: y\r\nProxy-Connection: z\r\nTrailer: t\r\n\
         Connection: keep-alive, X-Named\r\nX-Named: stays\r\n\r\n",
        Body::None,
        &format!(
            "GET / HTTP/1.1\nHost: a.test\nX-Request-ID: {ID}\nX-Real-IP: 192.0.2.7\n\
             X-Forwarded-For: 192.0.2.7\nX-Forwarded-Host: a.test\nX-Forwarded-Port: 80\n\
             X-Forwarded-Proto: http\nX-Forwarded-Scheme: http\nX-Scheme: http\n\
             Proxy-Authorization: y\nProxy-Connection: z\nTrailer: t\nX-Named: stays\n"
        ),
    );
}

#[test]
fn an_upgrade_goes_on_with_or_without_connection() {
    for connection in ["", "Connection: Upgrade\r\n"] {
        let head = format!(
            "GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: WebSocket\r\n{connection}Sec-WebSocket-Key: x\r\n\r\n"
        );
        let sent = sent(root(), &input(), Body::None, &head);
        let lines: Vec<_> = sent.lines().collect();
        assert_eq!(
            &lines[1..4],
            ["Host: a.test", "Upgrade: WebSocket", "Connection: upgrade"]
        );
        assert!(lines.contains(&"Sec-WebSocket-Key: x"));
        assert_eq!(sent.matches("pgrade:").count(), 1);
    }
}

#[test]
fn an_upgrade_to_http_2_does_not_go_on() {
    let head = "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    let sent = sent(root(), &input(), Body::None, head);
    assert_eq!(sent.matches("pgrade").count(), 0, "{sent}");
}

#[test]
fn a_client_id_is_kept_when_it_is_usable() {
    let long = "x".repeat(129);
    for (fields, expected) in [
        ("X-Request-ID: abc-123", "abc-123"),
        ("x-request-id: abc-123", "abc-123"),
        ("X-Request-ID:", ID),
        ("X-Request-ID: one\r\nX-Request-ID: two", "one, two"),
        ("X-Request-ID: a b;c\"d'$host", "a b;c\"d'$host"),
        ("X-Request-ID: é", ID),
        (&format!("X-Request-ID: {long}"), ID),
        (&format!("X-Request-ID: {}", &long[1..]), &long[1..]),
    ] {
        let head = format!("GET / HTTP/1.1\r\nHost: a.test\r\n{fields}\r\n\r\n");
        let sent = sent(root(), &input(), Body::None, &head);
        assert_eq!(
            sent.lines().nth(2),
            Some(&*format!("X-Request-ID: {expected}")),
            "{fields}"
        );
    }
}

#[test]
fn https_shows_port_443_and_its_scheme() {
    let mut input = input();
    (input.scheme, input.port) = (Scheme::Https, 8443);
    let sent = sent(
        root(),
        &input,
        Body::None,
        "GET / HTTP/1.1\r\nHost: a.test:8443\r\n\r\n",
    );
    for line in [
        "Host: a.test:8443",
        "X-Forwarded-Host: a.test:8443",
        "X-Forwarded-Port: 443",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Scheme: https",
        "X-Scheme: https",
    ] {
        assert!(sent.contains(&format!("{line}\r\n")), "{line}\n{sent}");
    }
}

#[test]
fn http_10_without_host_shows_the_server_name() {
    let sent = sent(root(), &input(), Body::None, "GET /any HTTP/1.0\r\n\r\n");
    assert!(
        sent.starts_with("GET /any HTTP/1.1\r\nHost: _\r\n"),
        "{sent}"
    );
    assert!(sent.contains("X-Forwarded-Host: _\r\n"), "{sent}");
}

#[test]
fn an_absolute_target_is_sent_as_path_with_the_host_field() {
    let head = "GET http://b.test?x HTTP/1.1\r\nHost: a.test\r\n\r\n";
    let sent = sent(root(), &input(), Body::None, head);
    assert!(
        sent.starts_with("GET /?x HTTP/1.1\r\nHost: a.test\r\n"),
        "{sent}"
    );
}

#[test]
fn a_body_is_announced_as_it_is_sent() {
    let head = "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (body, line) in [
        (Body::Length(0), "Content-Length: 0\r\n"),
        (Body::Length(5), "Content-Length: 5\r\n"),
        (Body::Chunked, "Transfer-Encoding: chunked\r\n"),
    ] {
        let sent = sent(root(), &input(), body, head);
        assert!(sent.contains(line), "{sent}");
        let announced = sent.matches("Content-Length").count() + sent.matches("Transfer-").count();
        assert_eq!(announced, 1, "{sent}");
    }
}

/// Recorded: `rewrite-forwarded-prefix` with-client, group, vars.
#[test]
fn the_forwarded_prefix_is_set_beside_a_rewrite() {
    for (path, prefix, target, expected) in [
        ("/svc(/|$)(.*)", "/svc", "/svc/x", "/svc"),
        ("/(abc)(/|$)(.*)", "/$1", "/Abc/x", "/Abc"),
        ("/svc(/|$)(.*)", "/$host/$2", "/svc/x", "/a.test/x"),
    ] {
        let rewrite = if path.starts_with("/(") { "/$3" } else { "/$2" };
        let mut route = route(NginxCompatible, path, Prefix, "a")
            .pattern()
            .rewritten(rewrite);
        route.forwarded_prefix = Some(prefix.into());
        let head =
            format!("GET {target} HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-Prefix: /evil\r\n\r\n");
        let sent = sent(route, &input(), Body::None, &head);
        assert!(sent.starts_with("GET /x HTTP/1.1\r\n"), "{sent}");
        let found: Vec<_> = sent
            .lines()
            .filter(|line| line.contains("Prefix"))
            .collect();
        assert_eq!(found, [format!("X-Forwarded-Prefix: {expected}")]);
    }
}

/// The head a client gets for a head a backend sent.
fn received(body: DownstreamBody, connection: DownstreamConnection, head: &str) -> String {
    let mut parsed = ResponseHead::new();
    parse_response(head.as_bytes(), &mut parsed, &ResponseLimits::default()).unwrap();
    let mut out = Vec::new();
    let head = DownstreamHead {
        settings: &crate::settings::GlobalSettings::default(),
        added: AddedFields::default(),
        response: ResponseView::new(head.as_bytes(), &parsed),
        body,
        connection,
        date: b"Sun, 06 Nov 1994 08:49:37 GMT",
        request_id: b"0123456789abcdef0123456789abcdef",
        rewriting: None,
    };
    write_downstream_head(&mut out, &head);
    String::from_utf8(out).unwrap().replace("\r\n", "\n")
}

#[test]
fn a_response_loses_what_is_between_proxy_and_backend() {
    let received = received(
        DownstreamBody::Length(2),
        DownstreamConnection::KeepAlive,
        "HTTP/1.1 200 Fine\r\nServer: mine\r\nDate: then\r\nContent-Type: a/b\r\nConnection: close\r\n\
         Keep-Alive: 5\r\nContent-Length: 2\r\nX-Accel-Expires: 5\r\nSet-Cookie: a\r\nset-cookie: b\r\n\
         Content-Type: c/d\r\nLocation: /1\r\nLocation: /2\r\nETag: \"1\"\r\nETag: \"2\"\r\n\r\n",
    );
    assert_eq!(
        received,
        "HTTP/1.1 200 Fine\nDate: Sun, 06 Nov 1994 08:49:37 GMT\nContent-Type: a/b\nSet-Cookie: a\n\
         set-cookie: b\nLocation: /1\nETag: \"1\"\nContent-Length: 2\nConnection: keep-alive\n\n"
    );
}

#[test]
fn a_chunked_response_is_announced_once() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let received = received(DownstreamBody::Chunked, DownstreamConnection::Close, head);
    assert_eq!(
        received,
        "HTTP/1.1 200 OK\nDate: Sun, 06 Nov 1994 08:49:37 GMT\nTransfer-Encoding: chunked\nConnection: close\n\n"
    );
}

#[test]
fn a_204_announces_no_body() {
    let head =
        "HTTP/1.1 204 No Content\r\nContent-Type: a/b\r\nContent-Length: 0\r\nX-Own: 1\r\n\r\n";
    let received = received(
        DownstreamBody::Length(0),
        DownstreamConnection::KeepAlive,
        head,
    );
    assert_eq!(
        received,
        "HTTP/1.1 204 No Content\nDate: Sun, 06 Nov 1994 08:49:37 GMT\nX-Own: 1\nConnection: keep-alive\n\n"
    );
}

#[test]
fn a_101_keeps_its_upgrade() {
    let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: y\r\n\r\n";
    let received = received(
        DownstreamBody::Unannounced,
        DownstreamConnection::Upgrade,
        head,
    );
    assert_eq!(
        received,
        "HTTP/1.1 101 Switching Protocols\nDate: Sun, 06 Nov 1994 08:49:37 GMT\nUpgrade: websocket\n\
         Sec-WebSocket-Accept: y\nConnection: upgrade\n\n"
    );
}

/// As recorded in `rewrite-forwarded-prefix`: header values are filled in after the rewrite.
#[test]
fn the_forwarded_prefix_knows_groups_and_the_rewritten_uri() {
    for (prefix, expected) in [
        ("/svc", "/svc"),
        ("/$1", "/x"),
        ("/$host$uri", "/a.test/x"),
        ("/$named", "/x"),
    ] {
        let mut route = route(NginxCompatible, "/svc/(?<named>.*)", Prefix, "a")
            .pattern()
            .rewritten("/$1");
        route.forwarded_prefix = Some(prefix.into());
        let head = "GET /svc/x HTTP/1.1\r\nHost: a.test\r\n\r\n";
        let sent = sent(route, &input(), Body::None, head);
        let line = format!("\r\nX-Forwarded-Prefix: {expected}\r\n");
        assert!(sent.contains(&line), "{prefix}: {sent}");
    }
}

/// As recorded in `settings-keepalive`.
#[test]
fn backends_are_told_when_connections_are_not_kept() {
    for (upgrade, expected) in [
        ("", "Connection: close\r\n"),
        (
            "Upgrade: websocket\r\n",
            "Upgrade: websocket\r\nConnection: upgrade\r\n",
        ),
    ] {
        let head = format!("GET / HTTP/1.1\r\nHost: a.test\r\n{upgrade}\r\n");
        let sent = sent_over(false, root(), &input(), Body::None, &head);
        let expected = format!("Host: a.test\r\n{expected}X-Request-ID");
        assert!(sent.contains(&expected), "{sent}");
    }
}

/// 6.1 and "Headers" in what was observed: nothing is set or taken where nothing asks for it.
#[test]
fn fields_that_only_a_setting_would_touch_pass() {
    let fields = "Authorization: Basic eA==\r\nSsl-Client-Verify: SUCCESS\r\nX-Original-URI: /u\r\n\
                  X-Forwarded-Prefix: /p\r\nForwarded: for=x\r\nX-Code: 503\r\nCookie: a=b\r\n";
    let sent = sent(
        root(),
        &input(),
        Body::None,
        &format!("GET / HTTP/1.1\r\nHost: a.test\r\n{fields}\r\n"),
    );
    assert!(
        sent.ends_with(&format!("X-Scheme: http\r\n{fields}\r\n")),
        "{sent}"
    );
}

#[test]
fn no_id_is_made_where_the_operator_wants_none() {
    let world = world(vec![host("_", NginxCompatible, vec![root()])]);
    let head = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    let parsed = parse(head);
    let request = RequestView::new(head, &parsed);
    let mut scratch = Scratch::default();
    let input = input();
    let decision = decide(&world, &input, request, &mut scratch, &mut NoRecorder);
    let mut out = Vec::new();
    let head = UpstreamHead {
        request,
        input: &input,
        route: decision.route.unwrap(),
        rewritten: false,
        scratch: &scratch,
        body: Body::None,
        client: decision.client,
        settings: &GlobalSettings {
            generate_request_id: false,
            ..GlobalSettings::default()
        },
    };
    write_upstream_head(&mut out, &head);
    let sent = String::from_utf8(out).unwrap();
    assert!(!sent.contains("X-Request-ID"), "{sent}");
}
