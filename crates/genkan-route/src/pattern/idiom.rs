//! The shapes nearly every Ingress path has, matched by hand: a literal and one of a few tails.
//!
//! They give the same matches and groups as the engine of the mode; property tests compare them.

use super::{Captures, syntax::Outline};
use crate::route::Mode;

/// A literal and a tail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Idiom {
    literal: Box<[u8]>,
    tail: Tail,
    at_start: bool,
    folds: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    /// Nothing: the rest of the path does not matter.
    Open,
    /// `$`
    End,
    /// `(.*)`
    Rest,
    /// `/?(.*)`
    OptionalSlashRest,
    /// `(/|$)`
    Boundary,
    /// `(/|$)(.*)`
    BoundaryRest,
}

impl Idiom {
    pub(super) fn of(outline: &Outline<'_>, mode: Mode, at_start: bool) -> Option<Self> {
        if outline.alternatives {
            return None;
        }
        let tail = match outline.rest {
            "" => Tail::Open,
            "$" => Tail::End,
            "(.*)" => Tail::Rest,
            "/?(.*)" => Tail::OptionalSlashRest,
            "(/|$)" => Tail::Boundary,
            "(/|$)(.*)" => Tail::BoundaryRest,
            _ => return None,
        };
        let literal = outline.literal.clone().into();
        Some(Self {
            literal,
            tail,
            at_start,
            folds: mode == Mode::NginxCompatible,
        })
    }

    pub(super) fn find(&self, subject: &[u8], captures: &mut Captures) -> bool {
        if self.find_at(0, subject, captures) {
            return true;
        }
        !self.at_start && (1..=subject.len()).any(|at| self.find_at(at, subject, captures))
    }

    fn find_at(&self, at: usize, subject: &[u8], captures: &mut Captures) -> bool {
        let after = at + self.literal.len();
        let Some(head) = subject.get(at..after) else {
            return false;
        };
        let equal = match self.folds {
            // the literal is already lower case
            true => head.eq_ignore_ascii_case(&self.literal),
            false => *head == *self.literal,
        };
        if !equal {
            return false;
        }
        let Some(end) = self.tail(after, subject, captures) else {
            return false;
        };
        captures.set(0, Some((at, end)));
        true
    }

    fn tail(&self, at: usize, subject: &[u8], captures: &mut Captures) -> Option<usize> {
        let slash = subject.get(at) == Some(&b'/');
        match self.tail {
            Tail::Open => Some(at),
            Tail::End => self.is_end(at, subject).then_some(at),
            Tail::Rest => Some(rest(1, at, subject, captures)),
            Tail::OptionalSlashRest => Some(rest(1, at + usize::from(slash), subject, captures)),
            Tail::Boundary => self.boundary(at, subject, captures),
            Tail::BoundaryRest => {
                let after = self.boundary(at, subject, captures)?;
                Some(rest(2, after, subject, captures))
            }
        }
    }

    fn boundary(&self, at: usize, subject: &[u8], captures: &mut Captures) -> Option<usize> {
        let end = match subject.get(at) {
            Some(b'/') => at + 1,
            _ if self.is_end(at, subject) => at,
            _ => return None,
        };
        captures.set(1, Some((at, end)));
        Some(end)
    }

    /// `$`: in PCRE also before a line feed that ends the subject.
    fn is_end(&self, at: usize, subject: &[u8]) -> bool {
        at == subject.len() || (self.folds && subject[at..] == *b"\n")
    }
}

/// `(.*)`: up to a line feed, which `.` does not match.
fn rest(group: usize, at: usize, subject: &[u8], captures: &mut Captures) -> usize {
    let end = memchr::memchr(b'\n', &subject[at..]).map_or(subject.len(), |length| at + length);
    captures.set(group, Some((at, end)));
    end
}
