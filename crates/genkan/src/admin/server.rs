//! A small HTTP/1.1 server for GET requests: one thread, one connection after the other per task.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use genkan_http::{
    head::{RequestHead, RequestView},
    known::KnownHeader,
    limits::HeadLimits,
    parse::{Progress, parse_request},
    write,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Semaphore, oneshot},
};

/// Connections served at a time; more wait in the accept queue.
const CONNECTIONS_MAX: usize = 64;
/// The largest request head, in bytes.
const HEAD_MAX: usize = 8 << 10;
/// How long one request may take to arrive and its answer to leave.
const PATIENCE: Duration = Duration::from_secs(10);
/// Depth of the accept queue.
const BACKLOG: i32 = 128;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Method.
    pub(super) method: String,
    /// Path without query.
    pub(super) path: String,
    /// Query without `?`.
    pub(super) query: String,
    /// `Host`.
    pub(super) host: String,
    /// `Origin`, when a browser sent one.
    pub(super) origin: Option<String>,
}

impl Request {
    /// The value of a parameter of the query, percent-decoding `%XX` and `+`.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        self.parameters()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// All parameters of the query in order, their values decoded.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        self.query.split('&').map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key.to_owned(), decode(value))
        })
    }
}

fn decode(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = |index: usize| char::from(*bytes.get(index)?).to_digit(16);
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
                continue;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    out.utf8_chunks()
        .flat_map(|chunk| {
            [
                chunk.valid(),
                if chunk.invalid().is_empty() {
                    ""
                } else {
                    "\u{fffd}"
                },
            ]
        })
        .collect()
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    status: u16,
    content_type: &'static str,
    body: String,
}

impl Reply {
    /// Any answer.
    pub(super) fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            content_type,
            body,
        }
    }

    /// A line of text.
    pub(super) fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.to_owned())
    }
}

/// Answers requests; called on a thread that may block.
pub(super) type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// A running server; dropping it ends it.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Opens the port and starts the thread.
    ///
    /// # Errors
    /// When the port is in use or no thread can be started.
    pub(super) fn start(
        name: &str,
        address: SocketAddr,
        handler: Arc<Handler>,
    ) -> io::Result<Self> {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(4)
            .build()?;
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    tokio::select! {
                        _ = serve(listener, handler) => {}
                        _ = ended => {}
                    }
                });
                runtime.shutdown_timeout(Duration::ZERO);
            })?;
        Ok(Self {
            address,
            end: Some(end),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// IPv4 clients reach an unspecified IPv6 address too; where there is no IPv6, IPv4 alone.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let open = |address: SocketAddr| {
        let socket = socket2::Socket::new(
            socket2::Domain::for_address(address),
            socket2::Type::STREAM,
            None,
        )?;
        if address.is_ipv6() {
            socket.set_only_v6(false)?;
        }
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        Ok(TcpListener::from(socket))
    };
    match open(address) {
        Err(error) if is_without_ipv6(&error) && address.ip().is_unspecified() => {
            open(SocketAddr::from(([0, 0, 0, 0], address.port())))
        }
        outcome => outcome,
    }
}

fn is_without_ipv6(error: &io::Error) -> bool {
    let number = error
        .raw_os_error()
        .map(rustix::io::Errno::from_raw_os_error);
    matches!(
        number,
        Some(rustix::io::Errno::AFNOSUPPORT | rustix::io::Errno::ADDRNOTAVAIL)
    )
}

async fn serve(listener: TcpListener, handler: Arc<Handler>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return Ok(());
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let handler = Arc::clone(&handler);
                tokio::spawn(async move {
                    // A client that is slow or gone loses its answer, nothing else.
                    let _ = tokio::time::timeout(PATIENCE, exchange(stream, handler)).await;
                    drop(place);
                });
            }
            // No descriptors left: wait for one of ours to be given back.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// One request, one answer, then the connection ends.
async fn exchange(mut stream: TcpStream, handler: Arc<Handler>) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(1024);
    let reply = loop {
        match read(&bytes) {
            Read::More if bytes.len() > HEAD_MAX => {
                break Reply::text(431, "the request is too large\n");
            }
            Read::More => {
                if stream.read_buf(&mut bytes).await? == 0 {
                    return Ok(());
                }
            }
            Read::Bad(reply) => break reply,
            Read::Request(request) => {
                let is_head = request.method == "HEAD";
                let handled = tokio::task::spawn_blocking(move || handler(&request));
                let mut reply = handled.await.map_err(io::Error::other)?;
                if is_head {
                    reply.body.clear();
                }
                break reply;
            }
        }
    };
    stream.write_all(&encode(&reply)).await?;
    stream.shutdown().await
}

enum Read {
    More,
    Request(Request),
    Bad(Reply),
}

fn read(bytes: &[u8]) -> Read {
    let mut head = RequestHead::default();
    match parse_request(bytes, &mut head, &HeadLimits::default()) {
        Ok(Progress::Partial) => Read::More,
        Err(_) => Read::Bad(Reply::text(400, "this is no HTTP request\n")),
        Ok(Progress::Complete { .. }) => {
            let view = RequestView { bytes, head: &head };
            let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap_or_default();
            let target = text(view.target());
            let (path, query) = target.split_once('?').unwrap_or((&target, ""));
            let method = text(view.method());
            if method != "GET" && method != "HEAD" {
                return Read::Bad(Reply::text(405, "only GET is known here\n"));
            }
            Read::Request(Request {
                path: path.to_owned(),
                query: query.to_owned(),
                host: view.first(KnownHeader::Host).map(text).unwrap_or_default(),
                origin: view.first(KnownHeader::Origin).map(text),
                method,
            })
        }
    }
}

fn encode(reply: &Reply) -> Vec<u8> {
    let mut out = Vec::with_capacity(reply.body.len() + 256);
    write::status_line(&mut out, reply.status, reason(reply.status));
    write::field(&mut out, b"Content-Type", reply.content_type.as_bytes());
    write::number_field(&mut out, b"Content-Length", reply.body.len() as u64);
    if reply.status == 405 {
        write::field(&mut out, b"Allow", b"GET, HEAD");
    }
    write::field(&mut out, b"X-Content-Type-Options", b"nosniff");
    write::field(&mut out, b"Connection", b"close");
    write::end(&mut out);
    out.extend_from_slice(reply.body.as_bytes());
    out
}

fn reason(status: u16) -> &'static [u8] {
    match status {
        200 => b"OK",
        400 => b"Bad Request",
        403 => b"Forbidden",
        404 => b"Not Found",
        405 => b"Method Not Allowed",
        431 => b"Request Header Fields Too Large",
        _ => b"Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let request = Request {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: "id=a%2Fb+c&empty&bad=%zz%e2%82%ac".to_owned(),
            host: String::new(),
            origin: None,
        };
        assert_eq!(request.parameter("id").as_deref(), Some("a/b c"));
        assert_eq!(request.parameter("empty").as_deref(), Some(""));
        assert_eq!(request.parameter("bad").as_deref(), Some("%zz€"));
        assert_eq!(request.parameter("absent"), None);
    }
}
