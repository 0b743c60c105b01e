//! One try: a connection to an endpoint, the request sent, the head of the response received.

mod awaiting;

use std::{
    future::poll_fn,
    net::SocketAddr,
    time::{Duration, Instant},
};

use genkan_http::{
    framing::ResponseFraming,
    known::KnownHeader,
    limits::{FIELD_COUNT_MAX, ResponseLimits},
};
use genkan_route::{fault::Fault, settings::RouteSettings};

use self::awaiting::Awaiting;
use super::{
    client::Client,
    downstream::Downstream,
    exchange::Exchange,
    patience::Patience,
    sending::{Outgoing, Sending},
};
use crate::{
    body::collect::RequestBody,
    buffer::Buffer,
    upstream::{
        connect::{ConnectFailure, connect},
        http2,
        pool::{Connection, PoolKey},
        prepare::ClientTls,
    },
    worker::held::Held,
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
    /// Version of TLS, on connections that have it.
    pub(super) tls: Option<&'static str>,
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
    /// What a connection is made with, where it is not in clear.
    pub(super) tls: Option<&'a ClientTls>,
    /// Speak HTTP/2.
    pub(super) http2: bool,
    /// Do not take a connection from the pool.
    pub(super) fresh: bool,
    /// The request's head.
    pub(super) head: &'a [u8],
    pub(super) body: &'a mut RequestBody,
}

/// Makes one try.
pub(super) async fn attempt<D: Downstream>(
    client: &mut Client<D>,
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
        tls: None,
    };
    let key = PoolKey {
        address: parts.address,
        tls: parts.tls.map(|tls| tls.id),
    };
    let pooled = if parts.fresh || parts.http2 {
        None
    } else {
        client.worker.pools.take(key, began, parts.held.settings())
    };
    let connection = match pooled {
        Some(connection) => {
            client.worker.counters.reuses.add(1);
            times.connect = Some(Duration::ZERO);
            times.reused = true;
            connection
        }
        None => {
            let connected = if parts.http2 {
                Box::pin(open_stream(client, exchange, buffer, &parts, key)).await
            } else {
                let timeout = parts.settings.connect_timeout;
                let sending = parts.body.is_coming();
                Box::pin(connect(client, key, parts.tls, timeout, sending)).await
            };
            match connected {
                Ok(connection) => {
                    times.connect = Some(began.elapsed());
                    times.reused = connection.reused;
                    connection
                }
                Err(ConnectFailure::Timeout) if exchange.deadline.has_passed() => {
                    return Err(Failure {
                        fault: Fault::Deadline,
                        kind: FailureKind::Final,
                        sent: false,
                        times,
                    });
                }
                Err(failure) => return Err(not_connected(failure, times)),
            }
        }
    };
    times.tls = connection.stream.tls_version();
    exchange.response.clear();
    let mut awaiting = Awaiting {
        connection,
        received: Buffer::default(),
        unparsed: false,
        sending: match parts.http2 {
            true => Sending::behind_head(parts.head),
            false => Sending::default(),
        },
        patience: Patience::default(),
        limits: ResponseLimits {
            proxy_buffer_size: parts.settings.response_head_max,
            field_count_max: FIELD_COUNT_MAX,
        },
        unprocessed: false,
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
                        Err(failed) => failed,
                    }
                }
                // RFC 9110 7.8: the protocol changes behind the request. What is left of its body would
                // be read as the first bytes of the other protocol.
                Ok(framing) if framing.switched && !awaiting.sending.done => {
                    (Fault::BadResponse, FailureKind::InvalidHeader)
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
            sent: match awaiting.unprocessed {
                true => awaiting.sending.has_streamed(parts.body),
                false => awaiting.sending.begun,
            },
            times,
        });
    }
}

async fn open_stream<D: Downstream>(
    client: &mut Client<D>,
    exchange: &Exchange,
    buffer: &Buffer,
    parts: &Try<'_>,
    key: PoolKey,
) -> Result<Connection, ConnectFailure> {
    let request = exchange.view(buffer);
    let opening = http2::connect::Opening {
        key,
        tls: parts.tls,
        timeout: exchange.deadline.cut(parts.settings.connect_timeout),
        fresh: parts.fresh,
        head: parts.head,
        ends: matches!(parts.body, RequestBody::Empty),
        sending: parts.body.is_coming(),
        translation: request
            .first(KnownHeader::ContentType)
            .and_then(http2::Translation::of),
    };
    http2::connect::open(client, opening).await
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
        ConnectFailure::Tls => (Fault::BackendTls, FailureKind::Error),
        ConnectFailure::Alert => (Fault::BackendAlert, FailureKind::Error),
        ConnectFailure::NotCarried => (Fault::BadRequest, FailureKind::Final),
        ConnectFailure::Certificate => (Fault::BackendCertificate, FailureKind::Error),
    };
    Failure {
        fault,
        kind,
        sent: false,
        times,
    }
}
