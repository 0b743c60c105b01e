//! Heads between HTTP/1, in which requests are put together and responses are judged, and the codec.

use bytes::Bytes;
use genkan_http::known::KnownHeader;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header, response,
    uri::{Authority, PathAndQuery, Scheme},
};

use super::grpc_web::Translation;

/// A request that HTTP/2 cannot carry: its target or its host is no part of a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotCarried;

/// A request as the codec takes it.
#[derive(Debug)]
pub(super) struct Carried {
    pub(super) request: Request<()>,
    /// The body comes in chunks.
    pub(super) chunked: bool,
}

/// The request whose head is written in `text`, complete with its empty line.
pub(super) fn request(
    text: &[u8],
    secure: bool,
    translation: Option<Translation>,
) -> Result<Carried, NotCarried> {
    let mut lines = text
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = lines.next().ok_or(NotCarried)?;
    let mut parts = first.split(|byte| *byte == b' ');
    let (method, target) = (parts.next(), parts.next());
    let method = Method::from_bytes(method.ok_or(NotCarried)?).map_err(|_| NotCarried)?;
    let target = target.ok_or(NotCarried)?;
    let mut authority = None;
    let mut chunked = false;
    let mut fields = HeaderMap::with_capacity(24);
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        match KnownHeader::of(name) {
            KnownHeader::Host => authority = Some(value),
            // ours: `write_upstream_head` writes no other coding
            KnownHeader::TransferEncoding => chunked = true,
            // RFC 9113 8.2.2
            KnownHeader::Connection
            | KnownHeader::KeepAlive
            | KnownHeader::ProxyConnection
            | KnownHeader::Upgrade
            | KnownHeader::Te => {}
            KnownHeader::ContentLength if translation.is_some() => {}
            _ => {
                let name = HeaderName::from_bytes(name).map_err(|_| NotCarried)?;
                let value = HeaderValue::from_bytes(value).map_err(|_| NotCarried)?;
                fields.append(name, value);
            }
        }
    }
    // Trailers are passed on; gRPC asks for this word.
    fields.insert(header::TE, HeaderValue::from_static("trailers"));
    if let Some(translation) = translation {
        translation.of_request(&mut fields);
    }
    let mut request = Request::new(());
    *request.uri_mut() = uri(secure, authority.ok_or(NotCarried)?, target)?;
    *request.method_mut() = method;
    *request.headers_mut() = fields;
    Ok(Carried { request, chunked })
}

fn uri(secure: bool, authority: &[u8], target: &[u8]) -> Result<Uri, NotCarried> {
    // A fragment would be dropped in silence.
    if target.contains(&b'#') {
        return Err(NotCarried);
    }
    let scheme = if secure { Scheme::HTTPS } else { Scheme::HTTP };
    let authority = Authority::try_from(authority).map_err(|_| NotCarried)?;
    let path = PathAndQuery::try_from(target).map_err(|_| NotCarried)?;
    Uri::builder()
        .scheme(scheme)
        .authority(authority)
        .path_and_query(path)
        .build()
        .map_err(|_| NotCarried)
}

/// The head of a response as HTTP/1 has it. What it says of framing is left to the framing module.
pub(super) fn response(parts: &mut response::Parts, translation: Option<Translation>) -> Bytes {
    if let Some(translation) = translation {
        translation.of_response(&mut parts.headers);
    }
    let mut text = Vec::with_capacity(512);
    let reason = parts.status.canonical_reason().unwrap_or_default();
    genkan_http::write::status_line(&mut text, parts.status.as_u16(), reason.as_bytes());
    for (name, value) in &parts.headers {
        genkan_http::write::field(&mut text, name.as_str().as_bytes(), value.as_bytes());
    }
    genkan_http::write::end(&mut text);
    text.into()
}

/// Trailers as complete lines. Those that would frame or route a message say nothing behind it
/// (RFC 9110 6.5.1).
pub(super) fn trailers(fields: &HeaderMap) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in fields {
        let refused = matches!(
            KnownHeader::of(name.as_str().as_bytes()),
            KnownHeader::Host
                | KnownHeader::ContentLength
                | KnownHeader::TransferEncoding
                | KnownHeader::Connection
                | KnownHeader::Upgrade
                | KnownHeader::Te
        ) || *name == header::TRAILER;
        if !refused {
            genkan_http::write::field(&mut lines, name.as_str().as_bytes(), value.as_bytes());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_of_http_1_becomes_a_request() {
        let text = b"POST /a.B/C?x HTTP/1.1\r\nHost: h.test:8080\r\nConnection: upgrade\r\n\
                     Upgrade: x\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nx-a: 2\r\n\r\n";
        let Carried {
            request: found,
            chunked,
        } = request(text, true, None).unwrap();
        assert!(chunked);
        assert_eq!(found.uri(), "https://h.test:8080/a.B/C?x");
        let fields: Vec<_> = found
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        assert_eq!(fields, ["x-a: 1", "x-a: 2", "te: trailers"]);
    }

    #[test]
    fn what_is_no_uri_is_not_sent() {
        for (target, host) in [("/a#b", "h.test"), ("/", "h test"), ("/\u{7f}", "h.test")] {
            let text = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(
                request(text.as_bytes(), false, None).err(),
                Some(NotCarried),
                "{text}"
            );
        }
    }

    #[test]
    fn trailers_cannot_frame() {
        let mut fields = HeaderMap::new();
        for (name, value) in [("grpc-status", "0"), ("content-length", "5"), ("te", "x")] {
            fields.append(name, HeaderValue::from_static(value));
        }
        assert_eq!(trailers(&fields), b"grpc-status: 0\r\n");
    }
}
