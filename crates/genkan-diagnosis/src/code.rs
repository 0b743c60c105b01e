//! The codes themselves: a number, and the closed scales that every code is placed on.
//!
//! A code never changes its meaning and is never reused. What a code says is in the catalogue; here is
//! only its identity, so that other crates can name it at compile time (`Code::GK0002`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::catalogue::{self, Entry};

/// A stable identifier `GKnnnn` of one kind of finding.
///
/// Only codes that have a catalogue entry exist: a `Code` comes from the constants below or from
/// parsing, which refuses unknown ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

/// The text is not `GK` and four digits, or names a code that this version does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCode(
    /// The text as it was given.
    pub String,
);

impl Code {
    /// The number behind `GK`.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// What the catalogue says about this code.
    ///
    /// # Panics
    /// Never for a code from the constants or from parsing; a test holds the two lists together.
    pub fn entry(self) -> &'static Entry {
        catalogue::find(self).expect("every constant has an entry: tested in catalogue::tests")
    }

    /// The severity a finding of this code has unless it is lowered.
    pub fn severity(self) -> Severity {
        self.entry().severity
    }
}

macro_rules! codes {
    ($($name:ident = $number:literal),* $(,)?) => {
        impl Code {
            $(
                #[doc = concat!("`", stringify!($name), "`; its meaning is in the catalogue.")]
                pub const $name: Self = Self($number);
            )*

            /// All codes, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self($number)),*];
        }
    };
}

codes! {
    GK0001 = 1, GK0002 = 2, GK0003 = 3, GK0004 = 4, GK0005 = 5, GK0006 = 6, GK0007 = 7,
    GK0008 = 8, GK0009 = 9, GK0010 = 10, GK0011 = 11, GK0012 = 12, GK0013 = 13, GK0014 = 14,
    GK0015 = 15, GK0016 = 16, GK0017 = 17, GK0018 = 18, GK0019 = 19, GK0020 = 20,
    GK0021 = 21, GK0022 = 22,
    GK0053 = 53, GK0058 = 58, GK0059 = 59,
    GK0100 = 100, GK0101 = 101, GK0102 = 102, GK0103 = 103, GK0104 = 104, GK0105 = 105,
    GK0106 = 106, GK0107 = 107, GK0108 = 108, GK0109 = 109, GK0110 = 110, GK0111 = 111,
    GK0112 = 112,
    GK0150 = 150, GK0151 = 151, GK0152 = 152, GK0153 = 153, GK0154 = 154, GK0155 = 155,
    GK0200 = 200, GK0201 = 201, GK0202 = 202, GK0203 = 203, GK0204 = 204, GK0205 = 205,
    GK0206 = 206, GK0207 = 207, GK0208 = 208, GK0209 = 209, GK0210 = 210, GK0211 = 211,
    GK0212 = 212, GK0213 = 213,
    GK0250 = 250, GK0251 = 251, GK0252 = 252, GK0253 = 253, GK0254 = 254, GK0255 = 255,
    GK0256 = 256, GK0257 = 257,
    GK0300 = 300, GK0301 = 301, GK0302 = 302, GK0303 = 303, GK0304 = 304, GK0305 = 305,
    GK0306 = 306, GK0307 = 307, GK0308 = 308, GK0309 = 309, GK0310 = 310, GK0311 = 311,
    GK0350 = 350, GK0351 = 351, GK0352 = 352, GK0353 = 353, GK0354 = 354, GK0355 = 355, GK0356 = 356, GK0357 = 357,
    GK0358 = 358, GK0360 = 360, GK0361 = 361, GK0362 = 362, GK0363 = 363, GK0364 = 364,
    GK0400 = 400, GK0401 = 401, GK0402 = 402, GK0403 = 403, GK0404 = 404, GK0405 = 405,
    GK0406 = 406, GK0407 = 407, GK0408 = 408, GK0409 = 409, GK0411 = 411, GK0412 = 412,
    GK0450 = 450, GK0451 = 451, GK0452 = 452, GK0453 = 453, GK0454 = 454, GK0455 = 455,
    GK0456 = 456,
    GK0500 = 500, GK0501 = 501, GK0502 = 502, GK0503 = 503, GK0504 = 504, GK0505 = 505,
    GK0506 = 506, GK0507 = 507,
    GK0559 = 559,
    GK0750 = 750,
    GK0900 = 900, GK0901 = 901, GK0902 = 902, GK0903 = 903, GK0904 = 904,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GK{:04}", self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    /// Reads `GK0002`; letter case does not matter, the four digits do.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let unknown = || UnknownCode(text.to_owned());
        let digits = text
            .strip_prefix("GK")
            .or_else(|| text.strip_prefix("gk"))
            .or_else(|| text.strip_prefix("Gk"))
            .ok_or_else(unknown)?;
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unknown());
        }
        let code = Self(digits.parse().map_err(|_| unknown())?);
        if Self::ALL.binary_search(&code).is_ok() {
            Ok(code)
        } else {
            Err(unknown())
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a code of this version (codes look like GK0002)",
            self.0
        )
    }
}

impl std::error::Error for UnknownCode {}

/// How bad a finding is. Ordered: an error is greater than a warning is greater than a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A fact worth knowing.
    Note,
    /// Will surprise.
    Warning,
    /// Will fail, or is unsafe.
    Error,
}

impl Severity {
    /// `error`, `warning` or `note`: the same word in every language and format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where a code can show up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// From manifests or objects alone.
    Static,
    /// From a request that happened.
    Runtime,
    /// From either.
    Both,
}

impl Phase {
    /// `static`, `runtime` or `static + runtime`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Runtime => "runtime",
            Self::Both => "static + runtime",
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint.
    Possible,
    /// A pattern that usually means this.
    Likely,
    /// Computed from configuration and trace.
    #[default]
    Certain,
}

impl Confidence {
    /// `possible`, `likely` or `certain`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}
