//! What would help: a patch for machines, edits for files, and whether it was tried.

use serde::Serialize;
use serde_json::Value;

use crate::code::Code;
use crate::object::ObjectRef;
use crate::phrase::{Arg, Message};
use crate::span::Span;

/// A change that would remove the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What to do, as a sentence.
    pub title: Message,
    /// Who may apply it.
    pub applicability: Applicability,
    /// The object to patch, when it is not the finding's.
    pub object: Option<ObjectRef>,
    /// RFC 6902 operations on the object.
    pub patch: Vec<PatchOperation>,
    /// The same change as edits of the source texts.
    pub edits: Vec<TextEdit>,
    /// Whether the change was tried.
    pub checked: Checked,
}

/// Who may apply a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// `genkan fix` may apply it.
    Safe,
    /// Probably right; a person decides.
    Review,
    /// Holds a value that only the owner knows.
    Placeholder,
}

/// One operation of a JSON Patch (RFC 6902 section 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum PatchOperation {
    /// Adds a field or inserts a list item.
    Add {
        /// JSON pointer.
        path: String,
        /// The new value.
        value: Value,
    },
    /// Removes a field or list item.
    Remove {
        /// JSON pointer.
        path: String,
    },
    /// Replaces a value.
    Replace {
        /// JSON pointer.
        path: String,
        /// The new value.
        value: Value,
    },
}

/// Replaces a piece of a source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What takes its place; empty to remove.
    pub replacement: String,
}

/// Whether a suggestion was replayed on the changed configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The finding is gone and nothing new appeared; the message says what was seen.
    Passed(Message),
    /// The finding stayed or others appeared.
    Failed {
        /// Codes that the change would bring in.
        introduces: Vec<Code>,
    },
    /// Was not replayed.
    NotChecked {
        /// Why not.
        reason: Message,
    },
}

impl Suggestion {
    /// A suggestion without a patch yet, not checked because only the owner knows the intent.
    pub fn new(title: impl Into<Message>, applicability: Applicability) -> Self {
        let reason = Message::from(&crate::words::NEEDS_YOUR_INTENT);
        Self {
            title: title.into(),
            applicability,
            object: None,
            patch: Vec::new(),
            edits: Vec::new(),
            checked: Checked::NotChecked { reason },
        }
    }

    /// Says which object to patch, when it is not the finding's.
    #[must_use]
    pub fn on(mut self, object: ObjectRef) -> Self {
        self.object = Some(object);
        self
    }

    /// Adds an operation that adds a field.
    #[must_use]
    pub fn add(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.patch.push(PatchOperation::Add {
            path: path.into(),
            value: value.into(),
        });
        self
    }

    /// Adds an operation that removes a field.
    #[must_use]
    pub fn remove(mut self, path: impl Into<String>) -> Self {
        self.patch
            .push(PatchOperation::Remove { path: path.into() });
        self
    }

    /// Adds an operation that replaces a value.
    #[must_use]
    pub fn replace(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.patch.push(PatchOperation::Replace {
            path: path.into(),
            value: value.into(),
        });
        self
    }

    /// Adds an edit of a source text.
    #[must_use]
    pub fn edit(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edits.push(TextEdit {
            span,
            replacement: replacement.into(),
        });
        self
    }

    /// Adds an edit that removes all lines the span touches, with their line break.
    #[must_use]
    pub fn remove_lines(self, span: &Span) -> Self {
        let source = &span.source;
        let start = source.offset(span.start.line, 1);
        // A span that ends before the first character of a line does not touch that line.
        let touches_last = span.end.col > 1 || span.end.line == span.start.line;
        let last = if touches_last {
            span.end.line
        } else {
            span.end.line - 1
        };
        let end = source.offset(last + 1, 1);
        let lines = source.span(start, end);
        self.edit(lines, "")
    }

    /// Says whether it was tried.
    #[must_use]
    pub fn checked(mut self, checked: Checked) -> Self {
        self.checked = checked;
        self
    }

    /// All its sentences.
    pub(crate) fn messages(&self) -> impl Iterator<Item = &Message> {
        let checked = match &self.checked {
            Checked::Passed(message) | Checked::NotChecked { reason: message } => Some(message),
            Checked::Failed { .. } => None,
        };
        std::iter::once(&self.title).chain(checked)
    }

    pub(crate) fn fill(&mut self, args: &[(&'static str, Arg)]) {
        self.title.fill(args);
        if let Checked::Passed(message) | Checked::NotChecked { reason: message } =
            &mut self.checked
        {
            message.fill(args);
        }
    }
}
