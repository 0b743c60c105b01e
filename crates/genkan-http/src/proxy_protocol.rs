//! The PROXY protocol, versions 1 and 2 (`proxy-protocol.txt` of HAProxy, 2020/03/05): what a load
//! balancer sends before anything else to say who its client is.
//!
//! nginx accepts more than the specification (unknown commands, any text for an address) and less (a
//! header in several pieces). Here the specification holds: who cannot be understood is not believed.

mod binary;
#[cfg(test)]
mod tests;
mod text;

use std::net::SocketAddr;

/// The longest header that is waited for: nginx's `NGX_PROXY_PROTOCOL_MAX_HEADER`. Real ones have 15 to
/// some hundred bytes.
pub const HEADER_BYTES_MAX: usize = 4096;

/// The connection that a header stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proxied {
    /// The client of whoever sent the header.
    pub source: SocketAddr,
    /// Where that client connected to.
    pub destination: SocketAddr,
}

/// What the bytes so far come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A header has begun, or can still begin; more is needed.
    Partial,
    /// A whole header.
    Complete {
        /// Its length; what follows is the client's.
        length: usize,
        /// `None` where it speaks of no connection (`LOCAL`, `UNKNOWN`), or of one that is not TCP: then
        /// the sender itself is the client.
        proxied: Option<Proxied>,
    },
}

/// Why bytes are no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderReject {
    /// They begin with something else.
    Absent,
    /// They break the format.
    Malformed,
    /// The header is longer than its version allows, or than [`HEADER_BYTES_MAX`].
    TooLong,
}

/// Reads a header from everything that has arrived so far.
///
/// # Errors
/// Nothing that may follow makes a header of these bytes.
pub fn parse(bytes: &[u8]) -> Result<Progress, HeaderReject> {
    if begins_with(bytes, binary::SIGNATURE) {
        binary::parse(bytes)
    } else if begins_with(bytes, text::SIGNATURE) {
        text::parse(bytes)
    } else {
        Err(HeaderReject::Absent)
    }
}

/// Whether the bytes begin as no protocol but this one does: told apart where no header is expected.
pub fn is_begun(bytes: &[u8]) -> bool {
    bytes.starts_with(binary::SIGNATURE) || text::is_begun(bytes)
}

/// Whether the bytes begin so, as far as they go.
fn begins_with(bytes: &[u8], signature: &[u8]) -> bool {
    let length = bytes.len().min(signature.len());
    bytes[..length] == signature[..length]
}
