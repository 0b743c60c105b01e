//! A blocking client for one question at a time.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
};

use crate::{backend::find, load::field};

/// A kept connection.
#[derive(Debug)]
pub(super) struct Client(TcpStream);

impl Client {
    /// Connects.
    pub(super) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Asks `host` for an empty answer and tells its status.
    pub(super) fn ask(&mut self, host: &str) -> io::Result<u16> {
        write!(self.0, "GET /b/0 HTTP/1.1\r\nHost: {host}\r\n\r\n")?;
        let mut answer = Vec::new();
        loop {
            let mut chunk = [0; 4096];
            let length = self.0.read(&mut chunk)?;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            answer.extend_from_slice(&chunk[..length]);
            let Some(end) = find(&answer, b"\r\n\r\n") else {
                continue;
            };
            let head = &answer[..end];
            let body: Option<usize> =
                field(head, "content-length").and_then(|value| value.parse().ok());
            if answer.len() >= end + 4 + body.unwrap_or(0) {
                let status = std::str::from_utf8(head.get(9..12).unwrap_or_default());
                return status
                    .ok()
                    .and_then(|status| status.parse().ok())
                    .ok_or_else(|| io::Error::other("no status"));
            }
        }
    }
}
