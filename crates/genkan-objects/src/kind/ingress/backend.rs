//! Where an Ingress sends requests: a port of a Service, or another object.

use super::{check, check_as};
use crate::extent::{Extent, Spanned, SpannedText};
use crate::fields::{Fields, Path, Problems};
use crate::name;
use crate::node::{Node, Value};
use crate::problem::{Impact, ProblemKind};

/// Where requests go. At most one of both is set; neither where a problem says why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IngressBackend {
    /// A Service of the Ingress's namespace.
    pub service: Option<ServiceBackend>,
    /// Another object of the Ingress's namespace, such as a StaticSite.
    pub resource: Option<ResourceBackend>,
    /// The backend, or what should hold it.
    pub span: Extent,
}

/// A port of a Service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceBackend {
    /// Name of the Service.
    pub name: SpannedText,
    /// The port; nothing where a problem says why.
    pub port: Option<Spanned<ServiceBackendPort>>,
}

/// How a port is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceBackendPort {
    /// By its name.
    Name(Box<str>),
    /// By its number.
    Number(i32),
}

/// A reference to an object that is no Service.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceBackend {
    /// API group; nothing or empty means the core group.
    pub api_group: Option<SpannedText>,
    /// Kind.
    pub kind: SpannedText,
    /// Name.
    pub name: SpannedText,
}

const ONE_BACKEND: &str = "cannot set both resource and service backends";
const SOME_BACKEND: &str = "resource or service backend is required";
const ONE_PORT: &str = "cannot set both port name and port number";

pub(super) fn read(node: &Node, path: &Path<'_>, problems: &mut Problems) -> IngressBackend {
    let mut backend = IngressBackend {
        span: node.span,
        ..IngressBackend::default()
    };
    let Some(mut fields) = Fields::open(node, path, Impact::Incomplete, problems) else {
        return backend;
    };
    let service_node = fields.node("service");
    let resource_node = fields.node("resource");
    match (service_node, resource_node) {
        (Some(_), Some(resource)) => {
            let kind = ProblemKind::Invalid {
                value: "resource".into(),
                rule: ONE_BACKEND,
            };
            problems.add(kind, Impact::Incomplete, resource.span, path);
        }
        (Some(node), None) => backend.service = service(node, &path.key("service"), problems),
        (None, Some(node)) => backend.resource = resource(node, &path.key("resource"), problems),
        (None, None) => {
            if !old_form(&mut fields, problems) {
                let kind = ProblemKind::Invalid {
                    value: "backend".into(),
                    rule: SOME_BACKEND,
                };
                problems.add(kind, Impact::Incomplete, node.span, path);
            }
        }
    }
    fields.finish(problems);
    backend
}

/// `serviceName` and `servicePort`, as before v1. True when one of them is there.
pub(super) fn old_form(fields: &mut Fields<'_, '_>, problems: &mut Problems) -> bool {
    let service = fields.entry("serviceName");
    let port = fields.entry("servicePort");
    let Some(first) = service.or(port) else {
        return false;
    };
    let text = |node: &Node| match &node.value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string().into()),
        _ => None,
    };
    let kind = ProblemKind::OldBackend {
        service: service.and_then(|entry| text(&entry.value)),
        port: port.and_then(|entry| text(&entry.value)),
    };
    let path = fields.path.key(&first.key);
    problems.add(kind, Impact::Incomplete, first.key_span, &path);
    true
}

fn service(node: &Node, path: &Path<'_>, problems: &mut Problems) -> Option<ServiceBackend> {
    let mut fields = Fields::open(node, path, Impact::Incomplete, problems)?;
    let name = fields.string("name", problems);
    match &name {
        Some(name) => check(name, name::service(name), &path.key("name"), problems),
        None => fields.missing("name", Impact::Incomplete, problems),
    }
    let port_path = path.key("port");
    let port = match fields.node("port") {
        Some(node) => port(node, name.as_ref(), &port_path, problems),
        None => {
            fields.missing("port", Impact::Incomplete, problems);
            None
        }
    };
    fields.finish(problems);
    Some(ServiceBackend { name: name?, port })
}

fn port(
    node: &Node,
    service: Option<&SpannedText>,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Option<Spanned<ServiceBackendPort>> {
    let bare = match &node.value {
        Value::Integer(number) => Some(number.to_string().into()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    if bare.is_some() {
        let service = service.map(|name| name.value.clone());
        let kind = ProblemKind::OldBackend {
            service,
            port: bare,
        };
        problems.add(kind, Impact::Incomplete, node.span, path);
        return None;
    }
    let mut fields = Fields::open(node, path, Impact::Incomplete, problems)?;
    let name = fields
        .string("name", problems)
        .filter(|name| !name.is_empty());
    let number = fields
        .integer("number", problems)
        .filter(|number| number.value != 0);
    let unreadable = fields.entry("number").is_some() && number.is_none();
    let port = match (name, number) {
        (Some(name), Some(_)) => {
            check_as(&name, ONE_PORT, Impact::Incomplete, path, problems);
            None
        }
        (Some(name), None) => {
            check(&name, name::port_name(&name), &path.key("name"), problems);
            Some(name.map(ServiceBackendPort::Name))
        }
        (None, Some(number)) => {
            let value = Spanned::new(number.value.to_string().into(), number.span);
            check(
                &value,
                name::port_number(number.value),
                &path.key("number"),
                problems,
            );
            Some(number.map(ServiceBackendPort::Number))
        }
        (None, None) => {
            if !unreadable {
                fields.missing("number", Impact::Incomplete, problems);
            }
            None
        }
    };
    fields.finish(problems);
    port
}

fn resource(node: &Node, path: &Path<'_>, problems: &mut Problems) -> Option<ResourceBackend> {
    let mut fields = Fields::open(node, path, Impact::Incomplete, problems)?;
    let api_group = fields
        .string("apiGroup", problems)
        .filter(|group| !group.is_empty());
    if let Some(group) = &api_group {
        check(
            group,
            name::subdomain(group),
            &path.key("apiGroup"),
            problems,
        );
    }
    let mut required = |field: &'static str| {
        let value = fields.string(field, problems);
        match &value {
            Some(value) => check(value, name::segment(value), &path.key(field), problems),
            None => fields.missing(field, Impact::Incomplete, problems),
        }
        value
    };
    let (kind, name) = (required("kind"), required("name"));
    fields.finish(problems);
    Some(ResourceBackend {
        api_group,
        kind: kind?,
        name: name?,
    })
}
