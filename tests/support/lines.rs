//! The lines a running program writes, kept and waited for.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use crate::DEADLINE;

/// All lines read so far from a pipe. Cheap to clone; clones share the lines.
#[derive(Debug, Clone)]
pub struct Lines {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<String>,
    ended: bool,
}

impl Lines {
    /// Reads `pipe` on a thread of its own until it ends. Bytes that are not
    /// printable ASCII or UTF-8 text are shown escaped.
    pub fn of(pipe: impl Read + Send + 'static) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let lines = Self {
            shared: Arc::clone(&shared),
        };
        thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while matches!(pipe.read_until(b'\n', &mut line), Ok(1..)) {
                while matches!(line.last(), Some(b'\n' | b'\r')) {
                    line.pop();
                }
                let text = String::from_utf8(std::mem::take(&mut line))
                    .unwrap_or_else(|fault| fault.as_bytes().escape_ascii().to_string());
                shared.lock().lines.push(text);
                shared.changed.notify_all();
            }
            shared.lock().ended = true;
            shared.changed.notify_all();
        });
        lines
    }

    /// Every line so far.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        self.shared.lock().lines.clone()
    }

    /// How many lines there are so far; a starting place for [`Self::wait_from`].
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared.lock().lines.len()
    }

    /// The first line from index `from` on for which `pick` gives something,
    /// waiting for it if need be. `None` when the pipe ended or the deadline
    /// passed before.
    pub fn wait_from<T>(&self, from: usize, mut pick: impl FnMut(&str) -> Option<T>) -> Option<T> {
        let until = Instant::now() + DEADLINE;
        let mut next = from;
        let mut state = self.shared.lock();
        loop {
            while let Some(line) = state.lines.get(next) {
                if let Some(found) = pick(line) {
                    return Some(found);
                }
                next += 1;
            }
            if state.ended {
                return None;
            }
            state = self.shared.wait(state, until)?;
        }
    }

    /// Waits until the program closed the pipe (as a rule: until it ended).
    /// False when the deadline passed before.
    #[must_use]
    pub fn wait_for_end(&self) -> bool {
        let until = Instant::now() + DEADLINE;
        let mut state = self.shared.lock();
        while !state.ended {
            match self.shared.wait(state, until) {
                Some(next) => state = next,
                None => return false,
            }
        }
        true
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        until: Instant,
    ) -> Option<MutexGuard<'a, State>> {
        let left = until.checked_duration_since(Instant::now())?;
        let (state, _) = self
            .changed
            .wait_timeout(state, left)
            .unwrap_or_else(PoisonError::into_inner);
        Some(state)
    }
}
