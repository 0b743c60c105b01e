//! The floor: copies bytes between each client and a connection of its own to the backend, without
//! looking at them. No proxy that parses can be cheaper.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
};

use crate::{
    backend::listen,
    event::{Poller, would_block},
};

const LISTENER: u64 = 0;
const BUFFER: usize = 64 << 10;

/// Where to listen and where to connect.
#[derive(Debug, clap::Args)]
pub(crate) struct RelayArgs {
    /// Address to listen on; port 0 picks a free one. The address is printed.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The backend.
    #[arg(long)]
    backend: SocketAddr,
}

/// Relays until killed.
pub(crate) fn serve(args: &RelayArgs) -> io::Result<()> {
    let listener = listen(args.listen)?;
    println!("listening {}", listener.local_addr()?);
    let mut poller = Poller::new()?;
    poller.add(&listener, LISTENER)?;
    let mut pairs: HashMap<u64, Pair> = HashMap::new();
    let mut next_key = 2;
    let mut buffer = vec![0; BUFFER];
    loop {
        for ready in poller.wait(None)? {
            if ready.key == LISTENER {
                while let Ok((client, _)) = listener.accept() {
                    let pair = Pair::new(client, args.backend)?;
                    poller.add(&pair.ends[0].stream, next_key)?;
                    poller.add(&pair.ends[1].stream, next_key + 1)?;
                    pairs.insert(next_key / 2, pair);
                    next_key += 2;
                }
            } else if let Some(pair) = pairs.get_mut(&(ready.key / 2)) {
                let side = (ready.key % 2) as usize;
                // A side that can be written again lets the other side be read again: with edges
                // only, nobody else would say so.
                let open = (!ready.write || (pair.flush(side) && pair.pump(1 - side, &mut buffer)))
                    && (!ready.read || pair.pump(side, &mut buffer));
                if !open {
                    pairs.remove(&(ready.key / 2));
                }
            }
        }
    }
}

#[derive(Debug)]
struct End {
    stream: TcpStream,
    /// What this end could not take yet.
    pending: Vec<u8>,
}

/// A client and its backend; index 0 and 1.
#[derive(Debug)]
struct Pair {
    ends: [End; 2],
}

impl Pair {
    fn new(client: TcpStream, backend: SocketAddr) -> io::Result<Self> {
        let backend = TcpStream::connect(backend)?;
        for stream in [&client, &backend] {
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
        }
        let end = |stream| End {
            stream,
            pending: Vec::new(),
        };
        Ok(Self {
            ends: [end(client), end(backend)],
        })
    }

    /// Reads from one side and writes to the other; false when the pair is over.
    fn pump(&mut self, side: usize, buffer: &mut [u8]) -> bool {
        while self.ends[1 - side].pending.is_empty() {
            match self.ends[side].stream.read(buffer) {
                Ok(0) => return false,
                Ok(length) => {
                    if !self.ends[1 - side].send(&buffer[..length]) {
                        return false;
                    }
                    if length < buffer.len() {
                        return true;
                    }
                }
                Err(error) => return would_block(&error),
            }
        }
        true
    }

    fn flush(&mut self, side: usize) -> bool {
        let pending = std::mem::take(&mut self.ends[side].pending);
        pending.is_empty() || self.ends[side].send(&pending)
    }
}

impl End {
    fn send(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(0) => return false,
                Ok(written) => bytes = &bytes[written..],
                Err(error) if would_block(&error) => {
                    self.pending.extend_from_slice(bytes);
                    return true;
                }
                Err(_) => return false,
            }
        }
        true
    }
}
