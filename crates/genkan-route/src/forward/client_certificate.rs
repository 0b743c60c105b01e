//! What a backend is told of the client's certificate: the `ssl-client-*` fields.

use genkan_http::{known::KnownHeader, write};

use crate::tls::{ClientAuthority, ClientVerification, Handshake, ShownCertificate};

const CERTIFICATE: &[u8] = b"ssl-client-cert";
const VERIFY: &[u8] = b"ssl-client-verify";
const SUBJECT: &[u8] = b"ssl-client-subject-dn";
const ISSUER: &[u8] = b"ssl-client-issuer-dn";

/// Whether a field is ours to set, so that the client's own is dropped: also where we have nothing to
/// say, as on a plain connection.
pub(super) fn sets(authority: &ClientAuthority, id: KnownHeader) -> bool {
    match id {
        KnownHeader::SslClientVerify
        | KnownHeader::SslClientSubjectDn
        | KnownHeader::SslClientIssuerDn => true,
        KnownHeader::SslClientCert => authority.passes_certificate,
        _ => false,
    }
}

/// Appends the fields. As in nginx one without a value is left out.
pub(super) fn write(out: &mut Vec<u8>, authority: &ClientAuthority, handshake: Option<&Handshake>) {
    let Some(handshake) = handshake else { return };
    let asked = authority.verification != ClientVerification::Off;
    let Some(shown) = handshake.client.as_ref().filter(|_| asked) else {
        return write::field(out, VERIFY, b"NONE");
    };
    if authority.passes_certificate {
        out.extend_from_slice(CERTIFICATE);
        out.extend_from_slice(b": ");
        escaped_pem(out, shown);
        out.extend_from_slice(b"\r\n");
    }
    match shown.failure {
        None => write::field(out, VERIFY, b"SUCCESS"),
        Some(failure) => {
            let text = format!("FAILED:{}", failure.as_str());
            write::field(out, VERIFY, text.as_bytes());
        }
    }
    for (name, value) in [(SUBJECT, &shown.subject), (ISSUER, &shown.issuer)] {
        if !value.is_empty() {
            write::field(out, name, value.as_bytes());
        }
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Characters of a line in PEM (RFC 7468 2).
const LINE: usize = 64;

/// nginx's `$ssl_client_escaped_cert`: PEM, with everything but the unreserved characters of URLs as
/// `%XX`.
fn escaped_pem(out: &mut Vec<u8>, shown: &ShownCertificate) {
    out.extend_from_slice(b"-----BEGIN%20CERTIFICATE-----%0A");
    let mut column = 0;
    for group in shown.der.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            if column == LINE {
                out.extend_from_slice(b"%0A");
                column = 0;
            }
            let symbol = if index > group.len() {
                b'='
            } else {
                BASE64[(bits >> (18 - 6 * index) & 63) as usize]
            };
            match symbol {
                b'+' => out.extend_from_slice(b"%2B"),
                b'/' => out.extend_from_slice(b"%2F"),
                b'=' => out.extend_from_slice(b"%3D"),
                plain => out.push(plain),
            }
            column += 1;
        }
    }
    out.extend_from_slice(b"%0A-----END%20CERTIFICATE-----%0A");
}
