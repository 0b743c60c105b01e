//! The catalogue: what each code means, in English and Japanese.
//!
//! Data only. One entry per code, one file per block of fifty numbers, as the blocks are themes. Texts
//! of an entry are for people; templates with `{name}` places are only in `headline`. To add a code:
//! name it in `code.rs`, write its entry here, in number order, complete in both languages. The tests
//! beside this file say what is missing.

mod path_to_backend;

use crate::code::{Code, Phase, Severity};
use crate::phrase::Text;

/// What the catalogue says about one code.
#[derive(Debug)]
pub struct Entry {
    /// The code.
    pub code: Code,
    /// Name in PascalCase: reason of Kubernetes Events, rule name in SARIF.
    pub name: &'static str,
    /// Severity unless lowered.
    pub severity: Severity,
    /// Where it can show up.
    pub phase: Phase,
    /// What it is, without any particular object in mind.
    pub title: Text,
    /// Title of a finding, with `{name}` places; the plain title when there is none.
    pub headline: Option<Text>,
    /// What it means for the reader.
    pub meaning: Text,
    /// What to do.
    pub remedy: Text,
    /// How it is noticed.
    pub detection: Text,
    /// A broken piece of YAML and its repair.
    pub example: Option<Example>,
}

/// A broken piece of configuration and its repair; the same in every language.
#[derive(Debug)]
pub struct Example {
    /// What brings the finding about.
    pub broken: &'static str,
    /// The same piece, repaired.
    pub fixed: &'static str,
}

impl Entry {
    /// The title template of a finding.
    pub fn headline(&'static self) -> &'static Text {
        self.headline.as_ref().unwrap_or(&self.title)
    }
}

/// All entries in order of their codes.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    BLOCKS.iter().copied().flatten()
}

/// The entry of a code.
pub fn find(code: Code) -> Option<&'static Entry> {
    entries().find(|entry| entry.code == code)
}

const BLOCKS: &[&[Entry]] = &[path_to_backend::ENTRIES];
