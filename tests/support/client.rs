//! A raw HTTP/1 client: it sends the bytes it is given and shows what came back,
//! including how the body ended and what came before the final response.

use std::io::{self, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};

use socket2::{Domain, Socket, Type};

use crate::request::Request;
use crate::tls::{TlsHello, connect_tls};
use crate::wire::{Fields, Wire, malformed, parse_head, patient, value};

/// One connection.
#[derive(Debug)]
pub struct Connection {
    wire: Wire,
}

/// A response as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1` or `HTTP/1.0`.
    pub version: String,
    /// Status code.
    pub status: u16,
    /// Reason phrase.
    pub reason: String,
    /// Header fields in order. One `char` stands for one byte of a value.
    pub headers: Vec<(String, String)>,
    /// The body, without its chunked coding.
    pub body: Vec<u8>,
    /// Trailer fields.
    pub trailers: Vec<(String, String)>,
    /// How the end of the body was told.
    pub body_end: BodyEnd,
    /// Statuses of the 1xx responses before this one.
    pub interim: Vec<u16>,
}

/// How the end of a response body is told, RFC 9112 6.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyEnd {
    /// There is none: HEAD, 1xx, 204, 304.
    Absent,
    /// `Content-Length`.
    Length,
    /// Chunked coding.
    Chunked,
    /// The end of the connection.
    Close,
}

/// Why no response came.
#[derive(Debug)]
pub enum ClientError {
    /// The connection was closed, or reset, before the first byte of a response.
    Closed,
    /// It ended within a response, timed out, or what came is not HTTP.
    Broken(io::Error),
}

impl Connection {
    /// Connects.
    ///
    /// # Panics
    /// When the address refuses.
    #[must_use]
    #[track_caller]
    pub fn open(address: SocketAddr) -> Self {
        match TcpStream::connect(address) {
            Ok(stream) => Self::over(stream),
            Err(fault) => panic!("cannot connect to {address}: {fault}"),
        }
    }

    /// Connects from a given address, such as `127.0.0.9`.
    ///
    /// # Panics
    /// When that is not possible.
    #[must_use]
    #[track_caller]
    pub fn open_from(client: IpAddr, address: SocketAddr) -> Self {
        Self::over(connect_from(client, address))
    }

    /// As [`Self::open_from`], with TLS.
    ///
    /// # Errors
    /// The handshake failed.
    ///
    /// # Panics
    /// When there is no connection, or the client's own certificate cannot be read.
    #[track_caller]
    pub fn open_tls(client: IpAddr, address: SocketAddr, hello: &TlsHello) -> io::Result<Self> {
        let stream = connect_from(client, address);
        patient(&stream);
        Ok(Self {
            wire: Wire::over(connect_tls(stream, hello)?),
        })
    }

    /// Uses a connection that is open.
    #[must_use]
    pub fn over(stream: TcpStream) -> Self {
        Self {
            wire: Wire::new(stream),
        }
    }

    /// Sends bytes as they are. An error means that the peer has gone.
    ///
    /// # Errors
    /// What the socket says.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.wire.stream.write_all(bytes)
    }

    /// Sends a request and reads its response.
    ///
    /// # Errors
    /// When there is none.
    pub fn exchange(&mut self, request: &Request) -> Result<Response, ClientError> {
        // A peer may answer and close before it read everything: read either way.
        let _ = self.send(&request.bytes());
        self.read_response(&request.method)
    }

    /// Reads the final response to a request with that method.
    ///
    /// # Errors
    /// When there is none.
    pub fn read_response(&mut self, method: &str) -> Result<Response, ClientError> {
        let mut interim = Vec::new();
        loop {
            let started = self.wire.has_ahead();
            let head = match self.wire.head() {
                Ok(Some(head)) => head,
                Ok(None) => return Err(ClientError::Closed),
                Err(fault)
                    if fault.kind() == io::ErrorKind::ConnectionReset
                        && !started
                        && !self.wire.has_ahead() =>
                {
                    return Err(ClientError::Closed);
                }
                Err(fault) => return Err(ClientError::Broken(fault)),
            };
            let response = self.response(&head, method).map_err(ClientError::Broken)?;
            if (100..200).contains(&response.status) && response.status != 101 {
                interim.push(response.status);
                continue;
            }
            return Ok(Response {
                interim,
                ..response
            });
        }
    }

    /// Reads one head, interim or final, and nothing after it.
    ///
    /// # Errors
    /// When there is none.
    pub fn read_head(&mut self) -> Result<Response, ClientError> {
        match self.wire.head() {
            Ok(Some(head)) => self.response(&head, "HEAD").map_err(ClientError::Broken),
            Ok(None) => Err(ClientError::Closed),
            Err(fault) => Err(ClientError::Broken(fault)),
        }
    }

    /// Reads exactly `count` bytes, after an upgrade for instance.
    ///
    /// # Errors
    /// What the socket says; `UnexpectedEof` when it ended before.
    pub fn read_bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        self.wire.exactly(count)
    }

    /// Reads until the peer closes.
    ///
    /// # Errors
    /// What the socket says.
    pub fn read_to_end(&mut self) -> io::Result<Vec<u8>> {
        self.wire.until_end()
    }

    /// Waits until the peer closes, and says whether it did so without sending
    /// anything more (a reset counts as closed).
    #[must_use]
    pub fn is_closed_silently(&mut self) -> bool {
        match self.wire.until_end() {
            Ok(rest) => rest.is_empty(),
            Err(fault) => fault.kind() == io::ErrorKind::ConnectionReset && !self.wire.has_ahead(),
        }
    }

    /// Closes the sending half.
    pub fn half_close(&self) {
        // The peer may have closed already; then there is nothing to close.
        let _ = self.wire.stream.shutdown(Shutdown::Write);
    }

    /// The certificate that the server presented, in DER; `None` in clear.
    #[must_use]
    pub fn presented(&self) -> Option<&[u8]> {
        self.wire.stream.presented()
    }

    /// The socket itself.
    #[must_use]
    pub fn stream(&self) -> &TcpStream {
        self.wire.stream.tcp()
    }

    fn response(&mut self, head: &[u8], method: &str) -> io::Result<Response> {
        let (first, headers) = parse_head(head)?;
        let (version, status, reason) = status_line(&first)?;
        let bodiless = method == "HEAD" || status < 200 || status == 204 || status == 304;
        let (body_end, body, trailers) = if bodiless {
            (BodyEnd::Absent, Vec::new(), Vec::new())
        } else {
            self.body(&headers)?
        };
        Ok(Response {
            version,
            status,
            reason,
            headers,
            body,
            trailers,
            body_end,
            interim: Vec::new(),
        })
    }

    fn body(&mut self, headers: &Fields) -> io::Result<(BodyEnd, Vec<u8>, Fields)> {
        let coding = value(headers, "transfer-encoding");
        let length = value(headers, "content-length");
        match (coding, length) {
            (Some(_), Some(_)) => Err(malformed("both Transfer-Encoding and Content-Length")),
            (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => {
                let (body, trailers) = self.wire.chunked()?;
                Ok((BodyEnd::Chunked, body, trailers))
            }
            (Some(coding), None) => Err(malformed(&format!("Transfer-Encoding {coding:?}"))),
            (None, Some(length)) => {
                let count = length.parse().map_err(|_| malformed("Content-Length"))?;
                Ok((BodyEnd::Length, self.wire.exactly(count)?, Vec::new()))
            }
            (None, None) => Ok((BodyEnd::Close, self.wire.until_end()?, Vec::new())),
        }
    }
}

impl Response {
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

    /// The body as text.
    ///
    /// # Panics
    /// When it is not UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("the body is UTF-8")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|fault| panic!("not JSON ({fault}): {}", self.body.escape_ascii()))
    }
}

/// One exchange on a connection of its own, closed afterwards.
///
/// # Panics
/// When there is no response.
#[must_use]
#[track_caller]
pub fn fetch(address: SocketAddr, request: &Request) -> Response {
    let request = request.clone().header("Connection", "close");
    match Connection::open(address).exchange(&request) {
        Ok(response) => response,
        Err(fault) => panic!(
            "no response to {} {}: {fault:?}",
            request.method, request.target
        ),
    }
}

#[track_caller]
fn connect_from(client: IpAddr, address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).expect("a socket");
    socket
        .bind(&SocketAddr::new(client, 0).into())
        .expect("the client address can be bound");
    socket
        .connect(&address.into())
        .expect("the address accepts connections");
    socket.into()
}

fn status_line(line: &str) -> io::Result<(String, u16, String)> {
    let mut parts = line.splitn(3, ' ');
    let (Some(version), Some(status)) = (parts.next(), parts.next()) else {
        return Err(malformed(&format!("status line {line:?}")));
    };
    let digits = status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit());
    if !matches!(version, "HTTP/1.1" | "HTTP/1.0") || !digits {
        return Err(malformed(&format!("status line {line:?}")));
    }
    let reason = parts.next().unwrap_or_default();
    Ok((
        version.to_owned(),
        status.parse().expect("three digits"),
        reason.to_owned(),
    ))
}
