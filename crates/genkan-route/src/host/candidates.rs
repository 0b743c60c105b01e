//! Patterns of a host: those whose literal beginning fits the path are tried, in order.
//!
//! The literals form a radix tree. A walk along the path collects the lists of patterns on its way,
//! each sorted by order, and the lists are merged while patterns are tried: 1,000 patterns with
//! different literals cost about as much as one.

use std::sync::Arc;

use super::segments::RouteIndex;
use crate::pattern::{LimitExceeded, Pattern};

/// Lists one walk can hold. A path that passes more literals, each the beginning of the next, is
/// answered by trying all patterns in order.
const LISTS_MAX: usize = 48;

/// One pattern of a host.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub pattern: Arc<Pattern>,
    pub route: RouteIndex,
    /// Length of the path as written: the order's first key.
    pub written: usize,
}

/// All patterns of a host in the order in which they are tried.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    entries: Box<[Entry]>,
    nodes: Vec<Node>,
    folds: bool,
}

#[derive(Debug, Default)]
struct Node {
    label: Box<[u8]>,
    /// First bytes of the children's labels, beside `children`.
    firsts: Vec<u8>,
    children: Vec<u32>,
    /// Positions in `entries` of the patterns whose literal ends here, ascending.
    patterns: Vec<u32>,
}

impl Candidates {
    /// `entries` in the order in which they are to be tried; `folds` when case does not count.
    pub(crate) fn new(entries: Vec<Entry>, folds: bool) -> Self {
        let mut tree = Self {
            entries: entries.into(),
            nodes: vec![Node::default()],
            folds,
        };
        for position in 0..tree.entries.len() {
            let literal: Box<[u8]> = tree.entries[position].pattern.literal().into();
            tree.insert(&literal, position as u32);
        }
        tree
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn insert(&mut self, literal: &[u8], position: u32) {
        let mut at = 0;
        let mut rest = literal;
        loop {
            if rest.is_empty() {
                self.nodes[at].patterns.push(position);
                return;
            }
            let child = memchr::memchr(rest[0], &self.nodes[at].firsts);
            let Some(slot) = child else {
                let leaf = self.add(Node {
                    label: rest.into(),
                    patterns: vec![position],
                    ..Node::default()
                });
                self.nodes[at].firsts.push(rest[0]);
                self.nodes[at].children.push(leaf);
                return;
            };
            let child = self.nodes[at].children[slot] as usize;
            let common = common(&self.nodes[child].label, rest);
            if common < self.nodes[child].label.len() {
                let middle = self.split(child, common);
                self.nodes[at].children[slot] = middle;
                at = middle as usize;
            } else {
                at = child;
            }
            rest = &rest[common..];
        }
    }

    /// Puts a node between a child and its parent, for the first bytes of its label.
    fn split(&mut self, child: usize, common: usize) -> u32 {
        let label = std::mem::take(&mut self.nodes[child].label);
        self.nodes[child].label = label[common..].into();
        self.add(Node {
            label: label[..common].into(),
            firsts: vec![label[common]],
            children: vec![child as u32],
            patterns: Vec::new(),
        })
    }

    fn add(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    /// The first pattern in order that matches, among those whose path is longer than `written_above`.
    pub(crate) fn first_match(
        &self,
        path: &[u8],
        written_above: Option<usize>,
    ) -> Result<Option<&Entry>, LimitExceeded> {
        let limit = match written_above {
            Some(length) => self.entries.partition_point(|entry| entry.written > length),
            None => self.entries.len(),
        };
        let mut lists: [&[u32]; LISTS_MAX] = [&[]; LISTS_MAX];
        let Some(count) = self.collect(path, &mut lists) else {
            return self.first_of(0..limit as u32, path);
        };
        let lists = &mut lists[..count];
        let in_order = std::iter::from_fn(|| {
            let nearest = lists
                .iter_mut()
                .filter(|list| !list.is_empty())
                .min_by_key(|list| list[0])?;
            let (first, rest) = nearest.split_first()?;
            *nearest = rest;
            Some(*first)
        });
        self.first_of(
            in_order.take_while(|position| (*position as usize) < limit),
            path,
        )
    }

    fn first_of(
        &self,
        positions: impl Iterator<Item = u32>,
        path: &[u8],
    ) -> Result<Option<&Entry>, LimitExceeded> {
        for position in positions {
            let entry = &self.entries[position as usize];
            if entry.pattern.is_match(path)? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Lists on the way along the path; `None` when there are too many.
    fn collect<'a>(&'a self, path: &[u8], lists: &mut [&'a [u32]; LISTS_MAX]) -> Option<usize> {
        let mut count = 0;
        let mut node = self.nodes.first();
        let mut rest = path;
        while let Some(here) = node {
            if !here.patterns.is_empty() {
                *lists.get_mut(count)? = &here.patterns;
                count += 1;
            }
            let first = rest.first().map(|byte| self.fold(*byte));
            let child = first.and_then(|first| memchr::memchr(first, &here.firsts));
            node = child
                .map(|slot| &self.nodes[here.children[slot] as usize])
                .filter(|child| {
                    rest.get(..child.label.len()).is_some_and(|head| {
                        head.iter()
                            .zip(&*child.label)
                            .all(|(byte, label)| self.fold(*byte) == *label)
                    })
                });
            if let Some(child) = node {
                rest = &rest[child.label.len()..];
            }
        }
        Some(count)
    }

    #[inline]
    fn fold(&self, byte: u8) -> u8 {
        if self.folds {
            byte.to_ascii_lowercase()
        } else {
            byte
        }
    }
}

fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
