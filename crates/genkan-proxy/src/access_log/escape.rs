//! Escaping of values that clients chose.

/// Appends a value as nginx's `escape=default` writes it: `"`, `\` and bytes below 0x20 or above 0x7E
/// as `\xHH` (`ngx_http_log_escape`).
pub(super) fn nginx(value: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value {
        match byte {
            b'"' | b'\\' | 0..=0x1f | 0x7f..=0xff => {
                out.extend_from_slice(b"\\x");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
            _ => out.push(*byte),
        }
    }
}

/// Appends a JSON string, quotes included. Bytes that are no UTF-8 become U+FFFD, so that every line is
/// valid JSON.
pub(super) fn json(value: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for chunk in value.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' => out.extend_from_slice(b"\\\""),
                '\\' => out.extend_from_slice(b"\\\\"),
                '\n' => out.extend_from_slice(b"\\n"),
                '\r' => out.extend_from_slice(b"\\r"),
                '\t' => out.extend_from_slice(b"\\t"),
                control if control < ' ' || control == '\x7f' => {
                    out.extend_from_slice(format!("\\u{:04x}", control as u32).as_bytes());
                }
                other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    fn check(value: &[u8], nginx: &str, json: &str) {
        let mut out = Vec::new();
        super::nginx(value, &mut out);
        assert_eq!(out, nginx.as_bytes(), "{value:?}");
        out.clear();
        super::json(value, &mut out);
        assert_eq!(out, json.as_bytes(), "{value:?}");
    }

    #[test]
    fn hostile_values_stay_on_one_line() {
        check(b"/a b", "/a b", r#""/a b""#);
        check(b"say \"hi\"\\", r"say \x22hi\x22\x5C", r#""say \"hi\"\\""#);
        check(
            b"a\r\nb\0\x7f",
            r"a\x0D\x0Ab\x00\x7F",
            r#""a\r\nb\u0000\u007f""#,
        );
        check("é".as_bytes(), r"\xC3\xA9", "\"é\"");
        check(b"\xff", r"\xFF", "\"\u{fffd}\"");
    }
}
