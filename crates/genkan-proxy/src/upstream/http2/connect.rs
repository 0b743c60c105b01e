//! A stream to an endpoint: on a shared connection that has room, or on a new one.

use std::{
    future::poll_fn,
    pin::pin,
    rc::Rc,
    task::Poll,
    time::{Duration, Instant},
};

use bytes::Bytes;
use h2::client;

use super::{
    builder,
    grpc_web::Translation,
    head::{self, Carried},
    pool::{Lease, Shared, Taken},
    stream::Http2Stream,
};
use crate::{
    session::{client::Client, downstream::Downstream},
    upstream::{
        connect::{ConnectFailure, connect_stream, poll_cut},
        pool::{Connection, PoolKey},
        prepare::ClientTls,
        stream::Stream,
    },
};

/// Connections that turn out to be over before one is opened in any case.
const STALE_MAX: u32 = 4;

/// A request that is to be opened as a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening<'a> {
    pub(crate) key: PoolKey,
    pub(crate) tls: Option<&'a ClientTls>,
    pub(crate) timeout: Duration,
    /// Do not use a connection that others use.
    pub(crate) fresh: bool,
    /// The head as HTTP/1 has it.
    pub(crate) head: &'a [u8],
    /// Nothing follows the head.
    pub(crate) ends: bool,
    /// The client is still sending its body.
    pub(crate) sending: bool,
    pub(crate) translation: Option<Translation>,
}

impl Opening<'_> {
    /// Whether the client may be looked at: what it sends is not its body.
    fn is_watched<D: Downstream>(&self) -> bool {
        !(self.sending && D::IN_SERIES)
    }
}

/// Opens a stream, for as long as the route allows and the client waits.
pub(crate) async fn open<D: Downstream>(
    client: &mut Client<D>,
    opening: Opening<'_>,
) -> Result<Connection, ConnectFailure> {
    let request = head::request(opening.head, opening.tls.is_some(), opening.translation);
    let Carried { request, chunked } = request.map_err(|_| ConnectFailure::NotCarried)?;
    client.watch.set(Instant::now(), opening.timeout);
    for tried in 0.. {
        let fresh = opening.fresh || tried >= STALE_MAX;
        let lease = lease(client, &opening, fresh).await?;
        let mut sender = lease.sender();
        let sent = sender.send_request(request.clone(), opening.ends);
        let Ok((response, send)) = sent else {
            // It ended, or is going to: the next one.
            lease.give_up();
            if fresh {
                let error = std::io::ErrorKind::BrokenPipe.into();
                return Err(ConnectFailure::Refused(error));
            }
            continue;
        };
        let (created, reused) = (lease.created(), lease.reused);
        if reused {
            client.worker.counters.reuses.add(1);
        }
        let stream = Http2Stream::new(
            lease,
            send,
            response,
            opening.ends,
            (chunked, opening.translation),
        );
        return Ok(Connection {
            stream: Stream::Http2(Box::new(stream)),
            key: opening.key,
            created,
            requests: 1,
            reused,
        });
    }
    Err(ConnectFailure::Timeout)
}

async fn lease<D: Downstream>(
    client: &mut Client<D>,
    opening: &Opening<'_>,
    fresh: bool,
) -> Result<Lease, ConnectFailure> {
    loop {
        let worker = Rc::clone(&client.worker);
        let held = worker.held();
        let now = Instant::now();
        let taken = worker
            .http2_pools
            .take(opening.key, now, held.settings(), fresh);
        match taken {
            Taken::Lease(lease) => return Ok(lease),
            Taken::Wait(other) => {
                let mut ended = pin!(other.ended());
                let waited = poll_fn(|cx| match ended.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Ok(())),
                    Poll::Pending => poll_cut(client, cx, opening.is_watched::<D>()).map(Err),
                });
                waited.await?;
            }
            Taken::Open(duty) => {
                let shared = establish(client, opening).await?;
                let lease = Lease::new(&shared);
                worker.http2_pools.put(opening.key, shared);
                drop(duty);
                return Ok(lease);
            }
        }
    }
}

/// A new connection, with a task of its own that moves its frames.
async fn establish<D: Downstream>(
    client: &mut Client<D>,
    opening: &Opening<'_>,
) -> Result<Rc<Shared>, ConnectFailure> {
    let stream = connect_stream(
        client,
        opening.key,
        opening.tls,
        opening.timeout,
        opening.sending,
    )
    .await?;
    let tls = stream.tls_version();
    let builder = builder();
    let mut handshake = pin!(builder.handshake::<_, Bytes>(stream));
    let (sender, connection) = poll_fn(|cx| match handshake.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(done.map_err(|error| {
            let error = error.into_io();
            ConnectFailure::Refused(error.unwrap_or(std::io::ErrorKind::InvalidData.into()))
        })),
        Poll::Pending => poll_cut(client, cx, opening.is_watched::<D>()).map(Err),
    })
    .await?;
    let shared = Shared::new(sender, tls);
    client.worker.counters.http2_connects.add(1);
    drive(connection, &shared);
    Ok(shared)
}

/// Ends by itself when the endpoint does, or when nobody holds a sender or a stream any more.
fn drive(connection: client::Connection<Stream, Bytes>, shared: &Rc<Shared>) {
    let weak = Rc::downgrade(shared);
    tokio::task::spawn_local(async move {
        // Each exchange learns of a failure by its own stream.
        let _ = connection.await;
        if let Some(shared) = weak.upgrade() {
            shared.give_up();
        }
    });
}
