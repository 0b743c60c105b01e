//! Heads as ranges into a buffer.
//!
//! A head holds no bytes: whoever reads it brings the buffer, and a *view* is the pair of both.
//! Case and order of fields stay as sent. A head is reused from message to message and allocates
//! nothing for up to 32 fields. It is also filled by other sessions than HTTP/1, see
//! [`HeadBuilder`].

mod builder;
mod stream;
mod version;
mod view;

pub use builder::HeadBuilder;
pub use stream::{Pseudo, StreamHead};
pub use version::Version;
pub use view::{RequestView, ResponseView};

pub use crate::field::{Dropped, Field, Fields};
use crate::field::{FieldTable, Span};
use crate::method::Method;
use crate::parse::Resume;

/// The parts of a request head.
#[derive(Clone, Debug)]
pub struct RequestHead {
    pub(crate) start_line: Span,
    pub(crate) method: Span,
    pub(crate) method_id: Method,
    pub(crate) target: Span,
    pub(crate) version: Version,
    pub(crate) fields: FieldTable,
    pub(crate) bare_line_feed: bool,
    pub(crate) resume: Resume,
}

impl RequestHead {
    /// An empty head, ready to be filled.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            start_line: Span { start: 0, end: 0 },
            method: Span { start: 0, end: 0 },
            method_id: Method::Get,
            target: Span { start: 0, end: 0 },
            version: Version::HTTP_11,
            fields: FieldTable::new(),
            bare_line_feed: false,
            resume: Resume::new(),
        }
    }

    /// Forgets everything, a half-parsed head too; keeps the memory.
    pub fn clear(&mut self) {
        self.start_line = Span::default();
        self.method = Span::default();
        self.method_id = Method::Get;
        self.target = Span::default();
        self.version = Version::HTTP_11;
        self.fields.clear();
        self.bare_line_feed = false;
        self.resume = Resume::new();
    }

    /// Whether a line ended without a carriage return. The framing module refuses such heads.
    #[must_use]
    pub const fn has_bare_line_feed(&self) -> bool {
        self.bare_line_feed
    }

    /// How many lines were dropped, and why.
    #[must_use]
    pub const fn dropped(&self) -> Dropped {
        self.fields.dropped
    }
}

impl Default for RequestHead {
    fn default() -> Self {
        Self::new()
    }
}

/// The parts of a response head.
#[derive(Clone, Debug)]
pub struct ResponseHead {
    pub(crate) version: Version,
    pub(crate) status: u16,
    pub(crate) reason: Span,
    pub(crate) fields: FieldTable,
    pub(crate) bare_line_feed: bool,
    pub(crate) resume: Resume,
}

impl ResponseHead {
    /// An empty head, ready to be filled.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            version: Version::HTTP_11,
            status: 0,
            reason: Span { start: 0, end: 0 },
            fields: FieldTable::new(),
            bare_line_feed: false,
            resume: Resume::new(),
        }
    }

    /// Forgets everything, a half-parsed head too; keeps the memory.
    pub fn clear(&mut self) {
        self.fields.clear();
        self.version = Version::HTTP_11;
        self.status = 0;
        self.reason = Span::default();
        self.bare_line_feed = false;
        self.resume = Resume::new();
    }

    /// Whether a line ended without a carriage return. The framing module refuses such heads.
    #[must_use]
    pub const fn has_bare_line_feed(&self) -> bool {
        self.bare_line_feed
    }

    /// How many lines were dropped, and why.
    #[must_use]
    pub const fn dropped(&self) -> Dropped {
        self.fields.dropped
    }
}

impl Default for ResponseHead {
    fn default() -> Self {
        Self::new()
    }
}
