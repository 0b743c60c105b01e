//! Sends the request of a case and collects what the client and the backends saw.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::thread;
use std::time::Duration;

use genkan_tests::{ClientError, Connection, EchoBackend, TlsHello, checkout, sha1, subject};

use crate::recorded::{Case, Recorded, Request, Response, Scenario, Upstream, UpstreamTls};
use crate::stage::Stage;

/// Plays all repetitions of a case.
pub(crate) fn play(stage: &Stage, scenario: &Scenario, case: &Case) -> Vec<Recorded> {
    let repeat = case.request.repeat.unwrap_or(1);
    let id = |number: usize| format!("{}#{number}", scenario.full_id(case));
    let mut jar = Vec::new();
    let responses: Vec<Response> = if case.request.parallel {
        thread::scope(|scope| {
            let running: Vec<_> = (0..repeat)
                .map(|number| scope.spawn(move || send(stage, &case.request, &id(number), &[])))
                .collect();
            running
                .into_iter()
                .map(|one| one.join().expect("a client ends"))
                .collect()
        })
    } else {
        let one = |number| {
            if let (1.., Some(seconds)) = (number, case.request.pause) {
                pass_time(Duration::from_secs_f64(seconds));
            }
            let response = send(stage, &case.request, &id(number), &jar);
            if case.request.keep_cookies {
                remember(&mut jar, &response);
            }
            response
        };
        (0..repeat).map(one).collect()
    };
    let responses = responses.into_iter().enumerate();
    let seen = responses.map(|(number, response)| Recorded {
        response: on_usual_ports(response, case, stage),
        upstream: received(stage, scenario, &id(number)),
    });
    seen.collect()
}

/// A `Location` as it were on the usual ports, which some redirects name and others leave out.
fn on_usual_ports(mut response: Response, case: &Case, stage: &Stage) -> Response {
    let is_location = |name: &str| name.eq_ignore_ascii_case("location");
    let recorded = case.recorded.iter().flat_map(|one| &one.response.headers);
    let recorded: Vec<_> = recorded.filter(|(name, _)| is_location(name)).collect();
    let located = response.headers.iter_mut();
    for (_, value) in located.filter(|(name, _)| is_location(name)) {
        for (ours, usual) in [(stage.http, ":80"), (stage.https, ":443")] {
            let named = recorded.iter().any(|(_, value)| value.contains(usual));
            let shown = if named { usual } else { "" };
            *value = value.replacen(&format!(":{}", ours.port()), shown, 1);
        }
    }
    response
}

/// Keeps the `name=value` of each cookie.
fn remember(jar: &mut Vec<String>, response: &Response) {
    for (name, value) in &response.headers {
        if name.eq_ignore_ascii_case("set-cookie") {
            let pair = value.split(';').next().unwrap_or_default();
            let key = pair.split('=').next().unwrap_or_default();
            jar.retain(|known| known.split('=').next() != Some(key));
            jar.push(pair.to_owned());
        }
    }
}

fn send(stage: &Stage, request: &Request, id: &str, cookies: &[String]) -> Response {
    let Ok(mut connection) = connect(stage, request) else {
        return Response {
            error: Some(HANDSHAKE_FAILED.to_owned()),
            ..Response::default()
        };
    };
    Response {
        certificate: connection.presented().map(subject),
        ..exchange(&mut connection, request, id, cookies)
    }
}

/// The case is about what time does: a rate drains, an entry expires.
#[expect(clippy::disallowed_methods, reason = "nothing is awaited but time")]
fn pass_time(time: Duration) {
    thread::sleep(time);
}

/// How the recording client called a failed handshake.
const HANDSHAKE_FAILED: &str = "SSLError";

/// Connects to the listener that the request is for.
fn connect(stage: &Stage, request: &Request) -> io::Result<Connection> {
    let client = request
        .client
        .as_deref()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |client| {
            client.parse().expect("a client address")
        });
    if !request.tls {
        let address = match request.port {
            None | Some(80) => stage.http,
            Some(443) => stage.https,
            Some(port) => panic!("port {port} is not played"),
        };
        return Ok(Connection::open_from(client, address));
    }
    let host = || {
        let host = request.host.as_deref()?;
        Some(host.split(':').next().unwrap_or(host).to_owned())
    };
    let server_name = request.sni.clone().or_else(host);
    let identity = request.client_cert.as_ref().map(|name| {
        let path = checkout().join(format!("tests/parity/certs/{name}.pem"));
        std::fs::read(path).expect("the client's certificate")
    });
    let hello = TlsHello {
        server_name: server_name.filter(|name| !name.is_empty()),
        identity,
    };
    Connection::open_tls(client, stage.https, &hello)
}

fn exchange(
    connection: &mut Connection,
    request: &Request,
    id: &str,
    cookies: &[String],
) -> Response {
    let (head, body) = bytes(request, id, cookies);
    let method = request.raw.as_deref().map_or_else(
        || request.method.clone().unwrap_or_else(|| "GET".to_owned()),
        |raw| raw.split(' ').next().unwrap_or_default().to_owned(),
    );
    let old = request.version.as_deref() == Some("HTTP/1.0");
    let expects = !old
        && request.headers.0.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("expect") && value.eq_ignore_ascii_case("100-continue")
        });
    if !expects || body.is_empty() {
        // In one piece, as the recording client did: it matters where bodies are not buffered. The peer
        // may answer and close before it has read everything: read in any case.
        let _ = connection.send(&[head, body.clone()].concat());
    } else {
        let _ = connection.send(&head);
        let first = match connection.read_head() {
            Ok(first) => first,
            Err(fault) => return ended(&fault),
        };
        if first.status != 100 {
            return final_after_head(connection, first, &method);
        }
        let _ = connection.send(&body);
    }
    match connection.read_response(&method) {
        Ok(response) => {
            let continued = expects && !body.is_empty() || response.interim.contains(&100);
            shown(response, continued)
        }
        Err(fault) => ended(&fault),
    }
}

fn ended(fault: &ClientError) -> Response {
    match fault {
        ClientError::Closed => Response {
            closed: true,
            ..Response::default()
        },
        ClientError::Broken(fault) => Response {
            body: Some(format!("(broken: {fault})")),
            ..Response::default()
        },
    }
}

/// A final response whose head alone has been read: all of these end with the connection or have a length.
fn final_after_head(
    connection: &mut Connection,
    head: genkan_tests::Response,
    method: &str,
) -> Response {
    let length = head
        .header("content-length")
        .and_then(|length| length.parse().ok());
    let body = match length {
        _ if method == "HEAD" => Ok(Vec::new()),
        Some(length) => connection.read_bytes(length),
        None => connection.read_to_end(),
    };
    shown(
        genkan_tests::Response {
            body: body.unwrap_or_default(),
            ..head
        },
        false,
    )
}

fn shown(response: genkan_tests::Response, continued: bool) -> Response {
    let from_backend = response.header("x-pod").is_some();
    let text: String = response.body.iter().copied().map(char::from).collect();
    Response {
        status: Some(response.status),
        body: (!from_backend && !text.is_empty()).then_some(text),
        body_from: from_backend.then(|| "backend".to_owned()),
        body_sha1: from_backend.then(|| hex(&response.body)),
        body_len: Some(response.body.len()),
        headers: response.headers,
        continued,
        ..Response::default()
    }
}

fn hex(bytes: &[u8]) -> String {
    sha1(bytes).map(|byte| format!("{byte:02x}")).concat()
}

/// Head and body as they go over the wire.
fn bytes(request: &Request, id: &str, cookies: &[String]) -> (Vec<u8>, Vec<u8>) {
    if let Some(raw) = &request.raw {
        return (latin(&raw.replace("{{case}}", id)), Vec::new());
    }
    let method = request.method.as_deref().unwrap_or("GET");
    let version = request.version.as_deref().unwrap_or("HTTP/1.1");
    let mut head = format!("{method} {} {version}\r\n", request.target);
    if let Some(host) = &request.host {
        head += &format!("Host: {host}\r\n");
    }
    head += &format!("X-Case: {id}\r\n");
    for (name, value) in &request.headers.0 {
        head += &format!("{name}: {value}\r\n");
    }
    let has = |wanted: &str| {
        request
            .headers
            .0
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    if !cookies.is_empty() {
        head += &format!("Cookie: {}\r\n", cookies.join("; "));
    }
    for (name, value) in [
        ("User-Agent", "parity/1"),
        ("Accept", "*/*"),
        ("Connection", "close"),
    ] {
        if !has(name) {
            head += &format!("{name}: {value}\r\n");
        }
    }
    let content = match (&request.body, request.body_size) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, Some(size)) => vec![b'z'; size],
        (None, None) => Vec::new(),
    };
    let body = if request.chunked {
        head += "Transfer-Encoding: chunked\r\n";
        chunks(&content)
    } else {
        let announced = !content.is_empty() || matches!(method, "POST" | "PUT" | "PATCH");
        if announced && !has("content-length") && !has("transfer-encoding") {
            head += &format!("Content-Length: {}\r\n", content.len());
        }
        content
    };
    (latin(&(head + "\r\n")), body)
}

fn chunks(content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    if !content.is_empty() {
        body.extend(format!("{:x}\r\n", content.len()).as_bytes());
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(b"0\r\n\r\n");
    body
}

/// One byte for each character up to U+00FF, as the recordings write bytes; others as UTF-8.
fn latin(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match u8::try_from(u32::from(character)) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend(character.to_string().as_bytes()),
        }
    }
    bytes
}

/// What reached the backends of the scenario for this request, in the order of arrival where one backend
/// got several.
fn received(stage: &Stage, scenario: &Scenario, id: &str) -> Vec<Upstream> {
    let backends = stage.backends_of(scenario);
    backends
        .flat_map(|backend| of_backend(backend, id, stage))
        .collect()
}

fn of_backend(backend: &EchoBackend, id: &str, stage: &Stage) -> Vec<Upstream> {
    let all = backend.received();
    let mine = all
        .into_iter()
        .filter(|received| received.header("x-case") == Some(id));
    let shown = mine.map(|received| {
        let headers = received
            .headers
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("x-case"));
        let body = &received.body;
        Upstream {
            pod: backend.name().to_owned(),
            headers: headers
                .map(|(name, value)| translated(name, value, stage))
                .collect(),
            body_len: body.len(),
            body_sha1: (!body.is_empty()).then(|| hex(body)),
            tls: received.tls.map(|tls| UpstreamTls {
                sni: tls.server_name,
                version: tls.version.to_owned(),
            }),
            method: received.method,
            target: received.target,
            version: received.version,
        }
    });
    shown.collect()
}

/// Values that depend on where the test runs, as the recordings have them.
fn translated(name: &str, value: &str, stage: &Stage) -> (String, String) {
    let ours =
        |value: &str| value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = match &*name.to_ascii_lowercase() {
        "x-request-id" if ours(value) => "*",
        "x-forwarded-port" if value == stage.http.port().to_string() => "80",
        "x-forwarded-port" if value == stage.https.port().to_string() => "443",
        _ => value,
    };
    (name.to_owned(), value.to_owned())
}
