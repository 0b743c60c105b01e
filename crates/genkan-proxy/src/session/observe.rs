//! The end of an exchange: its record for log and metrics, and its capture for explanations.

use std::{sync::Arc, time::Instant};

use genkan_http::{head::RequestView, known::KnownHeader};
use genkan_route::{
    basic_auth::Credentials,
    decision::Verdict,
    endpoint::{Endpoints, GroupKey},
    explanation::explain,
    route::Target,
    settings::GlobalSettings,
    table::Route,
};

use super::{
    client::Client,
    downstream::Downstream,
    exchange::{Asked, Exchange},
    heads::effective_id,
};
use crate::{
    buffer::Buffer,
    capture::{CapturedExchange, Sight, Wish},
    record::ExchangeRecord,
    worker::{Worker, held::Held},
};

/// What an exchange was about, as far as the record needs it.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) route: Option<&'a Arc<Route>>,
    /// The endpoints that are asked in the place of the route's own.
    pub(super) other: Option<&'a Arc<Endpoints>>,
    pub(super) generation: u64,
    pub(super) access_log: bool,
}

impl<'a> Subject<'a> {
    pub(super) fn of(ask: &Asked<'a>) -> Self {
        let snapshot = ask.held.snapshot();
        let route = ask.decision.route;
        let other = match (&ask.decision.verdict, route) {
            (Verdict::Forward(forward), Some(route)) => {
                let own = group_of(route) == Some(&forward.endpoints.key);
                (!own).then_some(forward.endpoints)
            }
            _ => None,
        };
        Self {
            route,
            other,
            generation: snapshot.generation,
            access_log: is_logged(&snapshot.settings, route),
        }
    }

    /// A request that was never routed.
    pub(super) fn nothing(held: &Held) -> Self {
        let snapshot = held.snapshot();
        Self {
            route: None,
            other: None,
            generation: snapshot.generation,
            access_log: snapshot.settings.access_log,
        }
    }
}

/// A [`Subject`] without the table it came from.
#[derive(Clone, Debug)]
pub(super) struct OwnSubject {
    route: Option<Arc<Route>>,
    other: Option<Arc<Endpoints>>,
    generation: u64,
    access_log: bool,
}

impl<'a> Subject<'a> {
    /// The group that was asked, or would have been.
    fn group(&self) -> Option<&'a GroupKey> {
        let own = || self.route.and_then(|route| group_of(route));
        self.other.map(|endpoints| &endpoints.key).or_else(own)
    }
}

impl Subject<'_> {
    pub(super) fn to_owned(self) -> OwnSubject {
        let Subject {
            route,
            other,
            generation,
            access_log,
        } = self;
        OwnSubject {
            route: route.cloned(),
            other: other.cloned(),
            generation,
            access_log,
        }
    }
}

impl OwnSubject {
    pub(super) fn borrow(&self) -> Subject<'_> {
        let Self {
            route,
            other,
            generation,
            access_log,
        } = self;
        Subject {
            route: route.as_ref(),
            other: other.as_ref(),
            generation: *generation,
            access_log: *access_log,
        }
    }
}

/// Unknown hosts and catch-all requests without a Service are logged only when the settings say so.
fn is_logged(settings: &GlobalSettings, route: Option<&Arc<Route>>) -> bool {
    settings.access_log
        && match route {
            Some(route) => {
                let implied = route.spec.implied && group_of(route).is_none();
                route.spec.settings.access_log && (!implied || settings.access_log_default_backend)
            }
            None => settings.access_log_default_backend,
        }
}

/// `skip-access-log-urls`.
fn is_unlogged(worker: &Worker, view: RequestView<'_>) -> bool {
    let held = worker.held();
    let unlogged = &held.settings().unlogged;
    // most installations have none
    !unlogged.is_empty() && unlogged.iter().any(|target| target.is(view.target()))
}

fn group_of(route: &Route) -> Option<&GroupKey> {
    match &route.spec.target {
        Target::Service(key) => Some(key),
        Target::Site(_) | Target::NotFound => None,
    }
}

/// Lends the record of a finished exchange to log and metrics.
pub(super) fn finish<D: Downstream>(
    client: &Client<D>,
    buffer: &Buffer,
    exchange: &mut Exchange,
    subject: &Subject<'_>,
) {
    let worker = &client.worker;
    worker.counters.exchanges.add(1);
    let ended = Instant::now();
    let view = exchange.view(buffer);
    let line = match RequestView::new(buffer.filled(), &exchange.head).request_line() {
        [] => request_line(buffer.filled()),
        line => line,
    };
    let has_head = exchange.head_len > 0;
    let field = |id| if has_head { view.first(id) } else { None };
    // nginx shows the name whether or not anybody checked it
    let credentials = field(KnownHeader::Authorization).and_then(Credentials::read);
    let tally = &exchange.tally;
    let own_id = exchange.id;
    let record = ExchangeRecord {
        finished: worker.wall.at(ended),
        duration: ended.saturating_duration_since(exchange.started),
        client: tally.client,
        user: credentials.as_ref().map(Credentials::user),
        request_line: line,
        method: if has_head { view.method() } else { b"" },
        target: if has_head { view.target() } else { b"" },
        protocol: if has_head { protocol(line) } else { "" },
        host: field(KnownHeader::Host).unwrap_or_default(),
        scheme: client.peer.scheme,
        referer: field(KnownHeader::Referer),
        user_agent: field(KnownHeader::UserAgent),
        forwarded_for: field(KnownHeader::XForwardedFor),
        status: tally.status,
        request_length: client.line.head_length(exchange.head_len) + tally.received,
        bytes_sent: tally.sent + client.line.overhead(),
        body_bytes_sent: tally.body_sent,
        route: subject.route,
        group: subject.group(),
        attempts: &tally.attempts,
        request_id: own_id,
        effective_request_id: if has_head {
            effective_id(view, &own_id.0)
        } else {
            &own_id.0
        },
        maker: tally.maker,
        fault: tally.fault,
        logged: subject.access_log && !tally.health && !is_unlogged(worker, view),
        health: tally.health,
        generation: subject.generation,
    };
    let mut observers = worker.observers.borrow_mut();
    observers.meter.exchange(&record);
    if record.logged {
        observers.log.push(&record);
    }
}

/// What a response told the client beside its status.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told<'a> {
    /// `Allow`.
    pub(super) allow: Option<&'a [u8]>,
    /// `Location`.
    pub(super) location: Option<&'a [u8]>,
}

/// Keeps an exchange for explanations, if it is worth it. To be called when the head of the response is
/// known and the table is still held: the same decision is made again, with a recorder.
pub(super) fn capture<D>(
    client: &Client<D>,
    buffer: &Buffer,
    exchange: &Exchange,
    ask: &Asked<'_>,
    told: Told<'_>,
) {
    let worker = &client.worker;
    let tally = &exchange.tally;
    let sight = Sight {
        status: tally.status,
        maker: tally.maker,
        started: exchange.started,
        route: ask
            .decision
            .route
            .map_or(0, |route| Arc::as_ptr(route) as usize),
    };
    match worker.captures.wish(&sight) {
        Wish::No => return,
        Wish::Dropped => return worker.counters.captures_dropped.add(1),
        Wish::Yes => worker.counters.captured.add(1),
    }
    let view = exchange.view(buffer);
    let now = Instant::now();
    worker.captures.keep(CapturedExchange {
        request_id: exchange.id,
        client_request_id: view.first(KnownHeader::XRequestId).map(<[u8]>::to_vec),
        time: worker.wall.at(now),
        duration: now.saturating_duration_since(exchange.started),
        client: client.peer.client,
        listener: client.peer.listener,
        input: ask.input.clone(),
        explanation: explain(ask.held.snapshot(), ask.input, view),
        status: tally.status,
        maker: tally.maker,
        fault: tally.fault,
        attempts: tally.attempts.clone(),
        allow: told.allow.map(<[u8]>::to_vec),
        location: told.location.map(<[u8]>::to_vec),
    });
}

/// The first line that is not blank, as far as it arrived.
fn request_line(bytes: &[u8]) -> &[u8] {
    let start = bytes
        .iter()
        .position(|byte| !matches!(byte, b'\r' | b'\n'))
        .unwrap_or(0);
    let line = &bytes[start..];
    let end = line
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))
        .unwrap_or(line.len());
    &line[..end]
}

fn protocol(line: &[u8]) -> &str {
    let start = line
        .iter()
        .rposition(|byte| *byte == b' ')
        .map_or(0, |space| space + 1);
    std::str::from_utf8(&line[start..]).unwrap_or_default()
}
