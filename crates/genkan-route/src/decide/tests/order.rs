//! The order of answers: ingress-nginx.md 0.2 as observed.

use super::world::{check, host, input, route, verdict, world};
use crate::{
    decision::BodyLength,
    route::{
        Mode::NginxCompatible,
        PathType::{ImplementationSpecific, Prefix},
        RouteSpec,
    },
};

/// A POST that announces 11 bytes, on a route that takes 10.
fn post(route: RouteSpec, target: &str) -> String {
    let mut spec = host("a.test", NginxCompatible, vec![route.body_max(10)]);
    spec.app_root = Some("/app".into());
    let mut input = input();
    input.body = BodyLength::Known(11);
    let head = format!("POST {target} HTTP/1.1\r\nHost: a.test\r\nContent-Length: 11\r\n\r\n");
    verdict(&world(vec![spec]), &input, &head)
}

#[test]
fn an_announced_body_is_refused_after_app_root_and_closed_and_before_all_else() {
    let plain = || route(NginxCompatible, "/d/", Prefix, "a");
    assert_eq!(post(plain(), "/"), "302 http://a.test/app");
    assert_eq!(post(plain().closed(), "/d/"), "503 Closed");
    assert_eq!(post(plain(), "/d"), "413 BodyTooLarge");
    assert_eq!(
        post(plain().redirected(301, "/x", "permanent-redirect"), "/d/"),
        "413 BodyTooLarge"
    );
    assert_eq!(
        post(route(NginxCompatible, "/d/", Prefix, "no-endpoint"), "/d/"),
        "413 BodyTooLarge"
    );
    assert_eq!(post(plain().nowhere(), "/d/"), "413 BodyTooLarge");
}

#[test]
fn a_chunked_body_is_refused_only_when_it_is_read() {
    let route = route(NginxCompatible, "/d/", Prefix, "a").body_max(10);
    let world = world(vec![host("a.test", NginxCompatible, vec![route])]);
    let mut input = input();
    input.body = BodyLength::Unknown;
    let head = "POST /d HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(verdict(&world, &input, head), "301 http://a.test/d/");
}

#[test]
fn closed_goes_before_redirects() {
    let route = route(NginxCompatible, "/", Prefix, "a")
        .redirected(301, "/x", "permanent-redirect")
        .closed();
    check(
        &world(vec![host("a.test", NginxCompatible, vec![route])]),
        "a.test",
        &[("/y", "503 Closed")],
    );
}

#[test]
fn redirects_and_rewrites_go_before_missing_endpoints() {
    let redirect = route(NginxCompatible, "/r", Prefix, "no-endpoint").redirected(
        301,
        "x",
        "permanent-redirect",
    );
    let routes = vec![
        redirect,
        route(NginxCompatible, "/n", Prefix, "no-endpoint"),
    ];
    check(
        &world(vec![host("a.test", NginxCompatible, routes)]),
        "a.test",
        &[("/r", "301 x"), ("/n", "503 NoEndpoint")],
    );
    let empty = route(
        NginxCompatible,
        "/e/(.*)",
        ImplementationSpecific,
        "no-endpoint",
    )
    .pattern()
    .rewritten("$1");
    check(
        &world(vec![host("a.test", NginxCompatible, vec![empty])]),
        "a.test",
        &[("/e/", "500 EmptyRewrite"), ("/e/x", "503 NoEndpoint")],
    );
}

/// 2.5.
#[test]
fn missing_backends_say_what_is_missing() {
    let routes = ["no-service", "no-port", "no-endpoint", "no-name"]
        .map(|service| route(NginxCompatible, &format!("/{service}"), Prefix, service));
    let mut routes = routes.to_vec();
    routes.push(route(NginxCompatible, "/", Prefix, "a").nowhere());
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    let rows = [
        ("/no-service", "503 NoService"),
        ("/no-port", "503 NoPort"),
        ("/no-endpoint", "503 NoEndpoint"),
        ("/no-name", "503 ExternalName"),
        ("/x", "404 NoDefaultBackend"),
    ];
    check(&world, "a.test", &rows);
}

/// The original's own locations have limits too: the global one where its default backend answers, nginx's
/// 1 MiB on the health path.
#[test]
fn an_announced_body_is_refused_where_no_route_takes_it() {
    let mut world = world(vec![host(
        "_",
        NginxCompatible,
        vec![route(NginxCompatible, "/x", Prefix, "a")],
    )]);
    std::sync::Arc::make_mut(&mut world.settings).body_size_max = Some(10);
    for (path, length, expected) in [
        ("/y", 10, "404 NoHost"),
        ("/y", 11, "413 BodyTooLarge"),
        ("/healthz", 11, "health"),
        ("/healthz", 1_048_576, "health"),
        ("/healthz", 1_048_577, "413 BodyTooLarge"),
        ("/nginx_status", 1_048_577, "413 BodyTooLarge"),
    ] {
        let mut input = input();
        input.body = BodyLength::Known(length);
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: b.test\r\nContent-Length: {length}\r\n\r\n");
        assert_eq!(verdict(&world, &input, &head), expected, "{path} {length}");
    }
}
