//! Version 1: one line of text.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use super::{HeaderReject, Progress, Proxied};

pub(super) const SIGNATURE: &[u8] = b"PROXY ";

/// Section 2.1: the longest line, its end included.
const LINE_BYTES_MAX: usize = 107;

/// What may follow the signature.
const PROTOCOLS: [&[u8]; 3] = [b"TCP4", b"TCP6", b"UNKNOWN"];

pub(super) fn is_begun(bytes: &[u8]) -> bool {
    let rest = bytes.strip_prefix(SIGNATURE);
    rest.is_some_and(|rest| PROTOCOLS.iter().any(|protocol| rest.starts_with(protocol)))
}

pub(super) fn parse(bytes: &[u8]) -> Result<Progress, HeaderReject> {
    let searched = &bytes[..bytes.len().min(LINE_BYTES_MAX)];
    let Some(end) = memchr::memchr(b'\n', searched) else {
        return match searched.len() {
            LINE_BYTES_MAX => Err(HeaderReject::TooLong),
            _ => Ok(Progress::Partial),
        };
    };
    let line = searched[..end]
        .strip_suffix(b"\r")
        .and_then(|line| line.strip_prefix(SIGNATURE))
        .and_then(|line| std::str::from_utf8(line).ok())
        .ok_or(HeaderReject::Malformed)?;
    let mut words = line.split(' ');
    let proxied = match words.next() {
        // whatever follows is to be ignored
        Some("UNKNOWN") => None,
        Some("TCP4") => Some(connection::<Ipv4Addr>(words)?),
        Some("TCP6") => Some(connection::<Ipv6Addr>(words)?),
        _ => return Err(HeaderReject::Malformed),
    };
    Ok(Progress::Complete {
        length: end + 1,
        proxied,
    })
}

/// Both addresses, then both ports, each behind one blank.
fn connection<'l, A: FromStr + Into<IpAddr>>(
    mut words: impl Iterator<Item = &'l str>,
) -> Result<Proxied, HeaderReject> {
    let mut next = || words.next().ok_or(HeaderReject::Malformed);
    let (source, destination) = (address::<A>(next()?)?, address::<A>(next()?)?);
    let (source_port, destination_port) = (port(next()?)?, port(next()?)?);
    if words.next().is_some() {
        return Err(HeaderReject::Malformed);
    }
    Ok(Proxied {
        source: SocketAddr::new(source, source_port),
        destination: SocketAddr::new(destination, destination_port),
    })
}

fn address<A: FromStr + Into<IpAddr>>(word: &str) -> Result<IpAddr, HeaderReject> {
    let address = word.parse::<A>().map_err(|_| HeaderReject::Malformed)?;
    Ok(address.into())
}

/// Decimal, without sign or leading zeros.
fn port(word: &str) -> Result<u16, HeaderReject> {
    let plain = word.bytes().all(|byte| byte.is_ascii_digit());
    let padded = word.len() > 1 && word.starts_with('0');
    if !plain || padded {
        return Err(HeaderReject::Malformed);
    }
    word.parse().map_err(|_| HeaderReject::Malformed)
}
