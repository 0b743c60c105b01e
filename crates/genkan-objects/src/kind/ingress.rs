//! `networking.k8s.io/v1` Ingress, the whole specification, with the API server's validation.

use std::net::IpAddr;

use super::ObjectMeta;
use crate::extent::{Extent, Spanned, SpannedText};
use crate::fields::{Fields, Path, Problems};
use crate::name;
use crate::node::Node;
use crate::problem::{Impact, ProblemKind};

mod backend;

use backend::old_form;
pub use backend::{IngressBackend, ResourceBackend, ServiceBackend, ServiceBackendPort};

/// Which hosts and paths go to which Services.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ingress {
    /// Name of the IngressClass.
    pub class_name: Option<SpannedText>,
    /// Where requests go that match no rule.
    pub default_backend: Option<IngressBackend>,
    /// Certificates.
    pub tls: Vec<IngressTls>,
    /// Rules in the order written.
    pub rules: Vec<IngressRule>,
    /// The key `spec`, or the beginning of the object where there is none.
    pub span: Extent,
}

/// An entry of `spec.tls`.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressTls {
    /// Hosts that the certificate is for.
    pub hosts: Vec<SpannedText>,
    /// The Secret that holds the certificate.
    pub secret_name: Option<SpannedText>,
    /// The whole entry.
    pub span: Extent,
}

/// An entry of `spec.rules`.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressRule {
    /// Position in `spec.rules`, from 0.
    pub index: usize,
    /// The host; nothing, or nothing in it, means all hosts.
    pub host: Option<SpannedText>,
    /// Whether `http` is there: a rule without it routes its host to the default backend.
    pub has_http: bool,
    /// Paths in the order written.
    pub paths: Vec<IngressPath>,
    /// The whole entry.
    pub span: Extent,
}

/// An entry of `http.paths`.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressPath {
    /// Position in `http.paths`, from 0.
    pub index: usize,
    /// The path; nothing means all paths (only with `ImplementationSpecific`).
    pub path: Option<SpannedText>,
    /// How the path is compared; nothing where it is missing or no known type, which is a
    /// problem ([`ProblemKind::MissingPathType`] or [`ProblemKind::Invalid`]).
    pub path_type: Option<Spanned<PathType>>,
    /// Where requests go.
    pub backend: IngressBackend,
    /// The whole entry.
    pub span: Extent,
}

/// How a path is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathType {
    /// The whole path, letter by letter.
    Exact,
    /// Whole elements from the beginning.
    Prefix,
    /// As the controller likes.
    ImplementationSpecific,
}

impl PathType {
    /// As manifests write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "Exact",
            Self::Prefix => "Prefix",
            Self::ImplementationSpecific => "ImplementationSpecific",
        }
    }
}

const ABSOLUTE_PATH: &str = "must be an absolute path";
const PATH_TYPES: &str = "must be `Exact`, `ImplementationSpecific` or `Prefix`";
const NO_ADDRESS: &str = "must be a DNS name, not an IP address";

/// What a path of type Exact or Prefix must not hold (`invalidPathSequences`).
const PATH_SEQUENCES: [(&str, &str); 5] = [
    ("//", "must not contain `//`"),
    ("/./", "must not contain `/./`"),
    ("/../", "must not contain `/../`"),
    ("%2f", "must not contain `%2f`"),
    ("%2F", "must not contain `%2F`"),
];

/// What such a path must not end with (`invalidPathSuffixes`).
const PATH_SUFFIXES: [(&str, &str); 2] = [
    ("/..", "cannot end with `/..`"),
    ("/.", "cannot end with `/.`"),
];

pub(super) fn read(
    object: &mut Fields<'_, '_>,
    _: &ObjectMeta,
    problems: &mut Problems,
) -> Ingress {
    let Some(entry) = object.entry("spec") else {
        object.missing("spec", Impact::Refused, problems);
        return Ingress {
            span: object.head(),
            ..Ingress::default()
        };
    };
    let path = object.path.key("spec");
    let Some(mut fields) = Fields::open(&entry.value, &path, Impact::Unreadable, problems) else {
        return Ingress::default();
    };
    let class_name = fields.string("ingressClassName", problems);
    if let Some(name) = &class_name {
        check(
            name,
            name::subdomain(name),
            &path.key("ingressClassName"),
            problems,
        );
    }
    let default_backend = fields
        .node("defaultBackend")
        .map(|node| backend::read(node, &path.key("defaultBackend"), problems));
    // Before v1 it was called `backend`.
    if let Some(node) = fields.node("backend") {
        let kind = ProblemKind::OldBackend {
            service: None,
            port: None,
        };
        problems.add(kind, Impact::Incomplete, node.span, &path.key("backend"));
    }
    let tls_path = path.key("tls");
    let tls = fields.list("tls", problems).iter().enumerate();
    let tls: Vec<_> = tls
        .filter_map(|(at, node)| tls_entry(node, &tls_path.item(at), problems))
        .collect();
    let rules_path = path.key("rules");
    let rules = fields.list("rules", problems).iter().enumerate();
    let rules: Vec<_> = rules
        .filter_map(|(at, node)| rule(node, at, &rules_path.item(at), problems))
        .collect();
    if rules.is_empty() && default_backend.is_none() && !problems.unreadable() {
        fields.missing("rules", Impact::Refused, problems);
    }
    fields.finish(problems);
    Ingress {
        class_name,
        default_backend,
        tls,
        rules,
        span: entry.key_span,
    }
}

fn tls_entry(node: &Node, path: &Path<'_>, problems: &mut Problems) -> Option<IngressTls> {
    let mut fields = Fields::open(node, path, Impact::Incomplete, problems)?;
    let hosts = fields.strings("hosts", problems);
    let hosts_path = path.key("hosts");
    for (at, host) in hosts.iter().enumerate() {
        check(host, host_rule(host), &hosts_path.item(at), problems);
    }
    let secret_name = fields
        .string("secretName", problems)
        .filter(|name| !name.is_empty());
    if let Some(name) = &secret_name {
        check(
            name,
            name::subdomain(name),
            &path.key("secretName"),
            problems,
        );
    }
    fields.finish(problems);
    Some(IngressTls {
        hosts,
        secret_name,
        span: node.span,
    })
}

fn rule(
    node: &Node,
    index: usize,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Option<IngressRule> {
    let mut fields = Fields::open(node, path, Impact::Unreadable, problems)?;
    let host = fields
        .string("host", problems)
        .filter(|host| !host.is_empty());
    if let Some(host) = &host {
        let path = path.key("host");
        if host.parse::<IpAddr>().is_ok() {
            check(host, Some(NO_ADDRESS), &path, problems);
        }
        check(host, host_rule(host), &path, problems);
    }
    let mut rule = IngressRule {
        index,
        host,
        has_http: false,
        paths: Vec::new(),
        span: node.span,
    };
    if let Some(http) = fields.node("http") {
        rule.has_http = true;
        let http_path = path.key("http");
        if let Some(mut http) = Fields::open(http, &http_path, Impact::Unreadable, problems) {
            let list = http_path.key("paths");
            for (at, node) in http.list("paths", problems).iter().enumerate() {
                rule.paths
                    .extend(path_entry(node, at, &list.item(at), problems));
            }
            if rule.paths.is_empty() {
                http.missing("paths", Impact::Refused, problems);
            }
            http.finish(problems);
        }
    }
    fields.finish(problems);
    Some(rule)
}

fn path_entry(
    node: &Node,
    index: usize,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Option<IngressPath> {
    let mut fields = Fields::open(node, path, Impact::Unreadable, problems)?;
    let written = fields.string("path", problems);
    let path_type = path_type(&mut fields, problems);
    let place = path.key("path");
    match (&written, path_type.map(|found| found.value)) {
        (Some(written), Some(kind)) => check_path(written, kind, &place, problems),
        (None, Some(PathType::Exact | PathType::Prefix)) => {
            fields.missing("path", Impact::Refused, problems);
        }
        _ => {}
    }
    let backend = match fields.node("backend") {
        Some(node) => backend::read(node, &path.key("backend"), problems),
        None => {
            if !old_form(&mut fields, problems) {
                fields.missing("backend", Impact::Incomplete, problems);
            }
            IngressBackend {
                span: fields.head(),
                ..IngressBackend::default()
            }
        }
    };
    fields.finish(problems);
    Some(IngressPath {
        index,
        path: written,
        path_type,
        backend,
        span: node.span,
    })
}

fn path_type(fields: &mut Fields<'_, '_>, problems: &mut Problems) -> Option<Spanned<PathType>> {
    let place = fields.path.key("pathType");
    let head = fields.head();
    let Some(node) = fields.node("pathType") else {
        problems.add(ProblemKind::MissingPathType, Impact::Refused, head, &place);
        return None;
    };
    let path_type = match node.as_str() {
        Some("Exact") => PathType::Exact,
        Some("Prefix") => PathType::Prefix,
        Some("ImplementationSpecific") => PathType::ImplementationSpecific,
        Some(other) => {
            let kind = ProblemKind::Invalid {
                value: other.into(),
                rule: PATH_TYPES,
            };
            problems.add(kind, Impact::Refused, node.span, &place);
            return None;
        }
        None => {
            problems.wrong_type(node, "a string", Impact::Refused, &place);
            return None;
        }
    };
    Some(Spanned::new(path_type, node.span))
}

fn check_path(
    written: &SpannedText,
    path_type: PathType,
    place: &Path<'_>,
    problems: &mut Problems,
) {
    let implementation = path_type == PathType::ImplementationSpecific;
    let may_be_empty = implementation && written.is_empty();
    if !written.starts_with('/') && !may_be_empty {
        check(written, Some(ABSOLUTE_PATH), place, problems);
    }
    if implementation {
        return;
    }
    for (sequence, rule) in PATH_SEQUENCES {
        if written.contains(sequence) {
            check(written, Some(rule), place, problems);
        }
    }
    for (suffix, rule) in PATH_SUFFIXES {
        if written.ends_with(suffix) {
            check(written, Some(rule), place, problems);
        }
    }
}

fn host_rule(host: &str) -> name::Broken {
    if host.contains('*') {
        name::wildcard(host)
    } else {
        name::subdomain(host)
    }
}

fn check(value: &SpannedText, broken: name::Broken, path: &Path<'_>, problems: &mut Problems) {
    if let Some(rule) = broken {
        check_as(value, rule, Impact::Refused, path, problems);
    }
}

fn check_as(
    value: &SpannedText,
    rule: &'static str,
    impact: Impact,
    path: &Path<'_>,
    problems: &mut Problems,
) {
    let kind = ProblemKind::Invalid {
        value: value.value.clone(),
        rule,
    };
    problems.add(kind, impact, value.span, path);
}
