//! Tries requests on a generation with the router itself, and keeps everything it says.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use genkan_http::{
    head::{HeadBuilder, RequestHead, RequestView, Version},
    limits::HeadLimits,
};
use genkan_route::{
    basic_auth::Authenticated,
    check::Check,
    client::ProxyHeader,
    decide::decide,
    decision::{BodyLength, DecisionInput, RequestId, Scheme, Scratch, Verdict},
    endpoint::Endpoints,
    fault::Fault,
    host::HostName,
    limit::Counted,
    recorder::{Event, Reason, Recorder},
    route::{InactiveRoute, Mode, RouteOrigin},
    snapshot::Snapshot,
    table::Route,
};

/// The host asked for where a rule takes every host; RFC 6761 keeps it free.
const ANY_HOST: &str = "anything.invalid";

/// What the router said about one request.
#[derive(Clone, Debug)]
pub struct Probe {
    /// `GET`, and so on.
    pub method: String,
    /// The target as sent.
    pub target: String,
    /// The host asked for, without port.
    pub asked_host: String,
    /// The path that was matched: decoded, slashes merged, dots resolved.
    pub path: String,
    /// The host that took it.
    pub host: Option<HostName>,
    /// Mode of the answer.
    pub mode: Mode,
    /// Candidates in matching order; the chosen one has no reason.
    pub candidates: Vec<(Arc<Route>, Option<Reason>)>,
    /// Written paths that take no part.
    pub inactive: Vec<InactiveRoute>,
    /// The route that took it.
    pub route: Option<Arc<Route>>,
    /// Path before and target after a rewrite.
    pub rewrite: Option<(String, String)>,
    /// The group it goes to.
    pub endpoints: Option<Arc<Endpoints>>,
    /// The checks that were made.
    pub checks: Vec<Check>,
    /// What comes of it.
    pub outcome: Outcome,
}

/// What comes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes to a backend, with this target.
    Upstream(String),
    /// A file of a static site, by path.
    Site(String),
    /// A redirect.
    Redirect {
        /// Status.
        status: u16,
        /// Where to.
        location: String,
    },
    /// A preflight is answered.
    Preflight,
    /// The catch-all's own health answer.
    Health,
    /// An error of the proxy.
    Fault(Fault),
}

impl Probe {
    /// Asks with what an ordinary client sends.
    pub fn ask(snapshot: &Snapshot, method: &str, host: &str, target: &str) -> Self {
        let limits = HeadLimits::default();
        let (mut bytes, mut head) = (Vec::new(), RequestHead::new());
        let built = HeadBuilder::start(
            &mut bytes,
            &mut head,
            &limits,
            method.as_bytes(),
            target.as_bytes(),
            Version::HTTP_11,
        )
        .and_then(|mut builder| builder.field(b"host", host.as_bytes()));
        let input = DecisionInput {
            scheme: Scheme::Http,
            port: 80,
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            proxy_header: ProxyHeader::Absent,
            body: BodyLength::None,
            request_id: RequestId(*b"00000000000000000000000000000000"),
            handshake: None,
            draining: false,
            counted: Counted::Never,
            authenticated: Authenticated::Never,
        };
        match built {
            Ok(_) => Self::record(snapshot, &input, RequestView::new(&bytes, &head)),
            Err(_) => Self::refused(method, host, target),
        }
    }

    /// Asks with a request that was received.
    pub fn record(snapshot: &Snapshot, input: &DecisionInput, request: RequestView<'_>) -> Self {
        let mut recording = Recording::default();
        let mut scratch = Scratch::default();
        let decision = decide(snapshot, input, request, &mut scratch, &mut recording);
        let outcome = match decision.verdict {
            Verdict::Forward(forward) => {
                let target = if forward.rewritten {
                    &*scratch.target
                } else {
                    request.target()
                };
                Outcome::Upstream(text(target))
            }
            Verdict::Site(_) => Outcome::Site(text(&scratch.path)),
            Verdict::Redirect { status, .. } => Outcome::Redirect {
                status,
                location: text(&scratch.location),
            },
            Verdict::Preflight => Outcome::Preflight,
            Verdict::Health => Outcome::Health,
            Verdict::Fault(fault) => Outcome::Fault(fault),
            // what is probed was counted, or is a dry run
            Verdict::Count(_) | Verdict::Authenticate(_) => Outcome::Fault(Fault::Internal),
        };
        Self {
            method: text(request.method()),
            target: text(request.target()),
            asked_host: recording.asked,
            path: recording.path,
            host: decision.host.cloned(),
            mode: decision.mode,
            candidates: recording.candidates,
            inactive: recording.inactive,
            route: decision.route.cloned(),
            rewrite: recording.rewrite,
            endpoints: recording.endpoints,
            checks: recording.checks,
            outcome,
        }
    }

    /// A request that no client could send.
    fn refused(method: &str, host: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            asked_host: host.to_owned(),
            path: String::new(),
            host: None,
            mode: Mode::NginxCompatible,
            candidates: Vec::new(),
            inactive: Vec::new(),
            route: None,
            rewrite: None,
            endpoints: None,
            checks: Vec::new(),
            outcome: Outcome::Fault(Fault::BadRequest),
        }
    }

    /// Whether a route of this origin took it.
    pub fn went_to(&self, origin: &RouteOrigin) -> bool {
        self.route
            .as_ref()
            .is_some_and(|route| route.spec.origin == *origin)
    }

    /// The target that the backend sees.
    pub fn upstream(&self) -> Option<&str> {
        if let Outcome::Upstream(target) = &self.outcome {
            Some(target)
        } else {
            None
        }
    }
}

/// A name that a host takes.
pub(crate) fn example_host(host: &HostName) -> String {
    match host {
        HostName::Exact(name) => name.to_string(),
        HostName::Wildcard(suffix) => format!("www.{suffix}"),
        HostName::CatchAll => ANY_HOST.to_owned(),
    }
}

#[derive(Default)]
struct Recording {
    asked: String,
    path: String,
    candidates: Vec<(Arc<Route>, Option<Reason>)>,
    inactive: Vec<InactiveRoute>,
    rewrite: Option<(String, String)>,
    endpoints: Option<Arc<Endpoints>>,
    checks: Vec<Check>,
}

impl Recorder for Recording {
    const ACTIVE: bool = true;

    fn record(&mut self, event: Event<'_>) {
        match event {
            Event::Path { normalised, .. } => self.path = text(normalised),
            Event::Host { asked, .. } => self.asked = text(asked),
            Event::Candidate { route, reason } => self.candidates.push((route.clone(), reason)),
            Event::Inactive(route) => self.inactive.push(route.clone()),
            Event::Rewrite { before, after, .. } => {
                self.rewrite = Some((text(before), text(after)));
            }
            Event::Check(check) => self.checks.push(check),
            Event::Backend { endpoints } => self.endpoints = Some(endpoints.clone()),
            _ => {}
        }
    }
}

/// Bytes as text; those that are no UTF-8 are escaped.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}
