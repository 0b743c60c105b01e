//! What the control side may ask of a worker.

use std::{
    net::TcpStream,
    pin::pin,
    rc::Rc,
    sync::{Arc, mpsc},
    task::Poll,
};

use genkan_route::decision::Scheme;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    Worker,
    accept::{self, Listener},
    doors::Doors,
    held::Held,
};
use crate::{
    capture::{CaptureQuery, CapturedExchange},
    counters::Totals,
    listener::ListenerId,
    live::Progress,
    proxy_header::Rule,
    publication::Published,
    session::Peer,
};

/// One request of the control side, or of another worker.
pub(crate) enum Command {
    /// Serve this from now on.
    Publish {
        published: Published,
        graveyard: mpsc::Sender<Published>,
        taken: Arc<Progress>,
    },
    /// Another worker accepted this connection and has more to do than we.
    Adopt {
        stream: TcpStream,
        peer: Peer,
        rule: Rule,
    },
    /// Tell captured exchanges.
    Captures {
        query: CaptureQuery,
        reply: mpsc::Sender<Vec<Arc<CapturedExchange>>>,
    },
    /// Tell the counters.
    Count { reply: mpsc::Sender<Totals> },
    /// Accept on other listeners.
    Listen {
        opened: Vec<Listener>,
        changed: Vec<(ListenerId, Scheme)>,
        retired: Vec<ListenerId>,
    },
    /// Accept no more, end idle connections, finish the others.
    Drain,
    /// End everything now.
    Stop,
}

/// Obeys until the worker is stopped or has drained.
pub(super) async fn obey(
    worker: &Rc<Worker>,
    mut commands: UnboundedReceiver<Command>,
    mut doors: Doors,
) {
    loop {
        if worker.is_draining() && worker.watches.active() == 0 {
            return;
        }
        let next = {
            let mut ended = pin!(worker.ended.notified());
            std::future::poll_fn(|cx| match commands.poll_recv(cx) {
                Poll::Ready(command) => Poll::Ready(Some(command)),
                Poll::Pending => ended.as_mut().poll(cx).map(|()| None),
            })
            .await
        };
        match next {
            None => {}
            Some(None | Some(Command::Stop)) => {
                stop(worker, &doors).await;
                return;
            }
            Some(Some(Command::Listen {
                opened,
                changed,
                retired,
            })) => doors.change(worker, opened, &changed, &retired),
            Some(Some(command)) => apply(worker, command),
        }
    }
}

fn apply(worker: &Rc<Worker>, command: Command) {
    match command {
        Command::Publish {
            published,
            graveyard,
            taken,
        } => {
            worker.take(Rc::new(Held::new(published, graveyard)));
            taken.done();
        }
        Command::Adopt { stream, peer, rule } => {
            worker.counters.adopted.add(1);
            accept::adopt(worker, stream, peer, rule);
            worker.place.arrived();
        }
        Command::Captures { query, reply } => {
            let _ = reply.send(worker.captures.find(&query));
        }
        Command::Count { reply } => {
            let _ = reply.send(worker.counters.totals(&worker.pools, &worker.turns));
        }
        Command::Drain => {
            worker.draining.set(true);
            worker.watches.end_idle();
            worker.acceptors.notify_waiters();
        }
        Command::Listen { .. } | Command::Stop => {}
    }
}

/// Connections get one turn of the loop to log what they were doing.
async fn stop(worker: &Rc<Worker>, doors: &Doors) {
    worker.draining.set(true);
    doors.abort();
    worker.watches.end_all();
    for _ in 0..STOP_TURNS {
        if worker.watches.active() == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// A connection needs a few polls to see that it is to end and to log; more would be waiting for peers.
const STOP_TURNS: usize = 64;
