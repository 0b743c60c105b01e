//! Why a document could not be read, and what to do about it.

use genkan_diagnosis::{Source, Span, Text};

use crate::extent::Extent;

/// A document that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// What is wrong.
    pub fault: Fault,
    /// Where reading stopped.
    pub span: Span,
    /// A second place that belongs to it, such as the first of two equal keys.
    pub related: Option<Span>,
}

impl LoadError {
    pub(crate) fn new(fault: LoadFault, source: &Source) -> Self {
        let LoadFault {
            fault,
            span,
            related,
        } = fault;
        let related = related.map(|related| related.span(source));
        Self {
            fault,
            span: span.span(source),
            related,
        }
    }

    /// What is wrong, in one sentence without a full stop.
    pub fn message(&self) -> String {
        self.fault.to_string()
    }

    /// What to do about it, as a sentence without a full stop.
    pub fn remedy(&self) -> &'static Text {
        self.fault.remedy()
    }
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {}; {}",
            self.span.location(),
            self.fault,
            self.remedy().en
        )
    }
}

impl std::error::Error for LoadError {}

/// A fault and its place, before the source is at hand.
#[derive(Debug)]
pub(crate) struct LoadFault {
    pub(crate) fault: Fault,
    pub(crate) span: Extent,
    pub(crate) related: Option<Extent>,
}

/// What can be wrong with the text of a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The YAML reader gave up for a reason not told apart here; its own words.
    #[error("this is not valid YAML: {0}")]
    Yaml(String),
    /// The JSON reader met something else.
    #[error("this is not valid JSON: expected {expected}")]
    Json {
        /// What should have been there.
        expected: &'static str,
    },
    /// A tab where YAML counts spaces.
    #[error("a tab is used for indentation")]
    Tab,
    /// A key deeper or less deep than its neighbours.
    #[error("this line is not indented as its neighbours are")]
    Indentation,
    /// `key: a: b`.
    #[error("a value that contains `: ` is not in quotes, or the line is indented too deep")]
    ValueInValue,
    /// A quote without its partner.
    #[error("a quote is opened here and never closed")]
    UnclosedQuote,
    /// `[` or `{` without its partner, or a comma missing.
    #[error("a `[` or `{{` is not closed, or a comma is missing")]
    UnclosedBracket,
    /// `*.example.com` or `*` without quotes, or an alias without an anchor.
    #[error("`*` without quotes begins a YAML alias, and no anchor has this name")]
    UnknownAlias,
    /// An alias inside of what it stands for.
    #[error("this alias stands for the text that contains it")]
    CircularAlias,
    /// `{{ … }}`: not rendered yet.
    #[error("this is a template that was not rendered")]
    Template,
    /// A merge key with something else than a mapping.
    #[error("`<<` must be given a mapping or a list of mappings")]
    Merge,
    /// The same key twice.
    #[error("the key `{key}` is given twice")]
    DuplicateKey {
        /// The key.
        key: Box<str>,
    },
    /// A list, a mapping or null as a key.
    #[error("a key must be text, a number or a boolean")]
    Key,
    /// `.nan`, `.inf`, or a number too large.
    #[error("Kubernetes has no such number")]
    NotANumber,
    /// `!!int abc` and the like.
    #[error("this value does not fit its tag `{tag}`")]
    Tag {
        /// The tag, as `!!int`.
        tag: Box<str>,
    },
    /// A control character.
    #[error("the control character U+{0:04X} is not allowed")]
    ControlCharacter(u32),
    /// Not UTF-8.
    #[error("the bytes here are not UTF-8")]
    NotUtf8,
    /// UTF-16, as some editors on Windows write it.
    #[error("the file is written in UTF-16")]
    Utf16,
    /// Deeper than [`DEPTH_MAX`](crate::yaml::DEPTH_MAX).
    #[error(
        "the document is nested more than {} levels deep",
        crate::yaml::DEPTH_MAX
    )]
    TooDeep,
    /// More than [`NODES_MAX`](crate::yaml::NODES_MAX).
    #[error("the document has more than {} values", crate::yaml::NODES_MAX)]
    TooManyNodes,
    /// More than [`ALIAS_NODES_MAX`](crate::yaml::ALIAS_NODES_MAX).
    #[error("aliases expand to more than {} values", crate::yaml::ALIAS_NODES_MAX)]
    TooManyAliases,
    /// More than [`FILE_BYTES_MAX`](crate::files::FILE_BYTES_MAX).
    #[error("the file is larger than {} MiB", crate::files::FILE_BYTES_MAX >> 20)]
    TooLarge,
    /// Something else than a mapping where an object is expected.
    #[error("a Kubernetes object must be a mapping, this is {found}")]
    NotAMapping {
        /// Its type.
        found: &'static str,
    },
    /// Neither `apiVersion` nor `kind`, or one of them missing or no text.
    #[error("`{field}` is missing or no string, so this is no Kubernetes object")]
    NoKind {
        /// `apiVersion` or `kind`.
        field: &'static str,
    },
    /// The object has problems that leave nothing sensible to read.
    #[error("{0}")]
    Object(Box<str>),
}
