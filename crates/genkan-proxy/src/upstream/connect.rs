//! Opening a connection to an endpoint, TLS included.

use std::{
    future::poll_fn,
    io,
    pin::pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::net::TcpStream;

use super::{
    pool::{Connection, PoolKey},
    prepare::ClientTls,
    stream::Stream,
    tls_stream::TlsStream,
};
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
    /// The endpoint speaks no TLS, or none that suits us.
    Tls,
    /// The endpoint ended the handshake with an alert.
    Alert,
    /// The endpoint's certificate is not accepted.
    Certificate,
    /// HTTP/2 cannot carry the request.
    NotCarried,
}

/// Connects, for as long as the route allows and the client waits. The handshake counts too, as in nginx.
/// While the client is still `sending` its body it is not looked at, where what it sends would be the
/// body.
pub(crate) async fn connect<D: Downstream>(
    client: &mut Client<D>,
    key: PoolKey,
    tls: Option<&ClientTls>,
    timeout: Duration,
    sending: bool,
) -> Result<Connection, ConnectFailure> {
    let stream = connect_stream(client, key, tls, timeout, sending).await?;
    Ok(Connection {
        stream,
        key,
        created: Instant::now(),
        requests: 1,
        reused: false,
    })
}

/// The same without what an exchange of HTTP/1 needs.
pub(super) async fn connect_stream<D: Downstream>(
    client: &mut Client<D>,
    key: PoolKey,
    tls: Option<&ClientTls>,
    timeout: Duration,
    sending: bool,
) -> Result<Stream, ConnectFailure> {
    client.worker.counters.connects.add(1);
    client.watch.set(Instant::now(), timeout);
    let watched = !(sending && D::IN_SERIES);
    let mut connecting = pin!(TcpStream::connect(key.address));
    let socket = poll_fn(|cx| {
        if let Poll::Ready(connected) = connecting.as_mut().poll(cx) {
            return Poll::Ready(connected.map_err(ConnectFailure::Refused));
        }
        poll_cut(client, cx, watched).map(Err)
    })
    .await?;
    // Without it a streamed frame waits for a delayed acknowledgement.
    socket.set_nodelay(true).map_err(ConnectFailure::Refused)?;
    Ok(match tls {
        None => Stream::Tcp(socket),
        Some(tls) => Stream::Tls(shake_hands(client, socket, tls, watched).await?),
    })
}

async fn shake_hands<D: Downstream>(
    client: &mut Client<D>,
    socket: TcpStream,
    tls: &ClientTls,
    watched: bool,
) -> Result<Box<TlsStream>, ConnectFailure> {
    client.worker.counters.tls_connects.add(1);
    let stream = TlsStream::new(socket, tls.config.clone(), tls.name.clone());
    let mut stream = Box::new(stream.map_err(|_| ConnectFailure::Tls)?);
    poll_fn(|cx| match stream.poll_handshake(cx) {
        Poll::Ready(done) => Poll::Ready(done.map_err(|error| failed(&error))),
        Poll::Pending => poll_cut(client, cx, watched).map(Err),
    })
    .await?;
    Ok(stream)
}

/// Ready when there is no point in waiting any longer.
pub(super) fn poll_cut<D: Downstream>(
    client: &mut Client<D>,
    cx: &mut Context<'_>,
    watched: bool,
) -> Poll<ConnectFailure> {
    if watched && client.poll_left(cx).is_ready() {
        return Poll::Ready(ConnectFailure::Client);
    }
    client.watch.poll(cx).map(|interrupt| match interrupt {
        Interrupt::Timeout => ConnectFailure::Timeout,
        Interrupt::End => ConnectFailure::Client,
    })
}

fn failed(error: &io::Error) -> ConnectFailure {
    let cause = error
        .get_ref()
        .and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match cause {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            ConnectFailure::Certificate
        }
        Some(rustls::Error::AlertReceived(_)) => ConnectFailure::Alert,
        _ => ConnectFailure::Tls,
    }
}
