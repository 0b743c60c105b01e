//! Fills a request head from a protocol whose requests are streams (HTTP/2, HTTP/3).
//!
//! What such a client may send is less than what HTTP/1 can say, and what HTTP/1 could misunderstand is
//! refused here (RFC 9113 section 8): the head that comes out never says more than the client did.

use super::{HeadBuilder, RequestHead, RequestView, Version};
use crate::known::KnownHeader;
use crate::limits::HeadLimits;
use crate::method::Method;
use crate::reject::RequestReject;

/// The pseudo-header fields of a request (RFC 9113 section 8.3.1); each came at most once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pseudo<'a> {
    /// `:method`
    pub method: &'a [u8],
    /// Whether there was a `:scheme`. Its value is not believed: the listener knows.
    pub has_scheme: bool,
    /// `:authority`
    pub authority: Option<&'a [u8]>,
    /// `:path`
    pub path: Option<&'a [u8]>,
    /// `:protocol` of an extended CONNECT (RFC 8441).
    pub protocol: Option<&'a [u8]>,
}

/// A head that is filled field by field.
#[derive(Debug)]
pub struct StreamHead<'a> {
    builder: HeadBuilder<'a>,
    authority: Option<&'a [u8]>,
    field_bytes_max: usize,
    websocket: bool,
}

impl<'a> StreamHead<'a> {
    /// Empties buffer and head and puts in what the pseudo-header fields say; `:authority` becomes the
    /// field `host`, and an extended CONNECT for `websocket` the GET that HTTP/1 has for it.
    ///
    /// # Errors
    ///
    /// [`RequestReject::PseudoMalformed`] when they do not make a request, and bytes that no request
    /// may have.
    pub fn start(
        bytes: &'a mut Vec<u8>,
        head: &'a mut RequestHead,
        limits: &'a HeadLimits,
        pseudo: Pseudo<'a>,
    ) -> Result<Self, RequestReject> {
        let authority = pseudo.authority.filter(|authority| !authority.is_empty());
        let connects = Method::of(pseudo.method) == Method::Connect;
        let (method, target) = match (connects, pseudo.protocol, pseudo.path, authority) {
            (true, None, None, Some(authority)) if !pseudo.has_scheme => (pseudo.method, authority),
            (true, Some(_), Some(path), Some(_)) if pseudo.has_scheme => (&b"GET"[..], path),
            (false, None, Some(path), _) if pseudo.has_scheme => (pseudo.method, path),
            _ => return Err(RequestReject::PseudoMalformed),
        };
        let is_path = match target {
            [b'/', ..] => true,
            b"*" => Method::of(method) == Method::Options,
            _ => connects && pseudo.protocol.is_none(),
        };
        if !is_path {
            return Err(RequestReject::PseudoMalformed);
        }
        let line_bytes_max = limits.large_client_header_buffers.size;
        if method.len() + target.len() > line_bytes_max {
            return Err(RequestReject::RequestLineTooLong);
        }
        let version = Version::HTTP_2;
        let mut builder = HeadBuilder::start(bytes, head, limits, method, target, version)?;
        if let Some(authority) = authority {
            builder.field(b"host", authority)?;
        }
        if let Some(protocol) = pseudo.protocol
            && !protocol.eq_ignore_ascii_case(b"websocket")
        {
            return Err(RequestReject::ProtocolUnknown);
        }
        Ok(Self {
            builder,
            authority,
            field_bytes_max: line_bytes_max,
            websocket: pseudo.protocol.is_some(),
        })
    }

    /// Appends a field.
    ///
    /// # Errors
    ///
    /// Names in capitals, fields that speak about a connection, a `Host` that is not the `:authority`,
    /// and as [`HeadBuilder::field`].
    pub fn field(&mut self, name: &[u8], value: &[u8]) -> Result<(), RequestReject> {
        self.check(name, value)?;
        match (KnownHeader::of(name), self.authority) {
            (KnownHeader::Host, Some(authority)) => {
                if value.trim_ascii().eq_ignore_ascii_case(authority) {
                    Ok(())
                } else {
                    Err(RequestReject::AuthorityMismatch)
                }
            }
            _ => self.builder.field(name, value),
        }
    }

    /// Appends the one `cookie` field that HTTP/1 allows, from its crumbs (RFC 9113 section 8.2.3).
    ///
    /// # Errors
    ///
    /// As [`field`](Self::field).
    pub fn cookie(&mut self, crumbs: &[&[u8]]) -> Result<(), RequestReject> {
        let length: usize = crumbs.iter().map(|crumb| crumb.len() + 2).sum();
        if length > self.field_bytes_max {
            return Err(RequestReject::FieldTooLong);
        }
        let crumbs = crumbs.iter().copied();
        self.builder.joined_field(b"cookie", crumbs, b"; ")
    }

    /// Ends the head; `key` is the nonce that a WebSocket handshake over HTTP/1 needs.
    ///
    /// # Errors
    ///
    /// As [`HeadBuilder::field`].
    pub fn finish(mut self, key: impl FnOnce() -> [u8; 24]) -> Result<(), RequestReject> {
        if self.websocket {
            self.builder.field(b"upgrade", b"websocket")?;
            if !self.builder.view().has(KnownHeader::SecWebSocketKey) {
                self.builder.field(b"sec-websocket-key", &key())?;
            }
        }
        Ok(())
    }

    /// The head built so far.
    #[must_use]
    pub fn view(&self) -> RequestView<'_> {
        self.builder.view()
    }

    fn check(&self, name: &[u8], value: &[u8]) -> Result<(), RequestReject> {
        if name.iter().any(u8::is_ascii_uppercase) {
            return Err(RequestReject::FieldNameMalformed);
        }
        if name.len() + value.len() > self.field_bytes_max {
            return Err(RequestReject::FieldTooLong);
        }
        match KnownHeader::of(name) {
            KnownHeader::Connection
            | KnownHeader::KeepAlive
            | KnownHeader::ProxyConnection
            | KnownHeader::TransferEncoding
            | KnownHeader::Upgrade => Err(RequestReject::ConnectionField),
            KnownHeader::Te if !value.eq_ignore_ascii_case(b"trailers") => {
                Err(RequestReject::ConnectionField)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: Pseudo<'_> = Pseudo {
        method: b"GET",
        has_scheme: true,
        authority: Some(b"h.test"),
        path: Some(b"/a?b"),
        protocol: None,
    };

    fn build(pseudo: Pseudo<'_>, fields: &[(&str, &str)]) -> Result<String, RequestReject> {
        let mut bytes = Vec::new();
        let mut head = RequestHead::new();
        let limits = HeadLimits::default();
        let mut stream = StreamHead::start(&mut bytes, &mut head, &limits, pseudo)?;
        for (name, value) in fields {
            stream.field(name.as_bytes(), value.as_bytes())?;
        }
        stream.finish(|| *b"AAAAAAAAAAAAAAAAAAAAAA==")?;
        let view = RequestView::new(&bytes, &head);
        let mut text = view.request_line().to_vec();
        text.push(b'\n');
        view.copy_fields(&mut text, |_| true);
        Ok(String::from_utf8(text).unwrap().replace('\r', ""))
    }

    #[test]
    fn pseudo_fields_become_a_request_line_and_a_host() {
        assert_eq!(
            build(GET, &[]).unwrap(),
            "GET /a?b HTTP/2.0\nhost: h.test\n"
        );
        let connect = Pseudo {
            method: b"CONNECT",
            has_scheme: false,
            path: None,
            ..GET
        };
        let built = build(connect, &[]).unwrap();
        assert_eq!(built, "CONNECT h.test HTTP/2.0\nhost: h.test\n");
    }

    #[test]
    fn a_websocket_becomes_the_handshake_of_http_1() {
        let connect = Pseudo {
            method: b"CONNECT",
            protocol: Some(b"websocket"),
            ..GET
        };
        assert_eq!(
            build(connect, &[("sec-websocket-version", "13")]).unwrap(),
            "GET /a?b HTTP/2.0\nhost: h.test\nsec-websocket-version: 13\nupgrade: websocket\n\
             sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\n"
        );
        let other = Pseudo {
            protocol: Some(b"connect-udp"),
            ..connect
        };
        assert_eq!(build(other, &[]), Err(RequestReject::ProtocolUnknown));
    }

    #[test]
    fn pseudo_fields_that_make_no_request_are_refused() {
        let connect: &[u8] = b"CONNECT";
        for pseudo in [
            Pseudo {
                has_scheme: false,
                ..GET
            },
            Pseudo { path: None, ..GET },
            Pseudo {
                path: Some(b""),
                ..GET
            },
            Pseudo {
                path: Some(b"a"),
                ..GET
            },
            Pseudo {
                path: Some(b"*"),
                ..GET
            },
            Pseudo {
                path: Some(b"http://h.test/"),
                ..GET
            },
            Pseudo {
                protocol: Some(b"websocket"),
                ..GET
            },
            Pseudo {
                method: connect,
                ..GET
            },
            Pseudo {
                method: connect,
                has_scheme: false,
                path: None,
                authority: None,
                ..GET
            },
        ] {
            assert_eq!(
                build(pseudo, &[]),
                Err(RequestReject::PseudoMalformed),
                "{pseudo:?}"
            );
        }
        for (method, path, reject) in [
            ("", "/", RequestReject::MethodInvalid),
            ("GET /x HTTP/1.1\r\na:", "/", RequestReject::MethodInvalid),
            ("get", "/", RequestReject::MethodInvalid),
            (
                "GET",
                "/ HTTP/1.1\r\na: b",
                RequestReject::TargetControlByte,
            ),
            ("GET", "/\0", RequestReject::TargetControlByte),
            ("GET", "/a b", RequestReject::TargetControlByte),
        ] {
            let pseudo = Pseudo {
                method: method.as_bytes(),
                path: Some(path.as_bytes()),
                ..GET
            };
            assert_eq!(build(pseudo, &[]), Err(reject), "{method:?} {path:?}");
        }
    }

    #[test]
    fn fields_that_http_1_would_misunderstand_are_refused() {
        for (name, value, reject) in [
            ("connection", "close", RequestReject::ConnectionField),
            ("keep-alive", "1", RequestReject::ConnectionField),
            ("proxy-connection", "1", RequestReject::ConnectionField),
            (
                "transfer-encoding",
                "chunked",
                RequestReject::ConnectionField,
            ),
            ("upgrade", "websocket", RequestReject::ConnectionField),
            ("te", "gzip", RequestReject::ConnectionField),
            ("Accept", "*/*", RequestReject::FieldNameMalformed),
            (":path", "/", RequestReject::FieldNameMalformed),
            ("a b", "1", RequestReject::FieldNameMalformed),
            ("a", "1\r\nb: 2", RequestReject::BareCarriageReturn),
            ("host", "other.test", RequestReject::AuthorityMismatch),
        ] {
            assert_eq!(build(GET, &[(name, value)]), Err(reject), "{name}: {value}");
        }
        let same = build(GET, &[("te", "trailers"), ("host", "H.test")]).unwrap();
        assert_eq!(same, "GET /a?b HTTP/2.0\nhost: h.test\nte: trailers\n");
    }

    #[test]
    fn crumbs_of_a_cookie_become_one_field() {
        let mut bytes = Vec::new();
        let mut head = RequestHead::new();
        let limits = HeadLimits::default();
        let mut stream = StreamHead::start(&mut bytes, &mut head, &limits, GET).unwrap();
        stream.cookie(&[b"a=1", b"b=2", b"c"]).unwrap();
        let view = stream.view();
        assert_eq!(view.first(KnownHeader::Cookie), Some(&b"a=1; b=2; c"[..]));
        assert_eq!(view.count(KnownHeader::Cookie), 1);
        let long = vec![b'x'; 5000];
        let crumbs = [long.as_slice(), long.as_slice()];
        let reject = stream.cookie(&crumbs);
        assert_eq!(reject, Err(RequestReject::FieldTooLong));
    }
}
