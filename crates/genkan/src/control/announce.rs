//! What the program says of its own accord, on standard error: the first lines, each new generation,
//! each new finding once.

use std::{collections::BTreeSet, net::SocketAddr, path::Path};

use genkan_compile::Generation;
use genkan_diagnosis::{Severity, Style, render};
use genkan_proxy::Proxy;
use genkan_route::{
    host::HostName,
    route::{RouteSpec, Target},
};

use super::{Greeting, Plan};
use crate::admin;

/// Addresses that the first lines list at most.
const ADDRESSES_MAX: usize = 10;

/// Remembers what has been said.
#[derive(Debug)]
pub(super) struct Announcer {
    style: Style,
    speaks: bool,
    /// Fingerprints of the findings that stand at the moment.
    said: BTreeSet<String>,
}

impl Announcer {
    pub(super) fn new(style: Style, speaks: bool) -> Self {
        Self {
            style,
            speaks,
            said: BTreeSet::new(),
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
        eprintln!(
            "Genkan {}  serving {}  ({}, {}, {})",
            env!("CARGO_PKG_VERSION"),
            sources(plan),
            counted(summary.ingresses, "Ingress", "Ingresses"),
            counted(summary.routes, "route", "routes"),
            counted(summary.services, "service", "services"),
        );
        for (address, scheme) in proxy.local_addresses().iter().zip(["http", "https"]) {
            eprintln!("listening {scheme} {}", reachable(*address));
        }
        eprintln!("listening admin {}", reachable(admin.admin_address()));
        eprintln!("listening console {}", admin.console_address());
        let port = proxy.local_addresses().first().map_or(0, SocketAddr::port);
        for line in addresses(generation, port) {
            eprintln!("  {line}");
        }
        eprintln!(
            "  http://localhost:{}/metrics  metrics",
            admin.admin_address().port()
        );
        if let Greeting::Demo { hints } = &plan.greeting {
            for hint in hints {
                eprintln!("  {hint}");
            }
        }
        self.findings(generation);
        eprintln!("ready generation {}", generation.number());
    }

    /// A generation is live.
    pub(super) fn generation(&mut self, generation: &Generation) {
        if !self.speaks {
            return;
        }
        self.findings(generation);
        eprintln!("live generation {}", generation.number());
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
                eprintln!("{}", render::text::finding(finding, &self.style).trim_end());
            }
            standing.insert(fingerprint);
        }
        let mended = self.said.difference(&standing).count();
        if mended > 0 {
            eprintln!("{} mended", counted(mended, "finding", "findings"));
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

/// One line per written rule: where to reach it and what it leads to.
fn addresses(generation: &Generation, port: u16) -> Vec<String> {
    let mut lines = Vec::new();
    for host in generation.hosts() {
        let name = match host.name() {
            HostName::Exact(name) => name.to_string(),
            HostName::CatchAll => "localhost".to_owned(),
            HostName::Wildcard(_) => continue,
        };
        for route in host.routes().iter().filter(|route| !route.spec.implied) {
            let url = format!("http://{name}:{port}{}", route.spec.path);
            lines.push(format!("{url:<32}  {}", target(&route.spec, generation)));
        }
    }
    let hidden = lines.len().saturating_sub(ADDRESSES_MAX);
    lines.truncate(ADDRESSES_MAX);
    if hidden > 0 {
        lines.push(format!("and {hidden} more"));
    }
    lines
}

fn target(spec: &RouteSpec, generation: &Generation) -> String {
    match &spec.target {
        Target::Service(group) => {
            let described = generation
                .origins
                .service(group)
                .and_then(|service| service.meta.annotation(DESCRIPTION));
            described
                .map(|annotation| annotation.value.value.to_string())
                .unwrap_or_else(|| {
                    format!(
                        "Service {}/{}:{}",
                        group.namespace, group.service, group.port
                    )
                })
        }
        Target::Site(site) => format!(
            "StaticSite {}/{} (files, served by Genkan)",
            site.namespace, site.name
        ),
        Target::NotFound => "nothing (404)".to_owned(),
    }
}

/// The annotation that Kubernetes reserves for a sentence about an object.
const DESCRIPTION: &str = "kubernetes.io/description";
