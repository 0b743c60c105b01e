//! Requests and responses as clients and backends see them.

use std::{io::Read, process::Command};

use genkan_tests::http2::{Frame, Http2, Outcome, kind};

use super::{HOST, Scene, configured, scene};

const UNBUFFERED: [(&str, &str); 1] =
    [("nginx.ingress.kubernetes.io/proxy-request-buffering", "off")];

/// Runs curl with prior knowledge; returns what it printed.
fn curl(scene: &Scene, arguments: &[&str], path: &str) -> String {
    let address = scene.gateway.http();
    let output = Command::new("curl")
        .args(["--http2-prior-knowledge", "--silent", "--show-error"])
        .args(["--max-time", "20"])
        .args(["--resolve", &format!("{HOST}:{}:127.0.0.1", address.port())])
        .args(arguments)
        .arg(format!("http://{HOST}:{}{path}", address.port()))
        .output()
        .expect("curl runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn curl_gets_what_the_backend_says() {
    let scene = scene("nginx", &[]);
    let text = curl(&scene, &["--include"], "/a?b=1");
    assert!(text.starts_with("HTTP/2 200 \r\n"), "{text}");
    assert!(text.contains("\r\nx-pod: h2\r\n"), "{text}");
    let lower = text.to_ascii_lowercase();
    for name in [
        "\r\nconnection:",
        "\r\nkeep-alive:",
        "\r\ntransfer-encoding:",
    ] {
        assert!(!lower.contains(name), "{text}");
    }
    let received = &scene.backend.received()[0];
    assert_eq!(
        (received.target.as_str(), received.version.as_str()),
        ("/a?b=1", "HTTP/1.1")
    );
    let port = scene.gateway.http().port();
    assert_eq!(
        received.header("host"),
        Some(format!("{HOST}:{port}").as_str())
    );
    assert_eq!(received.header("x-forwarded-proto"), Some("http"));
}

#[test]
fn http_1_is_served_beside_it() {
    let scene = scene("nginx", &[]);
    let request = genkan_tests::Request::get("/").host(HOST);
    assert_eq!(scene.gateway.fetch(&request).status, 200);
    scene.serves();
}

#[test]
fn bodies_go_both_ways_whole() {
    let big = "0123456789abcdef".repeat(20_000);
    for (class, annotations) in [("nginx", &[][..]), ("nginx", &UNBUFFERED), ("genkan", &[])] {
        let scene = scene(class, annotations);
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), &big).expect("a file");
        let body = format!("@{}", file.path().display());
        let told = curl(&scene, &["--data-binary", &body], "/");
        let told: serde_json::Value = serde_json::from_str(&told).expect("the echo's JSON");
        assert_eq!(told["length"], 320_000, "{class} {annotations:?}");
        assert_eq!(scene.backend.received()[0].body, big.as_bytes(), "{class}");
        let text = curl(&scene, &["--header", "X-Echo: size=300000"], "/");
        assert_eq!(text.len(), 300_000, "{class}");
        let text = curl(&scene, &["--header", "X-Echo: chunked=1; size=300000"], "/");
        assert_eq!(text.len(), 300_000, "{class}");
    }
}

/// RFC 9113 8.1: the length is known, or it is not, and then HTTP/1 needs chunks.
#[test]
fn a_streamed_body_of_unknown_length_becomes_chunks() {
    let scene = scene("nginx", &UNBUFFERED);
    let mut client = scene.client();
    let stream = client.begin("POST", HOST, "/", false);
    for _ in 0..3 {
        client.data(stream, b"hello ", false);
    }
    client.data(stream, b"", true);
    assert_eq!(client.outcome(stream).status(), Some(200));
    let received = &scene.backend.received()[0];
    assert_eq!(received.header("transfer-encoding"), Some("chunked"));
    assert_eq!(received.body, b"hello hello hello ");
}

#[test]
fn a_buffered_body_gets_its_length() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let stream = client.begin("POST", HOST, "/", false);
    client.data(stream, b"hello", false);
    client.data(stream, b"", true);
    assert_eq!(client.outcome(stream).status(), Some(200));
    let received = &scene.backend.received()[0];
    assert_eq!(received.header("content-length"), Some("5"));
    assert_eq!(received.header("transfer-encoding"), None);
    assert_eq!(received.body, b"hello");
}

#[test]
fn trailers_go_both_ways() {
    let scene = scene("nginx", &UNBUFFERED);
    let mut client = scene.client();
    let stream = client.request(
        &[
            (":method", "POST"),
            (":scheme", "http"),
            (":authority", HOST),
            (":path", "/"),
            ("te", "trailers"),
            ("x-echo", "chunked=1; body=abc; trailer=Sum: 7"),
        ],
        false,
    );
    client.data(stream, b"hello", false);
    let trailer = genkan_tests::http2::block(&[("checksum", "9"), ("content-length", "1")]);
    client.send(kind::HEADERS, 5, stream, &trailer);
    let mut frames = Vec::new();
    loop {
        let frame = client.read().expect("an open connection");
        if frame.stream == stream {
            frames.push(frame);
        }
        if frames
            .last()
            .is_some_and(|frame: &Frame| frame.flags & 1 > 0)
        {
            break;
        }
    }
    let kinds: Vec<u8> = frames.iter().map(|frame| frame.kind).collect();
    assert_eq!(kinds.first(), Some(&kind::HEADERS));
    assert_eq!(kinds.last(), Some(&kind::HEADERS), "the trailers end it");
    let received = &scene.backend.received()[0];
    assert_eq!(received.body, b"hello");
    assert_eq!(received.trailers, [("checksum".to_owned(), "9".to_owned())]);
}

#[test]
fn interim_responses_come_before_the_response() {
    let scene = scene("nginx", &[]);
    let text = curl(&scene, &["--include", "--header", "X-Echo: early=103"], "/");
    assert!(text.starts_with("HTTP/2 103 \r\n"), "{text}");
    assert!(text.contains("HTTP/2 200 \r\n"), "{text}");
}

#[test]
fn streams_do_not_wait_for_each_other() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let usual = [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", HOST),
        (":path", "/"),
    ];
    let slow = client.request(&[&usual[..], &[("x-echo", "sleep=20")]].concat(), true);
    let quick = client.request(&usual, true);
    assert_eq!(client.outcome(quick).status(), Some(200));
    // The slow one is cancelled: its exchange with the backend ends, and is logged as nginx does.
    client.send(kind::RST_STREAM, 0, slow, &8_u32.to_be_bytes());
    let line = scene
        .gateway
        .stdout()
        .wait_from(0, |line| line.contains("\" 499 ").then(|| line.to_owned()));
    let line = line.expect("a line in the log");
    assert!(line.contains("\"GET / HTTP/2.0\" 499 0 "), "{line}");
}

#[test]
fn a_head_response_has_a_length_and_no_body() {
    let scene = scene("nginx", &[]);
    let text = curl(&scene, &["--head", "--header", "X-Echo: size=1000"], "/");
    assert!(text.contains("content-length: 1000\r\n"), "{text}");
}

#[test]
fn own_answers_are_those_of_http_1() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let stream = client.begin("GET", "other.test", "/", true);
    let Outcome::Response { status, body } = client.outcome(stream) else {
        panic!("no response");
    };
    assert_eq!(status, 404);
    let page = String::from_utf8(body).expect("text");
    assert!(page.contains("<h1>404 Not Found</h1>"), "{page}");
    let stream = client.begin("GET", "other.test", "/healthz", true);
    assert_eq!(client.outcome(stream).status(), Some(200));
}

#[test]
fn a_large_response_obeys_the_window() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let stream = client.request(
        &[
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", HOST),
            (":path", "/"),
            ("x-echo", "size=200000"),
        ],
        true,
    );
    let mut got = 0;
    while got < 65_535 {
        let frame = client.read().expect("an open connection");
        if frame.kind == kind::DATA {
            got += frame.payload.len();
        }
    }
    assert_eq!(got, 65_535, "the window is what the protocol begins with");
    for stream in [0, stream] {
        client.send(kind::WINDOW_UPDATE, 0, stream, &200_000_u32.to_be_bytes());
    }
    let Outcome::Response { body, .. } = client.outcome(stream) else {
        panic!("no response");
    };
    assert_eq!(got + body.len(), 200_000);
}

#[test]
fn a_websocket_opens_by_extended_connect() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let stream = client.request(
        &[
            (":method", "CONNECT"),
            (":protocol", "websocket"),
            (":scheme", "http"),
            (":authority", HOST),
            (":path", "/chat"),
            ("sec-websocket-version", "13"),
        ],
        false,
    );
    let head = loop {
        let frame = client.read().expect("an open connection");
        if frame.stream == stream {
            break frame;
        }
    };
    assert_eq!((head.kind, head.flags & 1), (kind::HEADERS, 0));
    client.data(stream, b"hello", false);
    let echo = loop {
        let frame = client.read().expect("an open connection");
        if frame.stream == stream && !frame.payload.is_empty() {
            break frame;
        }
    };
    assert_eq!(echo.payload, b"hello", "the echo sends back what it gets");
    let received = &scene.backend.received()[0];
    assert_eq!(
        (received.method.as_str(), received.target.as_str()),
        ("GET", "/chat")
    );
    assert_eq!(received.header("upgrade"), Some("websocket"));
    assert_eq!(received.header("sec-websocket-key").map(str::len), Some(24));
}

#[test]
fn a_drain_lets_streams_finish_and_takes_no_more() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let stream = client.request(
        &[
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", HOST),
            (":path", "/"),
            ("x-echo", "sleep=1"),
        ],
        true,
    );
    assert_eq!(scene.backend.wait_for_requests(1).len(), 1);
    scene.gateway.signal(rustix::process::Signal::TERM);
    let mut last = Vec::new();
    let mut answered = false;
    while let Some(frame) = client.read() {
        match frame.kind {
            kind::GOAWAY => last.push(frame.payload[..8].to_vec()),
            kind::PING if frame.flags == 0 => client.send(kind::PING, 1, 0, &frame.payload),
            kind::DATA if frame.stream == stream => answered |= frame.flags & 1 > 0,
            _ => {}
        }
    }
    assert!(answered, "the stream under way was finished");
    // RFC 9113 6.8: first the highest number there is, then the last stream that was taken.
    assert_eq!(
        last,
        [
            [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0],
            [0, 0, 0, 1, 0, 0, 0, 0]
        ]
    );
    let finished = scene.gateway.wait_until_stopped();
    assert_eq!(finished.code, Some(0));
}

#[test]
fn use_http2_off_refuses_the_preface() {
    let scene = configured("nginx", &[], &[("use-http2", "false")]);
    let mut client = scene.client();
    let mut first = [0; 12];
    client.stream().read_exact(&mut first).expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 505");
}

#[test]
fn keep_alive_requests_end_a_connection() {
    let scene = configured("nginx", &[], &[("keep-alive-requests", "3")]);
    let mut client = scene.client();
    let mut answered = 0;
    for _ in 0..3 {
        client.begin("GET", HOST, "/", true);
    }
    let mut last = 0;
    while let Some(frame) = client.read() {
        match frame.kind {
            kind::DATA => answered += usize::from(frame.flags & 1),
            kind::PING if frame.flags == 0 => client.send(kind::PING, 1, 0, &frame.payload),
            kind::GOAWAY => last = frame.payload[3],
            _ => {}
        }
    }
    assert_eq!((answered, last), (3, 5), "the third stream has number 5");
}

#[test]
fn an_idle_connection_is_told_to_go() {
    let scene = configured("nginx", &[], &[("keep-alive", "1")]);
    let mut client = scene.client();
    let stream = client.begin("GET", HOST, "/", true);
    assert_eq!(client.outcome(stream).status(), Some(200));
    let mut said = 0;
    while let Some(frame) = client.read() {
        match frame.kind {
            kind::PING if frame.flags == 0 => client.send(kind::PING, 1, 0, &frame.payload),
            kind::GOAWAY => said += 1,
            _ => {}
        }
    }
    assert_eq!(said, 2);
}

#[test]
fn more_streams_than_allowed_are_refused() {
    let keys = [("http2-max-concurrent-streams", "2")];
    let scene = configured("nginx", &[], &keys);
    let mut client = scene.client();
    // The limit holds from when the client has read it.
    let settings = client.read().expect("the gateway's settings");
    assert!(
        settings
            .payload
            .chunks(6)
            .any(|setting| setting == [0, 3, 0, 0, 0, 2])
    );
    let slow = |client: &mut Http2| {
        client.request(
            &[
                (":method", "GET"),
                (":scheme", "http"),
                (":authority", HOST),
                (":path", "/"),
                ("x-echo", "sleep=5"),
            ],
            true,
        )
    };
    slow(&mut client);
    slow(&mut client);
    let third = slow(&mut client);
    assert_eq!(client.outcome(third), Outcome::Reset(7), "REFUSED_STREAM");
}

#[test]
fn headers_that_are_too_large_are_refused() {
    let scene = scene("nginx", &[]);
    // One field more than nginx's buffers take; all of them; and one mebibyte.
    for (name_count, length, statuses) in [
        (1, 9_000, &[400][..]),
        (8, 5_000, &[400, 431]),
        (150, 10, &[400]),
        (128, 8_000, &[431]),
    ] {
        let mut client = scene.client();
        let value = "v".repeat(length);
        let names: Vec<String> = (0..name_count)
            .map(|number| format!("x-{number}"))
            .collect();
        let mut fields = vec![
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", HOST),
            (":path", "/"),
        ];
        fields.extend(names.iter().map(|name| (name.as_str(), value.as_str())));
        let block = genkan_tests::http2::block(&fields);
        let mut pieces = block.chunks(16_384);
        let first = pieces.next().expect("a piece");
        let flags = if pieces.len() == 0 { 5 } else { 1 };
        client.send(kind::HEADERS, flags, 1, first);
        while let Some(piece) = pieces.next() {
            let flags = if pieces.len() == 0 { 4 } else { 0 };
            client.send(kind::CONTINUATION, flags, 1, piece);
        }
        let outcome = client.outcome(1);
        let refused = match &outcome {
            Outcome::Response { status, .. } => statuses.contains(status),
            Outcome::GoAway(code) => *code > 0 && length * name_count > 1 << 19,
            Outcome::Closed => length * name_count > 1 << 19,
            Outcome::Reset(_) => false,
        };
        assert!(refused, "{name_count} of {length}: {outcome:?}");
    }
    assert_eq!(scene.backend.received(), []);
    scene.serves();
}

#[test]
fn lengths_in_the_log_are_those_of_nginx() {
    let scene = scene("nginx", &[]);
    let mut client = scene.client();
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", HOST),
        (":path", "/logged"),
        ("x-echo", "body=hello"),
    ];
    let length = genkan_tests::http2::block(&fields).len();
    let stream = client.request(&fields, false);
    client.data(stream, &[b'x'; 100], true);
    assert_eq!(client.outcome(stream).status(), Some(200));
    let line = scene
        .gateway
        .stdout()
        .wait_from(0, |line| line.contains("/logged").then(|| line.to_owned()))
        .expect("a line in the log");
    assert!(line.contains("\"POST /logged HTTP/2.0\" 200 5 "), "{line}");
    // nginx 1.22: the header block as it came, and the data.
    let expected = format!(" {} ", length + 100);
    assert!(line.contains(&expected), "{line}: {expected}");
}
