//! The request head of a stream, from what the codec gives.

use genkan_http::{
    framing::{RequestFraming, stream_framing},
    head::{Pseudo, RequestHead, RequestView, StreamHead},
    limits::HeadLimits,
    reject::RequestReject,
};
use genkan_route::decision::RequestId;
use h2::ext::Protocol;
use http::{HeaderValue, Uri, header::COOKIE, request::Parts, uri::PathAndQuery};

/// Fills a head. `seed` makes the nonce of a WebSocket handshake, should one be needed.
pub(super) fn fill(
    parts: &Parts,
    ends: bool,
    bytes: &mut Vec<u8>,
    head: &mut RequestHead,
    limits: &HeadLimits,
    seed: RequestId,
) -> Result<RequestFraming, RequestReject> {
    let authority = parts.uri.authority().map(http::uri::Authority::as_str);
    let path = path(&parts.uri);
    let protocol = parts.extensions.get::<Protocol>().map(Protocol::as_str);
    let plain_connect = parts.method == http::Method::CONNECT && protocol.is_none();
    let pseudo = Pseudo {
        method: parts.method.as_str().as_bytes(),
        // The codec has refused a request without one, and a CONNECT with one.
        has_scheme: !plain_connect,
        authority: authority.map(str::as_bytes),
        path: path.map(str::as_bytes),
        protocol: protocol.map(str::as_bytes),
    };
    let mut stream = StreamHead::start(bytes, head, limits, pseudo)?;
    let mut has_cookie = false;
    for (name, value) in &parts.headers {
        if name != COOKIE {
            stream.field(name.as_str().as_bytes(), value.as_bytes())?;
        } else if !std::mem::replace(&mut has_cookie, true) {
            let crumbs = parts.headers.get_all(COOKIE);
            let crumbs: Vec<&[u8]> = crumbs.iter().map(HeaderValue::as_bytes).collect();
            stream.cookie(&crumbs)?;
        }
    }
    stream.finish(|| nonce(seed))?;
    stream_framing(RequestView::new(bytes, head), ends)
}

/// `:path`, if there was one. Without an authority the codec lets requests through that have none, and
/// their URI pretends to have the root.
fn path(uri: &Uri) -> Option<&str> {
    if uri.authority().is_none() && uri.clone().into_parts().path_and_query.is_none() {
        return None;
    }
    uri.path_and_query().map(PathAndQuery::as_str)
}

/// Base64 of the sixteen bytes that a request id is the digits of.
fn nonce(seed: RequestId) -> [u8; 24] {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'a' + 10,
    };
    let mut raw = [0_u8; 18];
    for (byte, pair) in raw.iter_mut().zip(seed.0.chunks_exact(2)) {
        *byte = value(pair[0]) << 4 | value(pair[1]);
    }
    let mut out = [b'='; 24];
    for (group, triple) in out.chunks_exact_mut(4).zip(raw.chunks_exact(3)) {
        let bits = u32::from(triple[0]) << 16 | u32::from(triple[1]) << 8 | u32::from(triple[2]);
        for (index, digit) in group.iter_mut().enumerate() {
            *digit = DIGITS[(bits >> (18 - 6 * index)) as usize & 63];
        }
    }
    // Sixteen bytes are 22 digits; the last two were made of padding.
    out[22] = b'=';
    out[23] = b'=';
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_sixteen_bytes_in_base64() {
        // printf '000102030405060708090a0b0c0d0e0f' | xxd -r -p | base64
        let seed = RequestId(*b"000102030405060708090a0b0c0d0e0f");
        assert_eq!(nonce(seed), *b"AAECAwQFBgcICQoLDA0ODw==");
    }
}
