//! Responses in every shape a backend may send.

use super::support::{Backend, Client, World, ok, pattern, start};

/// What a client gets when a backend answers with these bytes and closes.
fn relayed(request: &str, answer: &'static [u8]) -> (Vec<u8>, u16) {
    let backend = Backend::raw(move |_, mut stream| {
        use std::io::{Read, Write};
        let mut bytes = Vec::new();
        let mut one = [0];
        while !bytes.ends_with(b"\r\n\r\n") && stream.read_exact(&mut one).is_ok() {
            bytes.push(one[0]);
        }
        let _ = stream.write_all(answer);
    });
    let mut world = World::new(&[backend.address]);
    world.route.retry.tries = 1;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    client.send(request);
    let bytes = client.rest();
    let status = proxy.log(1)[0].status;
    (bytes, status)
}

const GET: &str = "GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n";
const HEAD: &str = "HEAD / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n";
const GET_10: &str = "GET / HTTP/1.0\r\nHost: app.test\r\n\r\n";

#[test]
fn bodies_keep_their_bytes_and_find_their_end() {
    for (request, answer, body) in [
        (
            GET,
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "hello",
        ),
        (GET, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        (
            GET,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nX-T: 1\r\n\r\n",
            "2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nX-T: 1\r\n\r\n",
        ),
        (
            GET,
            "HTTP/1.1 200 OK\r\n\r\nhello",
            "5\r\nhello\r\n0\r\n\r\n",
        ),
        (
            GET,
            "HTTP/1.0 200 OK\r\n\r\nhello",
            "5\r\nhello\r\n0\r\n\r\n",
        ),
        (
            GET,
            "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "hello",
        ),
        (GET, "HTTP/1.1 204 No Content\r\n\r\n", ""),
        (
            GET,
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
            "",
        ),
        (
            GET,
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
            "hello",
        ),
        (HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", ""),
        (
            HEAD,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "",
        ),
        (
            GET_10,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
            "hello",
        ),
        (GET_10, "HTTP/1.1 200 OK\r\n\r\nhello", "hello"),
        (
            GET_10,
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "hello",
        ),
    ] {
        let (bytes, status) = relayed(request, answer.as_bytes());
        let text = String::from_utf8(bytes).unwrap();
        let (head, rest) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("{answer}: {text}"));
        assert_eq!(rest, body, "{request} {answer}");
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}: {head}"
        );
        let chunked = head.contains("Transfer-Encoding: chunked");
        assert_eq!(
            chunked,
            request == GET && body.ends_with("\r\n\r\n"),
            "{answer}: {head}"
        );
    }
}

#[test]
fn a_length_without_a_body_is_passed_on() {
    for (request, answer) in [
        (HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        (
            GET,
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        ),
    ] {
        let (bytes, _) = relayed(request, answer.as_bytes());
        assert!(
            String::from_utf8(bytes)
                .unwrap()
                .contains("Content-Length: 5\r\n")
        );
    }
}

#[test]
fn what_is_no_response_becomes_502() {
    for (answer, code) in [
        ("", "GK0356"),
        ("HTTP/1.1 200 OK\r\n", "GK0356"),
        ("hello\r\n\r\n", "GK0358"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
            "GK0358",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GK0358",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "GK0358",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
            "GK0358",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
            "GK0358",
        ),
    ] {
        let (bytes, status) = relayed(GET, answer.as_bytes());
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(status, 502, "{answer}");
        assert!(
            text.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
            "{answer}: {text}"
        );
        assert!(
            text.contains(&format!("details=\"{code}\"")),
            "{answer}: {text}"
        );
    }
}

#[test]
fn a_head_over_the_limit_becomes_502() {
    let answer: &'static [u8] = Box::leak(
        format!(
            "HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 0\r\n\r\n",
            "a".repeat(5000)
        )
        .into_bytes()
        .into_boxed_slice(),
    );
    let (bytes, status) = relayed(GET, answer);
    assert_eq!(status, 502);
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains("details=\"GK0355\"")
    );
}

#[test]
fn a_truncated_body_is_not_passed_off_as_whole() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ] {
        let (bytes, _) = relayed(GET, answer.as_bytes());
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        assert!(
            !text.ends_with("0\r\n\r\n") && !text.ends_with("hello"),
            "{text}"
        );
    }
}

#[test]
fn a_body_that_is_broken_from_the_start_becomes_502() {
    let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nbroken\r\n";
    let (bytes, status) = relayed(GET, answer);
    assert_eq!(status, 502);
    assert!(bytes.starts_with(b"HTTP/1.1 502 Bad Gateway\r\n"));
}

#[test]
fn interim_responses_go_to_clients_that_know_them() {
    let answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n\
                   HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    let (bytes, status) = relayed(GET, answer);
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.starts_with("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\n"),
        "{text}"
    );
    assert_eq!(status, 200);
    let (bytes, _) = relayed(GET_10, answer);
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .starts_with("HTTP/1.1 200 OK\r\n")
    );
}

#[test]
fn interim_responses_have_a_limit() {
    for (count, expected) in [(100, 200), (101, 502)] {
        let backend = Backend::new(move |_| {
            let interim = "HTTP/1.1 102 Processing\r\n\r\n".repeat(count);
            [interim.as_bytes(), &ok("done")].concat()
        });
        let proxy = start(&World::new(&[backend.address]));
        let mut client = Client::connect(proxy.address);
        client.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
        let interim = (0..)
            .map(|_| client.receive())
            .take_while(|response| response.status == 102);
        assert_eq!(interim.count(), 100);
        let record = &proxy.log(1)[0];
        assert_eq!(record.status, expected);
        assert_eq!(
            proxy.proxy.totals().interim_floods,
            u64::from(expected == 502)
        );
    }
}

#[test]
fn large_bodies_come_through_in_every_shape() {
    let body = pattern(5_000_000);
    for shape in ["length", "chunked", "close"] {
        let sent = body.clone();
        let answer = move |_: &super::support::Request| {
            let mut answer = b"HTTP/1.1 200 OK\r\n".to_vec();
            match shape {
                "length" => {
                    answer.extend_from_slice(
                        format!("Content-Length: {}\r\n\r\n", sent.len()).as_bytes(),
                    );
                    answer.extend_from_slice(&sent);
                }
                "chunked" => {
                    answer.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
                    answer.extend_from_slice(&super::support::chunks(&sent, 7000));
                }
                _ => {
                    answer.extend_from_slice(b"Connection: close\r\n\r\n");
                    answer.extend_from_slice(&sent);
                }
            }
            answer
        };
        let backend = if shape == "close" {
            Backend::closing(answer)
        } else {
            Backend::new(answer)
        };
        let proxy = start(&World::new(&[backend.address]));
        let mut client = Client::connect(proxy.address);
        for _ in 0..2 {
            let response = client.get("/");
            assert!(
                response.body == body,
                "{shape}: {} bytes",
                response.body.len()
            );
        }
        let log = proxy.log(2);
        assert!(
            log[0].bytes_sent > 5_000_000 && log[0].body_bytes_sent >= 5_000_000,
            "{log:?}"
        );
    }
}

#[test]
fn http_10_clients_may_ask_to_keep_the_connection() {
    let backend = Backend::saying("hello");
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    for _ in 0..3 {
        let response = client
            .send("GET / HTTP/1.0\r\nHost: app.test\r\nConnection: keep-alive\r\n\r\n")
            .receive();
        assert_eq!(response.text(), "hello");
        assert_eq!(response.field("connection"), Some("keep-alive"));
    }
    let response = client
        .send("GET / HTTP/1.0\r\nHost: app.test\r\n\r\n")
        .receive();
    assert_eq!(response.field("connection"), Some("close"));
    assert!(client.is_ended());
}

#[test]
fn errors_of_backends_carry_the_id_to_ask_about() {
    let backend = Backend::new(|_| {
        b"HTTP/1.1 405 Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n".to_vec()
    });
    let proxy = start(&World::new(&[backend.address]));
    let mut client = Client::connect(proxy.address);
    let response = client.get("/");
    let id = response.field("x-request-id").unwrap().to_owned();
    assert_eq!(id.len(), 32);
    assert_eq!(backend.seen()[0].field("x-request-id"), Some(id.as_str()));
    let response = client
        .send("GET / HTTP/1.1\r\nHost: app.test\r\nX-Request-ID: mine\r\n\r\n")
        .receive();
    assert_eq!(response.field("x-request-id"), Some("mine"));
}
