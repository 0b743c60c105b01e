//! Why a proxy does not start, and what to do about it.

use std::{io, net::SocketAddr};

/// Why the data plane could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else has the port.
    #[error(
        "cannot listen on {address}: the port is in use; stop the other process or choose another port"
    )]
    PortInUse {
        /// The address asked for.
        address: SocketAddr,
    },
    /// Ports below 1024 need a privilege.
    #[error(
        "cannot listen on {address}: permission denied; choose a port above 1023, or give the process \
         CAP_NET_BIND_SERVICE"
    )]
    PortNotAllowed {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address belongs to another machine, or this one has no such protocol.
    #[error(
        "cannot listen on {address}: no interface of this machine has this address; choose one that has, \
         or listen on all with `::` or `0.0.0.0`"
    )]
    NoSuchAddress {
        /// The address asked for.
        address: SocketAddr,
    },
    /// Another failure of opening the port.
    #[error("cannot listen on {address}: {source}; choose another address or port")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// An https listener without anything to present.
    #[error("cannot listen on {address}: https needs prepared certificates")]
    Unprepared {
        /// The address asked for.
        address: SocketAddr,
    },
    /// No key can be made.
    #[error("cannot make a key for the default certificate: the system gives no random numbers")]
    Randomness,
    /// The system refuses a thread or an event loop.
    #[error("cannot start a worker: {source}; check the limits of processes and open files")]
    Worker {
        /// What the system says.
        source: io::Error,
    },
}

impl StartError {
    pub(crate) fn bind(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::PortInUse { address },
            io::ErrorKind::PermissionDenied => Self::PortNotAllowed { address },
            io::ErrorKind::AddrNotAvailable => Self::NoSuchAddress { address },
            _ => Self::Bind { address, source },
        }
    }

    pub(crate) fn worker(source: io::Error) -> Self {
        Self::Worker { source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_a_port_names_its_remedy() {
        let address = SocketAddr::from(([192, 0, 2, 1], 80));
        let check = |kind: io::ErrorKind, remedy: &str| {
            let told = StartError::bind(address, kind.into()).to_string();
            let begins = told.starts_with("cannot listen on 192.0.2.1:80: ");
            assert!(begins && told.contains(remedy), "{told}");
        };
        check(io::ErrorKind::AddrInUse, "choose another port");
        check(io::ErrorKind::PermissionDenied, "CAP_NET_BIND_SERVICE");
        check(io::ErrorKind::AddrNotAvailable, "listen on all");
        check(io::ErrorKind::Other, "choose another address or port");
    }
}
