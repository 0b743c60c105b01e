//! `discovery.k8s.io/v1` EndpointSlice: the addresses behind a Service.

use std::net::IpAddr;

use super::ObjectMeta;
use crate::extent::{Extent, Spanned, SpannedText};
use crate::fields::{Fields, Path, Problems};
use crate::name;
use crate::node::Node;
use crate::problem::{Impact, ProblemKind};

const SERVICE_LABEL: &str = "kubernetes.io/service-name";

/// Some of the addresses of a Service.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointSlice {
    /// The Service it belongs to (label `kubernetes.io/service-name`).
    pub service: Option<Box<str>>,
    /// What its addresses are.
    pub address_type: Option<Spanned<AddressType>>,
    /// Ports that every endpoint has.
    pub ports: Vec<EndpointPort>,
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
    /// The beginning of the object.
    pub span: Extent,
}

/// What the addresses of a slice are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressType {
    /// IPv4 addresses.
    Ipv4,
    /// IPv6 addresses.
    Ipv6,
    /// Host names; Kubernetes gives them no meaning.
    Fqdn,
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Protocol {
    /// TCP
    #[default]
    Tcp,
    /// UDP
    Udp,
    /// SCTP
    Sctp,
}

/// A port of all endpoints of a slice.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointPort {
    /// The name of the Service's port it belongs to; empty for a Service with one nameless port.
    pub name: Box<str>,
    /// The number; nothing means all ports.
    pub port: Option<Spanned<i32>>,
    /// `TCP` where none is written.
    pub protocol: Protocol,
    /// The protocol spoken on it.
    pub app_protocol: Option<Box<str>>,
    /// The whole entry.
    pub span: Extent,
}

/// One endpoint: one Pod, usually.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Addresses that could be read; consumers use the first (EndpointSlice API).
    pub addresses: Vec<Spanned<IpAddr>>,
    /// Its state.
    pub conditions: Conditions,
    /// The Pod behind it.
    pub target: Option<TargetRef>,
    /// Node it runs on.
    pub node_name: Option<Box<str>>,
    /// Zone it runs in.
    pub zone: Option<Box<str>>,
    /// Zones that should use it (topology hints).
    pub hint_zones: Vec<Box<str>>,
    /// The whole entry.
    pub span: Extent,
}

/// States of an endpoint; nothing means unknown, which has a meaning of its own for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Conditions {
    /// Whether it takes traffic; unknown counts as ready.
    pub ready: Option<bool>,
    /// Whether it would answer, even while it ends; unknown counts as `ready`.
    pub serving: Option<bool>,
    /// Whether it is ending; unknown counts as not.
    pub terminating: Option<bool>,
}

/// The object behind an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRef {
    /// Kind, usually `Pod`.
    pub kind: Box<str>,
    /// Name.
    pub name: Box<str>,
    /// Namespace.
    pub namespace: Option<Box<str>>,
}

impl Protocol {
    /// Reads a field `protocol`.
    pub(super) fn read(fields: &mut Fields<'_, '_>, problems: &mut Problems) -> Self {
        let Some(written) = fields.string("protocol", problems) else {
            return Self::Tcp;
        };
        match &*written.value {
            "TCP" | "" => Self::Tcp,
            "UDP" => Self::Udp,
            "SCTP" => Self::Sctp,
            _ => {
                let rule = "must be `SCTP`, `TCP` or `UDP`";
                let kind = ProblemKind::Invalid {
                    value: written.value.clone(),
                    rule,
                };
                let path = fields.path.key("protocol");
                problems.add(kind, Impact::Refused, written.span, &path);
                Self::Tcp
            }
        }
    }
}

pub(super) fn read(
    object: &mut Fields<'_, '_>,
    meta: &ObjectMeta,
    problems: &mut Problems,
) -> EndpointSlice {
    let address_type = address_type(object, problems);
    let path = object.path.key("ports");
    let ports = object.list("ports", problems).iter().enumerate();
    let ports: Vec<_> = ports
        .filter_map(|(at, node)| port(node, &path.item(at), problems))
        .collect();
    let path = object.path.key("endpoints");
    let endpoints = object.list("endpoints", problems).iter().enumerate();
    let kind = address_type.map(|found| found.value);
    let endpoints: Vec<_> = endpoints
        .filter_map(|(at, node)| endpoint(node, kind, &path.item(at), problems))
        .collect();
    let service = meta.label(SERVICE_LABEL).map(Into::into);
    EndpointSlice {
        service,
        address_type,
        ports,
        endpoints,
        span: object.head(),
    }
}

fn address_type(
    object: &mut Fields<'_, '_>,
    problems: &mut Problems,
) -> Option<Spanned<AddressType>> {
    let Some(written) = object.string("addressType", problems) else {
        if !problems.unreadable() {
            object.missing("addressType", Impact::Refused, problems);
        }
        return None;
    };
    let address_type = match &*written.value {
        "IPv4" => AddressType::Ipv4,
        "IPv6" => AddressType::Ipv6,
        "FQDN" => AddressType::Fqdn,
        _ => {
            let rule = "must be `IPv4`, `IPv6` or `FQDN`";
            let kind = ProblemKind::Invalid {
                value: written.value.clone(),
                rule,
            };
            let path = object.path.key("addressType");
            problems.add(kind, Impact::Refused, written.span, &path);
            return None;
        }
    };
    Some(Spanned::new(address_type, written.span))
}

fn port(node: &Node, path: &Path<'_>, problems: &mut Problems) -> Option<EndpointPort> {
    let mut fields = Fields::open(node, path, Impact::Incomplete, problems)?;
    let name = fields
        .string("name", problems)
        .map(|name| name.value)
        .unwrap_or_default();
    let port = fields.integer("port", problems);
    let unreadable = port.is_none() && fields.entry("port").is_some();
    if let Some(number) = &port
        && let Some(rule) = name::port_number(number.value)
    {
        let kind = ProblemKind::Invalid {
            value: number.value.to_string().into(),
            rule,
        };
        problems.add(kind, Impact::Refused, number.span, &path.key("port"));
    }
    let protocol = Protocol::read(&mut fields, problems);
    let app_protocol = fields
        .string("appProtocol", problems)
        .map(|protocol| protocol.value);
    fields.finish(problems);
    (!unreadable).then_some(EndpointPort {
        name,
        port,
        protocol,
        app_protocol,
        span: node.span,
    })
}

fn endpoint(
    node: &Node,
    address_type: Option<AddressType>,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Option<Endpoint> {
    let mut fields = Fields::open(node, path, Impact::Incomplete, problems)?;
    let written = fields.strings("addresses", problems);
    let addresses = addresses(&written, address_type, path, problems);
    let mut conditions = Conditions::default();
    if let Some(node) = fields.node("conditions") {
        let path = path.key("conditions");
        if let Some(mut fields) = Fields::open(node, &path, Impact::Incomplete, problems) {
            let mut read = |name| fields.boolean(name, problems).map(|state| state.value);
            conditions = Conditions {
                ready: read("ready"),
                serving: read("serving"),
                terminating: read("terminating"),
            };
            fields.finish(problems);
        }
    }
    let target = fields.node("targetRef").and_then(target);
    let node_name = fields.string("nodeName", problems).map(|name| name.value);
    let zone = fields.string("zone", problems).map(|zone| zone.value);
    let hint_zones = fields.node("hints").map(hint_zones).unwrap_or_default();
    fields.pass_over(&["hostname", "deprecatedTopology"]);
    fields.finish(problems);
    let span = node.span;
    Some(Endpoint {
        addresses,
        conditions,
        target,
        node_name,
        zone,
        hint_zones,
        span,
    })
}

fn addresses(
    written: &[SpannedText],
    address_type: Option<AddressType>,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Vec<Spanned<IpAddr>> {
    let list = path.key("addresses");
    let mut addresses = Vec::with_capacity(written.len());
    for (at, text) in written.iter().enumerate() {
        let fits = |address: &IpAddr| match address_type {
            Some(AddressType::Ipv4) => address.is_ipv4(),
            Some(AddressType::Ipv6) => address.is_ipv6(),
            Some(AddressType::Fqdn) => false,
            None => true,
        };
        match text.parse().ok().filter(fits) {
            Some(address) => addresses.push(Spanned::new(address, text.span)),
            None => {
                let rule = match address_type {
                    Some(AddressType::Ipv4) => "must be an IPv4 address",
                    Some(AddressType::Ipv6) => "must be an IPv6 address",
                    Some(AddressType::Fqdn) => "host names in EndpointSlices are not resolved",
                    None => "must be an IP address",
                };
                let kind = ProblemKind::Invalid {
                    value: text.value.clone(),
                    rule,
                };
                problems.add(kind, Impact::Incomplete, text.span, &list.item(at));
            }
        }
    }
    addresses
}

fn target(node: &Node) -> Option<TargetRef> {
    let text = |key: &str| node.get(key).and_then(Node::as_str).map(Box::from);
    Some(TargetRef {
        kind: text("kind")?,
        name: text("name")?,
        namespace: text("namespace"),
    })
}

fn hint_zones(node: &Node) -> Vec<Box<str>> {
    let zones = node
        .get("forZones")
        .and_then(Node::items)
        .unwrap_or_default();
    let name = |zone: &Node| zone.get("name").and_then(Node::as_str).map(Box::from);
    zones.iter().filter_map(name).collect()
}
