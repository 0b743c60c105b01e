//! Persistent connections on both sides.

use super::support::{Backend, Client, World, start};

#[test]
fn a_get_reaches_the_backend_and_comes_back() {
    let backend = Backend::saying("hello");
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    let response = client.get("/a?b");
    assert_eq!((response.status, response.text().as_str()), (200, "hello"));
    let seen = backend.seen();
    assert_eq!(seen[0].line, "GET /a?b HTTP/1.1");
    assert_eq!(seen[0].field("host"), Some("app.test"));
}

#[test]
fn both_connections_carry_many_requests() {
    let backend = Backend::saying("hello");
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    for _ in 0..50 {
        assert_eq!(client.get("/").text(), "hello");
    }
    assert!(backend.seen().iter().all(|request| request.connection == 0));
    let log = proxy.log(50);
    assert_eq!(log[0].reused, [false]);
    assert!(log[1..].iter().all(|record| record.reused == [true]));
    assert_eq!(log[0].attempts, [(backend.address, 200)]);
    assert_eq!((log[0].body_bytes_sent, log[0].maker), (5, "backend"));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let backend = Backend::new(|request| {
        let text = request.line.clone();
        super::support::ok(&text)
    });
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    let mut all = String::new();
    for number in 0..20 {
        all.push_str(&format!("GET /{number} HTTP/1.1\r\nHost: app.test\r\n\r\n"));
    }
    client.send(all);
    for number in 0..20 {
        assert_eq!(client.receive().text(), format!("GET /{number} HTTP/1.1"));
    }
}
