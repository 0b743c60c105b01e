//! Where each field of one object was written.
//!
//! An [`Origin`] belongs to one object and maps JSON pointers (`/spec/rules/0/host`) to the place of the
//! key and of the value. It stores byte ranges only and computes lines on demand, because ten thousand
//! objects keep their origins in memory and few of them are ever shown.

use std::ops::Range;
use std::sync::Arc;

use crate::span::{Source, Span};

/// Places of all nodes of one object. Clones share the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(Arc<Table>);

#[derive(Debug, PartialEq, Eq)]
struct Table {
    source: Source,
    /// Sorted by pointer.
    nodes: Box<[Node]>,
}

#[derive(Debug, PartialEq, Eq)]
struct Node {
    pointer: Box<str>,
    key: Option<(u32, u32)>,
    value: (u32, u32),
}

impl Origin {
    /// Starts the table of an object that was read from `source`.
    pub fn builder(source: Source) -> OriginBuilder {
        OriginBuilder {
            source,
            nodes: Vec::new(),
        }
    }

    /// The text that the object was read from.
    pub fn source(&self) -> &Source {
        &self.0.source
    }

    /// The place of a value; the empty pointer means the whole object.
    pub fn value(&self, pointer: &str) -> Option<Span> {
        self.node(pointer).map(|node| self.span(node.value))
    }

    /// The place of the key that leads to a value. List items and the whole object have none.
    pub fn key(&self, pointer: &str) -> Option<Span> {
        self.node(pointer)?.key.map(|key| self.span(key))
    }

    /// From the start of the key to the end of the value; of the value alone where there is no key.
    pub fn entry(&self, pointer: &str) -> Option<Span> {
        let node = self.node(pointer)?;
        let start = node.key.unwrap_or(node.value).0;
        Some(self.span((start, node.value.1)))
    }

    /// The place of the key, or of the value where there is no key, of the deepest node on the way to
    /// `pointer` that exists: what to point at when something is missing.
    pub fn nearest(&self, pointer: &str) -> Option<Span> {
        let mut pointer = pointer;
        loop {
            if let Some(node) = self.node(pointer) {
                return Some(self.span(node.key.unwrap_or(node.value)));
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// Pointers of all nodes, sorted.
    pub fn pointers(&self) -> impl Iterator<Item = &str> {
        self.0.nodes.iter().map(|node| &*node.pointer)
    }

    fn node(&self, pointer: &str) -> Option<&Node> {
        let found = self
            .0
            .nodes
            .binary_search_by(|node| (*node.pointer).cmp(pointer));
        found.ok().map(|at| &self.0.nodes[at])
    }

    fn span(&self, (start, end): (u32, u32)) -> Span {
        self.source().span(start as usize, end as usize)
    }
}

/// Collects the nodes of one object, in any order.
#[derive(Debug)]
pub struct OriginBuilder {
    source: Source,
    nodes: Vec<Node>,
}

impl OriginBuilder {
    /// Adds a node: byte range of its key (none for list items and the root) and of its value. Of two
    /// nodes with one pointer the later counts, as with duplicate keys in `kubectl`.
    pub fn node(
        &mut self,
        pointer: impl Into<Box<str>>,
        key: Option<Range<usize>>,
        value: Range<usize>,
    ) -> &mut Self {
        let key = key.map(|range| narrow(&range));
        self.nodes.push(Node {
            pointer: pointer.into(),
            key,
            value: narrow(&value),
        });
        self
    }

    /// Sorts and closes the table.
    pub fn finish(mut self) -> Origin {
        self.nodes.reverse();
        self.nodes.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        self.nodes
            .dedup_by(|later, kept| later.pointer == kept.pointer);
        Origin(Arc::new(Table {
            source: self.source,
            nodes: self.nodes.into_boxed_slice(),
        }))
    }
}

fn narrow(range: &Range<usize>) -> (u32, u32) {
    let end = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    (end(range.start), end(range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        let mut builder = Origin::builder(Source::file("a.yaml", "spec:\n  host: a\n  host: b\n"));
        builder.node("", None, 0..26);
        builder.node("/spec", Some(0..4), 8..25);
        builder.node("/spec/host", Some(8..12), 14..15);
        builder.node("/spec/host", Some(18..22), 24..25);
        builder.finish()
    }

    #[test]
    fn keys_and_values_are_found_by_pointer() {
        let origin = origin();
        assert_eq!(origin.key("/spec").unwrap().text(), "spec");
        assert_eq!(origin.entry("/spec/host").unwrap().text(), "host: b");
        assert_eq!(origin.key(""), None);
        assert_eq!(origin.value("/nothing"), None);
        assert_eq!(
            origin.pointers().collect::<Vec<_>>(),
            ["", "/spec", "/spec/host"]
        );
    }

    #[test]
    fn of_duplicate_keys_the_last_counts() {
        assert_eq!(
            origin().value("/spec/host").unwrap().location(),
            "a.yaml:3:9"
        );
    }

    #[test]
    fn a_missing_field_points_at_its_nearest_ancestor() {
        let origin = origin();
        assert_eq!(origin.nearest("/spec/rules/0/http").unwrap().text(), "spec");
        assert_eq!(origin.nearest("/metadata").unwrap().start.line, 1);
    }
}
