//! The documentation page of all annotations, generated from the table.

use std::fmt::Write;

use genkan_diagnosis::Language;

use super::entries;
use super::entry::{Effect, Entry};

/// The text of `docs/annotations.md`.
pub fn page() -> String {
    let mut page = String::from(HEADER);
    let mut family = None;
    for entry in entries() {
        if family != Some(entry.family) {
            family = Some(entry.family);
            _ = write!(page, "\n## {}\n\n{TABLE}", entry.family.title());
        }
        row(&mut page, entry);
    }
    page
}

const HEADER: &str = "\
# Annotations

Generated from the table in `crates/genkan-compile/src/annotation/`; do not edit. All names are read
under `nginx.ingress.kubernetes.io/` (`--annotations-prefix` changes that), in both modes.

*Effect*: `yes`; `partly` with what holds; `not yet` gives a finding (GK0207) and the setting has no
effect; `closed` gives the finding and the paths of the Ingress answer 503, because the annotation keeps
somebody out and serving without it would let them in. A value that asks for what happens anyway (such
as `false`) is always fine. *Risk* is compared with `annotations-risk-level`; an Ingress with a riskier
annotation is refused (GK0255). *Bad value* is what ingress-nginx does with a value that it cannot read,
and so does Genkan in nginx-compatible mode; in strict mode the default holds for that one setting. Where
the effect is security, or another annotation of the Ingress protects its paths, they answer 503. All of
it is said (GK0202).
";

const TABLE: &str = "\
| Annotation | Value | Default | Meaning | Effect | Acts on | Risk | Bad value in ingress-nginx |
| --- | --- | --- | --- | --- | --- | --- | --- |
";

fn row(page: &mut String, entry: &Entry) {
    let names: Vec<_> = entry.names().map(|name| format!("`{name}`")).collect();
    let cells = [
        names.join(", "),
        entry.value.expected().show(Language::English),
        entry.default.to_owned(),
        meaning(entry),
        effect(entry),
        entry.scope.as_str().to_owned(),
        entry.risk.as_str().to_owned(),
        entry.bad.as_str().to_owned(),
    ];
    let cells = cells.map(|cell| cell.replace('|', r"\|"));
    _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn meaning(entry: &Entry) -> String {
    if entry.needs.is_empty() {
        return entry.about.to_owned();
    }
    let needs: Vec<_> = entry.needs.iter().map(|name| format!("`{name}`")).collect();
    format!("{} Needs {}.", entry.about, needs.join(" or "))
}

fn effect(entry: &Entry) -> String {
    match entry.effect {
        Effect::Supported(_) => "yes".to_owned(),
        Effect::Partly(_, reason) => format!("partly: {}", reason.en),
        Effect::NotYet(_) if entry.security => "closed".to_owned(),
        Effect::NotYet(_) => "not yet".to_owned(),
        Effect::Snippet if entry.security => "closed: raw configuration is not run".to_owned(),
        Effect::Snippet => "never: not run; closed when it controls access (GK0206)".to_owned(),
        Effect::Never(reason) => format!("never: {}", reason.en),
    }
}
