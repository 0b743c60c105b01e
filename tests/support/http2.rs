//! A raw HTTP/2 client: frames as they are on the wire, legal or not, and of a response what a test
//! needs to judge it. It knows no Huffman code but that of digits, and asks for an empty table.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::DEADLINE;

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its type.
    pub kind: u8,
    /// Its flags.
    pub flags: u8,
    /// The stream it belongs to.
    pub stream: u32,
    /// What follows the nine bytes.
    pub payload: Vec<u8>,
}

/// Types of frames (RFC 9113 section 6).
pub mod kind {
    /// DATA
    pub const DATA: u8 = 0;
    /// HEADERS
    pub const HEADERS: u8 = 1;
    /// RST_STREAM
    pub const RST_STREAM: u8 = 3;
    /// SETTINGS
    pub const SETTINGS: u8 = 4;
    /// PING
    pub const PING: u8 = 6;
    /// GOAWAY
    pub const GOAWAY: u8 = 7;
    /// WINDOW_UPDATE
    pub const WINDOW_UPDATE: u8 = 8;
    /// CONTINUATION
    pub const CONTINUATION: u8 = 9;
}

/// END_STREAM of DATA and HEADERS, ACK of SETTINGS and PING.
pub const END_STREAM: u8 = 1;
/// END_HEADERS of HEADERS and CONTINUATION.
pub const END_HEADERS: u8 = 4;

/// How a stream, or its connection, ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a response.
    Response {
        /// Its status.
        status: u16,
        /// Its body.
        body: Vec<u8>,
    },
    /// RST_STREAM with this code.
    Reset(u32),
    /// GOAWAY with this code.
    GoAway(u32),
    /// The connection closed without a word.
    Closed,
}

impl Outcome {
    /// The status of a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Response { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// A connection.
#[derive(Debug)]
pub struct Http2 {
    stream: TcpStream,
    next_stream: u32,
    /// Whether SETTINGS are acknowledged as they come.
    pub acknowledges: bool,
}

impl Http2 {
    /// Connects and says what a client says first, by prior knowledge.
    ///
    /// # Panics
    /// When nobody listens there.
    #[must_use]
    #[track_caller]
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the gateway listens");
        stream.set_nodelay(true).expect("a socket option");
        stream
            .set_read_timeout(Some(DEADLINE))
            .expect("a socket option");
        let mut client = Self {
            stream,
            next_stream: 1,
            acknowledges: true,
        };
        client
            .raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .expect("the gateway reads");
        // SETTINGS_HEADER_TABLE_SIZE = 0
        client.send(kind::SETTINGS, 0, 0, &[0, 1, 0, 0, 0, 0]);
        client
    }

    /// The connection itself.
    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// When the other side has closed.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends a frame. What the other side makes of it shows when it is read from.
    pub fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let _ = self.raw(&frame(kind, flags, stream, payload));
    }

    /// Begins a request with these fields, pseudo-header fields included; returns its stream.
    pub fn request(&mut self, fields: &[(&str, &str)], ends: bool) -> u32 {
        let stream = self.next_stream;
        self.next_stream += 2;
        let flags = END_HEADERS | if ends { END_STREAM } else { 0 };
        self.send(kind::HEADERS, flags, stream, &block(fields));
        stream
    }

    /// Begins a usual request.
    pub fn begin(&mut self, method: &str, host: &str, path: &str, ends: bool) -> u32 {
        self.request(
            &[
                (":method", method),
                (":scheme", "http"),
                (":authority", host),
                (":path", path),
            ],
            ends,
        )
    }

    /// Sends a piece of a request body.
    pub fn data(&mut self, stream: u32, bytes: &[u8], ends: bool) {
        self.send(kind::DATA, u8::from(ends), stream, bytes);
    }

    /// The next frame; `None` when the other side has closed.
    ///
    /// # Panics
    /// When nothing comes before [`DEADLINE`].
    #[track_caller]
    pub fn read(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.fill(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        self.fill(&mut payload)?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let frame = Frame {
            kind: head[3],
            flags: head[4],
            stream,
            payload,
        };
        if frame.kind == kind::SETTINGS && frame.flags == 0 && self.acknowledges {
            self.send(kind::SETTINGS, 1, 0, &[]);
        }
        Some(frame)
    }

    #[track_caller]
    fn fill(&mut self, bytes: &mut [u8]) -> Option<()> {
        match self.stream.read_exact(bytes) {
            Ok(()) => Some(()),
            Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => panic!("nothing came"),
            Err(_) => None,
        }
    }

    /// Reads until a stream has ended.
    #[track_caller]
    pub fn outcome(&mut self, stream: u32) -> Outcome {
        let (mut status, mut body) = (0, Vec::new());
        while let Some(frame) = self.read() {
            match frame.kind {
                kind::GOAWAY => return Outcome::GoAway(code(&frame.payload[4..])),
                kind::RST_STREAM if frame.stream == stream => {
                    return Outcome::Reset(code(&frame.payload));
                }
                kind::HEADERS if frame.stream == stream && status < 200 => {
                    status = status_of(&frame.payload);
                }
                kind::DATA if frame.stream == stream => body.extend_from_slice(&frame.payload),
                _ => {}
            }
            if frame.stream == stream && frame.kind <= kind::HEADERS && frame.flags & END_STREAM > 0
            {
                return Outcome::Response { status, body };
            }
        }
        Outcome::Closed
    }
}

/// A frame on the wire.
#[must_use]
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("frames are short");
    let mut bytes = length.to_be_bytes()[1..].to_vec();
    bytes.extend_from_slice(&[kind, flags]);
    bytes.extend_from_slice(&stream.to_be_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// Fields as literals that no table keeps (RFC 7541 section 6.2.2).
#[must_use]
pub fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            let mut rest = text.len();
            if rest < 127 {
                block.push(rest as u8);
            } else {
                block.push(127);
                rest -= 127;
                while rest >= 128 {
                    block.push((rest % 128) as u8 | 128);
                    rest /= 128;
                }
                block.push(rest as u8);
            }
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

fn code(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The status at the beginning of a block: indexed, or a literal in digits.
fn status_of(block: &[u8]) -> u16 {
    match block {
        // The table's new size comes first.
        [0x20, rest @ ..] => status_of(rest),
        [indexed @ 0x88..=0x8e, ..] => {
            [200, 204, 206, 304, 400, 404, 500][usize::from(indexed - 0x88)]
        }
        // Index 8 as the name, with or without a place in the table.
        [0x48 | 0x08 | 0x18, length, value @ ..] => {
            digits(*length, &value[..usize::from(length & 0x7f)])
        }
        _ => panic!("a block begins with the status: {block:?}"),
    }
}

fn digits(length: u8, value: &[u8]) -> u16 {
    if length & 0x80 == 0 {
        let text = std::str::from_utf8(value).expect("digits");
        return text.parse().expect("digits");
    }
    let bits: Vec<u8> = value
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let (mut status, mut place) = (0, 0);
    for _ in 0..3 {
        let take = |count: usize| {
            let taken = bits[place..place + count].iter();
            taken.fold(0_u16, |sum, bit| sum << 1 | u16::from(*bit))
        };
        // RFC 7541 appendix B: 0 to 2 have five bits, 3 to 9 have six.
        let digit = if take(5) <= 2 {
            let digit = take(5);
            place += 5;
            digit
        } else {
            let digit = take(6) - 0b01_1001 + 3;
            place += 6;
            digit
        };
        status = status * 10 + digit;
    }
    status
}
