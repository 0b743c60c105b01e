//! What all objects have: name, namespace, labels, annotations, and who wrote them.

use std::sync::Arc;

use genkan_diagnosis::{ObjectRef, SetBy, SetByTool};

use super::{Kind, Timestamp};
use crate::extent::{Extent, Spanned, SpannedText};
use crate::fields::{Fields, Problems};
use crate::name;
use crate::node::{Entry, Node, Value};
use crate::problem::{Impact, ProblemKind};

/// The namespace of objects that name none, as kubectl has it without a context.
const NAMESPACE_DEFAULT: &str = "default";

/// Metadata of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectMeta {
    /// The name.
    pub name: Spanned<Arc<str>>,
    /// The namespace, `default` where none is written; nothing for cluster-wide kinds.
    pub namespace: Option<Arc<str>>,
    /// Where the namespace was written, if it was.
    pub namespace_span: Option<Extent>,
    /// Labels in the order written.
    pub labels: Vec<Annotation>,
    /// Annotations in the order written.
    pub annotations: Vec<Annotation>,
    /// The key `annotations` itself, where new ones would be added.
    pub annotations_span: Option<Extent>,
    /// When the API server created it; files say nothing.
    pub created: Option<Timestamp>,
    /// The API server's own id of it.
    pub uid: Option<Box<str>>,
    /// Counts changes of the spec.
    pub generation: Option<i64>,
    /// Who owns it.
    pub owners: Vec<Owner>,
    /// Who wrote its fields, as the API server keeps book.
    pub managers: Vec<FieldManager>,
}

/// A label or an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The key.
    pub key: SpannedText,
    /// The value. Numbers and booleans are given as they were written.
    pub value: SpannedText,
    /// Whether YAML reads the value as text; otherwise the API server refuses it. The object then has a
    /// [`ProblemKind::NotText`].
    pub is_text: bool,
}

/// An owner reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Group and version of the owner.
    pub api_version: Box<str>,
    /// Kind of the owner.
    pub kind: Box<str>,
    /// Name of the owner.
    pub name: Box<str>,
}

/// An entry of `managedFields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldManager {
    /// The program, such as `helm` or `kubectl-client-side-apply`.
    pub manager: Box<str>,
    /// `Apply` or `Update`.
    pub operation: Option<Box<str>>,
    /// When it last did.
    pub time: Option<Timestamp>,
}

impl ObjectMeta {
    /// The annotation with this key.
    pub fn annotation(&self, key: &str) -> Option<&Annotation> {
        self.annotations
            .iter()
            .find(|annotation| &**annotation.key == key)
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|label| &**label.key == key)
            .map(|label| &**label.value)
    }

    /// The namespace; empty for cluster-wide kinds.
    pub fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or("")
    }

    /// Who wrote the object: the tool that deploys it, from its marks, and the program that the API
    /// server noted last. Nothing where there is no trace.
    pub fn set_by(&self) -> Option<SetBy> {
        let last = self.managers.iter().max_by_key(|manager| manager.time);
        let date = |time: Timestamp| time.to_string().chars().take("2026-11-20".len()).collect();
        let set_by = SetBy {
            tool: self.tool(),
            manager: last.map(|manager| manager.manager.to_string()),
            date: last.and_then(|manager| manager.time).map(date),
        };
        (set_by != SetBy::default()).then_some(set_by)
    }

    fn tool(&self) -> Option<SetByTool> {
        let annotation = |key: &str| self.annotation(key).map(|found| &**found.value);
        if let Some(release) = annotation("meta.helm.sh/release-name") {
            return Some(SetByTool::HelmRelease(release.to_owned()));
        }
        if let Some(tracking) = annotation("argocd.argoproj.io/tracking-id") {
            // `app:group/kind:namespace/name`
            let application = tracking.split(':').next().unwrap_or(tracking);
            return Some(SetByTool::ArgoApplication(application.to_owned()));
        }
        for (prefix, kind) in FLUX {
            if let Some(name) = self.label(&format!("{prefix}/name")) {
                let namespace = self.label(&format!("{prefix}/namespace")).unwrap_or("");
                return Some(SetByTool::Flux(format!("{kind} {namespace}/{name}")));
            }
        }
        let owner = self.owners.first()?;
        let (version, kind, name) = (&*owner.api_version, &*owner.kind, &*owner.name);
        Some(SetByTool::Owner(ObjectRef::new(
            version,
            kind,
            self.namespace(),
            name,
        )))
    }
}

/// Labels that Flux leaves, and the kind of object that they name.
const FLUX: [(&str, &str); 2] = [
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
];

/// Reads `metadata`. Nothing when there is no usable name.
pub(super) fn read(
    object: &mut Fields<'_, '_>,
    kind: Kind,
    problems: &mut Problems,
) -> Option<ObjectMeta> {
    let Some(entry) = object.entry("metadata") else {
        object.missing("metadata", Impact::Unreadable, problems);
        return None;
    };
    let path = object.path.key("metadata");
    let mut fields = Fields::open(&entry.value, &path, Impact::Unreadable, problems)?;
    let Some(name) = fields.string("name", problems) else {
        if !problems.unreadable() {
            fields.missing("name", Impact::Unreadable, problems);
        }
        return None;
    };
    check_name(&name, kind, &fields, problems);
    let (namespace, namespace_span) = namespace(&mut fields, kind, problems);
    let labels = pairs(&mut fields, "labels", problems);
    let annotations_span = fields.entry("annotations").map(|entry| entry.key_span);
    let annotations = pairs(&mut fields, "annotations", problems);
    let meta = ObjectMeta {
        name: name.map(Into::into),
        namespace,
        namespace_span,
        labels,
        annotations,
        annotations_span,
        created: created(&mut fields, problems),
        uid: fields.string("uid", problems).map(|uid| uid.value),
        generation: fields
            .long("generation", problems)
            .map(|generation| generation.value),
        owners: owners(&mut fields),
        managers: managers(&mut fields),
    };
    fields.pass_over(&[
        "generateName",
        "selfLink",
        "resourceVersion",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "finalizers",
        "clusterName",
    ]);
    fields.finish(problems);
    Some(meta)
}

fn check_name(name: &SpannedText, kind: Kind, fields: &Fields<'_, '_>, problems: &mut Problems) {
    let broken = match kind {
        Kind::Service => name::service(name),
        Kind::Namespace => name::label(name),
        _ => name::subdomain(name),
    };
    if let Some(rule) = broken {
        let kind = ProblemKind::Invalid {
            value: name.value.clone(),
            rule,
        };
        problems.add(kind, Impact::Refused, name.span, &fields.path.key("name"));
    }
}

fn namespace(
    fields: &mut Fields<'_, '_>,
    kind: Kind,
    problems: &mut Problems,
) -> (Option<Arc<str>>, Option<Extent>) {
    let written = fields
        .string("namespace", problems)
        .filter(|found| !found.is_empty());
    if !kind.is_namespaced() {
        // kubectl takes a namespace on a cluster-wide object and drops it.
        return (None, written.map(|found| found.span));
    }
    let Some(written) = written else {
        return (Some(NAMESPACE_DEFAULT.into()), None);
    };
    if let Some(rule) = name::label(&written) {
        let kind = ProblemKind::Invalid {
            value: written.value.clone(),
            rule,
        };
        problems.add(
            kind,
            Impact::Refused,
            written.span,
            &fields.path.key("namespace"),
        );
    }
    (Some(written.value.into()), Some(written.span))
}

fn pairs(
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    problems: &mut Problems,
) -> Vec<Annotation> {
    let path = fields.path.key(name);
    let Some(node) = fields.node(name) else {
        return Vec::new();
    };
    let Some(entries) = node.entries() else {
        problems.wrong_type(node, "a mapping", Impact::Unreadable, &path);
        return Vec::new();
    };
    let mut pairs = Vec::with_capacity(entries.len());
    for entry in entries {
        let Entry {
            key,
            key_span,
            value,
            ..
        } = entry;
        let path = path.key(key);
        let Some((text, is_text)) = scalar_text(value) else {
            problems.wrong_type(value, "a string", Impact::Incomplete, &path);
            continue;
        };
        if !is_text {
            let kind = ProblemKind::NotText {
                key: key.clone(),
                found: value.type_name(),
            };
            problems.add(kind, Impact::Refused, value.span, &path);
        }
        if let Some(rule) = name::qualified(&key.to_ascii_lowercase()) {
            let kind = ProblemKind::Invalid {
                value: key.clone(),
                rule,
            };
            problems.add(kind, Impact::Refused, *key_span, &path);
        }
        let key = Spanned::new(key.clone(), *key_span);
        pairs.push(Annotation {
            key,
            value: Spanned::new(text, value.span),
            is_text,
        });
    }
    pairs
}

/// A scalar as text, and whether it is one. `null` is the empty string, as the API server decodes it.
fn scalar_text(node: &Node) -> Option<(Box<str>, bool)> {
    match &node.value {
        Value::String(text) => Some((text.clone(), true)),
        Value::Null => Some(("".into(), true)),
        Value::Bool(value) => Some((if *value { "true" } else { "false" }.into(), false)),
        Value::Integer(number) => Some((number.to_string().into(), false)),
        Value::Float(number) => Some((number.to_string().into(), false)),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

fn created(fields: &mut Fields<'_, '_>, problems: &mut Problems) -> Option<Timestamp> {
    let written = fields.string("creationTimestamp", problems)?;
    let parsed = Timestamp::parse(&written);
    if parsed.is_none() {
        let rule = "must be a time as in 2024-05-01T12:00:00Z";
        let kind = ProblemKind::Invalid {
            value: written.value.clone(),
            rule,
        };
        let path = fields.path.key("creationTimestamp");
        problems.add(kind, Impact::Incomplete, written.span, &path);
    }
    parsed
}

fn owners(fields: &mut Fields<'_, '_>) -> Vec<Owner> {
    let items = fields
        .node("ownerReferences")
        .and_then(Node::items)
        .unwrap_or_default();
    let text = |item: &Node, key: &str| item.get(key).and_then(Node::as_str).map(Into::into);
    let read = |item| {
        Some(Owner {
            api_version: text(item, "apiVersion")?,
            kind: text(item, "kind")?,
            name: text(item, "name")?,
        })
    };
    items.iter().filter_map(read).collect()
}

fn managers(fields: &mut Fields<'_, '_>) -> Vec<FieldManager> {
    let items = fields
        .node("managedFields")
        .and_then(Node::items)
        .unwrap_or_default();
    items
        .iter()
        .map(Node::to_json)
        .filter_map(|item| FieldManager::read(&item))
        .collect()
}

impl FieldManager {
    /// Reads an entry of `managedFields`.
    pub(crate) fn read(item: &serde_json::Value) -> Option<Self> {
        let text = |key: &str| item.get(key).and_then(serde_json::Value::as_str);
        Some(Self {
            manager: text("manager")?.into(),
            operation: text("operation").map(Into::into),
            time: text("time").and_then(Timestamp::parse),
        })
    }
}
