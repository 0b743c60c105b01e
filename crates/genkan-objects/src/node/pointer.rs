//! JSON pointers (RFC 6901) into the tree, and the tree as a table of places.

use std::borrow::Cow;

use genkan_diagnosis::{Origin, OriginBuilder, Source, escape_pointer};

use super::{Entry, Node, Value};

impl Node {
    /// The node at a JSON pointer; the empty pointer is the node itself.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        self.locate(pointer).map(|(_, node)| node)
    }

    /// The node at a JSON pointer, and the entry that holds it where its parent is a mapping.
    pub fn locate(&self, pointer: &str) -> Option<(Option<&Entry>, &Self)> {
        let mut here = (None, self);
        for step in steps(pointer)? {
            here = match &here.1.value {
                Value::Mapping(entries) => {
                    let entry = entries.iter().find(|entry| *entry.key == *step)?;
                    (Some(entry), &entry.value)
                }
                Value::Sequence(items) => (None, items.get(index(&step)?)?),
                _ => return None,
            };
        }
        Some(here)
    }

    /// The places of this node and all beneath it, under pointers that begin here.
    pub fn origin(&self, source: Source) -> Origin {
        let mut builder = Origin::builder(source);
        self.collect(&mut String::new(), None, &mut builder);
        builder.finish()
    }

    fn collect(&self, pointer: &mut String, entry: Option<&Entry>, origin: &mut OriginBuilder) {
        let key = entry.map(|entry| entry.key_span.range());
        origin.node(pointer.as_str(), key, self.span.range());
        let length = pointer.len();
        let mut visit = |step: &str, entry: Option<&Entry>, node: &Self| {
            pointer.push('/');
            pointer.push_str(step);
            node.collect(pointer, entry, origin);
            pointer.truncate(length);
        };
        match &self.value {
            Value::Mapping(entries) => {
                for entry in entries {
                    visit(&escape_pointer(&entry.key), Some(entry), &entry.value);
                }
            }
            Value::Sequence(items) => {
                for (at, item) in items.iter().enumerate() {
                    visit(&at.to_string(), None, item);
                }
            }
            _ => {}
        }
    }
}

/// The unescaped steps of a JSON pointer; nothing when it does not begin with `/`.
pub(crate) fn steps(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    Some(pointer.split('/').skip(1).map(|step| {
        if step.contains('~') {
            Cow::Owned(step.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(step)
        }
    }))
}

/// A list index of a JSON pointer: digits without leading zeros (RFC 6901 section 4).
pub(crate) fn index(step: &str) -> Option<usize> {
    let plain = step.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = step.len() > 1 && step.starts_with('0');
    if plain && !leading_zero {
        step.parse().ok()
    } else {
        None
    }
}
