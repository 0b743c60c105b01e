//! Differences that are meant: `differences.toml`.

use std::fs;
use std::path::Path;

use crate::compare::Mismatch;

/// One entry.
#[derive(Debug, Default)]
pub(crate) struct Excuse {
    /// Pattern of full ids; `*` is any text.
    pub(crate) cases: String,
    /// Parts that differ; a part covers all below it.
    pub(crate) differs: Vec<String>,
    /// `fault`, `security` or `documented`.
    pub(crate) reason: String,
    /// In words.
    pub(crate) why: String,
    /// The code of the finding that Genkan gives for the object; empty where there is no object to blame.
    pub(crate) finding: String,
}

impl Excuse {
    /// Whether it is about this case.
    pub(crate) fn concerns(&self, id: &str) -> bool {
        matches(&self.cases, id)
    }

    /// Whether it covers a difference.
    pub(crate) fn covers(&self, mismatch: &Mismatch) -> bool {
        self.differs.iter().any(|part| {
            let rest = mismatch.part.strip_prefix(part.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| matches(rest, &text[at..]))
        }),
    }
}

/// Reads the file: `[[difference]]` and lines of `key = "text"` or `key = ["text", …]`, which is all of
/// TOML that it uses.
pub(crate) fn load(path: &Path) -> Vec<Excuse> {
    let text = fs::read_to_string(path).expect("differences.toml can be read");
    let mut excuses: Vec<Excuse> = Vec::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
    {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[[difference]]" {
            excuses.push(Excuse::default());
            continue;
        }
        let excuse = excuses
            .last_mut()
            .unwrap_or_else(|| panic!("line {number}: no entry yet"));
        let (key, value) = line
            .split_once(" = ")
            .unwrap_or_else(|| panic!("line {number}: no `key = value`"));
        let texts = texts(value).unwrap_or_else(|| panic!("line {number}: no text in quotes"));
        let one = || texts.first().cloned().unwrap_or_default();
        match key {
            "cases" => excuse.cases = one(),
            "differs" => excuse.differs = texts,
            "reason" => excuse.reason = one(),
            "why" => excuse.why = one(),
            "finding" => excuse.finding = one(),
            _ => panic!("line {number}: unknown key `{key}`"),
        }
    }
    for excuse in &excuses {
        let known = matches!(&*excuse.reason, "fault" | "security" | "documented");
        assert!(
            known,
            "{}: the reason is none of those allowed",
            excuse.cases
        );
        let whole =
            !excuse.cases.is_empty() && !excuse.differs.is_empty() && !excuse.why.is_empty();
        assert!(
            whole,
            "{}: an entry needs cases, differs, reason and why",
            excuse.cases
        );
    }
    excuses
}

fn texts(value: &str) -> Option<Vec<String>> {
    let inner = value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(value);
    let parts = inner
        .split("\", \"")
        .map(|part| part.trim_matches('"').to_owned());
    (inner.starts_with('"') && inner.ends_with('"')).then(|| parts.collect())
}
