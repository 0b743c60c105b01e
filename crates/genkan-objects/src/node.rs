//! The tree of one document, in which every key, value and list item knows where it was written.
//!
//! YAML and JSON give the same tree. Aliases are expanded: the node itself points at the alias, its
//! [`definition`](Node::definition) and everything beneath it at the anchor. Merge keys (`<<`) are
//! resolved, with the places of the mapping they come from.

use serde_json::Value as Json;

use crate::extent::Extent;

mod pointer;

pub(crate) use pointer::{index, steps};
#[cfg(test)]
mod tests;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What was written.
    pub value: Value,
    /// Where: scalars with their quotes, block scalars with their header, lists and mappings from the
    /// first to the last byte of their content. Without anchor and tag. Empty where nothing is written
    /// (`key:`).
    pub span: Extent,
    /// How it was written.
    pub style: Style,
    /// For an alias (`*name`): the place of the node that the anchor names.
    pub definition: Option<Extent>,
}

/// A resolved value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~`, or nothing.
    Null,
    /// A boolean; YAML 1.1 counts `yes`, `on`, `y` and their opposites among them.
    Bool(bool),
    /// A whole number that fits 64 bits.
    Integer(i64),
    /// Any other number. Never NaN or infinite.
    Float(f64),
    /// A text.
    String(Box<str>),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order written.
    Mapping(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text; keys that YAML reads as numbers or booleans are written out as kubectl does.
    pub key: Box<str>,
    /// Where the key was written, with its quotes.
    pub key_span: Extent,
    /// Whether YAML reads the key as text. `on: x` has a boolean key, for example.
    pub key_is_text: bool,
    /// Whether the entry came through a merge key (`<<`).
    pub merged: bool,
    /// The value.
    pub value: Node,
}

/// How a node was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes, or nothing.
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|` or `>` and lines beneath.
    BlockScalar,
    /// A list or mapping by indentation.
    Block,
    /// `[…]` or `{…}`
    Flow,
}

impl Node {
    /// The name of the type, as messages say it.
    pub fn type_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::String(_) => "a string",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The text, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number; `80.0` and `8e1` count as 80, because kubectl sends them as `80`.
    pub fn as_integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(number) => Some(number),
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
            Value::Float(number) if number.fract() == 0.0 && number.abs() < EXACT_FLOAT_MAX => {
                Some(number as i64)
            }
            _ => None,
        }
    }

    /// The boolean, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The entries, when it is a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, when it is a list.
    pub fn items(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The entry with this key, when it is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| &*entry.key == key)
    }

    /// The value of a key, when it is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// As JSON, without places.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::from(*value),
            Value::Integer(number) => Json::from(*number),
            Value::Float(number) => Json::from(*number),
            Value::String(text) => Json::from(&**text),
            Value::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| (entry.key.to_string(), entry.value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// Whether it is `null` or empty.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }
}

/// Floats below this are exact whole numbers when they have no fraction.
const EXACT_FLOAT_MAX: f64 = 9_007_199_254_740_992.0;
