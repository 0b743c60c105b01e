//! One decision told in full: what was asked, every candidate with its fate, what became of it.
//!
//! Made by the same [`decide`] that serves, with a recorder that keeps everything. It owns what it
//! says, so that it can outlive the table it came from.

mod candidate;
mod outcome;

#[cfg(test)]
mod tests;

use std::{net::SocketAddr, sync::Arc};

use genkan_http::head::RequestView;

pub use candidate::{Candidate, Fate};
pub use outcome::Outcome;

use crate::{
    check::Check,
    client::{Client, ProxyHeader},
    decide::{HostStage, Stage, decide},
    decision::{DecisionInput, RedirectCause, Scratch},
    endpoint::Endpoints,
    fault::Fault,
    host::{Alias, HostName},
    recorder::{Event, Recorder, StageName},
    route::{Mode, RouteOrigin},
    snapshot::Snapshot,
    table::Route,
};

/// What happened to one request, and why.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Generation that was asked.
    pub generation: u64,
    /// Version of the table.
    pub table_version: u64,
    /// Version of the endpoint view.
    pub endpoints_version: u64,
    /// Method as sent.
    pub method: Vec<u8>,
    /// Target as sent.
    pub target: Vec<u8>,
    /// Who the client is, and why.
    pub client: Client,
    /// The TCP peer.
    pub peer: SocketAddr,
    /// What the connection began with.
    pub proxy_header: ProxyHeader,
    /// The path as it was matched; `None` when the head was refused before.
    pub path: Option<Vec<u8>>,
    /// Host asked for, lower case, without port.
    pub asked: Vec<u8>,
    /// The host that took the request.
    pub host: Option<HostName>,
    /// The alias by which it has the name asked for.
    pub alias: Option<Alias>,
    /// Semantics of the answer.
    pub mode: Mode,
    /// Every written path that could have meant this request, in matching order; then those that take
    /// no part.
    pub candidates: Vec<Candidate>,
    /// The route that took the request.
    pub route: Option<Arc<Route>>,
    /// The stages that were asked, and whether one answered.
    pub stages: Vec<(StageName, bool)>,
    /// The checks that were made, in their order.
    pub checks: Vec<Check>,
    /// A redirect, when one was made.
    pub redirect: Option<Redirection>,
    /// A rewrite, when one changed the target.
    pub rewrite: Option<Rewriting>,
    /// The status that was replaced by another answer (`custom-http-errors`).
    pub replaced: Option<u16>,
    /// The endpoints of the Service that was asked last, possibly none.
    pub endpoints: Option<Arc<Endpoints>>,
    /// What was decided.
    pub outcome: Outcome,
}

/// A redirect that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// Which rule.
    pub cause: RedirectCause,
    /// Status.
    pub status: u16,
    /// `Location`.
    pub location: Vec<u8>,
}

/// A rewrite that changed the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewriting {
    /// The normalised path.
    pub before: Vec<u8>,
    /// The target sent to the backend.
    pub after: Vec<u8>,
    /// `$1`, `$2`, … up to the last that took part.
    pub groups: Vec<Option<Vec<u8>>>,
}

impl Explanation {
    /// Status of the answer, `None` where the backend or a static site gives it.
    pub fn status(&self) -> Option<u16> {
        self.outcome.status(self.mode)
    }

    /// The fault, when we answer with one.
    pub fn fault(&self) -> Option<Fault> {
        match self.outcome {
            Outcome::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// Who wrote the route that took the request.
    pub fn origin(&self) -> Option<&RouteOrigin> {
        self.route.as_deref().map(|route| &route.spec.origin)
    }
}

/// Decides and keeps everything.
pub fn explain(
    snapshot: &Snapshot,
    input: &DecisionInput,
    request: RequestView<'_>,
) -> Explanation {
    let mut scratch = Scratch::default();
    let mut notes = Notes::default();
    let decision = decide(snapshot, input, request, &mut scratch, &mut notes);
    Explanation {
        generation: snapshot.generation,
        table_version: snapshot.table.version,
        endpoints_version: snapshot.endpoints.version,
        method: request.method().to_vec(),
        target: request.target().to_vec(),
        client: decision.client,
        peer: input.peer,
        proxy_header: input.proxy_header,
        path: notes.path,
        alias: snapshot.table.alias(&notes.asked).cloned(),
        asked: notes.asked,
        host: decision.host.cloned(),
        mode: decision.mode,
        candidates: notes.candidates,
        route: decision.route.cloned(),
        stages: notes.stages,
        checks: notes.checks,
        redirect: notes.redirect,
        rewrite: notes.rewrite,
        replaced: notes.replaced,
        endpoints: notes.endpoints,
        outcome: Outcome::of(&decision, &scratch, request),
    }
}

/// The recorder that keeps everything.
#[derive(Debug, Default)]
struct Notes {
    path: Option<Vec<u8>>,
    asked: Vec<u8>,
    candidates: Vec<Candidate>,
    stages: Vec<(StageName, bool)>,
    checks: Vec<Check>,
    redirect: Option<Redirection>,
    rewrite: Option<Rewriting>,
    replaced: Option<u16>,
    endpoints: Option<Arc<Endpoints>>,
}

impl Recorder for Notes {
    const ACTIVE: bool = true;

    fn record(&mut self, event: Event<'_>) {
        match event {
            Event::Path { normalised, .. } => self.path = Some(normalised.to_vec()),
            Event::Host { asked, .. } => self.asked = asked.to_vec(),
            Event::Candidate { route, reason } => {
                let path = self.path.as_deref().unwrap_or_default();
                self.candidates.push(Candidate::active(route, reason, path));
            }
            Event::Inactive(route) => self.candidates.push(Candidate::inactive(route)),
            Event::Stage { stage, answered } => self.stages.push((stage, answered)),
            Event::Check(check) => self.checks.push(check),
            Event::Redirect {
                cause,
                status,
                location,
            } => {
                self.redirect = Some(Redirection {
                    cause,
                    status,
                    location: location.to_vec(),
                });
            }
            Event::Rewrite {
                before,
                after,
                groups,
            } => {
                let groups = groups
                    .iter()
                    .map(|group| group.map(<[u8]>::to_vec))
                    .collect();
                self.rewrite = Some(Rewriting {
                    before: before.to_vec(),
                    after: after.to_vec(),
                    groups,
                });
            }
            Event::ErrorPage { status } => {
                self.replaced = Some(status);
                self.endpoints = None;
            }
            Event::Backend { endpoints } => self.endpoints = Some(endpoints.clone()),
            // these come with the decision
            Event::Client(_) | Event::Fault(_) => {}
        }
    }
}

impl From<HostStage> for StageName {
    fn from(stage: HostStage) -> Self {
        match stage {
            HostStage::FromToWww => Self("from-to-www"),
            HostStage::ClientCertificate => Self("client-certificate"),
            HostStage::AppRoot => Self("app-root"),
        }
    }
}

impl From<Stage> for StageName {
    fn from(stage: Stage) -> Self {
        Self(match stage {
            Stage::Closed => "closed",
            Stage::CustomHeaders => "custom-headers",
            Stage::AnnouncedBody => "announced-body",
            Stage::Slash => "slash",
            Stage::Preflight => "preflight",
            Stage::Redirect => "redirect",
            Stage::Rewrite => "rewrite",
            Stage::HttpsRedirect => "https-redirect",
            Stage::Backend => "backend",
            Stage::Limit => "limit",
            Stage::Access => "access",
            Stage::Authenticate => "authenticate",
            Stage::Forward => "forward",
        })
    }
}
