//! Further names of a host, as `server_name` of nginx takes them.

use std::{fmt, sync::Arc};

use thiserror::Error;

use super::HostName;
use crate::{
    pattern::{Anchor, PatternError, shared},
    route::Mode,
};

/// One name of `server-alias`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alias {
    /// This name only.
    Exact(Arc<str>),
    /// `*.suffix`: one label or more before the suffix. Holds the suffix without `*.`.
    Leading(Arc<str>),
    /// `prefix.*`: one label or more behind the prefix. Holds the prefix without `.*`.
    Trailing(Arc<str>),
    /// `~pattern`: a regular expression that is found anywhere in the name, in any case.
    Pattern(Box<str>),
}

/// Why a text names no host. nginx would refuse its whole configuration, or never meet such a name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AliasError {
    /// A character that no host name has.
    #[error("it holds {0:?}")]
    Character(char),
    /// `*` anywhere but as the first or the last label.
    #[error("`*` may only be the first or the last label")]
    Star,
    /// An empty label.
    #[error("it has an empty label")]
    EmptyLabel,
    /// The regular expression does not compile.
    #[error("{0}")]
    Pattern(#[from] PatternError),
}

impl Alias {
    /// Reads one name; `.example.org` is two, as in nginx: itself, and everything below it.
    pub fn read(text: &str) -> Result<Vec<Self>, AliasError> {
        if let Some(pattern) = text.strip_prefix('~') {
            shared(pattern, Mode::NginxCompatible, Anchor::Anywhere)?;
            return Ok(vec![Self::Pattern(pattern.into())]);
        }
        let name = text.to_ascii_lowercase();
        let read = if let Some(suffix) = name.strip_prefix("*.") {
            vec![Self::Leading(plain(suffix)?)]
        } else if let Some(suffix) = name.strip_prefix('.') {
            let suffix = plain(suffix)?;
            vec![Self::Exact(suffix.clone()), Self::Leading(suffix)]
        } else if let Some(prefix) = name.strip_suffix(".*") {
            vec![Self::Trailing(plain(prefix)?)]
        } else {
            vec![Self::Exact(plain(&name)?)]
        };
        Ok(read)
    }

    /// Whether it means a name in lower case.
    pub(crate) fn covers(&self, name: &[u8]) -> bool {
        let inner = |rest: Option<&[u8]>| rest.is_some_and(|rest| !rest.is_empty());
        match self {
            Self::Exact(own) => own.as_bytes() == name,
            Self::Leading(suffix) => inner(
                name.strip_suffix(suffix.as_bytes())
                    .and_then(|rest| rest.strip_suffix(b".")),
            ),
            Self::Trailing(prefix) => inner(
                name.strip_prefix(prefix.as_bytes())
                    .and_then(|rest| rest.strip_prefix(b".")),
            ),
            Self::Pattern(text) => shared(text, Mode::NginxCompatible, Anchor::Anywhere)
                .is_ok_and(|pattern| pattern.is_match(name).unwrap_or(false)),
        }
    }
}

/// A name without `*`.
fn plain(name: &str) -> Result<Arc<str>, AliasError> {
    let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    match name.chars().find(|c| !is_known(*c)) {
        Some('*') => Err(AliasError::Star),
        Some(c) => Err(AliasError::Character(c)),
        None if name.split('.').any(str::is_empty) => Err(AliasError::EmptyLabel),
        None => Ok(name.into()),
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Leading(suffix) => write!(f, "*.{suffix}"),
            Self::Trailing(prefix) => write!(f, "{prefix}.*"),
            Self::Pattern(pattern) => write!(f, "~{pattern}"),
        }
    }
}

/// The other one of `www.name` and `name`; a wildcard and the catch-all have none.
pub fn counterpart(name: &HostName) -> Option<Arc<str>> {
    let HostName::Exact(name) = name else {
        return None;
    };
    Some(match name.strip_prefix("www.") {
        Some(bare) => bare.into(),
        None => format!("www.{name}").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_nginx_reads_them() {
        let check = |text: &str, expected: &[&str]| {
            let read = Alias::read(text).unwrap();
            let shown: Vec<_> = read.iter().map(ToString::to_string).collect();
            assert_eq!(shown, expected, "{text}");
        };
        check("a.example", &["a.example"]);
        check("A.Example", &["a.example"]);
        check("*.a.example", &["*.a.example"]);
        check(".a.example", &["a.example", "*.a.example"]);
        check("www.example.*", &["www.example.*"]);
        check("~^srv[0-9]+[.]a$", &["~^srv[0-9]+[.]a$"]);
    }

    #[test]
    fn what_is_no_name_is_told() {
        let check = |text: &str, expected| assert_eq!(Alias::read(text), Err(expected), "{text}");
        check("a b", AliasError::Character(' '));
        check("a.*.example", AliasError::Star);
        check("*.a.*", AliasError::Star);
        check("a..example", AliasError::EmptyLabel);
        check("", AliasError::EmptyLabel);
        assert!(matches!(Alias::read("~("), Err(AliasError::Pattern(_))));
    }

    #[test]
    fn www_has_a_counterpart() {
        let of = |name: &str| counterpart(&HostName::Exact(name.into()));
        assert_eq!(of("a.example").as_deref(), Some("www.a.example"));
        assert_eq!(of("www.a.example").as_deref(), Some("a.example"));
        assert_eq!(counterpart(&HostName::Wildcard("a.example".into())), None);
        assert_eq!(counterpart(&HostName::CatchAll), None);
    }
}
