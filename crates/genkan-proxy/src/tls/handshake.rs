//! From a fresh socket to a TLS stream.

use std::{future::poll_fn, rc::Rc, task::Poll};

use genkan_http::{
    client_hello::{FirstBytes, peek},
    proxy_protocol::is_begun,
};
use genkan_route::{fault::Fault, forward::AddedFields, settings::ServerField, tls::Handshake};
use rustls::server::UnbufferedServerConnection;
use tokio::net::TcpStream;

use super::{stream::TlsStream, turns};
use crate::{
    answer::{Answer, Content, Persistence},
    buffer::{Buffer, SMALL},
    counters::Counters,
    opening::{self, Silence},
    refusal::RefusalReason,
    worker::{
        Worker,
        watch::{Interrupt, Watch},
    },
};

/// Reads that a ClientHello may take: it fits a packet or two, and looking at it again and again costs.
const HELLO_READS_MAX: usize = 64;

/// Why there is no TLS stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Nothing in common, or broken or hostile messages.
    Refused,
    /// It took too long.
    Timeout,
    /// The client closed.
    Closed,
    /// The client does not speak TLS.
    NotTls,
    /// A PROXY header came, and none is asked for.
    ProxyHeader,
    /// The worker stops.
    Told,
}

impl Failure {
    /// Counts it.
    pub(crate) fn count(self, counters: &Counters) {
        match self {
            Self::Refused => counters.tls_failures.add(1),
            Self::Timeout => counters.tls_timeouts.add(1),
            Self::Closed => counters.tls_abandoned.add(1),
            Self::NotTls => counters.tls_not_spoken.add(1),
            Self::ProxyHeader => counters.proxy_headers_unexpected.add(1),
            Self::Told => {}
        }
    }

    /// What an operator is told: what the two sides were set up for, not how a handshake went.
    pub(crate) fn reason(self) -> Option<RefusalReason> {
        match self {
            Self::NotTls => Some(RefusalReason::PlainOnTls),
            Self::ProxyHeader => Some(RefusalReason::ProxyHeaderUnexpected),
            Self::Refused | Self::Timeout | Self::Closed | Self::Told => None,
        }
    }
}

impl From<Silence> for Failure {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Closed => Self::Closed,
            Silence::Interrupted(Interrupt::Timeout) => Self::Timeout,
            Silence::Interrupted(Interrupt::End) => Self::Told,
        }
    }
}

/// Shakes hands; `early` was read before. The watch's deadline is that of the whole handshake.
pub(crate) async fn accept(
    worker: &Rc<Worker>,
    mut socket: TcpStream,
    early: Buffer,
    watch: &mut Watch,
) -> Result<(TlsStream, Handshake), Failure> {
    let (hello, server_name) = hello(worker, &mut socket, early, watch).await?;
    let held = worker.held();
    let configs = held.tls().ok_or(Failure::Refused)?;
    let snapshot = held.snapshot();
    let (mut known, choice) = Handshake::begin(snapshot, server_name.as_deref());
    let prepared = configs.of(choice);
    if snapshot.settings.tls.reject_unknown && !known.is_known {
        worker.counters.tls_unknown_names.add(1);
        worker.buffers.give(hello);
        // the client may be gone; it was refused either way
        let _ = socket.try_write(&UNRECOGNIZED_NAME);
        return Err(Failure::Told);
    }
    drop(held);
    turns::turn(worker, watch).await?;
    let connection =
        UnbufferedServerConnection::new(prepared.config).map_err(|_| Failure::Refused)?;
    let mut stream = TlsStream::new(Rc::clone(worker), socket, connection, hello);
    poll_fn(|cx| match stream.poll_handshake(cx) {
        Poll::Ready(done) => Poll::Ready(done.map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => Failure::Refused,
            _ => Failure::Closed,
        })),
        Poll::Pending => watch
            .poll(cx)
            .map(|interrupt| Err(Silence::Interrupted(interrupt).into())),
    })
    .await?;
    worker.counters.tls_handshakes.add(1);
    known.version = stream.version();
    known.protocol = stream.protocol();
    if let Some(judge) = &prepared.judge {
        known.client = judge.judge(stream.peer_certificates());
    }
    Ok((stream, known))
}

/// A fatal alert `unrecognized_name` in clear (RFC 6066 3): what nginx's `ssl_reject_handshake` sends.
const UNRECOGNIZED_NAME: [u8; 7] = [21, 3, 3, 0, 2, 2, 112];

/// nginx's 497: the answer says what went wrong, in the protocol that the client speaks.
fn answer_plain(worker: &Worker, socket: &TcpStream) {
    let mode = worker.held().snapshot().table.default_mode;
    let mut out = worker.buffers.output();
    worker.wall.with_date(|date| {
        let answer = Answer {
            added: AddedFields::default(),
            server: ServerField::Hidden,
            status: Fault::PlainOnTls.status(mode),
            mode,
            accept: None,
            user_agent: None,
            grpc: None,
            request_id: &worker.identifiers.next().0,
            date,
            head_only: false,
            connection: Persistence::Close,
            content: Content::Fault(Fault::PlainOnTls),
        };
        answer.write(&mut out)
    });
    // a fresh socket takes a page; a client that is gone needs none
    let _ = socket.try_write(&out);
    worker.buffers.give_output(out);
}

/// Waits for a whole ClientHello. One that is broken goes on too: the library says what is wrong.
async fn hello(
    worker: &Rc<Worker>,
    socket: &mut TcpStream,
    early: Buffer,
    watch: &mut Watch,
) -> Result<(Buffer, Option<String>), Failure> {
    let mut buffer = early;
    if buffer.is_empty() {
        opening::wait(socket, watch).await?;
        buffer = worker.buffers.take(SMALL);
    }
    let outcome = read_hello(worker, socket, watch, &mut buffer).await;
    match outcome {
        Ok(server_name) => Ok((buffer, server_name)),
        Err(failure) => {
            if failure == Failure::NotTls {
                answer_plain(worker, socket);
            }
            worker.buffers.give(buffer);
            Err(failure)
        }
    }
}

async fn read_hello(
    worker: &Rc<Worker>,
    socket: &mut TcpStream,
    watch: &mut Watch,
    buffer: &mut Buffer,
) -> Result<Option<String>, Failure> {
    for _ in 0..HELLO_READS_MAX {
        match peek(buffer.filled()) {
            FirstBytes::Partial => {}
            FirstBytes::Complete { server_name } => return Ok(server_name),
            FirstBytes::Malformed => return Ok(None),
            FirstBytes::TooLong => return Err(Failure::Refused),
            FirstBytes::NotTls if is_begun(buffer.filled()) => return Err(Failure::ProxyHeader),
            FirstBytes::NotTls => return Err(Failure::NotTls),
        }
        opening::read_more(worker, socket, watch, buffer).await?;
    }
    Err(Failure::Refused)
}
