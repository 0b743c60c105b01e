//! So many things a second, without drifting; what is late is made up for.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// A rhythm.
#[derive(Debug)]
pub struct Pace {
    next: Instant,
    every: Duration,
    // Waiting on something that never comes, with a deadline.
    never: (Mutex<()>, Condvar),
}

impl Pace {
    /// So many a second, from now on.
    #[must_use]
    pub fn new(a_second: u32) -> Self {
        Self {
            next: Instant::now(),
            every: Duration::from_secs(1) / a_second,
            never: (Mutex::new(()), Condvar::new()),
        }
    }

    /// Waits until it is time for the next.
    ///
    /// # Panics
    /// Never: nobody else has its lock.
    pub fn wait(&mut self) {
        self.next += self.every;
        let mut lock = self.never.0.lock().expect("nobody else has it");
        loop {
            let left = self.next.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            lock = self
                .never
                .1
                .wait_timeout(lock, left)
                .expect("nobody else has it")
                .0;
        }
    }
}
