//! The first bytes of a fresh connection, read under the deadline of its watch: what a PROXY header and a
//! TLS handshake begin with.

use std::{future::poll_fn, rc::Rc, task::Poll};

use tokio::net::TcpStream;

use crate::{
    buffer::Buffer,
    session::transport::poll_fill,
    worker::{
        Worker,
        watch::{Interrupt, Watch},
    },
};

/// Why no more bytes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// The peer closed.
    Closed,
    /// The deadline passed, or the worker stops.
    Interrupted(Interrupt),
}

/// Waits until something has arrived; holds no buffer meanwhile.
pub(crate) async fn wait(socket: &TcpStream, watch: &mut Watch) -> Result<(), Silence> {
    poll_fn(|cx| match socket.poll_read_ready(cx) {
        Poll::Ready(ready) => Poll::Ready(ready.map_err(|_| Silence::Closed)),
        Poll::Pending => watch.poll(cx).map(|why| Err(Silence::Interrupted(why))),
    })
    .await
}

/// Reads at least one byte more.
pub(crate) async fn read_more(
    worker: &Rc<Worker>,
    socket: &mut TcpStream,
    watch: &mut Watch,
    buffer: &mut Buffer,
) -> Result<(), Silence> {
    if !buffer.has_room() {
        worker.buffers.grow(buffer, buffer.capacity() + 1);
    }
    poll_fn(|cx| match poll_fill(socket, cx, buffer, u64::MAX) {
        Poll::Ready(Ok(1..)) => Poll::Ready(Ok(())),
        Poll::Ready(Ok(0) | Err(_)) => Poll::Ready(Err(Silence::Closed)),
        Poll::Pending => watch.poll(cx).map(|why| Err(Silence::Interrupted(why))),
    })
    .await
}
