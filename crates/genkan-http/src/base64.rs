//! Base64 (RFC 4648 section 4) as HTTP's fields and bodies carry it.

#[cfg(test)]
mod tests;

/// The decoded bytes as nginx reads them (`ngx_decode_base64`): `=` ends the text, whatever comes behind,
/// and may be absent. Nothing when the text is not base64.
#[must_use]
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().position(|byte| *byte == b'=');
    let digits = &text[..end.unwrap_or(text.len())];
    if digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            bits = bits << 6 | u32::from(sextet(*digit)?);
        }
        bits <<= 6 * (4 - group.len());
        out.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(out)
}

/// The six bits that a digit stands for; nothing for what is none, the padding included.
#[must_use]
pub fn sextet(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}
