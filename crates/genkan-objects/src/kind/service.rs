//! `v1` Service.

use super::{ObjectMeta, Protocol};
use crate::extent::{Extent, Spanned, SpannedText};
use crate::fields::{Fields, Path, Problems};
use crate::name;
use crate::node::{Node, Value};
use crate::problem::{Impact, ProblemKind};

/// The annotation that gives a Service its addresses where there is no cluster. It counts only in
/// objects from files ([`Resource::from_file`](crate::Resource::from_file)): in a cluster it would let
/// anybody who may write a Service reach any address.
pub const ENDPOINTS_ANNOTATION: &str = "genkan.io/endpoints";

/// A name and ports for a set of Pods.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The type; `ClusterIP` where none is written.
    pub service_type: ServiceType,
    /// Where the type was written.
    pub type_span: Option<Extent>,
    /// Ports in the order written.
    pub ports: Vec<ServicePort>,
    /// The addresses of the Service itself, as written; `None` means headless.
    pub cluster_ips: Vec<SpannedText>,
    /// The host name that an `ExternalName` Service stands for.
    pub external_name: Option<SpannedText>,
    /// Whether any node passes connections on (`Cluster`) or only those with a Pod (`Local`), as written.
    pub external_traffic_policy: Option<SpannedText>,
    /// Labels of its Pods; empty means that somebody else writes its EndpointSlices.
    pub selector: Vec<(SpannedText, SpannedText)>,
    /// The key `selector`, where it is written.
    pub selector_span: Option<Extent>,
    /// Whether Pods count that are not ready.
    pub publish_not_ready_addresses: bool,
    /// The key `spec`, or the beginning of the object where there is none.
    pub span: Extent,
}

/// Types of Services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ServiceType {
    /// Reachable within the cluster.
    #[default]
    ClusterIp,
    /// Reachable on a port of every node.
    NodePort,
    /// Reachable through a load balancer of the provider.
    LoadBalancer,
    /// Another name in the DNS.
    ExternalName,
}

/// A port of a Service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePort {
    /// Position in `spec.ports`, from 0.
    pub index: usize,
    /// Its name; needed when there are several.
    pub name: Option<SpannedText>,
    /// Its number.
    pub port: Spanned<i32>,
    /// The port of the Pods: a number, or the name of a container's port; the same number where
    /// none is written.
    pub target_port: Option<Spanned<IntOrString>>,
    /// The port on every node.
    pub node_port: Option<Spanned<i32>>,
    /// `TCP` where none is written.
    pub protocol: Protocol,
    /// The protocol spoken on it, such as `kubernetes.io/h2c`.
    pub app_protocol: Option<SpannedText>,
    /// The whole entry.
    pub span: Extent,
}

/// A number or a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// A name.
    String(Box<str>),
}

impl Service {
    /// The port with this number.
    pub fn port_numbered(&self, number: i32) -> Option<&ServicePort> {
        self.ports.iter().find(|port| port.port.value == number)
    }

    /// The port with this name.
    pub fn port_named(&self, name: &str) -> Option<&ServicePort> {
        self.ports.iter().find(|port| {
            port.name
                .as_ref()
                .is_some_and(|found| &*found.value == name)
        })
    }

    /// Whether it has no address of its own.
    pub fn is_headless(&self) -> bool {
        self.cluster_ips
            .first()
            .is_some_and(|address| &*address.value == "None")
    }
}

pub(super) fn read(
    object: &mut Fields<'_, '_>,
    _: &ObjectMeta,
    problems: &mut Problems,
) -> Service {
    let path = object.path.key("spec");
    let mut service = Service {
        service_type: ServiceType::default(),
        type_span: None,
        ports: Vec::new(),
        cluster_ips: Vec::new(),
        external_name: None,
        external_traffic_policy: None,
        selector: Vec::new(),
        selector_span: None,
        publish_not_ready_addresses: false,
        span: object.head(),
    };
    let Some(entry) = object.entry("spec") else {
        object.missing("spec", Impact::Refused, problems);
        return service;
    };
    service.span = entry.key_span;
    let Some(mut fields) = Fields::open(&entry.value, &path, Impact::Unreadable, problems) else {
        return service;
    };
    if let Some(written) = fields.string("type", problems) {
        service.service_type = service_type(&written, &path, problems);
        service.type_span = Some(written.span);
    }
    let list = path.key("ports");
    for (at, node) in fields.list("ports", problems).iter().enumerate() {
        service
            .ports
            .extend(port(node, at, &list.item(at), problems));
    }
    service.cluster_ips = fields.strings("clusterIPs", problems);
    if let Some(address) = fields
        .string("clusterIP", problems)
        .filter(|ip| !ip.is_empty())
        && service.cluster_ips.is_empty()
    {
        service.cluster_ips.push(address);
    }
    service.external_name = fields
        .string("externalName", problems)
        .filter(|name| !name.is_empty());
    service.external_traffic_policy = fields.string("externalTrafficPolicy", problems);
    service.selector_span = fields.entry("selector").map(|entry| entry.key_span);
    service.selector = fields.string_map("selector", problems);
    service.publish_not_ready_addresses = fields
        .boolean("publishNotReadyAddresses", problems)
        .is_some_and(|publish| publish.value);
    check(&service, &fields, problems);
    fields.pass_over(&[
        "allocateLoadBalancerNodePorts",
        "externalIPs",
        "healthCheckNodePort",
        "internalTrafficPolicy",
        "ipFamilies",
        "ipFamilyPolicy",
        "loadBalancerClass",
        "loadBalancerIP",
        "loadBalancerSourceRanges",
        "sessionAffinity",
        "sessionAffinityConfig",
        "trafficDistribution",
    ]);
    fields.finish(problems);
    service
}

fn service_type(written: &SpannedText, path: &Path<'_>, problems: &mut Problems) -> ServiceType {
    match &*written.value {
        "ClusterIP" | "" => ServiceType::ClusterIp,
        "NodePort" => ServiceType::NodePort,
        "LoadBalancer" => ServiceType::LoadBalancer,
        "ExternalName" => ServiceType::ExternalName,
        _ => {
            let rule = "must be `ClusterIP`, `ExternalName`, `LoadBalancer` or `NodePort`";
            let kind = ProblemKind::Invalid {
                value: written.value.clone(),
                rule,
            };
            problems.add(kind, Impact::Refused, written.span, &path.key("type"));
            ServiceType::ClusterIp
        }
    }
}

fn port(
    node: &Node,
    index: usize,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Option<ServicePort> {
    let mut fields = Fields::open(node, path, Impact::Incomplete, problems)?;
    let name = fields
        .string("name", problems)
        .filter(|name| !name.is_empty());
    let port = fields.integer("port", problems);
    if port.is_none() && fields.entry("port").is_none() {
        fields.missing("port", Impact::Incomplete, problems);
    }
    let target_port = target_port(&mut fields, problems);
    let node_port = fields.integer("nodePort", problems);
    let protocol = Protocol::read(&mut fields, problems);
    let app_protocol = fields.string("appProtocol", problems);
    let invalid = |value: String, span, rule, field: &str, problems: &mut Problems| {
        let kind = ProblemKind::Invalid {
            value: value.into(),
            rule,
        };
        problems.add(kind, Impact::Refused, span, &path.key(field));
    };
    if let Some(name) = &name
        && let Some(rule) = name::label(name)
    {
        invalid(name.value.to_string(), name.span, rule, "name", problems);
    }
    for (number, field) in [(port, "port"), (node_port, "nodePort")] {
        if let Some(number) = number
            && let Some(rule) = name::port_number(number.value)
        {
            invalid(number.value.to_string(), number.span, rule, field, problems);
        }
    }
    if let Some(target) = &target_port {
        let (value, broken) = match &target.value {
            IntOrString::Int(number) => (number.to_string(), name::port_number(*number)),
            IntOrString::String(name) => (name.to_string(), name::port_name(name)),
        };
        if let Some(rule) = broken {
            invalid(value, target.span, rule, "targetPort", problems);
        }
    }
    fields.finish(problems);
    let port = port?;
    Some(ServicePort {
        index,
        name,
        port,
        target_port,
        node_port,
        protocol,
        app_protocol,
        span: node.span,
    })
}

fn target_port(
    fields: &mut Fields<'_, '_>,
    problems: &mut Problems,
) -> Option<Spanned<IntOrString>> {
    let node = fields.node("targetPort")?;
    let value = match &node.value {
        Value::String(name) => Some(IntOrString::String(name.clone())),
        _ => node
            .as_integer()
            .and_then(|number| i32::try_from(number).ok())
            .map(IntOrString::Int),
    };
    if value.is_none() {
        let path = fields.path.key("targetPort");
        problems.wrong_type(node, "a port number or name", Impact::Incomplete, &path);
    }
    // The API server takes 0 and the empty name for "not given".
    let given = |value: &IntOrString| {
        !matches!(value, IntOrString::Int(0)) && *value != IntOrString::String("".into())
    };
    value
        .filter(given)
        .map(|value| Spanned::new(value, node.span))
}

/// What the API server refuses about a Service as a whole (`ValidateService`).
fn check(service: &Service, fields: &Fields<'_, '_>, problems: &mut Problems) {
    let external = service.service_type == ServiceType::ExternalName;
    match &service.external_name {
        None if external => fields.missing("externalName", Impact::Refused, problems),
        Some(name) if external => {
            let host = name.strip_suffix('.').unwrap_or(name);
            if let Some(rule) = name::subdomain(host) {
                let kind = ProblemKind::Invalid {
                    value: name.value.clone(),
                    rule,
                };
                let path = fields.path.key("externalName");
                problems.add(kind, Impact::Refused, name.span, &path);
            }
        }
        _ => {}
    }
    if service.ports.is_empty() && !external && !service.is_headless() {
        fields.missing("ports", Impact::Refused, problems);
    }
    let ports_path = fields.path.key("ports");
    for (at, port) in service.ports.iter().enumerate() {
        let path = ports_path.item(at);
        if service.ports.len() > 1 && port.name.is_none() {
            let kind = ProblemKind::Missing { field: "name" };
            problems.add(kind, Impact::Refused, port.span, &path.key("name"));
        }
        let same_name = |other: &&ServicePort| {
            let names = (&other.name, &port.name);
            matches!(names, (Some(a), Some(b)) if a.value == b.value)
        };
        if let (Some(_), Some(name)) = (service.ports[..at].iter().find(same_name), &port.name) {
            let rule = "another port of this Service has the same name";
            let kind = ProblemKind::Invalid {
                value: name.value.clone(),
                rule,
            };
            problems.add(kind, Impact::Refused, name.span, &path.key("name"));
        }
    }
}
