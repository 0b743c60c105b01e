//! Ways to show findings, traces and codes.
//!
//! Everything that comes from manifests, requests or the cluster is made visible before it is shown:
//! control and direction characters are escaped, so that a manifest cannot write to the reader's
//! terminal.

pub mod json;
pub mod page;
pub mod sarif;
pub mod text;

mod diff;
mod labels;
mod paint;
mod plain;
mod snippet;
#[cfg(test)]
mod tests;
mod trace_text;
mod visible;

use crate::phrase::Language;

/// Width assumed when the terminal's is not known.
pub const WIDTH_DEFAULT: usize = 140;

/// How a text is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Language of all sentences.
    pub language: Language,
    /// ANSI colours. The caller switches them off for `NO_COLOR`, pipes and `TERM=dumb`.
    pub color: bool,
    /// Sentences instead of drawings (`--format plain`), for screen readers and logs.
    pub plain: bool,
    /// Columns of the terminal; source lines beyond it are cut around what is marked.
    pub width: usize,
}

impl Default for Style {
    /// English, without colour, drawn, [`WIDTH_DEFAULT`] columns.
    fn default() -> Self {
        Self {
            language: Language::English,
            color: false,
            plain: false,
            width: WIDTH_DEFAULT,
        }
    }
}

impl Style {
    /// The default style in another language.
    pub fn in_language(language: Language) -> Self {
        Self {
            language,
            ..Self::default()
        }
    }
}
