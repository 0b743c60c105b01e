//! One diagnosis about objects or a request: what is wrong, where, what was tried, what would help.
//!
//! A finding holds a code, values, and places; all its sentences are templates of the catalogue, so it
//! can be shown in either language. It is built tersely where the problem is noticed and never changed
//! afterwards.

mod evidence;
mod fingerprint;
mod suggestion;

pub use evidence::{SetBy, SetByTool, Tried};
pub use suggestion::{Applicability, Checked, PatchOperation, Suggestion, TextEdit};

use crate::code::{Code, Confidence, Severity};
use crate::object::ObjectRef;
use crate::phrase::{Arg, Language, Message};
use crate::span::Span;

/// One diagnosis.
///
/// Values given with [`Finding::arg`] serve the title and every label, note and suggestion that has a
/// place of the same name and no value of its own. Give them before the labels; a name given again has
/// its new value from there on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    code: Code,
    severity: Severity,
    confidence: Confidence,
    title: Message,
    args: Vec<(&'static str, Arg)>,
    object: Option<ObjectRef>,
    pointer: Option<String>,
    value: Option<String>,
    primary: Option<Label>,
    related: Vec<Label>,
    tried: Vec<Tried>,
    notes: Vec<Message>,
    set_by: Option<SetBy>,
    suggestions: Vec<Suggestion>,
    causes: Vec<Code>,
    consequences: Vec<Code>,
}

/// A marked piece of a source with a sentence beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The marked text.
    pub span: Span,
    /// What it is or does.
    pub text: Message,
    /// JSON pointer of the field within its object, when known.
    pub pointer: Option<String>,
    /// The object that the text belongs to, when it is not the finding's.
    pub object: Option<ObjectRef>,
}

/// Building. Each method takes the finding and gives it back.
impl Finding {
    /// A finding of this code, with the catalogue's severity and certain confidence.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let entry = code.entry();
        Self {
            code,
            severity: entry.severity,
            confidence: Confidence::Certain,
            title: entry.headline().into(),
            args: Vec::new(),
            object: None,
            pointer: None,
            value: None,
            primary: None,
            related: Vec::new(),
            tried: Vec::new(),
            notes: Vec::new(),
            set_by: None,
            suggestions: Vec::new(),
            causes: Vec::new(),
            consequences: Vec::new(),
        }
    }

    /// A value for the places of this name in the title and in the labels, notes and suggestions that
    /// are added afterwards.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self.title.fill(&self.args);
        self
    }

    /// Replaces the severity, as where a code is only a note for `Exact` paths.
    #[must_use]
    pub fn severity_is(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Replaces the confidence.
    #[must_use]
    pub fn confidence_is(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// The object that has the problem.
    #[must_use]
    pub fn on(mut self, object: ObjectRef) -> Self {
        self.object = Some(object);
        self
    }

    /// The field that has the problem, as a JSON pointer; part of the fingerprint.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// The field's value for the fingerprint, where it is not the text at the primary place.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// The primary place and what is said there. Several calls: the last counts.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<Message>) -> Self {
        self.primary = Some(self.label(span, text.into()));
        self
    }

    /// A further place that helps to understand, in this or another object.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<Message>) -> Self {
        let label = self.label(span, text.into());
        self.related.push(label);
        self
    }

    /// As [`Finding::also`], saying which field of which object it is.
    #[must_use]
    pub fn also_on(
        mut self,
        object: ObjectRef,
        pointer: impl Into<String>,
        span: Span,
        text: impl Into<Message>,
    ) -> Self {
        let label = self.label(span, text.into());
        let (pointer, object) = (Some(pointer.into()), Some(object));
        self.related.push(Label {
            pointer,
            object,
            ..label
        });
        self
    }

    /// A row of the table of requests that were tried.
    #[must_use]
    pub fn tried(mut self, mut tried: Tried) -> Self {
        if let Some(note) = &mut tried.note {
            note.fill(&self.args);
        }
        self.tried.push(tried);
        self
    }

    /// A sentence without a place.
    #[must_use]
    pub fn note(mut self, text: impl Into<Message>) -> Self {
        let note = self.filled(text.into());
        self.notes.push(note);
        self
    }

    /// Who wrote the field.
    #[must_use]
    pub fn set_by(mut self, set_by: SetBy) -> Self {
        self.set_by = Some(set_by);
        self
    }

    /// Something that would help.
    #[must_use]
    pub fn suggest(mut self, mut suggestion: Suggestion) -> Self {
        suggestion.fill(&self.args);
        self.suggestions.push(suggestion);
        self
    }

    /// Replaces all suggestions, as when they were tried.
    #[must_use]
    pub fn with_suggestions(mut self, suggestions: impl IntoIterator<Item = Suggestion>) -> Self {
        self.suggestions = suggestions.into_iter().collect();
        self
    }

    /// A code whose finding is the root of this one.
    #[must_use]
    pub fn caused_by(mut self, code: Code) -> Self {
        self.causes.push(code);
        self
    }

    /// A code that this finding brings about.
    #[must_use]
    pub fn leads_to(mut self, code: Code) -> Self {
        self.consequences.push(code);
        self
    }

    fn label(&self, span: Span, text: Message) -> Label {
        Label {
            span,
            text: self.filled(text),
            pointer: None,
            object: None,
        }
    }

    fn filled(&self, mut message: Message) -> Message {
        message.fill(&self.args);
        message
    }
}

/// Reading.
impl Finding {
    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// How sure it is.
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// The title, its places filled.
    pub fn title(&self, language: Language) -> String {
        self.title.show(language)
    }

    /// The object that has the problem.
    pub fn object(&self) -> Option<&ObjectRef> {
        self.object.as_ref()
    }

    /// The field that has the problem, as a JSON pointer.
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// The primary place.
    pub fn primary(&self) -> Option<&Label> {
        self.primary.as_ref()
    }

    /// Further places.
    pub fn related(&self) -> &[Label] {
        &self.related
    }

    /// Requests that were tried.
    pub fn tried_requests(&self) -> &[Tried] {
        &self.tried
    }

    /// Sentences without a place.
    pub fn notes(&self) -> &[Message] {
        &self.notes
    }

    /// Who wrote the field.
    pub fn written_by(&self) -> Option<&SetBy> {
        self.set_by.as_ref()
    }

    /// What would help.
    pub fn suggestions(&self) -> &[Suggestion] {
        &self.suggestions
    }

    /// Codes this one follows from.
    pub fn causes(&self) -> &[Code] {
        &self.causes
    }

    /// Codes that follow from this one.
    pub fn consequences(&self) -> &[Code] {
        &self.consequences
    }

    /// Identity across runs and reformatting: code, object, field and normalised value, without lines
    /// or file names. 16 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        fingerprint::of(self)
    }

    /// Places of templates that were left without a value; empty for a well-made finding.
    pub fn unfilled(&self) -> Vec<&'static str> {
        let labels = self
            .primary
            .iter()
            .chain(&self.related)
            .map(|label| &label.text);
        let tried = self.tried.iter().filter_map(|tried| tried.note.as_ref());
        let suggestions = self.suggestions.iter().flat_map(Suggestion::messages);
        std::iter::once(&self.title)
            .chain(labels)
            .chain(tried)
            .chain(&self.notes)
            .chain(suggestions)
            .flat_map(Message::unfilled)
            .collect()
    }

    /// The order in which findings are shown: by place, then code, then object and field.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let place = |finding: &Self| finding.primary.as_ref().map(|label| label.span.clone());
        place(self)
            .cmp(&place(other))
            .then_with(|| self.code.cmp(&other.code))
            .then_with(|| self.object.cmp(&other.object))
            .then_with(|| self.pointer.cmp(&other.pointer))
            .then_with(|| self.fingerprint().cmp(&other.fingerprint()))
    }
}
