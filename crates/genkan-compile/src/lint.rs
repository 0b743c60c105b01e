//! Findings that need requests to be tried, and suggestions that were replayed.
//!
//! Asked for on demand, never on the way to traffic: every row of a `tried` table is an answer of the
//! router that serves, and a suggestion is called checked only when the patched objects, compiled and
//! linted again, no longer have the finding and have no new one.

mod hidden;
mod neighbours;
mod pattern;
mod reach;
mod replay;
mod rewrite;
mod sample;

use genkan_diagnosis::{Code, Finding};
use genkan_objects::{Resource, kind::Ingress};
use genkan_route::{host::Host, table::Route};

use neighbours::Neighbours;

use crate::{
    generation::Generation,
    probe::{Probe, example_host},
};

impl Generation {
    /// All findings: those of the compile and those of tried requests, with suggestions replayed.
    pub fn lint(&self) -> Vec<Finding> {
        let neighbours = Neighbours::of(&self.origins.objects);
        raw(self)
            .into_iter()
            .map(|finding| replay::check(self, &neighbours, finding))
            .collect()
    }
}

/// All findings, suggestions not replayed.
fn raw(generation: &Generation) -> Vec<Finding> {
    let mut findings = generation.findings.clone();
    for host in generation.hosts() {
        let mut seen: Vec<(Code, String)> = Vec::new();
        for route in host.routes().iter().filter(|route| !route.spec.implied) {
            let Some(object) = generation.origins.ingress(&route.spec.origin) else {
                continue;
            };
            let subject = Subject {
                generation,
                host,
                route,
                object,
            };
            let mut found = Vec::new();
            found.extend(rewrite::findings(&subject));
            found.extend(pattern::findings(&subject));
            found.extend(reach::findings(&subject));
            // one rule can be two routes
            found.retain(|finding| {
                let key = (finding.code(), subject.pointer());
                let fresh = !seen.contains(&key);
                seen.push(key);
                fresh
            });
            findings.extend(found);
        }
    }
    findings.extend(hidden::findings(generation));
    findings.sort_by(Finding::order);
    findings
        .dedup_by(|a, b| a == b || (a.code() == b.code() && a.fingerprint() == b.fingerprint()));
    findings
}

/// Findings of one route about its rewrite and its pattern, with suggestions replayed.
pub(crate) fn of_route(generation: &Generation, host: &Host, route: &Route) -> Vec<Finding> {
    let Some(object) = generation.origins.ingress(&route.spec.origin) else {
        return Vec::new();
    };
    let subject = Subject {
        generation,
        host,
        route,
        object,
    };
    let found = rewrite::findings(&subject)
        .into_iter()
        .chain(pattern::findings(&subject));
    let neighbours = Neighbours::of(&generation.origins.objects);
    found
        .map(|finding| replay::check(generation, &neighbours, finding))
        .collect()
}

pub(crate) use replay::{check_by, with_suggestion};

/// One route under examination.
struct Subject<'g> {
    generation: &'g Generation,
    host: &'g Host,
    route: &'g Route,
    object: &'g Resource<Ingress>,
}

impl Subject<'_> {
    fn ask(&self, method: &str, target: &str) -> Probe {
        let host = example_host(self.host.name());
        Probe::ask(&self.generation.snapshot, method, &host, target)
    }

    /// Pointer to the entry of `http.paths`.
    fn pointer(&self) -> String {
        crate::mark::route_pointer(&self.route.spec.origin)
    }
}
