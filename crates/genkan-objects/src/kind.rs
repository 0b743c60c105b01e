//! The kinds that are read, and the way from a tree of nodes to a typed object.
//!
//! Kinds of no interest are passed over in silence: a folder of manifests holds many. A field with the
//! wrong type makes its object unreadable only where leaving it out would change what the rest means.

use std::fmt;
use std::sync::Arc;

use crate::extent::Extent;
use crate::fields::{Fields, Path, Problems};
use crate::load::Fault;
use crate::node::Node;
use crate::place::Place;
use crate::problem::{Impact, Problem, ProblemKind};
use crate::resource::{Object, Resource};

mod config_map;
mod endpoint_slice;
mod ingress;
mod ingress_class;
mod metadata;
pub(crate) mod secret;
mod service;
mod static_site;
#[cfg(test)]
mod tests;
mod timestamp;
mod workload;

pub use config_map::ConfigMap;
pub use endpoint_slice::{
    AddressType, Conditions, Endpoint, EndpointPort, EndpointSlice, Protocol, TargetRef,
};
pub use ingress::{
    Ingress, IngressBackend, IngressPath, IngressRule, IngressTls, PathType, ResourceBackend,
    ServiceBackend, ServiceBackendPort,
};
pub use ingress_class::{IngressClass, Parameters};
pub use metadata::{Annotation, FieldManager, ObjectMeta, Owner};
pub use secret::{Secret, SecretBytes};
pub use service::{ENDPOINTS_ANNOTATION, IntOrString, Service, ServicePort, ServiceType};
pub use static_site::StaticSite;
pub use timestamp::Timestamp;
pub use workload::{
    Container, ContainerPort, PodTemplate, Probe, ProbeAction, Workload, WorkloadKind,
};

/// A Namespace. Only its metadata is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Namespace;

/// The kinds that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `networking.k8s.io/v1` Ingress.
    Ingress,
    /// `networking.k8s.io/v1` IngressClass.
    IngressClass,
    /// `v1` Service.
    Service,
    /// `discovery.k8s.io/v1` EndpointSlice.
    EndpointSlice,
    /// `v1` Secret.
    Secret,
    /// `v1` ConfigMap.
    ConfigMap,
    /// `v1` Namespace.
    Namespace,
    /// A Pod, or what makes Pods.
    Workload(WorkloadKind),
    /// `genkan.io/v1alpha1` StaticSite.
    StaticSite,
}

impl Kind {
    /// Whether objects of this kind live in a namespace.
    pub fn is_namespaced(self) -> bool {
        !matches!(self, Self::IngressClass | Self::Namespace)
    }

    /// The kind's name, such as `Ingress`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::IngressClass => "IngressClass",
            Self::Service => "Service",
            Self::EndpointSlice => "EndpointSlice",
            Self::Secret => "Secret",
            Self::ConfigMap => "ConfigMap",
            Self::Namespace => "Namespace",
            Self::Workload(kind) => kind.name(),
            Self::StaticSite => "StaticSite",
        }
    }

    /// What an `apiVersion` and `kind` mean; nothing for kinds that are not read.
    fn parse(api_version: &str, kind: &str) -> Option<Self> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        Some(match (group, kind) {
            ("networking.k8s.io" | "extensions", "Ingress") => Self::Ingress,
            ("networking.k8s.io", "IngressClass") => Self::IngressClass,
            ("", "Service") => Self::Service,
            ("discovery.k8s.io", "EndpointSlice") => Self::EndpointSlice,
            ("", "Secret") => Self::Secret,
            ("", "ConfigMap") => Self::ConfigMap,
            ("", "Namespace") => Self::Namespace,
            ("genkan.io", "StaticSite") => Self::StaticSite,
            _ => Self::Workload(WorkloadKind::parse(group, kind)?),
        })
    }

    /// The version that is read, for kinds whose older versions differ.
    fn current_version(self) -> Option<&'static str> {
        match self {
            Self::Ingress | Self::IngressClass => Some("networking.k8s.io/v1"),
            Self::Service | Self::Secret | Self::ConfigMap | Self::Namespace => Some("v1"),
            Self::EndpointSlice => Some("discovery.k8s.io/v1"),
            Self::StaticSite => Some("genkan.io/v1alpha1"),
            Self::Workload(_) => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `apiVersion` and `kind` of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TypeMeta<'n> {
    pub(crate) api_version: &'n str,
    pub(crate) version_span: Extent,
    pub(crate) kind: &'n str,
}

impl<'n> TypeMeta<'n> {
    /// Reads both; a fault (with its place) where this is no Kubernetes object.
    pub(crate) fn read(node: &'n Node) -> Result<Self, (Fault, Extent)> {
        let Some(entries) = node.entries() else {
            return Err((
                Fault::NotAMapping {
                    found: node.type_name(),
                },
                node.span,
            ));
        };
        let head = entries.first().map_or(node.span, |entry| entry.key_span);
        let text = |field: &'static str| {
            let value = node.get(field);
            let found = value.and_then(|value| Some((value.as_str()?, value.span)));
            found.ok_or((
                Fault::NoKind { field },
                value.map_or(head, |value| value.span),
            ))
        };
        let (api_version, version_span) = text("apiVersion")?;
        let (kind, _) = text("kind")?;
        Ok(Self {
            api_version,
            version_span,
            kind,
        })
    }

    /// The kind, when it is one that is read.
    pub(crate) fn known(&self) -> Option<Kind> {
        Kind::parse(self.api_version, self.kind)
    }
}

/// Reads an object of a known kind. When it is unreadable, all its problems are given back.
pub(crate) fn read(
    node: &Node,
    types: TypeMeta<'_>,
    kind: Kind,
    place: Place,
) -> Result<Object, Vec<Problem>> {
    let mut problems = Problems::default();
    let path = Path::Root;
    let lenient = matches!(kind, Kind::Workload(_) | Kind::Namespace);
    if let Some(current) = kind
        .current_version()
        .filter(|current| *current != types.api_version)
    {
        let found = types.api_version.into();
        let path = path.key("apiVersion");
        let kind = ProblemKind::OldApiVersion { found, current };
        problems.add(kind, Impact::Unreadable, types.version_span, &path);
        return Err(problems.list);
    }
    let impact = if lenient {
        Impact::Unused
    } else {
        Impact::Unreadable
    };
    let Some(mut fields) = Fields::open(node, &path, impact, &mut problems) else {
        return Err(problems.list);
    };
    fields.pass_over(&["apiVersion", "kind", "status"]);
    let meta = metadata::read(&mut fields, kind, &mut problems);
    let Some(meta) = meta.filter(|_| !problems.unreadable()) else {
        return Err(problems.list);
    };
    let parts = Parts {
        types,
        meta,
        place,
        problems,
    };
    match kind {
        Kind::Ingress => parts.build(fields, ingress::read, Object::Ingress),
        Kind::IngressClass => parts.build(fields, ingress_class::read, Object::IngressClass),
        Kind::Service => parts.build(fields, service::read, Object::Service),
        Kind::EndpointSlice => parts.build(fields, endpoint_slice::read, Object::EndpointSlice),
        Kind::Secret => parts.build(fields, secret::read, Object::Secret),
        Kind::ConfigMap => parts.build(fields, config_map::read, Object::ConfigMap),
        Kind::StaticSite => parts.build(fields, static_site::read, Object::StaticSite),
        Kind::Namespace => parts.build_leniently(|_| Namespace, Object::Namespace),
        Kind::Workload(kind) => {
            let spec = |problems: &mut Problems| workload::read(node, kind, problems);
            parts.build_leniently(spec, Object::Workload)
        }
    }
}

/// What is there before the kind's own part is read.
struct Parts<'n> {
    types: TypeMeta<'n>,
    meta: ObjectMeta,
    place: Place,
    problems: Problems,
}

impl Parts<'_> {
    fn build<'f, 'p, T>(
        mut self,
        mut fields: Fields<'f, 'p>,
        read: fn(&mut Fields<'f, 'p>, &ObjectMeta, &mut Problems) -> T,
        wrap: fn(Arc<Resource<T>>) -> Object,
    ) -> Result<Object, Vec<Problem>> {
        let spec = read(&mut fields, &self.meta, &mut self.problems);
        fields.finish(&mut self.problems);
        self.wrap(spec, wrap)
    }

    /// For kinds whose fields are too many to know them all: nothing is unknown.
    fn build_leniently<T>(
        mut self,
        read: impl FnOnce(&mut Problems) -> T,
        wrap: fn(Arc<Resource<T>>) -> Object,
    ) -> Result<Object, Vec<Problem>> {
        let spec = read(&mut self.problems);
        self.wrap(spec, wrap)
    }

    fn wrap<T>(
        self,
        spec: T,
        wrap: fn(Arc<Resource<T>>) -> Object,
    ) -> Result<Object, Vec<Problem>> {
        let Self {
            types,
            meta,
            place,
            mut problems,
        } = self;
        problems.list.sort_by_key(|problem| problem.span);
        if problems.unreadable() {
            return Err(problems.list);
        }
        Ok(wrap(Arc::new(Resource {
            api_version: types.api_version.into(),
            kind: types.kind.into(),
            meta,
            spec,
            place,
            problems: problems.list,
        })))
    }
}
