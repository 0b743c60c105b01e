//! Listeners that come, change and go while connections live.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use genkan_proxy::{ListenOn, StartError};
use genkan_route::decision::Scheme;

use super::support::{Backend, Client, Running, World, start};

const PATIENCE: Duration = Duration::from_secs(10);

fn on(address: SocketAddr) -> ListenOn {
    ListenOn {
        address,
        scheme: Scheme::Http,
    }
}

fn two_workers() -> (Running, Backend) {
    let backend = Backend::saying("fine");
    let mut world = World::new(&[backend.address]);
    world.workers = 2;
    (start(&world), backend)
}

/// Waits until nobody accepts there any more.
#[track_caller]
fn ends(address: SocketAddr) {
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "{address} still accepts");
        thread::yield_now();
    }
}

#[test]
fn a_removed_listener_takes_no_more_while_its_connections_go_on() {
    let (proxy, _backend) = two_workers();
    let mut kept: Vec<_> = (0..6).map(|_| Client::connect(proxy.address)).collect();
    assert!(kept.iter_mut().all(|client| client.get("/").status == 200));
    let free = on("127.0.0.1:0".parse().unwrap());
    let listeners = proxy.proxy.listen(&[on(proxy.address), free]).unwrap();
    let added = listeners[1].address;
    assert_eq!(listeners[0].address, proxy.address);
    assert_eq!(Client::connect(added).get("/").text(), "fine");
    assert_eq!(proxy.proxy.listen(&[on(added)]).unwrap(), [on(added)]);
    ends(proxy.address);
    assert_eq!(Client::connect(added).get("/").text(), "fine");
    assert!(
        kept.iter_mut()
            .all(|client| client.get("/again").status == 200)
    );
    // and back again
    proxy.proxy.listen(&[on(proxy.address)]).unwrap();
    assert_eq!(Client::connect(proxy.address).get("/").text(), "fine");
    ends(added);
}

#[test]
fn what_cannot_be_bound_changes_nothing() {
    let (proxy, _backend) = two_workers();
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap();
    let free = on("127.0.0.1:0".parse().unwrap());
    match proxy.proxy.listen(&[free, on(taken)]) {
        Err(StartError::PortInUse { address }) => assert_eq!(address, taken),
        other => panic!("{other:?}"),
    }
    assert_eq!(proxy.proxy.listeners(), [on(proxy.address)]);
    assert_eq!(Client::connect(proxy.address).get("/").text(), "fine");
}

/// From all addresses to IPv4 alone and back, again and again, under new connections.
#[test]
fn a_port_is_handed_over_without_a_refused_connection() {
    let (proxy, _backend) = two_workers();
    let port = proxy.address.port();
    let [both, v4] = [IpAddr::from([0u16; 8]), Ipv4Addr::UNSPECIFIED.into()]
        .map(|address| on((address, port).into()));
    proxy.proxy.listen(&[both]).unwrap();
    let (stopped, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let ask = || {
            let mut faults = Vec::new();
            while !stopped.load(SeqCst) {
                let mut client = Client::connect(proxy.address);
                let asked = client
                    .try_send("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
                let answer = String::from_utf8(client.rest()).unwrap();
                if asked && answer.ends_with("fine") {
                    answered.fetch_add(1, SeqCst);
                } else {
                    faults.push(answer);
                }
            }
            faults
        };
        let asking: Vec<_> = (0..3).map(|_| scope.spawn(ask)).collect();
        for round in 0..6 {
            let wanted = if round % 2 == 0 { v4 } else { both };
            assert_eq!(proxy.proxy.listen(&[wanted]).unwrap(), [wanted]);
            // long enough for the old one to end, and for connections meanwhile
            let until = Instant::now() + Duration::from_millis(800);
            let before = answered.load(SeqCst);
            while Instant::now() < until || answered.load(SeqCst) < before + 20 {
                thread::yield_now();
            }
        }
        stopped.store(true, SeqCst);
        let faults: Vec<_> = asking
            .into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect();
        assert!(faults.is_empty(), "{faults:?}");
    });
}
