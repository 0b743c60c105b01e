//! The documentation page of all ConfigMap keys, generated from the table.

use std::fmt::Write;

use genkan_diagnosis::Language;

use super::key::{Effect, Key};
use super::keys;

/// The text of `docs/configmap.md`.
pub fn page() -> String {
    let mut page = String::from(HEADER);
    let mut group = None;
    for key in keys() {
        if group != Some(key.group) {
            group = Some(key.group);
            _ = write!(page, "\n## {}\n\n{TABLE}", key.group.title());
        }
        row(&mut page, key);
    }
    page
}

const HEADER: &str = "\
# Keys of the main ConfigMap

Generated from the table in `crates/genkan-compile/src/configmap/`; do not edit. The ConfigMap is the one
that `--configmap` names (`ingress-nginx/ingress-nginx-controller`).

*Effect*: `yes`; `not yet` gives a finding (GK0212) and the setting has no effect; `closed` gives the
finding, and every route that the key protects answers 503, because serving without it would let somebody
in; `never` with the reason. A value that asks for what happens anyway is always fine. A value that
cannot be read (GK0202) leaves its setting at the default. ◦ marks keys that ingress-nginx has but does
not document.
";

const TABLE: &str = "\
| Key | Value | Default | Effect |
| --- | --- | --- | --- |
";

fn row(page: &mut String, key: &Key) {
    let mark = if key.undocumented { "◦ " } else { "" };
    let cells = [
        format!("{mark}`{}`", key.name),
        key.value.expected().show(Language::English),
        key.default.to_owned(),
        effect(key),
    ];
    let cells = cells.map(|cell| cell.replace('|', r"\|"));
    _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn effect(key: &Key) -> String {
    match key.effect {
        Effect::Supported(_) | Effect::Guards(_) | Effect::Partly(_) => "yes".to_owned(),
        Effect::NotYet(_) => "not yet".to_owned(),
        Effect::Closes(_) => "closed".to_owned(),
        Effect::Never(reason) => format!("never: {}", reason.en),
    }
}
