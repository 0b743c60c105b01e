//! Reading the fields of a mapping with their types, and collecting what is wrong with them.
//!
//! `null` counts as absent, as in Kubernetes. A field that no reader asked for is unknown.

use std::fmt::Write as _;

use genkan_diagnosis::escape_pointer;

use crate::extent::{Extent, Spanned, SpannedText};
use crate::node::{Entry, Node, Value};
use crate::problem::{Impact, Problem, ProblemKind, nearest};

/// Where a reader is, as a chain of steps; becomes a pointer only when there is a problem.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'p> {
    Root,
    Key(&'p Self, &'p str),
    Item(&'p Self, usize),
}

impl Path<'_> {
    pub(crate) fn key<'p>(&'p self, key: &'p str) -> Path<'p> {
        Path::Key(self, key)
    }

    pub(crate) fn item(&self, at: usize) -> Path<'_> {
        Path::Item(self, at)
    }

    pub(crate) fn pointer(&self) -> String {
        match self {
            Path::Root => String::new(),
            Path::Key(parent, key) => {
                let mut pointer = parent.pointer();
                pointer.push('/');
                pointer.push_str(&escape_pointer(key));
                pointer
            }
            Path::Item(parent, at) => {
                let mut pointer = parent.pointer();
                let _ = write!(pointer, "/{at}");
                pointer
            }
        }
    }

    fn name(&self) -> Box<str> {
        match self {
            Path::Root => "the object".into(),
            Path::Key(_, key) => (*key).into(),
            Path::Item(parent, at) => format!("{}[{at}]", parent.name()).into(),
        }
    }
}

/// The problems of one object.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) list: Vec<Problem>,
}

impl Problems {
    pub(crate) fn add(&mut self, kind: ProblemKind, impact: Impact, span: Extent, path: &Path<'_>) {
        let pointer = path.pointer().into();
        self.list.push(Problem {
            kind,
            impact,
            span,
            pointer,
        });
    }

    pub(crate) fn wrong_type(
        &mut self,
        node: &Node,
        expected: &'static str,
        impact: Impact,
        path: &Path<'_>,
    ) {
        let kind = ProblemKind::WrongType {
            field: path.name(),
            expected,
            found: node.type_name(),
        };
        self.add(kind, impact, node.span, path);
    }

    pub(crate) fn unreadable(&self) -> bool {
        self.list
            .iter()
            .any(|problem| problem.impact == Impact::Unreadable)
    }
}

/// The fields of one mapping.
pub(crate) struct Fields<'n, 'p> {
    entries: &'n [Entry],
    pub(crate) span: Extent,
    pub(crate) path: &'p Path<'p>,
    /// What a wrong type means here.
    impact: Impact,
    known: Vec<&'static str>,
}

impl<'n, 'p> Fields<'n, 'p> {
    /// Opens a mapping; anything else is a problem of the given impact.
    pub(crate) fn open(
        node: &'n Node,
        path: &'p Path<'p>,
        impact: Impact,
        problems: &mut Problems,
    ) -> Option<Self> {
        let entries = match &node.value {
            Value::Mapping(entries) => entries.as_slice(),
            Value::Null => &[],
            _ => {
                problems.wrong_type(node, "a mapping", impact, path);
                return None;
            }
        };
        Some(Self {
            entries,
            span: node.span,
            path,
            impact,
            known: Vec::new(),
        })
    }

    /// The entry of a field, unless it is absent or null.
    pub(crate) fn entry(&mut self, name: &'static str) -> Option<&'n Entry> {
        self.known.push(name);
        let entry = self.entries.iter().find(|entry| &*entry.key == name)?;
        (!entry.value.is_null()).then_some(entry)
    }

    pub(crate) fn node(&mut self, name: &'static str) -> Option<&'n Node> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// A text.
    pub(crate) fn string(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Option<SpannedText> {
        let read = |node: &Node| node.as_str().map(Into::into);
        self.scalar(name, "a string", read, problems)
    }

    /// A whole number between two bounds of its type.
    pub(crate) fn integer(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Option<Spanned<i32>> {
        let read = |node: &Node| {
            node.as_integer()
                .and_then(|number| i32::try_from(number).ok())
        };
        self.scalar(name, "a whole number", read, problems)
    }

    /// A whole number of 64 bits.
    pub(crate) fn long(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Option<Spanned<i64>> {
        self.scalar(name, "a whole number", Node::as_integer, problems)
    }

    /// A boolean.
    pub(crate) fn boolean(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Option<Spanned<bool>> {
        self.scalar(name, "a boolean", Node::as_bool, problems)
    }

    fn scalar<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        read: impl Fn(&Node) -> Option<T>,
        problems: &mut Problems,
    ) -> Option<Spanned<T>> {
        let node = self.node(name)?;
        let value = read(node);
        if value.is_none() {
            problems.wrong_type(node, expected, self.impact, &self.path.key(name));
        }
        value.map(|value| Spanned::new(value, node.span))
    }

    /// The items of a list; none when it is absent.
    pub(crate) fn list(&mut self, name: &'static str, problems: &mut Problems) -> &'n [Node] {
        self.optional_list(name, problems).unwrap_or_default()
    }

    /// The items of a list, told apart from its absence.
    pub(crate) fn optional_list(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Option<&'n [Node]> {
        let node = self.node(name)?;
        let items = node.items();
        if items.is_none() {
            problems.wrong_type(node, "a list", self.impact, &self.path.key(name));
        }
        items
    }

    /// A list of texts.
    pub(crate) fn strings(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Vec<SpannedText> {
        let path = self.path.key(name);
        let mut strings = Vec::new();
        for (at, item) in self.list(name, problems).iter().enumerate() {
            match item.as_str() {
                Some(text) => strings.push(Spanned::new(text.into(), item.span)),
                None => problems.wrong_type(item, "a string", self.impact, &path.item(at)),
            }
        }
        strings
    }

    /// A mapping of texts to texts. Anything else is a problem and left out.
    pub(crate) fn string_map(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Vec<(SpannedText, SpannedText)> {
        let path = self.path.key(name);
        let Some(node) = self.node(name) else {
            return Vec::new();
        };
        let Some(entries) = node.entries() else {
            problems.wrong_type(node, "a mapping", self.impact, &path);
            return Vec::new();
        };
        let mut pairs = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = Spanned::new(entry.key.clone(), entry.key_span);
            match &entry.value.value {
                Value::String(text) => {
                    pairs.push((key, Spanned::new(text.clone(), entry.value.span)));
                }
                Value::Null => pairs.push((key, Spanned::new("".into(), entry.value.span))),
                _ => {
                    let path = path.key(&entry.key);
                    problems.wrong_type(&entry.value, "a string", self.impact, &path);
                }
            }
        }
        pairs
    }

    /// Fields that exist but mean nothing to us.
    pub(crate) fn pass_over(&mut self, names: &[&'static str]) {
        self.known.extend_from_slice(names);
    }

    /// A field that must be there; the problem points at the mapping's beginning.
    pub(crate) fn missing(&self, field: &'static str, impact: Impact, problems: &mut Problems) {
        let path = self.path.key(field);
        problems.add(ProblemKind::Missing { field }, impact, self.head(), &path);
    }

    /// The first key, or the whole of an empty mapping.
    pub(crate) fn head(&self) -> Extent {
        self.entries
            .first()
            .map_or(self.span, |entry| entry.key_span)
    }

    /// Reports the fields that nobody asked for.
    pub(crate) fn finish(self, problems: &mut Problems) {
        for entry in self.entries {
            if self.known.contains(&&*entry.key) {
                continue;
            }
            let nearest = nearest(&entry.key, self.known.iter().copied());
            let kind = ProblemKind::UnknownField {
                field: entry.key.clone(),
                nearest,
            };
            problems.add(
                kind,
                Impact::Unused,
                entry.key_span,
                &self.path.key(&entry.key),
            );
        }
    }
}
