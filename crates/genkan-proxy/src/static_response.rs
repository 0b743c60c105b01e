//! The seam between sessions and static files: what a session asks, and what it gets back.
//!
//! [`static_files::respond`](crate::static_files) is an ordinary blocking function. The session runs it
//! on the worker's small pool of blocking threads, so a slow disk never stalls other connections, and
//! reads the file there too, one piece at a time.

use std::fs::File;

/// A request for a file, as far as a site cares. Owned, because it moves to another thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaticRequest {
    /// The method as sent. A site knows GET and HEAD.
    pub method: Vec<u8>,
    /// The normalised, decoded path, beginning with `/`.
    pub path: Vec<u8>,
    /// The raw target as sent, for a redirect that must keep the query.
    pub target: Vec<u8>,
    /// `If-None-Match`.
    pub if_none_match: Option<Vec<u8>>,
    /// `If-Match`.
    pub if_match: Option<Vec<u8>>,
    /// `If-Modified-Since`.
    pub if_modified_since: Option<Vec<u8>>,
    /// `If-Unmodified-Since`.
    pub if_unmodified_since: Option<Vec<u8>>,
    /// `Range`.
    pub range: Option<Vec<u8>>,
    /// `If-Range`.
    pub if_range: Option<Vec<u8>>,
}

/// What a site answers.
#[derive(Debug)]
pub struct StaticResponse {
    /// Status.
    pub status: u16,
    /// Header lines `Name: value\r\n`, without framing headers, `Date` and `Connection`.
    pub headers: Vec<u8>,
    /// The body.
    pub body: StaticBody,
}

/// Body of a static answer.
#[derive(Debug)]
pub enum StaticBody {
    /// None: 304, and whatever else has no body by its status.
    Empty,
    /// The proxy's usual page for the status (404, 405, 416 …), made to the client's taste.
    Page,
    /// Bytes that are at hand.
    Bytes(Vec<u8>),
    /// A piece of a file. Sent with `Content-Length`, also for HEAD, which gets no bytes.
    File {
        /// Opened for reading.
        file: File,
        /// First byte to send.
        offset: u64,
        /// Number of bytes to send.
        length: u64,
    },
}
