//! The tools of the other tests, tested on each other: the raw client against
//! the echo backend, with no gateway between.

use std::io;

use genkan_tests::{
    BodyEnd, ClientError, Connection, EchoBackend, Folder, Random, RefusedAddress, Request,
    WebSocket, fetch, manifests,
};

#[test]
fn the_echo_backend_tells_and_keeps_what_it_received() {
    let backend = EchoBackend::start("a");
    let request = Request::post("/p%61th?q=1", "text/plain", "hello").header("X-One", "1");
    let response = fetch(backend.address(), &request);
    assert_eq!(
        (response.status, response.header("x-pod")),
        (200, Some("a"))
    );
    assert_eq!(response.body_end, BodyEnd::Length);
    let told = response.json();
    assert_eq!(told["target"], "/p%61th?q=1");
    // `printf hello | sha1sum`
    assert_eq!(told["sha1"], "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
    let received = backend.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body, b"hello");
    assert_eq!(received[0].header_values("x-one"), ["1"]);
}

#[test]
fn orders_change_the_answer() {
    let backend = EchoBackend::start("a");
    let request = Request::get("/").header("X-Echo", "status=404; header=Allow: GET; body=none");
    let response = fetch(backend.address(), &request);
    assert_eq!((response.status, response.text()), (404, "none".to_owned()));
    assert_eq!(response.header("allow"), Some("GET"));

    let request = Request::get("/").header(
        "X-Echo",
        "chunked=1; trailer=Sum: 7; body=abcdef; early=103",
    );
    let response = fetch(backend.address(), &request);
    assert_eq!(
        (response.body_end, response.text()),
        (BodyEnd::Chunked, "abcdef".to_owned())
    );
    assert_eq!(response.trailers, [("Sum".to_owned(), "7".to_owned())]);
    assert_eq!(response.interim, [103]);

    let mut connection = Connection::open(backend.address());
    let closed = connection.exchange(&Request::get("/").header("X-Echo", "close=1"));
    assert!(matches!(closed, Err(ClientError::Closed)), "{closed:?}");
}

#[test]
fn a_kept_connection_serves_pipelined_requests_in_order() {
    let backend = EchoBackend::start("a");
    let mut connection = Connection::open(backend.address());
    let mut bytes = Request::get("/1").bytes();
    bytes.extend(Request::new("HEAD", "/2").bytes());
    bytes.extend(Request::get("/3").header("X-Echo", "status=204").bytes());
    connection.send(&bytes).expect("the backend reads");
    assert_eq!(
        connection.read_response("GET").expect("first").json()["target"],
        "/1"
    );
    assert_eq!(
        connection.read_response("HEAD").expect("second").body_end,
        BodyEnd::Absent
    );
    assert_eq!(connection.read_response("GET").expect("third").status, 204);
    assert_eq!(backend.connections(), 1);
    assert!(backend.faults().is_empty(), "{:?}", backend.faults());
}

#[test]
fn what_is_not_http_is_a_fault() {
    let backend = EchoBackend::start("a");
    let mut connection = Connection::open(backend.address());
    connection
        .send(
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        )
        .expect("the backend reads");
    assert!(connection.is_closed_silently());
    assert_eq!(backend.faults(), ["connection 1: ambiguous framing"]);
}

#[test]
fn a_websocket_is_accepted_and_echoed() {
    let backend = EchoBackend::start("a");
    let mut socket = WebSocket::open(backend.address(), "localhost", "/ws").expect("a 101");
    for text in ["first", &"long ".repeat(1000)] {
        socket.send(text).expect("the backend reads");
        assert_eq!(socket.receive().expect("an echo"), text);
    }
}

#[test]
fn a_refused_address_refuses() {
    let refused = RefusedAddress::new();
    let fault = std::net::TcpStream::connect(refused.address()).expect_err("nobody listens");
    assert_eq!(fault.kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn a_volume_is_swapped_by_its_link() {
    let folder = Folder::new();
    folder.swap_volume(&[("a.yaml", "one")]);
    assert_eq!(folder.read("a.yaml"), "one");
    folder.swap_volume(&[("a.yaml", "two")]);
    assert_eq!(folder.read("a.yaml"), "two");
}

#[test]
fn a_seed_repeats_its_draws() {
    let draws = |seed| {
        let mut random = Random::from_seed(seed);
        (
            random.word(),
            random.below(10),
            *random.pick(&["a", "b", "c"]),
        )
    };
    assert_eq!(draws(7), draws(7));
    // The first number that the reference implementation of SplitMix64 gives for seed 0.
    assert_eq!(Random::from_seed(0).number(), 0xe220_a839_7b1d_cdaf);
}

#[test]
fn written_yaml_is_block_style() {
    let object = manifests::annotated(
        manifests::ingress("web", "nginx", "a.test", &[("/a b", "Prefix", "web")]),
        "nginx.ingress.kubernetes.io/use-regex",
        "true",
    );
    assert_eq!(
        manifests::yaml(&object, None),
        r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/use-regex: "true"
spec:
  ingressClassName: nginx
  rules:
    - host: a.test
      http:
        paths:
          - path: "/a b"
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  name: http
"#
    );
}
