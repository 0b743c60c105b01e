//! Forwarding a request: its body, the tries, and the head of the response.

use std::{future::poll_fn, task::Poll, time::Duration};

use genkan_http::{
    framing::{Body, ResponseBody},
    head::ResponseView,
    known::KnownHeader,
};
use genkan_route::{
    decision::Forward,
    fault::Fault,
    forward::{AddedFields, DownstreamBody, UpstreamHead, write_upstream_head},
    settings::RouteSettings,
    upstream::Wire,
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
    if exchange.framing.expect_continue {
        Box::pin(own::tell_to_continue(client, exchange)).await;
    }
    if forward.wire.http2 {
        let timeout = exchange.view(buffer).field_named(b"grpc-timeout");
        exchange.deadline = Deadline::of(timeout, exchange.started);
    }
    let mut body = if exchange.body_pending {
        match Box::pin(take_body(client, buffer, exchange, settings, forward.wire)).await {
            Ok(body) => body,
            Err(Incomplete::Gone) => return client_gone(client, buffer, exchange, ask),
            Err(Incomplete::Fault(fault)) => {
                return give_up(client, buffer, exchange, ask, fault).await;
            }
        }
    } else {
        RequestBody::Empty
    };
    let mut head = client.worker.buffers.output();
    let upstream = UpstreamHead {
        request: exchange.view(buffer),
        input: ask.input,
        client: ask.decision.client,
        route,
        rewritten: forward.rewritten,
        scratch: ask.scratch,
        body: upstream_body(&body, exchange.framing.body),
        settings: ask.held.settings(),
    };
    write_upstream_head(&mut head, &upstream);
    let tried = try_endpoints(client, buffer, exchange, ask, forward, &head, &mut body).await;
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
    wire: Wire<'_>,
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
    let streams = !settings.request_buffering || wire.http2;
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
    let until_close = framing.body != ResponseBody::None && shape == DownstreamBody::Unannounced;
    let persistence = exchange.persistence(client, ask.held, !(refused || until_close));
    let mut out = client.draft();
    {
        let view = ResponseView::new(&received.filled()[..head_len], &exchange.response);
        let id = heads::effective_id(exchange.view(buffer), &exchange.id.0);
        let strict = exchange.strict_transport(ask.held);
        client.worker.wall.with_date(|date| {
            let added = (ask.held.settings(), AddedFields::of(&ask.scratch.fields));
            heads::write_downstream(
                &mut out,
                view,
                shape,
                persistence,
                (date, id, strict),
                added,
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
