//! The closed list of reasons why a candidate did not serve a request.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::code::Code;

/// Why a candidate was rejected. Its text is the same in every language and in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The rule is for another host.
    OtherHost,
    /// The object belongs to another class.
    OtherClass,
    /// `Exact`, and the path is another.
    ExactDiffers,
    /// `Exact`, and only the slash at the end differs.
    ExactDiffersOnlyBySlash,
    /// `Prefix`, and the match would end inside a path element.
    PrefixNotAtElementBoundary,
    /// `Prefix`, and the path does not begin so.
    NotAPrefix,
    /// Would match in another letter case.
    CaseDiffers,
    /// The pattern failed at this byte of the path.
    PatternFailsAt(usize),
    /// The pattern does not compile.
    PatternInvalid,
    /// The path has characters of a pattern but is compared as text.
    LiteralNotPattern,
    /// It matches, but the candidate of this number (from 1) is more specific.
    LessSpecificThan(usize),
    /// It matches, but the equal candidate of this number is older.
    OlderTwinWins(usize),
    /// The canary was not chosen; by which rule.
    CanaryNotChosen(String),
    /// The rule is for other methods.
    MethodDiffers,
    /// This header differs.
    HeaderDiffers(String),
    /// This query parameter differs.
    QueryDiffers(String),
    /// The route is not attached to the listener; why.
    NotAttached(String),
    /// The rule was rejected when it was compiled; with which code.
    Rejected(Code),
    /// The rule came with a later generation than the one that decided.
    NotLoaded(u64),
}

impl Reason {
    /// The reason without its parameter, such as `less-specific-than`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OtherHost => "other-host",
            Self::OtherClass => "other-class",
            Self::ExactDiffers => "exact-differs",
            Self::ExactDiffersOnlyBySlash => "exact-differs-only-by-slash",
            Self::PrefixNotAtElementBoundary => "prefix-not-at-element-boundary",
            Self::NotAPrefix => "not-a-prefix",
            Self::CaseDiffers => "case-differs",
            Self::PatternFailsAt(_) => "pattern-fails-at",
            Self::PatternInvalid => "pattern-invalid",
            Self::LiteralNotPattern => "literal-not-pattern",
            Self::LessSpecificThan(_) => "less-specific-than",
            Self::OlderTwinWins(_) => "older-twin-wins",
            Self::CanaryNotChosen(_) => "canary-not-chosen",
            Self::MethodDiffers => "method-differs",
            Self::HeaderDiffers(_) => "header-differs",
            Self::QueryDiffers(_) => "query-differs",
            Self::NotAttached(_) => "not-attached",
            Self::Rejected(_) => "rejected",
            Self::NotLoaded(_) => "not-loaded",
        }
    }

    fn parameter(&self) -> Option<String> {
        match self {
            Self::PatternFailsAt(number)
            | Self::LessSpecificThan(number)
            | Self::OlderTwinWins(number) => Some(number.to_string()),
            Self::CanaryNotChosen(text)
            | Self::HeaderDiffers(text)
            | Self::QueryDiffers(text)
            | Self::NotAttached(text) => Some(text.clone()),
            Self::Rejected(code) => Some(code.to_string()),
            Self::NotLoaded(generation) => Some(generation.to_string()),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    /// The wire text: `less-specific-than(1)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parameter() {
            Some(parameter) => write!(f, "{}({parameter})", self.name()),
            None => f.write_str(self.name()),
        }
    }
}

/// The text is not one of the closed list of reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownReason(
    /// The text as it was given.
    pub String,
);

impl fmt::Display for UnknownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a reason of this version", self.0)
    }
}

impl std::error::Error for UnknownReason {}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        let unknown = || UnknownReason(text.to_owned());
        let (name, parameter) = match text.split_once('(') {
            Some((name, rest)) => (name, rest.strip_suffix(')').ok_or_else(unknown)?),
            None => (text, ""),
        };
        let number = || parameter.parse::<usize>().map_err(|_| unknown());
        let text = || parameter.to_owned();
        Ok(match name {
            "other-host" => Self::OtherHost,
            "other-class" => Self::OtherClass,
            "exact-differs" => Self::ExactDiffers,
            "exact-differs-only-by-slash" => Self::ExactDiffersOnlyBySlash,
            "prefix-not-at-element-boundary" => Self::PrefixNotAtElementBoundary,
            "not-a-prefix" => Self::NotAPrefix,
            "case-differs" => Self::CaseDiffers,
            "pattern-fails-at" => Self::PatternFailsAt(number()?),
            "pattern-invalid" => Self::PatternInvalid,
            "literal-not-pattern" => Self::LiteralNotPattern,
            "less-specific-than" => Self::LessSpecificThan(number()?),
            "older-twin-wins" => Self::OlderTwinWins(number()?),
            "canary-not-chosen" => Self::CanaryNotChosen(text()),
            "method-differs" => Self::MethodDiffers,
            "header-differs" => Self::HeaderDiffers(text()),
            "query-differs" => Self::QueryDiffers(text()),
            "not-attached" => Self::NotAttached(text()),
            "rejected" => Self::Rejected(parameter.parse().map_err(|_| unknown())?),
            "not-loaded" => Self::NotLoaded(parameter.parse().map_err(|_| unknown())?),
            _ => return Err(unknown()),
        })
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
