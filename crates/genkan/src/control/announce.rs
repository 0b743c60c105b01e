//! What the program says of its own accord, on standard error: the first lines, each new generation,
//! each new finding once.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    path::Path,
};

use genkan_compile::Generation;
use genkan_diagnosis::{Severity, Style, render};
use genkan_objects::kind::ObjectMeta;
use genkan_proxy::{Proxy, Refusal, RefusalReason};
use genkan_route::{
    host::HostName,
    route::{RouteSpec, Target},
};

use super::{Greeting, Plan, entrance::ListenerChanges, refusals};
use crate::{admin, command::message};

/// Addresses that the first lines list at most.
const ADDRESSES_MAX: usize = 10;

/// Refused connections that are told of in one generation; the metrics count all.
const REFUSALS_MAX: usize = 64;

/// Remembers what has been said.
#[derive(Debug)]
pub(super) struct Announcer {
    style: Style,
    speaks: bool,
    /// Fingerprints of the findings that stand at the moment.
    said: BTreeSet<String>,
    /// Who was refused for what in this generation.
    refused: BTreeSet<(IpAddr, RefusalReason)>,
}

impl Announcer {
    pub(super) fn new(style: Style, speaks: bool) -> Self {
        Self {
            style,
            speaks,
            said: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }

    /// The first lines.
    pub(super) fn begin(
        &mut self,
        plan: &Plan,
        generation: &Generation,
        proxy: &Proxy,
        admin: &admin::Servers,
    ) {
        if !self.speaks {
            return;
        }
        let summary = generation.summary;
        message!(
            "Genkan {}  serving {}  ({}, {}, {})",
            env!("CARGO_PKG_VERSION"),
            sources(plan),
            counted(summary.ingresses, "Ingress", "Ingresses"),
            counted(summary.routes, "route", "routes"),
            counted(summary.services, "service", "services"),
        );
        let listeners = proxy.listeners();
        for on in &listeners {
            message!("listening {} {}", on.scheme.as_str(), reachable(on.address));
        }
        message!("listening admin {}", reachable(admin.admin_address()));
        message!("listening console {}", admin.console_address());
        let port = listeners.first().map_or(0, |on| on.address.port());
        let metrics = format!("http://localhost:{}/metrics", admin.admin_address().port());
        for (url, what) in addresses(generation, port)
            .iter()
            .chain([&(metrics, "metrics".to_owned())])
        {
            message!("  {url:<30}  {what}");
        }
        if let Greeting::Speak { hints } = &plan.greeting {
            for hint in hints {
                message!("  {hint}");
            }
        }
        self.findings(generation);
        message!("ready generation {}", generation.number());
    }

    /// A generation is live.
    pub(super) fn generation(&mut self, generation: &Generation) {
        if !self.speaks {
            return;
        }
        self.findings(generation);
        self.refused.clear();
        message!("live generation {}", generation.number());
    }

    /// Traffic is accepted elsewhere.
    pub(super) fn listeners(&self, changes: &ListenerChanges) {
        if !self.speaks {
            return;
        }
        for on in &changes.opened {
            message!("listening {} {}", on.scheme.as_str(), reachable(on.address));
        }
        for on in &changes.closed {
            message!("no longer listening {} {}", on.scheme.as_str(), on.address);
        }
    }

    /// A connection was refused: said once for each sender and reason of a generation.
    pub(super) fn refusal(&mut self, refusal: &Refusal) {
        let key = (refusal.peer.ip(), refusal.reason);
        if self.speaks && self.refused.len() < REFUSALS_MAX && self.refused.insert(key) {
            let finding = refusals::finding(refusal);
            message!(
                "{}",
                render::text::finding(&finding, &self.style).trim_end()
            );
        }
    }

    /// Prints findings that did not stand in the generation before. One that was mended and comes back
    /// is new again.
    fn findings(&mut self, generation: &Generation) {
        let mut standing = BTreeSet::new();
        // Notes are facts for `genkan lint`, nothing to interrupt anybody with.
        let told = generation
            .findings
            .iter()
            .filter(|finding| finding.severity() != Severity::Note);
        for finding in told {
            let fingerprint = finding.fingerprint();
            if !self.said.contains(&fingerprint) && !standing.contains(&fingerprint) {
                message!("{}", render::text::finding(finding, &self.style).trim_end());
            }
            standing.insert(fingerprint);
        }
        let mended = self.said.difference(&standing).count();
        if mended > 0 {
            message!("{} mended", counted(mended, "finding", "findings"));
        }
        self.said = standing;
    }
}

fn sources(plan: &Plan) -> String {
    let show = |path: &std::path::PathBuf| {
        if path == Path::new("-") {
            "standard input".to_owned()
        } else {
            path.display().to_string()
        }
    };
    plan.sources.iter().map(show).collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// An address that a client on this machine can use.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::from(([127, 0, 0, 1], address.port()))
    } else {
        address
    }
}

/// Where to reach what, from the shortest path on: what several rules lead to has one line.
fn addresses(generation: &Generation, port: u16) -> Vec<(String, String)> {
    let mut rules = Vec::new();
    for host in generation.hosts() {
        let name = match host.name() {
            HostName::Exact(name) => name.to_string(),
            HostName::CatchAll => "localhost".to_owned(),
            HostName::Wildcard(_) => continue,
        };
        for route in host.routes().iter().filter(|route| !route.spec.implied) {
            let url = format!("http://{name}:{port}{}", route.spec.path);
            let somewhere = *host.name() == HostName::CatchAll;
            rules.push((!somewhere, url, target(&route.spec, generation)));
        }
    }
    rules.sort();
    let mut lines: Vec<(String, String, Vec<String>)> = Vec::new();
    let mut hidden = 0_usize;
    for (_, url, what) in rules {
        match lines.iter().position(|line| line.1 == what) {
            Some(index) => lines[index].2.push(url),
            None if lines.len() < ADDRESSES_MAX => lines.push((url, what, Vec::new())),
            None => hidden += 1,
        }
    }
    let mut lines: Vec<(String, String)> = lines.into_iter().map(one_line).collect();
    if hidden > 0 {
        lines.push((format!("and {hidden} more"), String::new()));
    }
    lines
}

fn one_line((url, what, others): (String, String, Vec<String>)) -> (String, String) {
    let Some((other, more)) = others.split_first() else {
        return (url, what);
    };
    let mut what = format!("{what:<17}  also as {other}");
    if other.contains(".localhost:") {
        // Other programs ask a name server, which knows no such name.
        what += " in a browser";
    }
    if !more.is_empty() {
        what += &format!(" and {} more", more.len());
    }
    (url, what)
}

/// What somebody wrote about the object, or its name.
fn target(spec: &RouteSpec, generation: &Generation) -> String {
    let origins = &generation.origins;
    let described = |meta: &ObjectMeta| Some(meta.annotation(DESCRIPTION)?.value.value.to_string());
    match &spec.target {
        Target::Service(group) => origins
            .service(group)
            .and_then(|service| described(&service.meta))
            .unwrap_or_else(|| {
                format!(
                    "Service {}/{}:{}",
                    group.namespace, group.service, group.port
                )
            }),
        Target::Site(site) => {
            let name = origins
                .site(site)
                .and_then(|object| described(&object.meta))
                .unwrap_or_else(|| format!("StaticSite {}/{}", site.namespace, site.name));
            format!("{name} (static files, served by Genkan)")
        }
        Target::NotFound => "nothing (404)".to_owned(),
    }
}

/// The annotation that Kubernetes reserves for a sentence about an object.
const DESCRIPTION: &str = "kubernetes.io/description";
