//! What is left of an exchange: its record and its capture.

use genkan_proxy::capture::CaptureQuery;

use super::support::{Backend, Client, World, start};

#[test]
fn failed_exchanges_can_be_explained_afterwards() {
    let backend = Backend::new(|request| {
        if request.line.starts_with("DELETE") {
            b"HTTP/1.1 405 Not Allowed\r\nAllow: GET, POST\r\nContent-Length: 0\r\n\r\n".to_vec()
        } else {
            super::support::ok("fine")
        }
    });
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.get("/").status, 200);
    let response = client
        .send("DELETE /todos/1 HTTP/1.1\r\nHost: app.test\r\nX-Request-ID: my-own\r\n\r\n")
        .receive();
    assert_eq!(response.status, 405);
    for id in [None, Some(b"my-own".to_vec())] {
        let found = proxy.proxy.captures(&CaptureQuery { id, count_max: 10 });
        assert_eq!(found.len(), 1);
        let captured = &found[0];
        assert_eq!((captured.status, captured.maker.as_str()), (405, "backend"));
        assert_eq!(captured.allow.as_deref(), Some(b"GET, POST".as_slice()));
        assert_eq!(captured.explanation.target, b"/todos/1");
        assert_eq!(captured.explanation.generation, 1);
        assert_eq!(captured.attempts[0].address, backend.address);
        let own = Some(captured.request_id.0.to_vec());
        assert_eq!(
            proxy
                .proxy
                .captures(&CaptureQuery {
                    id: own,
                    count_max: 10
                })
                .len(),
            1
        );
    }
}

#[test]
fn captures_are_bounded_by_route_and_second() {
    let proxy = start(&World::new(&[]));
    let mut client = Client::connect(proxy.address);
    for _ in 0..40 {
        assert_eq!(client.get("/").status, 503);
    }
    let totals = proxy.proxy.totals();
    assert_eq!(totals.captured + totals.captures_dropped, 40);
    assert!(totals.captures_dropped >= 10, "{totals:?}");
}

#[test]
fn lengths_are_counted_as_nginx_counts_them() {
    let backend = Backend::saying("hello");
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    let head = "POST /x?y HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\n";
    let response = client.send(format!("{head}abc")).receive();
    let record = &proxy.log(1)[0];
    assert_eq!(record.line, "POST /x?y HTTP/1.1");
    assert_eq!(record.request_length, head.len() as u64 + 3);
    assert_eq!(record.bytes_sent, response.head.len() as u64 + 5);
    assert_eq!(record.body_bytes_sent, 5);
}

#[test]
fn own_answers_say_who_and_why() {
    let proxy = start(&World::new(&[]));
    let mut client = Client::connect(proxy.address);
    let response = client.get("/");
    assert_eq!(response.status, 503);
    assert_eq!(
        response.field("proxy-status"),
        Some("genkan; error=destination_unavailable; details=\"GK0305\"")
    );
    assert_eq!(response.field("x-request-id").map(str::len), Some(32));
    assert_eq!(
        (proxy.log(1)[0].maker, proxy.log(1)[0].code),
        ("proxy", Some("GK0305"))
    );
    for forbidden in ["demo", "app-", "Ingress", "127.0.0.1"] {
        assert!(!response.text().contains(forbidden), "{forbidden}");
    }
}
