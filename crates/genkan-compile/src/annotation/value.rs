//! How values are read: the types and character sets of ingress-nginx's annotations and ConfigMap keys.
//!
//! Booleans are Go's `ParseBool`, integers Go's `Atoi`, sizes nginx's. Character sets are those that
//! ingress-nginx validates with; carriage return and line feed are in none of them.

use std::fmt;

use genkan_diagnosis::{Language, Message, Text};

use super::words;

/// A value that does not have the expected form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, as a clause.
    pub why: Message,
    /// Offset in characters of the first offending one, where one can be named.
    pub at: Option<usize>,
}

impl Malformed {
    /// A complaint about the value as a whole.
    pub fn new(why: impl Into<Message>) -> Self {
        Self {
            why: why.into(),
            at: None,
        }
    }

    /// A complaint that repeats the value in its `{value}`.
    pub(crate) fn of(text: &'static Text, value: &str) -> Self {
        Self::new(text.arg("value", shown(value)))
    }

    /// A complaint about the first character that is not allowed.
    pub(crate) fn character(text: &str, allowed: impl Fn(char) -> bool) -> Result<(), Self> {
        let Some((at, bad)) = text
            .chars()
            .enumerate()
            .find(|(_, character)| !allowed(*character))
        else {
            return Ok(());
        };
        let why = words::NOT_ALLOWED.arg("character", bad.escape_default().to_string());
        Err(Self { why, at: Some(at) })
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why.show(Language::English))
    }
}

impl std::error::Error for Malformed {}

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
        expected: &'static Text,
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
    pub fn expected(&self) -> Message {
        match self {
            Self::Flag => (&words::FLAG).into(),
            Self::Integer => (&words::INTEGER).into(),
            Self::Seconds => (&words::SECONDS).into(),
            Self::Count => (&words::COUNT).into(),
            Self::Size => (&words::SIZE).into(),
            Self::Word(options) | Self::AnyCase(options) => {
                let options: Vec<_> = options.iter().map(|word| format!("`{word}`")).collect();
                words::ONE_OF.arg("words", options.join(", "))
            }
            Self::Text(charset) => charset.expected().into(),
            Self::Checked { expected, .. } => (*expected).into(),
            Self::Anything => (&words::ANY_TEXT).into(),
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
    fn expected(self) -> &'static Text {
        match self {
            Self::Basic => &words::BASIC,
            Self::Extended => &words::EXTENDED,
            Self::Spaced => &words::SPACED,
            Self::Url => &words::URL,
            Self::UrlVariable => &words::URL_VARIABLE,
            Self::Regex => &words::REGEX,
            Self::NginxVariable => &words::NGINX_VARIABLE,
            Self::HeaderList => &words::HEADER_LIST,
            Self::CapturePath => &words::CAPTURE_PATH,
            Self::Name => &words::NAME,
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
        Malformed::character(text, allowed)
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
        _ => Err(Malformed::of(&words::NOT_A_FLAG, text)),
    }
}

/// Go's `strconv.Atoi`: an optional sign and decimal digits.
pub fn integer(text: &str) -> Result<i64, Malformed> {
    text.parse().map_err(|_| {
        let unit = text.trim_start_matches(|character: char| character.is_ascii_digit());
        let number = text.len() - unit.len();
        if number > 0 && !unit.is_empty() && unit.chars().all(char::is_alphabetic) {
            let why = words::NO_UNIT.arg("unit", shown(unit));
            return Malformed {
                why,
                at: Some(number),
            };
        }
        Malformed::of(&words::NOT_A_NUMBER, text)
    })
}

/// An integer that is not negative and fits 32 bits.
pub fn count(text: &str) -> Result<u32, Malformed> {
    let number = integer(text)?;
    u32::try_from(number).map_err(|_| {
        Malformed::of(
            if number < 0 {
                &words::NEGATIVE
            } else {
                &words::TOO_LARGE
            },
            text,
        )
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
            let why = words::NOT_A_UNIT.arg("value", shown(unit));
            return Err(Malformed {
                why,
                at: Some(digits.chars().count()),
            });
        }
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain
        .then(|| digits.parse::<u64>().ok()?.checked_mul(1 << shift))
        .flatten()
        .filter(|bytes| i64::try_from(*bytes).is_ok())
        .ok_or_else(|| Malformed::of(&words::NOT_A_SIZE, text))
}

/// One of `words`, exactly; spaces around it do not count.
pub fn word<'w>(text: &str, options: &[&'w str]) -> Result<&'w str, Malformed> {
    let found = options.iter().find(|word| **word == text.trim()).copied();
    found.ok_or_else(|| Malformed::of(&words::NONE_OF_THEM, text))
}

/// One of `words` in any case.
pub fn any_case<'w>(text: &str, options: &[&'w str]) -> Result<&'w str, Malformed> {
    let found = options
        .iter()
        .find(|word| word.eq_ignore_ascii_case(text.trim()))
        .copied();
    found.ok_or_else(|| Malformed::of(&words::NONE_OF_THEM, text))
}

/// `on` or `off`.
pub fn on_off(text: &str) -> Result<bool, Malformed> {
    word(text, &["on", "off"]).map(|word| word == "on")
}

/// nginx's times: numbers with a unit (`ms`, `s`, `m`, `h`, `d`, `w`, `M`, `y`), or seconds without one.
pub fn duration(text: &str) -> Result<std::time::Duration, Malformed> {
    let wrong = || Malformed::of(&words::NOT_A_DURATION, text);
    let mut rest = text.trim();
    let mut milliseconds = 0u64;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|character: char| character.is_ascii_digit());
        let number: u64 = rest[..rest.len() - unit.len()]
            .parse()
            .map_err(|_| wrong())?;
        let end = unit
            .find(|character: char| !character.is_ascii_alphabetic())
            .unwrap_or(unit.len());
        let each = match &unit[..end] {
            "ms" => 1,
            "" | "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 7 * 86_400_000,
            "M" => 30 * 86_400_000,
            "y" => 365 * 86_400_000,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(each).ok_or_else(wrong)?;
        milliseconds = milliseconds.checked_add(part).ok_or_else(wrong)?;
        rest = unit[end..].trim_start();
    }
    let given = !text.trim().is_empty();
    given
        .then(|| std::time::Duration::from_millis(milliseconds))
        .ok_or_else(wrong)
}

/// The elements between commas, trimmed, without empty ones.
pub fn list(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
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
