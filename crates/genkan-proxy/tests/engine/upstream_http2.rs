//! HTTP/2 towards backends.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use bytes::Bytes;
use genkan_route::upstream::BackendProtocol;
use h2::{Reason, RecvStream, SendStream, server};
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::{
    net::TcpListener,
    task::{LocalSet, spawn_local},
};

use super::support::{Backend, Client, World, chunks, pattern, start};

type Respond = server::SendResponse<Bytes>;
type Handling = Pin<Box<dyn Future<Output = ()>>>;

/// A backend that speaks HTTP/2 in clear.
struct Http2Backend {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Http2Backend {
    /// Serves each request with a function; it learns the number of the connection, from 0.
    fn start(
        streams_max: u32,
        handle: impl Fn(usize, Request<RecvStream>, Respond) -> Handling + Send + Sync + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let handle = Arc::new(handle);
            LocalSet::new().block_on(&runtime.unwrap(), async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((socket, _)) = listener.accept().await {
                    let number = counted.fetch_add(1, Ordering::SeqCst);
                    let handle = Arc::clone(&handle);
                    spawn_local(async move {
                        let mut builder = server::Builder::new();
                        builder.max_concurrent_streams(streams_max);
                        let Ok(mut connection) = builder.handshake(socket).await else {
                            return;
                        };
                        while let Some(Ok((request, respond))) = connection.accept().await {
                            spawn_local(handle(number, request, respond));
                        }
                    });
                }
            });
        });
        Self {
            address,
            connections,
        }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn whole(body: &mut RecvStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(data) = body.data().await {
        let data = data.unwrap();
        body.flow_control().release_capacity(data.len()).unwrap();
        bytes.extend_from_slice(&data);
    }
    bytes
}

async fn send_all(stream: &mut SendStream<Bytes>, mut bytes: Bytes) {
    while !bytes.is_empty() {
        stream.reserve_capacity(bytes.len());
        let Some(Ok(room)) = poll_fn(|cx| stream.poll_capacity(cx)).await else {
            return;
        };
        let piece = bytes.split_to(room.min(bytes.len()));
        if stream.send_data(piece, false).is_err() {
            return;
        }
    }
}

fn trailers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
        .collect()
}

/// Sends the body back, with a trailer.
fn echo() -> Http2Backend {
    Http2Backend::start(100, |_, request, mut respond| {
        Box::pin(async move {
            let (parts, mut body) = request.into_parts();
            let bytes = whole(&mut body).await;
            let sum = body.trailers().await.unwrap();
            let mut response = Response::builder().header("x-uri", parts.uri.to_string());
            for (name, value) in &parts.headers {
                response = response.header(format!("x-saw-{name}"), value);
            }
            if let Some(sum) = sum {
                response = response.header("x-sum", &sum["x-sum"]);
            }
            let response = response.body(()).unwrap();
            let mut stream = respond.send_response(response, false).unwrap();
            send_all(&mut stream, bytes.into()).await;
            let _ = stream.send_trailers(trailers(&[("grpc-status", "0"), ("x-end", "1")]));
        })
    })
}

fn world(address: SocketAddr) -> World {
    let mut world = World::new(&[address]);
    world.route.backend_protocol = BackendProtocol::Grpc;
    world.route.body_size_max = None;
    world
}

#[test]
fn a_request_becomes_a_stream_and_trailers_follow_the_body() {
    let backend = echo();
    let proxy = start(&world(backend.address));
    let mut client = Client::connect(proxy.address);
    client.send(
        "POST /a.B/C?x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\nX-A: 1\r\n\
         Connection: close\r\nTE: gzip\r\n\r\nhello",
    );
    let text = String::from_utf8(client.rest()).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    for part in [
        "x-uri: http://app.test/a.B/C?x\r\n",
        "x-saw-te: trailers\r\n",
        "x-saw-content-length: 5\r\n",
        "x-saw-x-a: 1\r\n",
        "x-saw-x-forwarded-proto: http\r\n",
        "\r\n5\r\nhello\r\n0\r\ngrpc-status: 0\r\nx-end: 1\r\n\r\n",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert!(
        !text.contains("x-saw-connection") && !text.contains("x-saw-host"),
        "{text}"
    );
}

#[test]
fn exchanges_share_a_connection() {
    let backend = echo();
    let proxy = start(&world(backend.address));
    let mut client = Client::connect(proxy.address);
    for _ in 0..20 {
        assert_eq!(client.get("/").status, 200);
    }
    assert_eq!(backend.connections(), 1);
    assert_eq!(proxy.log(20)[19].reused, [true]);
}

#[test]
fn another_connection_is_opened_when_streams_run_out() {
    // Answers when it has two requests, whichever connections they came on.
    let both = Arc::new(tokio::sync::Barrier::new(2));
    let backend = Http2Backend::start(1, move |number, request, mut respond| {
        let both = Arc::clone(&both);
        Box::pin(async move {
            if request.uri().path() == "/both" {
                both.wait().await;
            }
            let response = Response::builder().header("x-connection", number);
            let _ = respond.send_response(response.body(()).unwrap(), true);
        })
    });
    let proxy = start(&world(backend.address));
    let mut clients = [(); 2].map(|()| Client::connect(proxy.address));
    // The endpoint's settings are known afterwards.
    assert_eq!(clients[0].get("/").status, 200);
    for client in &mut clients {
        client.send("GET /both HTTP/1.1\r\nHost: app.test\r\n\r\n");
    }
    let mut numbers = clients.map(|mut client| {
        let response = client.receive();
        response.field("x-connection").unwrap().to_owned()
    });
    numbers.sort();
    assert_eq!(numbers, ["0", "1"]);
}

#[test]
fn a_stream_that_was_not_processed_is_sent_again() {
    let backend = Http2Backend::start(100, |number, mut request, mut respond| {
        Box::pin(async move {
            if number == 0 && request.uri().path() == "/second" {
                return respond.send_reset(Reason::REFUSED_STREAM);
            }
            let body = whole(request.body_mut()).await;
            let mut stream = respond.send_response(Response::new(()), false).unwrap();
            stream.send_data(body.into(), true).unwrap();
        })
    });
    let mut world = world(backend.address);
    world.route.retry.tries = 1;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.get("/first").status, 200);
    client.send("POST /second HTTP/1.1\r\nHost: app.test\r\nContent-Length: 2\r\n\r\nhi");
    let response = client.receive();
    assert_eq!((response.status, response.text().as_str()), (200, "hi"));
    assert_eq!(backend.connections(), 2);
}

#[test]
fn a_backend_of_another_protocol_is_a_bad_gateway() {
    let backend = Backend::saying("HTTP/1 here");
    let proxy = start(&world(backend.address));
    assert_eq!(Client::connect(proxy.address).get("/").status, 502);
    assert_eq!(proxy.log(1)[0].code, Some("GK0358"));
}

#[test]
fn a_reset_cuts_the_response() {
    let backend = Http2Backend::start(100, |_, _, mut respond| {
        Box::pin(async move {
            let mut stream = respond.send_response(Response::new(()), false).unwrap();
            stream
                .send_data(Bytes::from_static(b"half of it"), false)
                .unwrap();
            stream.send_reset(Reason::INTERNAL_ERROR);
        })
    });
    let proxy = start(&world(backend.address));
    let mut client = Client::connect(proxy.address);
    client.send("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
    let text = String::from_utf8(client.rest()).unwrap();
    assert!(!text.ends_with("0\r\n\r\n"), "{text}");
}

#[test]
fn a_client_that_leaves_cancels_its_stream() {
    let (tell, told) = std::sync::mpsc::channel();
    let backend = Http2Backend::start(100, move |_, request, mut respond| {
        let tell = tell.clone();
        Box::pin(async move {
            if request.uri().path() == "/wait" {
                tell.send(None).unwrap();
                let reason = poll_fn(|cx| respond.poll_reset(cx)).await;
                tell.send(Some(reason.unwrap())).unwrap();
                return;
            }
            let _ = respond.send_response(Response::new(()), true);
        })
    });
    let proxy = start(&world(backend.address));
    let mut client = Client::connect(proxy.address);
    client.send("GET /wait HTTP/1.1\r\nHost: app.test\r\n\r\n");
    assert_eq!(told.recv().unwrap(), None);
    drop(client);
    assert_eq!(told.recv().unwrap(), Some(Reason::CANCEL));
    // The others on the connection go on.
    assert_eq!(Client::connect(proxy.address).get("/").status, 200);
    assert_eq!(backend.connections(), 1);
}

#[test]
fn bodies_stream_both_ways() {
    let backend = echo();
    for buffering in [true, false] {
        let mut world = world(backend.address);
        world.route.request_buffering = buffering;
        let proxy = start(&world);
        let mut client = Client::connect(proxy.address);
        let body = pattern(1 << 20);
        let mut coded = chunks(&body, 10_000);
        coded.truncate(coded.len() - 2);
        coded.extend_from_slice(b"x-sum: 7\r\n\r\n");
        client
            .send("POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n")
            .send(coded);
        let response = client.receive();
        assert!(response.body == body, "buffering {buffering}");
        // A call may be a conversation: its body is never collected.
        assert_eq!(response.field("x-sum"), Some("7"), "buffering {buffering}");
    }
}

#[test]
fn an_answer_before_the_request_has_ended_counts() {
    let backend = Http2Backend::start(100, |_, _, mut respond| {
        Box::pin(async move {
            let response = Response::builder().status(403).body(()).unwrap();
            let mut stream = respond.send_response(response, false).unwrap();
            // The body is dropped unread: the codec asks for no more of it.
            stream.send_data(Bytes::from_static(b"no"), true).unwrap();
        })
    });
    let mut world = world(backend.address);
    world.route.request_buffering = false;
    let proxy = start(&world);
    let mut client = Client::connect(proxy.address);
    client.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1000000\r\n\r\nabc");
    let response = client.receive();
    assert_eq!((response.status, response.text().as_str()), (403, "no"));
}

#[test]
fn interim_responses_have_a_limit() {
    for (count, expected) in [(100, 200), (101, 502)] {
        let backend = Http2Backend::start(10, move |_, _, mut respond| {
            Box::pin(async move {
                for _ in 0..count {
                    let processing = Response::builder().status(102).body(()).unwrap();
                    respond.send_informational(processing).unwrap();
                }
                let _ = respond.send_response(Response::new(()), true);
            })
        });
        let proxy = start(&world(backend.address));
        assert_eq!(Client::connect(proxy.address).get("/").status, expected);
        assert_eq!(
            proxy.proxy.totals().interim_floods,
            u64::from(expected == 502)
        );
    }
}

#[test]
fn heads_beyond_the_limit_are_refused() {
    let backend = Http2Backend::start(100, |_, request, mut respond| {
        Box::pin(async move {
            let size: usize = request.uri().path()[1..].parse().unwrap();
            let mut response = Response::new(());
            for number in 0..size.div_ceil(4000) {
                let name: http::HeaderName = format!("x-{number}").parse().unwrap();
                let value = HeaderValue::from_bytes(&vec![b'x'; size.min(4000)]).unwrap();
                response.headers_mut().append(name, value);
            }
            let _ = respond.send_response(response, true);
        })
    });
    let mut world = world(backend.address);
    world.route.retry.tries = 1;
    let proxy = start(&world);
    for (size, status) in [(3000, 200), (8000, 502), (1 << 20, 502), (10, 200)] {
        let response = Client::connect(proxy.address).get(&format!("/{size}"));
        assert_eq!(response.status, status, "{size}");
    }
}

#[test]
fn grpc_web_is_translated() {
    let backend = echo();
    let proxy = start(&world(backend.address));
    let check = |content_type: &str, body: &[u8], expected: &[u8]| {
        let mut client = Client::connect(proxy.address);
        let head = format!(
            "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Type: {content_type}\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        let response = client.send(head).send(body).receive();
        assert_eq!(
            response.field("x-saw-content-type"),
            Some("application/grpc+proto")
        );
        assert_eq!(response.body, expected, "{}", response.text());
    };
    let message = b"\0\0\0\0\x05hello";
    let end = b"\x80\0\0\0\x1agrpc-status: 0\r\nx-end: 1\r\n";
    let binary = [&message[..], &end[..]].concat();
    check("application/grpc-web+proto", message, &binary);
    // Expected: `base64` of coreutils for each piece.
    check(
        "application/grpc-web-text+proto",
        b"AAAAAAVoZWxsbw==",
        b"AAAAAAVoZWxsbw==gAAAABpncnBjLXN0YXR1czogMA0KeC1lbmQ6IDENCg==",
    );
}
