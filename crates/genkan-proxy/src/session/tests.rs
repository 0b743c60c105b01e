//! Sessions over memory instead of sockets: what they say, and how much they hold while they wait.

use std::{
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    rc::Rc,
    sync::{Arc, mpsc},
    task::{Context, Poll, Waker},
};

use genkan_route::{
    client::ProxyHeader, decision::Scheme, endpoint::EndpointView, settings::GlobalSettings,
    snapshot::Snapshot, table::Table,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};

use super::{Peer, serve, transport::Transport};
use crate::{
    body::spill::SpillBudget,
    buffer::Buffer,
    capture::CaptureLimits,
    publication::Published,
    record::{Observers, Unobserved},
    worker::{Shared, Worker, accept::Place, held::Held, watch::Activity},
};

/// One end of a pipe in memory that can tell whether something has arrived.
pub(super) struct Memory {
    pipe: DuplexStream,
    /// A byte that was read to find out.
    peeked: Option<u8>,
}

impl Transport for Memory {
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.peeked.is_none() {
            let mut byte = [0];
            let mut read = ReadBuf::new(&mut byte);
            match Pin::new(&mut self.pipe).poll_read(cx, &mut read) {
                Poll::Ready(Ok(())) => self.peeked = read.filled().first().copied(),
                other => return other,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Memory {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(byte) = self.peeked.take() {
            out.put_slice(&[byte]);
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.pipe).poll_read(cx, out)
    }
}

impl AsyncWrite for Memory {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.pipe).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_shutdown(cx)
    }
}

pub(super) fn worker() -> Rc<Worker> {
    let snapshot = Snapshot {
        generation: 1,
        table: Arc::new(Table::default()),
        endpoints: Arc::new(EndpointView::default()),
        tls: Arc::default(),
        settings: Arc::new(GlobalSettings::default()),
    };
    let place = Place {
        index: 0,
        gauges: Arc::new([Default::default()]),
        others: Arc::new([]),
    };
    Rc::new(Worker::new(
        place,
        Held::new(
            Published::new(snapshot.into(), Arc::default()),
            mpsc::channel().0,
        ),
        &|_| Observers {
            log: Box::new(Unobserved),
            meter: Box::new(Unobserved),
        },
        Shared {
            spill: SpillBudget::new(0),
            limiter: Arc::default(),
            passwords: Arc::default(),
        },
        CaptureLimits::default(),
        Arc::new(|_| {}),
    ))
}

pub(super) fn peer() -> Peer {
    Peer {
        client: SocketAddr::from(([192, 0, 2, 1], 4711)),
        listener: SocketAddr::from(([0, 0, 0, 0], 80)),
        scheme: Scheme::Http,
        proxy_header: ProxyHeader::Absent,
        handshake: None,
    }
}

/// The session's end of a pipe, and the client's.
pub(super) fn pipe() -> (Memory, DuplexStream) {
    let (near, far) = tokio::io::duplex(1 << 16);
    (
        Memory {
            pipe: near,
            peeked: None,
        },
        far,
    )
}

#[test]
fn a_session_needs_no_socket() {
    let (near, mut far) = pipe();
    let worker = worker();
    let watch = worker.watches.watch(Activity::Reading);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let text = runtime.unwrap().block_on(async move {
        let asked = b"GET /healthz HTTP/1.1\r\nHost: a.test\r\n\r\n\
                      GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
        far.write_all(asked).await.unwrap();
        serve(worker, near, Buffer::default(), peer(), watch).await;
        let mut text = String::new();
        far.read_to_string(&mut text).await.unwrap();
        text
    });
    let heads: Vec<&str> = text.split("HTTP/1.1 ").skip(1).collect();
    assert!(heads[0].starts_with("200 OK\r\n"), "{text}");
    assert!(heads[1].starts_with("404 Not Found\r\n"), "{text}");
}

#[test]
fn an_idle_connection_holds_next_to_nothing() {
    let (near, mut far) = pipe();
    let worker = worker();
    let watch = worker.watches.watch(Activity::Reading);
    let session = serve(Rc::clone(&worker), near, Buffer::default(), peer(), watch);
    // The budget for an idle connection is 4 KiB, with what tokio keeps of it (about 500 bytes).
    let size = size_of_val(&session);
    assert!(size <= 1024, "{size} bytes");
    let mut session = pin!(session);
    let mut context = Context::from_waker(Waker::noop());
    assert!(session.as_mut().poll(&mut context).is_pending());
    assert_eq!(
        worker.buffers.free_counts(),
        ([0, 0, 0], 0),
        "nothing was needed to wait"
    );
    let asked = b"GET /healthz HTTP/1.1\r\nHost: a.test\r\n\r\n";
    let mut writing = pin!(far.write_all(asked));
    assert!(writing.as_mut().poll(&mut context).is_ready());
    assert!(session.as_mut().poll(&mut context).is_pending());
    assert_eq!(
        worker.buffers.free_counts(),
        ([1, 0, 0], 1),
        "all was given back"
    );
    assert_eq!(worker.watches.census(), (1, 0, 0));
}

/// Futures grow unseen: a local kept across a wait is paid for by every busy connection.
#[test]
fn a_busy_connection_stays_within_its_budget() {
    let (near, _far) = pipe();
    let worker = worker();
    let watch = worker.watches.watch(Activity::Reading);
    let mut client = super::Client::new(worker, super::Http1::new(near), peer(), watch);
    let size = size_of_val(&super::burst(&mut client, Buffer::default()));
    assert!(size <= 8192, "{size} bytes");
}
