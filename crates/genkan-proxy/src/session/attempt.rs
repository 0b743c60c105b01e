//! One try: a connection to an endpoint, the request sent, the head of the response received.

use std::{
    future::poll_fn,
    net::SocketAddr,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use genkan_http::{
    framing::{ResponseFraming, response_framing},
    head::{ResponseView, Version},
    limits::{FIELD_COUNT_MAX, ResponseLimits},
    parse::{Progress, parse_response},
    reject::ResponseReject,
};
use genkan_route::{fault::Fault, settings::RouteSettings};

use super::{
    client::Client,
    exchange::Exchange,
    heads,
    patience::{Party, Patience},
    sending::{Outgoing, SendEnd, Sending},
    transport::{Transport, poll_fill},
};
use crate::{
    body::collect::RequestBody,
    buffer::{Buffer, MEDIUM},
    upstream::{
        connect::{ConnectFailure, connect},
        pool::Connection,
    },
    worker::{held::Held, watch::Interrupt},
};

/// An endpoint that has begun to answer.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) connection: Connection,
    /// What was read; begins with the head.
    pub(super) received: Buffer,
    pub(super) head_len: usize,
    pub(super) framing: ResponseFraming,
    pub(super) sending: Sending,
    pub(super) times: Times,
}

/// When things happened in a try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) began: Instant,
    pub(super) connect: Option<Duration>,
    pub(super) header: Option<Duration>,
    pub(super) reused: bool,
}

/// A try without a response.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) fault: Fault,
    /// As `proxy-next-upstream` names it.
    pub(super) kind: FailureKind,
    /// Something of the request may have reached the endpoint.
    pub(super) sent: bool,
    pub(super) times: Times,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// `error`
    Error,
    /// `error` on a connection from the pool before a byte of a response: the endpoint closed it at the
    /// same moment.
    Race,
    /// `timeout`
    Timeout,
    /// `invalid_header`
    InvalidHeader,
    /// The client's fault, or ours: no other endpoint would help.
    Final,
    /// The client left.
    ClientGone,
}

/// What a try is made with.
pub(super) struct Try<'a> {
    pub(super) held: &'a Held,
    pub(super) settings: &'a RouteSettings,
    pub(super) address: SocketAddr,
    /// Do not take a connection from the pool.
    pub(super) fresh: bool,
    /// The request's head.
    pub(super) head: &'a [u8],
    pub(super) body: &'a mut RequestBody,
}

/// Makes one try.
pub(super) async fn attempt<S: Transport>(
    client: &mut Client<S>,
    buffer: &Buffer,
    exchange: &mut Exchange,
    parts: Try<'_>,
) -> Result<Answered, Failure> {
    let began = Instant::now();
    let mut times = Times {
        began,
        connect: None,
        header: None,
        reused: false,
    };
    let pooled = if parts.fresh {
        None
    } else {
        client
            .worker
            .pools
            .take(parts.address, began, parts.held.settings())
    };
    let connection = match pooled {
        Some(connection) => {
            client.worker.counters.reuses.add(1);
            times.connect = Some(Duration::ZERO);
            times.reused = true;
            connection
        }
        None => {
            let connecting = Box::pin(connect(
                client,
                parts.address,
                parts.settings.connect_timeout,
            ));
            match connecting.await {
                Ok(connection) => {
                    times.connect = Some(began.elapsed());
                    connection
                }
                Err(failure) => return Err(not_connected(failure, times)),
            }
        }
    };
    exchange.response.clear();
    let mut awaiting = Awaiting {
        connection,
        received: Buffer::default(),
        unparsed: false,
        sending: Sending::default(),
        patience: Patience::default(),
        limits: ResponseLimits {
            proxy_buffer_size: parts.settings.response_head_max,
            field_count_max: FIELD_COUNT_MAX,
        },
    };
    loop {
        let mut outgoing = Outgoing {
            head: parts.head,
            body: &mut *parts.body,
            buffer,
            size_max: parts.settings.body_size_max,
        };
        let step = poll_fn(|cx| awaiting.poll(cx, client, exchange, &mut outgoing, parts.settings));
        let (fault, kind) = match step.await {
            Ok(head_len) => match awaiting.frame(exchange, head_len) {
                Ok(framing) if framing.interim => {
                    let interim = awaiting.interim(client, exchange, head_len);
                    match Box::pin(interim).await {
                        Ok(()) => continue,
                        Err(()) => (Fault::ClientGone, FailureKind::ClientGone),
                    }
                }
                Ok(framing) => {
                    times.header = Some(began.elapsed());
                    let Awaiting {
                        connection,
                        received,
                        sending,
                        ..
                    } = awaiting;
                    return Ok(Answered {
                        connection,
                        received,
                        head_len,
                        framing,
                        sending,
                        times,
                    });
                }
                Err(_) => (Fault::BadResponse, FailureKind::InvalidHeader),
            },
            Err(failed) => failed,
        };
        client.worker.buffers.give(awaiting.received);
        return Err(Failure {
            fault,
            kind,
            sent: awaiting.sending.begun,
            times,
        });
    }
}

fn not_connected(failure: ConnectFailure, times: Times) -> Failure {
    let (fault, kind) = match failure {
        ConnectFailure::Refused(error) => {
            let exhausted = matches!(
                error.raw_os_error(),
                Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
            );
            (
                if exhausted {
                    Fault::Overload
                } else {
                    Fault::ConnectRefused
                },
                FailureKind::Error,
            )
        }
        ConnectFailure::Timeout => (Fault::ConnectTimeout, FailureKind::Timeout),
        ConnectFailure::Client => (Fault::ClientGone, FailureKind::ClientGone),
    };
    Failure {
        fault,
        kind,
        sent: false,
        times,
    }
}

/// A request being sent and its response being awaited.
struct Awaiting {
    connection: Connection,
    received: Buffer,
    /// `received` holds bytes that were not parsed.
    unparsed: bool,
    sending: Sending,
    patience: Patience,
    limits: ResponseLimits,
}

impl Awaiting {
    /// Ready with the length of a head, or with the reason why there will be none.
    fn poll<S: Transport>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<S>,
        exchange: &mut Exchange,
        outgoing: &mut Outgoing<'_>,
        settings: &RouteSettings,
    ) -> Poll<Result<usize, (Fault, FailureKind)>> {
        if !self.sending.done && !self.sending.failed {
            let stream = &mut self.connection.stream;
            match self.sending.poll(cx, stream, client, outgoing) {
                Ok(_) => {}
                Err(SendEnd::Client) => {
                    return Poll::Ready(Err((Fault::ClientGone, FailureKind::ClientGone)));
                }
                Err(SendEnd::Fault(fault)) => {
                    return Poll::Ready(Err((fault, FailureKind::Final)));
                }
            }
        }
        if let Poll::Ready(head) = self.poll_head(cx, client, exchange) {
            return Poll::Ready(head);
        }
        let settled = self.sending.done || self.sending.failed;
        if settled && client.poll_left(cx).is_ready() {
            return Poll::Ready(Err((Fault::ClientGone, FailureKind::ClientGone)));
        }
        if std::mem::take(&mut self.sending.moved) {
            self.patience.moved();
        }
        let party = if settled {
            Party::EndpointSends
        } else {
            self.sending.waits_for(outgoing.body)
        };
        let (timeout, failed) = match party {
            Party::ClientSends | Party::ClientTakes => {
                let timeout = client.worker.held().settings().body_timeout;
                (timeout, (Fault::ClientTimeout, FailureKind::Final))
            }
            Party::EndpointTakes => (
                settings.send_timeout,
                (Fault::SendTimeout, FailureKind::Timeout),
            ),
            Party::EndpointSends => (
                settings.read_timeout,
                (Fault::ReadTimeout, FailureKind::Timeout),
            ),
            Party::Disk => (settings.send_timeout, (Fault::Internal, FailureKind::Final)),
        };
        self.patience.wait(&client.watch, party, timeout);
        client.watch.poll(cx).map(|interrupt| {
            Err(match interrupt {
                Interrupt::Timeout => failed,
                Interrupt::End => (Fault::ClientGone, FailureKind::ClientGone),
            })
        })
    }

    fn poll_head<S: Transport>(
        &mut self,
        cx: &mut Context<'_>,
        client: &Client<S>,
        exchange: &mut Exchange,
    ) -> Poll<Result<usize, (Fault, FailureKind)>> {
        let buffers = &client.worker.buffers;
        loop {
            if std::mem::take(&mut self.unparsed) {
                let head = &mut exchange.response;
                match parse_response(self.received.filled(), head, &self.limits) {
                    Ok(Progress::Complete { head_len }) => return Poll::Ready(Ok(head_len)),
                    Ok(Progress::Partial) => {}
                    Err(reject) => return Poll::Ready(Err(invalid(reject))),
                }
            }
            // No buffer is held while nothing arrives.
            if self.received.capacity() == 0 {
                match self.connection.stream.poll_read_ready(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Err(_)) => return Poll::Ready(Err(self.closed())),
                    Poll::Ready(Ok(())) => {}
                }
                // One byte more than the limit shows that the limit is exceeded.
                self.received = buffers.take(MEDIUM.max(self.limits.proxy_buffer_size + 1));
            } else if !self.received.has_room() {
                let size = self.received.capacity() * 2;
                buffers.grow(&mut self.received, size);
            }
            match poll_fill(
                &mut self.connection.stream,
                cx,
                &mut self.received,
                u64::MAX,
            ) {
                Poll::Ready(Ok(count)) if count > 0 => self.unparsed = true,
                Poll::Ready(_) => return Poll::Ready(Err(self.closed())),
                Poll::Pending => {
                    if self.received.is_empty() {
                        buffers.give(std::mem::take(&mut self.received));
                    }
                    return Poll::Pending;
                }
            }
        }
    }

    /// What a close means at this point.
    fn closed(&self) -> (Fault, FailureKind) {
        let race = self.connection.reused && self.received.is_empty();
        let kind = if race {
            FailureKind::Race
        } else {
            FailureKind::Error
        };
        (Fault::BackendClosed, kind)
    }

    fn frame(
        &self,
        exchange: &Exchange,
        head_len: usize,
    ) -> Result<ResponseFraming, ResponseReject> {
        let view = ResponseView::new(&self.received.filled()[..head_len], &exchange.response);
        let asked = exchange.framing.upgrade.is_some();
        response_framing(view, exchange.method(), asked)
    }

    /// 100 was ours to answer; other interim responses go to clients that know them (RFC 9110 15.2).
    async fn interim<S: Transport>(
        &mut self,
        client: &mut Client<S>,
        exchange: &mut Exchange,
        head_len: usize,
    ) -> Result<(), ()> {
        let view = ResponseView::new(&self.received.filled()[..head_len], &exchange.response);
        if view.status() != 100 && exchange.version() >= Version::HTTP_11 {
            let mut out = client.worker.buffers.output();
            heads::write_interim(&mut out, view);
            let sent = client.write(&out).await;
            exchange.tally.sent += out.len() as u64;
            client.worker.buffers.give_output(out);
            sent.map_err(|_| ())?;
        }
        self.received.consume(head_len);
        self.received.compact();
        exchange.response.clear();
        self.unparsed = !self.received.is_empty();
        self.patience.moved();
        Ok(())
    }
}

fn invalid(reject: ResponseReject) -> (Fault, FailureKind) {
    let fault = match reject {
        ResponseReject::HeadTooLarge => Fault::ResponseHeadTooLarge,
        _ => Fault::BadResponse,
    };
    (fault, FailureKind::InvalidHeader)
}
