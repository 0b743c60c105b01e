//! The few fields of an X.509 certificate that are needed where the library does not give them.
//!
//! Backends show what their operators made: certificates of version 1, or their own root. Only the
//! outermost structure is read (RFC 5280 4.1); anything unexpected is no certificate.

use std::time::Duration;

use rustls::pki_types::{SubjectPublicKeyInfoDer, UnixTime};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate<'d> {
    /// The first moment it is valid.
    pub(super) from: UnixTime,
    /// The last.
    pub(super) until: UnixTime,
    /// The public key.
    pub(super) key: SubjectPublicKeyInfoDer<'d>,
}

/// Reads a certificate in DER.
pub(super) fn read(der: &[u8]) -> Option<Certificate<'_>> {
    let mut outer = Reader(Reader(der).take(SEQUENCE)?.content);
    let mut fields = Reader(outer.take(SEQUENCE)?.content);
    if fields.0.first() == Some(&VERSION) {
        fields.take(VERSION)?;
    }
    fields.take(INTEGER)?;
    fields.take(SEQUENCE)?;
    fields.take(SEQUENCE)?;
    let mut validity = Reader(fields.take(SEQUENCE)?.content);
    let (from, until) = (validity.time()?, validity.time()?);
    fields.take(SEQUENCE)?;
    let key = fields.take(SEQUENCE)?.whole;
    Some(Certificate {
        from,
        until,
        key: SubjectPublicKeyInfoDer::from(key),
    })
}

struct Reader<'d>(&'d [u8]);

/// One element.
struct Element<'d> {
    whole: &'d [u8],
    content: &'d [u8],
}

impl<'d> Reader<'d> {
    /// The next element, which must have this tag.
    fn take(&mut self, tag: u8) -> Option<Element<'d>> {
        let [found, first, rest @ ..] = self.0 else {
            return None;
        };
        if *found != tag {
            return None;
        }
        // RFC 5280 allows DER only: lengths in their shortest form, here of three bytes at most.
        let (length, header) = match *first {
            short @ 0..=0x7f => (usize::from(short), 2),
            0x81 => (usize::from(*rest.first()?), 3),
            0x82 => (
                usize::from(*rest.first()?) << 8 | usize::from(*rest.get(1)?),
                4,
            ),
            _ => return None,
        };
        let (whole, behind) = self.0.split_at_checked(header + length)?;
        self.0 = behind;
        Some(Element {
            whole,
            content: &whole[header..],
        })
    }

    fn time(&mut self) -> Option<UnixTime> {
        let tag = *self.0.first()?;
        let text = self.take(tag)?.content.strip_suffix(b"Z")?;
        let number = |from: usize, to: usize| -> Option<u64> {
            let digits = text.get(from..to)?;
            digits.iter().try_fold(0, |sum, digit| {
                let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
                Some(sum * 10 + u64::from(digit))
            })
        };
        let (year, at) = match (tag, text.len()) {
            // RFC 5280 4.1.2.5.1
            (UTC_TIME, 12) => match number(0, 2)? {
                year @ 50.. => (1900 + year, 2),
                year => (2000 + year, 2),
            },
            (GENERALIZED_TIME, 14) => (number(0, 4)?, 4),
            _ => return None,
        };
        let part = |index: usize| number(at + index * 2, at + index * 2 + 2);
        let (month, day) = (part(0)?, part(1)?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let seconds = part(2)? * 3600 + part(3)? * 60 + part(4)?;
        let days = days_since_1970(year, month, day)?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(
            days * 86_400 + seconds,
        )))
    }
}

/// Days of the proleptic Gregorian calendar; nothing before 1970.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    // March is the first month of a year here, so that the leap day is its last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    days.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `openssl x509 -req` of OpenSSL 3.0 without extensions: version 1, no version field.
    const VERSION_1: &[u8] = include_bytes!("certificate/version-1.der");

    #[test]
    fn a_certificate_of_version_1_is_read() {
        let found = read(VERSION_1).unwrap();
        // Expected: `openssl x509 -noout -dates` and `date -d … +%s`.
        assert_eq!(found.from.as_secs(), 1_795_776_465);
        assert_eq!(found.until.as_secs(), 2_111_136_465);
        // Expected: `openssl x509 -noout -pubkey | openssl pkey -pubin -outform DER | wc -c`.
        assert_eq!(found.key.as_ref().len(), 91);
    }

    #[test]
    fn no_piece_of_a_certificate_is_one() {
        for end in 0..VERSION_1.len() {
            assert_eq!(read(&VERSION_1[..end]), None, "{end}");
        }
    }

    #[test]
    fn days_are_counted_as_date_does() {
        for (year, month, day, days) in [
            (1970, 1, 1, 0),
            (2000, 2, 29, 11_016),
            (2000, 3, 1, 11_017),
            (2026, 11, 27, 20_784),
            (2100, 2, 28, 47_540),
        ] {
            assert_eq!(
                days_since_1970(year, month, day),
                Some(days),
                "{year}-{month}-{day}"
            );
        }
        assert_eq!(days_since_1970(1969, 12, 31), None);
    }
}
