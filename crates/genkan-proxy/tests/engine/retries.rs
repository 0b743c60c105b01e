//! `proxy-next-upstream` and the race with a backend that closes.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use super::support::{Backend, Client, World, ok, start};

/// An address where nobody listens.
fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

fn request(method: &str) -> String {
    format!("{method} / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\n\r\nx")
}

#[test]
fn refused_connections_are_retried_for_every_method() {
    let backend = Backend::saying("hello");
    let proxy = start(&World::new(&[nobody(), backend.address]));
    let mut client = Client::connect(proxy.address);
    for method in ["GET", "POST", "PATCH", "DELETE"] {
        for _ in 0..4 {
            assert_eq!(
                client.send(request(method)).receive().text(),
                "hello",
                "{method}"
            );
        }
    }
    let retried = proxy
        .log(16)
        .iter()
        .filter(|record| record.attempts.len() == 2)
        .count();
    // Every try takes a turn, as in ingress-nginx: once a request began at the dead one, all do.
    assert!(retried >= 15, "{retried}");
}

/// Requests that take turns between the tries of another one must not lead it back to the dead endpoint.
#[test]
fn another_try_meets_another_endpoint() {
    let backend = Backend::saying("hello");
    let world = World::new(&[nobody(), nobody(), backend.address]);
    let proxy = start(&world);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut client = Client::connect(proxy.address);
                for _ in 0..20 {
                    assert_eq!(client.send(request("PATCH")).receive().text(), "hello");
                }
            });
        }
    });
}

#[test]
fn a_single_dead_endpoint_is_tried_three_times() {
    let dead = nobody();
    let proxy = start(&World::new(&[dead]));
    let mut client = Client::connect(proxy.address);
    let response = client.get("/");
    assert_eq!(response.status, 502);
    assert_eq!(proxy.log(1)[0].attempts, [(dead, 502); 3]);
    assert_eq!(proxy.log(1)[0].code, Some("GK0350"));
}

#[test]
fn what_was_sent_is_repeated_only_where_that_is_harmless() {
    // (method, setting, tries as recorded from ingress-nginx in retries-close)
    for (method, non_idempotent, tries) in [
        ("GET", false, 3),
        ("HEAD", false, 3),
        ("PUT", false, 3),
        ("DELETE", false, 3),
        ("OPTIONS", false, 3),
        ("PURGE", false, 3),
        ("POST", false, 1),
        ("PATCH", false, 1),
        ("LOCK", false, 1),
        ("POST", true, 3),
    ] {
        let backend = Backend::new(|_| Vec::new());
        let mut world = World::new(&[backend.address]);
        world.route.retry.non_idempotent = non_idempotent;
        let proxy = start(&world);
        let mut client = Client::connect(proxy.address);
        let response = client.send(request(method)).receive_to(method);
        assert_eq!(response.status, 502, "{method}");
        assert_eq!(
            backend.wait(tries).len(),
            tries,
            "{method} {non_idempotent}"
        );
        assert_eq!(
            proxy.log(1)[0].attempts.len(),
            tries,
            "{method} {non_idempotent}"
        );
    }
}

#[test]
fn statuses_count_as_failures_when_they_are_listed() {
    let backend = Backend::new(|_| b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy".to_vec());
    let mut world = World::new(&[backend.address]);
    let response = |world: &World| {
        let proxy = start(world);
        let response = Client::connect(proxy.address).get("/");
        let attempts = proxy.log(1)[0].attempts.len();
        (response.status, response.text(), attempts)
    };
    assert_eq!(response(&world), (503, "busy".to_owned(), 1));
    world.route.retry.statuses = vec![503];
    // The last try's response is the client's.
    assert_eq!(response(&world), (503, "busy".to_owned(), 3));
    world.route.retry.tries = 2;
    assert_eq!(response(&world), (503, "busy".to_owned(), 2));
}

#[test]
fn tries_end_with_their_number_their_time_or_off() {
    let backend = Backend::new(|_| {
        super::support::pause(Duration::from_millis(150));
        Vec::new()
    });
    for (tries, timeout, on_error, expected) in [
        (1, Duration::ZERO, true, 1),
        (2, Duration::ZERO, true, 2),
        (3, Duration::ZERO, false, 1),
        (0, Duration::from_millis(200), true, 2),
    ] {
        let mut world = World::new(&[backend.address]);
        world.route.retry.tries = tries;
        world.route.retry.timeout = timeout;
        world.route.retry.on_error = on_error;
        let proxy = start(&world);
        assert_eq!(Client::connect(proxy.address).get("/").status, 502);
        assert_eq!(
            proxy.log(1)[0].attempts.len(),
            expected,
            "{tries} {timeout:?} {on_error}"
        );
    }
}

#[test]
fn silence_is_a_timeout() {
    let backend = Backend::raw(|_, _stream| super::support::pause(Duration::from_secs(30)));
    let mut world = World::new(&[backend.address]);
    world.route.read_timeout = Duration::from_millis(50);
    let proxy = start(&world);
    let response = Client::connect(proxy.address).get("/");
    assert_eq!(response.status, 504);
    assert_eq!(proxy.log(1)[0].attempts, [(backend.address, 504); 3]);
    assert_eq!(proxy.log(1)[0].code, Some("GK0357"));
}

#[test]
fn a_closed_pooled_connection_is_never_the_clients_problem() {
    // Each connection answers once and is closed without a word about it.
    let backend = Backend::raw(|_, stream| {
        use std::io::{BufReader, Write};
        let mut writer = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        if super::support::read_request(&mut reader, 0).is_some() {
            writer.write_all(&ok("hello")).unwrap();
        }
    });
    let mut world = World::new(&[backend.address]);
    world.route.retry.tries = 1;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    for _ in 0..50 {
        assert_eq!(client.get("/").text(), "hello");
    }
}

#[test]
fn endpoints_take_turns() {
    let backends = [
        Backend::saying("a"),
        Backend::saying("b"),
        Backend::saying("c"),
    ];
    let proxy = start(&World::new(
        &backends.each_ref().map(|backend| backend.address),
    ));
    let mut client = Client::connect(proxy.address);
    for _ in 0..30 {
        assert_eq!(client.get("/").status, 200);
    }
    assert!(backends.iter().all(|backend| backend.seen().len() == 10));
}
