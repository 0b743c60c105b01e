//! Where a pattern stopped matching, for people.

use std::fmt;

use super::{Anchor, Captures, Pattern, syntax};
use crate::route::Mode;

/// How much of the rest of a path is shown.
const SHOWN_BYTES_MAX: usize = 48;

/// How far a pattern got on a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Bytes of the path that its beginning matched.
    pub matched: usize,
    /// The piece of the pattern that came next and failed.
    pub wanted: String,
}

impl Failure {
    /// As a sentence: matched `/todos/1`, then wanted the end, found `/done`.
    pub fn describe(&self, path: &[u8]) -> String {
        format!(
            "{}",
            Described {
                failure: self,
                path
            }
        )
    }
}

struct Described<'a> {
    failure: &'a Failure,
    path: &'a [u8],
}

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.failure.matched.min(self.path.len());
        let (matched, found) = self.path.split_at(at);
        match matched {
            [] => write!(f, "matched nothing")?,
            matched => write!(f, "matched `{}`", matched.escape_ascii())?,
        }
        match &*self.failure.wanted {
            "$" | "\\z" | "\\Z" => write!(f, ", then wanted the end")?,
            wanted => write!(f, ", then wanted `{wanted}`")?,
        }
        match found {
            [] => write!(f, ", found the end"),
            found if found.len() > SHOWN_BYTES_MAX => {
                write!(f, ", found `{}…`", found[..SHOWN_BYTES_MAX].escape_ascii())
            }
            found => write!(f, ", found `{}`", found.escape_ascii()),
        }
    }
}

pub(super) fn failure(pattern: &Pattern, path: &[u8]) -> Failure {
    let source = pattern.source().trim_start_matches('^');
    let common = common_prefix(pattern.literal(), path, pattern.mode);
    if common < pattern.literal().len() {
        // The literal fails: no engine needed. Shown as written, unless escapes moved it.
        let length = pattern.literal().len();
        let written = source
            .get(..length)
            .filter(|written| written.as_bytes().eq_ignore_ascii_case(pattern.literal()));
        let wanted = written
            .and_then(|written| written.get(common..))
            .map_or_else(
                || pattern.literal()[common..].escape_ascii().to_string(),
                str::to_owned,
            );
        return Failure {
            matched: common,
            wanted,
        };
    }
    let Some(pieces) = syntax::pieces(source).filter(|pieces| !pieces.contains(&"|")) else {
        return Failure {
            matched: 0,
            wanted: source.to_owned(),
        };
    };
    longest_beginning(&pieces, pattern.mode, path)
}

/// The longest run of leading pieces that matches. A longer run can only match where a shorter one
/// does, so that halving finds it.
fn longest_beginning(pieces: &[&str], mode: Mode, path: &[u8]) -> Failure {
    let matched = |count: usize| -> Option<usize> {
        let beginning: String = pieces[..count].concat();
        let pattern = Pattern::compile(&beginning, mode, Anchor::Start).ok()?;
        let mut captures = Captures::default();
        pattern.find(path, &mut captures).ok()?.then_some(())?;
        captures.span(0).map(|(_, end)| end)
    };
    let (mut good, mut bad) = (0, pieces.len());
    let mut end = 0;
    while good + 1 < bad {
        let middle = good + (bad - good) / 2;
        match matched(middle) {
            Some(at) => (good, end) = (middle, at),
            None => bad = middle,
        }
    }
    let wanted = pieces.get(good).copied().unwrap_or_default().to_owned();
    Failure {
        matched: end,
        wanted,
    }
}

fn common_prefix(literal: &[u8], path: &[u8], mode: Mode) -> usize {
    let equal = |(a, b): (&u8, &u8)| match mode {
        Mode::NginxCompatible => a.eq_ignore_ascii_case(b),
        Mode::Strict => a == b,
    };
    literal
        .iter()
        .zip(path)
        .take_while(|pair| equal(*pair))
        .count()
}
