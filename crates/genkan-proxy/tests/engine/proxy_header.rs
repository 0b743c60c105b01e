//! Connections that begin with a PROXY header, and those that do not although they should.

use std::time::Duration;

use genkan_proxy::{FirstBytes, RefusalReason};
use genkan_route::network::{Network, Networks};

use super::support::{Backend, Client, Running, World, pause, start};

const PATIENCE: Duration = Duration::from_secs(10);
const LINE: &str = "PROXY TCP4 203.0.113.7 198.51.100.1 4711 81\r\n";

fn proxied(backend: &Backend) -> World {
    let mut world = World::new(&[backend.address]);
    world.global.trust.use_proxy_protocol = true;
    world
}

fn everybody() -> Networks {
    ["127.0.0.0/8"]
        .map(|text| Network::parse(text).unwrap())
        .into_iter()
        .collect()
}

/// The fixed beginning of version 2 and what follows it.
fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
    header.extend([command, family]);
    header.extend((rest.len() as u16).to_be_bytes());
    header.extend(rest);
    header
}

/// What the backend is told of a connection that begins so: client, port, scheme.
fn told(header: &[u8], pieces: usize) -> [String; 3] {
    let backend = Backend::saying("fine");
    let proxy = start(&proxied(&backend));
    let mut client = Client::connect(proxy.address);
    let bytes = [header, b"GET / HTTP/1.1\r\nHost: app.test\r\n\r\n"].concat();
    for piece in bytes.chunks(pieces) {
        client.send(piece);
    }
    assert_eq!(client.receive().text(), "fine");
    // the connection goes on
    assert_eq!(client.get("/again").text(), "fine");
    let seen = backend.seen();
    let field = |name: &str| {
        let [first, second] = [0, 1].map(|at| seen[at].field(name).unwrap_or_default().to_owned());
        assert_eq!(first, second);
        first
    };
    ["X-Real-IP", "X-Forwarded-Port", "X-Forwarded-Proto"].map(field)
}

#[test]
fn a_header_tells_the_backend_who_the_client_is() {
    let mut six = vec![0x20, 0x01, 0x0d, 0xb8];
    six.extend([0; 11]);
    six.push(7);
    six.extend([0x20, 0x01, 0x0d, 0xb8]);
    six.extend([0; 12]);
    six.extend([0x12, 0x67, 0x01, 0xbb]);
    let mut extended = six.clone();
    extended.extend(b"\x01\0\x02h2");
    let check = |header: &[u8], expected: [&str; 3]| {
        for pieces in [1, 7, 1000] {
            assert_eq!(told(header, pieces), expected, "{}", header.escape_ascii());
        }
    };
    check(LINE.as_bytes(), ["203.0.113.7", "81", "http"]);
    check(
        b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n",
        ["2001:db8::7", "443", "https"],
    );
    check(
        &binary(
            0x21,
            0x11,
            &[203, 0, 113, 7, 198, 51, 100, 1, 0x12, 0x67, 0, 81],
        ),
        ["203.0.113.7", "81", "http"],
    );
    check(&binary(0x21, 0x21, &six), ["2001:db8::7", "443", "https"]);
    check(
        &binary(0x21, 0x21, &extended),
        ["2001:db8::7", "443", "https"],
    );
    // nobody is named: the sender is the client, and the port is not known
    check(b"PROXY UNKNOWN\r\n", ["127.0.0.1", "", "http"]);
    check(&binary(0x20, 0, b""), ["127.0.0.1", "", "http"]);
}

/// Ends the connection without a byte, and counts as expected.
#[track_caller]
fn refused(proxy: &Running, bytes: &[u8]) {
    let mut client = Client::connect(proxy.address);
    client.try_send(bytes);
    assert_eq!(client.rest(), b"", "{}", bytes.escape_ascii());
}

#[test]
fn what_is_no_header_ends_the_connection_and_is_told() {
    use FirstBytes::{Other, Text, Tls};
    use RefusalReason::{ProxyHeaderBroken, ProxyHeaderMissing};
    let backend = Backend::saying("fine");
    let proxy = start(&proxied(&backend));
    let long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(200));
    let rows: [(&[u8], RefusalReason); 7] = [
        (
            b"GET / HTTP/1.1\r\nHost: app.test\r\n\r\n",
            ProxyHeaderMissing(Text),
        ),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
            ProxyHeaderMissing(Tls),
        ),
        (b"\x80garbage", ProxyHeaderMissing(Other)),
        (b"PROXY TCP4 203.0.113.7\r\n", ProxyHeaderBroken),
        (long.as_bytes(), ProxyHeaderBroken),
        (&binary(0x21, 0x11, &[0; 8000])[..4100], ProxyHeaderBroken),
        (&binary(0x21, 0x11, b"short"), ProxyHeaderBroken),
    ];
    for (count, (bytes, reason)) in rows.iter().enumerate() {
        refused(&proxy, bytes);
        let told = proxy.refusals(count + 1)[count];
        assert_eq!((told.reason, told.port), (*reason, proxy.address.port()));
        assert!(told.peer.ip().is_loopback());
    }
    let totals = proxy.proxy.totals();
    assert_eq!(
        (totals.proxy_headers_missing, totals.proxy_headers_broken),
        (3, 4)
    );
    assert!(backend.seen().is_empty());
}

#[test]
fn who_says_nothing_is_ended_after_the_timeout() {
    let backend = Backend::saying("fine");
    let mut world = proxied(&backend);
    world.global.trust.proxy_header_timeout = Duration::from_millis(100);
    let proxy = start(&world);
    refused(&proxy, b"");
    refused(&proxy, b"PROXY TCP4 203.0.");
    assert_eq!(proxy.proxy.totals().proxy_headers_late, 2);
    // a health check of the balancer
    drop(Client::connect(proxy.address));
    let mut client = Client::connect(proxy.address);
    client.send("PROXY ").finish_sending();
    assert!(client.is_ended());
    // what comes after the header has a timeout of its own
    let mut client = Client::connect(proxy.address);
    client.send(LINE);
    pause(Duration::from_millis(300));
    assert_eq!(client.get("/").text(), "fine");
    let totals = proxy.proxy.totals();
    assert_eq!(
        (totals.proxy_headers_abandoned, totals.proxy_headers),
        (2, 1)
    );
}

#[test]
fn listed_peers_may_leave_it_out() {
    let backend = Backend::saying("fine");
    let mut world = proxied(&backend);
    world.global.trust.proxy_header_optional = everybody();
    let proxy = start(&world);
    let mut plain = Client::connect(proxy.address);
    assert_eq!(plain.get("/").text(), "fine");
    let mut introduced = Client::connect(proxy.address);
    introduced.send(LINE);
    assert_eq!(introduced.get("/").text(), "fine");
    refused(&proxy, b"PROXY TCP9 \r\n");
    let seen = backend.seen();
    let clients: Vec<_> = seen
        .iter()
        .map(|request| request.field("X-Real-IP"))
        .collect();
    assert_eq!(clients, [Some("127.0.0.1"), Some("203.0.113.7")]);
    let port = proxy.address.port().to_string();
    assert_eq!(seen[0].field("X-Forwarded-Port"), Some(port.as_str()));
    assert_eq!(proxy.proxy.totals().proxy_headers_omitted, 1);
}

#[test]
fn of_a_sender_that_is_not_trusted_only_the_destination_counts() {
    let backend = Backend::saying("fine");
    let mut world = proxied(&backend);
    world.global.trust.proxies = Network::parse("10.0.0.0/8").into_iter().collect();
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    client.send("PROXY TCP4 203.0.113.7 127.0.0.1 4711 443\r\n");
    assert_eq!(client.get("/").text(), "fine");
    // the recording `forwarded-proxy-protocol-untrusted`
    let seen = &backend.seen()[0];
    let fields = ["X-Real-IP", "X-Forwarded-Port", "X-Forwarded-Proto"];
    let told = fields.map(|name| seen.field(name).unwrap_or_default());
    assert_eq!(told, ["127.0.0.1", "443", "https"]);
}

#[test]
fn a_header_that_nobody_asked_for_is_answered_with_its_code() {
    let backend = Backend::saying("fine");
    let proxy = start(&World::new(&[backend.address]));
    let check = |bytes: &[u8], code: &str, reason| {
        let mut client = Client::connect(proxy.address);
        client.send(bytes);
        let response = client.receive();
        assert_eq!(response.status, 400);
        let status = response.field("proxy-status").unwrap_or_default();
        assert!(status.contains(code), "{status}");
        assert_eq!(
            proxy.refusals(1).last().map(|told| told.reason),
            Some(reason)
        );
    };
    let unexpected = RefusalReason::ProxyHeaderUnexpected;
    check(LINE.as_bytes(), "GK0451", unexpected);
    check(&binary(0x20, 0, b""), "GK0451", unexpected);
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n";
    check(hello, "GK0455", RefusalReason::TlsOnPlain);
    // in the middle of a connection it is a bad request like any other
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.get("/").status, 200);
    client.send(LINE);
    let status = client.receive();
    assert!(
        status
            .field("proxy-status")
            .is_some_and(|status| status.contains("GK0506"))
    );
    let totals = proxy.proxy.totals();
    assert_eq!(
        (totals.proxy_headers_unexpected, totals.tls_on_plain),
        (2, 1)
    );
}

/// What was agreed when a connection began holds to its end.
#[test]
fn a_switch_concerns_the_connections_that_follow() {
    let backend = Backend::saying("fine");
    let mut world = World::new(&[backend.address]);
    world.workers = 2;
    let proxy = start(&world);
    let mut plain: Vec<_> = (0..8).map(|_| Client::connect(proxy.address)).collect();
    assert!(plain.iter_mut().all(|client| client.get("/").status == 200));
    world.generation = 2;
    world.global.trust.use_proxy_protocol = true;
    assert!(proxy.proxy.publish(world.snapshot()).wait(PATIENCE));
    let mut introduced: Vec<_> = (0..8).map(|_| Client::connect(proxy.address)).collect();
    for client in &mut introduced {
        client.send(LINE);
        assert_eq!(client.get("/introduced").status, 200);
    }
    assert!(
        plain
            .iter_mut()
            .all(|client| client.get("/plain").status == 200)
    );
    world.generation = 3;
    world.global.trust.use_proxy_protocol = false;
    assert!(proxy.proxy.publish(world.snapshot()).wait(PATIENCE));
    assert!(
        introduced
            .iter_mut()
            .all(|client| client.get("/introduced").status == 200)
    );
    assert_eq!(Client::connect(proxy.address).get("/plain").status, 200);
    for request in &backend.seen() {
        let expected = match request.line.contains("introduced") {
            true => "203.0.113.7",
            false => "127.0.0.1",
        };
        assert_eq!(
            request.field("X-Real-IP"),
            Some(expected),
            "{}",
            request.line
        );
    }
}
