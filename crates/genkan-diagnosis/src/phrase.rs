//! Texts in two languages, and messages made from them.
//!
//! A [`Text`] is a template with `{name}` places, written once in English and once in Japanese. A
//! [`Message`] is a template with values. Findings keep messages, never finished sentences, so that the
//! reader's language is chosen when they are shown.

pub mod words;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The languages every text exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// `en`.
    #[default]
    #[serde(rename = "en")]
    English,
    /// `ja`.
    #[serde(rename = "ja")]
    Japanese,
}

impl Language {
    /// Reads `en`, `ja`, or a locale such as `ja_JP.UTF-8`; `None` for other languages.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.split(['_', '-', '.', '@']).next()? {
            "en" | "C" | "POSIX" => Some(Self::English),
            "ja" => Some(Self::Japanese),
            _ => None,
        }
    }
}

/// One text in both languages.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Japanese.
    pub ja: &'static str,
}

impl Text {
    /// The text in one language, its places unfilled.
    pub fn get(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Japanese => self.ja,
        }
    }

    /// Starts a message from this template.
    pub fn arg(&'static self, name: &'static str, value: impl Into<Arg>) -> Message {
        Message::from(self).arg(name, value)
    }
}

/// A value for a place in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// Text that is the same in every language: a name, a path, a number.
    Text(String),
    /// A count, written as a word up to twelve in English.
    Count(usize),
    /// A text that itself has two languages.
    Message(Box<Message>),
}

impl Arg {
    /// The value as it is shown.
    pub fn show(&self, language: Language) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Count(count) => show_count(*count, language),
            Self::Message(message) => Cow::Owned(message.show(language)),
        }
    }
}

fn show_count(count: usize, language: Language) -> Cow<'static, str> {
    const NUMBERS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    match (language, NUMBERS.get(count)) {
        (Language::English, Some(word)) => Cow::Borrowed(word),
        _ => Cow::Owned(count.to_string()),
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl From<$type> for Arg {
            fn from(value: $type) -> Self {
                Self::Text(value.to_string())
            }
        }
    )*};
}
texts!(
    &str,
    &String,
    Cow<'_, str>,
    char,
    u8,
    u16,
    u32,
    u64,
    usize,
    i64,
    crate::Code
);
texts!(&crate::ObjectRef, crate::ObjectRef);

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Message> for Arg {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

impl From<&'static Text> for Arg {
    fn from(text: &'static Text) -> Self {
        Message::from(text).into()
    }
}

/// A template with values for its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    text: &'static Text,
    args: Vec<(&'static str, Arg)>,
}

impl From<&'static Text> for Message {
    fn from(text: &'static Text) -> Self {
        Self {
            text,
            args: Vec::new(),
        }
    }
}

impl Message {
    /// Gives a place its value. A name that the template does not have is harmless: a sentence must
    /// never bring the process down.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// The template.
    pub fn template(&self) -> &'static Text {
        self.text
    }

    /// Adds values, from a surrounding finding, for places that have none yet; the latest value of a
    /// name counts.
    pub(crate) fn fill(&mut self, args: &[(&'static str, Arg)]) {
        for place in places(self.text.en) {
            if self.args.iter().any(|(name, _)| *name == place) {
                continue;
            }
            if let Some((name, value)) = args.iter().rev().find(|(name, _)| *name == place) {
                self.args.push((name, value.clone()));
            }
        }
    }

    /// Places that have no value.
    pub(crate) fn unfilled(&self) -> impl Iterator<Item = &'static str> {
        places(self.text.en).filter(|place| !self.args.iter().any(|(name, _)| name == place))
    }

    /// The message in one language. A place without a value stays visible as `{name}`.
    pub fn show(&self, language: Language) -> String {
        let mut shown = String::new();
        for piece in pieces(self.text.get(language)) {
            match piece {
                Piece::Literal(text) => shown.push_str(text),
                Piece::Place(place) => match self.args.iter().find(|(name, _)| *name == place) {
                    Some((_, value)) => shown.push_str(&value.show(language)),
                    None => {
                        shown.extend(["{", place, "}"]);
                    }
                },
            }
        }
        shown
    }
}

/// The named places of a template, in order.
pub(crate) fn places(template: &'static str) -> impl Iterator<Item = &'static str> {
    pieces(template).filter_map(|piece| match piece {
        Piece::Place(name) => Some(name),
        Piece::Literal(_) => None,
    })
}

enum Piece {
    Literal(&'static str),
    Place(&'static str),
}

fn pieces(template: &'static str) -> impl Iterator<Item = Piece> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            rest = after;
            return Some(Piece::Place(name));
        }
        // From 1: a `{` that is never closed is literal text.
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '{')
            .map_or(rest.len(), |(at, _)| at);
        let (literal, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Literal(literal))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    static SEES: Text = Text {
        en: "{who} sees `{path}`",
        ja: "`{path}` が {who} に届きます",
    };

    #[test]
    fn places_are_filled_in_either_order() {
        let message = SEES.arg("path", "/").arg("who", "web");
        assert_eq!(message.show(Language::English), "web sees `/`");
        assert_eq!(message.show(Language::Japanese), "`/` が web に届きます");
    }

    #[test]
    fn values_are_not_templates() {
        let message = SEES.arg("path", "/{who}").arg("who", "{path}");
        assert_eq!(message.show(Language::English), "{path} sees `/{who}`");
    }

    #[test]
    fn a_place_without_value_stays_visible() {
        assert_eq!(
            SEES.arg("path", "/").show(Language::English),
            "{who} sees `/`"
        );
    }

    #[test]
    fn counts_are_words_in_english_only() {
        assert_eq!(Arg::Count(3).show(Language::English), "three");
        assert_eq!(Arg::Count(13).show(Language::English), "13");
        assert_eq!(Arg::Count(3).show(Language::Japanese), "3");
    }

    #[test]
    fn locales_name_languages() {
        assert_eq!(Language::parse("ja_JP.UTF-8"), Some(Language::Japanese));
        assert_eq!(Language::parse("en-GB"), Some(Language::English));
        assert_eq!(Language::parse("de_DE"), None);
    }
}
