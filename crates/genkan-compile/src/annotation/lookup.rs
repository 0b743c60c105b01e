//! Finding annotations by name: exactly, under a wrong prefix, or nearly.

use std::sync::LazyLock;

use super::entry::Entry;
use super::{
    DEFAULT_PREFIX, Problem, affinity, basic_auth, canary, cors, error_and_log, external_auth,
    header, limit, protocol, redirect, routing, snippet, timeout_and_buffer, tls, upstream_tls,
};

/// The table: family after family, in the order of the documentation.
const FAMILIES: &[&[Entry]] = &[
    routing::ENTRIES,
    redirect::ENTRIES,
    tls::ENTRIES,
    upstream_tls::ENTRIES,
    basic_auth::ENTRIES,
    external_auth::ENTRIES,
    canary::ENTRIES,
    affinity::ENTRIES,
    timeout_and_buffer::ENTRIES,
    limit::ENTRIES,
    cors::ENTRIES,
    header::ENTRIES,
    protocol::ENTRIES,
    error_and_log::ENTRIES,
    snippet::ENTRIES,
];

/// Prefixes of other controllers, or of ingress-nginx in other times, that people leave in place.
const FOREIGN_PREFIXES: &[&str] = &[
    "ingress.kubernetes.io",
    "kubernetes.io",
    "nginx.org",
    "nginx.com",
    "nginx",
];

/// Our own prefix. What is read from Ingresses under it is listed in [`OWN`].
const OWN_PREFIX: &str = "genkan.io";

/// Our own annotations and the kind of object that each belongs on.
const OWN: &[(&str, &str)] = &[("endpoints", "Service")];

/// Sorted by name, aliases included.
static BY_NAME: LazyLock<Vec<(&'static str, &'static Entry)>> = LazyLock::new(|| {
    let mut names: Vec<_> = entries()
        .flat_map(|entry| entry.names().map(move |name| (name, entry)))
        .collect();
    names.sort_unstable_by_key(|(name, _)| *name);
    names
});

/// All annotations, family after family.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    FAMILIES.iter().copied().flatten()
}

/// The annotation with this name (or alias), without prefix.
pub fn find(name: &str) -> Option<&'static Entry> {
    let at = BY_NAME.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some(BY_NAME[at].1)
}

/// The part of a key after the prefix, when it has that prefix.
pub(super) fn name<'k>(key: &'k str, prefix: &str) -> Option<&'k str> {
    key.strip_prefix(prefix)?.strip_prefix('/')
}

/// What is wrong with a key that does not have the prefix read; nothing, when it is no concern of ours.
pub(super) fn foreign(key: &str, prefix: &str) -> Option<Problem> {
    let (written, last) = key.rsplit_once('/')?;
    if written == OWN_PREFIX {
        return Some(match OWN.iter().find(|(name, _)| *name == last) {
            Some((_, right)) => Problem::WrongKind {
                found: "Ingress".to_owned(),
                right,
            },
            None => Problem::Unknown { nearest: None },
        });
    }
    let foreign = FOREIGN_PREFIXES.contains(&written) || written == DEFAULT_PREFIX;
    (foreign && find(last).is_some()).then(|| Problem::ForeignPrefix {
        right: format!("{prefix}/{last}"),
    })
}

/// Most single-letter changes between a name and the one that is proposed for it.
const DISTANCE_MAX: usize = 2;

/// The known name that was probably meant: the same words in another order, or at most two letters off.
pub fn nearest(name: &str) -> Option<&'static str> {
    let names = || BY_NAME.iter().map(|(name, _)| *name);
    closest(name, names())
}

/// The one of `names` that `name` is a slip of. Of equally near ones the first.
pub(crate) fn closest<'n>(
    name: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Option<&'n str> {
    let words = |name: &str| {
        let mut words: Vec<_> = name
            .to_ascii_lowercase()
            .split(['-', '_', '.'])
            .map(str::to_owned)
            .collect();
        words.sort_unstable();
        words
    };
    let wanted = words(name);
    if let Some(same) = names.clone().find(|known| words(known) == wanted) {
        return Some(same);
    }
    let near = names.map(|known| (distance(name, known), known));
    near.filter(|(distance, _)| *distance <= DISTANCE_MAX)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Levenshtein distance in bytes; names are ASCII. Anything above [`DISTANCE_MAX`] may be reported as such.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > DISTANCE_MAX {
        return DISTANCE_MAX + 1;
    }
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, right) in b.iter().enumerate() {
            let replaced = previous[column] + usize::from(left != right);
            current.push(
                replaced
                    .min(previous[column + 1] + 1)
                    .min(current[column] + 1),
            );
        }
        previous = current;
    }
    previous[b.len()]
}
