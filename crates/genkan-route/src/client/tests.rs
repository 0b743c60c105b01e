//! Rows of ingress-nginx.md 6.2 and of the recordings of the original, by name.

use std::net::SocketAddr;

use genkan_http::head::RequestView;

use super::*;
use crate::decide::tests::world::{input, parse};

fn networks(list: &str) -> Networks {
    list.split(',')
        .map(|text| Network::parse(text).unwrap())
        .collect()
}

fn trusting(list: &str) -> Trust {
    Trust {
        use_forwarded_headers: true,
        proxies: networks(list),
        ..Trust::default()
    }
}

fn head(fields: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: a.test\r\n{fields}\r\n")
}

fn client(trust: &Trust, input: &DecisionInput, fields: &str) -> (String, ClientReason) {
    let text = head(fields);
    let parsed = parse(text.as_bytes());
    let client = trust.client(input, RequestView::new(text.as_bytes(), &parsed));
    (client.address.ip().to_string(), client.reason)
}

fn from(peer: &str) -> DecisionInput {
    DecisionInput {
        peer: SocketAddr::new(peer.parse().unwrap(), 4711),
        ..input()
    }
}

fn proxied(peer: &str, source: &str, destination: &str) -> DecisionInput {
    DecisionInput {
        proxy_header: ProxyHeader::Names(Proxied {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
        }),
        ..from(peer)
    }
}

#[test]
fn the_walk_ends_at_the_first_address_that_is_no_trusted_proxy() {
    use ClientReason::{Header, Peer, PeerNotTrusted, Unreadable};
    let trust = trusting("127.0.0.1/32,20.0.0.0/8");
    let check = |fields: &str, expected: &str, reason| {
        let found = client(&trust, &from("127.0.0.1"), fields);
        assert_eq!(found, (expected.to_owned(), reason), "{fields}");
    };
    // the recordings `access-forwarded-cidr`
    check("", "127.0.0.1", Peer);
    check("X-Forwarded-For: 10.1.1.1\r\n", "10.1.1.1", Header);
    check(
        "X-Forwarded-For: 10.1.1.1, 20.0.0.1\r\n",
        "10.1.1.1",
        Header,
    );
    check(
        "X-Forwarded-For: 20.0.0.1, 10.1.1.1\r\n",
        "10.1.1.1",
        Header,
    );
    check(
        "X-Forwarded-For: 10.1.1.1, 20.0.0.1, 30.0.0.1\r\n",
        "30.0.0.1",
        Header,
    );
    check(
        "X-Forwarded-For: 10.1.1.1\r\nX-Forwarded-For: 20.0.0.1\r\n",
        "10.1.1.1",
        Header,
    );
    check("X-Forwarded-For: 10.1.1.1:5000\r\n", "10.1.1.1", Header);
    check("X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::7", Header);
    check(
        "X-Forwarded-For: [2001:db8::7]\r\n",
        "127.0.0.1",
        Unreadable,
    );
    check(
        "X-Forwarded-For: [2001:db8::7]:443\r\n",
        "2001:db8::7",
        Header,
    );
    check("X-Forwarded-For: unknown\r\n", "127.0.0.1", Unreadable);
    check("X-Forwarded-For: unknown, 10.1.1.1\r\n", "10.1.1.1", Header);
    check(
        "X-Forwarded-For: 10.1.1.1, unknown\r\n",
        "127.0.0.1",
        Unreadable,
    );
    check("X-Forwarded-For: 10.1.1.1,20.0.0.1\r\n", "10.1.1.1", Header);
    check("X-Forwarded-For: , 10.1.1.1\r\n", "10.1.1.1", Header);
    check("X-Forwarded-For: unknown, 20.0.0.1\r\n", "20.0.0.1", Header);
    check("CF-Connecting-IP: 10.1.1.1\r\n", "127.0.0.1", Peer);
    let other = client(&trust, &from("127.0.0.9"), "X-Forwarded-For: 10.1.1.1\r\n");
    assert_eq!(other, ("127.0.0.9".to_owned(), PeerNotTrusted));
}

#[test]
fn by_default_nobody_is_believed_and_the_trusted_are_all_ipv4_peers() {
    let fields = "X-Forwarded-For: 10.1.1.1\r\n";
    let check = |trust: Trust, peer: &str, expected: &str, reason| {
        let found = client(&trust, &from(peer), fields);
        assert_eq!(found, (expected.to_owned(), reason));
    };
    let off = Trust::default();
    check(
        off.clone(),
        "192.0.2.7",
        "192.0.2.7",
        ClientReason::HeadersNotTrusted,
    );
    let on = Trust {
        use_forwarded_headers: true,
        ..off.clone()
    };
    check(on.clone(), "192.0.2.7", "10.1.1.1", ClientReason::Header);
    check(
        on,
        "2001:db8::1",
        "2001:db8::1",
        ClientReason::PeerNotTrusted,
    );
    let address_only = Trust {
        enable_real_ip: true,
        ..off
    };
    check(address_only, "192.0.2.7", "10.1.1.1", ClientReason::Header);
}

#[test]
fn of_another_header_only_the_first_line_counts() {
    let trust = Trust {
        forwarded_for: FieldName::new("CF-Connecting-IP"),
        ..trusting("0.0.0.0/0")
    };
    let check = |fields: &str, expected: &str| {
        assert_eq!(client(&trust, &from("127.0.0.1"), fields).0, expected);
    };
    check(
        "cf-connecting-ip: 10.1.1.1\r\nCF-Connecting-IP: 10.1.1.2\r\n",
        "10.1.1.1",
    );
    check("X-Forwarded-For: 10.1.1.1\r\n", "127.0.0.1");
}

#[test]
fn a_proxy_header_counts_when_the_peer_is_trusted() {
    let trust = Trust {
        proxies: networks("127.0.0.0/8"),
        ..Trust::default()
    };
    let said = |peer| proxied(peer, "203.0.113.7:4711", "127.0.0.1:443");
    let found = |input: &DecisionInput| client(&trust, input, "X-Forwarded-For: 1.1.1.1\r\n");
    assert_eq!(
        found(&said("127.0.0.1")),
        ("203.0.113.7".to_owned(), ClientReason::ProxyProtocol)
    );
    assert_eq!(
        found(&said("10.0.0.1")),
        ("10.0.0.1".to_owned(), ClientReason::PeerNotTrusted)
    );
    let nobody = DecisionInput {
        proxy_header: ProxyHeader::Anonymous,
        ..from("127.0.0.1")
    };
    assert_eq!(found(&nobody), ("127.0.0.1".to_owned(), ClientReason::Peer));
}

#[test]
fn with_both_the_header_counts_behind_a_trusted_proxy_header() {
    let trust = trusting("203.0.113.0/24,127.0.0.1");
    let check = |source: &str, fields: &str, expected: &str| {
        let input = proxied("127.0.0.1", source, "127.0.0.1:80");
        assert_eq!(
            client(&trust, &input, fields).0,
            expected,
            "{source} {fields}"
        );
    };
    check("203.0.113.7:1", "X-Forwarded-For: 1.1.1.1\r\n", "1.1.1.1");
    check(
        "198.51.100.2:1",
        "X-Forwarded-For: 1.1.1.1\r\n",
        "198.51.100.2",
    );
    // the original: the TCP peer, unless the client sends the internal header itself
    check("203.0.113.7:1", "", "127.0.0.1");
    check(
        "203.0.113.7:1",
        "X-Forwarded-For-Proxy-Protocol: 6.6.6.6\r\n",
        "127.0.0.1",
    );
}

#[test]
fn scheme_host_and_port_of_a_trusted_header_count_from_anybody() {
    let trust = trusting("10.0.0.0/8");
    let text = head(
        "X-Forwarded-Proto: wss\r\nX-Forwarded-Port: 99\r\nX-Forwarded-Host: x.test:1, y.test\r\n",
    );
    let parsed = parse(text.as_bytes());
    let request = RequestView::new(text.as_bytes(), &parsed);
    let all = |trust: &Trust, input: &DecisionInput| {
        let text = |bytes: Cow<'_, [u8]>| String::from_utf8(bytes.into_owned()).unwrap();
        let port = match trust.port(input, request) {
            Port::Text(port) => text(port),
            Port::Number(port) => format!("number {port}"),
            Port::Unknown => String::new(),
        };
        let host = trust.host(request).map(text).unwrap_or_default();
        (text(trust.scheme(input, request)), host, port)
    };
    let row = |scheme: &str, host: &str, port: &str| {
        (scheme.to_owned(), host.to_owned(), port.to_owned())
    };
    let peer = from("192.0.2.7");
    assert_eq!(all(&trust, &peer), row("wss", "x.test:1", "99"));
    assert_eq!(all(&Trust::default(), &peer), row("http", "", "number 80"));
    let https = DecisionInput {
        scheme: Scheme::Https,
        port: 8443,
        ..from("192.0.2.7")
    };
    assert_eq!(
        all(&Trust::default(), &https),
        row("https", "", "number 443")
    );
    // the recording `forwarded-proxy-protocol-trust.proto`
    let said = proxied("127.0.0.1", "203.0.113.7:4711", "127.0.0.1:443");
    assert_eq!(all(&trust, &said), row("https", "x.test:1", "99"));
    // a header that names nobody (`UNKNOWN`, `LOCAL`): nginx's `$proxy_protocol_server_port` is empty
    let nobody = DecisionInput {
        proxy_header: ProxyHeader::Anonymous,
        ..from("127.0.0.1")
    };
    assert_eq!(all(&Trust::default(), &nobody), row("http", "", ""));
}

#[test]
fn an_empty_forwarded_host_is_none() {
    let trust = trusting("0.0.0.0/0");
    for field in ["X-Forwarded-Host:\r\n", "X-Forwarded-Host: , b.test\r\n"] {
        let text = head(field);
        let parsed = parse(text.as_bytes());
        assert_eq!(trust.host(RequestView::new(text.as_bytes(), &parsed)), None);
    }
}
