//! `default-backend` and `custom-http-errors`: who answers in the place of whom.

use std::sync::Arc;

use super::world::{get, host, input, route, verdict, world};
use crate::{
    decision::BodyLength,
    endpoint::GroupKey,
    error_page::ErrorPages,
    policy::RoutePolicy,
    route::{Mode::NginxCompatible, PathType::Prefix, RouteSpec},
    settings::RouteSettings,
    snapshot::Snapshot,
};

/// A route with these statuses of its own and this default backend.
fn with(service: &str, statuses: &[u16], default_backend: Option<&str>) -> RouteSpec {
    let mut route = route(NginxCompatible, "/", Prefix, service);
    route.settings = Arc::new(RouteSettings {
        body_size_max: Some(10),
        error_pages: (!statuses.is_empty()).then(|| pages(statuses, true)),
        ..RouteSettings::default()
    });
    let group = |service: &str| GroupKey {
        namespace: "ns".into(),
        service: service.into(),
        port: "80".into(),
    };
    route.policy = Arc::new(RoutePolicy {
        default_backend: default_backend.map(group),
        ..RoutePolicy::default()
    });
    route
}

fn pages(statuses: &[u16], own: bool) -> Arc<ErrorPages> {
    Arc::new(ErrorPages {
        statuses: statuses.into(),
        intercepts: true,
        own,
    })
}

fn only(route: RouteSpec) -> Snapshot {
    world(vec![host("a.test", NginxCompatible, vec![route])])
}

#[test]
fn a_default_backend_takes_what_has_no_endpoints() {
    // the recordings `errors-default-backend` and `errors-custom-bad-backend`
    for (service, default_backend, expected) in [
        ("no-endpoint", Some("fallback"), "fallback /x?y"),
        ("no-service", Some("fallback"), "fallback /x?y"),
        ("no-endpoint", Some("no-service"), "503 NoEndpoint"),
        ("no-endpoint", None, "503 NoEndpoint"),
        ("own", Some("fallback"), "own /x?y"),
    ] {
        let world = only(with(service, &[], default_backend));
        assert_eq!(get(&world, "a.test", "/x?y"), expected, "{service}");
    }
}

#[test]
fn listed_errors_of_the_proxy_are_answered_by_the_error_backend() {
    let too_large = |world: &Snapshot| {
        let mut input = input();
        input.body = BodyLength::Known(11);
        let head = "POST /x?y HTTP/1.1\r\nHost: a.test\r\nContent-Length: 11\r\n\r\n";
        verdict(world, &input, head)
    };
    let world = only(with("own", &[413], Some("fallback")));
    assert_eq!(too_large(&world), "fallback /x?y");
    let world = only(with("own", &[413], None));
    assert_eq!(too_large(&world), "404 NoErrorBackend");
    let world = only(with("own", &[404], Some("fallback")));
    assert_eq!(too_large(&world), "413 BodyTooLarge");
    // closed routes are no errors of the location
    let world = only(with("own", &[503], Some("fallback")).closed());
    assert_eq!(get(&world, "a.test", "/"), "503 Closed");
    // the path of an error without endpoints is taken by the default backend before
    let world = only(with("no-endpoint", &[503], None));
    assert_eq!(get(&world, "a.test", "/"), "404 NoErrorBackend");
}

#[test]
fn a_global_list_with_404_and_nobody_to_ask_is_a_loop() {
    // the recordings `settings-custom-http-errors` and `settings-custom-http-errors-no404`
    for (statuses, unknown, gone) in [
        (&[404, 503][..], "500 ErrorPageLoop", "500 ErrorPageLoop"),
        (&[503][..], "404 NoHost", "404 NoErrorBackend"),
        (&[502][..], "404 NoHost", "503 NoEndpoint"),
    ] {
        let mut gone_route = with("no-endpoint", &[], None);
        gone_route.settings = Arc::new(RouteSettings {
            error_pages: Some(pages(statuses, false)),
            ..RouteSettings::default()
        });
        let mut world = only(gone_route);
        let settings = Arc::make_mut(&mut world.settings);
        settings.error_pages = Some(pages(statuses, false));
        assert_eq!(get(&world, "b.test", "/"), unknown, "{statuses:?}");
        assert_eq!(get(&world, "a.test", "/"), gone, "{statuses:?}");
    }
}
