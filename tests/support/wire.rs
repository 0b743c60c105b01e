//! Reading HTTP/1 from a socket, for the test client and the echo backend.
//! Written on its own and strict, so that what Genkan sends is judged by
//! something other than Genkan's own parser.

use std::io::{self, Read};
use std::net::TcpStream;

use crate::DEADLINE;
use crate::socket::Socket;

/// More than any head in the tests; a peer that sends more is at fault.
const HEAD_BYTES_MAX: usize = 4 << 20;

/// Header fields in order. One `char` stands for one byte of a value.
pub(crate) type Fields = Vec<(String, String)>;

/// A socket and what was read from it ahead of need.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) stream: Socket,
    ahead: Vec<u8>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        patient(&stream);
        Self::over(Socket::Plain(stream))
    }

    /// Over a socket that has its timeouts already.
    pub(crate) fn over(stream: Socket) -> Self {
        Self {
            stream,
            ahead: Vec::new(),
        }
    }

    /// One read from the socket onto what is there; false at the end of stream.
    pub(crate) fn read_more(&mut self) -> io::Result<bool> {
        let mut piece = [0; 64 << 10];
        let count = self.stream.read(&mut piece)?;
        self.ahead.extend_from_slice(&piece[..count]);
        Ok(count > 0)
    }

    /// What is there, without reading more.
    pub(crate) fn take_ahead(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ahead)
    }

    pub(crate) fn has_ahead(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// A head with its empty line. `None` when the stream ended before its first byte.
    pub(crate) fn head(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut searched: usize = 0;
        loop {
            let found = self.ahead[searched..]
                .windows(4)
                .position(|four| four == b"\r\n\r\n");
            if let Some(at) = found {
                return Ok(Some(self.split(searched + at + 4)));
            }
            searched = self.ahead.len().saturating_sub(3);
            if self.ahead.len() > HEAD_BYTES_MAX {
                return Err(malformed("the head does not end"));
            }
            if !self.read_more()? {
                return if self.ahead.is_empty() {
                    Ok(None)
                } else {
                    Err(cut("in a head"))
                };
            }
        }
    }

    pub(crate) fn exactly(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < count {
            if !self.read_more()? {
                return Err(cut(&format!("after {} of {count} bytes", self.ahead.len())));
            }
        }
        Ok(self.split(count))
    }

    pub(crate) fn until_end(&mut self) -> io::Result<Vec<u8>> {
        while self.read_more()? {}
        Ok(self.take_ahead())
    }

    /// A chunked body and its trailer fields, RFC 9112 7.1.
    pub(crate) fn chunked(&mut self) -> io::Result<(Vec<u8>, Fields)> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let digits = line.split(';').next().unwrap_or_default().trim_end();
            let size = usize::from_str_radix(digits, 16)
                .map_err(|_| malformed(&format!("chunk size {line:?}")))?;
            if size == 0 {
                break;
            }
            body.extend(self.exactly(size)?);
            if self.exactly(2)? != b"\r\n" {
                return Err(malformed("a chunk is longer than its size"));
            }
        }
        let mut trailers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok((body, trailers));
            }
            trailers.push(field(&line)?);
        }
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(at) = self.ahead.windows(2).position(|two| two == b"\r\n") {
                let line = self.split(at + 2);
                return Ok(chars(&line[..at]));
            }
            if !self.read_more()? {
                return Err(cut("in a line"));
            }
        }
    }

    fn split(&mut self, at: usize) -> Vec<u8> {
        let rest = self.ahead.split_off(at);
        std::mem::replace(&mut self.ahead, rest)
    }
}

/// Sets the deadlines of a socket.
pub(crate) fn patient(stream: &TcpStream) {
    stream
        .set_read_timeout(Some(DEADLINE))
        .expect("a read timeout can be set");
    stream
        .set_write_timeout(Some(DEADLINE))
        .expect("a write timeout can be set");
    stream.set_nodelay(true).expect("TCP_NODELAY can be set");
}

/// First line and fields of a head that ends in its empty line.
pub(crate) fn parse_head(head: &[u8]) -> io::Result<(String, Fields)> {
    let text = chars(&head[..head.len() - 4]);
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let fields = lines.map(field).collect::<io::Result<_>>()?;
    Ok((first, fields))
}

/// The value of the first field of that name.
pub(crate) fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| &**value)
}

pub(crate) fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn cut(place: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("the stream ended {place}"),
    )
}

fn field(line: &str) -> io::Result<(String, String)> {
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| malformed(&format!("field {line:?}")))?;
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        return Err(malformed(&format!("field name {name:?}")));
    }
    if value.contains(['\r', '\n', '\0']) {
        return Err(malformed(&format!("field value {value:?}")));
    }
    Ok((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

fn chars(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
