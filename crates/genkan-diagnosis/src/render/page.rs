//! The page of a code: for `genkan explain GK0002`, and as Markdown for the documentation.

use super::Style;
use super::labels;
use super::paint::Paint;
use super::visible::wrap;
use crate::catalogue::Entry;
use crate::code::Code;
use crate::phrase::{Language, Text};

/// Columns after which a page of text is broken.
const PAGE_WIDTH: usize = 92;

/// Address of the page of a code in the documentation.
pub fn address(code: Code) -> String {
    format!(
        "{}/blob/main/docs/codes/{code}.md",
        env!("CARGO_PKG_REPOSITORY")
    )
}

/// The page as text; ends with a line break.
pub fn text(entry: &'static Entry, style: &Style) -> String {
    let (language, paint) = (style.language, Paint { color: style.color });
    let tag = paint.severity(
        entry.severity,
        &format!("{}[{}]", entry.severity, entry.code),
    );
    let mut lines = vec![format!("{tag}: {}", entry.title.get(language))];
    lines.push(format!("{} · {}", entry.name, entry.phase.as_str()));
    for (title, text) in sections(entry) {
        lines.extend([String::new(), paint.bold(title.get(language))]);
        lines.extend(
            wrap(text.get(language), PAGE_WIDTH)
                .into_iter()
                .map(|line| format!("  {line}")),
        );
    }
    if let Some(example) = &entry.example {
        for (title, yaml) in [
            (&labels::BROKEN, example.broken()),
            (&labels::FIXED, example.fixed()),
        ] {
            lines.extend([String::new(), paint.bold(title.get(language))]);
            lines.extend(yaml.lines().map(|line| format!("    {line}")));
        }
    }
    lines.join("\n") + "\n"
}

/// The page as Markdown; ends with a line break.
pub fn markdown(entry: &'static Entry, language: Language) -> String {
    let mut page = format!("# {}: {}\n\n", entry.code, entry.title.get(language));
    page.push_str(&format!(
        "`{}` · {} · {}\n",
        entry.name,
        entry.severity,
        entry.phase.as_str()
    ));
    for (title, text) in sections(entry) {
        page.push_str(&format!(
            "\n## {}\n\n{}\n",
            title.get(language),
            text.get(language)
        ));
    }
    if let Some(example) = &entry.example {
        for (title, yaml) in [
            (&labels::BROKEN, example.broken()),
            (&labels::FIXED, example.fixed()),
        ] {
            page.push_str(&format!(
                "\n## {}\n\n```yaml\n{yaml}```\n",
                title.get(language)
            ));
        }
    }
    page
}

fn sections(entry: &'static Entry) -> [(&'static Text, &'static Text); 3] {
    [
        (&labels::MEANING, &entry.meaning),
        (&labels::REMEDY, &entry.remedy),
        (&labels::DETECTION, &entry.detection),
    ]
}
