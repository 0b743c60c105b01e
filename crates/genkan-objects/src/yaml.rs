//! One YAML document as a tree of nodes, every one with its place.
//!
//! The reader is saphyr's event parser (YAML 1.2, no recursion); anchors, merge keys, tags and the
//! meaning of scalars are resolved here as kubectl does. Everything is bounded: depth, number of nodes,
//! and what aliases expand to.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Mark, Tag};

use crate::extent::Extent;
use crate::load::{Fault, LoadFault};
use crate::node::{Entry, Node, Style, Value};
use crate::scalar;

mod blame;
mod offset;
mod tag;
#[cfg(test)]
mod tests;

use offset::Offsets;

/// Nesting of lists and mappings. Custom resource definitions reach about 40.
pub const DEPTH_MAX: usize = 128;

/// Nodes of one document. A list of 10,000 Ingresses has about 600,000.
pub const NODES_MAX: usize = 4_000_000;

/// Nodes that all aliases of one document may add together: enough for honest reuse, too few for a
/// "billion laughs".
pub const ALIAS_NODES_MAX: usize = 100_000;

/// The documents of a text as trees, in order; those without any content are left out. Places count
/// from the beginning of the text.
pub fn documents(text: &str) -> Vec<Result<Node, Fault>> {
    let documents = crate::stream::documents(text).into_iter();
    documents
        .map(|document| document.root.map_err(|fault| fault.fault))
        .collect()
}

/// Reads the single document in `text[from..to]`; places count from the beginning of `text`.
pub(crate) fn parse(text: &str, from: usize, to: usize) -> Result<Node, LoadFault> {
    let document = &text[from..to];
    if let Some(fault) = control_character(document, from) {
        return Err(fault);
    }
    if let Some(fault) = wide_directive(document, from) {
        return Err(fault);
    }
    let offsets = Offsets::new(document, from);
    let mut builder = Builder::new(text, &offsets, from);
    let mut begun = false;
    for event in Parser::new_from_str(document) {
        match event {
            Ok((Event::DocumentStart(_), mark)) if begun => {
                return Err(hidden_document(offsets.extent(mark)));
            }
            Ok((Event::DocumentStart(_), _)) => begun = true,
            Ok((event, mark)) => builder.event(event, mark)?,
            Err(error) => return Err(blame::fault(text, from..to, &offsets, &error)),
        }
    }
    Ok(builder.root.unwrap_or(Node {
        value: Value::Null,
        span: Extent::at(from),
        style: Style::Plain,
        definition: None,
    }))
}

/// go-yaml refuses what YAML calls non-printable; saphyr takes U+0000 for the end of the text.
fn control_character(document: &str, from: usize) -> Option<LoadFault> {
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    let (at, found) = document.char_indices().find(|(_, c)| is_control(*c))?;
    let span = Extent::new(from + at, from + at + found.len_utf8());
    Some(LoadFault {
        fault: Fault::ControlCharacter(u32::from(found)),
        span,
        related: None,
    })
}

/// saphyr 0.3.4 loses count of characters when a directive has one longer than a byte, and then all
/// places would be wrong. No directive needs one.
fn wide_directive(document: &str, from: usize) -> Option<LoadFault> {
    let mut at = from;
    for line in document
        .split_inclusive('\n')
        .take_while(|line| !line.starts_with("---"))
    {
        if line.starts_with('%') && !line.is_ascii() {
            let span = Extent::new(at, at + line.trim_end().len());
            let fault = Fault::Yaml("a directive must be ASCII".to_owned());
            return Some(LoadFault {
                fault,
                span,
                related: None,
            });
        }
        at += line.len();
    }
    None
}

/// The text was cut at document markers before, as kubectl cuts it; but a lone carriage return is the
/// end of a line to YAML too, and what follows a marker behind one would be dropped in silence.
fn hidden_document(span: Extent) -> LoadFault {
    let fault = "a document begins behind a lone carriage return; end lines with a line feed";
    LoadFault {
        fault: Fault::Yaml(fault.to_owned()),
        span,
        related: None,
    }
}

struct Builder<'t> {
    text: &'t str,
    offsets: &'t Offsets,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchor>,
    nodes: usize,
    alias_nodes: usize,
    /// Where the last scalar or alias ended.
    last: usize,
    root: Option<Node>,
}

/// A finished node that an anchor names, and how many nodes it holds.
struct Anchor {
    node: Node,
    nodes: usize,
}

/// A list or mapping whose end has not come yet.
struct Open {
    start: usize,
    flow: bool,
    anchor: usize,
    /// Nodes seen before this one, to know how many it holds.
    nodes_before: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        key: Option<Node>,
        merges: Vec<(Extent, Node)>,
    },
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, offsets: &'t Offsets, from: usize) -> Self {
        let (open, anchors) = (Vec::new(), HashMap::new());
        Self {
            text,
            offsets,
            open,
            anchors,
            nodes: 0,
            alias_nodes: 0,
            last: from,
            root: None,
        }
    }

    fn event(&mut self, event: Event<'_>, mark: Mark) -> Result<(), LoadFault> {
        let span = self.offsets.extent(mark);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), span)?;
                self.last = self.last.max(node.span.range().end);
                self.finish(node, anchor, self.nodes)
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::SequenceStart(anchor, _) => {
                self.begin(anchor, span, Content::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, _) => {
                let content = Content::Mapping {
                    entries: Vec::new(),
                    key: None,
                    merges: Vec::new(),
                };
                self.begin(anchor, span, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, span: Extent, content: Content) -> Result<(), LoadFault> {
        if self.open.len() >= DEPTH_MAX {
            return Err(LoadFault {
                fault: Fault::TooDeep,
                span,
                related: None,
            });
        }
        let in_mapping = matches!(
            self.open.last(),
            Some(Open {
                content: Content::Mapping { .. },
                ..
            })
        );
        let raw = span.range().start;
        let (bracket, dash) = match &content {
            Content::Sequence(_) if in_mapping => (b'[', offset::dash_before(self.text, raw)),
            Content::Sequence(_) => (b'[', None),
            Content::Mapping { .. } => (b'{', None),
        };
        let start = dash.unwrap_or_else(|| offset::after_properties(self.text, raw));
        let flow = dash.is_none() && self.text.as_bytes().get(start) == Some(&bracket);
        self.open.push(Open {
            start,
            flow,
            anchor,
            nodes_before: self.nodes,
            content,
        });
        Ok(())
    }

    fn end(&mut self, span: Extent) -> Result<(), LoadFault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let (value, last) = match open.content {
            Content::Sequence(items) => {
                let last = items.last().map(|item| item.span.end);
                (Value::Sequence(items), last)
            }
            Content::Mapping {
                mut entries,
                merges,
                ..
            } => {
                let written = entries
                    .iter()
                    .map(|entry| entry.key_span.to(entry.value.span).end);
                let last = written
                    .chain(merges.iter().map(|(_, node)| node.span.end))
                    .max();
                refuse_duplicates(&entries)?;
                for (key_span, node) in merges {
                    merge(&mut entries, key_span, node)?;
                }
                (Value::Mapping(entries), last)
            }
        };
        let end = if open.flow {
            offset::closing(self.text, span.range().start)
        } else {
            last.unwrap_or(0) as usize
        };
        let span = Extent::new(open.start, end.max(open.start));
        let style = if open.flow { Style::Flow } else { Style::Block };
        let node = Node {
            value,
            span,
            style,
            definition: None,
        };
        self.finish(node, open.anchor, open.nodes_before)
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Extent,
    ) -> Result<Node, LoadFault> {
        let (span, style) = self.offsets.scalar(self.text, text, span, style, self.last);
        let value = match tag {
            Some(tag) => tag::resolve(tag, text, span)?,
            None if style == Style::Plain => {
                scalar::resolve(text).map_err(|scalar::NotANumber| LoadFault {
                    fault: Fault::NotANumber,
                    span,
                    related: None,
                })?
            }
            None => Value::String(text.into()),
        };
        Ok(Node {
            value,
            span,
            style,
            definition: None,
        })
    }

    fn alias(&mut self, anchor: usize, span: Extent) -> Result<(), LoadFault> {
        let fail = |fault| {
            Err(LoadFault {
                fault,
                span,
                related: None,
            })
        };
        let Some(named) = self.anchors.get(&anchor) else {
            return fail(Fault::CircularAlias);
        };
        self.alias_nodes += named.nodes;
        if self.alias_nodes > ALIAS_NODES_MAX {
            return fail(Fault::TooManyAliases);
        }
        let mut node = named.node.clone();
        let nodes_before = self.nodes;
        self.nodes += named.nodes - 1;
        node.definition = Some(node.definition.unwrap_or(node.span));
        node.span = span;
        self.last = self.last.max(span.range().end);
        self.finish(node, 0, nodes_before)
    }

    /// Hands a finished node to what encloses it. `nodes_before` does not count the node itself.
    fn finish(&mut self, node: Node, anchor: usize, before: usize) -> Result<(), LoadFault> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(LoadFault {
                fault: Fault::TooManyNodes,
                span: node.span,
                related: None,
            });
        }
        if anchor > 0 {
            let nodes = self.nodes - before;
            // Nested anchors copy their content once per level; that is bounded like aliases.
            self.alias_nodes += nodes;
            if self.alias_nodes > ALIAS_NODES_MAX {
                let fault = Fault::TooManyAliases;
                return Err(LoadFault {
                    fault,
                    span: node.span,
                    related: None,
                });
            }
            self.anchors.insert(
                anchor,
                Anchor {
                    node: node.clone(),
                    nodes,
                },
            );
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open {
                content: Content::Sequence(items),
                ..
            }) => items.push(node),
            Some(Open {
                content:
                    Content::Mapping {
                        entries,
                        key,
                        merges,
                    },
                ..
            }) => match key.take() {
                None => *key = Some(node),
                Some(name) if is_merge(&name, self.text) => merges.push((name.span, node)),
                Some(name) => entries.push(entry(self.text, &name, node)?),
            },
        }
        Ok(())
    }
}

fn is_merge(key: &Node, text: &str) -> bool {
    key.style == Style::Plain && key.span.text(text) == "<<"
}

fn entry(text: &str, key: &Node, value: Node) -> Result<Entry, LoadFault> {
    let Some(name) = scalar::key_text(&key.value) else {
        let Extent { start, end } = key.span;
        // `{{ .Values.x }}` is a mapping as the key of a mapping to YAML.
        if let Some(outer) = start.checked_sub(1).map(|start| Extent {
            start,
            end: end + 1,
        }) && outer.text(text).starts_with("{{")
        {
            return Err(LoadFault {
                fault: Fault::Template,
                span: outer,
                related: None,
            });
        }
        return Err(LoadFault {
            fault: Fault::Key,
            span: key.span,
            related: None,
        });
    };
    let key_is_text = matches!(key.value, Value::String(_));
    Ok(Entry {
        key: name,
        key_span: key.span,
        key_is_text,
        merged: false,
        value,
    })
}

/// Refuses a mapping in which a key occurs twice: kubectl keeps the last in silence, and the API
/// server's strict validation refuses it.
pub(crate) fn refuse_duplicates(entries: &[Entry]) -> Result<(), LoadFault> {
    /// Below this, comparing each with each is cheaper than sorting.
    const FEW: usize = 12;
    let duplicate = if entries.len() <= FEW {
        let earlier = |at: usize| {
            entries[..at]
                .iter()
                .find(|entry| entry.key == entries[at].key)
        };
        (1..entries.len()).find_map(|at| earlier(at).map(|first| (first, &entries[at])))
    } else {
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by(|a, b| (&a.key, a.key_span).cmp(&(&b.key, b.key_span)));
        let pairs = sorted.windows(2).filter(|pair| pair[0].key == pair[1].key);
        pairs
            .map(|pair| (pair[0], pair[1]))
            .min_by_key(|(_, second)| second.key_span)
    };
    match duplicate {
        None => Ok(()),
        Some((first, second)) => Err(LoadFault {
            fault: Fault::DuplicateKey {
                key: second.key.clone(),
            },
            span: second.key_span,
            related: Some(first.key_span),
        }),
    }
}

/// YAML's merge type: keys already there win, earlier mappings of a list win over later ones. (go-yaml
/// v2 lets a `<<` that stands after a key overwrite it; that is a fault of it which v3 corrected.)
fn merge(entries: &mut Vec<Entry>, key_span: Extent, from: Node) -> Result<(), LoadFault> {
    match from.value {
        Value::Mapping(added) => {
            for entry in added {
                if !entries.iter().any(|present| present.key == entry.key) {
                    entries.push(Entry {
                        merged: true,
                        ..entry
                    });
                }
            }
            Ok(())
        }
        Value::Sequence(items) if items.iter().all(|item| item.entries().is_some()) => items
            .into_iter()
            .try_for_each(|item| merge(entries, key_span, item)),
        _ => Err(LoadFault {
            fault: Fault::Merge,
            span: from.span,
            related: Some(key_span),
        }),
    }
}
