//! TLS towards backends.

use std::{
    io::{BufReader, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use genkan_route::upstream::{
    BackendProtocol, Confidential, Identity, TlsVersions, UpstreamTls, Verification,
};
use rustls::{
    HandshakeKind, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};

use super::support::{Backend, Client, World, ok, pattern, read_request, start};

const BACKEND: &[u8] = include_bytes!("../../../../tests/parity/certs/backend.pem");
const ALICE: &[u8] = include_bytes!("../../../../tests/parity/certs/tls-alice.pem");

/// A certificate, and the authority that signed it.
const DEEP: &[u8] = include_bytes!("../../../../tests/parity/certs/tls-deep.pem");

fn chain(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem)
        .map(Result::unwrap)
        .collect()
}

/// A server whose clients need no certificate, or one that is signed by `authority`.
fn server(authority: Option<CertificateDer<'static>>) -> Arc<ServerConfig> {
    let provider = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match authority {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let key = PrivateKeyDer::from_pem_slice(BACKEND).unwrap();
    Arc::new(builder.with_single_cert(chain(BACKEND), key).unwrap())
}

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// Shakes hands with each connection, and serves it where that succeeds.
fn secure(
    config: Arc<ServerConfig>,
    serve: impl Fn(usize, Stream) + Send + Sync + 'static,
) -> Backend {
    Backend::raw(move |number, mut socket| {
        let mut session = ServerConnection::new(Arc::clone(&config)).unwrap();
        while session.is_handshaking() {
            if session.complete_io(&mut socket).is_err() {
                return;
            }
        }
        serve(number, StreamOwned::new(session, socket));
    })
}

/// Answers every request with what is said about its connection.
fn telling(
    config: Arc<ServerConfig>,
    tell: impl Fn(usize, &ServerConnection) -> String + Send + Sync + 'static,
) -> Backend {
    secure(config, move |number, stream| {
        let mut reader = BufReader::new(stream);
        while read_request(&mut reader, number).is_some() {
            let stream = reader.get_mut();
            let text = tell(number, &stream.conn);
            if stream.write_all(&ok(&text)).is_err() {
                return;
            }
        }
    })
}

fn world(backend: &Backend, tls: Option<UpstreamTls>) -> World {
    let mut world = World::new(&[backend.address]);
    world.route.backend_protocol = BackendProtocol::Https;
    world.route.upstream_tls = tls.map(Arc::new);
    world.route.retry.tries = 1;
    world
}

fn verified(pem: &[u8], name: &str) -> UpstreamTls {
    let roots = chain(pem).iter().map(|der| der.as_ref().into()).collect();
    UpstreamTls {
        name: name.into(),
        sends_name: true,
        verification: Some(Verification { roots, depth: 1 }),
        ..UpstreamTls::default()
    }
}

#[test]
fn a_backend_is_asked_over_tls_and_its_connection_is_kept() {
    let backend = telling(server(None), |number, session| {
        format!("{number} {:?}", session.server_name())
    });
    let proxy = start(&world(&backend, None));
    let mut client = Client::connect(proxy.address);
    for _ in 0..3 {
        assert_eq!(client.get("/").text(), "0 None");
    }
    assert_eq!(proxy.log(3)[2].reused, [true]);
}

#[test]
fn a_certificate_is_judged_by_authority_and_name() {
    let check = |pem: &[u8], name: &str, expected: (u16, Option<&str>)| {
        let backend = telling(server(None), |_, session| {
            session.server_name().unwrap_or_default().to_owned()
        });
        let proxy = start(&world(&backend, Some(verified(pem, name))));
        let response = Client::connect(proxy.address).get("/");
        let log = proxy.log(1);
        assert_eq!((log[0].status, log[0].code), expected, "{name}");
        if expected.0 == 200 {
            assert_eq!(response.text(), name);
        }
    };
    check(BACKEND, "backend.parity", (200, None));
    check(BACKEND, "other.parity", (502, Some("GK0354")));
    check(ALICE, "backend.parity", (502, Some("GK0354")));
}

#[test]
fn a_certificate_of_our_own_is_shown_when_it_is_asked_for() {
    let backend = telling(server(Some(chain(DEEP).remove(1))), |_, session| {
        session
            .peer_certificates()
            .map_or(0, |chain| chain.len())
            .to_string()
    });
    let with = UpstreamTls {
        identity: Some(Identity {
            chain: chain(DEEP).iter().map(|der| der.as_ref().into()).collect(),
            key: Confidential::new(DEEP),
        }),
        ..UpstreamTls::default()
    };
    let without = UpstreamTls {
        // In TLS 1.3 the refusal comes after our first request.
        versions: TlsVersions {
            tls12: true,
            tls13: false,
        },
        ..UpstreamTls::default()
    };
    let proxy = start(&world(&backend, Some(with)));
    assert_eq!(Client::connect(proxy.address).get("/").text(), "2");
    let proxy = start(&world(&backend, Some(without)));
    assert_eq!(Client::connect(proxy.address).get("/").status, 502);
    assert_eq!(proxy.log(1)[0].code, Some("GK0353"));
}

#[test]
fn a_key_of_another_certificate_serves_nobody() {
    let backend = telling(server(None), |_, _| String::new());
    let foreign = UpstreamTls {
        identity: Some(Identity {
            chain: chain(BACKEND)
                .iter()
                .map(|der| der.as_ref().into())
                .collect(),
            key: Confidential::new(ALICE),
        }),
        ..UpstreamTls::default()
    };
    let proxy = start(&world(&backend, Some(foreign)));
    assert_eq!(Client::connect(proxy.address).get("/").status, 503);
}

#[test]
fn the_handshake_counts_against_the_connect_timeout() {
    let backend = Backend::raw(|_, socket| {
        let _ = std::io::copy(&mut &socket, &mut std::io::sink());
    });
    let mut world = world(&backend, None);
    world.route.connect_timeout = Duration::from_millis(50);
    let proxy = start(&world);
    assert_eq!(Client::connect(proxy.address).get("/").status, 504);
    assert_eq!(proxy.log(1)[0].code, Some("GK0351"));
}

#[test]
fn an_answer_in_clear_is_no_handshake() {
    let backend = Backend::raw(|_, mut socket| {
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = std::io::copy(&mut &socket, &mut std::io::sink());
    });
    let proxy = start(&world(&backend, None));
    assert_eq!(Client::connect(proxy.address).get("/").status, 502);
    assert_eq!(proxy.log(1)[0].code, Some("GK0353"));
}

#[test]
fn a_body_that_ends_by_close_needs_a_farewell() {
    let check = |farewell: bool| {
        let backend = secure(server(None), move |number, stream| {
            let mut reader = BufReader::new(stream);
            let _ = read_request(&mut reader, number);
            let stream = reader.get_mut();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nhalf of it");
            if farewell {
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        let proxy = start(&world(&backend, None));
        let mut client = Client::connect(proxy.address);
        client.send("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
        let text = String::from_utf8(client.rest()).unwrap();
        assert!(text.contains("half of it"), "{text}");
        text.ends_with("\r\n0\r\n\r\n")
    };
    assert!(check(true));
    assert!(!check(false), "a cut was taken for the end");
}

#[test]
fn settings_that_differ_share_no_connection() {
    let backend = telling(server(None), |number, _| number.to_string());
    let mut before = world(&backend, None);
    let proxy = start(&before);
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.get("/").text(), "0");
    let mut publish = |tls: Option<UpstreamTls>| {
        before.generation += 1;
        before.route.upstream_tls = tls.map(Arc::new);
        let live = proxy.proxy.publish(before.snapshot());
        assert!(live.wait(Duration::from_secs(10)));
    };
    publish(Some(verified(BACKEND, "backend.parity")));
    assert_eq!(client.get("/").text(), "1", "verified anew");
    publish(Some(verified(BACKEND, "backend.parity")));
    assert_eq!(client.get("/").text(), "1", "equal settings go on");
    publish(None);
    assert_eq!(client.get("/").text(), "2", "not on the verified one");
}

#[test]
fn sessions_are_resumed() {
    let backend = secure(server(None), |number, stream| {
        let kind = match stream.conn.handshake_kind() {
            Some(HandshakeKind::Resumed) => "resumed",
            _ => "full",
        };
        let mut reader = BufReader::new(stream);
        let _ = read_request(&mut reader, number);
        let stream = reader.get_mut();
        let _ = stream.write_all(&ok(kind));
        stream.conn.send_close_notify();
        let _ = stream.flush();
    });
    let proxy = start(&world(&backend, None));
    let kinds: Vec<_> = (0..3)
        .map(|_| Client::connect(proxy.address).get("/").text())
        .collect();
    assert_eq!(kinds, ["full", "resumed", "resumed"]);
}

#[test]
fn large_bodies_go_both_ways() {
    let backend = secure(server(None), |number, stream| {
        let mut reader = BufReader::new(stream);
        while let Some(request) = read_request(&mut reader, number) {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                request.body.len()
            );
            let stream = reader.get_mut();
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&request.body).unwrap();
        }
    });
    let mut world = world(&backend, None);
    world.route.body_size_max = None;
    for buffering in [true, false] {
        world.route.request_buffering = buffering;
        let proxy = start(&world);
        let body = pattern(3 << 20);
        let mut client = Client::connect(proxy.address);
        let head = format!(
            "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        client.send(head).send(&body);
        assert!(client.receive().body == body, "buffering {buffering}");
    }
}
