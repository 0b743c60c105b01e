//! What reading annotations and ConfigMap keys found out that a person must hear about.
//!
//! A [`Remark`] is typed, so that tests and the compiler can act on it; [`Remark::finding`] puts it into
//! words. Whoever has the object puts the finding at its place.

use genkan_diagnosis::{
    Applicability, Code, Finding, Message, PatchOperation, Suggestion, Text, escape_pointer,
    words as say,
};

use super::{
    entry::Risk,
    value::{Malformed, shown},
    words,
};

/// Something to say about one annotation or ConfigMap key.
#[derive(Clone, Debug)]
pub struct Remark {
    /// The key as written, prefix included.
    pub key: String,
    /// The value as written.
    pub value: String,
    /// What is the matter.
    pub problem: Problem,
    /// What happens because of it.
    pub fate: Fate,
}

/// What happens because of a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The setting has its default; the route is served.
    Default,
    /// The route (or every route that a ConfigMap key protects) answers 503 to everybody.
    Closed,
    /// The whole object takes no part.
    Refused,
}

/// What is the matter.
#[derive(Clone, Debug)]
pub enum Problem {
    /// A known name under a prefix that is not read.
    ForeignPrefix {
        /// The key that would be read.
        right: String,
    },
    /// No annotation has this name.
    Unknown {
        /// The name that was probably meant.
        nearest: Option<&'static str>,
    },
    /// No ConfigMap key has this name.
    UnknownKey {
        /// The name that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The value cannot be read.
    BadValue {
        /// The expected form.
        expected: Message,
        /// What is wrong.
        wrong: Malformed,
    },
    /// The value is not a string in the manifest.
    NotText,
    /// The annotation belongs on another kind of object.
    WrongKind {
        /// The kind that it was found on.
        found: String,
        /// The kind that has it.
        right: &'static str,
    },
    /// A name that was removed.
    Removed {
        /// What to use instead, or why there is nothing.
        instead: &'static Text,
    },
    /// Raw nginx configuration is not run.
    Snippet {
        /// The directive in it that controls access, when there is one.
        access_control: Option<String>,
    },
    /// Known, without effect here.
    NoEffect {
        /// Why.
        reason: &'static Text,
    },
    /// A known ConfigMap key without effect here.
    KeyWithoutEffect {
        /// Why.
        reason: &'static Text,
    },
    /// Without one of these it has no effect.
    MissingPartner {
        /// Names without prefix.
        needs: &'static [&'static str],
    },
    /// Riskier than the operator allows.
    TooRisky {
        /// Its risk.
        risk: Risk,
        /// The highest that is accepted.
        allowed: Risk,
    },
    /// It contains a word that the operator forbids.
    ForbiddenWord {
        /// The word.
        word: String,
    },
}

impl Remark {
    /// The code of the catalogue.
    pub fn code(&self) -> &'static str {
        self.row().0
    }

    fn row(&self) -> (&'static str, Code) {
        match self.problem {
            Problem::ForeignPrefix { .. } => ("GK0200", Code::GK0200),
            Problem::Unknown { .. } => ("GK0201", Code::GK0201),
            Problem::BadValue { .. } => ("GK0202", Code::GK0202),
            Problem::NotText => ("GK0203", Code::GK0203),
            Problem::WrongKind { .. } => ("GK0204", Code::GK0204),
            Problem::Removed { .. } => ("GK0205", Code::GK0205),
            Problem::Snippet { .. } => ("GK0206", Code::GK0206),
            Problem::NoEffect { .. } => ("GK0207", Code::GK0207),
            Problem::MissingPartner { .. } => ("GK0208", Code::GK0208),
            Problem::UnknownKey { .. } | Problem::KeyWithoutEffect { .. } => {
                ("GK0212", Code::GK0212)
            }
            Problem::TooRisky { .. } | Problem::ForbiddenWord { .. } => ("GK0255", Code::GK0255),
        }
    }

    /// Whether the value is at fault rather than the key.
    pub fn is_about_value(&self) -> bool {
        matches!(
            self.problem,
            Problem::BadValue { .. } | Problem::NotText | Problem::ForbiddenWord { .. }
        )
    }

    /// What to write beside the marked key or value.
    pub fn label(&self) -> Message {
        match &self.problem {
            Problem::ForeignPrefix { .. } => (&say::NOT_READ_HERE).into(),
            Problem::Unknown {
                nearest: Some(name),
            }
            | Problem::UnknownKey {
                nearest: Some(name),
            } => say::DID_YOU_MEAN.arg("name", *name),
            Problem::Unknown { nearest: None } | Problem::UnknownKey { nearest: None } => {
                (&say::UNKNOWN_NAME).into()
            }
            Problem::BadValue { wrong, .. } => wrong.why.clone(),
            Problem::NotText => (&say::THIS_VALUE).into(),
            Problem::WrongKind { found, .. } => {
                say::WRONG_KIND_OF_OBJECT.arg("kind", found.as_str())
            }
            Problem::Removed { instead } => (*instead).into(),
            Problem::Snippet { .. } => (&say::NO_EFFECT).into(),
            Problem::NoEffect { reason } | Problem::KeyWithoutEffect { reason } => {
                say::NO_EFFECT_BECAUSE.arg("reason", *reason)
            }
            Problem::MissingPartner { needs } => say::NEEDS_PARTNER.arg("partner", one_of(needs)),
            Problem::TooRisky { risk, allowed } => words::TOO_RISKY
                .arg("risk", risk.as_str())
                .arg("allowed", allowed.as_str()),
            Problem::ForbiddenWord { word } => words::FORBIDDEN_WORD.arg("word", shown(word)),
        }
    }

    /// The finding, without object and place. `pointer` is that of the map which holds the key, such as
    /// `/metadata/annotations`.
    pub fn finding(&self, pointer: &str) -> Finding {
        let finding = Finding::new(self.row().1)
            .arg("annotation", self.key.as_str())
            .arg("key", self.key.as_str());
        let finding = self.fill(finding);
        let finding = match self.fate {
            Fate::Closed if self.is_beside_protection() => {
                finding.note(&words::CLOSED_BESIDE_PROTECTION)
            }
            Fate::Closed => finding.note(&say::ROUTE_CLOSED),
            Fate::Refused if self.is_about_value() => finding.note(&words::OBJECT_REFUSED),
            Fate::Default if matches!(self.problem, Problem::BadValue { .. }) => {
                finding.note(&say::DEFAULT_HOLDS)
            }
            Fate::Default | Fate::Refused => finding,
        };
        match self.suggestion(pointer) {
            Some(suggestion) => finding.suggest(suggestion),
            None => finding,
        }
    }

    /// Whether the annotation itself protects nothing, so that another one must be why it closes.
    fn is_beside_protection(&self) -> bool {
        let name = self.key.rsplit('/').next().unwrap_or_default();
        matches!(self.problem, Problem::BadValue { .. })
            && super::find(name).is_some_and(|entry| !entry.security)
    }

    fn fill(&self, finding: Finding) -> Finding {
        match &self.problem {
            Problem::ForeignPrefix { right } => {
                let prefix = right.split_once('/').map_or("", |(prefix, _)| prefix);
                finding.arg("prefix", format!("{prefix}/"))
            }
            Problem::BadValue { expected, .. } => finding
                .arg("value", shown(&self.value))
                .arg("expected", expected.clone()),
            Problem::WrongKind { found, right } => finding
                .arg("kind", found.as_str())
                .note(say::MOVE_TO.arg("place", *right)),
            Problem::Removed { instead } => finding.arg("reason", *instead),
            Problem::Snippet {
                access_control: Some(directive),
            } => finding.note(words::CONTROLS_ACCESS.arg("directive", directive.as_str())),
            Problem::NoEffect { reason } | Problem::KeyWithoutEffect { reason } => {
                finding.arg("reason", *reason)
            }
            Problem::UnknownKey { .. } => finding.arg("reason", &words::NO_SUCH_KEY),
            Problem::MissingPartner { needs } => finding.arg("partner", one_of(needs)),
            Problem::TooRisky { .. } | Problem::ForbiddenWord { .. } => {
                finding.arg("object", "the Ingress")
            }
            Problem::Unknown { .. } | Problem::NotText | Problem::Snippet { .. } => finding,
        }
    }

    /// A patch, where what was meant is clear.
    fn suggestion(&self, pointer: &str) -> Option<Suggestion> {
        let name = match &self.problem {
            Problem::ForeignPrefix { right } => right.clone(),
            Problem::Unknown {
                nearest: Some(name),
            } => {
                let prefix = self.key.rsplit_once('/')?.0;
                format!("{prefix}/{name}")
            }
            Problem::UnknownKey {
                nearest: Some(name),
            } => (*name).to_owned(),
            Problem::NotText => {
                let path = format!("{pointer}/{}", escape_pointer(&self.key));
                let mut quote = Suggestion::new(&say::QUOTE_IT, Applicability::Safe);
                let value = self.value.clone().into();
                quote.patch.push(PatchOperation::Replace { path, value });
                return Some(quote);
            }
            _ => return None,
        };
        let mut rename = Suggestion::new(
            say::RENAME_TO.arg("name", name.as_str()),
            Applicability::Review,
        );
        let path = |key: &str| format!("{pointer}/{}", escape_pointer(key));
        rename.patch.push(PatchOperation::Remove {
            path: path(&self.key),
        });
        let value = self.value.clone().into();
        rename.patch.push(PatchOperation::Add {
            path: path(&name),
            value,
        });
        Some(rename)
    }
}

fn one_of(names: &[&str]) -> String {
    names.join("`/`")
}
