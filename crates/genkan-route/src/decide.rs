//! The router: from a request head to a verdict.
//!
//! The order of what is asked is data: [`HostStage`]s of the host and [`Stage`]s of the route, walked
//! by live traffic and by explanations alike. Nothing is allocated on the way once the buffers of
//! [`Scratch`] have grown.

mod observe;
mod redirect;
mod stage;

#[cfg(test)]
pub(crate) mod tests;

use genkan_http::{
    head::RequestView,
    host::{HOST_BYTES_MAX, HostBuffer},
    method::Method,
    normalise::normalise,
};

pub use stage::{HostStage, Stage};

use crate::{
    ask::{self, Ask},
    decision::{Decision, DecisionInput, Scratch, Verdict},
    fault::Fault,
    host::{Found, Host, HostName},
    recorder::{Event, Recorder},
    route::Mode,
    snapshot::Snapshot,
    table::Placed,
};

/// Decides what to do with a request.
///
/// A pure function of its arguments; `scratch` receives what the verdict refers to.
pub fn decide<'t, R: Recorder>(
    snapshot: &'t Snapshot,
    input: &DecisionInput,
    request: RequestView<'_>,
    scratch: &mut Scratch,
    recorder: &mut R,
) -> Decision<'t> {
    scratch.clear();
    // the path lives in its own buffer while the stages write into the others
    let mut buffer = std::mem::take(&mut scratch.path);
    let decision = decide_in(snapshot, input, request, &mut buffer, scratch, recorder);
    if scratch.path.is_empty() {
        scratch.path = buffer;
    }
    if let Verdict::Fault(fault) = decision.verdict {
        recorder.record(Event::Fault(fault));
    }
    decision
}

fn decide_in<'t, R: Recorder>(
    snapshot: &'t Snapshot,
    input: &DecisionInput,
    request: RequestView<'_>,
    buffer: &mut Vec<u8>,
    scratch: &mut Scratch,
    recorder: &mut R,
) -> Decision<'t> {
    let nowhere = |fault| Decision {
        host: None,
        mode: snapshot.table.default_mode,
        route: None,
        verdict: Verdict::Fault(fault),
    };
    // nginx answers 405; a proxy that does not implement a method says 501 (RFC 9110 15.6.2), and 405
    // stays the backends' word
    if matches!(request.method_id(), Method::Connect | Method::Trace) {
        return nowhere(Fault::NotImplemented);
    }
    let ask = match Ask::of(request, input) {
        Ok(ask) => ask,
        Err(fault) => return nowhere(fault),
    };
    // Both modes match on nginx's normal form: what a backend would most likely understand. The backend
    // itself gets the target as sent, unless a rewrite changes it.
    let path = match normalise(ask.target.path, buffer) {
        Ok(path) => path,
        Err(reject) => return nowhere(ask::fault(reject)),
    };
    recorder.record(Event::Path {
        raw: ask.target.path,
        normalised: path,
    });
    Router {
        snapshot,
        ask: &ask,
        path,
        scratch,
        recorder,
    }
    .decide()
}

/// One decision under way.
struct Router<'d, 't, R> {
    snapshot: &'t Snapshot,
    ask: &'d Ask<'d>,
    /// The normalised path.
    path: &'d [u8],
    scratch: &'d mut Scratch,
    recorder: &'d mut R,
}

/// What was found on a host.
enum Taken {
    Route(Found),
    Health,
    Nothing,
    Limit,
}

impl<'t, R: Recorder> Router<'_, 't, R> {
    fn decide(mut self) -> Decision<'t> {
        let mut buffer: HostBuffer = [0; HOST_BYTES_MAX];
        let asked = self
            .ask
            .asked
            .and_then(|host| host.lower(&mut buffer))
            .unwrap_or_default();
        let table = &self.snapshot.table;
        let named = table.named(asked);
        let Some(placed) = named.or_else(|| table.catch_all()) else {
            return self.nobody(asked);
        };
        self.recorder.record(Event::Host {
            asked,
            taken: Some(placed.host.name()),
        });
        if named.is_none() {
            self.observe_nearest(asked);
        }
        if let Some(decision) = self.host_stages(placed) {
            return decision;
        }
        let mut placed = placed;
        let mut taken = self.find(&placed.host);
        self.observe_candidates(&placed.host, &taken);
        // Strict mode: a rule without host applies to all traffic, and what no rule takes goes to the
        // default backend. In compatible mode each server has a `/` of its own.
        if matches!(taken, Taken::Nothing)
            && placed.host.mode() == Mode::Strict
            && let Some(catch_all) = table
                .catch_all()
                .filter(|other| other.host.name() != placed.host.name())
        {
            taken = match self.find(&catch_all.host) {
                // the health path is for hosts that nobody has
                Taken::Health => Taken::Nothing,
                taken => taken,
            };
            self.observe_candidates(&catch_all.host, &taken);
            if matches!(taken, Taken::Route(_)) {
                placed = catch_all;
            }
        }
        self.observe_unattached(asked);
        match taken {
            Taken::Route(found) => self.route_stages(placed, found),
            Taken::Health => self.at(placed, self.health()),
            Taken::Limit => self.at(placed, Verdict::Fault(Fault::PatternLimit)),
            Taken::Nothing => {
                let unknown = *placed.host.name() == HostName::CatchAll;
                let fault = if unknown {
                    Fault::NoHost
                } else {
                    Fault::NoPath
                };
                self.at(placed, Verdict::Fault(fault))
            }
        }
    }

    /// No host and no catch-all: our own.
    fn nobody(mut self, asked: &[u8]) -> Decision<'t> {
        self.recorder.record(Event::Host { asked, taken: None });
        self.observe_nearest(asked);
        self.observe_unattached(asked);
        let health = self
            .path
            .starts_with(self.snapshot.settings.health_path.as_bytes());
        let verdict = if health {
            self.health()
        } else {
            Verdict::Fault(Fault::NoHost)
        };
        Decision {
            host: None,
            mode: self.snapshot.table.default_mode,
            route: None,
            verdict,
        }
    }

    fn at(&self, placed: &'t Placed, verdict: Verdict<'t>) -> Decision<'t> {
        let host = &placed.host;
        Decision {
            host: Some(host.name()),
            mode: host.mode(),
            route: None,
            verdict,
        }
    }

    fn health(&self) -> Verdict<'t> {
        if self.ask.input.draining {
            Verdict::Fault(Fault::Draining)
        } else {
            Verdict::Health
        }
    }

    fn find(&self, host: &Host) -> Taken {
        let Ok(found) = host.find(self.path) else {
            return Taken::Limit;
        };
        match found {
            _ if self.is_health(host, found) => Taken::Health,
            Some(found) => Taken::Route(found),
            None => Taken::Nothing,
        }
    }

    /// The catch-all of ingress-nginx has `location /healthz`: a prefix of the text, which loses to
    /// equal text, to longer prefixes and to every pattern. In strict mode every rule goes first.
    fn is_health(&self, host: &Host, found: Option<Found>) -> bool {
        let health = self.snapshot.settings.health_path.as_bytes();
        if *host.name() != HostName::CatchAll || !self.path.starts_with(health) {
            return false;
        }
        match (host.mode(), found) {
            _ if host.is_regex_host() => false,
            (_, None) => true,
            (Mode::Strict, Some(_)) => false,
            (Mode::NginxCompatible, Some(Found { slash: true, .. })) => self.path == health,
            (
                Mode::NginxCompatible,
                Some(Found {
                    prefix: Some(length),
                    ..
                }),
            ) => length <= health.len(),
            (Mode::NginxCompatible, Some(_)) => false,
        }
    }
}
