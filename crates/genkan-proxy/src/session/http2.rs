//! A downstream connection that speaks HTTP/2: this task owns the connection, each stream has one of its
//! own.
//!
//! The codec (the `h2` crate) frames, multiplexes and counts windows. Its types end in this module: a
//! request becomes a [`genkan_http::head::RequestHead`], and the exchange sees a
//! [`Downstream`](super::downstream::Downstream) as for HTTP/1.

mod draft;
mod head;
mod meter;
mod stream;
#[cfg(test)]
mod tests;
mod wire;

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use h2::{
    Reason, RecvStream,
    server::{Builder, Connection, SendResponse},
};
use http::Request;

use self::{
    stream::Http2,
    wire::{Link, Wire},
};
use super::{Peer, client::Client, exchange, transport::Transport};
use crate::{
    buffer::{Buffer, LARGE},
    worker::{
        Worker,
        held::Held,
        watch::{Activity, Interrupt, Watch},
    },
};

/// Streams taken from a connection before other tasks get their turn.
const ACCEPTS_PER_TURN: usize = 64;
/// What a client may send on one stream before we take it; the protocol's own default, and nginx's
/// `http2_body_preread_size`.
const STREAM_WINDOW: u32 = 65_535;
/// What a client may send on all streams together: the bytes that a connection can make us hold.
const CONNECTION_WINDOW: u32 = 256 << 10;
/// Response bytes held for one stream while its client does not take them.
const SEND_BUFFER: usize = LARGE;
/// The longest a connection is used, as nginx's `keepalive_time`, which ingress-nginx leaves alone.
const AGE_MAX: Duration = Duration::from_secs(3600);
/// How long a client may take to answer our GOAWAY before it is cut off.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(5);
/// What a field costs beside its bytes (RFC 9113 section 6.5.2).
const FIELD_OVERHEAD: usize = 32;
/// Streams that a client may reset before we looked at them ("rapid reset").
const EARLY_RESETS_MAX: usize = 100;
/// Resets that a client can provoke by its errors (the attack called "MadeYouReset").
const PROVOKED_RESETS_MAX: usize = 256;

/// Serves a connection to its end. `early` was read from it already.
pub(crate) async fn serve<S: Transport>(
    worker: Rc<Worker>,
    stream: S,
    early: Buffer,
    peer: Peer,
    watch: Watch,
) {
    let held = worker.held();
    let link = Link::new(stream, early, Rc::clone(&worker));
    let link = Rc::new(RefCell::new(link));
    let connection = {
        let mut handshake = pin!(builder(&held).handshake::<_, Bytes>(Wire(Rc::clone(&link))));
        watch.set(Instant::now(), held.settings().header_timeout);
        drop(held);
        poll_fn(|cx| match handshake.as_mut().poll(cx) {
            Poll::Ready(connection) => Poll::Ready(connection.ok()),
            Poll::Pending => watch.poll(cx).map(|_| None),
        })
        .await
    };
    let Some(connection) = connection else {
        return worker.counters.http2_broken.add(1);
    };
    worker.counters.http2_connections.add(1);
    let mut session = Session {
        connection,
        link,
        streams: Rc::default(),
        worker,
        peer,
        watch,
        requests: 0,
        began: Instant::now(),
        phase: Phase::Fresh,
    };
    poll_fn(|cx| session.poll(cx)).await;
}

fn builder(held: &Held) -> Builder {
    let settings = held.settings();
    // What is larger is refused by the codec; what is smaller is judged, answered and logged by us.
    let list_max = held.limits.head_bytes_max() + FIELD_OVERHEAD * held.limits.field_count_max;
    let mut builder = Builder::new();
    builder
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(settings.http2_max_concurrent_streams)
        .max_header_list_size(u32::try_from(list_max).unwrap_or(u32::MAX))
        .max_send_buffer_size(SEND_BUFFER)
        .max_pending_accept_reset_streams(EARLY_RESETS_MAX)
        .max_local_error_reset_streams(Some(PROVOKED_RESETS_MAX))
        .enable_connect_protocol();
    builder
}

struct Session<S> {
    connection: Connection<Wire<S>, Bytes>,
    link: Rc<RefCell<Link<S>>>,
    streams: Rc<Streams>,
    worker: Rc<Worker>,
    peer: Peer,
    watch: Watch,
    requests: u32,
    began: Instant,
    phase: Phase,
}

/// What the connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Its first request.
    Fresh,
    /// Its streams.
    Busy,
    /// Another request.
    Idle,
    /// The client has been told to open no more streams, and some are under way.
    Leaving,
    /// The same, and none is.
    Left,
    /// The end, for a client that floods us.
    Refused,
}

/// The streams of a connection that are being served.
#[derive(Debug, Default)]
struct Streams {
    active: Cell<usize>,
    /// Streams that ended with their response since this was looked at.
    answered: Cell<u32>,
    /// The connection's task; told when the last stream has ended.
    waker: RefCell<Option<Waker>>,
}

/// One of them.
struct Active(Rc<Streams>);

impl Active {
    fn new(streams: &Rc<Streams>) -> Self {
        streams.active.set(streams.active.get() + 1);
        Self(Rc::clone(streams))
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        let left = self.0.active.get() - 1;
        self.0.active.set(left);
        if left == 0 {
            let waker = self.0.waker.borrow_mut().take();
            waker.into_iter().for_each(Waker::wake);
        }
    }
}

impl<S: Transport> Session<S> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.link
            .borrow_mut()
            .meter
            .refund(self.streams.answered.take());
        let polled = self.poll_streams(cx);
        // Everything that the codec had to say goes out at once.
        match self.link.borrow_mut().push(cx) {
            Poll::Ready(Err(_)) => Poll::Ready(()),
            _ => polled,
        }
    }

    fn poll_streams(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..ACCEPTS_PER_TURN {
            if self.is_done() {
                self.leave();
            }
            match self.connection.poll_accept(cx) {
                Poll::Ready(Some(Ok((request, respond)))) => self.start(request, respond),
                Poll::Ready(Some(Err(error))) => {
                    self.count(&error);
                    return Poll::Ready(());
                }
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending if self.is_flooded() => {
                    self.worker.counters.http2_floods.add(1);
                    self.connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
                    self.phase = Phase::Refused;
                    self.watch.set(Instant::now(), LEAVE_TIMEOUT);
                }
                Poll::Pending => return self.wait(cx),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether the client floods us, and was not told yet.
    fn is_flooded(&self) -> bool {
        self.phase != Phase::Refused && self.link.borrow().meter.is_flooded()
    }

    /// Whether a limit, or the worker, says that no more requests are wanted.
    fn is_done(&self) -> bool {
        let told = matches!(self.phase, Phase::Leaving | Phase::Left | Phase::Refused);
        !told
            && (self.worker.is_draining()
                || self.requests >= self.worker.held().settings().keep_alive_requests
                || self.began.elapsed() >= AGE_MAX)
    }

    /// Tells the client, in two steps, to open no more streams (RFC 9113 section 6.8).
    fn leave(&mut self) {
        self.connection.graceful_shutdown();
        self.phase = Phase::Leaving;
        self.watch.now(Activity::Streams);
        self.watch.set(Instant::now(), Duration::MAX);
    }

    fn start(&mut self, request: Request<RecvStream>, respond: SendResponse<Bytes>) {
        self.requests = self.requests.saturating_add(1);
        self.worker.counters.http2_streams.add(1);
        let block = self
            .link
            .borrow_mut()
            .meter
            .block(respond.stream_id().as_u32());
        let active = Active::new(&self.streams);
        let worker = Rc::clone(&self.worker);
        let watch = worker.watches.watch_stream();
        let peer = self.peer.clone();
        self.worker.spawn_stream(async move {
            let (parts, body) = request.into_parts();
            let ends = body.is_end_stream();
            let line = Http2::new(respond, body, block);
            let mut client = Client::new(worker, line, peer, watch);
            let key = client.worker.identifiers.next();
            exchange::run_stream(&mut client, |bytes, request, limits| {
                head::fill(&parts, ends, bytes, request, limits, key)
            })
            .await;
            let dropped = client.line.dropped();
            client.worker.counters.http2_dropped_fields.add(dropped);
            if client.line.is_answered() {
                active.0.answered.set(active.0.answered.get() + 1);
            }
            drop(client);
            drop(active);
        });
    }

    /// Nothing is to be done at the moment: decides how long that may last.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waker = self.streams.waker.borrow_mut();
        if !waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            *waker = Some(cx.waker().clone());
        }
        drop(waker);
        let busy = self.streams.active.get() > 0;
        let timeout = match (self.phase, busy) {
            (Phase::Fresh | Phase::Idle, true) => {
                self.phase = Phase::Busy;
                self.watch.now(Activity::Streams);
                Some(Duration::MAX)
            }
            (Phase::Busy, false) => {
                self.phase = Phase::Idle;
                self.watch.now(Activity::Idle);
                Some(self.worker.held().settings().keep_alive)
            }
            (Phase::Leaving, false) => {
                self.phase = Phase::Left;
                Some(LEAVE_TIMEOUT)
            }
            _ => None,
        };
        if let Some(timeout) = timeout {
            self.watch.set(Instant::now(), timeout);
        }
        match self.watch.poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Interrupt::Timeout)
                if matches!(self.phase, Phase::Left | Phase::Refused) =>
            {
                Poll::Ready(())
            }
            Poll::Ready(interrupt) => {
                if interrupt == Interrupt::End {
                    self.watch.heed();
                }
                if !matches!(self.phase, Phase::Leaving | Phase::Left | Phase::Refused) {
                    self.leave();
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    /// Counts why a connection broke.
    fn count(&self, error: &h2::Error) {
        let counters = &self.worker.counters;
        if error.is_library() && error.reason() == Some(Reason::ENHANCE_YOUR_CALM) {
            counters.http2_floods.add(1);
        } else if error.is_library() {
            counters.http2_broken.add(1);
        }
    }
}
