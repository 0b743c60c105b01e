//! The server name of a TLS ClientHello (RFC 8446 4.1.2, RFC 6066 3), read before a TLS library sees it.
//!
//! Which certificate and which rules for client certificates hold depends on the name, so it must be
//! known before the handshake begins. Nothing is judged here: what is malformed is left to the library,
//! which answers with the proper alert.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

/// The longest ClientHello that is waited for, all its records together. Real ones have 200 to 2,000
/// bytes, post-quantum key shares included.
pub const CLIENT_HELLO_BYTES_MAX: usize = 16 << 10;

/// The longest name that DNS allows (RFC 1035 2.3.4).
const SERVER_NAME_BYTES_MAX: usize = 255;

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;

/// What the first bytes of a connection are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstBytes {
    /// A ClientHello has begun; more is needed.
    Partial,
    /// A whole ClientHello.
    Complete {
        /// The name asked for, as sent; `None` where there is none, or none that DNS allows.
        server_name: Option<String>,
    },
    /// TLS, but not a ClientHello that can be read.
    Malformed,
    /// A ClientHello longer than [`CLIENT_HELLO_BYTES_MAX`].
    TooLong,
    /// Something other than TLS.
    NotTls,
}

/// Looks at everything that has arrived so far.
pub fn peek(bytes: &[u8]) -> FirstBytes {
    match bytes {
        [] => return FirstBytes::Partial,
        // RFC 8446 5.1: 22, and a version 3.x that is otherwise ignored
        [HANDSHAKE] | [HANDSHAKE, 3, ..] => {}
        _ => return FirstBytes::NotTls,
    }
    let Some(handshake) = handshake(bytes) else {
        return FirstBytes::Malformed;
    };
    let message = match &handshake[..] {
        [CLIENT_HELLO, a, b, c, rest @ ..] => {
            let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
            if length > CLIENT_HELLO_BYTES_MAX {
                return FirstBytes::TooLong;
            }
            match rest.get(..length) {
                Some(message) => message,
                None if bytes.len() > CLIENT_HELLO_BYTES_MAX => return FirstBytes::TooLong,
                None => return FirstBytes::Partial,
            }
        }
        [] | [CLIENT_HELLO, ..] => return FirstBytes::Partial,
        _ => return FirstBytes::Malformed,
    };
    match server_name(message) {
        Some(server_name) => FirstBytes::Complete { server_name },
        None => FirstBytes::Malformed,
    }
}

/// The handshake bytes of the records at hand, the last perhaps incomplete. `None` where a record is of
/// another kind, or empty.
fn handshake(mut bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut joined: Cow<'_, [u8]> = Cow::Borrowed(&[]);
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        let length = usize::from(*high) << 8 | usize::from(*low);
        if *kind != HANDSHAKE || length == 0 {
            return None;
        }
        let payload = &rest[..length.min(rest.len())];
        if joined.is_empty() {
            joined = Cow::Borrowed(payload);
        } else {
            joined.to_mut().extend_from_slice(payload);
        }
        bytes = &rest[payload.len()..];
    }
    Some(joined)
}

/// The name in a ClientHello's body; outer `None` where its structure is broken.
fn server_name(message: &[u8]) -> Option<Option<String>> {
    let mut hello = Reader(message);
    hello.take(2 + 32)?; // legacy_version, random
    hello.short_vector()?; // legacy_session_id
    hello.vector()?; // cipher_suites
    hello.short_vector()?; // legacy_compression_methods
    if hello.0.is_empty() {
        return Some(None);
    }
    let mut extensions = Reader(hello.vector()?);
    while !extensions.0.is_empty() {
        let kind = extensions.number()?;
        let data = extensions.vector()?;
        if kind == SERVER_NAME {
            return name_in(data);
        }
    }
    Some(None)
}

fn name_in(data: &[u8]) -> Option<Option<String>> {
    let mut names = Reader(Reader(data).vector()?);
    while !names.0.is_empty() {
        let kind = names.take(1)?[0];
        let name = names.vector()?;
        if kind == HOST_NAME {
            return Some(dns_name(name));
        }
    }
    Some(None)
}

/// Names that DNS cannot have find nothing: no name, as for an address (RFC 6066 3).
fn dns_name(name: &[u8]) -> Option<String> {
    let plain = name
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let fits = (1..=SERVER_NAME_BYTES_MAX).contains(&name.len());
    let text = std::str::from_utf8(name).ok().filter(|_| plain && fits)?;
    Some(text.to_owned())
}

/// Takes a message apart from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u16> {
        let bytes = self.take(2)?;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// Bytes with their length in two bytes before them.
    fn vector(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::from(length))
    }

    /// Bytes with their length in one byte before them.
    fn short_vector(&mut self) -> Option<&'a [u8]> {
        let length = self.take(1)?[0];
        self.take(usize::from(length))
    }
}
