//! Sessions that clients may resume, kept for a while and shared by all workers.
//!
//! In parts with a lock each, so that workers rarely meet. The oldest goes when a part is full.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rustls::server::StoresServerSessions;

const PARTS: usize = 16;

/// A session cache.
pub(super) struct Sessions {
    parts: [Mutex<Part>; PARTS],
    part_max: usize,
    timeout: Duration,
}

#[derive(Default)]
struct Part {
    by_key: HashMap<Vec<u8>, (Instant, Vec<u8>)>,
    /// Oldest first; what was taken since is still here, and passed over.
    order: VecDeque<(Instant, Vec<u8>)>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("part_max", &self.part_max)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Sessions {
    pub(super) fn new(sessions_max: usize, timeout: Duration) -> Self {
        Self {
            parts: std::array::from_fn(|_| Mutex::default()),
            part_max: sessions_max.div_ceil(PARTS).max(1),
            timeout,
        }
    }

    /// Keys are random from their first byte on.
    fn part(&self, key: &[u8]) -> MutexGuard<'_, Part> {
        let index = usize::from(key.first().copied().unwrap_or(0)) % PARTS;
        self.parts[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Part {
    /// Drops what is too old, and the oldest until there is room for one more.
    fn make_room(&mut self, max: usize, timeout: Duration, now: Instant) {
        while let Some((stored, key)) = self.order.front() {
            let current = self
                .by_key
                .get(key)
                .is_some_and(|(known, _)| known == stored);
            let old = now.saturating_duration_since(*stored) >= timeout;
            if current && !old && self.order.len() < max {
                return;
            }
            if current {
                self.by_key.remove(key);
            }
            self.order.pop_front();
        }
    }
}

impl StoresServerSessions for Sessions {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        let now = Instant::now();
        let mut part = self.part(&key);
        part.make_room(self.part_max, self.timeout, now);
        part.order.push_back((now, key.clone()));
        part.by_key.insert(key, (now, value));
        true
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let part = self.part(key);
        let (stored, value) = part.by_key.get(key)?;
        (stored.elapsed() < self.timeout).then(|| value.clone())
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        let (stored, value) = self.part(key).by_key.remove(key)?;
        (stored.elapsed() < self.timeout).then_some(value)
    }

    fn can_cache(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_session_goes_when_there_is_no_room() {
        let sessions = Sessions::new(2 * PARTS, Duration::from_secs(600));
        for number in 0..5 {
            sessions.put(vec![0, number], vec![number]);
        }
        let known: Vec<u8> = (0..5)
            .filter(|number| sessions.get(&[0, *number]).is_some())
            .collect();
        assert_eq!(known, [3, 4]);
        assert_eq!(sessions.take(&[0, 4]), Some(vec![4]));
        assert_eq!(sessions.take(&[0, 4]), None);
    }

    #[test]
    fn a_session_that_is_too_old_is_not_resumed() {
        let sessions = Sessions::new(100, Duration::ZERO);
        sessions.put(vec![1], vec![1]);
        assert_eq!(sessions.get(&[1]), None);
        assert_eq!(sessions.take(&[1]), None);
    }
}
