//! A head together with its buffer: what the rest of the proxy reads.

use super::{Dropped, Field, Fields, RequestHead, ResponseHead, Version};
use crate::known::KnownHeader;
use crate::method::Method;

/// A request head and the bytes it points into.
#[derive(Clone, Copy, Debug)]
pub struct RequestView<'a> {
    /// The buffer the head was parsed from or built in.
    pub bytes: &'a [u8],
    /// The ranges.
    pub head: &'a RequestHead,
}

impl<'a> RequestView<'a> {
    /// The pair of a buffer and the head that was parsed from it.
    #[must_use]
    pub const fn new(bytes: &'a [u8], head: &'a RequestHead) -> Self {
        Self { bytes, head }
    }

    /// The request line as sent, without its end; also of a request that was refused for it, and
    /// empty if it was refused before the end of the line. This is what nginx logs.
    #[must_use]
    pub fn request_line(self) -> &'a [u8] {
        self.head.start_line.of(self.bytes)
    }

    /// The method as sent.
    #[must_use]
    pub fn method(self) -> &'a [u8] {
        self.head.method.of(self.bytes)
    }

    /// The method, as far as the proxy tells them apart.
    #[must_use]
    pub const fn method_id(self) -> Method {
        self.head.method_id
    }

    /// The target as sent; [`crate::target::Target`] takes it apart.
    #[must_use]
    pub fn target(self) -> &'a [u8] {
        self.head.target.of(self.bytes)
    }

    /// The version of the message.
    #[must_use]
    pub const fn version(self) -> Version {
        self.head.version
    }

    /// All fields in order.
    #[must_use]
    pub fn fields(self) -> Fields<'a> {
        self.head.fields.fields(self.bytes)
    }

    /// How many fields there are, without dropped ones.
    #[must_use]
    pub fn field_count(self) -> usize {
        self.head.fields.len()
    }

    /// Whether a known field occurs.
    #[must_use]
    pub const fn has(self, id: KnownHeader) -> bool {
        self.head.fields.has(id)
    }

    /// The value of the first field with this id.
    #[must_use]
    pub fn first(self, id: KnownHeader) -> Option<&'a [u8]> {
        self.head.fields.first(self.bytes, id)
    }

    /// The values of all fields with this id, in order.
    pub fn all(self, id: KnownHeader) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.head.fields.values(self.bytes, id)
    }

    /// How often a known field occurs.
    #[must_use]
    pub fn count(self, id: KnownHeader) -> usize {
        self.head.fields.count(id)
    }

    /// The value of the first field with this name, in any case.
    #[must_use]
    pub fn field_named(self, name: &[u8]) -> Option<&'a [u8]> {
        field_named(self.fields(), name)
    }

    /// The values of all fields with this name, in any case and in order.
    pub fn all_named<'n>(self, name: &'n [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.fields()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value)
    }

    /// How many lines were dropped, and why.
    #[must_use]
    pub const fn dropped(self) -> Dropped {
        self.head.fields.dropped
    }

    /// Appends the lines of all fields that `keep` wants to `out`, each with its line end.
    ///
    /// Neighbouring lines are copied in one piece.
    pub fn copy_fields(self, out: &mut Vec<u8>, keep: impl FnMut(Field<'_>) -> bool) {
        self.head.fields.copy_lines(self.bytes, out, keep);
    }
}

/// A response head and the bytes it points into.
#[derive(Clone, Copy, Debug)]
pub struct ResponseView<'a> {
    /// The buffer the head was parsed from or built in.
    pub bytes: &'a [u8],
    /// The ranges.
    pub head: &'a ResponseHead,
}

impl<'a> ResponseView<'a> {
    /// The pair of a buffer and the head that was parsed from it.
    #[must_use]
    pub const fn new(bytes: &'a [u8], head: &'a ResponseHead) -> Self {
        Self { bytes, head }
    }

    /// The status, 100 to 999.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.head.status
    }

    /// The reason phrase as sent; may be empty.
    #[must_use]
    pub fn reason(self) -> &'a [u8] {
        self.head.reason.of(self.bytes)
    }

    /// The version of the message.
    #[must_use]
    pub const fn version(self) -> Version {
        self.head.version
    }

    /// All fields in order.
    #[must_use]
    pub fn fields(self) -> Fields<'a> {
        self.head.fields.fields(self.bytes)
    }

    /// How many fields there are, without dropped ones.
    #[must_use]
    pub fn field_count(self) -> usize {
        self.head.fields.len()
    }

    /// Whether a known field occurs.
    #[must_use]
    pub const fn has(self, id: KnownHeader) -> bool {
        self.head.fields.has(id)
    }

    /// The value of the first field with this id.
    #[must_use]
    pub fn first(self, id: KnownHeader) -> Option<&'a [u8]> {
        self.head.fields.first(self.bytes, id)
    }

    /// The values of all fields with this id, in order.
    pub fn all(self, id: KnownHeader) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.head.fields.values(self.bytes, id)
    }

    /// How often a known field occurs.
    #[must_use]
    pub fn count(self, id: KnownHeader) -> usize {
        self.head.fields.count(id)
    }

    /// The value of the first field with this name, in any case.
    #[must_use]
    pub fn field_named(self, name: &[u8]) -> Option<&'a [u8]> {
        field_named(self.fields(), name)
    }

    /// How many lines were dropped, and why.
    #[must_use]
    pub const fn dropped(self) -> Dropped {
        self.head.fields.dropped
    }

    /// Appends the lines of all fields that `keep` wants to `out`, each with its line end.
    ///
    /// Neighbouring lines are copied in one piece.
    pub fn copy_fields(self, out: &mut Vec<u8>, keep: impl FnMut(Field<'_>) -> bool) {
        self.head.fields.copy_lines(self.bytes, out, keep);
    }
}

fn field_named<'a>(fields: Fields<'a>, name: &[u8]) -> Option<&'a [u8]> {
    let mut fields = fields;
    fields
        .find(|field| field.name.eq_ignore_ascii_case(name))
        .map(|field| field.value)
}
