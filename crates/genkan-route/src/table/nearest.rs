//! Hosts that look like one nobody has, for explanations.

use std::sync::Arc;

use super::Table;
use crate::host::{Host, HostName};

/// Hosts shown at most.
const SHOWN_MAX: usize = 3;
/// Hosts compared at most: an explanation of one request must stay cheap in a table of thousands.
const COMPARED_MAX: usize = 20_000;
/// Typing mistakes counted as near.
const DISTANCE_MAX: usize = 3;

impl Table {
    /// The hosts whose names are nearest to an unknown one: a few typing mistakes away, or with the
    /// same parent; nearest first.
    pub fn nearest(&self, asked: &[u8]) -> Vec<&Arc<Host>> {
        let mut near: Vec<_> = self
            .hosts()
            .take(COMPARED_MAX)
            .filter_map(|host| Some((distance(host.name(), asked)?, host)))
            .collect();
        near.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.name().cmp(y.name())));
        near.into_iter()
            .take(SHOWN_MAX)
            .map(|(_, host)| host)
            .collect()
    }
}

/// `None` for a name that is not near.
fn distance(name: &HostName, asked: &[u8]) -> Option<usize> {
    match name {
        HostName::Exact(name) => {
            let edits = edits(name.as_bytes(), asked);
            let siblings =
                parent(name.as_bytes()).is_some() && parent(name.as_bytes()) == parent(asked);
            (edits <= DISTANCE_MAX)
                .then_some(edits)
                .or(siblings.then_some(DISTANCE_MAX + 1))
        }
        // `a.b.x.y` and `x.y` itself are what a wildcard `*.x.y` is expected to take and does not
        HostName::Wildcard(suffix) => asked.ends_with(suffix.as_bytes()).then_some(DISTANCE_MAX),
        HostName::CatchAll => None,
    }
}

/// What follows the first label, where it has labels itself.
fn parent(name: &[u8]) -> Option<&[u8]> {
    let dot = memchr::memchr(b'.', name)?;
    Some(&name[dot + 1..]).filter(|parent| parent.contains(&b'.'))
}

/// Levenshtein's distance, given up beyond [`DISTANCE_MAX`].
fn edits(a: &[u8], b: &[u8]) -> usize {
    if a.len().abs_diff(b.len()) > DISTANCE_MAX {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
        if row.iter().min().is_some_and(|best| *best > DISTANCE_MAX) {
            return usize::MAX;
        }
    }
    row[b.len()]
}
