//! Where something was written, as a byte range of its file.
//!
//! Typed objects keep one [`Extent`] (eight bytes) per field and one [`Source`] per object, because ten
//! thousand objects stay in memory and few of their places are ever shown. A place becomes a
//! [`Span`] with line and column only when somebody asks.

use std::fmt;
use std::ops::{Deref, Range};

use genkan_diagnosis::{Source, Span};

/// A byte range of a source, without the source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Extent {
    /// First byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Extent {
    /// The range between two byte offsets. Sources are smaller than 4 GiB
    /// ([`FILE_BYTES_MAX`](crate::files::FILE_BYTES_MAX)), so nothing is cut.
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Self {
            start: narrow(start),
            end: narrow(end),
        }
    }

    /// The empty range at an offset.
    pub fn at(byte: usize) -> Self {
        Self::new(byte, byte)
    }

    /// As a range that can index a text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// With line and column.
    pub fn span(self, source: &Source) -> Span {
        source.span(self.start as usize, self.end as usize)
    }

    /// The text of the range; empty where the source does not reach.
    pub fn text(self, source: &str) -> &str {
        source.get(self.range()).unwrap_or("")
    }
}

impl fmt::Debug for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A value with the place it was written at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The place of the value, not of its key.
    pub span: Extent,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Extent) -> Self {
        Self { value, span }
    }

    /// Changes the value and keeps the place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: change(self.value),
            span: self.span,
        }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A text with the place it was written at.
pub type SpannedText = Spanned<Box<str>>;
