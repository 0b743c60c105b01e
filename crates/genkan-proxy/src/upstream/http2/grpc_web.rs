//! gRPC-Web (the protocol of gRPC in browsers) translated to gRPC, in both of its forms.
//!
//! Messages have the same frames in both protocols. What differs: the content type, trailers as a last
//! frame of the body, and in the text form base64 around everything.

use bytes::{BufMut, Bytes, BytesMut};
use genkan_http::base64::sextet;
use http::{HeaderMap, HeaderValue, header};

/// What the client writes and reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Translation {
    /// `application/grpc-web`
    Binary,
    /// `application/grpc-web-text`
    Text,
}

const GRPC: &str = "application/grpc";
const BINARY: &str = "application/grpc-web";
const TEXT: &str = "application/grpc-web-text";

/// Marks a frame of trailers.
const TRAILERS: u8 = 0x80;

impl Translation {
    /// Whether a request with this content type needs one.
    pub(crate) fn of(content_type: &[u8]) -> Option<Self> {
        if suffix(content_type, TEXT).is_some() {
            Some(Self::Text)
        } else if suffix(content_type, BINARY).is_some() {
            Some(Self::Binary)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Binary => BINARY,
            Self::Text => TEXT,
        }
    }

    pub(super) fn of_request(self, fields: &mut HeaderMap) {
        rename(fields, self.name(), GRPC);
    }

    pub(super) fn of_response(self, fields: &mut HeaderMap) {
        rename(fields, GRPC, self.name());
        fields.remove(header::CONTENT_LENGTH);
    }
}

/// What follows a media type: nothing, `+proto`, or parameters.
fn suffix<'v>(value: &'v [u8], name: &str) -> Option<&'v [u8]> {
    let (start, rest) = value.split_at_checked(name.len())?;
    let ends = matches!(rest.first(), None | Some(b'+' | b';' | b' '));
    (ends && start.eq_ignore_ascii_case(name.as_bytes())).then_some(rest)
}

fn rename(fields: &mut HeaderMap, from: &str, to: &'static str) {
    let Some(value) = fields.get(header::CONTENT_TYPE) else {
        return;
    };
    let Some(rest) = suffix(value.as_bytes(), from) else {
        return;
    };
    let renamed = [to.as_bytes(), rest].concat();
    if let Ok(value) = HeaderValue::from_bytes(&renamed) {
        fields.insert(header::CONTENT_TYPE, value);
    }
}

/// Response bodies on their way to the client. Every piece is encoded for itself, with its padding, so
/// that no end of a message waits for the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoder;

impl Encoder {
    pub(super) fn data(self, translation: Translation, data: Bytes) -> Bytes {
        match translation {
            Translation::Binary => data,
            Translation::Text => encode(&data),
        }
    }

    /// The last frame. A response without trailers had all it says in its head.
    pub(super) fn end(self, translation: Translation, trailers: &[u8]) -> Bytes {
        if trailers.is_empty() {
            return Bytes::new();
        }
        let mut frame = BytesMut::with_capacity(5 + trailers.len());
        frame.put_u8(TRAILERS);
        // the codec's limit on heads is far below four gigabytes
        frame.put_u32(trailers.len() as u32);
        frame.put_slice(trailers);
        self.data(translation, frame.freeze())
    }
}

/// Request bodies on their way to the endpoint.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Characters that are not a group of four yet.
    held: [u8; 4],
    count: usize,
}

impl Decoder {
    /// `None`: it is not base64.
    pub(super) fn data(&mut self, translation: Translation, bytes: &[u8]) -> Option<Bytes> {
        if translation == Translation::Binary {
            return Some(Bytes::copy_from_slice(bytes));
        }
        let mut out = BytesMut::with_capacity(bytes.len() / 4 * 3 + 3);
        for byte in bytes {
            self.held[self.count] = *byte;
            self.count += 1;
            if self.count == 4 {
                self.count = 0;
                decode(self.held, &mut out)?;
            }
        }
        Some(out.freeze())
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode(data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(data.len().div_ceil(3) * 4);
    for group in data.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            out.put_u8(if place <= group.len() { digit } else { b'=' });
        }
    }
    out.freeze()
}

/// Decodes a group; padding may stand at its end, wherever the group is.
fn decode(group: [u8; 4], out: &mut BytesMut) -> Option<()> {
    let padding = group.iter().rev().take_while(|byte| **byte == b'=').count();
    if padding > 2 {
        return None;
    }
    let mut bits = 0;
    for byte in &group[..4 - padding] {
        bits = bits << 6 | u32::from(sextet(*byte)?);
    }
    bits <<= 6 * padding;
    let bytes = bits.to_be_bytes();
    out.put_slice(&bytes[1..4 - padding]);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_are_told_apart() {
        for (value, expected) in [
            ("application/grpc-web", Some(Translation::Binary)),
            ("application/grpc-web+proto", Some(Translation::Binary)),
            ("application/GRPC-Web-Text", Some(Translation::Text)),
            (
                "application/grpc-web-text+proto; a=b",
                Some(Translation::Text),
            ),
            ("application/grpc", None),
            ("application/grpc-website", None),
        ] {
            assert_eq!(Translation::of(value.as_bytes()), expected, "{value}");
        }
        let mut fields = HeaderMap::new();
        let text = HeaderValue::from_static("application/grpc-web-text+proto");
        fields.insert(header::CONTENT_TYPE, text);
        Translation::Text.of_request(&mut fields);
        assert_eq!(fields[header::CONTENT_TYPE], "application/grpc+proto");
        Translation::Text.of_response(&mut fields);
        assert_eq!(
            fields[header::CONTENT_TYPE],
            "application/grpc-web-text+proto"
        );
    }

    // Expected: RFC 4648 section 10.
    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(plain.as_bytes()), coded);
            let mut decoder = Decoder::default();
            let decoded = decoder.data(Translation::Text, coded.as_bytes()).unwrap();
            assert_eq!(decoded, plain);
        }
    }

    #[test]
    fn pieces_may_be_cut_anywhere_and_padded_in_the_middle() {
        let text = b"Zg==Zm8=Zm9v";
        for cut in 0..=text.len() {
            let mut decoder = Decoder::default();
            let first = decoder.data(Translation::Text, &text[..cut]).unwrap();
            let second = decoder.data(Translation::Text, &text[cut..]).unwrap();
            assert_eq!([first, second].concat(), b"ffofoo", "{cut}");
        }
        for wrong in ["Z===", "====", "Zm9 ", "Z=9v"] {
            let decoded = Decoder::default().data(Translation::Text, wrong.as_bytes());
            assert_eq!(decoded, None, "{wrong}");
        }
    }

    #[test]
    fn trailers_become_the_last_frame() {
        let frame = Encoder.end(Translation::Binary, b"grpc-status: 0\r\n");
        assert_eq!(&frame[..], b"\x80\x00\x00\x00\x10grpc-status: 0\r\n");
        assert!(Encoder.end(Translation::Text, b"").is_empty());
    }
}
