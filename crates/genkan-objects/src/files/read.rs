//! One file: bytes, text, documents, objects.

use std::sync::OnceLock;

use genkan_diagnosis::Source;

use crate::extent::Extent;
use crate::kind::{self, Kind, TypeMeta, secret};
use crate::load::{Fault, LoadError, LoadFault};
use crate::node::{Node, Style};
use crate::place::{ObjectSource, Place};
use crate::resource::ObjectKey;
use crate::stream::{self, Document};

use super::{DocumentObjects, FILE_BYTES_MAX, Failure, FileObjects, UnreadableObject, source_kind};

/// Reads a file. Never fails as a whole: what cannot be read is said per document.
pub fn read(path: &str, bytes: &[u8]) -> FileObjects {
    match text(bytes) {
        Ok(text) => {
            let documents = stream::documents(text);
            let source = Source::new(source_kind(path), path, mask(text, &documents));
            read_documents(text, source, documents, ObjectSource::File)
        }
        Err((text, fault)) => {
            let source = Source::new(source_kind(path), path, text);
            let error = LoadError::new(fault, &source);
            let document = DocumentObjects {
                objects: Vec::new(),
                failures: vec![Failure::Load(error)],
                passed_over: 0,
                hint: None,
            };
            FileObjects {
                source,
                documents: vec![document],
            }
        }
    }
}

/// The bytes as text, or why not, with as much text as can be shown.
fn text(bytes: &[u8]) -> Result<&str, (String, LoadFault)> {
    let fail = |text: &str, fault| {
        let span = Extent::at(text.len());
        Err((
            text.to_owned(),
            LoadFault {
                fault,
                span,
                related: None,
            },
        ))
    };
    if bytes.len() > FILE_BYTES_MAX {
        return fail("", Fault::TooLarge);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return fail("", Fault::Utf16);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let good = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or("");
            // The line with the bad byte is enough to find it; the rest may hold secrets.
            let shown: String = good
                .chars()
                .map(|c| if c == '\n' { c } else { ' ' })
                .collect();
            fail(&shown, Fault::NotUtf8)
        }
    }
}

/// The text with everything confidential overwritten, byte by byte, so that all places stay right. A
/// document that cannot be parsed is masked wholly when it looks like a Secret.
fn mask(text: &str, documents: &[Document]) -> String {
    let mut masked = Vec::new();
    for document in documents {
        match &document.root {
            Ok(root) => confidential(text, root, &mut masked),
            Err(fault) if document.extent.text(text).contains("Secret") => {
                // The line at fault is needed to understand the message; values beside it are not.
                let _ = fault;
                masked.extend(values(text, document.extent));
            }
            Err(_) => {}
        }
    }
    if masked.is_empty() {
        return text.to_owned();
    }
    let mut bytes = text.as_bytes().to_vec();
    for extent in masked {
        for byte in &mut bytes[extent.range()] {
            if !matches!(byte, b'\n' | b'\r' | b' ') {
                *byte = b'A';
            }
        }
    }
    // Whole characters are overwritten, so this cannot fail; if it did, nothing must be shown.
    String::from_utf8(bytes).unwrap_or_default()
}

fn confidential(text: &str, root: &Node, masked: &mut Vec<Extent>) {
    for item in root.get("items").and_then(Node::items).unwrap_or_default() {
        confidential(text, item, masked);
    }
    if root.get("kind").and_then(Node::as_str) != Some("Secret") {
        return;
    }
    for node in secret::confidential(root) {
        // An alias is only a name; what it stands for is to be masked.
        mask_node(text, node, node.definition.unwrap_or(node.span), masked);
    }
}

fn mask_node(text: &str, node: &Node, span: Extent, masked: &mut Vec<Extent>) {
    let Extent { start, end } = span;
    match node.style {
        // Between the quotes.
        Style::SingleQuoted | Style::DoubleQuoted if end - start >= 2 => {
            masked.push(Extent {
                start: start + 1,
                end: end - 1,
            });
        }
        // Beneath the header, so that the text stays what it is to a reader.
        Style::BlockScalar => {
            let header = span.text(text).find('\n').unwrap_or(span.range().len());
            masked.push(Extent::new(span.range().start + header, span.range().end));
        }
        // Values that are no text are faults, and still confidential.
        Style::Block | Style::Flow => {
            let entries = node
                .entries()
                .unwrap_or_default()
                .iter()
                .map(|entry| &entry.value);
            for child in entries.chain(node.items().unwrap_or_default()) {
                mask_node(text, child, child.definition.unwrap_or(child.span), masked);
            }
        }
        _ => masked.push(span),
    }
}

/// What stands behind `key:` on every line of a document, and lines that have no key.
fn values(text: &str, document: Extent) -> Vec<Extent> {
    let mut masked = Vec::new();
    let mut at = document.range().start;
    for line in document.text(text).split_inclusive('\n') {
        let shown = [
            "apiVersion",
            "kind",
            "metadata",
            "name",
            "namespace",
            "type",
        ];
        let key = line.trim_start().trim_start_matches("- ");
        if !shown.iter().any(|name| key.starts_with(name)) && !key.starts_with('#') {
            let value = line.find(':').map_or(0, |colon| colon + 1);
            masked.push(Extent::new(at + value, at + line.len()));
        }
        at += line.len();
    }
    masked
}

/// Reads the canonical text of a live object. Everything in it has places in that text.
pub(crate) fn read_live(name: &str, text: &str) -> FileObjects {
    let documents = stream::documents(text);
    let source = Source::object(name, mask(text, &documents));
    read_documents(text, source, documents, ObjectSource::Api)
}

/// Reads what `text` says; `source` is what may be shown of it.
fn read_documents(
    text: &str,
    source: Source,
    documents: Vec<Document>,
    from: ObjectSource,
) -> FileObjects {
    let documents = documents
        .into_iter()
        .map(|document| Reader::new(text, &source, from, &document).read(document.root))
        .collect();
    FileObjects { source, documents }
}

/// Reads the objects of one document.
struct Reader<'s> {
    source: &'s Source,
    from: ObjectSource,
    document: Extent,
    masked: bool,
    template: Option<std::sync::Arc<str>>,
    found: DocumentObjects,
}

impl<'s> Reader<'s> {
    fn new(text: &str, source: &'s Source, from: ObjectSource, document: &Document) -> Self {
        let found = DocumentObjects {
            objects: Vec::new(),
            failures: Vec::new(),
            passed_over: 0,
            hint: None,
        };
        let template = document.template.as_deref().map(Into::into);
        Self {
            source,
            from,
            document: document.extent,
            masked: document.extent.text(source.text()) != document.extent.text(text),
            template,
            found,
        }
    }

    fn read(mut self, root: Result<Node, LoadFault>) -> DocumentObjects {
        match root {
            Ok(root) => self.object(&root, ""),
            Err(fault) => {
                self.found.hint = hint(self.document.text(self.source.text()));
                self.found
                    .failures
                    .push(Failure::Load(LoadError::new(fault, self.source)));
            }
        }
        self.found
    }

    fn object(&mut self, node: &Node, item: &str) {
        if node.is_null() {
            return;
        }
        let types = match TypeMeta::read(node) {
            Ok(types) => types,
            Err((fault, span)) => {
                let fault = LoadFault {
                    fault,
                    span,
                    related: None,
                };
                self.found
                    .failures
                    .push(Failure::Load(LoadError::new(fault, self.source)));
                return;
            }
        };
        if types.kind.ends_with("List")
            && let Some(items) = node.get("items").and_then(Node::items)
        {
            for (at, node) in items.iter().enumerate() {
                self.object(node, &format!("{item}/items/{at}"));
            }
            return;
        }
        match types.known() {
            Some(kind) => self.known(node, types, kind, item),
            None => self.found.passed_over += 1,
        }
    }

    fn known(&mut self, node: &Node, types: TypeMeta<'_>, kind: Kind, item: &str) {
        let place = Place {
            source: self.source.clone(),
            from: self.from,
            span: node.span,
            document: self.document,
            item: item.into(),
            template: self.template.clone(),
            origin: OnceLock::new(),
        };
        // Where values are overwritten the text may read otherwise, or not at all (`!!int AA`), so the
        // places are taken from what was read.
        if self.masked {
            let _ = place.origin.set(node.origin(self.source.clone()));
        }
        match kind::read(node, types, kind, place) {
            Ok(object) => self.found.objects.push(object),
            Err(problems) => self.found.failures.push(Failure::Object(UnreadableObject {
                key: key(node, kind),
                api_version: types.api_version.into(),
                kind: types.kind.into(),
                span: node.span.span(self.source),
                problems,
            })),
        }
    }
}

/// The key of an object, even if the rest of it cannot be read.
fn key(node: &Node, kind: Kind) -> Option<ObjectKey> {
    let meta = node.get("metadata")?;
    let name = meta.get("name")?.as_str()?.into();
    let namespace = meta
        .get("namespace")
        .and_then(Node::as_str)
        .filter(|name| !name.is_empty());
    let namespace = if kind.is_namespaced() {
        namespace.unwrap_or("default")
    } else {
        ""
    };
    Some(ObjectKey {
        kind,
        namespace: namespace.into(),
        name,
    })
}

/// `kind` and `name` in a text that cannot be parsed: the first of each.
fn hint(text: &str) -> Option<(Box<str>, Box<str>)> {
    let value = |field: &str| {
        text.match_indices(field).find_map(|(at, _)| {
            let in_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
            let rest = text[at + field.len()..]
                .trim_start_matches(['"', '\''])
                .strip_prefix(':')?;
            let rest = rest.trim_start_matches([' ', '\t', '"', '\'']);
            let value = &rest[..rest.find(|c| !in_word(c)).unwrap_or(rest.len())];
            (!text[..at].ends_with(in_word) && !value.is_empty()).then_some(value)
        })
    };
    Some((value("kind")?.into(), value("name")?.into()))
}
