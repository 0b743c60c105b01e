//! Values written as YAML: new parts of patched files, and live objects in their canonical form.

use serde_json::Value;

use crate::node;
use crate::scalar;

/// A scalar or an empty collection on one line; nothing for what needs several.
pub(crate) fn inline(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(string(text, false)),
        Value::Array(items) if items.is_empty() => Some("[]".to_owned()),
        Value::Object(fields) if fields.is_empty() => Some("{}".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}

/// A value in flow style: valid within `[…]` and `{…}`. As JSON when `json` is set.
pub(crate) fn flow(value: &Value, json: bool) -> String {
    match value {
        _ if json => value.to_string(),
        Value::String(text) => string(text, true),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| flow(item, false)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| {
                format!("{}: {}", string(key, true), flow(value, false))
            };
            let fields: Vec<_> = fields.iter().map(field).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// `key: value` at an indentation, the first line without it; no line break at the end.
pub(crate) fn entry(key: &str, value: &Value, indentation: usize) -> String {
    let key = string(key, false);
    match inline(value) {
        Some(value) => format!("{key}: {value}"),
        None => {
            // Lists stand beneath their key without further indentation, as kubectl writes them.
            let deeper = indentation + if value.is_array() { 0 } else { 2 };
            format!("{key}:\n{}{}", " ".repeat(deeper), block(value, deeper))
        }
    }
}

/// A value at an indentation, the first line without it; no line break at the end.
pub(crate) fn block(value: &Value, indentation: usize) -> String {
    let separator = format!("\n{}", " ".repeat(indentation));
    match value {
        Value::Array(items) if !items.is_empty() => {
            let items: Vec<_> = items
                .iter()
                .map(|item| format!("- {}", block(item, indentation + 2)))
                .collect();
            items.join(&separator)
        }
        Value::Object(fields) if !fields.is_empty() => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(key, value)| entry(key, value, indentation))
                .collect();
            fields.join(&separator)
        }
        other => inline(other).unwrap_or_default(),
    }
}

/// A text, in double quotes where YAML would read something else without.
pub(crate) fn string(text: &str, in_flow: bool) -> String {
    if is_plain(text, in_flow) {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}

fn is_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let reserved = matches!(
        first,
        '-' | '?'
            | ':'
            | ','
            | '['
            | ']'
            | '{'
            | '}'
            | '#'
            | '&'
            | '*'
            | '!'
            | '|'
            | '>'
            | '\''
            | '"'
            | '%'
            | '@'
            | '`'
            | '='
            | '<'
            | ' '
    );
    let means_text = matches!(scalar::resolve(text), Ok(node::Value::String(_)));
    // Other readers take `12:30` for a number in base 60.
    let base_60 = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b':');
    let breaks_out = text.contains(": ")
        || text.contains(" #")
        || text.ends_with([':', ' '])
        || text
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}'))
        || (in_flow && text.contains([',', '[', ']', '{', '}', ' ']));
    !reserved && means_text && !base_60 && !breaks_out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_where_yaml_would_read_something_else() {
        for plain in [
            "/",
            "/todos(/|$)(.*)",
            "a b",
            "k8s.io/x",
            "https://x/y?a=b",
            "10m",
            "a:b",
        ] {
            assert_eq!(string(plain, false), plain);
        }
        for quoted in [
            "", "on", "y", "80", "08", "1e3", "~", "*.a", "a: b", "a #b", "- x", "12:30", "x:",
            " x", "x ", "a\nb", "\"", "@x", "2.0", "{{ x }}", "null", "<<", "\u{7f}",
        ] {
            assert!(string(quoted, false).starts_with('"'), "{quoted:?}");
        }
        assert_eq!(string("a,b", false), "a,b");
        assert_eq!(string("a,b", true), "\"a,b\"");
    }

    #[test]
    fn blocks_are_written_as_kubectl_writes_them() {
        let value = serde_json::json!({
            "rules": [{"host": "a", "http": {"paths": [{"path": "/", "m": 80}]}}, {"host": "*.b"}],
            "empty": {}, "none": null
        });
        let expected = "rules:\n- host: a\n  http:\n    paths:\n    - path: /\n      m: 80\n- host: \"*.b\"\nempty: {}\nnone: null";
        assert_eq!(block(&value, 0), expected);
        assert_eq!(flow(&value["rules"][1], false), "{host: \"*.b\"}");
    }
}
