//! Decides where a message body ends and whether the connection lives on.
//!
//! Reads only the framing fields and answers with the framing or a reject. Nothing else in the
//! proxy may look at `Content-Length`, `Transfer-Encoding`, `Connection` or `Upgrade`: two places
//! that disagree about where a body ends are a request-smuggling bug.
//!
//! Ambiguous messages are rejected, never repaired. Stricter than nginx in one point: a line that
//! ends with a bare line feed is refused, because servers disagree about it.

mod response;
#[cfg(test)]
mod tests;

pub use self::response::{ResponseBody, ResponseFraming, response_framing};
use crate::head::{RequestView, Version};
use crate::known::KnownHeader;
use crate::reject::RequestReject;

/// The body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Neither length nor coding was given: there is none.
    None,
    /// So many bytes; may be none.
    Length(u64),
    /// Chunked coding, see [`crate::chunked`]; of a stream: a length that nobody announced.
    Chunked,
}

/// The wish to switch protocols.
///
/// It is only a wish: bytes become a tunnel after an upstream answered 101, and the body, if any,
/// comes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpgradeWish {
    /// The one protocol asked for is `websocket`.
    pub websocket: bool,
    /// `Connection` names `upgrade` and the version is HTTP/1.1, as RFC 9110 7.8 demands. nginx
    /// passes the wish on without.
    pub proper: bool,
}

/// How a request is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestFraming {
    /// What follows the head.
    pub body: Body,
    /// The client would send another request on this connection.
    pub keep_alive: bool,
    /// An `Upgrade` field that is not empty.
    pub upgrade: Option<UpgradeWish>,
    /// The client waits for `100 Continue`, usually before it sends the body; nginx says so without
    /// one too.
    pub expect_continue: bool,
}

/// The framing of a request.
///
/// # Errors
///
/// Whatever makes the end of the body doubtful, and fields that nginx allows only once. The
/// connection must not be used further.
pub fn request_framing(view: RequestView<'_>) -> Result<RequestFraming, RequestReject> {
    if view.head.bare_line_feed {
        return Err(RequestReject::BareLineFeed);
    }
    refuse_repeated(view)?;
    let body = request_body(view)?;
    let connection = Connection::read(view.all(KnownHeader::Connection));
    let at_least_11 = view.version() >= Version::HTTP_11;
    Ok(RequestFraming {
        body,
        keep_alive: connection.keep_alive(view.version()),
        upgrade: upgrade_wish(view, connection.upgrade && at_least_11),
        // RFC 9110 10.1.1: from HTTP/1.0 it is ignored. nginx ignores other expectations.
        expect_continue: at_least_11
            && view
                .first(KnownHeader::Expect)
                .is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue")),
    })
}

/// The framing of a request that is a stream of its own (HTTP/2, HTTP/3): the protocol ends the body,
/// and `Content-Length` may only repeat it. `ends` says that the stream ended with its head.
///
/// The head was filled by a [`StreamHead`](crate::head::StreamHead), so the only `Upgrade` in it stands
/// for an extended CONNECT, whose bytes are a tunnel and no body.
///
/// # Errors
///
/// A `Content-Length` that cannot be, and fields that nginx allows only once.
pub fn stream_framing(view: RequestView<'_>, ends: bool) -> Result<RequestFraming, RequestReject> {
    refuse_repeated(view)?;
    let upgrade = upgrade_wish(view, true);
    let length = match view.first(KnownHeader::ContentLength) {
        Some(value) => Some(content_length(value).ok_or(RequestReject::ContentLengthInvalid)?),
        None => None,
    };
    let body = match length {
        Some(1..) if ends || upgrade.is_some() => return Err(RequestReject::ContentLengthMismatch),
        _ if upgrade.is_some() => Body::None,
        Some(length) => Body::Length(length),
        None if ends => Body::None,
        None => Body::Chunked,
    };
    Ok(RequestFraming {
        body,
        keep_alive: true,
        upgrade,
        expect_continue: body != Body::None
            && view
                .first(KnownHeader::Expect)
                .is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue")),
    })
}

/// `headers_in` of nginx's `ngx_http_request.c`: these fields may come once.
const SINGLE: [KnownHeader; 8] = [
    KnownHeader::Authorization,
    KnownHeader::ContentRange,
    KnownHeader::Expect,
    KnownHeader::IfMatch,
    KnownHeader::IfModifiedSince,
    KnownHeader::IfNoneMatch,
    KnownHeader::IfRange,
    KnownHeader::IfUnmodifiedSince,
];

const SINGLE_SET: u128 = {
    let mut set = 0;
    let mut index = 0;
    while index < SINGLE.len() {
        set |= SINGLE[index].bit();
        index += 1;
    }
    set
};

fn refuse_repeated(view: RequestView<'_>) -> Result<(), RequestReject> {
    let fields = &view.head.fields;
    if fields.repeats_any(KnownHeader::Host.bit()) != 0 {
        return Err(RequestReject::HostRepeated);
    }
    if fields.repeats_any(KnownHeader::ContentLength.bit()) != 0 {
        return Err(RequestReject::ContentLengthRepeated);
    }
    if fields.repeats_any(KnownHeader::TransferEncoding.bit()) != 0 {
        return Err(RequestReject::TransferEncodingRepeated);
    }
    let repeated = fields.repeats_any(SINGLE_SET);
    match SINGLE.into_iter().find(|id| repeated & id.bit() != 0) {
        Some(id) => Err(RequestReject::FieldRepeated(id)),
        None => Ok(()),
    }
}

fn request_body(view: RequestView<'_>) -> Result<Body, RequestReject> {
    let length = match view.first(KnownHeader::ContentLength) {
        Some(value) => Some(content_length(value).ok_or(RequestReject::ContentLengthInvalid)?),
        None => None,
    };
    let Some(coding) = view.first(KnownHeader::TransferEncoding) else {
        return Ok(length.map_or(Body::None, Body::Length));
    };
    // In nginx's order, which decides between 400 and 501.
    if view.version() < Version::HTTP_11 {
        return Err(RequestReject::TransferEncodingOnHttp10);
    }
    if !coding.eq_ignore_ascii_case(b"chunked") {
        return Err(RequestReject::TransferEncodingUnknown);
    }
    if length.is_some() {
        return Err(RequestReject::ContentLengthAndTransferEncoding);
    }
    Ok(Body::Chunked)
}

/// Whether the request asks for another protocol in a way that a proxy may pass on.
///
/// `h2c` is not passed on: RFC 9113 3.1 withdrew it, and a tunnel of HTTP/2 would carry requests to
/// the backend that no route ever saw.
#[must_use]
pub fn wishes_upgrade(view: RequestView<'_>) -> bool {
    let mut is_there = false;
    for value in view.all(KnownHeader::Upgrade) {
        is_there |= !value.is_empty();
        let mut protocols = value.split(|&byte| byte == b',');
        if protocols.any(|protocol| protocol.trim_ascii().eq_ignore_ascii_case(b"h2c")) {
            return false;
        }
    }
    is_there
}

fn upgrade_wish(view: RequestView<'_>, proper: bool) -> Option<UpgradeWish> {
    if !wishes_upgrade(view) {
        return None;
    }
    let mut values = view
        .all(KnownHeader::Upgrade)
        .filter(|value| !value.is_empty());
    let first = values.next()?;
    let websocket = first.eq_ignore_ascii_case(b"websocket") && values.next().is_none();
    Some(UpgradeWish { websocket, proper })
}

/// What `Connection` says, in all its lines.
#[derive(Clone, Copy, Debug, Default)]
struct Connection {
    close: bool,
    keep_alive: bool,
    upgrade: bool,
}

impl Connection {
    fn read<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut connection = Self::default();
        for option in values.flat_map(|value| value.split(|&byte| byte == b',')) {
            let option = option.trim_ascii();
            connection.close |= option.eq_ignore_ascii_case(b"close");
            connection.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
            connection.upgrade |= option.eq_ignore_ascii_case(b"upgrade");
        }
        connection
    }

    /// RFC 9112 9.3: `close` wins.
    fn keep_alive(self, version: Version) -> bool {
        !self.close && (self.keep_alive || version >= Version::HTTP_11)
    }
}

/// Decimal digits only, at most 2^63 - 1 as in nginx: no sign, no list, no blank.
fn content_length(value: &[u8]) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    let mut length: u64 = 0;
    for &byte in value {
        if !byte.is_ascii_digit() {
            return None;
        }
        length = length
            .checked_mul(10)?
            .checked_add(u64::from(byte - b'0'))?;
    }
    (length <= i64::MAX as u64).then_some(length)
}
