//! Pods and what makes Pods, read for diagnosis only: labels, container ports, probes.
//!
//! They never decide traffic, so nothing in them is a problem of ours: what cannot be read is passed
//! over.

use std::fmt;

use super::IntOrString;
use crate::extent::{Extent, Spanned, SpannedText};
use crate::fields::Problems;
use crate::node::{Node, Value};

/// Kinds that are or make Pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkloadKind {
    /// `apps` Deployment.
    Deployment,
    /// `apps` StatefulSet.
    StatefulSet,
    /// `apps` DaemonSet.
    DaemonSet,
    /// `apps` ReplicaSet.
    ReplicaSet,
    /// `batch` Job.
    Job,
    /// `batch` CronJob.
    CronJob,
    /// A Pod itself.
    Pod,
}

/// A Pod, or the pattern that Pods are made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Which kind.
    pub kind: WorkloadKind,
    /// The Pods it makes.
    pub template: PodTemplate,
}

/// What Pods look like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodTemplate {
    /// Labels, in the order written.
    pub labels: Vec<(SpannedText, SpannedText)>,
    /// The labels' mapping, or the template where there are none.
    pub labels_span: Extent,
    /// Containers, sidecars (init containers that restart) included.
    pub containers: Vec<Container>,
}

/// A container of a Pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// Its name.
    pub name: Option<SpannedText>,
    /// Declared ports. A container may listen on others.
    pub ports: Vec<ContainerPort>,
    /// Whether and how it is asked if it is ready.
    pub readiness: Option<Probe>,
    /// Whether and how it is asked if it is alive.
    pub liveness: Option<Probe>,
    /// The whole entry.
    pub span: Extent,
}

/// A port that a container declares.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerPort {
    /// Its name.
    pub name: Option<SpannedText>,
    /// Its number.
    pub port: Spanned<i32>,
}

/// How a container is asked for its state.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// What is done.
    pub action: ProbeAction,
    /// The whole entry.
    pub span: Extent,
}

/// What a probe does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeAction {
    /// Asks for a path over HTTP.
    HttpGet {
        /// The path, `/` where none is written.
        path: Box<str>,
        /// The port, by number or name.
        port: Option<IntOrString>,
    },
    /// Opens a connection.
    TcpSocket {
        /// The port, by number or name.
        port: Option<IntOrString>,
    },
    /// Runs a program, or asks over gRPC.
    Other,
}

impl WorkloadKind {
    pub(super) fn parse(group: &str, kind: &str) -> Option<Self> {
        Some(match (group, kind) {
            ("apps" | "extensions", "Deployment") => Self::Deployment,
            ("apps", "StatefulSet") => Self::StatefulSet,
            ("apps" | "extensions", "DaemonSet") => Self::DaemonSet,
            ("apps" | "extensions", "ReplicaSet") => Self::ReplicaSet,
            ("batch", "Job") => Self::Job,
            ("batch", "CronJob") => Self::CronJob,
            ("", "Pod") => Self::Pod,
            _ => return None,
        })
    }

    /// The kind's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
            Self::Pod => "Pod",
        }
    }

    /// Where the pattern of its Pods stands.
    fn template(self) -> &'static str {
        match self {
            Self::Pod => "",
            Self::CronJob => "/spec/jobTemplate/spec/template",
            _ => "/spec/template",
        }
    }
}

impl fmt::Display for WorkloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PodTemplate {
    /// Whether Pods made from this have all labels of a selector.
    pub fn matches<'s>(&self, selector: impl IntoIterator<Item = (&'s str, &'s str)>) -> bool {
        selector.into_iter().all(|(key, value)| {
            self.labels
                .iter()
                .any(|(name, found)| &*name.value == key && &*found.value == value)
        })
    }
}

pub(super) fn read(object: &Node, kind: WorkloadKind, _: &mut Problems) -> Workload {
    let template = object
        .pointer(kind.template())
        .map(template)
        .unwrap_or_default();
    Workload { kind, template }
}

fn template(node: &Node) -> PodTemplate {
    let labels = node.pointer("/metadata/labels");
    let spec = node.get("spec");
    let list = |name| {
        spec.and_then(|spec| spec.get(name))
            .and_then(Node::items)
            .unwrap_or_default()
    };
    let sidecar = |node: &&Node| node.get("restartPolicy").and_then(Node::as_str) == Some("Always");
    let containers = list("containers").iter();
    let sidecars = list("initContainers").iter().filter(sidecar);
    PodTemplate {
        labels: labels.map(pairs).unwrap_or_default(),
        labels_span: labels.map_or(node.span, |labels| labels.span),
        containers: containers.chain(sidecars).map(container).collect(),
    }
}

fn pairs(node: &Node) -> Vec<(SpannedText, SpannedText)> {
    let text = |node: &Node| {
        node.as_str()
            .map(|text| Spanned::new(text.into(), node.span))
    };
    let entries = node.entries().unwrap_or_default().iter();
    entries
        .filter_map(|entry| {
            let key = Spanned::new(entry.key.clone(), entry.key_span);
            Some((key, text(&entry.value)?))
        })
        .collect()
}

fn container(node: &Node) -> Container {
    let text = |node: &Node| {
        node.as_str()
            .map(|text| Spanned::new(text.into(), node.span))
    };
    let ports = node
        .get("ports")
        .and_then(Node::items)
        .unwrap_or_default()
        .iter();
    let port = |node: &Node| {
        let number = node.get("containerPort")?;
        let value = i32::try_from(number.as_integer()?).ok()?;
        let name = node.get("name").and_then(text);
        Some(ContainerPort {
            name,
            port: Spanned::new(value, number.span),
        })
    };
    Container {
        name: node.get("name").and_then(text),
        ports: ports.filter_map(port).collect(),
        readiness: node.get("readinessProbe").map(probe),
        liveness: node.get("livenessProbe").map(probe),
        span: node.span,
    }
}

fn probe(node: &Node) -> Probe {
    let port = |action: &Node| match &action.get("port")?.value {
        Value::String(name) => Some(IntOrString::String(name.clone())),
        Value::Integer(number) => i32::try_from(*number).ok().map(IntOrString::Int),
        _ => None,
    };
    let action = if let Some(action) = node.get("httpGet") {
        let path = action
            .get("path")
            .and_then(Node::as_str)
            .unwrap_or("/")
            .into();
        ProbeAction::HttpGet {
            path,
            port: port(action),
        }
    } else if let Some(action) = node.get("tcpSocket") {
        ProbeAction::TcpSocket { port: port(action) }
    } else {
        ProbeAction::Other
    };
    Probe {
        action,
        span: node.span,
    }
}
