//! Which of two Ingresses comes first.
//!
//! Older `creationTimestamp` first. Files have none: an absent one counts as equal to another absent
//! one and as younger than any present one. Ties go by `namespace/name`: ascending in strict mode, as
//! ingress-nginx sorts (descending, `controller.go` `ingress.SortIngresses`) in compatible mode.

use std::{cmp::Ordering, sync::Arc};

use genkan_objects::kind::Timestamp;
use genkan_route::route::Mode;

/// Namespace and name of one Ingress.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IngressName {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

impl std::fmt::Display for IngressName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// Precedence of an Ingress among those of its host; the smaller comes first.
///
/// A total order also where modes meet: of two equally old Ingresses of different modes the compatible
/// one comes first, so that adopting an installation changes nothing for what was there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Precedence {
    /// `metadata.creationTimestamp`.
    pub created: Option<Timestamp>,
    /// Semantics it asked for.
    pub mode: Mode,
    /// Who it is.
    pub name: IngressName,
}

impl Ord for Precedence {
    fn cmp(&self, other: &Self) -> Ordering {
        let age = match (&self.created, &other.created) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        age.then_with(|| other.mode.cmp(&self.mode))
            .then_with(|| match self.mode {
                Mode::Strict => self.full_name().cmp(&other.full_name()),
                Mode::NginxCompatible => other.full_name().cmp(&self.full_name()),
            })
    }
}

impl PartialOrd for Precedence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Precedence {
    /// The name as `namespace/name` compares: ingress-nginx compares the joined text, in which `/`
    /// sorts after `-` and `.`.
    fn full_name(&self) -> impl Ord + '_ {
        JoinedName(&self.name)
    }
}

#[derive(PartialEq, Eq)]
struct JoinedName<'a>(&'a IngressName);

impl JoinedName<'_> {
    fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.0
            .namespace
            .bytes()
            .chain([b'/'])
            .chain(self.0.name.bytes())
    }
}

impl Ord for JoinedName<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl PartialOrd for JoinedName<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn precedence(created: Option<&str>, mode: Mode, name: &str) -> Precedence {
        let (namespace, name) = name.split_once('/').unwrap();
        Precedence {
            created: created.map(|text| Timestamp::parse(text).unwrap()),
            mode,
            name: IngressName {
                namespace: namespace.into(),
                name: name.into(),
            },
        }
    }

    fn check(first: (Option<&str>, Mode, &str), second: (Option<&str>, Mode, &str)) {
        let first = precedence(first.0, first.1, first.2);
        let second = precedence(second.0, second.1, second.2);
        assert_eq!(
            first.cmp(&second),
            Ordering::Less,
            "{first:?} before {second:?}"
        );
        assert_eq!(second.cmp(&first), Ordering::Greater);
    }

    #[test]
    fn older_comes_first_and_absent_last() {
        use Mode::{NginxCompatible as N, Strict as S};
        check(
            (Some("2024-01-01T00:00:00Z"), N, "a/a"),
            (Some("2024-01-02T00:00:00Z"), N, "z/z"),
        );
        check((Some("2024-01-01T00:00:00Z"), S, "z/z"), (None, S, "a/a"));
        check((Some("2024-01-01T00:00:00Z"), S, "z/z"), (None, N, "a/a"));
    }

    #[test]
    fn ties_go_by_name_upwards_in_strict_and_downwards_in_compatible_mode() {
        use Mode::{NginxCompatible as N, Strict as S};
        check((None, S, "a/x"), (None, S, "b/a"));
        check((None, N, "b/a"), (None, N, "a/x"));
        // the joined text: `a-b/x` < `a/x` because `-` < `/`
        check((None, S, "a-b/x"), (None, S, "a/x"));
        check((None, N, "z/z"), (None, S, "a/a"));
    }
}
