//! Fills a request head from parts that are already separated.
//!
//! HTTP/2, HTTP/3 and in-memory sessions have names and values rather than lines. They append them
//! here, and the rest of the proxy sees the same type as for HTTP/1, under the same name policy and
//! limits. An `:authority` is given as the field `host`.

use std::io::Write as _;

use super::{RequestHead, RequestView, Version};
use crate::field::{Entry, Span};
use crate::known::KnownHeader;
use crate::limits::HeadLimits;
use crate::method::Method;
use crate::parse::{NameClass, is_method, is_target};
use crate::reject::RequestReject;

/// Appends bytes to a buffer and their ranges to a head.
#[derive(Debug)]
pub struct HeadBuilder<'a> {
    bytes: &'a mut Vec<u8>,
    head: &'a mut RequestHead,
    limits: &'a HeadLimits,
}

impl<'a> HeadBuilder<'a> {
    /// Empties buffer and head and puts method, target and version in.
    ///
    /// # Errors
    ///
    /// Method or target have bytes that no request may have.
    pub fn start(
        bytes: &'a mut Vec<u8>,
        head: &'a mut RequestHead,
        limits: &'a HeadLimits,
        method: &[u8],
        target: &[u8],
        version: Version,
    ) -> Result<Self, RequestReject> {
        bytes.clear();
        head.clear();
        if !is_method(method) {
            return Err(RequestReject::MethodInvalid);
        }
        if !is_target(target) {
            return Err(RequestReject::TargetControlByte);
        }
        if method.len() + target.len() > limits.head_bytes_max() {
            return Err(RequestReject::RequestLineTooLong);
        }
        head.version = version;
        head.method_id = Method::of(method);
        // As one line, which is what nginx logs for HTTP/2 too.
        head.method = append(bytes, method);
        bytes.push(b' ');
        head.target = append(bytes, target);
        bytes.push(b' ');
        write!(bytes, "{version}").map_err(|_| RequestReject::VersionUnsupported)?;
        head.start_line = Span::new(0, bytes.len());
        Ok(Self {
            bytes,
            head,
            limits,
        })
    }

    /// Appends a field; names that the policy drops are counted instead.
    ///
    /// # Errors
    ///
    /// Bytes that would end a name, a value or a line, and more fields or bytes than the limits.
    pub fn field(&mut self, name: &[u8], value: &[u8]) -> Result<(), RequestReject> {
        self.joined_field(name, std::iter::once(value), b"")
    }

    /// Appends a field whose value came in pieces.
    ///
    /// # Errors
    ///
    /// As [`field`](Self::field).
    pub(super) fn joined_field<'v>(
        &mut self,
        name: &[u8],
        values: impl Iterator<Item = &'v [u8]> + Clone,
        separator: &[u8],
    ) -> Result<(), RequestReject> {
        if self.head.fields.len() + self.head.dropped().total() >= self.limits.field_count_max {
            return Err(RequestReject::FieldsTooMany);
        }
        let class = NameClass::of(name).ok_or(RequestReject::FieldNameMalformed)?;
        for value in values.clone() {
            match memchr::memchr3(b'\r', b'\n', 0, value).map(|position| value[position]) {
                None => {}
                Some(b'\r') => return Err(RequestReject::BareCarriageReturn),
                Some(b'\n') => return Err(RequestReject::BareLineFeed),
                Some(_) => return Err(RequestReject::FieldValueNul),
            }
        }
        if class.is_dropped(self.limits, &mut self.head.fields.dropped) {
            return Ok(());
        }
        let name_span = append(self.bytes, name);
        let start = self.bytes.len();
        for (index, value) in values.enumerate() {
            if index > 0 {
                self.bytes.extend_from_slice(separator);
            }
            self.bytes.extend_from_slice(value.trim_ascii());
            if self.bytes.len() > self.limits.head_bytes_max() {
                return Err(RequestReject::HeadTooLarge);
            }
        }
        let value_span = Span::new(start, self.bytes.len());
        self.head.fields.push(Entry {
            name_start: name_span.start,
            name_length: name.len() as u16,
            value_start: value_span.start,
            value_end: value_span.end,
            id: KnownHeader::of(name),
        });
        Ok(())
    }

    /// The head built so far.
    #[must_use]
    pub fn view(&self) -> RequestView<'_> {
        RequestView::new(self.bytes, self.head)
    }
}

fn append(bytes: &mut Vec<u8>, part: &[u8]) -> Span {
    let start = bytes.len();
    bytes.extend_from_slice(part);
    Span::new(start, bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::RequestHead;

    fn build(
        limits: &HeadLimits,
        fields: &[(&str, &str)],
        check: impl FnOnce(RequestView<'_>),
    ) -> Result<(), RequestReject> {
        let mut bytes = b"left over".to_vec();
        let mut head = RequestHead::new();
        let version = Version::HTTP_2;
        let mut builder =
            HeadBuilder::start(&mut bytes, &mut head, limits, b"GET", b"/a?b", version)?;
        for (name, value) in fields {
            builder.field(name.as_bytes(), value.as_bytes())?;
        }
        check(builder.view());
        Ok(())
    }

    #[test]
    fn a_built_head_reads_like_a_parsed_one() {
        let fields = [
            ("host", "h.test"),
            ("cookie", "a=1"),
            ("x_y", "1"),
            ("cookie", " b=2 "),
        ];
        build(&HeadLimits::default(), &fields, |view| {
            assert_eq!(view.request_line(), b"GET /a?b HTTP/2.0");
            assert_eq!((view.method(), view.target()), (&b"GET"[..], &b"/a?b"[..]));
            assert_eq!(view.first(KnownHeader::Host), Some(&b"h.test"[..]));
            assert_eq!(view.count(KnownHeader::Cookie), 2);
            assert!(view.all(KnownHeader::Cookie).eq([b"a=1", b"b=2"]));
            assert_eq!(view.dropped().underscore, 1);
            let mut lines = Vec::new();
            view.copy_fields(&mut lines, |field| field.id != KnownHeader::Host);
            assert_eq!(lines, b"cookie: a=1\r\ncookie: b=2\r\n");
        })
        .unwrap();
    }

    #[test]
    fn bytes_that_would_end_a_line_are_refused() {
        for (name, value, reject) in [
            ("", "1", RequestReject::FieldNameMalformed),
            ("a:b", "1", RequestReject::FieldNameMalformed),
            ("a b", "1", RequestReject::FieldNameMalformed),
            ("a", "1\r\nb: 2", RequestReject::BareCarriageReturn),
            ("a", "1\nb: 2", RequestReject::BareLineFeed),
            ("a", "\0", RequestReject::FieldValueNul),
        ] {
            let built = build(&HeadLimits::default(), &[(name, value)], |_| {});
            assert_eq!(built, Err(reject), "{name:?}: {value:?}");
        }
    }

    #[test]
    fn limits_hold_for_built_heads() {
        let limits = HeadLimits {
            field_count_max: 2,
            ..HeadLimits::default()
        };
        let built = build(&limits, &[("a", "1"), ("b_", "2"), ("c", "3")], |_| {});
        assert_eq!(built, Err(RequestReject::FieldsTooMany));
        let long = "x".repeat(limits.head_bytes_max());
        assert_eq!(
            build(&limits, &[("a", &long)], |_| {}),
            Err(RequestReject::HeadTooLarge)
        );
    }
}
