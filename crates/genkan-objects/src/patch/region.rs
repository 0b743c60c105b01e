//! One operation as one edit: which bytes go, and what takes their place.

use std::ops::Range;

use serde_json::Value;

use crate::node::{Entry, Node, Style, index, steps};
use crate::render;

use super::PatchError;

type Edit = (Range<usize>, String);

/// The parent of a pointer's last step, and that step.
struct Target<'n> {
    parent: &'n Node,
    step: String,
}

/// Adds a field or list item; replaces what is there already.
pub(super) fn add(
    text: &str,
    object: &Node,
    path: &str,
    value: &Value,
) -> Result<Edit, PatchError> {
    let Target { parent, step } = target(object, path)?;
    if let Some(items) = parent.items() {
        let at = if step == "-" {
            Some(items.len())
        } else {
            index(&step)
        };
        let at = at
            .filter(|at| *at <= items.len())
            .ok_or_else(|| not_found(path))?;
        return insert_item(text, parent, items, at, value, path);
    }
    let entries = match parent.entries() {
        Some(entries) => entries,
        None if parent.is_null() => &[],
        None => return Err(not_found(path)),
    };
    match entries.iter().find(|entry| *entry.key == *step) {
        Some(entry) if !entry.merged => replace(text, object, path, value),
        _ => insert_entry(text, object, parent, entries, &step, value, path),
    }
}

/// Replaces a value.
pub(super) fn replace(
    text: &str,
    object: &Node,
    path: &str,
    value: &Value,
) -> Result<Edit, PatchError> {
    let Target { parent, step } = target(object, path)?;
    let (entry, node) = child(parent, &step).ok_or_else(|| not_found(path))?;
    if entry.is_some_and(|entry| entry.merged) {
        return add(text, object, path, value);
    }
    let range = node.span.range();
    let is_json = is_json(text, object);
    if parent.style == Style::Flow {
        let space = if range.is_empty() && !text[..range.start].ends_with(' ') {
            " "
        } else {
            ""
        };
        return Ok((
            range,
            format!("{space}{}", scalar(node, value, true, is_json)),
        ));
    }
    let is_collection = node.style == Style::Block;
    match render::inline(value) {
        Some(_) if !is_collection => {
            let space = if range.is_empty() && text[..range.start].ends_with([':', '-']) {
                " "
            } else {
                ""
            };
            let end = if range.is_empty() {
                range.start
            } else {
                range.end
            };
            Ok((
                range.start..end,
                format!("{space}{}", scalar(node, value, false, false)),
            ))
        }
        inline => {
            // From behind the colon (or the dash) on, because a block begins on a line of its own.
            let Some(entry) = entry else {
                let column = column(text, range.start);
                return Ok((range, render::block(value, column)));
            };
            let colon =
                colon(text, entry).ok_or_else(|| PatchError::Unsupported(path.to_owned()))?;
            let indentation = column(text, entry.key_span.range().start);
            let written = match inline {
                Some(inline) => format!(" {inline}"),
                None => {
                    let deeper = indentation + if value.is_array() { 0 } else { 2 };
                    format!("\n{}{}", " ".repeat(deeper), render::block(value, deeper))
                }
            };
            Ok((colon..range.end.max(colon), written))
        }
    }
}

/// Removes a field or list item.
pub(super) fn remove(text: &str, object: &Node, path: &str) -> Result<Edit, PatchError> {
    let Target { parent, step } = target(object, path)?;
    let (entry, _) = child(parent, &step).ok_or_else(|| not_found(path))?;
    if entry.is_some_and(|entry| entry.merged) {
        return Err(PatchError::Shared(path.to_owned()));
    }
    // Places of all children that are written here, in order, and which of them goes.
    let mut places: Vec<Range<usize>> = match (parent.entries(), parent.items()) {
        (Some(entries), _) => {
            let own = entries.iter().filter(|entry| !entry.merged);
            own.map(|entry| entry.key_span.range().start..value_end(text, entry))
                .collect()
        }
        (_, Some(items)) if parent.style == Style::Flow => {
            items.iter().map(|item| item.span.range()).collect()
        }
        (_, Some(items)) => items
            .iter()
            .map(|item| dash(text, item).map(|dash| dash..item.span.range().end.max(dash + 1)))
            .collect::<Option<_>>()
            .ok_or_else(|| PatchError::Unsupported(path.to_owned()))?,
        _ => Vec::new(),
    };
    places.sort_by_key(|place| place.start);
    let start = match entry {
        Some(entry) => entry.key_span.range().start,
        None => {
            let at = index(&step).unwrap_or(usize::MAX);
            places.get(at).map_or(usize::MAX, |place| place.start)
        }
    };
    let at = places.iter().position(|place| place.start == start);
    let at = at.ok_or_else(|| not_found(path))?;
    if parent.style == Style::Flow {
        return Ok((flow_region(&places, at), String::new()));
    }
    Ok(block_region(text, parent, &places, at))
}

/// An entry with the comma that separates it.
fn flow_region(places: &[Range<usize>], at: usize) -> Range<usize> {
    let place = &places[at];
    match (places.get(at + 1), at.checked_sub(1)) {
        (Some(next), _) => place.start..next.start,
        (None, Some(before)) => places[before].end..place.end,
        (None, None) => place.clone(),
    }
}

/// The lines of an entry, or what of them belongs to it.
fn block_region(text: &str, parent: &Node, places: &[Range<usize>], at: usize) -> Edit {
    let place = &places[at];
    let line = line_start(text, place.start);
    if text[line..place.start].trim().is_empty() {
        let nothing_before = text[..line].trim().is_empty();
        if places.len() == 1 && nothing_before {
            return (place.clone(), empty(parent));
        }
        return (line..line_end(text, place.end), String::new());
    }
    // Something stands before it on its line: `- name: x`.
    match places.get(at + 1) {
        Some(next) => (place.start..next.start, String::new()),
        None => (place.clone(), empty(parent)),
    }
}

fn empty(parent: &Node) -> String {
    if parent.items().is_some() { "[]" } else { "{}" }.to_owned()
}

fn insert_item(
    text: &str,
    parent: &Node,
    items: &[Node],
    at: usize,
    value: &Value,
    path: &str,
) -> Result<Edit, PatchError> {
    let unsupported = || PatchError::Unsupported(path.to_owned());
    if parent.style == Style::Flow {
        let is_json = text[parent.span.range()].contains('"') && is_json_text(text, parent);
        let written = render::flow(value, is_json);
        return Ok(match (items.get(at), items.last()) {
            (Some(next), _) => insert(next.span.range().start, format!("{written}, ")),
            (None, Some(last)) => insert(last.span.range().end, format!(", {written}")),
            (None, None) => insert(parent.span.range().start + 1, written),
        });
    }
    let first = items.first().ok_or_else(unsupported)?;
    let column = column(text, dash(text, first).ok_or_else(unsupported)?);
    let written = format!("- {}", render::block(value, column + 2));
    match items.get(at) {
        Some(next) => {
            let dash = dash(text, next).ok_or_else(unsupported)?;
            Ok(insert(dash, format!("{written}\n{}", " ".repeat(column))))
        }
        None => {
            let last = items.last().ok_or_else(unsupported)?;
            let dash = dash(text, last).ok_or_else(unsupported)?;
            let end = last.span.range().end.max(dash + 1);
            Ok(append_line(text, end, &written, column))
        }
    }
}

fn insert_entry(
    text: &str,
    object: &Node,
    parent: &Node,
    entries: &[Entry],
    key: &str,
    value: &Value,
    path: &str,
) -> Result<Edit, PatchError> {
    let own: Vec<_> = entries.iter().filter(|entry| !entry.merged).collect();
    let last = own.iter().max_by_key(|entry| entry.key_span);
    if parent.style == Style::Flow {
        let is_json = is_json(text, object);
        let key = if is_json {
            Value::from(key).to_string()
        } else {
            render::string(key, true)
        };
        let written = format!("{key}: {}", render::flow(value, is_json));
        let Some(last) = last else {
            return Ok(insert(parent.span.range().start + 1, written));
        };
        let start = last.key_span.range().start;
        let line = line_start(text, start);
        let indentation = &text[line..start];
        let separator = if indentation.trim().is_empty() && line > parent.span.range().start {
            format!(",\n{indentation}")
        } else {
            ", ".to_owned()
        };
        return Ok(insert(
            value_end(text, last),
            format!("{separator}{written}"),
        ));
    }
    if let Some(last) = last {
        let column = column(text, last.key_span.range().start);
        let written = render::entry(key, value, column);
        return Ok(append_line(text, value_end(text, last), &written, column));
    }
    // An empty place (`annotations:`): beneath the key that leads to it.
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let holder = object.locate(above).and_then(|(entry, _)| entry);
    let holder = holder.filter(|_| parent.is_null());
    let holder = holder.ok_or_else(|| PatchError::Unsupported(path.to_owned()))?;
    let column = column(text, holder.key_span.range().start) + 2;
    let written = render::entry(key, value, column);
    Ok(append_line(text, value_end(text, holder), &written, column))
}

fn target<'n>(object: &'n Node, path: &str) -> Result<Target<'n>, PatchError> {
    let (above, _) = path.rsplit_once('/').ok_or(PatchError::WholeObject)?;
    let step = steps(path).into_iter().flatten().last();
    let step = step.ok_or(PatchError::WholeObject)?.into_owned();
    let mut parent = object;
    for step in steps(above).ok_or_else(|| not_found(path))? {
        let (entry, node) = child(parent, &step).ok_or_else(|| not_found(path))?;
        if node.definition.is_some() || entry.is_some_and(|entry| entry.merged) {
            return Err(PatchError::Shared(path.to_owned()));
        }
        parent = node;
    }
    Ok(Target { parent, step })
}

fn child<'n>(parent: &'n Node, step: &str) -> Option<(Option<&'n Entry>, &'n Node)> {
    match parent.items() {
        Some(items) => Some((None, items.get(index(step)?)?)),
        None => parent.entry(step).map(|entry| (Some(entry), &entry.value)),
    }
}

/// A new value in the manner of the old one.
fn scalar(node: &Node, value: &Value, in_flow: bool, is_json: bool) -> String {
    match (value, node.style) {
        _ if is_json => value.to_string(),
        (Value::String(text), Style::SingleQuoted) if !text.chars().any(char::is_control) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        (Value::String(_), Style::DoubleQuoted) => value.to_string(),
        _ if in_flow => render::flow(value, false),
        _ => render::inline(value).unwrap_or_else(|| render::flow(value, false)),
    }
}

/// Whether the text around an object is JSON, where everything must be quoted.
fn is_json(text: &str, object: &Node) -> bool {
    object.style == Style::Flow && is_json_text(text, object)
}

fn is_json_text(text: &str, node: &Node) -> bool {
    let keys_quoted = |node: &Node| {
        node.entries()
            .unwrap_or_default()
            .iter()
            .all(|entry| entry.key_span.text(text).starts_with('"'))
    };
    keys_quoted(node) && node.items().unwrap_or_default().iter().all(keys_quoted)
}

/// Behind the colon of an entry.
fn colon(text: &str, entry: &Entry) -> Option<usize> {
    let end = entry.key_span.range().end;
    let rest = &text[end..];
    let space = rest.len() - rest.trim_start().len();
    rest[space..].starts_with(':').then_some(end + space + 1)
}

/// Where an entry ends: with its value, or with its colon where there is none.
fn value_end(text: &str, entry: &Entry) -> usize {
    let end = entry.value.span.range().end;
    colon(text, entry).map_or(end, |colon| end.max(colon))
}

/// The `-` that an item of a block list begins with.
fn dash(text: &str, item: &Node) -> Option<usize> {
    let mut before = text[..item.span.range().start].trim_end();
    loop {
        if before.ends_with('-') {
            return Some(before.len() - 1);
        }
        // Anchors, tags and comments may stand between.
        let line = line_start(text, before.len());
        let last = before[line..]
            .split_inclusive(char::is_whitespace)
            .next_back()?;
        let comment = before[line..]
            .find('#')
            .filter(|at| before[line..line + at].ends_with(' '));
        before = match comment {
            Some(at) => before[..line + at].trim_end(),
            None if last.starts_with(['&', '!']) => before[..before.len() - last.len()].trim_end(),
            None => return None,
        };
    }
}

fn insert(at: usize, written: String) -> Edit {
    (at..at, written)
}

/// A new line behind the line that holds `end`.
fn append_line(text: &str, end: usize, written: &str, indentation: usize) -> Edit {
    let at = line_end(text, end);
    let indentation = " ".repeat(indentation);
    if text[..at].ends_with('\n') {
        insert(at, format!("{indentation}{written}\n"))
    } else {
        insert(at, format!("\n{indentation}{written}"))
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// Behind the line break of the line that holds an offset.
fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |found| at + found + 1)
}

/// Characters before an offset on its line.
fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}

fn not_found(path: &str) -> PatchError {
    PatchError::NotFound(path.to_owned())
}
