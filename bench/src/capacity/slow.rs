//! A thousand slow clients: whether the others get slower beside them.
//!
//! Nine in ten send a head byte by byte; one takes its response byte by byte, for which the kernel
//! holds some 3 MiB. Those whose time is
//! over come back.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{Figure, Stage, beside::Beside};

/// Each slow client moves a byte so often.
const PAUSE: Duration = Duration::from_millis(100);
/// More than the buffers of all sockets on the way hold.
const RESPONSE: &str = "GET /b/8388608 HTTP/1.1\r\nHost: h1.test\r\n\r\n";

pub(super) fn measure(genkan: &Path, clients: usize) -> io::Result<Vec<Figure>> {
    let stage = Stage::start(genkan)?;
    let alone = Beside::of(&stage.running)?;
    let slow = Slow::start(stage.running.address, clients)?;
    let beside = Beside::of(&stage.running)?;
    let came_back = slow.stop()?;
    let ratio = beside.p99 / alone.p99;
    Ok(vec![
        Figure::new("CPU of a request beside slow clients", beside.cpu, "us"),
        Figure::new("p99 at 4000/s beside slow clients", beside.p99, "us"),
        Figure::new("p99 beside slow clients / alone", ratio, "x").at_most(2.0),
        Figure::new("slow clients that came back", came_back as f64, ""),
    ])
}

/// The slow clients, on a thread of their own.
struct Slow {
    stopped: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<usize>>,
}

impl Slow {
    fn start(address: SocketAddr, clients: usize) -> io::Result<Self> {
        let mut open = (0..clients)
            .map(|index| Client::connect(address, index % 10 != 0))
            .collect::<io::Result<Vec<_>>>()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stopped);
        let thread = thread::spawn(move || {
            let mut came_back = 0;
            while !seen.load(Ordering::Relaxed) {
                for client in &mut open {
                    if !client.step() {
                        *client = Client::connect(address, client.sends)?;
                        came_back += 1;
                    }
                }
                #[expect(clippy::disallowed_methods, reason = "being slow is what they are for")]
                thread::sleep(PAUSE);
            }
            Ok(came_back)
        });
        Ok(Self { stopped, thread })
    }

    fn stop(self) -> io::Result<usize> {
        self.stopped.store(true, Ordering::Relaxed);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("the slow clients panicked")))
    }
}

struct Client {
    stream: TcpStream,
    /// It sends a head slowly; otherwise it reads slowly.
    sends: bool,
}

impl Client {
    fn connect(address: SocketAddr, sends: bool) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        let begin = if sends {
            "GET / HTTP/1.1\r\nX: "
        } else {
            RESPONSE
        };
        stream.write_all(begin.as_bytes())?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, sends })
    }

    /// One byte. False when the connection has ended.
    fn step(&mut self) -> bool {
        let moved = if self.sends {
            let answered = self.stream.peek(&mut [0]).is_ok();
            self.stream
                .write(b"x")
                .map(|count| count * usize::from(!answered))
        } else {
            self.stream.read(&mut [0])
        };
        match moved {
            Ok(count) => count > 0,
            Err(error) => crate::event::would_block(&error),
        }
    }
}
