//! Codes, findings, traces, and how they are shown.
//!
//! The kernel of Genkan's diagnosis: a catalogue of codes as data (in English and Japanese), places in
//! manifests with their exact spans, findings about objects, traces of requests, and the ways to show
//! them (terminal, plain text, JSON, SARIF). Nothing here reads a file, a clock or the network, decides
//! where a request goes, or knows Kubernetes types: others compute facts, this crate says them.
//!
//! ```
//! use genkan_diagnosis::{Code, Finding, Language, Source, words};
//!
//! let source = Source::file("ingress.yaml", "rewrite-target: /\n");
//! let finding = Finding::new(Code::GK0002)
//!     .arg("sees", "/")
//!     .at(source.span(16, 17), &words::ALWAYS_BECOMES);
//! assert!(finding.title(Language::English).contains("`/`"));
//! ```

mod baseline;
pub mod catalogue;
mod code;
mod finding;
mod maker;
mod object;
mod origin;
mod phrase;
pub mod proxy_status;
pub mod render;
mod span;
mod summary;
pub mod trace;

pub use baseline::{Baseline, Comparison, NotABaseline};
pub use code::{Code, Confidence, Phase, Severity, UnknownCode};
pub use finding::{
    Applicability, Checked, Finding, Label, PatchOperation, SetBy, SetByTool, Suggestion, TextEdit,
    Tried,
};
pub use maker::Maker;
pub use object::{ObjectRef, escape_pointer};
pub use origin::{Origin, OriginBuilder};
pub use phrase::{Arg, Language, Message, Text, words};
pub use render::Style;
pub use span::{Position, Source, SourceKind, Span};
pub use summary::{Exit, Summary, roots};
pub use trace::Trace;
