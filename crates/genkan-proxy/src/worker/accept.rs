//! Accepting connections, and choosing the worker that gets them.
//!
//! `SO_REUSEPORT` spreads connections by a hash of addresses, which skews when they are few and long. So
//! a freshly accepted socket may go to a less loaded worker, before its first byte is read; afterwards
//! no request changes thread.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use genkan_route::{client::ProxyHeader, decision::Scheme};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc::UnboundedSender,
};

use super::{
    Worker,
    command::Command,
    doors::{Door, Phase},
    identifier::mix,
};
use crate::{
    listener::{self, ListenerId},
    proxy_header::Rule,
    session::Peer,
};

/// Connections accepted before other tasks get their turn.
const ACCEPTS_PER_TURN: usize = 16;
/// How long accepting rests when descriptors or memory ran out.
const BACK_OFF: Duration = Duration::from_millis(100);
/// Idle connections that are ended to get descriptors back.
const SHED: usize = 16;

/// A listening socket of one worker.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) id: ListenerId,
    pub(crate) socket: std::net::TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) scheme: Scheme,
}

/// Open connections of one worker; alone on its cache lines.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Gauge(AtomicUsize);

/// A worker's place among the others.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) index: usize,
    pub(crate) gauges: Arc<[Gauge]>,
    pub(crate) others: Arc<[UnboundedSender<Command>]>,
}

impl Place {
    /// Counts a connection for as long as the returned value lives.
    pub(super) fn hold(&self) -> Hold {
        self.gauges[self.index].0.fetch_add(1, Relaxed);
        Hold(self.clone())
    }

    /// A connection that another worker counted on our behalf is now counted by ourselves.
    pub(super) fn arrived(&self) {
        self.gauges[self.index].0.fetch_sub(1, Relaxed);
    }

    /// A worker with fewer connections, of one candidate drawn by `draw`.
    fn less_loaded(&self, draw: u64) -> Option<usize> {
        let count = self.gauges.len();
        if count < 2 {
            return None;
        }
        let step = 1 + (mix(draw) % (count as u64 - 1)) as usize;
        let other = (self.index + step) % count;
        let load = |index: usize| self.gauges[index].0.load(Relaxed);
        (load(other) < load(self.index)).then_some(other)
    }
}

/// Keeps one connection counted.
pub(super) struct Hold(Place);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.gauges[self.0.index].0.fetch_sub(1, Relaxed);
    }
}

/// The task that accepts on one listener until the worker drains or the listener is to end.
pub(super) fn accept_on(
    worker: Rc<Worker>,
    listener: Listener,
    door: Rc<Door>,
) -> io::Result<impl Future<Output = ()>> {
    let address = listener.address;
    let socket = TcpListener::from_std(listener.socket)?;
    Ok(async move {
        let ends = || worker.is_draining() || door.phase() == Phase::Ending;
        loop {
            if door.phase() == Phase::Retired {
                listener::begin_nothing(&socket);
            }
            let mut accepted = 0;
            let mut drain = pin!(worker.acceptors.notified());
            let mut changed = pin!(door.changed());
            let rest = poll_fn(|cx| {
                let from = (address, door.scheme.get());
                match accept_some(cx, &worker, &socket, from, &mut accepted) {
                    // What is queued when the end begins is still served: closing resets it.
                    Rest::Empty if ends() => Poll::Ready(Rest::Empty),
                    Rest::Empty => match drain.as_mut().poll(cx) {
                        Poll::Ready(()) => Poll::Ready(Rest::Queue),
                        Poll::Pending => changed.as_mut().poll(cx).map(|()| Rest::Queue),
                    },
                    rest => Poll::Ready(rest),
                }
            });
            match rest.await {
                Rest::Queue => tokio::task::yield_now().await,
                _ if ends() => return,
                Rest::Empty => {}
                Rest::Exhausted => tokio::time::sleep(BACK_OFF).await,
            }
        }
    })
}

/// Why accepting stopped for now.
enum Rest {
    /// Nobody waits any more.
    Empty,
    /// There may be more; others get their turn first.
    Queue,
    /// The system has no descriptors or memory left.
    Exhausted,
}

fn accept_some(
    cx: &mut Context<'_>,
    worker: &Rc<Worker>,
    socket: &TcpListener,
    (address, scheme): (SocketAddr, Scheme),
    accepted: &mut usize,
) -> Rest {
    while *accepted < ACCEPTS_PER_TURN {
        match socket.poll_accept(cx) {
            Poll::Pending => return Rest::Empty,
            Poll::Ready(Ok((stream, client))) => {
                *accepted += 1;
                worker.counters.accepted.add(1);
                place(worker, stream, client, address, scheme);
            }
            Poll::Ready(Err(error)) => match error.kind() {
                io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted => {}
                _ => {
                    worker.counters.accept_failures.add(1);
                    worker.counters.shed.add(worker.watches.shed(SHED) as u64);
                    return Rest::Exhausted;
                }
            },
        }
    }
    Rest::Queue
}

fn place(
    worker: &Rc<Worker>,
    stream: TcpStream,
    client: SocketAddr,
    local: SocketAddr,
    scheme: Scheme,
) {
    let held = worker.held();
    let settings = held.settings();
    let limit = settings.worker_connections;
    if worker.watches.active() >= limit {
        // nginx: "worker_connections are not enough"; idle connections give way first.
        worker.counters.shed.add(worker.watches.shed(SHED) as u64);
        if worker.watches.active() >= limit.saturating_add(SHED) {
            worker.counters.refused.add(1);
            return;
        }
    }
    let peer = Peer {
        client,
        listener: local,
        scheme,
        proxy_header: ProxyHeader::Absent,
        handshake: None,
    };
    let rule = Rule::of(&settings.trust, client.ip());
    let Some(other) = worker.place.less_loaded(worker.counters.accepted.get()) else {
        return start(worker, stream, peer, rule);
    };
    let Ok(stream) = stream.into_std() else {
        return worker.counters.refused.add(1);
    };
    worker.place.gauges[other].0.fetch_add(1, Relaxed);
    let command = Command::Adopt { stream, peer, rule };
    if let Err(returned) = worker.place.others[other].send(command) {
        worker.place.gauges[other].0.fetch_sub(1, Relaxed);
        if let Command::Adopt { stream, peer, rule } = returned.0 {
            adopt(worker, stream, peer, rule);
        }
    }
}

/// Serves a connection that is not registered with this worker's event loop yet.
pub(super) fn adopt(worker: &Rc<Worker>, stream: std::net::TcpStream, peer: Peer, rule: Rule) {
    match TcpStream::from_std(stream) {
        Ok(stream) => start(worker, stream, peer, rule),
        Err(_) => worker.counters.refused.add(1),
    }
}

fn start(worker: &Rc<Worker>, stream: TcpStream, peer: Peer, rule: Rule) {
    match stream.set_nodelay(true) {
        Ok(()) => {
            worker.counters.handled.add(1);
            match (rule, peer.scheme) {
                (Rule::Unasked, Scheme::Http) => worker.serve(stream, peer),
                (Rule::Unasked, Scheme::Https) => worker.serve_tls(stream, peer),
                _ => worker.serve_introduced(stream, peer, rule),
            }
        }
        Err(_) => worker.counters.refused.add(1),
    }
}
