//! Version 2: a fixed beginning, addresses, and extensions (TLVs).

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{HEADER_BYTES_MAX, HeaderReject, Progress, Proxied};

pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Signature, version and command, family and transport, length of the rest.
const START_BYTES: usize = 16;

const VERSION: u8 = 2;

/// `PP2_TYPE_CRC32C`: a checksum of the whole header, computed with zeros in its own place.
const CHECKSUM: u8 = 0x03;

pub(super) fn parse(bytes: &[u8]) -> Result<Progress, HeaderReject> {
    // what is wrong is told as soon as it is seen
    let command = bytes.get(12).map(|byte| command(*byte)).transpose()?;
    let family = bytes.get(13).map(|byte| family(*byte)).transpose()?;
    let (Some(command), Some(family), Some(size)) = (command, family, bytes.get(14..START_BYTES))
    else {
        return Ok(Progress::Partial);
    };
    let length = START_BYTES + usize::from(u16::from_be_bytes([size[0], size[1]]));
    if length > HEADER_BYTES_MAX {
        return Err(HeaderReject::TooLong);
    }
    let Some(header) = bytes.get(..length) else {
        return Ok(Progress::Partial);
    };
    let proxied = match command {
        // a check of the sender's own: what follows is to be skipped
        Command::Local => None,
        Command::Proxy => {
            let rest = &header[START_BYTES..];
            let (addresses, extensions) = rest
                .split_at_checked(family.address_bytes())
                .ok_or(HeaderReject::Malformed)?;
            if family != Family::Unspecified {
                check(header, extensions)?;
            }
            family.proxied(addresses)
        }
    };
    Ok(Progress::Complete { length, proxied })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Command {
    Local,
    Proxy,
}

/// Section 2.2: connections with another version or command must be dropped.
fn command(byte: u8) -> Result<Command, HeaderReject> {
    match (byte >> 4, byte & 15) {
        (VERSION, 0) => Ok(Command::Local),
        (VERSION, 1) => Ok(Command::Proxy),
        _ => Err(HeaderReject::Malformed),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Unspecified,
    Tcp4,
    Tcp6,
    /// Datagrams or sockets of files: nothing that a client of ours has.
    Other {
        address_bytes: usize,
    },
}

/// Section 2.2: the known pairs of family and transport; others must be dropped.
fn family(byte: u8) -> Result<Family, HeaderReject> {
    Ok(match byte {
        0x00 => Family::Unspecified,
        0x11 => Family::Tcp4,
        0x21 => Family::Tcp6,
        0x12 => Family::Other { address_bytes: 12 },
        0x22 => Family::Other { address_bytes: 36 },
        0x31 | 0x32 => Family::Other { address_bytes: 216 },
        _ => return Err(HeaderReject::Malformed),
    })
}

impl Family {
    fn address_bytes(self) -> usize {
        match self {
            Self::Unspecified => 0,
            Self::Tcp4 => 12,
            Self::Tcp6 => 36,
            Self::Other { address_bytes } => address_bytes,
        }
    }

    fn proxied(self, addresses: &[u8]) -> Option<Proxied> {
        let mut addresses = Addresses(addresses);
        let (source, destination) = match self {
            Self::Tcp4 => {
                let mut next = || Some(Ipv4Addr::from(addresses.take::<4>()?).into());
                (next()?, next()?)
            }
            Self::Tcp6 => {
                let mut next = || Some(Ipv6Addr::from(addresses.take::<16>()?).into());
                (next()?, next()?)
            }
            Self::Unspecified | Self::Other { .. } => return None,
        };
        let mut port = || addresses.take().map(u16::from_be_bytes);
        Some(Proxied {
            source: SocketAddr::new(source, port()?),
            destination: SocketAddr::new(destination, port()?),
        })
    }
}

/// Takes a block of addresses apart from the front.
struct Addresses<'a>(&'a [u8]);

impl Addresses<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }
}

/// Extensions must fill their room exactly, and a checksum among them must be right (2.2.3). What else
/// they say is not asked for.
fn check(header: &[u8], mut extensions: &[u8]) -> Result<(), HeaderReject> {
    while !extensions.is_empty() {
        let [kind, high, low, rest @ ..] = extensions else {
            return Err(HeaderReject::Malformed);
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (value, behind) = rest
            .split_at_checked(length)
            .ok_or(HeaderReject::Malformed)?;
        if *kind == CHECKSUM {
            let value: [u8; 4] = value.try_into().map_err(|_| HeaderReject::Malformed)?;
            let end = header.len() - behind.len();
            let zeros = [0; 4];
            let parts = [&header[..end - 4], &zeros, &header[end..]];
            if crc32c(parts.into_iter().flatten()) != u32::from_be_bytes(value) {
                return Err(HeaderReject::Malformed);
            }
        }
        extensions = behind;
    }
    Ok(())
}

/// RFC 9260 appendix A, bit by bit: few senders sign, and a header is short.
fn crc32c<'b>(bytes: impl Iterator<Item = &'b u8>) -> u32 {
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let step = |crc: u32, _| (crc >> 1) ^ (POLYNOMIAL & (crc & 1).wrapping_neg());
    !bytes.fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_reference() {
        // RFC 3720 appendix B.4
        assert_eq!(crc32c([0; 32].iter()), 0x8a91_36aa);
        assert_eq!(crc32c([0xff; 32].iter()), 0x62a8_ab43);
    }
}
