//! Listening sockets: one per worker and address, and the check that nobody else has the port.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use socket2::{Domain, Protocol, Socket, Type};

use crate::StartError;

/// Connections that may wait to be accepted; the kernel cuts it to `somaxconn`.
const BACKLOG: i32 = 4096;

/// How often a free port is asked for again when another process was faster.
const FREE_PORT_TRIES: usize = 16;

/// Opens `count` sockets that share each address. Port 0 becomes one free port for all of them.
///
/// The address is first bound without `SO_REUSEPORT`: with it, a second process would silently take
/// half of the traffic instead of being told that the port is in use.
pub(crate) fn open(address: SocketAddr, count: usize) -> Result<Vec<TcpListener>, StartError> {
    let mut tries = 0;
    loop {
        let fixed = claim(address).map_err(|source| StartError::bind(address, source))?;
        let opened: io::Result<Vec<TcpListener>> = (0..count).map(|_| listen(fixed)).collect();
        tries += 1;
        match opened {
            Ok(listeners) => return Ok(listeners),
            Err(_) if address.port() == 0 && tries < FREE_PORT_TRIES => {}
            Err(source) => return Err(StartError::bind(address, source)),
        }
    }
}

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
