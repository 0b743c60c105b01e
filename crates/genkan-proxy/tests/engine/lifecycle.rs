//! Starting, changing, draining; and clients that come and go.

use std::{net::TcpListener, sync::Arc, time::Duration};

use genkan_proxy::{
    ListenOn, Proxy, ProxyOptions, SPILL_BYTES_MAX, StartError,
    record::{Observers, Unobserved},
};
use genkan_route::decision::Scheme;

use super::support::{Backend, Client, World, ok, start};

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn a_port_in_use_is_told() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    // Another one of us: it shares its port among its own workers, and with nobody else.
    let other = start(&World::new(&[]));
    for address in [holder.local_addr().unwrap(), other.address] {
        let options = ProxyOptions {
            workers: 1,
            listeners: vec![ListenOn {
                address,
                scheme: Scheme::Http,
            }],
            observers: Arc::new(|_| Observers {
                log: Box::new(Unobserved),
                meter: Box::new(Unobserved),
            }),
            captures: Default::default(),
            spill_bytes_max: SPILL_BYTES_MAX,
            refusals: Arc::new(|_| {}),
        };
        match Proxy::start(&options, World::new(&[]).snapshot()) {
            Err(StartError::PortInUse { address: named }) => assert_eq!(named, address),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_published_snapshot_is_live_on_idle_workers_too() {
    let (old, new) = (Backend::saying("old"), Backend::saying("new"));
    let mut world = World::new(&[old.address]);
    world.workers = 3;
    let proxy = start(&world);
    let mut kept: Vec<Client> = (0..12).map(|_| Client::connect(proxy.address)).collect();
    assert!(
        kept.iter_mut()
            .all(|client| client.get("/").text() == "old")
    );
    world.generation = 2;
    world.backends = vec![new.address];
    let live = proxy.proxy.publish(world.snapshot());
    assert!(live.wait(PATIENCE));
    assert_eq!(live.generation(), 2);
    assert!(
        kept.iter_mut()
            .all(|client| client.get("/").text() == "new")
    );
    assert_eq!(Client::connect(proxy.address).get("/").text(), "new");
}

#[test]
fn new_connections_are_shared_among_workers() {
    let backend = Backend::saying("hello");
    let mut world = World::new(&[backend.address]);
    world.workers = 2;
    let proxy = start(&world);
    let mut clients: Vec<Client> = (0..40).map(|_| Client::connect(proxy.address)).collect();
    assert!(
        clients
            .iter_mut()
            .all(|client| client.get("/").text() == "hello")
    );
    let totals = proxy.proxy.totals();
    assert_eq!((totals.accepted, totals.handled), (40, 40));
}

#[test]
fn a_drain_finishes_what_was_begun() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::new(move |_| {
        wait.lock().unwrap().recv().unwrap();
        ok("late")
    });
    let proxy = start(&World::new(&[backend.address]));
    let mut idle = Client::connect(proxy.address);
    go.send(()).unwrap();
    assert_eq!(idle.get("/").text(), "late");
    let mut busy = Client::connect(proxy.address);
    busy.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
    backend.wait(2);
    proxy.proxy.begin_drain();
    assert!(idle.is_ended());
    go.send(()).unwrap();
    let response = busy.receive();
    assert_eq!(
        (response.text().as_str(), response.field("connection")),
        ("late", Some("close"))
    );
    assert!(busy.is_ended());
    assert!(proxy.proxy.drain(PATIENCE));
    assert!(std::net::TcpStream::connect(proxy.address).is_err());
}

#[test]
fn the_health_path_answers_for_hosts_nobody_has() {
    let proxy = start(&World::new(&[]));
    let mut client = Client::connect(proxy.address);
    let response = client
        .send("GET /healthz HTTP/1.1\r\nHost: nobody.test\r\n\r\n")
        .receive();
    assert_eq!((response.status, response.text().as_str()), (200, ""));
    let response = client
        .send("GET / HTTP/1.1\r\nHost: nobody.test\r\n\r\n")
        .receive();
    assert_eq!(response.status, 404);
}

#[test]
fn a_client_that_leaves_while_it_waits_is_logged_499() {
    let backend = Backend::new(|request| {
        if request.line.contains("slow") {
            super::support::pause(Duration::from_secs(5));
        }
        ok("done")
    });
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    client.send("GET /slow HTTP/1.1\r\nHost: app.test\r\n\r\n");
    backend.wait(1);
    drop(client);
    let record = &proxy.log(1)[0];
    assert_eq!(
        (record.status, record.attempts.as_slice()),
        (499, [(backend.address, 0)].as_slice())
    );
    assert_eq!(record.code, Some("GK0360"));
    assert_eq!(Client::connect(proxy.address).get("/").text(), "done");
}

#[test]
fn idle_and_slow_clients_are_let_go() {
    let backend = Backend::saying("hello");
    let mut world = World::new(&[backend.address]);
    world.global.keep_alive = Duration::from_millis(100);
    world.global.header_timeout = Duration::from_millis(100);
    let proxy = start(&world);
    let mut silent = Client::connect(proxy.address);
    assert!(silent.is_ended());
    let mut idle = Client::connect(proxy.address);
    assert_eq!(idle.get("/").text(), "hello");
    assert!(idle.is_ended());
    let mut slow = Client::connect(proxy.address);
    assert_eq!(
        slow.send("GET / HTTP/1.1\r\nHost: ap").receive().status,
        408
    );
    assert!(slow.is_ended());
}

#[test]
fn keep_alive_requests_bounds_a_connection() {
    let backend = Backend::saying("hello");
    let mut world = World::new(&[backend.address]);
    world.global.keep_alive_requests = 3;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.get("/").field("connection"), Some("keep-alive"));
    assert_eq!(client.get("/").field("connection"), Some("keep-alive"));
    assert_eq!(client.get("/").field("connection"), Some("close"));
    assert!(client.is_ended());
}

#[test]
fn pools_obey_their_limits() {
    let backend = Backend::saying("hello");
    let mut world = World::new(&[backend.address]);
    world.global.upstream_keepalive_requests = 2;
    let connections = |world: &World| {
        let proxy = start(world);
        let mut client = Client::connect(proxy.address);
        for _ in 0..6 {
            assert_eq!(client.get("/").text(), "hello");
        }
        proxy.proxy.totals().connects
    };
    assert_eq!(connections(&world), 3);
    world.global.upstream_keepalive_connections = 0;
    assert_eq!(connections(&world), 6);
}
