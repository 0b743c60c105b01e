//! Which endpoint is tried, how often, and when another one is tried instead.
//!
//! The rules are `proxy-next-upstream*` as nginx has them (`ngx_http_upstream_next`), with one addition:
//! a pooled connection that the endpoint closed at the same moment is the pool's own doing, and is
//! repeated at once on a new connection.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use genkan_route::{decision::Forward, fault::Fault, settings::Retry};

use super::{
    attempt::{Answered, Failure, FailureKind, Times, Try, attempt},
    client::Client,
    downstream::Downstream,
    exchange::{Asked, Exchange},
};
use crate::{body::collect::RequestBody, buffer::Buffer, record::Attempt, worker::held::Held};

/// Tries when `proxy-next-upstream-tries` is 0. ingress-nginx then tries without end.
const TRIES_MAX: u32 = 100;

/// Tries endpoints until one answers, or nothing more may be tried.
pub(super) async fn try_endpoints<D: Downstream>(
    client: &mut Client<D>,
    buffer: &Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
    forward: &Forward<'_>,
    head: &[u8],
    body: &mut RequestBody,
) -> Result<Answered, (Fault, FailureKind)> {
    let Some(route) = ask.decision.route else {
        return Err((Fault::Internal, FailureKind::Final));
    };
    let settings = &*route.spec.settings;
    let tls = match forward.wire.tls {
        None => None,
        // What cannot be made ready (a key that does not belong to its certificate) serves nobody.
        Some(tls) => match ask.held.upstream_tls().of(tls, forward.wire.http2) {
            Some(prepared) => Some(&**prepared),
            None => return Err((Fault::Closed, FailureKind::Final)),
        },
    };
    let began = Instant::now();
    let mut count = 0;
    let mut raced = None;
    loop {
        let next = || next_endpoint(ask.held, forward, &exchange.tally.attempts);
        let address = raced.or_else(next);
        let Some(address) = address else {
            return Err((Fault::NoEndpoint, FailureKind::Final));
        };
        let parts = Try {
            held: ask.held,
            settings,
            address,
            tls,
            http2: forward.wire.http2,
            fresh: raced.is_some(),
            head,
            body: &mut *body,
        };
        count += 1;
        let outcome = attempt(client, buffer, exchange, parts).await;
        let chances = Chances {
            retry: &settings.retry,
            left: count < tries_max(&settings.retry),
            elapsed: began.elapsed(),
            repeatable: exchange.is_idempotent(buffer) || settings.retry.non_idempotent,
            streamed: matches!(body, RequestBody::Stream(_)),
        };
        match outcome {
            Ok(answered) => {
                let status = exchange.response_status();
                if !settings.retry.statuses.contains(&status) || !chances.after(true) {
                    return Ok(answered);
                }
                note(exchange, address, status, answered.times);
                client.worker.buffers.give(answered.received);
                client.worker.counters.retries.add(1);
            }
            Err(failure) => {
                let gone = failure.kind == FailureKind::ClientGone;
                let status = if gone { 0 } else { tried_status(&failure) };
                note(exchange, address, status, failure.times);
                // The pool's own doing: repeated at once, on a new connection, whatever the route says.
                if failure.kind == FailureKind::Race && chances.may_repeat(failure.sent) {
                    client.worker.counters.races.add(1);
                    raced = Some(address);
                    count -= 1;
                    continue;
                }
                if !chances.wanted(failure.kind) || !chances.after(failure.sent) {
                    return Err((failure.fault, failure.kind));
                }
                client.worker.counters.retries.add(1);
            }
        }
        raced = None;
    }
}

/// The endpoint whose turn it is; for another try one that this request has not met, while there is one.
/// (The round robin of ingress-nginx does not look: with other requests between its tries, one request
/// can meet the same dead endpoint three times.)
fn next_endpoint(held: &Held, forward: &Forward<'_>, tried: &[Attempt]) -> Option<SocketAddr> {
    let ready = &forward.endpoints.ready;
    let first = held.next_endpoint(forward.group, ready)?.address;
    let is_new = |address: SocketAddr| tried.iter().all(|attempt| attempt.address != address);
    if is_new(first) {
        return Some(first);
    }
    let others = ready.iter().map(|endpoint| endpoint.address);
    let at = others.clone().position(|address| address == first)?;
    let mut in_turn = others.clone().skip(at).chain(others.take(at));
    Some(in_turn.find(|address| is_new(*address)).unwrap_or(first))
}

const fn tries_max(retry: &Retry) -> u32 {
    if retry.tries == 0 {
        TRIES_MAX
    } else {
        retry.tries
    }
}

/// Whether another try is allowed (`ngx_http_upstream_next`).
struct Chances<'a> {
    retry: &'a Retry,
    left: bool,
    elapsed: Duration,
    /// Repeating the request does no harm, or is wanted all the same.
    repeatable: bool,
    streamed: bool,
}

impl Chances<'_> {
    fn wanted(&self, kind: FailureKind) -> bool {
        match kind {
            FailureKind::Error | FailureKind::Race => self.retry.on_error,
            FailureKind::Timeout => self.retry.on_timeout,
            FailureKind::InvalidHeader => self.retry.on_invalid_header,
            FailureKind::Final | FailureKind::ClientGone => false,
        }
    }

    /// A request that may have reached an endpoint is repeated only if that is harmless and its body is
    /// still held.
    fn may_repeat(&self, sent: bool) -> bool {
        !sent || (self.repeatable && !self.streamed)
    }

    fn after(&self, sent: bool) -> bool {
        let in_time = self.retry.timeout.is_zero() || self.elapsed < self.retry.timeout;
        self.left && in_time && self.may_repeat(sent)
    }
}

fn tried_status(failure: &Failure) -> u16 {
    if failure.kind == FailureKind::Timeout {
        504
    } else {
        502
    }
}

pub(super) fn note(exchange: &mut Exchange, address: SocketAddr, status: u16, times: Times) {
    exchange.tally.attempts.push(Attempt {
        address,
        status,
        response_length: 0,
        connect_time: times.connect,
        header_time: times.header,
        response_time: times.began.elapsed(),
        reused: times.reused,
        tls: times.tls,
    });
}
