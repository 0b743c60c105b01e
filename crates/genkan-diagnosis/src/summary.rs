//! How many findings there are, and what the process exits with.

use serde::Serialize;

use crate::code::Severity;
use crate::finding::Finding;

/// Number of findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
    /// Notes.
    pub note: usize,
}

impl Summary {
    /// Counts.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut summary = Self::default();
        for finding in findings {
            match finding.severity() {
                Severity::Error => summary.error += 1,
                Severity::Warning => summary.warning += 1,
                Severity::Note => summary.note += 1,
            }
        }
        summary
    }

    /// Findings at or above a severity.
    pub fn at_least(self, severity: Severity) -> usize {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.error + self.warning,
            Severity::Note => self.error + self.warning + self.note,
        }
    }

    /// What a check exits with, `fail_on` being the level given on the command line.
    pub fn exit(self, fail_on: Severity) -> Exit {
        if self.at_least(fail_on) == 0 {
            Exit::Clean
        } else {
            Exit::Findings
        }
    }
}

/// Exit codes of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// No finding at or above the fail level; `explain` could explain.
    Clean,
    /// Findings at or above the fail level, or an expectation that does not hold.
    Findings,
    /// The command line is wrong.
    Usage,
    /// Input cannot be read, or is not YAML.
    Unreadable,
    /// The cluster cannot be reached, or does not permit it.
    ClusterUnreachable,
    /// The explanation is incomplete: cannot tell.
    Incomplete,
    /// A fault of Genkan's own.
    Internal,
}

impl Exit {
    /// The number. A crash is never 1, which means findings; 70 is `EX_SOFTWARE` of sysexits.h.
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Unreadable => 3,
            Self::ClusterUnreachable => 4,
            Self::Incomplete => 5,
            Self::Internal => 70,
        }
    }
}

/// Findings whose cause is not among the others: roots are shown, consequences counted.
///
/// Gives the roots in the order of the input, and how many findings were left out. A finding is left out
/// when a finding of one of its causes, on the same object or without an object, is in the input too.
pub fn roots<'a>(findings: &'a [Finding]) -> (Vec<&'a Finding>, usize) {
    let has_cause = |finding: &Finding| {
        findings.iter().any(|other| {
            let together = other.object() == finding.object() || other.object().is_none();
            together
                && other.code() != finding.code()
                && (finding.causes().contains(&other.code())
                    || other.consequences().contains(&finding.code()))
        })
    };
    let roots: Vec<&'a Finding> = findings
        .iter()
        .filter(|finding| !has_cause(finding))
        .collect();
    // Two that name each other as cause must not both vanish.
    if roots.is_empty() {
        return (findings.iter().collect(), 0);
    }
    let hidden = findings.len() - roots.len();
    (roots, hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, ObjectRef};

    fn on(code: Code, name: &str) -> Finding {
        Finding::new(code).on(ObjectRef::ingress("a", name))
    }

    #[test]
    fn the_fail_level_decides_the_exit() {
        let summary = Summary::of(&[on(Code::GK0004, "x"), on(Code::GK0107, "x")]);
        assert_eq!(
            summary,
            Summary {
                error: 0,
                warning: 1,
                note: 1
            }
        );
        assert_eq!(summary.exit(Severity::Error).code(), 0);
        assert_eq!(summary.exit(Severity::Warning).code(), 1);
    }

    #[test]
    fn consequences_of_the_same_object_are_only_counted() {
        let findings = [
            on(Code::GK0002, "x").leads_to(Code::GK0003),
            on(Code::GK0003, "x"),
            on(Code::GK0003, "y"),
        ];
        let (shown, hidden) = roots(&findings);
        assert_eq!(shown, [&findings[0], &findings[2]]);
        assert_eq!(hidden, 1);
    }
}
