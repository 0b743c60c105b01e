//! Listeners: what is wanted, what is open, and how the one becomes the other while traffic flows. Each
//! is one socket per worker, checked before that nobody else has the port.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use genkan_route::decision::Scheme;
use socket2::{Domain, Protocol, Socket, Type};
#[cfg(target_os = "linux")]
use socket2::{SockFilter, SockRef};

use crate::{StartError, worker::accept::Listener};

/// Connections that may wait to be accepted; the kernel cuts it to `somaxconn`.
const BACKLOG: i32 = 4096;

/// How often a free port is asked for again when another process was faster.
const FREE_PORT_TRIES: usize = 16;

/// Where to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenOn {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// What is spoken there.
    pub scheme: Scheme,
}

/// One listener that is open.
#[derive(Clone, Copy, Debug)]
struct Open {
    wanted: ListenOn,
    /// With the port that was taken for port 0.
    address: SocketAddr,
    id: ListenerId,
}

impl Open {
    /// Whether one address holds the other's port too.
    fn covers(&self, other: SocketAddr) -> bool {
        let own = self.address;
        own.port() == other.port() && (own.ip().is_unspecified() || other.ip().is_unspecified())
    }
}

/// Tells listeners apart that have, or had, the same address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ListenerId(u32);

/// All listeners that are open.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    open: Vec<Open>,
    last: u32,
}

/// What workers are told when listeners change.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// New listeners, as sockets of one worker each.
    pub(crate) opened: Vec<Vec<Listener>>,
    /// Listeners on which something else is spoken now.
    pub(crate) changed: Vec<(ListenerId, Scheme)>,
    /// Listeners that end.
    pub(crate) retired: Vec<ListenerId>,
}

impl Listeners {
    /// The addresses in the order in which they were wanted.
    pub(crate) fn addresses(&self) -> Vec<ListenOn> {
        let actual = |open: &Open| ListenOn {
            address: open.address,
            scheme: open.wanted.scheme,
        };
        self.open.iter().map(actual).collect()
    }

    /// Opens what is wanted and not open yet, for so many workers; what is open and still wanted stays
    /// as it is.
    ///
    /// # Errors
    /// When one cannot be opened; then nothing has changed.
    pub(crate) fn become_these(
        &mut self,
        wanted: &[ListenOn],
        workers: usize,
    ) -> Result<Change, StartError> {
        let mut change = Change {
            opened: (0..workers).map(|_| Vec::new()).collect(),
            ..Change::default()
        };
        let mut before = self.open.clone();
        let mut after: Vec<Open> = Vec::with_capacity(wanted.len());
        let mut last = self.last;
        for on in wanted {
            let same = |open: &Open| [open.wanted.address, open.address].contains(&on.address);
            if let Some(at) = before.iter().position(same) {
                let open = before.swap_remove(at);
                if open.wanted.scheme != on.scheme {
                    change.changed.push((open.id, on.scheme));
                }
                after.push(Open {
                    wanted: *on,
                    ..open
                });
                continue;
            }
            let ours = self
                .open
                .iter()
                .chain(&after)
                .any(|open| open.covers(on.address));
            let sockets = open(on.address, workers, ours)?;
            let first = sockets
                .first()
                .map_or(Ok(on.address), TcpListener::local_addr);
            let address = first.map_err(|source| StartError::bind(on.address, source))?;
            last += 1;
            let id = ListenerId(last);
            for (socket, own) in sockets.into_iter().zip(&mut change.opened) {
                own.push(Listener {
                    id,
                    socket,
                    address,
                    scheme: on.scheme,
                });
            }
            after.push(Open {
                wanted: *on,
                address,
                id,
            });
        }
        change.retired = before.iter().map(|open| open.id).collect();
        self.open = after;
        self.last = last;
        Ok(change)
    }
}

/// Opens `count` sockets that share each address. Port 0 becomes one free port for all of them.
///
/// The address is first bound without `SO_REUSEPORT`: with it, a second process would silently take
/// half of the traffic instead of being told that the port is in use. Where another listener of ours
/// has the port (`[::]` hands over to `0.0.0.0`) that cannot be, and is not needed.
fn open(address: SocketAddr, count: usize, ours: bool) -> Result<Vec<TcpListener>, StartError> {
    let mut tries = 0;
    loop {
        let fixed = match ours {
            true => address,
            false => claim(address).map_err(|source| StartError::bind(address, source))?,
        };
        let opened: io::Result<Vec<TcpListener>> = (0..count).map(|_| listen(fixed)).collect();
        tries += 1;
        match opened {
            Ok(listeners) => return Ok(listeners),
            Err(_) if address.port() == 0 && tries < FREE_PORT_TRIES => {}
            Err(source) => return Err(StartError::bind(address, source)),
        }
    }
}

/// Lets a listening socket begin no more connections: those that it has begun are still opened and can
/// be accepted. Who knocks meanwhile gets no answer, tries again after a second, and meets the listener
/// that has taken over; a closing socket would reset him.
///
/// The kernel keeps sending to the socket with the more exact address, so that opening `[::]` beside
/// `0.0.0.0` is not enough.
#[cfg(target_os = "linux")]
pub(crate) fn begin_nothing(socket: &tokio::net::TcpListener) {
    // A filter sees packets from the TCP header on (linux/net/ipv4/tcp_ipv4.c, tcp_filter); byte 13
    // holds the flags, bit 1 of it SYN.
    let program = [
        SockFilter::new(0x30, 0, 0, 13),
        SockFilter::new(0x45, 0, 1, 0b10),
        SockFilter::new(0x06, 0, 0, 0),
        SockFilter::new(0x06, 0, 0, u32::MAX),
    ];
    // refused, some connection may be reset when the socket closes
    let _ = SockRef::from(socket).attach_filter(&program);
}

/// Elsewhere connections that are begun at the last moment are reset.
#[cfg(not(target_os = "linux"))]
pub(crate) fn begin_nothing(_: &tokio::net::TcpListener) {}

fn claim(address: SocketAddr) -> io::Result<SocketAddr> {
    let socket = socket(address)?;
    socket.bind(&address.into())?;
    local(&socket)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket(address)?;
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` beside `0.0.0.0` must not conflict; both are listed when both are wanted.
        socket.set_only_v6(false)?;
    }
    Ok(socket)
}

fn local(socket: &Socket) -> io::Result<SocketAddr> {
    socket
        .local_addr()?
        .as_socket()
        .ok_or_else(|| io::Error::from(io::ErrorKind::AddrNotAvailable))
}
