//! A client's own deadline for its request.

use std::time::{Duration, Instant};

/// When a request is to be over at the latest, if its client said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Deadline(Option<Instant>);

impl Deadline {
    /// The deadline that `grpc-timeout` sets for a request that began at `started`. What cannot be read
    /// sets none.
    pub(super) fn of(value: Option<&[u8]>, started: Instant) -> Self {
        let timeout = value.and_then(grpc_timeout);
        Self(timeout.and_then(|timeout| started.checked_add(timeout)))
    }

    /// The time left, if that is less than `timeout`.
    pub(super) fn cuts(self, timeout: Duration) -> Option<Duration> {
        let left = self.0?.saturating_duration_since(Instant::now());
        (left < timeout).then_some(left)
    }

    /// `timeout`, or the time left.
    pub(super) fn cut(self, timeout: Duration) -> Duration {
        self.cuts(timeout).unwrap_or(timeout)
    }

    pub(super) fn has_passed(self) -> bool {
        self.cuts(Duration::from_nanos(1)).is_some()
    }
}

/// At most eight digits and a unit (gRPC over HTTP/2, "Timeout").
fn grpc_timeout(value: &[u8]) -> Option<Duration> {
    let (unit, digits) = value.split_last()?;
    if !(1..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits
        .iter()
        .fold(0, |sum: u64, digit| sum * 10 + u64::from(digit - b'0'));
    Some(match unit {
        b'H' => Duration::from_secs(number * 3600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        for (text, expected) in [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("99999999S", Some(Duration::from_secs(99_999_999))),
            ("200m", Some(Duration::from_millis(200))),
            ("5u", Some(Duration::from_micros(5))),
            ("7n", Some(Duration::from_nanos(7))),
            ("100000000S", None),
            ("S", None),
            ("1", None),
            ("-1S", None),
            ("1s", None),
            ("", None),
        ] {
            assert_eq!(grpc_timeout(text.as_bytes()), expected, "{text}");
        }
    }
}
