//! `genkan.io/v1alpha1` StaticSite: a folder of files that Genkan serves itself. An Ingress refers to it
//! as a `resource` backend.
//!
//! ```yaml
//! apiVersion: genkan.io/v1alpha1
//! kind: StaticSite
//! metadata:
//!   name: page
//! spec:
//!   root: ./public          # relative to the folder of this manifest
//!   index: [index.html]     # tried in a folder, in this order
//!   fallback: index.html    # sent for paths that name no file
//!   cacheControl: max-age=60
//! ```

use super::ObjectMeta;
use crate::extent::SpannedText;
use crate::fields::{Fields, Path, Problems};
use crate::problem::{Impact, ProblemKind};

/// The file served for a folder where the object names none.
const INDEX_DEFAULT: &str = "index.html";

/// A folder of files to serve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StaticSite {
    /// The folder. Relative to the folder of the manifest; it must lie beneath a folder that the
    /// operator allows.
    pub root: Option<SpannedText>,
    /// File names tried in a folder, in order; `index.html` where none are written.
    pub index: Vec<Box<str>>,
    /// The file, relative to the root, that is sent for a path that names no file: the page of a
    /// single-page application.
    pub fallback: Option<SpannedText>,
    /// The value of `Cache-Control`; none is sent where none is written.
    pub cache_control: Option<SpannedText>,
}

pub(super) fn read(
    object: &mut Fields<'_, '_>,
    _: &ObjectMeta,
    problems: &mut Problems,
) -> StaticSite {
    let mut site = StaticSite {
        index: vec![INDEX_DEFAULT.into()],
        ..StaticSite::default()
    };
    let path = object.path.key("spec");
    let Some(node) = object.node("spec") else {
        object.missing("spec", Impact::Unreadable, problems);
        return site;
    };
    let Some(mut fields) = Fields::open(node, &path, Impact::Unreadable, problems) else {
        return site;
    };
    site.root = fields.string("root", problems);
    match &site.root {
        Some(root) => check(root, &path.key("root"), root_rule(root), problems),
        None if fields.entry("root").is_none() => {
            fields.missing("root", Impact::Unreadable, problems);
        }
        None => {}
    }
    let index_path = path.key("index");
    if fields.entry("index").is_some() {
        let names = fields.strings("index", problems);
        for (at, name) in names.iter().enumerate() {
            check(name, &index_path.item(at), file_rule(name), problems);
        }
        site.index = names.into_iter().map(|name| name.value).collect();
    }
    site.fallback = fields.string("fallback", problems);
    if let Some(fallback) = &site.fallback {
        check(
            fallback,
            &path.key("fallback"),
            inside_rule(fallback),
            problems,
        );
    }
    site.cache_control = fields.string("cacheControl", problems);
    if let Some(value) = &site.cache_control {
        let plain = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        let rule = (!plain || value.is_empty()).then_some("must be a header value: visible ASCII");
        check(value, &path.key("cacheControl"), rule, problems);
    }
    fields.finish(problems);
    site
}

fn check(
    value: &SpannedText,
    path: &Path<'_>,
    broken: Option<&'static str>,
    problems: &mut Problems,
) {
    if let Some(rule) = broken {
        let kind = ProblemKind::Invalid {
            value: value.value.clone(),
            rule,
        };
        problems.add(kind, Impact::Unreadable, value.span, path);
    }
}

fn root_rule(root: &str) -> Option<&'static str> {
    (root.is_empty() || root.contains('\0')).then_some("must be the path of a folder")
}

fn file_rule(name: &str) -> Option<&'static str> {
    let plain = !name.is_empty() && !name.contains(['/', '\0']) && name != "." && name != "..";
    (!plain).then_some("must be the name of a file, without `/`")
}

fn inside_rule(path: &str) -> Option<&'static str> {
    let steps = path.trim_start_matches('/').split('/');
    let inside = !path.contains('\0') && steps.clone().all(|step| !matches!(step, "" | "." | ".."));
    (!inside).then_some("must be the path of a file beneath the root, without `.` and `..`")
}
