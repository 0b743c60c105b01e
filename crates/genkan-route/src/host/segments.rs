//! Exact and prefix paths of a host as a tree of path elements: one walk finds all that can match.
//!
//! A lookup reads each element once and stops where no path goes on; its cost does not depend on the
//! number of routes.

use std::collections::HashMap;

/// Children are searched by halving up to this number, by hash above it.
const SORTED_CHILDREN_MAX: usize = 8;

/// Index into the host's list of routes.
pub(crate) type RouteIndex = u32;

/// What is found at or above a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walk {
    /// `= /foo`.
    pub exact: Option<RouteIndex>,
    /// Prefix `/foo` for `/foo` itself.
    pub own: Option<RouteIndex>,
    /// `/foo/` wants a redirect for `/foo`.
    pub slash: Option<RouteIndex>,
    /// The longest prefix that the path continues, with the length of its text (slash included).
    pub below: Option<(RouteIndex, usize)>,
}

#[derive(Debug, Default)]
struct Node {
    exact: Option<RouteIndex>,
    own: Option<RouteIndex>,
    slash: Option<RouteIndex>,
    below: Option<RouteIndex>,
    children: Children,
}

#[derive(Debug)]
enum Children {
    Sorted(Vec<(Box<[u8]>, u32)>),
    Hashed(HashMap<Box<[u8]>, u32, foldhash::fast::RandomState>),
}

impl Default for Children {
    fn default() -> Self {
        Self::Sorted(Vec::new())
    }
}

impl Children {
    #[inline]
    fn get(&self, element: &[u8]) -> Option<u32> {
        match self {
            Self::Sorted(children) => {
                let at = children
                    .binary_search_by(|(name, _)| (**name).cmp(element))
                    .ok()?;
                Some(children[at].1)
            }
            Self::Hashed(children) => children.get(element).copied(),
        }
    }

    fn insert(&mut self, element: &[u8], node: u32) {
        match self {
            Self::Sorted(children) if children.len() < SORTED_CHILDREN_MAX => {
                if let Err(at) = children.binary_search_by(|(name, _)| (**name).cmp(element)) {
                    children.insert(at, (element.into(), node));
                }
            }
            Self::Sorted(children) => {
                let mut hashed: HashMap<_, _, _> = children.drain(..).collect();
                hashed.insert(element.into(), node);
                *self = Self::Hashed(hashed);
            }
            Self::Hashed(children) => {
                children.insert(element.into(), node);
            }
        }
    }
}

/// Where a path goes in a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// See [`Walk::exact`].
    Exact,
    /// See [`Walk::own`].
    Own,
    /// See [`Walk::slash`].
    Slash,
    /// See [`Walk::below`].
    Below,
}

/// The tree.
#[derive(Debug)]
pub(crate) struct Segments {
    nodes: Vec<Node>,
}

impl Default for Segments {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
        }
    }
}

impl Segments {
    /// Puts a route at a path; who is there first stays.
    pub(crate) fn insert(&mut self, path: &[u8], slot: Slot, route: RouteIndex) {
        let mut at = 0usize;
        for element in elements(path) {
            at = match self.nodes[at].children.get(element) {
                Some(child) => child as usize,
                None => {
                    let child = self.nodes.len();
                    self.nodes.push(Node::default());
                    // a host holds far fewer than four billion path elements
                    self.nodes[at].children.insert(element, child as u32);
                    child
                }
            };
        }
        let node = &mut self.nodes[at];
        let slot = match slot {
            Slot::Exact => &mut node.exact,
            Slot::Own => &mut node.own,
            Slot::Slash => &mut node.slash,
            Slot::Below => &mut node.below,
        };
        slot.get_or_insert(route);
    }

    /// Everything that is found for a path, which begins with `/`.
    #[inline]
    pub(crate) fn walk(&self, path: &[u8]) -> Walk {
        let mut node = &self.nodes[0];
        let mut below = None;
        let mut rest = path;
        // the path after which the element at hand begins, slash included
        let mut passed = 0;
        while let Some(after) = rest.strip_prefix(b"/") {
            passed += 1;
            if let Some(route) = node.below {
                below = Some((route, passed));
            }
            let length = memchr::memchr(b'/', after).unwrap_or(after.len());
            let (element, next) = after.split_at(length);
            match node.children.get(element) {
                Some(child) => node = &self.nodes[child as usize],
                None => {
                    return Walk {
                        below,
                        ..Walk::default()
                    };
                }
            }
            passed += length;
            rest = next;
        }
        Walk {
            exact: node.exact,
            own: node.own,
            slash: node.slash,
            below,
        }
    }
}

/// `/a/b` has the elements `a`, `b`; `/a/` has `a` and an empty one; the empty path has none.
fn elements(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let inner = path.strip_prefix(b"/");
    inner
        .into_iter()
        .flat_map(|inner| inner.split(|byte| *byte == b'/'))
}
