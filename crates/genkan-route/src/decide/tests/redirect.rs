//! Redirects: ingress-nginx.md 1.2 and 2.4 as observed.

use std::sync::Arc;

use super::world::{check, get, host, input, route, verdict, world};
use crate::{
    decision::Scheme,
    route::{Mode::NginxCompatible, PathType::Prefix},
    snapshot::Snapshot,
};

fn with(status: u16, target: &str, annotation: &'static str) -> Snapshot {
    let route = route(NginxCompatible, "/", Prefix, "a").redirected(status, target, annotation);
    world(vec![host("a.test", NginxCompatible, vec![route])])
}

#[test]
fn values_are_sent_as_written_but_paths_get_scheme_and_host() {
    for (value, location) in [
        ("https://x.test", "https://x.test"),
        ("/there", "http://a.test/there"),
        ("//x/y", "http://a.test//x/y"),
        ("elsewhere", "elsewhere"),
    ] {
        let world = with(301, value, "permanent-redirect");
        assert_eq!(
            get(&world, "A.Test:8080", "/any?q=1"),
            format!("301 {location}"),
            "{value}"
        );
    }
}

#[test]
fn statuses_without_location_show_the_value_itself() {
    for status in [300, 304, 305, 306] {
        let world = with(status, "/there", "permanent-redirect");
        assert_eq!(get(&world, "a.test", "/"), format!("{status} /there"));
    }
    for status in [302, 303, 307, 308] {
        let world = with(status, "/there", "temporal-redirect");
        assert_eq!(
            get(&world, "a.test", "/"),
            format!("{status} http://a.test/there")
        );
    }
}

#[test]
fn the_slash_redirect_has_the_lower_cased_host_the_scheme_of_the_connection_and_no_port() {
    let route = route(NginxCompatible, "/d r/", Prefix, "a");
    let world = world(vec![host("a.test", NginxCompatible, vec![route])]);
    let mut input = input();
    input.scheme = Scheme::Https;
    let head = "GET /d%20r?a=%20 HTTP/1.1\r\nHost: A.TEST:8443\r\nX-Forwarded-Proto: http\r\n\r\n";
    assert_eq!(
        verdict(&world, &input, head),
        "301 https://a.test/d%20r/?a=%20"
    );
}

#[test]
fn without_a_host_the_redirect_to_https_names_the_server() {
    let mut spec = route(NginxCompatible, "/", Prefix, "a");
    let settings = Arc::make_mut(&mut spec.settings);
    settings.force_ssl_redirect = true;
    let world = world(vec![host("_", NginxCompatible, vec![spec])]);
    let head = "GET /x?y HTTP/1.0\r\n\r\n";
    assert_eq!(verdict(&world, &input(), head), "308 https://_/x?y");
}

#[test]
fn a_closed_location_does_not_redirect_to_its_slash() {
    let routes = vec![
        route(NginxCompatible, "/d/", Prefix, "d").closed(),
        route(NginxCompatible, "/", Prefix, "root"),
    ];
    let world = world(vec![host("a.test", NginxCompatible, routes)]);
    check(
        &world,
        "a.test",
        &[("/d", "root /d"), ("/d/", "503 Closed")],
    );
}

#[test]
fn app_root_echoes_host_and_port_and_drops_the_query() {
    let mut spec = host(
        "a.test",
        NginxCompatible,
        vec![route(NginxCompatible, "/", Prefix, "a")],
    );
    spec.app_root = Some("/app$uri$host".into());
    let world = world(vec![spec]);
    assert_eq!(
        get(&world, "A.test:8080", "/?q=1"),
        "302 http://A.test:8080/app/a.test"
    );
    assert_eq!(
        get(&world, "a.test", "/./x/.."),
        "302 http://a.test/app/a.test"
    );
    assert_eq!(get(&world, "a.test", "/x"), "a /x");
}
