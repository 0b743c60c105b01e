//! GK0152: paths whose every request goes to another rule.

use genkan_diagnosis::{Code, Finding, Tried, words};

use super::{Subject, sample};
use crate::mark::{self, Part};

/// GK0152 of one route.
pub(super) fn findings(subject: &Subject<'_>) -> Option<Finding> {
    let spec = &subject.route.spec;
    let samples = sample::samples(subject.route);
    let probes: Vec<_> = samples
        .iter()
        .map(|target| subject.ask("GET", target))
        .collect();
    if probes.is_empty() || probes.iter().any(|probe| probe.went_to(&spec.origin)) {
        return None;
    }
    // app-root, slash redirects and the catch-all's health answer come before any route
    let winners: Vec<_> = probes.iter().map(|probe| probe.route.as_ref()).collect();
    let winner = winners
        .into_iter()
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .next()?;
    let witness = &samples[0];
    let shown = format!("`{}` of {}", winner.spec.path, winner.spec.origin);
    let finding = Finding::new(Code::GK0152)
        .arg("path", &*spec.path)
        .arg("winner", shown)
        .arg("witness", witness.as_str());
    let pointer = format!("{}/path", subject.pointer());
    let mut finding = mark::at(
        finding,
        subject.object,
        &pointer,
        Part::Value,
        &words::LOSES,
    );
    if let Some(object) = subject.generation.origins.ingress(&winner.spec.origin) {
        let pointer = format!("{}/path", mark::route_pointer(&winner.spec.origin));
        finding = mark::also(
            finding,
            object,
            &pointer,
            Part::Value,
            &words::TAKES_ITS_REQUESTS,
        );
    }
    for (target, probe) in samples.iter().zip(&probes).take(2) {
        if let Some(sees) = probe.upstream() {
            finding = finding.tried(Tried::new(format!("GET {target}"), format!("GET {sees}")));
        }
    }
    Some(finding)
}
