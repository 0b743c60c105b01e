//! A backend that answers what it received, keeps it for the test, and can be
//! told by the request how to answer.

use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustls::ServerConfig;
use serde_json::json;

use crate::socket::{ReceivedTls, accept_tls, server_config};
use crate::wire::{Fields, Wire, malformed, parse_head, value};
use crate::{DEADLINE, sha1, websocket};

/// The backend. Dropping it closes its listener and its connections.
///
/// It answers 200, `X-Pod: NAME`, `Content-Type: application/json` and
/// `{"pod", "method", "target", "version", "headers": [[name, value], …],
/// "length", "sha1"}`. The request header `X-Echo` (`X-Auth-Echo` for paths that
/// begin with `/auth`) changes that, parts separated by `; `: `status=N`, `header=Name: value`, `body=TEXT`, `size=BYTES`,
/// `ctype=TYPE`, `sleep=SECONDS`, `chunked=1`, `trailer=Name: value` (with
/// `chunked=1`), `early=N` (an interim response before), `close=1` (close
/// without an answer). A request with `Upgrade` gets 101 and then its own bytes.
#[derive(Debug)]
pub struct EchoBackend {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// One request as the backend received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Number of the connection it came on, from 1.
    pub connection: u64,
    /// Method.
    pub method: String,
    /// Raw request target.
    pub target: String,
    /// `HTTP/1.1` or `HTTP/1.0`.
    pub version: String,
    /// Header fields in order.
    pub headers: Vec<(String, String)>,
    /// Body without its chunked coding.
    pub body: Vec<u8>,
    /// Trailer fields.
    pub trailers: Vec<(String, String)>,
    /// The handshake, where there was one.
    pub tls: Option<ReceivedTls>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    upgrades: Upgrades,
    /// Whether connections are kept after an answer.
    keeps: bool,
    /// What handshakes are answered with; none in clear.
    tls: Option<Arc<ServerConfig>>,
    connections: AtomicU64,
    state: Mutex<State>,
    changed: Condvar,
}

/// Which requests get 101.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Upgrades {
    /// All with `Upgrade`.
    Asked,
    /// Those that order `status=101` too.
    Ordered,
}

#[derive(Debug, Default)]
struct State {
    received: Vec<Received>,
    open: Vec<(u64, TcpStream)>,
    faults: Vec<String>,
    stopped: bool,
}

impl EchoBackend {
    /// Starts one on a free port of 127.0.0.1.
    #[must_use]
    pub fn start(name: &str) -> Self {
        Self::start_on(name, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// Starts one on a given address (port 0 for a free one).
    #[must_use]
    pub fn start_on(name: &str, address: SocketAddr) -> Self {
        Self::start_with(name, address, Upgrades::Asked, true, None)
    }

    /// Starts one that upgrades only where the order `status=101` is given, and
    /// knows nothing of WebSockets: the backend of the parity recordings. It keeps
    /// connections only when told to.
    #[must_use]
    pub fn start_for_recordings(name: &str, address: SocketAddr, keeps: bool) -> Self {
        Self::start_with(name, address, Upgrades::Ordered, keeps, None)
    }

    /// The same with TLS; certificate and key are PEM.
    #[must_use]
    pub fn start_tls_for_recordings(
        name: &str,
        address: SocketAddr,
        keeps: bool,
        pem: &[u8],
    ) -> Self {
        let tls = Some(server_config(pem));
        Self::start_with(name, address, Upgrades::Ordered, keeps, tls)
    }

    fn start_with(
        name: &str,
        address: SocketAddr,
        upgrades: Upgrades,
        keeps: bool,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind(address).expect("the address can be listened on");
        let address = listener.local_addr().expect("a listener has an address");
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            upgrades,
            keeps,
            tls,
            connections: AtomicU64::new(0),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting));
        Self { address, shared }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its name, which it answers as `X-Pod`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// All requests so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().received.clone()
    }

    /// All requests so far, which are forgotten.
    #[must_use]
    pub fn take_received(&self) -> Vec<Received> {
        std::mem::take(&mut self.shared.lock().received)
    }

    /// Waits until at least `count` requests came, and returns all.
    ///
    /// # Panics
    /// When they do not come before [`DEADLINE`].
    #[must_use]
    #[track_caller]
    pub fn wait_for_requests(&self, count: usize) -> Vec<Received> {
        let until = Instant::now() + DEADLINE;
        let mut state = self.shared.lock();
        while state.received.len() < count {
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{} of {count} requests came",
                state.received.len()
            );
            state = self.shared.wait(state, left);
        }
        state.received.clone()
    }

    /// How many connections were opened so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// What came and was not HTTP, in words. A proxy must leave this empty.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.shared.lock().faults.clone()
    }

    /// Closes all open connections; new ones are still accepted.
    pub fn close_connections(&self) {
        for (_, stream) in self.shared.lock().open.drain(..) {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for EchoBackend {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
        self.close_connections();
        // Wakes the accepting thread, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

impl Received {
    /// The value of the first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        value(&self.headers, name)
    }

    /// The values of all headers of that name.
    #[must_use]
    pub fn header_values(&self, name: &str) -> Vec<&str> {
        let named = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| &**value).collect()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, left: Duration) -> MutexGuard<'a, State> {
        self.changed
            .wait_timeout(state, left)
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }

    /// Lets time pass, unless the backend stops first.
    fn pause(&self, length: Duration) {
        let until = Instant::now() + length;
        let mut state = self.lock();
        while !state.stopped {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.wait(state, left);
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept() {
        let mut state = shared.lock();
        if state.stopped {
            return;
        }
        let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
        state
            .open
            .push((number, stream.try_clone().expect("a socket can be cloned")));
        drop(state);
        let serving = Arc::clone(shared);
        thread::spawn(move || {
            let ended = greet(stream, number, &serving);
            let mut state = serving.lock();
            state.open.retain(|(known, _)| *known != number);
            if let Err(fault) = ended
                && matches!(
                    fault.kind(),
                    io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
                )
            {
                state.faults.push(format!("connection {number}: {fault}"));
            }
        });
    }
}

/// Serves a connection, after a handshake where there is one. A handshake that fails is nobody's fault.
fn greet(stream: TcpStream, connection: u64, shared: &Shared) -> io::Result<()> {
    let Some(config) = &shared.tls else {
        return serve(Wire::new(stream), connection, shared);
    };
    stream.set_nodelay(true)?;
    match accept_tls(stream, Arc::clone(config)) {
        Ok(socket) => serve(Wire::over(socket), connection, shared),
        Err(_) => Ok(()),
    }
}

fn serve(mut wire: Wire, connection: u64, shared: &Shared) -> io::Result<()> {
    // Kept connections may be idle for longer than any deadline of a test.
    wire.stream.set_read_timeout(None)?;
    while let Some(head) = wire.head()? {
        if head.starts_with(b"PRI * HTTP/2.0\r\n") {
            // The preface of HTTP/2, which this backend does not speak.
            return wire.stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
        let received = receive(&mut wire, connection, &head)?;
        let mut state = shared.lock();
        state.received.push(received.clone());
        drop(state);
        shared.changed.notify_all();
        let by = match received.target.starts_with("/auth") {
            true => "x-auth-echo",
            false => "x-echo",
        };
        let orders = received.header(by).unwrap_or_default();
        let ordered = orders.split("; ").any(|order| order == "status=101");
        if received.header("upgrade").is_some() && (ordered || shared.upgrades == Upgrades::Asked) {
            return upgrade(wire, &received, shared);
        }
        if !answer(&mut wire, &received, orders, shared)? {
            return Ok(());
        }
    }
    Ok(())
}

fn receive(wire: &mut Wire, connection: u64, head: &[u8]) -> io::Result<Received> {
    let (first, headers) = parse_head(head)?;
    let parts: Vec<&str> = first.split(' ').collect();
    let [method, target, version] = parts[..] else {
        return Err(malformed(&format!("request line {first:?}")));
    };
    if value(&headers, "expect").is_some_and(|v| v.eq_ignore_ascii_case("100-continue")) {
        wire.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let (body, trailers) = body(wire, &headers)?;
    Ok(Received {
        connection,
        method: method.to_owned(),
        target: target.to_owned(),
        version: version.to_owned(),
        headers,
        body,
        trailers,
        tls: wire.stream.tls(),
    })
}

fn body(wire: &mut Wire, headers: &Fields) -> io::Result<(Vec<u8>, Fields)> {
    let lengths = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    match (value(headers, "transfer-encoding"), lengths.count()) {
        (Some(coding), 0) if coding.eq_ignore_ascii_case("chunked") => wire.chunked(),
        (None, 0) => Ok((Vec::new(), Vec::new())),
        (None, 1) => {
            let length = value(headers, "content-length").unwrap_or_default();
            let count = length.parse().map_err(|_| malformed("Content-Length"))?;
            Ok((wire.exactly(count)?, Vec::new()))
        }
        _ => Err(malformed("ambiguous framing")),
    }
}

/// Answers, and says whether the connection goes on.
fn answer(wire: &mut Wire, received: &Received, orders: &str, shared: &Shared) -> io::Result<bool> {
    let mut status = "200".to_owned();
    let mut content_type = "application/json".to_owned();
    let mut body = description(received, &shared.name);
    let (mut headers, mut trailers) = (String::new(), String::new());
    let mut chunked = false;
    for (order, argument) in orders.split("; ").filter_map(|part| part.split_once('=')) {
        match order {
            "status" => argument.clone_into(&mut status),
            "header" => headers += &format!("{argument}\r\n"),
            "trailer" => trailers += &format!("{argument}\r\n"),
            "body" => body = argument.as_bytes().to_vec(),
            "size" => body = vec![b'x'; argument.parse().map_err(|_| malformed("size"))?],
            "ctype" => argument.clone_into(&mut content_type),
            "sleep" => {
                let seconds = argument.parse().map_err(|_| malformed("sleep"))?;
                shared.pause(Duration::from_secs_f64(seconds));
            }
            "chunked" => chunked = true,
            "early" => write!(wire.stream, "HTTP/1.1 {argument} Early\r\n\r\n")?,
            "close" => {
                // A reset would tell less than a close without an answer.
                let _ = wire.stream.shutdown(Shutdown::Both);
                return Ok(false);
            }
            other => return Err(malformed(&format!("unknown order {other:?}"))),
        }
    }
    let goes_on = shared.keeps
        && received.version == "HTTP/1.1"
        && !received
            .header("connection")
            .is_some_and(|v| v.eq_ignore_ascii_case("close"));
    let bodiless = matches!(&*status, "204" | "304");
    let mut out = format!(
        "HTTP/1.1 {status} Echo\r\nX-Pod: {}\r\nContent-Type: {content_type}\r\n{headers}",
        shared.name
    );
    if !goes_on {
        out += "Connection: close\r\n";
    }
    match (bodiless, chunked) {
        (true, _) => {}
        (false, true) => out += "Transfer-Encoding: chunked\r\n",
        (false, false) => out += &format!("Content-Length: {}\r\n", body.len()),
    }
    let mut out = (out + "\r\n").into_bytes();
    if !bodiless && received.method != "HEAD" {
        if chunked {
            append_chunks(&mut out, &body, &trailers);
        } else {
            out.extend(body);
        }
    }
    wire.stream.write_all(&out)?;
    Ok(goes_on)
}

fn description(received: &Received, name: &str) -> Vec<u8> {
    let text = json!({
        "pod": name,
        "method": received.method,
        "target": received.target,
        "version": received.version,
        "headers": received.headers,
        "length": received.body.len(),
        "sha1": sha1(&received.body).map(|byte| format!("{byte:02x}")).concat(),
    });
    text.to_string().into_bytes()
}

fn append_chunks(out: &mut Vec<u8>, body: &[u8], trailers: &str) {
    // Two pieces at least, so that a relay has something to get wrong.
    for piece in body.chunks(body.len().div_ceil(2).max(1)) {
        out.extend(format!("{:x}\r\n", piece.len()).as_bytes());
        out.extend(piece);
        out.extend(b"\r\n");
    }
    out.extend(format!("0\r\n{trailers}\r\n").as_bytes());
}

fn upgrade(mut wire: Wire, received: &Received, shared: &Shared) -> io::Result<()> {
    let name = &shared.name;
    let protocol = received.header("upgrade").unwrap_or_default();
    let mut head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\nX-Pod: {name}\r\n"
    );
    let key = received.header("sec-websocket-key");
    if let Some(key) = key.filter(|_| shared.upgrades == Upgrades::Asked) {
        head += &format!("Sec-WebSocket-Accept: {}\r\n", websocket::accept(key));
    }
    wire.stream.write_all((head + "\r\n").as_bytes())?;
    loop {
        let bytes = wire.take_ahead();
        wire.stream.write_all(&bytes)?;
        if !wire.read_more()? {
            return Ok(());
        }
    }
}
