//! Tells when no more connections can be accepted for want of descriptors or memory, and when they can again.

use std::time::{Duration, Instant};

use crate::command::message;

/// Accepting counts as possible again when it has not failed for so long.
const QUIET: Duration = Duration::from_secs(2);

/// What was told.
#[derive(Debug, Default)]
pub(super) struct Exhaustion {
    failures: u64,
    /// The last failure of a time that was told and is not over.
    last: Option<Instant>,
}

impl Exhaustion {
    /// Compares the number of failures with the last one.
    pub(super) fn look(&mut self, failures: u64, now: Instant) {
        if failures > self.failures {
            if self.last.is_none() {
                message!(
                    "genkan: connections wait, because no file descriptors (or no memory) are left; raise the limit \
                     of open files (`ulimit -n`), or lower max-worker-connections in the ConfigMap"
                );
            }
            self.last = Some(now);
        } else if self
            .last
            .is_some_and(|last| now.duration_since(last) >= QUIET)
        {
            message!("genkan: connections are accepted again");
            self.last = None;
        }
        self.failures = failures;
    }
}
