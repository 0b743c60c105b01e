//! What is new since an earlier run, by fingerprint.
//!
//! A baseline is a report in JSON of an earlier run. Findings are compared by fingerprint, and counted:
//! two equal ones then and three now are one introduced.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::Finding;
use crate::render::json::SCHEMA;

/// Fingerprints of an earlier run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Fingerprint to how often it occurred.
    counts: BTreeMap<String, usize>,
}

/// The text is not a report that this version can read. The user's file is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotABaseline {
    /// What is wrong with it.
    pub reason: String,
}

impl std::fmt::Display for NotABaseline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not a report in JSON ({SCHEMA}): {}", self.reason)
    }
}

impl std::error::Error for NotABaseline {}

/// Findings against a baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison<'a> {
    /// Not in the baseline, in the order of the input.
    pub introduced: Vec<&'a Finding>,
    /// In both.
    pub unchanged: Vec<&'a Finding>,
    /// Number of findings in the baseline that are gone.
    pub fixed: usize,
}

#[derive(Deserialize)]
struct Report {
    schema: String,
    findings: Vec<Fingerprint>,
}

#[derive(Deserialize)]
struct Fingerprint {
    fingerprint: String,
}

impl Baseline {
    /// Reads a report as `genkan lint --format json` writes it.
    pub fn parse(text: &str) -> Result<Self, NotABaseline> {
        let fault = |reason: String| NotABaseline { reason };
        let report: Report =
            serde_json::from_str(text).map_err(|error| fault(error.to_string()))?;
        if report.schema != SCHEMA {
            return Err(fault(format!("its schema is `{}`", report.schema)));
        }
        let mut counts = BTreeMap::new();
        for finding in report.findings {
            *counts.entry(finding.fingerprint).or_insert(0) += 1;
        }
        Ok(Self { counts })
    }

    /// Sorts findings into introduced and unchanged, and counts what is gone.
    pub fn compare<'a>(&self, findings: &'a [Finding]) -> Comparison<'a> {
        let mut left = self.counts.clone();
        let is_known = |finding: &&Finding| match left.get_mut(&finding.fingerprint()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        };
        let (unchanged, introduced) = findings.iter().partition(is_known);
        Comparison {
            introduced,
            unchanged,
            fixed: left.values().sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::json;
    use crate::{Code, ObjectRef, Style};

    fn on(code: Code, name: &str) -> Finding {
        Finding::new(code).on(ObjectRef::ingress("a", name))
    }

    #[test]
    fn equal_findings_are_counted() {
        let before = [
            on(Code::GK0002, "x"),
            on(Code::GK0002, "x"),
            on(Code::GK0100, "y"),
        ];
        let baseline = Baseline::parse(&json::report(&before, &Style::default())).unwrap();
        let now = vec![on(Code::GK0002, "x"); 3];
        let comparison = baseline.compare(&now);
        assert_eq!(comparison.introduced, [&now[2]]);
        assert_eq!((comparison.unchanged.len(), comparison.fixed), (2, 1));
    }

    #[test]
    fn other_texts_are_refused_with_a_reason() {
        assert!(Baseline::parse("findings: []").is_err());
        let error =
            Baseline::parse(r#"{"schema":"genkan.diagnosis/9","findings":[]}"#).unwrap_err();
        assert_eq!(error.reason, "its schema is `genkan.diagnosis/9`");
    }
}
