//! Downstream connections and the exchanges on them.
//!
//! The task that owns the client's socket also owns the endpoint's socket for the length of an exchange:
//! no channels, no second task. Between requests a connection holds no buffer and no exchange; both
//! live in a boxed future that exists only while there is something to do.
//!
//! ```text
//! idle -> burst: exchange { read head -> decide -> answer | serve file | forward } ... -> idle
//!                                                       forward -> relay | tunnel
//! ```

pub(crate) mod attempt;
pub(crate) mod client;
mod deadline;
pub(crate) mod downstream;
pub(crate) mod exchange;
pub(crate) mod forward;
pub(crate) mod head;
pub(crate) mod heads;
pub(crate) mod http1;
pub(crate) mod http2;
pub(crate) mod observe;
pub(crate) mod own;
pub(crate) mod patience;
pub(crate) mod relay;
pub(crate) mod sending;
pub(crate) mod site;
pub(crate) mod transport;
pub(crate) mod tries;
pub(crate) mod tunnel;

#[cfg(test)]
mod tests;

use std::{net::SocketAddr, rc::Rc, sync::Arc, time::Instant};

use genkan_route::{client::ProxyHeader, decision::Scheme, tls::Handshake};
use tokio::net::TcpStream;

use self::{client::Client, exchange::Next, http1::Http1, transport::Transport};
use crate::{
    buffer::{Buffer, SMALL},
    proxy_header::{self, Rule},
    refusal::{Refusal, RefusalReason},
    tls::handshake,
    worker::{
        Worker,
        watch::{Activity, Watch},
    },
};

/// Who is at the other end, and where it came in.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// The TCP peer.
    pub(crate) client: SocketAddr,
    /// The listener.
    pub(crate) listener: SocketAddr,
    /// Scheme of the listener.
    pub(crate) scheme: Scheme,
    /// What the PROXY header said.
    pub(crate) proxy_header: ProxyHeader,
    /// What the handshake found out, on a TLS connection.
    pub(crate) handshake: Option<Arc<Handshake>>,
}

impl Peer {
    /// Tells whoever runs the proxy that this connection was closed.
    pub(crate) fn refuse(&self, worker: &Worker, reason: RefusalReason) {
        worker.refusals.tell(Refusal {
            peer: self.client,
            port: self.listener.port(),
            scheme: self.scheme,
            reason,
        });
    }
}

/// Reads the PROXY header, then serves.
pub(crate) async fn serve_introduced(
    worker: Rc<Worker>,
    mut stream: TcpStream,
    peer: Peer,
    rule: Rule,
    mut watch: Watch,
) {
    let timeout = worker.held().settings().trust.proxy_header_timeout;
    watch.set(Instant::now(), timeout);
    let header = proxy_header::read(&worker, &mut stream, rule, &mut watch);
    match Box::pin(header).await {
        Ok((proxy_header, early)) => {
            let peer = Peer {
                proxy_header,
                ..peer
            };
            match peer.scheme {
                Scheme::Http => serve(worker, stream, early, peer, watch).await,
                Scheme::Https => serve_tls(worker, stream, early, peer, watch).await,
            }
        }
        Err(failure) => {
            failure.count(&worker.counters);
            if let Some(reason) = failure.reason() {
                peer.refuse(&worker, reason);
            }
        }
    }
}

/// Serves a connection to its end; `early` was read from it before.
pub(crate) async fn serve<S: Transport>(
    worker: Rc<Worker>,
    stream: S,
    mut early: Buffer,
    peer: Peer,
    watch: Watch,
) {
    let mut client = Client::new(worker, Http1::new(stream), peer, watch);
    // nginx: the first head must be complete one header timeout after the connection was accepted.
    let timeout = client.worker.held().settings().header_timeout;
    client.watch.set(Instant::now(), timeout);
    while !early.is_empty() || client.wait_for_bytes().await {
        client.watch.now(Activity::Reading);
        let early = std::mem::take(&mut early);
        match Box::pin(burst(&mut client, early)).await {
            Next::Request => {}
            Next::Close => return,
            Next::Http2 => {
                let (stream, early) = client.line.into_parts();
                let session = http2::serve(client.worker, stream, early, client.peer, client.watch);
                return Box::pin(session).await;
            }
            Next::Linger => return Box::pin(client.linger()).await,
        }
        if client.worker.is_draining() {
            return;
        }
        client.watch.now(Activity::Idle);
        let timeout = client.worker.held().settings().keep_alive;
        client.watch.set(Instant::now(), timeout);
    }
}

/// Shakes hands, then serves; `early` was read from the connection before.
pub(crate) async fn serve_tls(
    worker: Rc<Worker>,
    stream: TcpStream,
    early: Buffer,
    peer: Peer,
    mut watch: Watch,
) {
    let timeout = worker.held().settings().header_timeout;
    watch.set(Instant::now(), timeout);
    // what a handshake needs is gone before the first request
    let stream = Box::pin(handshake::accept(&worker, stream, early, &mut watch)).await;
    match stream {
        Ok((stream, handshake)) => {
            let peer = Peer {
                handshake: Some(Arc::new(handshake)),
                ..peer
            };
            let early = Buffer::default();
            if stream.speaks_http2() {
                Box::pin(http2::serve(worker, stream, early, peer, watch)).await;
            } else {
                serve(worker, stream, early, peer, watch).await;
            }
        }
        Err(failure) => {
            failure.count(&worker.counters);
            if let Some(reason) = failure.reason() {
                peer.refuse(&worker, reason);
            }
        }
    }
}

/// Serves requests as long as bytes are at hand.
async fn burst<S: Transport>(client: &mut Client<Http1<S>>, early: Buffer) -> Next {
    let mut buffer = match early.is_empty() {
        true => client.worker.buffers.take(SMALL),
        false => early,
    };
    let next = loop {
        match exchange::run(client, &mut buffer).await {
            Next::Request if !buffer.is_empty() => {}
            Next::Http2 => {
                client.line.keep(buffer);
                return Next::Http2;
            }
            next => break next,
        }
    };
    client.worker.buffers.give(buffer);
    next
}
