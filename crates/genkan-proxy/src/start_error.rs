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
    /// Another failure of opening the port.
    #[error("cannot listen on {address}: {source}")]
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
            _ => Self::Bind { address, source },
        }
    }

    pub(crate) fn worker(source: io::Error) -> Self {
        Self::Worker { source }
    }
}
