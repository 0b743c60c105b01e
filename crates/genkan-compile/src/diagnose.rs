//! What one request, dry or real, says about the configuration: who answered, why, and what would help.
//!
//! The caller records the request with [`Probe`] on the generation that served it and says what was
//! answered, if anything was. Every diagnosis carries one fact about the maker of the answer and at most
//! one primary code.

mod backend;
mod handshake;
mod proxy;

use genkan_diagnosis::{Checked, Code, Finding, Maker, trace::WouldWork};
use genkan_route::decision::DecisionInput;

use crate::{
    generation::Generation,
    lint::{self, with_suggestion},
    probe::{Outcome, Probe, example_host},
};

/// What was answered to a request that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status that the client got.
    pub status: u16,
    /// Who made it; none when nobody knows.
    pub maker: Option<Maker>,
    /// Methods of its `Allow` header.
    pub allow: Vec<String>,
    /// The endpoint that answered or was tried last, as `address (pod)`.
    pub endpoint: Option<String>,
    /// The fault of the proxy, when it made the answer after a backend was chosen.
    pub fault: Option<genkan_route::fault::Fault>,
    /// The request's id.
    pub id: Option<String>,
}

/// What a request says.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// Findings, the primary one first, the fact about the maker last.
    pub findings: Vec<Finding>,
    /// The code that explains the answer.
    pub primary: Option<Code>,
    /// Codes that belong to it.
    pub contributing: Vec<Code>,
    /// A change that would give another answer, tried on the router.
    pub would_work: Option<WouldWork>,
}

impl Diagnosis {
    /// Adds what the handshake of the request's connection says.
    #[must_use]
    pub fn over(mut self, generation: &Generation, input: &DecisionInput, probe: &Probe) -> Self {
        let found = handshake::findings(generation, input, probe);
        self.contributing.extend(found.iter().map(Finding::code));
        // the fact about the maker stays last
        let is_fact = |finding: &Finding| matches!(finding.code(), Code::GK0900 | Code::GK0901);
        let at = self.findings.iter().position(is_fact);
        let at = at.unwrap_or(self.findings.len());
        self.findings.splice(at..at, found);
        self
    }
}

/// Diagnoses a request. Without an answer it is a dry run: what a backend would say stays unknown.
pub fn diagnose(generation: &Generation, probe: &Probe, answer: Option<&Answer>) -> Diagnosis {
    let maker = answer
        .and_then(|answer| answer.maker)
        .or_else(|| maker_of(&probe.outcome));
    let from_backend = matches!(maker, Some(Maker::Backend | Maker::Static)) || maker.is_none();
    let mut findings = if from_backend {
        backend::findings(generation, probe, answer)
    } else {
        let found = proxy::findings(generation, probe, answer);
        // what the proxy decides can be decided again, on the changed objects
        let tried = |finding| tried(generation, probe, finding);
        found.into_iter().map(tried).collect()
    };
    let primary = findings.first().map(Finding::code);
    let contributing: Vec<_> = findings.iter().skip(1).map(Finding::code).collect();
    let would_work = findings
        .iter()
        .find_map(|finding| would_work(generation, probe, finding));
    findings.extend(fact(probe, answer, maker));
    Diagnosis {
        findings,
        primary,
        contributing,
        would_work,
    }
}

/// Who answers what the router decides without a backend.
fn maker_of(outcome: &Outcome) -> Option<Maker> {
    match outcome {
        Outcome::Upstream(_) => None,
        Outcome::Site(_) => Some(Maker::Static),
        Outcome::Redirect { .. } | Outcome::Preflight | Outcome::Health | Outcome::Fault(_) => {
            Some(Maker::Proxy)
        }
    }
}

/// GK0900 or GK0901.
fn fact(probe: &Probe, answer: Option<&Answer>, maker: Option<Maker>) -> Option<Finding> {
    match maker? {
        Maker::Backend => {
            let answer = answer?;
            let endpoint = answer
                .endpoint
                .clone()
                .unwrap_or_else(|| "the backend".to_owned());
            Some(
                Finding::new(Code::GK0900)
                    .arg("endpoint", endpoint)
                    .arg("status", answer.status)
                    .value("maker"),
            )
        }
        Maker::Static => {
            let answer = answer?;
            let finding = Finding::new(Code::GK0900).arg("endpoint", "the static site");
            Some(finding.arg("status", answer.status).value("maker"))
        }
        Maker::Proxy => Some(
            Finding::new(Code::GK0901)
                .arg("stage", stage(probe))
                .value("maker"),
        ),
        Maker::Auth | Maker::ErrorPage => None,
    }
}

/// The stage that the answer was made at.
fn stage(probe: &Probe) -> &'static str {
    use genkan_route::fault::Fault;
    match &probe.outcome {
        Outcome::Redirect { .. } => "redirect",
        Outcome::Health => "host",
        Outcome::Preflight => "access",
        Outcome::Fault(Fault::NoHost) => "host",
        Outcome::Fault(Fault::NoPath | Fault::NoDefaultBackend) => "path",
        Outcome::Fault(
            Fault::Closed
            | Fault::BodyTooLarge
            | Fault::AddressRefused
            | Fault::Unauthenticated
            | Fault::Blocked
            | Fault::RateExceeded(_)
            | Fault::ConnectionsExceeded(_),
        ) => "access",
        Outcome::Fault(Fault::EmptyRewrite | Fault::PatternLimit) => "rewrite",
        Outcome::Fault(
            Fault::NoService | Fault::NoPort | Fault::NoEndpoint | Fault::ExternalName,
        ) => "backend",
        Outcome::Fault(_) => "request",
        Outcome::Upstream(_) | Outcome::Site(_) => "endpoint",
    }
}

/// The finding with its suggestions tried on the request itself.
fn tried(generation: &Generation, probe: &Probe, finding: Finding) -> Finding {
    let code = finding.code();
    lint::check_by(generation, finding, |changed| {
        let again = Probe::ask(
            &changed.snapshot,
            &probe.method,
            &probe.asked_host,
            &probe.target,
        );
        proxy::findings(changed, &again, None)
            .iter()
            .any(|finding| finding.code() == code)
    })
}

/// Asks the same with the first suggestion that was replayed without harm.
fn would_work(generation: &Generation, probe: &Probe, finding: &Finding) -> Option<WouldWork> {
    let suggestion = finding
        .suggestions()
        .iter()
        .find(|suggestion| matches!(suggestion.checked, Checked::Passed(_)))?;
    let patched = with_suggestion(generation, finding, suggestion)?;
    let host = match &probe.host {
        Some(host) if probe.asked_host.is_empty() => example_host(host),
        _ => probe.asked_host.clone(),
    };
    let again = Probe::ask(&patched.snapshot, &probe.method, &host, &probe.target);
    let sees = again
        .upstream()
        .filter(|sees| Some(*sees) != probe.upstream())?;
    Some(WouldWork {
        change: suggestion.title.show(genkan_diagnosis::Language::English),
        request: format!("{} {}", probe.method, probe.target),
        answer: format!("{} {sees}", probe.method),
    })
}
