//! Waiting until a generation is live: until every worker, idle ones included, has taken it.

use std::{
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

/// A published generation on its way to the workers.
///
/// Wait for it in a thread with [`Live::wait`], or `.await` it.
#[derive(Clone, Debug)]
pub struct Live {
    generation: u64,
    progress: Arc<Progress>,
}

impl Live {
    pub(crate) fn new(generation: u64, progress: Arc<Progress>) -> Self {
        Self {
            generation,
            progress,
        }
    }

    /// Number of the generation.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether every worker serves it.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.progress.state().0 == 0
    }

    /// Waits until every worker serves it; `false` when that took longer.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        let state = self.progress.state();
        let waited = self
            .progress
            .changed
            .wait_timeout_while(state, timeout, |state| state.0 > 0);
        waited.unwrap_or_else(PoisonError::into_inner).0.0 == 0
    }
}

impl Future for Live {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.progress.state();
        if state.0 == 0 {
            return Poll::Ready(());
        }
        if !state.1.iter().any(|waker| waker.will_wake(cx.waker())) {
            state.1.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// How many workers have not taken a generation yet, and who waits for that.
#[derive(Debug)]
pub(crate) struct Progress {
    state: Mutex<(usize, Vec<Waker>)>,
    changed: Condvar,
}

impl Progress {
    pub(crate) fn of(workers: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new((workers, Vec::new())),
            changed: Condvar::new(),
        })
    }

    /// One worker more has it, or has ended.
    pub(crate) fn done(&self) {
        let mut state = self.state();
        state.0 = state.0.saturating_sub(1);
        if state.0 == 0 {
            let wakers = std::mem::take(&mut state.1);
            drop(state);
            self.changed.notify_all();
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    fn state(&self) -> MutexGuard<'_, (usize, Vec<Waker>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
