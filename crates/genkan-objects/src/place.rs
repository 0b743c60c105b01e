//! Where an object as a whole was written, and the way from its fields back to the text.

use std::sync::{Arc, OnceLock};

use genkan_diagnosis::{Origin, Source, Span};

use crate::extent::Extent;
use crate::stream;

/// Whom an object came from. Trust follows it: some annotations count only in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectSource {
    /// A file, or standard input.
    File,
    /// The Kubernetes API.
    Api,
}

/// The place of one object.
#[derive(Debug)]
pub struct Place {
    /// The text. Values of Secrets are masked in it, letter by letter, so that places stay right.
    pub source: Source,
    /// File or API.
    pub from: ObjectSource,
    /// The object's own bytes: the document, or the item of a `List`.
    pub span: Extent,
    /// The document that holds it.
    pub(crate) document: Extent,
    /// Pointer from the document to the object: empty, or `/items/3` within a `List`.
    pub item: Box<str>,
    /// The template that Helm made it from, when its output says so.
    pub template: Option<Arc<str>>,
    pub(crate) origin: OnceLock<Origin>,
}

impl Place {
    /// Line and column of a field's place.
    pub fn span(&self, extent: Extent) -> Span {
        extent.span(&self.source)
    }

    /// The place of the whole object.
    pub fn whole(&self) -> Span {
        self.span.span(&self.source)
    }

    /// The places of all fields by JSON pointer. Made by reading the document once more when first asked
    /// for, because most objects never are; where values are masked, made at once.
    pub fn origin(&self) -> &Origin {
        self.origin.get_or_init(|| {
            let root = stream::document(self.source.text(), self.document);
            match root.as_ref().and_then(|root| root.pointer(&self.item)) {
                Some(node) => node.origin(self.source.clone()),
                None => {
                    let mut builder = Origin::builder(self.source.clone());
                    builder.node("", None, self.span.range());
                    builder.finish()
                }
            }
        })
    }
}
