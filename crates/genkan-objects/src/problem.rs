//! What is wrong inside an object that could be parsed, as data with a place.
//!
//! Findings are made from these elsewhere; a problem says what it is, where, and what becomes of the
//! object, and knows no code of the catalogue.

use crate::extent::Extent;

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// What becomes of the object.
    pub impact: Impact,
    /// The place: the value, or the key of an unknown field, or what should hold a missing one.
    pub span: Extent,
    /// JSON pointer to the field, within its object.
    pub pointer: Box<str>,
}

impl Problem {
    /// What is wrong, in one sentence without a full stop.
    pub fn message(&self) -> String {
        self.kind.to_string()
    }
}

/// What becomes of an object with a problem, from worst to mildest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// The object cannot be used; its previous version serves, if there is one.
    Unreadable,
    /// The object is used without the part at this place.
    Incomplete,
    /// The object is used whole, but a Kubernetes API server would refuse it.
    Refused,
    /// What is written here has no effect.
    Unused,
}

/// The kinds of problems.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A field that this kind does not have.
    #[error("unknown field `{field}`{}", suggestion(*nearest))]
    UnknownField {
        /// Its name.
        field: Box<str>,
        /// The known field that looks most like it.
        nearest: Option<&'static str>,
    },
    /// A value of another type than the field's.
    #[error("`{field}` must be {expected}, this is {found}")]
    WrongType {
        /// Name of the field.
        field: Box<str>,
        /// The type it must have, with its article.
        expected: &'static str,
        /// The type it has, with its article.
        found: &'static str,
    },
    /// A field that must be there is not.
    #[error("`{field}` is missing")]
    Missing {
        /// Name of the field.
        field: &'static str,
    },
    /// An Ingress path without `pathType`.
    #[error("`pathType` is missing")]
    MissingPathType,
    /// An API version that Kubernetes no longer serves.
    #[error("`{found}` is no longer served, `{current}` is")]
    OldApiVersion {
        /// The version written.
        found: Box<str>,
        /// The version to write.
        current: &'static str,
    },
    /// `serviceName` and `servicePort`, or a bare number as `port`: the form before `v1`.
    #[error("the backend is written in the form that was used before `networking.k8s.io/v1`")]
    OldBackend {
        /// `serviceName`, where it was readable.
        service: Option<Box<str>>,
        /// `servicePort` as written.
        port: Option<Box<str>>,
    },
    /// A value that breaks a rule of the API server.
    #[error("`{value}`: {rule}")]
    Invalid {
        /// The value as written.
        value: Box<str>,
        /// The rule, in the API server's words.
        rule: &'static str,
    },
    /// Data of a Secret or ConfigMap that is not base64. The value itself is never shown.
    #[error("the value of `{key}` is not base64")]
    NotBase64 {
        /// The key.
        key: Box<str>,
    },
    /// A label or annotation whose value YAML does not read as text.
    #[error("the value of `{key}` is {found}, not a string; put it in quotes")]
    NotText {
        /// The label's or annotation's key.
        key: Box<str>,
        /// What YAML reads, with its article.
        found: &'static str,
    },
}

fn suggestion(nearest: Option<&'static str>) -> String {
    nearest.map_or(String::new(), |nearest| {
        format!("; did you mean `{nearest}`?")
    })
}

/// The candidate that looks most like a word, if any is near: at most a third of its letters differ.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = word.to_ascii_lowercase();
    let close = |candidate: &'c str| {
        let distance = distance(&lower, &candidate.to_ascii_lowercase());
        (distance <= (candidate.len().max(word.len()) / 3).max(1)).then_some((distance, candidate))
    };
    candidates
        .into_iter()
        .filter_map(close)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    /// Longer words are not field names.
    const COMPARED_MAX: usize = 128;
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (a, b) = (
        &a[..a.len().min(COMPARED_MAX)],
        &b[..b.len().min(COMPARED_MAX)],
    );
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        let fields = ["path", "pathType", "backend", "resource"];
        assert_eq!(nearest("pathtype", fields), Some("pathType"));
        assert_eq!(nearest("pahtType", fields), Some("pathType"));
        assert_eq!(nearest("bakend", fields), Some("backend"));
        assert_eq!(nearest("pth", fields), Some("path"));
        assert_eq!(nearest("service", fields), None);
    }
}
