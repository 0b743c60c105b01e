//! Cuts a file into documents before any of them is parsed, so that one bad document spares the others.
//!
//! kubectl cuts at lines that begin with `---` (`NewYAMLReader`); so do we, wherever such a line stands,
//! because YAML ends block and quoted scalars there too. Several JSON values may follow one another.

use crate::extent::Extent;
use crate::json;
use crate::load::LoadFault;
use crate::node::Node;
use crate::yaml;

/// One document of a file.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its bytes.
    pub(crate) extent: Extent,
    /// The template that Helm made it from (`# Source: chart/templates/web.yaml`).
    pub(crate) template: Option<Box<str>>,
    /// What it says.
    pub(crate) root: Result<Node, LoadFault>,
}

/// All documents of a text, in order; those without any content are left out.
pub(crate) fn documents(text: &str) -> Vec<Document> {
    let mut documents = Vec::new();
    for extent in split(text) {
        let template = template(extent.text(text)).map(Into::into);
        if !try_json(text, extent, template.as_deref(), &mut documents) {
            let root = yaml::parse(text, extent.range().start, extent.range().end);
            documents.push(Document {
                extent,
                template,
                root,
            });
        }
    }
    documents
}

/// Reads one document again, of which only the place is known.
pub(crate) fn document(text: &str, extent: Extent) -> Option<Node> {
    let written = extent.text(text);
    if looks_like_json(written)
        && let Ok((node, end)) = json::parse(text, extent.range().start)
        && end <= extent.range().end
    {
        return Some(node);
    }
    yaml::parse(
        &text[..extent.range().end],
        extent.range().start,
        extent.range().end,
    )
    .ok()
}

/// Reads a part as JSON values. False when it is no JSON, or when YAML should have the last word.
fn try_json(
    text: &str,
    part: Extent,
    template: Option<&str>,
    documents: &mut Vec<Document>,
) -> bool {
    if !looks_like_json(part.text(text)) {
        return false;
    }
    let range = part.range();
    // The JSON reader must not run on into the next document.
    let text = &text[..range.end];
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(space) = text[at..].find(|c: char| !c.is_ascii_whitespace()) {
        let start = at + space;
        let (root, end) = match json::parse(text, start) {
            Ok((node, end)) => (Ok(node), end),
            Err(fault) => {
                // Flow YAML begins like JSON, but its keys rarely have quotes.
                let inside = text[start..].trim_start_matches('{').trim_start();
                let quoted = inside.starts_with('"');
                match yaml::parse(text, start, range.end) {
                    Ok(node) => (Ok(node), range.end),
                    Err(_) if quoted => (Err(fault), range.end),
                    Err(other) => (Err(other), range.end),
                }
            }
        };
        let template = template.map(Into::into);
        found.push(Document {
            extent: Extent::new(start, end),
            template,
            root,
        });
        at = end;
    }
    documents.append(&mut found);
    true
}

fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// The byte ranges of the documents. A part begins with its `---` line, because content may follow on it.
fn split(text: &str) -> Vec<Extent> {
    let mut parts = Vec::new();
    let mut start = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let next = at + line.len();
        if is_marker(line, "---") && !only_directives(&text[start..at]) {
            parts.push((start, at));
            start = at;
        } else if is_marker(line, "...") {
            parts.push((start, at));
            start = next;
        }
        at = next;
    }
    parts.push((start, text.len()));
    let has_content = |(start, end): &(usize, usize)| !is_blank(&text[*start..*end]);
    parts
        .into_iter()
        .filter(has_content)
        .map(|(start, end)| Extent::new(start, end))
        .collect()
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// Whether a part holds `%YAML` or `%TAG` lines only, which belong to the document that follows.
fn only_directives(part: &str) -> bool {
    let mut lines = part
        .lines()
        .map(str::trim_end)
        .filter(|line| !is_comment(line))
        .peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with('%'))
}

fn is_blank(part: &str) -> bool {
    part.lines().all(|line| {
        let rest = line.strip_prefix("---").unwrap_or(line);
        is_comment(rest)
    })
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// `# Source: …` among the comments at the beginning of a part.
fn template(part: &str) -> Option<&str> {
    let comments = part
        .lines()
        .take_while(|line| is_comment(line) || is_marker(line, "---"));
    comments
        .filter_map(|line| line.trim_start().strip_prefix("# Source:"))
        .map(str::trim)
        .last()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let parts: Vec<_> = split(text).iter().map(|extent| extent.text(text)).collect();
        assert_eq!(parts, expected, "{text:?}");
    }

    #[test]
    fn streams_are_cut_at_document_markers() {
        check("a: 1", &["a: 1"]);
        check("a: 1\n---\nb: 2\n", &["a: 1\n", "---\nb: 2\n"]);
        check(
            "---\na: 1\n---\n---\nb: 2\n",
            &["---\na: 1\n", "---\nb: 2\n"],
        );
        check(
            "--- # first\r\na: 1\r\n---\r\nb: 2",
            &["--- # first\r\na: 1\r\n", "---\r\nb: 2"],
        );
        check("a: 1\n...\n# end\n", &["a: 1\n"]);
        check(
            "--- {a: 1}\n--- |\n text\n",
            &["--- {a: 1}\n", "--- |\n text\n"],
        );
        check("a: |\n  x\n---\n  y\n", &["a: |\n  x\n", "---\n  y\n"]);
        check("a: --- b\n----\nc: d\n", &["a: --- b\n----\nc: d\n"]);
        check("# only\n\n---\n# comments\n", &[]);
        check("", &[]);
        check("\u{feff}a: 1\n", &["a: 1\n"]);
    }

    #[test]
    fn directives_belong_to_the_document_that_follows() {
        check("%YAML 1.1\n---\na: 1\n", &["%YAML 1.1\n---\na: 1\n"]);
        check(
            "a: 1\n...\n# x\n%YAML 1.1\n---\nb: 1\n",
            &["a: 1\n", "# x\n%YAML 1.1\n---\nb: 1\n"],
        );
    }

    #[test]
    fn helm_templates_are_remembered() {
        let text = "---\n# Source: web/templates/a.yaml\na: 1\n---\n# other\nb: 2\n";
        let templates: Vec<_> = documents(text)
            .into_iter()
            .map(|found| found.template)
            .collect();
        assert_eq!(templates, [Some("web/templates/a.yaml".into()), None]);
    }

    #[test]
    fn json_values_may_follow_one_another() {
        let found = documents("{\"a\": 1}\n{\"b\": [2]} {\"c\": 3}");
        let extents: Vec<_> = found.iter().map(|document| document.extent).collect();
        assert_eq!(
            extents,
            [Extent::new(0, 8), Extent::new(9, 19), Extent::new(20, 28)]
        );
        assert!(found.iter().all(|document| document.root.is_ok()));
    }

    #[test]
    fn one_bad_document_spares_the_others() {
        let found = documents("a: 1\n---\nb: [\n---\nc: 3\n");
        let good: Vec<_> = found.iter().map(|document| document.root.is_ok()).collect();
        assert_eq!(good, [true, false, true]);
    }
}
