//! JSON patches (RFC 6902) applied to the text an object was written in, so that comments, order and
//! style of everything else stay.
//!
//! Works on block YAML, flow YAML and JSON. Every operation is checked: the changed text is read again
//! and must say what the patch asked for. What an alias or merge key shares with another place is not
//! changed, because that would change the other place too.

use std::ops::Range;

use genkan_diagnosis::{PatchOperation, Source, TextEdit};
use serde_json::Value;

use crate::extent::Extent;
use crate::node::Node;
use crate::place::Place;
use crate::stream;

mod edit;
mod region;
#[cfg(test)]
mod tests;

use edit::Edits;

/// Why a patch could not be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchError {
    /// The pointer leads nowhere.
    #[error("there is no `{0}`")]
    NotFound(String),
    /// The place is shared through an alias or a merge key.
    #[error("`{0}` is written in a part that an alias shares with other places")]
    Shared(String),
    /// The whole object cannot be removed or replaced.
    #[error("the object itself cannot be patched")]
    WholeObject,
    /// The text is written in a way that cannot be changed safely.
    #[error("`{0}` is written in a way that cannot be changed without rewriting it")]
    Unsupported(String),
}

/// The edits that make a patch of an object in its own text. Spans refer to `place.source`.
pub fn edits(place: &Place, patch: &[PatchOperation]) -> Result<Vec<TextEdit>, PatchError> {
    let found = patched(&place.source, place.document, &place.item, patch)?;
    Ok(found.list(&place.source))
}

/// Applies edits to a text. They must not overlap and must fit the text; others are left out.
pub fn apply(text: &str, edits: &[TextEdit]) -> String {
    let mut sorted: Vec<_> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.span.start.byte);
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in sorted {
        let (start, end) = (edit.span.start.byte as usize, edit.span.end.byte as usize);
        let Some(kept) = text.get(at..start).filter(|_| text.is_char_boundary(end)) else {
            continue;
        };
        changed.push_str(kept);
        changed.push_str(&edit.replacement);
        at = end;
    }
    changed.push_str(&text[at..]);
    changed
}

fn patched(
    source: &Source,
    document: Extent,
    item: &str,
    patch: &[PatchOperation],
) -> Result<Edits, PatchError> {
    let mut edits = Edits::new(source.text());
    let mut document = document;
    for operation in patch {
        let (Range { start, end }, replacement) = {
            let object = object(&edits.text, document, item)?;
            let text = &edits.text;
            match operation {
                PatchOperation::Add { path, value } => region::add(text, &object, path, value)?,
                PatchOperation::Replace { path, value } => {
                    region::replace(text, &object, path, value)?
                }
                PatchOperation::Remove { path } => region::remove(text, &object, path)?,
            }
        };
        let grown = document.range().end + replacement.len() - (end - start);
        edits.apply(start..end, &replacement);
        document = Extent::new(document.range().start, grown.max(end - (end - start)));
        check(&edits.text, document, item, operation)?;
    }
    Ok(edits)
}

fn object(text: &str, document: Extent, item: &str) -> Result<Node, PatchError> {
    let unsupported = || PatchError::Unsupported(item.to_owned());
    let root = stream::document(text, document).ok_or_else(unsupported)?;
    root.pointer(item).cloned().ok_or_else(unsupported)
}

/// Reads the changed text again: it must say what the operation asked for.
fn check(
    text: &str,
    document: Extent,
    item: &str,
    operation: &PatchOperation,
) -> Result<(), PatchError> {
    let (PatchOperation::Add { path, .. }
    | PatchOperation::Replace { path, .. }
    | PatchOperation::Remove { path }) = operation;
    let object = object(text, document, item)?;
    let there = |path: &str| object.pointer(path).map(Node::to_json);
    let holds = match operation {
        PatchOperation::Add { path, value } => match path.strip_suffix("/-") {
            Some(list) => there(list).is_some_and(|list| {
                list.as_array()
                    .and_then(|items| items.last())
                    .is_some_and(|last| same(last, value))
            }),
            None => there(path).is_some_and(|found| same(&found, value)),
        },
        PatchOperation::Replace { path, value } => {
            there(path).is_some_and(|found| same(&found, value))
        }
        // The next item of a list takes the place of a removed one; other keys do not.
        PatchOperation::Remove { path } => {
            let last = path.rsplit('/').next().unwrap_or_default();
            crate::node::index(last).is_some() || there(path).is_none()
        }
    };
    if holds {
        Ok(())
    } else {
        Err(PatchError::Unsupported(path.clone()))
    }
}

/// Equal as Kubernetes sees it: `80` and `80.0` are one number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let in_b = |(key, value): (&String, &Value)| b.get(key).is_some_and(|b| same(value, b));
            a.len() == b.len() && a.iter().all(in_b)
        }
        _ => a == b,
    }
}
