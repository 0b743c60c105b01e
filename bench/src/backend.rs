//! The backend: `/b/SIZE` answers SIZE bytes, a body is read and thrown away, `/count` tells how many
//! requests were answered.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
};

use crate::{
    event::{Poller, would_block},
    load::field,
};

/// The largest answer.
const BODY_MAX: usize = 4 << 20;
const LISTENER: u64 = 0;

/// Where to listen.
#[derive(Debug, clap::Args)]
pub(crate) struct BackendArgs {
    /// Address to listen on; port 0 picks a free one. The address is printed.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

/// Serves until killed.
pub(crate) fn serve(args: &BackendArgs) -> io::Result<()> {
    let listener = listen(args.listen)?;
    println!("listening {}", listener.local_addr()?);
    let mut poller = Poller::new()?;
    poller.add(&listener, LISTENER)?;
    let mut connections: HashMap<u64, Connection> = HashMap::new();
    let (mut next_key, mut answered) = (1, 0);
    let filler = vec![b'x'; BODY_MAX];
    loop {
        for ready in poller.wait(None)? {
            if ready.key == LISTENER {
                while let Ok((stream, _)) = listener.accept() {
                    stream.set_nonblocking(true)?;
                    stream.set_nodelay(true)?;
                    poller.add(&stream, next_key)?;
                    connections.insert(next_key, Connection::new(stream));
                    next_key += 1;
                }
            } else if let Some(connection) = connections.get_mut(&ready.key)
                && !connection.turn(&filler, &mut answered)
            {
                connections.remove(&ready.key);
            }
        }
    }
}

/// A non-blocking listener with a deep queue.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket2::Socket::new(
        socket2::Domain::for_address(address),
        socket2::Type::STREAM,
        None,
    )?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(4096)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    /// Bytes of a head not yet complete.
    input: Vec<u8>,
    /// Bytes of the request's body still to come.
    body_left: usize,
    /// Answer head waiting to be written, and how much body follows it.
    head: Vec<u8>,
    body: usize,
}

impl Connection {
    fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            input: Vec::with_capacity(4096),
            body_left: 0,
            head: Vec::with_capacity(256),
            body: 0,
        }
    }

    /// Reads, answers, writes; false when the connection is over.
    fn turn(&mut self, filler: &[u8], answered: &mut u64) -> bool {
        let mut chunk = [0; 64 << 10];
        loop {
            if !self.flush(filler) {
                return false;
            }
            if !self.head.is_empty() || self.body > 0 {
                return true;
            }
            match self.stream.read(&mut chunk) {
                Ok(0) => return false,
                Ok(length) => {
                    self.take(&chunk[..length], answered);
                    // A short read has emptied the socket; the poller tells when there is more.
                    if length < chunk.len() {
                        return self.flush(filler);
                    }
                }
                Err(error) => return would_block(&error),
            }
        }
    }

    fn take(&mut self, mut bytes: &[u8], answered: &mut u64) {
        while !bytes.is_empty() {
            if self.body_left > 0 {
                let length = self.body_left.min(bytes.len());
                bytes = &bytes[length..];
                self.body_left -= length;
                continue;
            }
            self.input.extend_from_slice(bytes);
            bytes = &[];
            while let Some(end) = find(&self.input, b"\r\n\r\n") {
                let (reply, length) = read_head(&self.input[..end], *answered);
                *answered += u64::from(matches!(reply, Reply::Filler(_)));
                self.answer(&reply);
                let rest = self.input.split_off(end + 4);
                let eaten = length.min(rest.len());
                self.body_left = length - eaten;
                self.input = rest[eaten..].to_vec();
                self.input.reserve(4096);
            }
        }
    }

    fn answer(&mut self, reply: &Reply) {
        let (body, text) = match reply {
            Reply::Filler(size) => (*size, String::new()),
            Reply::Text(text) => (0, text.clone()),
        };
        let length = body + text.len();
        // Pipelined answers with bodies would need a queue; the load of the bench never pipelines.
        let _ = write!(
            self.head,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{text}"
        );
        self.body = body;
    }

    fn flush(&mut self, filler: &[u8]) -> bool {
        while !self.head.is_empty() || self.body > 0 {
            let slices = [
                io::IoSlice::new(&self.head),
                io::IoSlice::new(&filler[..self.body]),
            ];
            match self.stream.write_vectored(&slices) {
                Ok(0) => return false,
                Ok(written) => {
                    let from_head = written.min(self.head.len());
                    self.head.drain(..from_head);
                    self.body -= written - from_head;
                }
                Err(error) => return would_block(&error),
            }
        }
        true
    }
}

#[derive(Debug)]
enum Reply {
    Filler(usize),
    Text(String),
}

/// What to answer and how long the body of the request is.
fn read_head(head: &[u8], answered: u64) -> (Reply, usize) {
    let path = head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    let reply = if path == b"/count" {
        Reply::Text(answered.to_string())
    } else {
        let digits = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let size = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse().ok());
        Reply::Filler(size.unwrap_or(0).min(BODY_MAX))
    };
    let length = field(head, "content-length").and_then(|value| value.parse().ok());
    (reply, length.unwrap_or(0))
}

/// Where `needle` begins in `haystack`.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}
