//! `StaticSite` as a `resource` backend: which folder it means, and whether that folder may be served.
//!
//! Trust follows the source. A site from a file may lie beneath the folder of its manifest or beneath a
//! folder that the operator lists; one from the API only beneath the latter. The judgement here is on
//! the text of the path; the proxy opens files so that links cannot lead out of the folder either.

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use genkan_diagnosis::{Code, Finding, words};
use genkan_objects::{
    ObjectStore, Resource,
    kind::{Ingress, ResourceBackend, StaticSite},
    nearest,
};
use genkan_route::site;

use crate::{
    mark::{self, Part},
    options::{Options, World},
    world,
};

/// What a `resource` backend came to.
pub(crate) struct Resolved {
    /// The folder to serve.
    pub target: Option<Arc<site::StaticSite>>,
    /// Name of the StaticSite it depends on, whether there is one or not.
    pub used: Option<Arc<str>>,
    /// Why there is nothing to serve.
    pub finding: Option<Finding>,
}

/// Resolves a `resource` backend.
pub(crate) fn resolve(
    ingress: &Resource<Ingress>,
    backend: &ResourceBackend,
    pointer: &str,
    objects: &ObjectStore,
    options: &Options,
) -> Resolved {
    let group = backend.api_group.as_ref().map_or("", |group| &*group.value);
    if (group, &*backend.kind.value) != ("genkan.io", "StaticSite") {
        let reason = format!("{} is no kind that can be served", backend.kind.value);
        let finding = refusal(
            ingress,
            &format!("{pointer}/resource"),
            "backend.resource",
            &reason,
        );
        return Resolved {
            target: None,
            used: None,
            finding: Some(finding),
        };
    }
    let namespace = ingress.meta.namespace();
    let found = world::static_site(objects, namespace, &backend.name.value).cloned();
    let used = Some((&*backend.name.value).into());
    let Some(object) = found else {
        let finding = missing(ingress, backend, pointer, objects, options);
        return Resolved {
            target: None,
            used,
            finding,
        };
    };
    match folder(&object, options) {
        Ok(root) => {
            let site = site::StaticSite {
                namespace: namespace.to_owned(),
                name: backend.name.value.to_string(),
                root,
                index: object
                    .spec
                    .index
                    .iter()
                    .map(|name| name.to_string())
                    .collect(),
                fallback: object
                    .spec
                    .fallback
                    .as_ref()
                    .map(|path| path.value.to_string()),
                cache_control: object
                    .spec
                    .cache_control
                    .as_ref()
                    .map(|v| v.value.to_string()),
            };
            Resolved {
                target: Some(Arc::new(site)),
                used,
                finding: None,
            }
        }
        Err(reason) => {
            let finding = Finding::new(Code::GK0257)
                .arg("field", "spec.root")
                .arg("reason", reason);
            let finding = mark::at(
                finding,
                &*object,
                "/spec/root",
                Part::Value,
                &words::THIS_VALUE,
            );
            let finding = mark::also(
                finding,
                ingress,
                &format!("{pointer}/resource/name"),
                Part::Value,
                &words::NO_EFFECT,
            );
            Resolved {
                target: None,
                used,
                finding: Some(finding),
            }
        }
    }
}

/// An absent site is missing in a closed world only.
fn missing(
    ingress: &Resource<Ingress>,
    backend: &ResourceBackend,
    pointer: &str,
    objects: &ObjectStore,
    options: &Options,
) -> Option<Finding> {
    if options.world == World::Open {
        return None;
    }
    let names: Vec<_> = objects
        .static_sites
        .iter()
        .filter(|site| site.meta.namespace() == ingress.meta.namespace())
        .map(|site| &*site.meta.name.value)
        .collect();
    let reason = match nearest(&backend.name.value, names) {
        Some(name) => format!(
            "StaticSite `{}` does not exist; did you mean `{name}`?",
            backend.name.value
        ),
        None => format!("StaticSite `{}` does not exist", backend.name.value),
    };
    Some(refusal(
        ingress,
        &format!("{pointer}/resource/name"),
        "backend.resource",
        &reason,
    ))
}

fn refusal(ingress: &Resource<Ingress>, pointer: &str, field: &str, reason: &str) -> Finding {
    let finding = Finding::new(Code::GK0257)
        .arg("field", field)
        .arg("reason", reason);
    mark::at(finding, ingress, pointer, Part::Value, &words::NO_EFFECT)
}

/// The folder that a site means, when it may be served.
fn folder(object: &Resource<StaticSite>, options: &Options) -> Result<PathBuf, String> {
    let written = object.spec.root.as_ref().map_or("", |root| &*root.value);
    if written.is_empty() {
        return Err("`root` is empty".to_owned());
    }
    let manifest = object.place.source.name();
    let home = object
        .from_file()
        .then(|| Path::new(manifest).parent().unwrap_or(Path::new("")));
    let root = tidy(&home.unwrap_or(Path::new("")).join(written));
    if root.is_absolute() || home.is_some() {
        let beneath_home = home.is_some_and(|home| root.starts_with(tidy(home)));
        let listed = options
            .static_roots
            .iter()
            .any(|allowed| root.starts_with(tidy(allowed)));
        if (beneath_home && !leaves(&root)) || listed {
            return Ok(root);
        }
        return Err(format!(
            "`{}` lies beneath no folder that may be served; list one with --static-root",
            root.display()
        ));
    }
    Err("`root` must be absolute in an object from the API".to_owned())
}

/// Whether a relative path still climbs after it was tidied.
fn leaves(path: &Path) -> bool {
    path.components().next() == Some(Component::ParentDir)
}

/// `a/./b/../c` as `a/c`, by text.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match tidied.components().next_back() {
                Some(Component::Normal(_)) => {
                    tidied.pop();
                }
                Some(Component::RootDir) => {}
                _ => tidied.push(".."),
            },
            other => tidied.push(other),
        }
    }
    tidied
}
