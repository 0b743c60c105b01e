//! Whom an exchange waits for, and for how long.

use std::time::{Duration, Instant};

use crate::worker::watch::Watch;

/// Whom a poll is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party {
    /// The client is to send more of its body.
    ClientSends,
    /// The client is to take more of the response.
    ClientTakes,
    /// The endpoint is to take more of the request.
    EndpointTakes,
    /// The endpoint is to send more.
    EndpointSends,
    /// A file of ours is being read.
    Disk,
}

/// Sets a connection's deadline anew whenever it waits for somebody else, or something moved.
#[derive(Debug, Default)]
pub(super) struct Patience {
    party: Option<Party>,
}

impl Patience {
    /// Something moved: the next wait starts afresh.
    pub(super) fn moved(&mut self) {
        self.party = None;
    }

    /// Waits for a party from now on, unless that wait goes on already.
    pub(super) fn wait(&mut self, watch: &Watch, party: Party, timeout: Duration) {
        if self.party != Some(party) {
            self.party = Some(party);
            watch.set(Instant::now(), timeout);
        }
    }
}
