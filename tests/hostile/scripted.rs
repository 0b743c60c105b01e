//! A backend that answers each head with bytes of a test's choice, and keeps every byte it saw.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The backend. Its threads end with the test process.
pub(crate) struct Scripted {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<u8>>,
    open: Mutex<Vec<TcpStream>>,
}

impl Scripted {
    pub(crate) fn start(
        answer: impl Fn(&str) -> Cow<'static, [u8]> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let shared: Arc<Shared> = Arc::default();
        let (accepting, answer) = (Arc::clone(&shared), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let other = stream.try_clone().expect("a socket can be cloned");
                lock(&accepting.open).push(other);
                let (shared, answer) = (Arc::clone(&accepting), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &shared.seen, &*answer));
            }
        });
        Self { address, shared }
    }

    /// Sends bytes that nobody asked for on each connection.
    pub(crate) fn push(&self, bytes: &str) {
        for stream in &mut *lock(&self.shared.open) {
            // The gateway may have closed it.
            let _ = stream.write_all(bytes.as_bytes());
        }
    }

    /// All bytes of all connections so far, as text; they are forgotten.
    pub(crate) fn take_seen(&self) -> String {
        let bytes = std::mem::take(&mut *lock(&self.shared.seen));
        String::from_utf8(bytes).expect("a test sends text")
    }
}

fn serve(
    mut stream: TcpStream,
    record: &Mutex<Vec<u8>>,
    answer: &dyn Fn(&str) -> Cow<'static, [u8]>,
) {
    let mut pending = Vec::new();
    let mut piece = [0; 4096];
    // A gateway that gives up on the connection resets it.
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        lock(record).extend_from_slice(&piece[..count]);
        pending.extend_from_slice(&piece[..count]);
        while let Some(at) = pending.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = pending.split_off(at + 4);
            let head = std::mem::replace(&mut pending, rest);
            let head = String::from_utf8(head).expect("a test sends text");
            if stream.write_all(&answer(&head)).is_err() {
                return;
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A usual answer.
pub(crate) fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
