//! The framing of responses.

use super::{Connection, content_length};
use crate::head::{ResponseView, Version};
use crate::known::KnownHeader;
use crate::method::Method;
use crate::reject::ResponseReject;

/// The body of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseBody {
    /// There is none, whatever the fields say: HEAD, 1xx, 204, 304.
    None,
    /// So many bytes; may be none.
    Length(u64),
    /// Chunked coding, see [`crate::chunked`].
    Chunked,
    /// Everything until the upstream closes.
    UntilClose,
}

/// How a response is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseFraming {
    /// What follows the head.
    pub body: ResponseBody,
    /// The upstream connection may be used again after the body.
    pub keep_alive: bool,
    /// 1xx other than 101: another head follows for the same request.
    pub interim: bool,
    /// 101 to a request that asked for it: what follows is a tunnel.
    pub switched: bool,
    /// `Content-Length` as given, also where there is no body (HEAD).
    pub content_length: Option<u64>,
}

/// The framing of a response to a request with this method; `upgrade_asked` says whether that
/// request, as sent upstream, asked to switch protocols.
///
/// # Errors
///
/// Whatever makes the end of the body doubtful. The client gets 502, and the upstream connection
/// must be closed.
pub fn response_framing(
    view: ResponseView<'_>,
    request_method: Method,
    upgrade_asked: bool,
) -> Result<ResponseFraming, ResponseReject> {
    if view.head.bare_line_feed {
        return Err(ResponseReject::BareLineFeed);
    }
    let (length, is_chunked) = declared_body(view)?;
    let connection = Connection::read(view.all(KnownHeader::Connection));
    let keep_alive = connection.keep_alive(view.version());
    let status = view.status();
    if status == 101 && !upgrade_asked {
        return Err(ResponseReject::SwitchUnasked);
    }
    // RFC 9112 6.3, in its order.
    let body = if request_method == Method::Head || matches!(status, 100..=199 | 204 | 304) {
        ResponseBody::None
    } else if is_chunked {
        ResponseBody::Chunked
    } else {
        length.map_or(ResponseBody::UntilClose, ResponseBody::Length)
    };
    Ok(ResponseFraming {
        body,
        keep_alive: keep_alive && body != ResponseBody::UntilClose && status != 101,
        interim: matches!(status, 100 | 102..=199),
        switched: status == 101,
        content_length: length,
    })
}

/// `Content-Length` and whether the coding is chunked; refused even where there is no body, because
/// an upstream that frames so cannot be trusted with the next response.
fn declared_body(view: ResponseView<'_>) -> Result<(Option<u64>, bool), ResponseReject> {
    if view.count(KnownHeader::ContentLength) > 1 {
        return Err(ResponseReject::ContentLengthRepeated);
    }
    if view.count(KnownHeader::TransferEncoding) > 1 {
        return Err(ResponseReject::TransferEncodingRepeated);
    }
    let length = match view.first(KnownHeader::ContentLength) {
        Some(value) => Some(content_length(value).ok_or(ResponseReject::ContentLengthInvalid)?),
        None => None,
    };
    let Some(coding) = view.first(KnownHeader::TransferEncoding) else {
        return Ok((length, false));
    };
    if length.is_some() {
        return Err(ResponseReject::ContentLengthAndTransferEncoding);
    }
    if !coding.eq_ignore_ascii_case(b"chunked") {
        return Err(ResponseReject::TransferEncodingUnknown);
    }
    // RFC 9112 6.1: such a message is to be treated as if its framing were faulty.
    if view.version() < Version::HTTP_11 {
        return Err(ResponseReject::TransferEncodingOnHttp10);
    }
    Ok((None, true))
}
