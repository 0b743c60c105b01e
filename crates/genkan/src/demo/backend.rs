//! Serves the embedded todo application on a free port of 127.0.0.1: one thread per connection.

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use genkan_http::{
    chunked::{ChunkedDecoder, Part},
    framing::{Body, request_framing},
    head::{RequestHead, RequestView},
    limits::{ChunkLimits, HeadLimits},
    parse::{Progress, parse_request},
    write,
};

use super::todos::{Answer, Todos};

/// Connections at a time; Genkan keeps a few per worker.
const CONNECTIONS_MAX: usize = 256;
/// The largest request, head and body.
const REQUEST_MAX: usize = 64 << 10;
/// An idle connection ends after this long.
const IDLE: Duration = Duration::from_secs(120);

/// The running application; it lives as long as the process.
#[derive(Debug)]
pub(super) struct Backend {
    address: SocketAddr,
}

impl Backend {
    /// Opens a free port and starts to answer.
    ///
    /// # Errors
    /// When no port or thread can be had.
    pub(super) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let todos = Arc::new(Mutex::new(Todos::with_examples()));
        thread::Builder::new()
            .name("todos".to_owned())
            .spawn(move || accept(&listener, &todos))?;
        Ok(Self { address })
    }

    /// Where it answers.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

fn accept(listener: &TcpListener, todos: &Arc<Mutex<Todos>>) {
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming().flatten() {
        if open.load(Ordering::Relaxed) >= CONNECTIONS_MAX {
            continue;
        }
        let (todos, counter) = (Arc::clone(todos), Arc::clone(&open));
        open.fetch_add(1, Ordering::Relaxed);
        let started = thread::Builder::new().spawn(move || {
            // A connection that breaks is the proxy's business, not the application's.
            let _ = serve(stream, &todos);
            counter.fetch_sub(1, Ordering::Relaxed);
        });
        if started.is_err() {
            open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn serve(mut stream: TcpStream, todos: &Mutex<Todos>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(IDLE))?;
    let mut bytes = Vec::new();
    let mut chunk = [0; 8 << 10];
    loop {
        match Request::read(&bytes) {
            Read::Complete(request, length) => {
                let answer = todos.lock().unwrap_or_else(PoisonError::into_inner).answer(
                    &request.method,
                    &request.path,
                    &request.body,
                );
                stream.write_all(&encode(&answer, &request))?;
                if !request.keep_alive {
                    return Ok(());
                }
                bytes.drain(..length);
                continue;
            }
            Read::Bad => return Ok(()),
            Read::More if bytes.len() > REQUEST_MAX => return Ok(()),
            Read::More => {}
        }
        match stream.read(&mut chunk)? {
            0 => return Ok(()),
            length => bytes.extend_from_slice(&chunk[..length]),
        }
    }
}

struct Request {
    method: String,
    path: String,
    body: Vec<u8>,
    keep_alive: bool,
}

enum Read {
    /// A request and the bytes it took.
    Complete(Request, usize),
    More,
    Bad,
}

impl Request {
    fn read(bytes: &[u8]) -> Read {
        let mut head = RequestHead::default();
        let head_len = match parse_request(bytes, &mut head, &HeadLimits::default()) {
            Ok(Progress::Complete { head_len, .. }) => head_len,
            Ok(_) => return Read::More,
            Err(_) => return Read::Bad,
        };
        let view = RequestView { bytes, head: &head };
        let Ok(framing) = request_framing(view) else {
            return Read::Bad;
        };
        let rest = &bytes[head_len..];
        let (body, taken) = match framing.body {
            Body::None => (Vec::new(), 0),
            Body::Length(length) => match usize::try_from(length) {
                Ok(length) if length <= rest.len() => (rest[..length].to_vec(), length),
                _ => return Read::More,
            },
            Body::Chunked => match dechunk(rest) {
                Ok(Some(complete)) => complete,
                Ok(None) => return Read::More,
                Err(()) => return Read::Bad,
            },
        };
        let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap_or_default();
        let target = text(view.target());
        let request = Self {
            method: text(view.method()),
            path: target.split('?').next().unwrap_or_default().to_owned(),
            body,
            keep_alive: framing.keep_alive,
        };
        Read::Complete(request, head_len + taken)
    }
}

/// The whole body and the bytes it took, or nothing when it is not complete.
fn dechunk(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, ()> {
    let mut decoder = ChunkedDecoder::default();
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let decoded = decoder
            .decode(&bytes[at..], &ChunkLimits::default())
            .map_err(|_| ())?;
        match decoded.part {
            Part::Data(range) => body.extend_from_slice(&bytes[at..][range]),
            Part::Trailer { .. } => {}
            Part::Partial => return Ok(None),
            Part::End => return Ok(Some((body, at + decoded.consumed))),
        }
        at += decoded.consumed;
    }
}

fn encode(answer: &Answer, request: &Request) -> Vec<u8> {
    let mut out = Vec::with_capacity(answer.body.len() + 128);
    write::status_line(&mut out, answer.status, reason(answer.status));
    if answer.status != 204 {
        write::field(&mut out, b"Content-Type", b"application/json");
        write::number_field(&mut out, b"Content-Length", answer.body.len() as u64);
    }
    if let Some(allow) = answer.allow {
        write::field(&mut out, b"Allow", allow.as_bytes());
    }
    if !request.keep_alive {
        write::field(&mut out, b"Connection", b"close");
    }
    write::end(&mut out);
    if request.method != "HEAD" {
        out.extend_from_slice(answer.body.as_bytes());
    }
    out
}

fn reason(status: u16) -> &'static [u8] {
    match status {
        200 => b"OK",
        201 => b"Created",
        204 => b"No Content",
        400 => b"Bad Request",
        404 => b"Not Found",
        405 => b"Method Not Allowed",
        409 => b"Conflict",
        _ => b"",
    }
}
