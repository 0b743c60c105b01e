//! A WebSocket client, RFC 6455: enough to open one through the gateway and to
//! exchange messages of up to 64 KiB.

use std::io;
use std::net::SocketAddr;

use crate::wire::malformed;
use crate::{Connection, Request, Response, sha1};

/// An open WebSocket.
#[derive(Debug)]
pub struct WebSocket {
    connection: Connection,
}

const TEXT: u8 = 0x81;
const MASKED: u8 = 0x80;
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
/// The key of RFC 6455 section 1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

impl WebSocket {
    /// Opens one.
    ///
    /// # Errors
    /// The response, when it is not a correct 101.
    ///
    /// # Panics
    /// When there is no response at all.
    pub fn open(address: SocketAddr, host: &str, target: &str) -> Result<Self, Box<Response>> {
        let request = Request::get(target)
            .host(host)
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", KEY);
        let mut connection = Connection::open(address);
        let response = connection
            .exchange(&request)
            .expect("a response to the handshake");
        // The accept value that RFC 6455 section 1.3 gives for its key.
        let accepted =
            response.header("sec-websocket-accept") == Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        if response.status == 101 && accepted {
            Ok(Self { connection })
        } else {
            Err(Box::new(response))
        }
    }

    /// Sends a text message in one frame.
    ///
    /// # Errors
    /// What the socket says.
    pub fn send(&mut self, text: &str) -> io::Result<()> {
        let mut frame = vec![TEXT];
        match text.len() {
            short @ 0..126 => frame.push(MASKED | u8::try_from(short).expect("< 126")),
            long => {
                frame.push(MASKED | 126);
                let length = u16::try_from(long).map_err(|_| malformed("message too long"))?;
                frame.extend(length.to_be_bytes());
            }
        }
        frame.extend(MASK);
        frame.extend(
            text.bytes()
                .zip(MASK.iter().cycle())
                .map(|(byte, mask)| byte ^ mask),
        );
        self.connection.send(&frame)
    }

    /// Receives a text message that comes in one frame, masked or not (an echo
    /// of bytes sends frames back as they came).
    ///
    /// # Errors
    /// What the socket says, or that the frame is another.
    pub fn receive(&mut self) -> io::Result<String> {
        let start = self.connection.read_bytes(2)?;
        if start[0] != TEXT {
            return Err(malformed(&format!("frame begins with {:#04x}", start[0])));
        }
        let length = match usize::from(start[1] & !MASKED) {
            126 => {
                let two = self.connection.read_bytes(2)?;
                usize::from(u16::from_be_bytes([two[0], two[1]]))
            }
            127 => return Err(malformed("frame longer than 64 KiB")),
            short => short,
        };
        let mask = if start[1] & MASKED == 0 {
            vec![0; 4]
        } else {
            self.connection.read_bytes(4)?
        };
        let payload = self.connection.read_bytes(length)?;
        let text = payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask)
            .collect();
        String::from_utf8(text).map_err(|_| malformed("a text message that is not UTF-8"))
    }

    /// The connection beneath.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// `Sec-WebSocket-Accept` for a key, RFC 6455 section 4.2.2.
pub(crate) fn accept(key: &str) -> String {
    base64(&sha1(
        format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11").as_bytes(),
    ))
}

fn base64(data: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in data.chunks(3) {
        let padded = [
            three[0],
            *three.get(1).unwrap_or(&0),
            *three.get(2).unwrap_or(&0),
        ];
        let bits = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 63;
            let shown = digit <= three.len();
            text.push(if shown {
                char::from(DIGITS[index as usize])
            } else {
                '='
            });
        }
    }
    text
}
