//! Ulrich Drepper's SHA crypt (`$5$`, `$6$`; <https://www.akkadia.org/drepper/SHA-crypt.txt>).

use aws_lc_rs::digest::{Algorithm, Context, SHA256, SHA512, digest};

use super::push_digits;

const SALT_MAX: usize = 16;
const ROUNDS: u32 = 5000;
const ROUNDS_MIN: u32 = 1000;
/// musl's bounds (`ROUNDS_MAX`, `KEY_MAX` of `crypt_sha512.c`), which the image of ingress-nginx has:
/// beyond them nobody comes in.
const ROUNDS_MAX: u32 = 9_999_999;
const PASSWORD_MAX: usize = 256;

/// Which of the two it is.
#[derive(Clone, Copy)]
pub(super) enum Width {
    /// `$5$`.
    Bits256,
    /// `$6$`.
    Bits512,
}

impl Width {
    fn magic(self) -> &'static str {
        match self {
            Self::Bits256 => "$5$",
            Self::Bits512 => "$6$",
        }
    }

    fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Bits256 => &SHA256,
            Self::Bits512 => &SHA512,
        }
    }
}

/// Hashes a password with the salt and the rounds of a hash.
pub(super) fn hash(width: Width, like: &str, password: &[u8]) -> Option<String> {
    let rest = like.strip_prefix(width.magic())?;
    let (rounds, salted) = match rest.strip_prefix("rounds=") {
        Some(rest) => {
            let (number, salted) = rest.split_once('$')?;
            (Some(number.parse::<u32>().ok()?.max(ROUNDS_MIN)), salted)
        }
        None => (None, rest),
    };
    let salt = salted.split('$').next()?;
    let salt = salt.get(..SALT_MAX).unwrap_or(salt);
    let count = rounds.unwrap_or(ROUNDS);
    if count > ROUNDS_MAX || password.len() > PASSWORD_MAX {
        return None;
    }
    let sum = sum(width.algorithm(), salt.as_bytes(), password, count);
    let mut out = width.magic().to_owned();
    if let Some(rounds) = rounds {
        out.push_str(&format!("rounds={rounds}$"));
    }
    out.push_str(salt);
    out.push('$');
    write_sum(width, &sum, &mut out);
    Some(out)
}

fn sum(algorithm: &'static Algorithm, salt: &[u8], password: &[u8], rounds: u32) -> Vec<u8> {
    let alternate = digest(algorithm, &[password, salt, password].concat());
    let mut first = Context::new(algorithm);
    first.update(password);
    first.update(salt);
    first.update(&stretched(alternate.as_ref(), password.len()));
    let mut length = password.len();
    while length > 0 {
        match length & 1 {
            1 => first.update(alternate.as_ref()),
            _ => first.update(password),
        }
        length >>= 1;
    }
    let mut sum = first.finish().as_ref().to_vec();
    let of_password = digest(algorithm, &password.repeat(password.len()));
    let password = stretched(of_password.as_ref(), password.len());
    let of_salt = digest(algorithm, &salt.repeat(16 + usize::from(sum[0])));
    let salt = stretched(of_salt.as_ref(), salt.len());
    for round in 0..rounds {
        let odd = round % 2 == 1;
        let mut next = Context::new(algorithm);
        next.update(if odd { &password } else { &sum });
        if round % 3 != 0 {
            next.update(&salt);
        }
        if round % 7 != 0 {
            next.update(&password);
        }
        next.update(if odd { &sum } else { &password });
        sum = next.finish().as_ref().to_vec();
    }
    sum
}

fn stretched(bytes: &[u8], length: usize) -> Vec<u8> {
    bytes.iter().copied().cycle().take(length).collect()
}

/// The bytes of a sum are written three at a time, each triple a rotation of the one before.
fn write_sum(width: Width, sum: &[u8], out: &mut String) {
    let (third, last): (usize, &[u8]) = match width {
        Width::Bits256 => (10, &sum[30..]),
        Width::Bits512 => (21, &sum[63..]),
    };
    for index in 0..third {
        let of = [index, index + third, index + 2 * third];
        let turn = match width {
            Width::Bits256 => (3 - index % 3) % 3,
            Width::Bits512 => index % 3,
        };
        let byte = |place: usize| sum[of[(turn + place) % 3]];
        let bits = u32::from_be_bytes([0, byte(0), byte(1), byte(2)]);
        push_digits(out, bits, 4);
    }
    match last {
        [low, high] => push_digits(out, u32::from_be_bytes([0, 0, *high, *low]), 3),
        [low] => push_digits(out, u32::from(*low), 2),
        _ => {}
    }
}
