//! How values are read: the types and character sets of ingress-nginx's annotations and ConfigMap keys.
//!
//! Booleans are Go's `ParseBool`, integers Go's `Atoi`, sizes nginx's. Character sets are those that
//! ingress-nginx validates with; carriage return and line feed are in none of them.

use thiserror::Error;

/// A value that does not have the expected form.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{why}")]
pub struct Malformed {
    /// What is wrong, as a clause.
    pub why: String,
    /// Offset in characters of the first offending one, where one can be named.
    pub at: Option<usize>,
}

impl Malformed {
    /// A complaint about the value as a whole.
    pub fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            at: None,
        }
    }

    fn character(text: &str, allowed: impl Fn(char) -> bool) -> Option<Self> {
        let (at, bad) = text
            .chars()
            .enumerate()
            .find(|(_, character)| !allowed(*character))?;
        let shown = bad.escape_default();
        Some(Self {
            why: format!("`{shown}` is not allowed here"),
            at: Some(at),
        })
    }
}

/// Type of a value: what the documentation names and what every value is checked against.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// A boolean in one of Go's spellings.
    Flag,
    /// An integer, possibly negative.
    Integer,
    /// A whole number of seconds without unit.
    Seconds,
    /// A number that is not negative.
    Count,
    /// Bytes, with `k`, `m` or `g`.
    Size,
    /// Exactly one of these words.
    Word(&'static [&'static str]),
    /// One of these words in any case.
    AnyCase(&'static [&'static str]),
    /// Text of a character set.
    Text(Charset),
    /// Something that needs a function of its own.
    Checked {
        /// The expected form, to follow "expects".
        expected: &'static str,
        /// The check.
        check: fn(&str) -> Result<(), Malformed>,
    },
    /// Any text.
    Anything,
}

/// Words for a setting that is on or off.
pub const ON_OFF: Value = Value::Word(&["on", "off"]);

impl Value {
    /// The expected form, as it follows "expects".
    pub fn expected(&self) -> String {
        match self {
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Integer => "a whole number".to_owned(),
            Self::Seconds => "a whole number of seconds without unit, such as `60`".to_owned(),
            Self::Count => "a whole number that is not negative".to_owned(),
            Self::Size => "a size such as `8k`, `10m` or `1g`".to_owned(),
            Self::Word(words) | Self::AnyCase(words) => {
                let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
                format!("one of {}", words.join(", "))
            }
            Self::Text(charset) => charset.expected().to_owned(),
            Self::Checked { expected, .. } => (*expected).to_owned(),
            Self::Anything => "any text".to_owned(),
        }
    }

    /// Checks a value.
    pub fn check(&self, text: &str) -> Result<(), Malformed> {
        match self {
            Self::Flag => flag(text).map(drop),
            Self::Integer => integer(text).map(drop),
            Self::Seconds => seconds(text).map(drop),
            Self::Count => count(text).map(drop),
            Self::Size => size(text).map(drop),
            Self::Word(words) => word(text, words).map(drop),
            Self::AnyCase(words) => any_case(text, words).map(drop),
            Self::Text(charset) => charset.check(text),
            Self::Checked { check, .. } => check(text),
            Self::Anything => Ok(()),
        }
    }
}

/// The character sets of ingress-nginx's validators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Letters, digits, `-._~/:`.
    Basic,
    /// Basic, comma and space.
    Extended,
    /// Basic and space.
    Spaced,
    /// Basic and `,:?&=`.
    Url,
    /// [`Charset::Url`], `$` and space.
    UrlVariable,
    /// Basic and the characters of regular expressions.
    Regex,
    /// Letters, digits, `-_${}`.
    NginxVariable,
    /// Letters, digits, `-_`, comma and space.
    HeaderList,
    /// Basic and `$`.
    CapturePath,
    /// Letters, digits, `-` and `_`.
    Name,
}

impl Charset {
    fn expected(self) -> &'static str {
        match self {
            Self::Basic => "letters, digits and `-._~/:`",
            Self::Extended => "letters, digits, spaces and `-._~/:,`",
            Self::Spaced => "letters, digits, spaces and `-._~/:`",
            Self::Url => "a URL of letters, digits and `-._~/:,?&=`",
            Self::UrlVariable => "a URL of letters, digits and `-._~/:,?&=$`",
            Self::Regex => "letters, digits, `-._~/:` and the characters of regular expressions",
            Self::NginxVariable => "letters, digits and `-_${}`",
            Self::HeaderList => "header names with commas between them",
            Self::CapturePath => "a path of letters, digits, `-._~/:` and `$1` to `$9`",
            Self::Name => "letters, digits, `-` and `_`",
        }
    }

    /// Sets for which ingress-nginx removes spaces before it compares.
    fn ignores_spaces(self) -> bool {
        !matches!(self, Self::Url | Self::CapturePath)
    }

    fn allows(self, character: char) -> bool {
        let alphanumeric = character.is_ascii_alphanumeric();
        let basic = alphanumeric || "-._~/:".contains(character);
        match self {
            Self::Basic => basic,
            Self::Extended => basic || ", ".contains(character),
            Self::Spaced => basic || character == ' ',
            Self::Url => basic || ",?&=".contains(character),
            Self::UrlVariable => basic || ",?&=$ ".contains(character),
            Self::Regex => basic || r"^$[](){}*+?|&=\".contains(character),
            Self::NginxVariable => alphanumeric || "-_${}".contains(character),
            Self::HeaderList => alphanumeric || "-_, ".contains(character),
            Self::CapturePath => basic || character == '$',
            Self::Name => alphanumeric || "-_".contains(character),
        }
    }

    /// Checks every character.
    pub fn check(self, text: &str) -> Result<(), Malformed> {
        let allowed =
            |character| self.allows(character) || character == ' ' && self.ignores_spaces();
        Malformed::character(text, allowed).map_or(Ok(()), Err)
    }
}

/// Every line trimmed, as ingress-nginx does before it looks whether anything is left.
pub fn trim_lines(text: &str) -> String {
    let lines: Vec<_> = text.trim().lines().map(str::trim).collect();
    lines.join("\n")
}

/// Go's `strconv.ParseBool`.
pub fn flag(text: &str) -> Result<bool, Malformed> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(Malformed::new(format!(
            "`{}` is not a boolean",
            shown(text)
        ))),
    }
}

/// Go's `strconv.Atoi`: an optional sign and decimal digits.
pub fn integer(text: &str) -> Result<i64, Malformed> {
    text.parse().map_err(|_| {
        let unit = text.trim_start_matches(|character: char| character.is_ascii_digit());
        let number = text.len() - unit.len();
        if number > 0 && !unit.is_empty() && unit.chars().all(char::is_alphabetic) {
            let why = format!("a unit (`{}`) is not allowed", shown(unit));
            return Malformed {
                why,
                at: Some(number),
            };
        }
        Malformed::new(format!("`{}` is not a whole number", shown(text)))
    })
}

/// An integer that is not negative and fits 32 bits.
pub fn count(text: &str) -> Result<u32, Malformed> {
    let number = integer(text)?;
    u32::try_from(number).map_err(|_| {
        let wrong = if number < 0 { "negative" } else { "too large" };
        Malformed::new(format!("`{}` is {wrong}", shown(text)))
    })
}

/// A whole number of seconds.
pub fn seconds(text: &str) -> Result<std::time::Duration, Malformed> {
    count(text).map(|number| std::time::Duration::from_secs(number.into()))
}

/// nginx's sizes: digits and `k`, `m` or `g` in any case, in bytes.
///
/// ingress-nginx also lets `b` and inner spaces pass its check and then leaves the directive out.
pub fn size(text: &str) -> Result<u64, Malformed> {
    let text = text.trim();
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    let shift = match &text[digits.len()..] {
        "" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        unit => {
            let why = format!("`{}` is not a unit of size", shown(unit));
            return Err(Malformed {
                why,
                at: Some(digits.chars().count()),
            });
        }
    };
    let number = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse::<u64>().ok());
    number
        .flatten()
        .and_then(|number| number.checked_mul(1 << shift))
        .filter(|bytes| i64::try_from(*bytes).is_ok())
        .ok_or_else(|| Malformed::new(format!("`{}` is not a size", shown(text))))
}

/// One of `words`, exactly; spaces around it do not count.
pub fn word<'w>(text: &str, words: &[&'w str]) -> Result<&'w str, Malformed> {
    let found = words.iter().find(|word| **word == text.trim()).copied();
    found.ok_or_else(|| Malformed::new(format!("`{}` is none of them", shown(text))))
}

/// One of `words` in any case.
pub fn any_case<'w>(text: &str, words: &[&'w str]) -> Result<&'w str, Malformed> {
    let found = words
        .iter()
        .find(|word| word.eq_ignore_ascii_case(text.trim()))
        .copied();
    found.ok_or_else(|| Malformed::new(format!("`{}` is none of them", shown(text))))
}

/// `on` or `off`.
pub fn on_off(text: &str) -> Result<bool, Malformed> {
    word(text, &["on", "off"]).map(|word| word == "on")
}

/// How much of a value messages repeat.
const SHOWN_MAX: usize = 60;

/// A value as messages show it: one line, not endless.
pub fn shown(text: &str) -> String {
    let short: String = text
        .chars()
        .take(SHOWN_MAX)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().count() > SHOWN_MAX {
        format!("{short}…")
    } else {
        short
    }
}
