//! The certificate for names that nobody has one for, made anew at every start.
//!
//! ingress-nginx makes the same, with an RSA key; ours is ECDSA P-256, which costs a client nothing and
//! every handshake a tenth. A client does not trust either.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::{
    encoding::AsDer,
    error::Unspecified,
    rand::{SecureRandom, SystemRandom},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

const COMMON_NAME: &str = "Kubernetes Ingress Controller Fake Certificate";
const ORGANIZATION: &str = "Acme Co";
const DNS_NAME: &str = "ingress.local";
const VALID_FOR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OID_COMMON_NAME: &[u8] = &[0x55, 4, 3];
const OID_ORGANIZATION: &[u8] = &[0x55, 4, 10];
const OID_SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
/// ecdsa-with-SHA256, 1.2.840.10045.4.3.2.
const OID_ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

/// A fresh key and its certificate.
///
/// # Errors
///
/// The system gives no random numbers.
pub(super) fn generate(
    now: SystemTime,
) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Unspecified> {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?;
    let mut serial = [0; 16];
    random.fill(&mut serial)?;
    // positive, and not shortened by a leading zero (X.690 8.3.2)
    serial[0] = serial[0] & 0x7f | 0x40;
    let public = key.public_key().as_der()?;
    let body = to_be_signed(&serial, public.as_ref(), now);
    let signature = key.sign(&random, &body)?;
    let certificate = tlv(
        SEQUENCE,
        &[&body, &algorithm(), &tlv(3, &[&[0], signature.as_ref()])],
    );
    let pkcs8 = key.to_pkcs8v1()?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8.as_ref().to_vec()));
    Ok((certificate.into(), key))
}

/// RFC 5280 4.1.
fn to_be_signed(serial: &[u8], public_key: &[u8], now: SystemTime) -> Vec<u8> {
    let name = tlv(
        SEQUENCE,
        &[
            &attribute(OID_ORGANIZATION, ORGANIZATION),
            &attribute(OID_COMMON_NAME, COMMON_NAME),
        ],
    );
    let validity = tlv(SEQUENCE, &[&utc_time(now), &utc_time(now + VALID_FOR)]);
    let names = tlv(SEQUENCE, &[&tlv(0x82, &[DNS_NAME.as_bytes()])]);
    let alternative = tlv(
        SEQUENCE,
        &[&tlv(6, &[OID_SUBJECT_ALT_NAME]), &tlv(4, &[&names])],
    );
    tlv(
        SEQUENCE,
        &[
            &tlv(0xa0, &[&tlv(2, &[&[2]])]), // version 3
            &tlv(2, &[serial]),
            &algorithm(),
            &name,
            &validity,
            &name,
            public_key,
            &tlv(0xa3, &[&tlv(SEQUENCE, &[&alternative])]),
        ],
    )
}

fn algorithm() -> Vec<u8> {
    tlv(SEQUENCE, &[&tlv(6, &[OID_ECDSA_SHA256])])
}

fn attribute(oid: &[u8], text: &str) -> Vec<u8> {
    let pair = tlv(SEQUENCE, &[&tlv(6, &[oid]), &tlv(0x0c, &[text.as_bytes()])]);
    tlv(SET, &[&pair])
}

/// `YYMMDDHHMMSSZ`; good until 2049.
fn utc_time(at: SystemTime) -> Vec<u8> {
    let seconds = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let http: String =
        httpdate::HttpDate::from(UNIX_EPOCH + Duration::from_secs(seconds)).to_string();
    // "Sun, 06 Nov 1994 08:49:37 GMT"
    let month = 1 + MONTHS
        .iter()
        .position(|month| *month == &http[8..11])
        .unwrap_or(0);
    let text = format!(
        "{}{month:02}{}{}{}{}Z",
        &http[14..16],
        &http[5..7],
        &http[17..19],
        &http[20..22],
        &http[23..25]
    );
    tlv(0x17, &[text.as_bytes()])
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Tag, length, contents (X.690 8.1).
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    match length {
        0..0x80 => out.push(length as u8),
        0x80..0x100 => out.extend_from_slice(&[0x81, length as u8]),
        _ => out.extend_from_slice(&[0x82, (length >> 8) as u8, length as u8]),
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}
