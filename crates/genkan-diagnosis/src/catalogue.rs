//! The catalogue: what each code means, in English and Japanese.
//!
//! Data only. One entry per code; blocks of fifty numbers are themes, and each file holds one or a part
//! of one. Texts of an entry are for people; only `headline` is a template with `{name}` places. To add
//! a code: name it in `code.rs` and write its entry here, in number order, complete in both languages.
//! The tests beside this file say what is missing.

mod annotation_effects;
mod annotation_names;
mod api_objects;
mod authentication;
mod backend_answer;
mod catch_all_and_address;
mod classes_and_hosts;
mod client_address;
mod client_tls;
mod conflicts;
mod connection;
mod endpoints;
mod load_balancer;
mod migration;
mod patterns;
mod patterns_and_rewrites;
mod redirects;
mod request_paths;
mod rewritten_paths;
mod services;
mod sizes_and_headers;
#[cfg(test)]
mod tests;
mod who_answered;

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
    broken: &'static str,
    fixed: &'static str,
}

impl Example {
    /// What brings the finding about. Ends with a line break.
    pub fn broken(&self) -> &'static str {
        self.broken.trim_start_matches('\n')
    }

    /// The same piece, repaired. Ends with a line break.
    pub fn fixed(&self) -> &'static str {
        self.fixed.trim_start_matches('\n')
    }
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
    let last = |block: &[Entry]| block.last().map(|entry| entry.code);
    let block = BLOCKS.partition_point(|block| last(block) < Some(code));
    let block = BLOCKS.get(block)?;
    let at = block.binary_search_by_key(&code, |entry| entry.code).ok()?;
    block.get(at)
}

/// Entries in order of their codes: ascending within each block and from block to block.
const BLOCKS: &[&[Entry]] = &[
    patterns_and_rewrites::ENTRIES,
    patterns::ENTRIES,
    rewritten_paths::ENTRIES,
    request_paths::ENTRIES,
    redirects::ENTRIES,
    classes_and_hosts::ENTRIES,
    catch_all_and_address::ENTRIES,
    conflicts::ENTRIES,
    annotation_names::ENTRIES,
    annotation_effects::ENTRIES,
    api_objects::ENTRIES,
    services::ENTRIES,
    endpoints::ENTRIES,
    connection::ENTRIES,
    backend_answer::ENTRIES,
    client_tls::ENTRIES,
    client_address::ENTRIES,
    load_balancer::ENTRIES,
    sizes_and_headers::ENTRIES,
    authentication::ENTRIES,
    migration::ENTRIES,
    who_answered::ENTRIES,
];

/// Both halves begin with a line break in the source, for alignment.
const fn example(broken: &'static str, fixed: &'static str) -> Option<Example> {
    Some(Example { broken, fixed })
}
