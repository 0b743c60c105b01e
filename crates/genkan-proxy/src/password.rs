//! Comparing passwords with the hashes of htpasswd files, as nginx does (`ngx_crypt`): its own forms, and
//! those of crypt(3).

mod md5_crypt;
mod sha_crypt;
#[cfg(test)]
mod tests;

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{Context, SHA1_FOR_LEGACY_USE_ONLY},
};
use genkan_http::base64::decode;

use sha_crypt::Width;

/// bcrypt doubles its work with each step: this one takes seconds. What asks for more lets nobody in.
const BCRYPT_COST_MAX: u32 = 16;

/// Whether a hash takes long enough to compute that others should not wait for it.
pub(crate) fn is_slow(hash: &[u8]) -> bool {
    hash.first() == Some(&b'$')
}

/// Whether a password belongs to a hash. A form that is not known belongs to none.
pub(crate) fn matches(hash: &[u8], password: &[u8]) -> bool {
    if let Some(plain) = hash.strip_prefix(b"{PLAIN}") {
        return equal(plain, password);
    }
    if let Some(text) = hash.strip_prefix(b"{SHA}") {
        return decode(text).is_some_and(|hash| equal(&hash, &sha1(password, b"")));
    }
    if let Some(text) = hash.strip_prefix(b"{SSHA}") {
        return decode(text).is_some_and(|decoded| {
            let parts = decoded.split_at_checked(SHA1_BYTES);
            parts.is_some_and(|(hash, salt)| equal(hash, &sha1(password, salt)))
        });
    }
    let Ok(text) = std::str::from_utf8(hash) else {
        return false;
    };
    let made = match text.get(..3) {
        Some("$ap") => md5_crypt::hash("$apr1$", text, password),
        Some("$1$") => md5_crypt::hash("$1$", text, password),
        Some("$5$") => sha_crypt::hash(Width::Bits256, text, password),
        Some("$6$") => sha_crypt::hash(Width::Bits512, text, password),
        Some("$2a" | "$2b" | "$2y") => return is_bcrypt_of(text, password),
        _ => None,
    };
    made.is_some_and(|made| equal(made.as_bytes(), hash))
}

fn is_bcrypt_of(hash: &str, password: &[u8]) -> bool {
    let cost = hash.get(4..6).and_then(|cost| cost.parse::<u32>().ok());
    cost.is_some_and(|cost| cost <= BCRYPT_COST_MAX)
        && bcrypt::verify(password, hash).unwrap_or(false)
}

const SHA1_BYTES: usize = 20;

fn sha1(password: &[u8], salt: &[u8]) -> [u8; SHA1_BYTES] {
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    context.update(password);
    context.update(salt);
    let mut out = [0; SHA1_BYTES];
    out.copy_from_slice(context.finish().as_ref());
    out
}

fn equal(a: &[u8], b: &[u8]) -> bool {
    verify_slices_are_equal(a, b).is_ok()
}

/// The digits of crypt(3)'s base 64, six bits each, the lowest first.
fn push_digits(out: &mut String, mut bits: u32, digits: usize) {
    const DIGITS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for _ in 0..digits {
        out.push(char::from(DIGITS[bits as usize & 63]));
        bits >>= 6;
    }
}
