//! An address that refuses connections for as long as the test needs it.

use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// A loopback address bound but not listened on: connecting is refused, and no
/// other program can take the port meanwhile.
#[derive(Debug)]
pub struct RefusedAddress {
    socket: Socket,
}

impl Default for RefusedAddress {
    fn default() -> Self {
        Self::new()
    }
}

impl RefusedAddress {
    /// Takes a free port.
    #[must_use]
    pub fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket can be made");
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket
            .bind(&any_port.into())
            .expect("a free port can be bound");
        Self { socket }
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let bound = self
            .socket
            .local_addr()
            .expect("a bound socket has an address");
        bound
            .as_socket()
            .expect("an IPv4 socket has an IPv4 address")
    }
}
