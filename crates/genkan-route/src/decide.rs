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
    decision::{BodyLength, Decision, DecisionInput, Scratch, Verdict},
    error_page::{self, Source},
    fault::Fault,
    forward::{AddedFields, added},
    host::{Found, Host, HostName},
    pattern::Captures,
    recorder::{Event, Recorder},
    route::Mode,
    settings::FieldTemplate,
    snapshot::Snapshot,
    table::Placed,
    template::Filling,
};

/// What tells browsers to come by HTTPS only (RFC 6797 section 6.1).
const STRICT_TRANSPORT: &[u8] = b"Strict-Transport-Security";

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
    let mut decision = decide_in(snapshot, input, request, &mut buffer, scratch, recorder);
    replace_error(snapshot, &mut decision, scratch, recorder);
    if scratch.path.is_empty() {
        scratch.path = buffer;
    }
    if let Some(value) = &snapshot.settings.hsts
        && decision.is_strict_transport(input)
        && !AddedFields::of(&scratch.fields).replaces(STRICT_TRANSPORT)
    {
        added::push(&mut scratch.fields, STRICT_TRANSPORT, |out| {
            out.extend_from_slice(value.as_bytes());
        });
    }
    if let Verdict::Fault(fault) = decision.verdict {
        recorder.record(Event::Fault(fault));
    }
    decision
}

/// `custom-http-errors`, as far as the answer is the proxy's own.
fn replace_error<'t, R: Recorder>(
    snapshot: &'t Snapshot,
    decision: &mut Decision<'t>,
    scratch: &mut Scratch,
    recorder: &mut R,
) {
    let (status, source) = match decision.verdict {
        Verdict::Fault(Fault::BodyTooLarge) => (413, Source::Announced),
        Verdict::Fault(fault) => (fault.status(decision.mode), Source::Fault(fault)),
        Verdict::Redirect { status, .. } => (status, Source::Redirect),
        _ => return,
    };
    let Some(verdict) = error_page::instead(snapshot, decision, status, source) else {
        return;
    };
    error_page::keep_fields(scratch);
    std::mem::swap(&mut scratch.fields, &mut scratch.error_fields);
    // a redirect that is replaced by a page of our own keeps its `Location`
    if source == Source::Redirect && matches!(verdict, Verdict::Fault(_)) {
        added::push(&mut scratch.fields, b"Location", |out| {
            out.extend_from_slice(&scratch.location);
        });
    }
    recorder.record(Event::ErrorPage { status });
    if let Verdict::Forward(forward) = &verdict {
        recorder.record(Event::Backend {
            endpoints: forward.endpoints,
        });
    }
    decision.verdict = verdict;
}

fn decide_in<'t, R: Recorder>(
    snapshot: &'t Snapshot,
    input: &DecisionInput,
    request: RequestView<'_>,
    buffer: &mut Vec<u8>,
    scratch: &mut Scratch,
    recorder: &mut R,
) -> Decision<'t> {
    let trust = &snapshot.settings.trust;
    let client = trust.client(input, request);
    if R::ACTIVE {
        recorder.record(Event::Client(client));
    }
    let nowhere = |fault| Decision {
        client,
        host: None,
        mode: snapshot.table.default_mode,
        route: None,
        default_group: None,
        verdict: Verdict::Fault(fault),
    };
    // nginx answers 405; a proxy that does not implement a method says 501 (RFC 9110 15.6.2), and 405
    // stays the backends' word
    if matches!(request.method_id(), Method::Connect | Method::Trace) {
        return nowhere(Fault::NotImplemented);
    }
    let ask = match Ask::of(request, input, trust, client) {
        Ok(ask) => ask,
        Err(fault) => {
            let nobody = Ask::nobody(request, input, trust, client);
            fill_fields(
                &snapshot.settings.added_fields,
                &nobody,
                b"/",
                &mut scratch.fields,
            );
            return nowhere(fault);
        }
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
    if let Some(blocks) = &snapshot.settings.blocks
        && let Some(check) = blocks.refusal(client.address.ip(), request)
    {
        recorder.record(Event::Check(check));
        return nowhere(Fault::Blocked);
    }
    // most installations have neither
    let settings = &snapshot.settings;
    fill_fields(&settings.added_fields, &ask, path, &mut scratch.fields);
    fill_fields(
        &settings.upstream_fields,
        &ask,
        path,
        &mut scratch.upstream_fields,
    );
    Router {
        snapshot,
        ask: &ask,
        path,
        scratch,
        recorder,
    }
    .decide()
}

/// Fills in the fields that every message gets.
fn fill_fields(fields: &[FieldTemplate], ask: &Ask<'_>, path: &[u8], out: &mut Vec<u8>) {
    for field in fields {
        let filling = Filling {
            ask,
            route: None,
            server_name: HostName::CatchAll.server_name(),
            path,
            uri: path,
            captures: &Captures::default(),
        };
        added::push(out, field.name.as_bytes(), |out| {
            field
                .value
                .fill(&filling, out, |text, out| out.extend_from_slice(text));
        });
    }
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
    Own(OwnPath),
    Nothing,
    Limit,
}

/// A path that the catch-all answers itself.
#[derive(Clone, Copy)]
enum OwnPath {
    /// The health path.
    Health,
    /// `/nginx_status`.
    Status,
}

/// Where ingress-nginx shows its own numbers, to itself alone.
const STATUS_PATH: &[u8] = b"/nginx_status";

/// nginx's own `client_max_body_size`, which holds where ingress-nginx sets none.
const OWN_PATH_BODY_MAX: u64 = 1 << 20;

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
                // these paths are for hosts that nobody has
                Taken::Own(_) => Taken::Nothing,
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
            Taken::Own(own) => self.at(placed, self.own(own)),
            Taken::Limit => self.at(placed, Verdict::Fault(Fault::PatternLimit)),
            Taken::Nothing => {
                let unknown = *placed.host.name() == HostName::CatchAll;
                let fault = if unknown {
                    Fault::NoHost
                } else {
                    Fault::NoPath
                };
                self.at(placed, self.nowhere(placed.host.mode(), fault))
            }
        }
    }

    /// No host and no catch-all: our own.
    fn nobody(mut self, asked: &[u8]) -> Decision<'t> {
        self.recorder.record(Event::Host { asked, taken: None });
        self.observe_nearest(asked);
        self.observe_unattached(asked);
        let mode = self.snapshot.table.default_mode;
        let own = self
            .own_paths(mode)
            .find(|(path, _)| self.path.starts_with(path));
        let verdict = match own {
            Some((_, own)) => self.own(own),
            None => self.nowhere(mode, Fault::NoHost),
        };
        Decision {
            client: self.ask.client,
            host: None,
            mode,
            route: None,
            default_group: None,
            verdict,
        }
    }

    fn at(&self, placed: &'t Placed, verdict: Verdict<'t>) -> Decision<'t> {
        let host = &placed.host;
        Decision {
            client: self.ask.client,
            host: Some(host.name()),
            mode: host.mode(),
            route: None,
            default_group: None,
            verdict,
        }
    }

    /// The paths that a catch-all of this mode answers itself.
    fn own_paths(&self, mode: Mode) -> impl Iterator<Item = (&'t [u8], OwnPath)> + use<'t, R> {
        let status = (mode == Mode::NginxCompatible).then_some((STATUS_PATH, OwnPath::Status));
        let health = self.snapshot.settings.health_path.as_bytes();
        std::iter::once((health, OwnPath::Health)).chain(status)
    }

    fn own(&self, own: OwnPath) -> Verdict<'t> {
        match own {
            _ if self.announces_more_than(Some(OWN_PATH_BODY_MAX)) => {
                Verdict::Fault(Fault::BodyTooLarge)
            }
            OwnPath::Health if self.ask.input.draining => Verdict::Fault(Fault::Draining),
            OwnPath::Health => Verdict::Health,
            OwnPath::Status => Verdict::Fault(Fault::StatusPage),
        }
    }

    /// Nothing takes the request. In ingress-nginx its default backend answers then, which like any
    /// location has a largest body.
    fn nowhere(&self, mode: Mode, fault: Fault) -> Verdict<'t> {
        let limit = self.snapshot.settings.body_size_max;
        let too_large = mode == Mode::NginxCompatible && self.announces_more_than(limit);
        Verdict::Fault(if too_large {
            Fault::BodyTooLarge
        } else {
            fault
        })
    }

    fn announces_more_than(&self, limit: Option<u64>) -> bool {
        match (self.ask.input.body, limit) {
            (BodyLength::Known(length), Some(limit)) => length > limit,
            _ => false,
        }
    }

    fn find(&self, host: &Host) -> Taken {
        let Ok(found) = host.find(self.path) else {
            return Taken::Limit;
        };
        if let Some(own) = self.own_path(host, found) {
            return Taken::Own(own);
        }
        match found {
            Some(found) => Taken::Route(found),
            None => Taken::Nothing,
        }
    }

    /// The catch-all of ingress-nginx has `location /healthz` and `location /nginx_status`: prefixes of
    /// the text, which lose to equal text, to longer prefixes and to every pattern. In strict mode
    /// every rule goes first.
    fn own_path(&self, host: &Host, found: Option<Found>) -> Option<OwnPath> {
        if *host.name() != HostName::CatchAll || host.is_regex_host() {
            return None;
        }
        let mut paths = self.own_paths(host.mode());
        let (path, own) = paths.find(|(path, _)| self.path.starts_with(path))?;
        let taken = match (host.mode(), found) {
            (_, None) => true,
            (Mode::Strict, Some(_)) => false,
            (Mode::NginxCompatible, Some(Found { slash: true, .. })) => self.path == path,
            (
                Mode::NginxCompatible,
                Some(Found {
                    prefix: Some(length),
                    ..
                }),
            ) => length <= path.len(),
            (Mode::NginxCompatible, Some(_)) => false,
        };
        taken.then_some(own)
    }
}
