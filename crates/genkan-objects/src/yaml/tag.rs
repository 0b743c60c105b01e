//! Scalars with an explicit tag (`!!str 80`), as go-yaml reads them.

use saphyr_parser::Tag;

use crate::base64;
use crate::extent::Extent;
use crate::load::{Fault, LoadFault};
use crate::node::Value;
use crate::scalar;

/// The value of a scalar under a tag. Tags that are not YAML's own mean text.
pub(super) fn resolve(tag: &Tag, text: &str, span: Extent) -> Result<Value, LoadFault> {
    let string = || Value::String(text.into());
    if !tag.is_yaml_core_schema() {
        return Ok(string());
    }
    let refused = || LoadFault {
        fault: Fault::Tag {
            tag: format!("!!{}", tag.suffix).into(),
        },
        span,
        related: None,
    };
    let plain = || scalar::resolve(text).map_err(|scalar::NotANumber| refused());
    match (tag.suffix.as_str(), plain) {
        ("bool", plain) => Some(plain()?).filter(|value| matches!(value, Value::Bool(_))),
        ("int", plain) => Some(plain()?).filter(|value| matches!(value, Value::Integer(_))),
        ("null", plain) => Some(plain()?).filter(|value| matches!(value, Value::Null)),
        ("float", plain) => match plain()? {
            #[expect(clippy::cast_precision_loss, reason = "the tag asks for a float")]
            Value::Integer(number) => Some(Value::Float(number as f64)),
            value => Some(value).filter(|value| matches!(value, Value::Float(_))),
        },
        ("binary", _) => {
            let bytes = base64::decode(text.as_bytes());
            bytes
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .map(|text| Value::String(text.into()))
        }
        _ => Some(string()),
    }
    .ok_or_else(refused)
}
