//! Single byte ranges (RFC 9110 section 14).

/// Which part of a file to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    /// All of it: no range, one that is malformed, or several (which a server may ignore).
    Whole,
    /// From `first` to `last`, both included.
    Part {
        /// First byte.
        first: u64,
        /// Last byte.
        last: u64,
    },
    /// A well-formed range beyond the end: 416.
    Unsatisfiable,
}

/// Reads the value of `Range` for a file of `length` bytes.
pub(super) fn select(value: &[u8], length: u64) -> Selection {
    let Some((first, last)) = parse(value) else {
        return Selection::Whole;
    };
    match (first, last) {
        (Some(first), _) if first >= length => Selection::Unsatisfiable,
        (Some(first), Some(last)) if last < first => Selection::Whole,
        (Some(first), last) => Selection::Part {
            first,
            last: last.map_or(length - 1, |last| last.min(length - 1)),
        },
        // The last n bytes.
        (None, Some(0)) => Selection::Unsatisfiable,
        (None, Some(_)) if length == 0 => Selection::Unsatisfiable,
        (None, Some(suffix)) => Selection::Part {
            first: length.saturating_sub(suffix),
            last: length - 1,
        },
        (None, None) => Selection::Whole,
    }
}

fn parse(value: &[u8]) -> Option<(Option<u64>, Option<u64>)> {
    let text = std::str::from_utf8(value).ok()?;
    let (unit, range) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    Some((number(first)?, number(last)?))
}

/// Digits or nothing; `None` for anything else, several ranges included.
fn number(text: &str) -> Option<Option<u64>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A number too large for 64 bits lies beyond any file.
    Some(Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, length: u64, expected: Selection) {
        assert_eq!(
            select(value.as_bytes(), length),
            expected,
            "{value} of {length}"
        );
    }

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        let part = |first, last| Selection::Part { first, last };
        check("bytes=0-499", 10_000, part(0, 499));
        check("bytes=500-999", 10_000, part(500, 999));
        check("bytes=-500", 10_000, part(9500, 9999));
        check("bytes=9500-", 10_000, part(9500, 9999));
        check("bytes=0-0", 10_000, part(0, 0));
        check("bytes=-1", 10_000, part(9999, 9999));
        check("BYTES = 0 - 4", 10, part(0, 4));
        check("bytes=0-99999", 10, part(0, 9));
        check("bytes=-99999", 10, part(0, 9));
        check("bytes=10-", 10, Selection::Unsatisfiable);
        check("bytes=99999999999999999999-", 10, Selection::Unsatisfiable);
        check("bytes=-0", 10, Selection::Unsatisfiable);
        check("bytes=0-", 0, Selection::Unsatisfiable);
        for ignored in [
            "bytes=0-1,3-4",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=-",
            "lines=0-1",
            "bytes",
            "",
        ] {
            check(ignored, 10, Selection::Whole);
        }
    }
}
