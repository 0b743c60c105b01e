//! What reading annotations found out that a person must hear about.
//!
//! A [`Remark`] is typed, so that tests and the compiler can act on it; turning it into a finding with
//! texts and places is the last step.

use super::{
    entry::{Entry, Risk},
    value::Malformed,
};

/// Something to say about one annotation (or ConfigMap key).
#[derive(Clone, Debug)]
pub struct Remark {
    /// The key as written, prefix included.
    pub key: String,
    /// The value as written.
    pub value: String,
    /// What is the matter.
    pub problem: Problem,
    /// What happens because of it.
    pub fate: Fate,
}

/// What happens because of a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The setting has its default; the route is served.
    Default,
    /// The route answers 503 to everybody.
    Closed,
    /// The whole object takes no part.
    Refused,
}

/// What is the matter with an annotation.
#[derive(Clone, Debug)]
pub enum Problem {
    /// A known name under a prefix that is not read.
    ForeignPrefix {
        /// The key that would be read.
        right: String,
    },
    /// No annotation has this name.
    Unknown {
        /// The name that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The value cannot be read.
    BadValue {
        /// The expected form.
        expected: String,
        /// What is wrong.
        wrong: Malformed,
    },
    /// The value is not a string in the manifest.
    NotText,
    /// The annotation belongs on another kind of object.
    WrongKind {
        /// The kind that has it.
        right: &'static str,
    },
    /// A name that was removed.
    Removed {
        /// What to use instead, or why there is nothing.
        instead: &'static str,
    },
    /// Raw nginx configuration is not run.
    Snippet {
        /// The directive in it that controls access, when there is one.
        access_control: Option<String>,
    },
    /// Known, without effect here.
    NoEffect {
        /// Why, when there is more to say than "not yet".
        reason: Option<&'static str>,
    },
    /// Without one of these it has no effect.
    MissingPartner {
        /// Names without prefix.
        needs: &'static [&'static str],
    },
    /// Riskier than the operator allows.
    TooRisky {
        /// Its risk.
        risk: Risk,
        /// The highest that is accepted.
        allowed: Risk,
    },
    /// It contains a word that the operator forbids.
    ForbiddenWord {
        /// The word.
        word: String,
    },
}

impl Remark {
    /// The code of the catalogue.
    pub fn code(&self) -> &'static str {
        match self.problem {
            Problem::ForeignPrefix { .. } => "GK0200",
            Problem::Unknown { .. } => "GK0201",
            Problem::BadValue { .. } => "GK0202",
            Problem::NotText => "GK0203",
            Problem::WrongKind { .. } => "GK0204",
            Problem::Removed { .. } => "GK0205",
            Problem::Snippet { .. } => "GK0206",
            Problem::NoEffect { .. } => "GK0207",
            Problem::MissingPartner { .. } => "GK0208",
            Problem::TooRisky { .. } | Problem::ForbiddenWord { .. } => "GK0255",
        }
    }

    /// A value of `entry` that cannot be read.
    pub(super) fn bad_value(entry: &Entry, wrong: Malformed) -> (Problem, Fate) {
        let fate = if entry.security {
            Fate::Closed
        } else {
            Fate::Default
        };
        (
            Problem::BadValue {
                expected: entry.value.expected(),
                wrong,
            },
            fate,
        )
    }
}
