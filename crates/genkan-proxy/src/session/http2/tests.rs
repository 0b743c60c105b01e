//! Sessions over memory: what they hold while they wait.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::Poll,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    runtime::{Builder, LocalOptions},
};

use crate::{
    buffer::Buffer,
    session::{
        serve,
        tests::{Memory, peer, pipe, worker},
    },
    worker::{Worker, watch::Activity},
};

/// What an idle connection may hold: 28 KiB are buffers that the codec never gives back (16 for writing,
/// 8 for reading, 4 for decoding fields), the rest is its tables and our task.
const IDLE_BYTES_MAX: u64 = 38 << 10;

type Session = Pin<Box<dyn Future<Output = ()>>>;

/// Preface, empty SETTINGS, and GET http://a.test/healthz on stream 1.
fn request() -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    let mut block = vec![0x82, 0x86];
    block.extend(b"\x01\x06a.test");
    block.extend(b"\x04\x08/healthz");
    bytes.extend([0, 0, block.len() as u8, 1, 5, 0, 0, 0, 1]);
    bytes.extend(block);
    bytes
}

/// A session that has answered a request and waits for the next.
async fn idle(worker: &Rc<Worker>, near: Memory, far: &mut DuplexStream) -> Session {
    let watch = worker.watches.watch(Activity::Reading);
    let mut session: Session = Box::pin(serve(
        Rc::clone(worker),
        near,
        Buffer::default(),
        peer(),
        watch,
    ));
    for _ in 0..20 {
        poll_fn(|cx| Poll::Ready(session.as_mut().poll(cx).is_ready())).await;
        tokio::task::yield_now().await;
    }
    let mut answer = vec![0; 4096];
    let count = far.read(&mut answer).await.unwrap();
    // HEADERS of stream 1 begin with the indexed status 200.
    let status = [1, 5, 0, 0, 0, 1, 0x88];
    let found = answer[..count].windows(7).any(|bytes| bytes == status);
    assert!(found, "{:?}", &answer[..count]);
    session
}

#[test]
fn an_idle_connection_stays_within_its_budget() {
    let runtime = Builder::new_current_thread().build_local(LocalOptions::default());
    let runtime = runtime.unwrap();
    let worker = worker();
    // The first one fills the worker's free lists.
    let asked = || {
        let (near, mut far) = pipe();
        runtime.block_on(far.write_all(&request())).unwrap();
        (near, far)
    };
    let (near, mut far) = asked();
    drop(runtime.block_on(idle(&worker, near, &mut far)));
    let (near, mut far) = asked();
    let mut kept = None;
    let counted = allocation_counter::measure(|| {
        kept = Some(runtime.block_on(idle(&worker, near, &mut far)));
    });
    let bytes = u64::try_from(counted.bytes_current).unwrap();
    assert!(bytes <= IDLE_BYTES_MAX, "{bytes} bytes");
    assert_eq!(worker.watches.census(), (1, 0, 0), "counted as waiting");
    drop(kept);
}
