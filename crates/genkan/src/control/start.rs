//! Why the gateway does not start.

use std::io;

use genkan_diagnosis::Exit;

use crate::{admin, source};

/// Why the gateway does not start: names the place and the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Manifests cannot be read or watched.
    #[error(transparent)]
    Source(#[from] source::SourceError),
    /// A listener or worker cannot be set up.
    #[error(transparent)]
    Proxy(#[from] genkan_proxy::StartError),
    /// The admin or console port.
    #[error(transparent)]
    Admin(#[from] admin::AdminError),
    /// The access log cannot be opened.
    #[error(
        "the access log {path} cannot be opened: {source}; name a file in a folder that is there and can be \
         written to, or `-` for standard output"
    )]
    Log {
        /// As given on the command line.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// No thread, no signal handler.
    #[error(
        "the system refuses a thread or signal handler: {0}; check the limits of processes and open files"
    )]
    System(#[from] io::Error),
}

impl StartError {
    /// What the process ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Source(_) => Exit::Unreadable,
            Self::Proxy(_) | Self::Admin(_) | Self::Log { .. } => Exit::Usage,
            Self::System(_) => Exit::Internal,
        }
    }
}
