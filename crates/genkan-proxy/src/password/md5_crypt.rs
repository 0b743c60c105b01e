//! Poul-Henning Kamp's MD5 crypt (`$1$`), and Apache's variant of it (`$apr1$`).

use md5::{Digest, Md5};

use super::push_digits;

const SALT_MAX: usize = 8;
const ROUNDS: usize = 1000;

/// Hashes a password with the salt of a hash; `magic` begins that hash.
pub(super) fn hash(magic: &str, like: &str, password: &[u8]) -> Option<String> {
    let salt = like.strip_prefix(magic)?.split('$').next()?;
    let salt = salt.get(..SALT_MAX).unwrap_or(salt);
    let sum = sum(magic, salt.as_bytes(), password);
    let mut out = format!("{magic}{salt}$");
    for [a, b, c] in [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]] {
        let bits = u32::from_be_bytes([0, sum[a], sum[b], sum[c]]);
        push_digits(&mut out, bits, 4);
    }
    push_digits(&mut out, u32::from(sum[11]), 2);
    Some(out)
}

fn sum(magic: &str, salt: &[u8], password: &[u8]) -> [u8; 16] {
    let alternate = Md5::new()
        .chain_update(password)
        .chain_update(salt)
        .chain_update(password)
        .finalize();
    let mut first = Md5::new()
        .chain_update(password)
        .chain_update(magic)
        .chain_update(salt);
    for part in password.chunks(16) {
        first.update(&alternate[..part.len()]);
    }
    let mut length = password.len();
    while length > 0 {
        match length & 1 {
            1 => first.update([0]),
            _ => first.update(&password[..1]),
        }
        length >>= 1;
    }
    let mut sum: [u8; 16] = first.finalize().into();
    for round in 0..ROUNDS {
        let odd = round % 2 == 1;
        let mut next = Md5::new();
        next.update(if odd { password } else { &sum });
        if round % 3 != 0 {
            next.update(salt);
        }
        if round % 7 != 0 {
            next.update(password);
        }
        next.update(if odd { &sum } else { password });
        sum = next.finalize().into();
    }
    sum
}
