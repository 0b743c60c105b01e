//! What a plain YAML scalar means, as kubectl reads it.
//!
//! kubectl turns YAML into JSON with `sigs.k8s.io/yaml`, whose reader is go-yaml v2 (`resolve.go`): YAML
//! 1.1 booleans in three spellings (`yes`, `Yes`, `YES`, not `yEs`), and `y` and `n`; `~` and nothing as
//! null; `0755`, `0o755`, `0x1F` and `0b11` as integers, with `_` anywhere; `08` as the float 8; no
//! base-60 numbers; timestamps and `=` stay text.

use crate::node::Value;

/// Resolves a plain scalar without a tag.
pub(crate) fn resolve(text: &str) -> Result<Value, NotANumber> {
    // go-yaml looks at the first byte to see what the scalar might be.
    match text.as_bytes().first() {
        None => Ok(Value::Null),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            Ok(word(text))
        }
        Some(b'.') => dotted(text),
        Some(b'0'..=b'9' | b'+' | b'-') => numeric(text),
        Some(_) => Ok(Value::String(text.into())),
    }
}

/// `.nan` or `.inf`: YAML has them, JSON and therefore Kubernetes does not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotANumber;

fn word(text: &str) -> Value {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => Value::String(text.into()),
    }
}

fn dotted(text: &str) -> Result<Value, NotANumber> {
    match text {
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" => Err(NotANumber),
        _ => Ok(float(text).unwrap_or_else(|| Value::String(text.into()))),
    }
}

fn numeric(text: &str) -> Result<Value, NotANumber> {
    if matches!(
        text,
        "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF"
    ) {
        return Err(NotANumber);
    }
    let plain = text.replace('_', "");
    Ok(integer(&plain)
        .or_else(|| float(&plain))
        .unwrap_or_else(|| Value::String(text.into())))
}

/// As Go's `strconv.ParseInt(s, 0, 64)`, then `ParseUint`: what only the latter reads is a float here,
/// because no field of ours is that large.
fn integer(text: &str) -> Option<Value> {
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (&text[..1], rest),
        None => ("", text),
    };
    let lower = digits.get(..2).map(str::to_ascii_lowercase);
    let (radix, digits) = match lower.as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        Some(_) if digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    if let Ok(number) = i64::from_str_radix(&format!("{sign}{digits}"), radix) {
        return Some(Value::Integer(number));
    }
    #[expect(clippy::cast_precision_loss, reason = "no field of ours is that large")]
    match (sign, u64::from_str_radix(digits, radix)) {
        ("", Ok(number)) => Some(Value::Float(number as f64)),
        _ => None,
    }
}

/// go-yaml's `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn float(text: &str) -> Option<Value> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = digits(rest);
    let mut rest = &rest[whole..];
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = digits(after);
        if whole == 0 && fraction == 0 {
            return None;
        }
        rest = &after[fraction..];
    } else if whole == 0 {
        return None;
    }
    if let Some(after) = rest.strip_prefix(['e', 'E']) {
        let exponent = after.strip_prefix(['+', '-']).unwrap_or(after);
        let count = digits(exponent);
        if count == 0 || count < exponent.len() {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    // Go refuses numbers beyond the range of a double; they stay text.
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .map(Value::Float)
}

/// A number as a mapping key, as kubectl writes it (`strconv.FormatFloat(f, 'g', -1, 32)` for floats).
pub(crate) fn key_text(value: &Value) -> Option<Box<str>> {
    match value {
        Value::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        Value::Integer(number) => Some(number.to_string().into()),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "Go formats with 32 bits too"
        )]
        Value::Float(number) => Some((*number as f32).to_string().into()),
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Value) {
        assert_eq!(resolve(text), Ok(expected), "{text:?}");
    }

    // Expected values: go-yaml v2 as vendored by sigs.k8s.io/yaml, resolve.go and decode_test.go.
    #[test]
    fn booleans_are_those_of_yaml_1_1_in_three_spellings() {
        for text in [
            "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
        ] {
            check(text, Value::Bool(true));
        }
        for text in [
            "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
        ] {
            check(text, Value::Bool(false));
        }
        for text in ["yEs", "tRUE", "oN", "nope", "office", "yes ", "falsey"] {
            check(text, Value::String(text.into()));
        }
    }

    #[test]
    fn null_has_five_spellings() {
        for text in ["", "~", "null", "Null", "NULL"] {
            check(text, Value::Null);
        }
        check("nULL", Value::String("nULL".into()));
    }

    #[test]
    fn integers_come_in_four_bases_with_underscores() {
        let rows = [
            ("0", 0),
            ("80", 80),
            ("-17", -17),
            ("+5", 5),
            ("0755", 493),
            ("0o755", 493),
            ("0O17", 15),
            ("-0o17", -15),
            ("0x1F", 31),
            ("-0xa", -10),
            ("0b11", 3),
            ("-0b101", -5),
            ("1_000", 1000),
            ("0_7", 7),
            ("685_230", 685_230),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ];
        for (text, expected) in rows {
            check(text, Value::Integer(expected));
        }
    }

    #[test]
    fn floats_follow_the_yaml_form() {
        let rows = [
            ("08", 8.0),
            ("09.5", 9.5),
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5", -0.5),
            ("1e3", 1000.0),
            ("1.5E-2", 0.015),
            ("6.8523015e+5", 685_230.15),
            ("685.230_15e+03", 685_230.15),
            ("18446744073709551615", 18_446_744_073_709_551_615.0),
            ("99999999999999999999", 1e20),
        ];
        for (text, expected) in rows {
            check(text, Value::Float(expected));
        }
    }

    #[test]
    fn everything_else_stays_text() {
        let rows = [
            "12:30:45",
            "190:20:30",
            "2001-12-14",
            "2001-12-14T21:59:43.10Z",
            "=",
            "<<",
            "1e",
            "1.2.3",
            "0x",
            "0o8",
            "0b12",
            "-",
            "+",
            ".",
            "..",
            ".e5",
            "_1",
            "1,000",
            "10m",
            "1e999",
            "é",
            "0é",
            "-é",
            "/",
        ];
        for text in rows {
            check(text, Value::String(text.into()));
        }
    }

    #[test]
    fn infinity_and_nan_are_refused_because_json_has_none() {
        for text in [".nan", ".NaN", ".inf", "+.Inf", "-.INF"] {
            assert_eq!(resolve(text), Err(NotANumber), "{text:?}");
        }
    }

    #[test]
    fn keys_are_written_out() {
        assert_eq!(key_text(&Value::Bool(true)).as_deref(), Some("true"));
        assert_eq!(key_text(&Value::Integer(-1)).as_deref(), Some("-1"));
        assert_eq!(key_text(&Value::Float(1.5)).as_deref(), Some("1.5"));
        assert_eq!(key_text(&Value::Null), None);
    }
}
