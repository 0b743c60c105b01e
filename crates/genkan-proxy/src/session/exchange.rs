//! One request and its response, from the first byte of the head to the log record.

use std::{net::SocketAddr, rc::Rc, time::Instant};

use genkan_http::{
    framing::{Body, RequestFraming},
    head::{RequestHead, RequestView, ResponseHead, ResponseView, Version},
    limits::HeadLimits,
    method::Method,
    reject::RequestReject,
};
use genkan_route::{
    basic_auth::{Authenticated, Comparison, Credentials},
    decide::decide,
    decision::{BodyLength, Decision, DecisionInput, RedirectCause, RequestId, Scratch, Verdict},
    error_page::{Source, instead},
    fault::Fault,
    forward::{AddedFields, Rewriting},
    limit::Counted,
    recorder::NoRecorder,
};

use super::{
    client::Client,
    deadline::Deadline,
    downstream::Downstream,
    forward,
    head::{self, HeadEnd},
    http1::Http1,
    observe,
    own::{self, Own},
    relay, site,
    transport::Transport,
    tunnel,
};
use crate::{
    answer::{Content, Persistence},
    buffer::{Buffer, SMALL},
    limiter::Place,
    record::{Attempt, Maker},
    refusal::RefusalReason,
    worker::{held::Held, watch::Activity},
};

/// What becomes of the connection after an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It may carry another request.
    Request,
    /// It ends.
    Close,
    /// It ends, but the client may still be sending: closing at once would destroy our answer.
    Linger,
    /// It speaks HTTP/2; nothing was taken from its buffer.
    Http2,
}

/// What is known about the exchange under way.
pub(crate) struct Exchange {
    pub(super) started: Instant,
    pub(super) id: RequestId,
    pub(super) head: RequestHead,
    /// Length of the head in the client's buffer.
    pub(super) head_len: usize,
    /// Bytes of the client's buffer that belong to this exchange.
    pub(super) consumed: usize,
    pub(super) framing: RequestFraming,
    /// The request body was not read, or not to its end.
    pub(super) body_pending: bool,
    /// Some of it was.
    pub(super) body_begun: bool,
    /// The client's own deadline.
    pub(super) deadline: Deadline,
    /// The head of the latest response of an endpoint.
    pub(super) response: ResponseHead,
    /// Interim responses of endpoints so far.
    pub(super) interims: u32,
    pub(super) tally: Tally,
    /// Its place among the client's requests under way, where they are limited.
    pub(super) place: Option<Place>,
}

/// What the log record of an exchange will say.
#[derive(Debug)]
pub(super) struct Tally {
    /// Who the client is.
    pub(super) client: SocketAddr,
    pub(super) status: u16,
    pub(super) maker: Maker,
    pub(super) fault: Option<Fault>,
    /// Raw bytes of the request body that were received.
    pub(super) received: u64,
    pub(super) sent: u64,
    pub(super) body_sent: u64,
    pub(super) attempts: Vec<Attempt>,
    pub(super) health: bool,
}

impl Tally {
    /// The last try turned out to be a failure after its head.
    pub(super) fn fail_attempt(&mut self, fault: Fault) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.status = fault.facts().compatible_status;
            attempt.response_length = 0;
        }
    }
}

impl Exchange {
    fn new(id: RequestId, peer: SocketAddr) -> Self {
        Self {
            started: Instant::now(),
            id,
            head: RequestHead::new(),
            head_len: 0,
            consumed: 0,
            framing: RequestFraming {
                body: Body::None,
                keep_alive: false,
                upgrade: None,
                expect_continue: false,
            },
            body_pending: false,
            body_begun: false,
            deadline: Deadline::default(),
            response: ResponseHead::new(),
            interims: 0,
            place: None,
            tally: Tally {
                client: peer,
                status: 0,
                maker: Maker::Proxy,
                fault: None,
                received: 0,
                sent: 0,
                body_sent: 0,
                attempts: Vec::new(),
                health: false,
            },
        }
    }

    /// The request head, as far as it could be read.
    pub(super) fn view<'a>(&'a self, buffer: &'a Buffer) -> RequestView<'a> {
        let bytes = buffer.filled();
        RequestView::new(&bytes[..self.head_len.min(bytes.len())], &self.head)
    }

    /// The bytes behind the head that are at hand.
    pub(super) fn behind_head<'a>(&self, buffer: &'a Buffer) -> &'a [u8] {
        buffer.filled().get(self.head_len..).unwrap_or_default()
    }

    pub(super) fn is_head_method(&self) -> bool {
        self.head_len > 0 && self.method() == Method::Head
    }

    pub(super) fn method(&self) -> Method {
        RequestView::new(&[], &self.head).method_id()
    }

    pub(super) fn version(&self) -> Version {
        RequestView::new(&[], &self.head).version()
    }

    /// The status of the response whose head is at the beginning of a buffer.
    pub(super) fn response_status(&self) -> u16 {
        ResponseView::new(&[], &self.response).status()
    }

    /// nginx: POST, LOCK and PATCH are the methods that a second try may harm.
    pub(super) fn is_idempotent(&self, buffer: &Buffer) -> bool {
        !matches!(self.view(buffer).method(), b"POST" | b"LOCK" | b"PATCH")
    }

    /// Whether the connection may carry another request, and how the response says so.
    /// `wanted` says whether this response leaves it in step.
    pub(super) fn persistence<D: Downstream>(
        &self,
        client: &Client<D>,
        held: &Held,
        wanted: bool,
    ) -> Persistence {
        if !D::IN_SERIES {
            return Persistence::Unsaid;
        }
        let goes_on = wanted
            && self.framing.keep_alive
            && !client.worker.is_draining()
            && client.line.may_go_on(held.settings());
        if !goes_on {
            Persistence::Close
        } else if self.version() < Version::HTTP_11 {
            Persistence::KeepAlive
        } else {
            Persistence::Implied
        }
    }
}

/// How an exchange goes on when its decision is no longer needed.
pub(super) enum Conclusion {
    /// The response was sent, or can never be.
    Done(Next),
    /// The head of the response is out; its body is still on the way.
    Relay(Box<relay::Relay>),
    /// The endpoint switched protocols.
    Tunnel(Box<tunnel::Tunnel>),
}

/// Serves one request of a connection that speaks HTTP/1.
pub(super) async fn run<S: Transport>(client: &mut Client<Http1<S>>, buffer: &mut Buffer) -> Next {
    let held = client.worker.held();
    let mut exchange = Exchange::new(client.worker.identifiers.next(), client.peer.client);
    match head::read(client, buffer, &mut exchange, &held).await {
        Ok(framing) => exchange.framing = framing,
        Err(HeadEnd::Nothing) => return Next::Close,
        Err(HeadEnd::Http2) => return Next::Http2,
        Err(end) => return Box::pin(refuse(client, buffer, exchange, &held, end)).await,
    }
    // A request starts when its head is complete: a slow head, or a readiness that was none, must not
    // bring back a table that a live one has replaced.
    let held = client.worker.held();
    client.line.count_request();
    let next = answer(client, buffer, &mut exchange, held).await;
    buffer.consume(exchange.consumed);
    if next == Next::Request {
        client.line.take_early(buffer, &client.worker.buffers);
    }
    next
}

/// Serves one request that is a stream of its own; `fill` puts its head into place.
pub(super) async fn run_stream<D: Downstream>(
    client: &mut Client<D>,
    fill: impl FnOnce(
        &mut Vec<u8>,
        &mut RequestHead,
        &HeadLimits,
    ) -> Result<RequestFraming, RequestReject>,
) {
    let held = client.worker.held();
    let buffers = &client.worker.buffers;
    let mut exchange = Exchange::new(client.worker.identifiers.next(), client.peer.client);
    let mut bytes = buffers.output();
    let filled = fill(&mut bytes, &mut exchange.head, &held.limits);
    let dropped = exchange.head.dropped().total();
    client.worker.counters.dropped_fields.add(dropped as u64);
    let mut buffer = buffers.take(SMALL);
    buffers.extend(&mut buffer, &bytes);
    buffers.give_output(bytes);
    match filled {
        Ok(framing) => {
            exchange.framing = framing;
            exchange.head_len = buffer.len();
            exchange.consumed = buffer.len();
            answer(client, &mut buffer, &mut exchange, held).await;
        }
        Err(reject) => {
            let end = head::refused(reject);
            Box::pin(refuse(client, &mut buffer, exchange, &held, end)).await;
        }
    }
    client.worker.buffers.give(buffer);
}

/// Answers a request whose head was read.
async fn answer<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    held: Rc<Held>,
) -> Next {
    client.watch.now(Activity::Working);
    exchange.body_pending = !matches!(exchange.framing.body, Body::None | Body::Length(0));
    match dispatch(client, buffer, exchange, &held).await {
        Conclusion::Done(next) => next,
        Conclusion::Relay(relay) => {
            drop(held); // a long body needs its route, not the table
            relay::run(client, buffer, exchange, relay).await
        }
        Conclusion::Tunnel(tunnel) => {
            drop(held);
            tunnel::run(client, buffer, exchange, tunnel).await
        }
    }
}

async fn dispatch<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    held: &Rc<Held>,
) -> Conclusion {
    let mut input = DecisionInput {
        scheme: client.peer.scheme,
        port: client.peer.listener.port(),
        peer: client.peer.client,
        proxy_header: client.peer.proxy_header,
        body: match exchange.framing.body {
            Body::None => BodyLength::None,
            Body::Length(length) => BodyLength::Known(length),
            Body::Chunked => BodyLength::Unknown,
        },
        request_id: exchange.id,
        handshake: client.peer.handshake.clone(),
        draining: client.worker.is_draining(),
        counted: Counted::NotYet,
        authenticated: Authenticated::NotYet,
    };
    let mut scratch = client.worker.scratch();
    let decide = |input: &DecisionInput, scratch: &mut Scratch| {
        let view = exchange.view(buffer);
        decide(held.snapshot(), input, view, scratch, &mut NoRecorder)
    };
    let mut decision = decide(&input, &mut scratch);
    let mut place = None;
    if let Verdict::Count(limits) = decision.verdict {
        let worker = &client.worker;
        let (usage, taken) = worker
            .limiter
            .count(limits, &scratch.limit_key, &worker.counters);
        place = taken;
        input.counted = Counted::Told(usage);
        decision = decide(&input, &mut scratch);
    }
    if let Verdict::Authenticate(hash) = decision.verdict {
        let worker = &client.worker;
        let credentials = Credentials::of(exchange.view(buffer));
        let outcome = match &credentials {
            Some(sent) => {
                let password = sent.reveal_password();
                Box::pin(
                    worker
                        .authenticator
                        .compare(hash, password, &worker.counters),
                )
                .await
            }
            None => Comparison::Wrong,
        };
        input.authenticated = Authenticated::Told(outcome);
        decision = decide(&input, &mut scratch);
    }
    exchange.place = place;
    exchange.tally.client = decision.client.address;
    let ask = Asked {
        held,
        input: &input,
        decision: &decision,
        scratch: &scratch,
        fields: &scratch.fields,
        rewriting: decision.rewriting(&scratch),
    };
    let conclusion = match &decision.verdict {
        Verdict::Forward(forward) => {
            forward::forward(client, buffer, exchange, &ask, forward).await
        }
        Verdict::Site(site) => {
            Conclusion::Done(Box::pin(site::serve(client, buffer, exchange, &ask, site)).await)
        }
        verdict => {
            Conclusion::Done(Box::pin(own_answer(client, buffer, exchange, &ask, verdict)).await)
        }
    };
    client.worker.give_scratch(scratch);
    conclusion
}

/// A request with what was decided about it.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) held: &'a Held,
    pub(super) input: &'a DecisionInput,
    pub(super) decision: &'a Decision<'a>,
    pub(super) scratch: &'a Scratch,
    /// Lines of fields that the response gets, whoever makes it.
    pub(super) fields: &'a [u8],
    /// How the fields of a backend are rewritten.
    pub(super) rewriting: Option<Rewriting<'a>>,
}

impl<'a> Asked<'a> {
    /// What is answered in the place of a status that came up on the way.
    pub(super) fn instead(&self, status: u16, source: Source) -> Option<Verdict<'a>> {
        instead(self.held.snapshot(), self.decision, status, source)
    }
}

async fn own_answer<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
    verdict: &Verdict<'_>,
) -> Next {
    let mode = ask.decision.mode;
    let location = ask.scratch.location.as_slice();
    let own = |status, content| Own {
        status,
        mode,
        content,
        close: false,
        added: AddedFields::default(),
    };
    let own = match verdict {
        Verdict::Redirect {
            status, bare: true, ..
        } => own(*status, Content::Text(location)),
        Verdict::Redirect { status, .. } => own(*status, Content::Redirect { location }),
        Verdict::Preflight => own(204, Content::Text(b"")),
        Verdict::Health => own(200, Content::Text(b"")),
        Verdict::Fault(fault) => Own::fault(*fault, mode),
        Verdict::Forward(_) | Verdict::Site(_) | Verdict::Count(_) | Verdict::Authenticate(_) => {
            Own::fault(Fault::Internal, mode)
        }
    };
    exchange.tally.health = matches!(verdict, Verdict::Health);
    if exchange.framing.expect_continue && is_continued(verdict) {
        own::tell_to_continue(client, exchange).await;
    }
    let own = own.adding(ask);
    let next = own::answer(client, buffer, exchange, ask.held, own).await;
    let location = matches!(own.content, Content::Redirect { .. }).then_some(location);
    let told = observe::Told {
        allow: None,
        location,
    };
    observe::capture(client, buffer, exchange, ask, told);
    observe::finish(client, buffer, exchange, &observe::Subject::of(ask));
    next
}

/// Whether nginx says `100 Continue` before this answer. It does where it reads or drops the body by the
/// way: for what its default backend answers, and for answers of its `return`.
fn is_continued(verdict: &Verdict<'_>) -> bool {
    match verdict {
        Verdict::Preflight | Verdict::Health => true,
        Verdict::Redirect { cause, .. } => matches!(
            cause,
            RedirectCause::AppRoot
                | RedirectCause::FromToWww
                | RedirectCause::Permanent
                | RedirectCause::Temporal
        ),
        Verdict::Fault(fault) => matches!(
            fault,
            Fault::NoHost | Fault::NoPath | Fault::NoDefaultBackend
        ),
        Verdict::Forward(_) | Verdict::Site(_) | Verdict::Count(_) | Verdict::Authenticate(_) => {
            false
        }
    }
}

/// Whoever set up the client's side of the connection took this listener for another one.
fn tell<D>(client: &Client<D>, fault: Fault) {
    let counters = &client.worker.counters;
    let (count, reason) = match fault {
        Fault::TlsOnPlain => (&counters.tls_on_plain, RefusalReason::TlsOnPlain),
        Fault::ProxyHeader => (
            &counters.proxy_headers_unexpected,
            RefusalReason::ProxyHeaderUnexpected,
        ),
        _ => return,
    };
    count.add(1);
    client.peer.refuse(&client.worker, reason);
}

/// Answers a head that cannot be used; the connection is out of step afterwards.
async fn refuse<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    mut exchange: Exchange,
    held: &Held,
    end: HeadEnd,
) -> Next {
    client.worker.counters.rejected.add(1);
    exchange.body_pending = true;
    let mode = held.snapshot().table.default_mode;
    let next = match end {
        HeadEnd::Refused(fault) => {
            tell(client, fault);
            let content = Content::Fault(fault);
            let own = Own {
                status: fault.status(mode),
                mode,
                content,
                close: true,
                added: AddedFields::default(),
            };
            own::answer(client, buffer, &mut exchange, held, own).await
        }
        // nginx logs such a request with 400 and answers nothing.
        HeadEnd::Gone | HeadEnd::Nothing | HeadEnd::Http2 => {
            exchange.tally.status = 400;
            Next::Close
        }
    };
    observe::finish(
        client,
        buffer,
        &mut exchange,
        &observe::Subject::nothing(held),
    );
    next
}
