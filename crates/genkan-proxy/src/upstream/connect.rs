//! Opening a connection to an endpoint.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use tokio::net::TcpStream;

use super::pool::Connection;
use crate::{
    session::{client::Client, downstream::Downstream},
    worker::watch::Interrupt,
};

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum ConnectFailure {
    /// The endpoint, or the system, says no.
    Refused(io::Error),
    /// No answer in time.
    Timeout,
    /// The client left meanwhile.
    Client,
}

/// Connects, for as long as the route allows and the client waits. While the client is still `sending`
/// its body it is not looked at, where what it sends would be the body.
pub(crate) async fn connect<D: Downstream>(
    client: &mut Client<D>,
    address: SocketAddr,
    timeout: Duration,
    sending: bool,
) -> Result<Connection, ConnectFailure> {
    client.worker.counters.connects.add(1);
    client.watch.set(Instant::now(), timeout);
    let watched = !(sending && D::IN_SERIES);
    let mut connecting = pin!(TcpStream::connect(address));
    let stream = poll_fn(|cx| {
        if let Poll::Ready(connected) = connecting.as_mut().poll(cx) {
            return Poll::Ready(connected.map_err(ConnectFailure::Refused));
        }
        if watched && client.poll_left(cx).is_ready() {
            return Poll::Ready(Err(ConnectFailure::Client));
        }
        client.watch.poll(cx).map(|interrupt| {
            Err(match interrupt {
                Interrupt::Timeout => ConnectFailure::Timeout,
                Interrupt::End => ConnectFailure::Client,
            })
        })
    })
    .await?;
    // Without it a streamed frame waits for a delayed acknowledgement.
    stream.set_nodelay(true).map_err(ConnectFailure::Refused)?;
    Ok(Connection {
        stream,
        address,
        created: Instant::now(),
        requests: 1,
        reused: false,
    })
}
