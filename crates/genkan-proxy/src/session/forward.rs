//! Forwarding a request: its body, the tries, and the head of the response.

use std::{future::poll_fn, task::Poll, time::Duration};

use genkan_http::{
    framing::{Body, ResponseBody},
    head::ResponseView,
    known::KnownHeader,
};
use genkan_route::{
    decision::{Forward, Verdict},
    error_page::Source,
    fault::Fault,
    forward::{
        AddedFields, DownstreamBody, ErrorHead, UpstreamHead, write_error_head, write_upstream_head,
    },
    settings::RouteSettings,
    table::Route,
};

use super::{
    attempt::{Answered, FailureKind},
    client::Client,
    deadline::Deadline,
    downstream::Downstream,
    exchange::{Asked, Conclusion, Exchange, Next},
    heads,
    observe::{self, Told},
    own::{self, Own},
    relay::{End, Relay, Request, Shape},
    tries::{note, try_endpoints},
    tunnel::Tunnel,
};
use crate::{
    answer::Persistence,
    body::{
        collect::{CollectLimits, Incomplete, RequestBody, at_hand, collect},
        incoming::Incoming,
    },
    buffer::Buffer,
    record::Maker,
};

/// Forwards a request until the head of its response is out.
pub(super) async fn forward<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
    forward: &Forward<'_>,
) -> Conclusion {
    let Some(route) = ask.decision.route else {
        return give_up(client, buffer, exchange, ask, Fault::Internal).await;
    };
    let settings = &*route.spec.settings;
    let drops_body = forward.error_page.is_some_and(|page| page.without_body);
    if exchange.framing.expect_continue && !drops_body {
        Box::pin(own::tell_to_continue(client, exchange)).await;
    }
    if forward.wire.http2 {
        let timeout = exchange.view(buffer).field_named(b"grpc-timeout");
        exchange.deadline = Deadline::of(timeout, exchange.started);
    }
    let mut body = if exchange.body_pending && !drops_body {
        match Box::pin(take_body(client, buffer, exchange, settings, forward)).await {
            Ok(body) => body,
            Err(Incomplete::Gone) => return client_gone(client, buffer, exchange, ask),
            Err(Incomplete::Fault(fault)) => {
                let body = RequestBody::Empty;
                return Box::pin(fail(client, buffer, exchange, ask, fault, body)).await;
            }
        }
    } else {
        RequestBody::Empty
    };
    let head = upstream_head(client, buffer, exchange, ask, (forward, route), &body);
    let tried = try_endpoints(client, buffer, exchange, ask, forward, &head, &mut body).await;
    match tried {
        Ok(answered) => {
            let status = exchange.response_status();
            let instead = match forward.error_page {
                // the answer of an error backend is final
                Some(_) => None,
                None => ask.instead(status, Source::Backend),
            };
            if let Some(verdict) = instead {
                note(
                    exchange,
                    answered.connection.key.address,
                    status,
                    answered.times,
                );
                client.worker.buffers.give(answered.received);
                client.worker.buffers.give_output(head);
                let replacing = error_page(client, buffer, exchange, ask, verdict, body);
                return Box::pin(replacing).await;
            }
            respond(client, buffer, exchange, ask, answered, head, body).await
        }
        Err((fault, kind)) => {
            client.worker.buffers.give_output(head);
            match kind {
                FailureKind::ClientGone => {
                    settle_body(client, buffer, exchange, body);
                    client_gone(client, buffer, exchange, ask)
                }
                _ => Box::pin(fail(client, buffer, exchange, ask, fault, body)).await,
            }
        }
    }
}
/// The head of the request for the endpoint.
fn upstream_head<D: Downstream>(
    client: &Client<D>,
    buffer: &Buffer,
    exchange: &Exchange,
    ask: &Asked<'_>,
    (forward, route): (&Forward<'_>, &Route),
    body: &RequestBody,
) -> Vec<u8> {
    let mut head = client.worker.buffers.output();
    let announced = exchange.framing.body;
    let (request, input, settings) = (exchange.view(buffer), ask.input, ask.held.settings());
    let client = ask.decision.client;
    let Some(page) = forward.error_page else {
        let upstream = UpstreamHead {
            request,
            input,
            client,
            route,
            rewritten: forward.rewritten,
            scratch: ask.scratch,
            body: upstream_body(body, announced),
            settings,
        };
        write_upstream_head(&mut head, &upstream);
        return head;
    };
    let body = match (body, announced) {
        (RequestBody::Empty, Body::None) => Body::None,
        // one that is left out
        (RequestBody::Empty | RequestBody::Stream(_), _) => Body::Length(0),
        (body, announced) => upstream_body(body, announced),
    };
    let error = ErrorHead {
        request,
        input,
        client,
        route,
        page,
        body,
        settings,
    };
    write_error_head(&mut head, &error);
    head
}

/// An answer cannot be had: the proxy gives its own, or what replaces it (`custom-http-errors`).
async fn fail<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
    fault: Fault,
    body: RequestBody,
) -> Conclusion {
    let status = fault.status(ask.decision.mode);
    let instead = match &ask.decision.verdict {
        Verdict::Forward(Forward {
            error_page: Some(_),
            ..
        }) => None,
        _ => ask.instead(status, Source::Fault(fault)),
    };
    match instead {
        Some(verdict) => error_page(client, buffer, exchange, ask, verdict, body).await,
        None => {
            settle_body(client, buffer, exchange, body);
            give_up(client, buffer, exchange, ask, fault).await
        }
    }
}

/// Answers in the place of an error that came up on the way.
async fn error_page<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
    verdict: Verdict<'_>,
    body: RequestBody,
) -> Conclusion {
    let ask = &Asked {
        fields: &ask.scratch.error_fields,
        rewriting: None,
        ..*ask
    };
    let (forward, route) = match (verdict, ask.decision.route) {
        (Verdict::Forward(forward), Some(route)) => (forward, route),
        (verdict, _) => {
            let fault = match verdict {
                Verdict::Fault(fault) => fault,
                _ => Fault::Internal,
            };
            settle_body(client, buffer, exchange, body);
            return give_up(client, buffer, exchange, ask, fault).await;
        }
    };
    // what was sent on as it came cannot be sent again
    let mut body = match body {
        RequestBody::Stream(_) => {
            settle_body(client, buffer, exchange, body);
            RequestBody::Empty
        }
        held => held,
    };
    let head = upstream_head(client, buffer, exchange, ask, (&forward, route), &body);
    let tried = try_endpoints(client, buffer, exchange, ask, &forward, &head, &mut body).await;
    match tried {
        Ok(answered) => respond(client, buffer, exchange, ask, answered, head, body).await,
        Err((fault, kind)) => {
            client.worker.buffers.give_output(head);
            settle_body(client, buffer, exchange, body);
            match kind {
                FailureKind::ClientGone => client_gone(client, buffer, exchange, ask),
                _ => give_up(client, buffer, exchange, ask, fault).await,
            }
        }
    }
}

/// How the endpoint learns where the body ends: a collected body has a length, whatever came.
fn upstream_body(body: &RequestBody, announced: Body) -> Body {
    match body {
        RequestBody::Empty | RequestBody::Stream(_) => announced,
        RequestBody::InBuffer(range) => Body::Length(range.len() as u64),
        RequestBody::Memory(bytes) => Body::Length(bytes.len() as u64),
        RequestBody::Spilled(spill) => Body::Length(spill.length()),
    }
}

/// Receives the body as the route wants it, or begins to.
async fn take_body<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    settings: &RouteSettings,
    forward: &Forward<'_>,
) -> Result<RequestBody, Incomplete> {
    let body = exchange.framing.body;
    let begun = exchange.behind_head(buffer);
    if let Some(length) = at_hand(body, begun) {
        let range = exchange.head_len..exchange.head_len + length;
        exchange.consumed = range.end;
        exchange.body_pending = false;
        exchange.tally.received = length as u64;
        return Ok(RequestBody::InBuffer(range));
    }
    // nginx's gRPC module never collects a body: calls may be conversations.
    // HTTP/1.0 needs a length, and an error backend is spoken to in no other.
    let needs_length = settings.backend_http10 && !forward.wire.http2 && body == Body::Chunked;
    let streams = (!settings.request_buffering || forward.wire.http2)
        && !needs_length
        && forward.error_page.is_none();
    let mut incoming = if D::IN_SERIES {
        Incoming::new(body, begun, &client.worker.buffers)
    } else {
        Incoming::of_stream(body, streams)
    };
    exchange.consumed = buffer.len();
    exchange.body_begun = true;
    if streams {
        return begin(client, buffer, exchange, incoming, settings).await;
    }
    let limits = CollectLimits {
        memory: settings.body_memory_max,
        total: settings.body_size_max,
        timeout: client.worker.held().settings().body_timeout,
    };
    let worker = &client.worker;
    let collected = collect(
        &mut incoming,
        &mut client.line,
        &client.watch,
        &worker.buffers,
        &worker.spill,
        limits,
    )
    .await;
    exchange.tally.received = incoming.received;
    match &collected {
        Ok(body) => {
            exchange.body_pending = false;
            if matches!(body, RequestBody::Spilled(_)) {
                worker.counters.spills.add(1);
            }
            incoming.into_rest(&worker.buffers, buffer);
        }
        Err(Incomplete::Fault(Fault::Overload)) => worker.counters.spill_refusals.add(1),
        Err(_) => {}
    }
    collected
}

/// Takes what is there of a streamed body, without waiting for more. As in nginx a body that is all there
/// needs no streaming, so that it gets a length and can be sent again, and one that is already too
/// large is refused before an endpoint is asked.
async fn begin<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    mut incoming: Incoming,
    settings: &RouteSettings,
) -> Result<RequestBody, Incomplete> {
    let begun = poll_fn(|cx| {
        Poll::Ready(incoming.poll_begin(&mut client.line, cx, &client.worker.buffers))
    });
    let whole = begun
        .await
        .map_err(|_| Incomplete::Fault(Fault::BadRequest))?;
    exchange.tally.received = incoming.received;
    if settings
        .body_size_max
        .is_some_and(|max| incoming.announced() > max)
    {
        return Err(Incomplete::Fault(Fault::BodyTooLarge));
    }
    let Some(body) = whole else {
        return Ok(RequestBody::Stream(incoming));
    };
    exchange.body_pending = false;
    incoming.into_rest(&client.worker.buffers, buffer);
    Ok(RequestBody::Memory(body))
}

/// Sends the head of the response, and its body if it is at hand.
async fn respond<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
    answered: Answered,
    request_head: Vec<u8>,
    body: RequestBody,
) -> Conclusion {
    let Answered {
        connection,
        mut received,
        head_len,
        framing,
        sending,
        times,
    } = answered;
    let shape = heads::downstream_body(&framing, exchange.version());
    // A client that is still sending its body is not read to the end when the answer is a refusal.
    let refused = exchange.body_pending && exchange.response_status() >= 400;
    // the body was left out of a request for an error page
    let refused = refused || exchange.body_pending && matches!(body, RequestBody::Empty);
    let until_close = framing.body != ResponseBody::None && shape == DownstreamBody::Unannounced;
    let persistence = exchange.persistence(client, ask.held, !(refused || until_close));
    let mut out = client.draft();
    {
        let view = ResponseView::new(&received.filled()[..head_len], &exchange.response);
        let id = heads::effective_id(exchange.view(buffer), &exchange.id.0);
        client.worker.wall.with_date(|date| {
            let added = AddedFields::of(ask.fields);
            heads::write_downstream(
                &mut out,
                view,
                shape,
                persistence,
                (date, id),
                (ask.held.settings(), added, ask.rewriting),
            );
        });
        exchange.tally.status = view.status();
    }
    exchange.tally.maker = Maker::Backend;
    note(
        exchange,
        connection.key.address,
        exchange.tally.status,
        times,
    );
    {
        let view = ResponseView::new(&received.filled()[..head_len], &exchange.response);
        let told = Told {
            allow: view.first(KnownHeader::Allow),
            location: view.first(KnownHeader::Location),
        };
        observe::capture(client, buffer, exchange, ask, told);
    }
    received.consume(head_len);
    // Borrowed: counting it would touch a cache line that all workers share.
    let settings = ask.decision.route.map(|route| &*route.spec.settings);
    let read_timeout = settings.map_or(Duration::MAX, |settings| settings.read_timeout);
    let subject = observe::Subject::of(ask);
    let out = client.line.begin(out);
    if framing.switched {
        let tunnel = Tunnel::new(connection, received, out, read_timeout, subject.to_owned());
        client.worker.buffers.give_output(request_head);
        settle_body(client, buffer, exchange, body);
        return Conclusion::Tunnel(Box::new(tunnel));
    }
    let shape = match (framing.body, shape) {
        (ResponseBody::UntilClose, DownstreamBody::Chunked) => Shape::Encode,
        (ResponseBody::Chunked, DownstreamBody::Unannounced) => Shape::Decode,
        _ => Shape::AsIs,
    };
    let mut relay = Relay::new(
        connection,
        received,
        framing,
        shape,
        (out, exchange.tally.sent),
    );
    relay.keep_alive = persistence != Persistence::Close;
    relay.began = times.began;
    relay.read_timeout = read_timeout;
    relay.deadline = exchange.deadline;
    relay.body_size_max = settings.and_then(|settings| settings.body_size_max);
    relay.request = Request {
        sending,
        head: request_head,
        body,
    };
    let sent_before = exchange.tally.sent;
    // Small responses are complete at the first look: nothing is moved to the heap for them.
    match relay.look(client, buffer, exchange).await {
        Poll::Ready(end) => {
            let next = relay.settle(client, buffer, exchange, end);
            if end == End::Truncated && exchange.tally.sent == sent_before {
                // Broken before a byte went out: the client can still be told.
                exchange.tally.fail_attempt(Fault::BadResponse);
                return give_up(client, buffer, exchange, ask, Fault::BadResponse).await;
            }
            observe::finish(client, buffer, exchange, &subject);
            Conclusion::Done(next)
        }
        Poll::Pending => {
            relay.subject = Some(subject.to_owned());
            Conclusion::Relay(Box::new(relay))
        }
    }
}

/// Gives back what a body holds.
pub(super) fn settle_body<D>(
    client: &Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    body: RequestBody,
) {
    if let RequestBody::Stream(incoming) = body {
        exchange.tally.received = incoming.received;
        if incoming.is_complete() && incoming.ready().is_empty() {
            exchange.body_pending = false;
        }
        incoming.into_rest(&client.worker.buffers, buffer);
    }
}

async fn give_up<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
    fault: Fault,
) -> Conclusion {
    let mut own = Own::fault(fault, ask.decision.mode).adding(ask);
    // A body that was begun cannot be told from the next request any more.
    own.close |= exchange.body_pending && exchange.body_begun;
    let next = Box::pin(own::answer(client, buffer, exchange, ask.held, own)).await;
    observe::capture(client, buffer, exchange, ask, Told::default());
    observe::finish(client, buffer, exchange, &observe::Subject::of(ask));
    Conclusion::Done(next)
}

fn client_gone<D: Downstream>(
    client: &Client<D>,
    buffer: &Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
) -> Conclusion {
    exchange.tally.status = Fault::ClientGone.facts().compatible_status;
    exchange.tally.fault = Some(Fault::ClientGone);
    observe::finish(client, buffer, exchange, &observe::Subject::of(ask));
    Conclusion::Done(Next::Close)
}
