//! Standard base64 with padding (RFC 4648 section 4), as Go's `encoding/base64` reads it: line breaks are
//! skipped, everything else that is not of the alphabet is refused.

/// The decoded bytes; nothing when the text is not base64.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut symbols = text
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\n' | b'\r'));
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    while let Some(first) = symbols.next() {
        let quad = [first, symbols.next()?, symbols.next()?, symbols.next()?];
        let padding = match quad {
            [.., b'=', b'='] => 2,
            [.., b'='] => 1,
            _ => 0,
        };
        let mut bits = 0_u32;
        for symbol in &quad[..4 - padding] {
            bits = bits << 6 | u32::from(value(*symbol)?);
        }
        bits <<= 6 * padding;
        bytes.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
        if padding > 0 && symbols.next().is_some() {
            return None;
        }
    }
    Some(bytes)
}

fn value(symbol: u8) -> Option<u8> {
    match symbol {
        b'A'..=b'Z' => Some(symbol - b'A'),
        b'a'..=b'z' => Some(symbol - b'a' + 26),
        b'0'..=b'9' => Some(symbol - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(
            decode(text.as_bytes()).as_deref(),
            expected.map(str::as_bytes),
            "{text:?}"
        );
    }

    #[test]
    fn the_vectors_of_rfc_4648_decode() {
        let rows = [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ];
        for (text, expected) in rows {
            check(text, Some(expected));
        }
        check("Zm9v\nYmFy\r\n", Some("foobar"));
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for text in [
            "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9v!", "Zm9-", "Zm 9v",
        ] {
            check(text, None);
        }
    }
}
