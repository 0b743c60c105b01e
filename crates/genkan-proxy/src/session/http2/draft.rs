//! A response on its way to the codec: fields instead of lines.

use bytes::Bytes;
use genkan_http::{
    head::{Field, ResponseView},
    known::KnownHeader,
    write::HeadWriter,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::session::downstream::Draft;

/// Fields that a usual response has; more make the map grow.
const FIELDS: usize = 12;

/// A response as HTTP/2 has it.
#[derive(Debug)]
pub(crate) struct Http2Draft {
    pub(super) status: StatusCode,
    pub(super) fields: HeaderMap,
    pub(super) data: Vec<u8>,
    /// The endpoint switched protocols: the stream is a tunnel from here on.
    pub(super) switched: bool,
    /// Fields that HTTP/2 cannot carry.
    pub(super) dropped: u64,
    /// Bytes of names and values.
    pub(super) length: u64,
}

impl Http2Draft {
    pub(super) fn new() -> Self {
        Self {
            status: StatusCode::OK,
            fields: HeaderMap::with_capacity(FIELDS),
            data: Vec::new(),
            switched: false,
            dropped: 0,
            length: 0,
        }
    }

    pub(super) fn into_parts(self) -> (Response<()>, Vec<u8>) {
        let mut response = Response::new(());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.fields;
        (response, self.data)
    }

    fn push(&mut self, id: KnownHeader, name: &[u8], value: HeaderValue) {
        // RFC 9113 8.2.2; and RFC 8441 5 knows no handshake to accept.
        let is_foreign = matches!(
            id,
            KnownHeader::Connection
                | KnownHeader::KeepAlive
                | KnownHeader::ProxyConnection
                | KnownHeader::TransferEncoding
                | KnownHeader::Upgrade
        ) || (self.switched && id == KnownHeader::SecWebSocketAccept);
        if is_foreign {
            return;
        }
        match HeaderName::from_bytes(name) {
            Ok(name) => {
                self.length += (name.as_str().len() + value.len()) as u64;
                self.fields.append(name, value);
            }
            Err(_) => self.dropped += 1,
        }
    }
}

impl HeadWriter for Http2Draft {
    fn status(&mut self, status: u16, _reason: &[u8]) {
        self.switched = status == 101;
        let status = if self.switched { 200 } else { status };
        self.status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    }

    fn field(&mut self, name: &[u8], value: &[u8]) {
        match HeaderValue::from_bytes(value) {
            Ok(value) => self.push(KnownHeader::of(name), name, value),
            Err(_) => self.dropped += 1,
        }
    }

    fn number_field(&mut self, name: &[u8], value: u64) {
        self.push(KnownHeader::of(name), name, HeaderValue::from(value));
    }

    fn lines(&mut self, lines: &[u8]) {
        for line in lines.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if let Some(colon) = line.iter().position(|byte| *byte == b':') {
                self.field(&line[..colon], line[colon + 1..].trim_ascii());
            }
        }
    }

    fn copy_fields(&mut self, response: ResponseView<'_>, mut keep: impl FnMut(Field<'_>) -> bool) {
        // One copy that all values share.
        let bytes = Bytes::copy_from_slice(response.bytes);
        let start = response.bytes.as_ptr() as usize;
        for field in response.fields() {
            if !keep(field) {
                continue;
            }
            let from = field.value.as_ptr() as usize - start;
            let value = bytes.slice(from..from + field.value.len());
            match HeaderValue::from_maybe_shared(value) {
                Ok(value) => self.push(field.id, field.name, value),
                Err(_) => self.dropped += 1,
            }
        }
    }

    fn end(&mut self) {}
}

impl Draft for Http2Draft {
    fn data(&mut self, bytes: &[u8]) {
        self.data.extend_from_slice(bytes);
    }
}
