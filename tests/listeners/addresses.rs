//! `bind-address`, `disable-ipv6`, and several ports and addresses.

use std::net::{Ipv6Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::Instant;

use genkan_tests::{Connection, DEADLINE, Gateway, fetch};

use super::{request, scene};

/// Waits until nobody accepts there any more.
#[track_caller]
fn ends(address: SocketAddr) {
    let deadline = Instant::now() + DEADLINE;
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "{address} still accepts");
        thread::yield_now();
    }
}

fn status(address: SocketAddr) -> u16 {
    fetch(address, &request()).status
}

#[test]
fn addresses_of_the_configmap_follow_it_live() {
    let mut scene = scene(&[], |launch| launch);
    let port = scene.gateway.http().port();
    let at = |ip: &str| SocketAddr::new(ip.parse().expect("an address"), port);
    let (one, two, six) = (at("127.0.0.1"), at("127.0.0.2"), at("::1"));
    assert_eq!([one, two, six].map(status), [200; 3]);
    let mut kept: Vec<_> = [one, two, six].map(Connection::open).into();
    let mut all_answer = || {
        for connection in &mut kept {
            let answer = connection.exchange(&request()).expect("it is still open");
            assert_eq!(answer.status, 200);
        }
    };
    all_answer();

    scene.set(&[("disable-ipv6", "true")]);
    ends(six);
    assert_eq!([one, two].map(status), [200; 2]);
    all_answer();

    scene.set(&[("bind-address", "127.0.0.2,::1")]);
    ends(one);
    assert_eq!([two, six].map(status), [200; 2]);
    all_answer();
    let said = scene
        .gateway
        .wait_for_message(&format!("no longer listening http 0.0.0.0:{port}"));
    assert!(!said.is_empty());

    // an address that this machine does not have: everything stays
    scene.set(&[("bind-address", "192.0.2.1")]);
    let _ = scene
        .gateway
        .wait_for_message("what was listened on before stays open");
    assert_eq!([two, six].map(status), [200; 2]);

    scene.set(&[]);
    assert_eq!([one, two, six].map(status), [200; 3]);
    all_answer();
}

#[test]
fn the_command_line_may_name_several_addresses_and_ports() {
    let scene = scene(&[("bind-address", "127.0.0.9")], |launch| {
        launch
            .args(["--address", "127.0.0.1", "--address", "::1"])
            .args(["--http-port", "0", "--https-port", "0"])
    });
    let http = listening(&scene.gateway, "http");
    let https = listening(&scene.gateway, "https");
    // two ports on each of two addresses
    assert_eq!((http.len(), https.len()), (4, 4));
    let of = |ipv6: bool| -> Vec<u16> {
        let mine = http.iter().filter(|address| address.is_ipv6() == ipv6);
        mine.map(SocketAddr::port).collect()
    };
    assert_eq!(of(true), of(false));
    assert!(http.iter().all(|address| status(*address) == 200));
    let other = SocketAddr::new([127, 0, 0, 9].into(), http[0].port());
    assert!(TcpStream::connect(other).is_err());
    let told = scene.backend.received();
    let last = told
        .last()
        .and_then(|received| received.header("x-real-ip"));
    assert_eq!(last, Some(Ipv6Addr::LOCALHOST.to_string().as_str()));
}

/// The listeners that were announced under a name.
fn listening(gateway: &Gateway, name: &str) -> Vec<SocketAddr> {
    let prefix = format!("listening {name} ");
    let lines = gateway.stderr().all();
    let addresses = lines
        .iter()
        .filter_map(|line| line.strip_prefix(&*prefix)?.parse().ok());
    addresses.collect()
}
