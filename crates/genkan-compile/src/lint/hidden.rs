//! GK0106: paths of less specific hosts that a host with rules of its own no longer has.

use genkan_diagnosis::{Code, Finding, words};
use genkan_route::{
    fault::Fault,
    host::{Host, HostName},
};

use super::sample;
use crate::{
    generation::Generation,
    ingress::host_name::show,
    mark::{self, Part},
    probe::{Outcome, Probe, example_host},
};

/// Less specific hosts with more paths than this are sampled.
const PATHS_LOOKED_AT_MAX: usize = 32;

/// One finding for each host that hides something.
pub(super) fn findings(generation: &Generation) -> Vec<Finding> {
    let hosts: Vec<_> = generation.hosts().collect();
    let general: Vec<_> = hosts
        .iter()
        .filter(|host| !matches!(host.name(), HostName::Exact(_)))
        .collect();
    if general.is_empty() {
        return Vec::new();
    }
    let specific = hosts
        .iter()
        .filter(|host| !matches!(host.name(), HostName::CatchAll));
    specific
        .filter_map(|host| {
            let others = general
                .iter()
                .filter(|other| covers(other.name(), host.name()));
            others
                .into_iter()
                .find_map(|other| hides(generation, host, other))
        })
        .collect()
}

/// Whether the first host would take requests for the second, were it not there.
fn covers(general: &HostName, host: &HostName) -> bool {
    match (general, host) {
        (HostName::CatchAll, HostName::Exact(_) | HostName::Wildcard(_)) => true,
        (HostName::Wildcard(suffix), HostName::Exact(name)) => name
            .split_once('.')
            .is_some_and(|(_, rest)| *rest == **suffix),
        _ => false,
    }
}

fn hides(generation: &Generation, host: &Host, other: &Host) -> Option<Finding> {
    let name = example_host(host.name());
    let written = other.routes().iter().filter(|route| !route.spec.implied);
    let hidden = written.take(PATHS_LOOKED_AT_MAX).find(|route| {
        let Some(target) = sample::samples(route).into_iter().next() else {
            return false;
        };
        let outcome = Probe::ask(&generation.snapshot, "GET", &name, &target).outcome;
        matches!(
            outcome,
            Outcome::Fault(Fault::NoPath | Fault::NoDefaultBackend)
        )
    })?;
    let first = host.routes().iter().find(|route| !route.spec.implied)?;
    let object = generation.origins.ingress(&first.spec.origin)?;
    let finding = Finding::new(Code::GK0106)
        .arg("host", show(host.name()))
        .arg("path", &*hidden.spec.path)
        .arg("other", show(other.name()));
    let pointer = format!("/spec/rules/{}/host", first.spec.origin.rule?);
    let finding = mark::at(finding, object, &pointer, Part::Value, &words::THIS_HOST);
    Some(match generation.origins.ingress(&hidden.spec.origin) {
        Some(object) => {
            let pointer = format!("{}/path", mark::route_pointer(&hidden.spec.origin));
            mark::also(finding, object, &pointer, Part::Value, &words::THIS_PATH)
        }
        None => finding,
    })
}
