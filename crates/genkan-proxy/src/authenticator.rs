//! Compares passwords without holding up a worker: slow hashes are computed beside it, a few at a time,
//! and what was right once is remembered.

use std::{
    cell::RefCell,
    collections::{HashSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use aws_lc_rs::{
    hmac::{HMAC_SHA256, Key, sign},
    rand::SystemRandom,
};
use genkan_route::{basic_auth::Comparison, upstream::Confidential};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    counters::Counters,
    password::{is_slow, matches},
};

/// Slow hashes that are computed at a time, all workers together.
const PARALLEL_MAX: usize = 4;
/// Requests that wait for one; further ones are refused.
const WAITING_MAX: usize = 256;
/// Passwords that a worker remembers as right; the oldest gives way.
const REMEMBERED_MAX: usize = 1024;

/// The room for slow hashes, shared by all workers.
#[derive(Debug)]
pub(crate) struct Room {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(PARALLEL_MAX)),
            waiting: AtomicUsize::new(0),
        }
    }
}

/// What a worker compares passwords with.
pub(crate) struct Authenticator {
    room: Arc<Room>,
    /// Drawn anew by each worker. Without chance from the system nothing is remembered.
    key: Option<Key>,
    remembered: RefCell<Remembered>,
}

/// Pairs of hash and password that belong together, under the key: a changed Secret has other hashes.
#[derive(Default)]
struct Remembered {
    seals: HashSet<Seal>,
    order: VecDeque<Seal>,
}

type Seal = [u8; 32];

impl Authenticator {
    pub(crate) fn new(room: Arc<Room>) -> Self {
        Self {
            room,
            key: Key::generate(HMAC_SHA256, &SystemRandom::new()).ok(),
            remembered: RefCell::default(),
        }
    }

    /// Whether a password belongs to a hash.
    pub(crate) async fn compare(
        &self,
        hash: &Confidential,
        password: &[u8],
        counters: &Counters,
    ) -> Comparison {
        let outcome = match is_slow(hash.reveal()) {
            false => compared(matches(hash.reveal(), password)),
            true => self.compare_slowly(hash, password).await,
        };
        match outcome {
            Comparison::Right => {}
            Comparison::Wrong => counters.password_refusals.add(1),
            Comparison::NoRoom => counters.password_overloads.add(1),
        }
        outcome
    }

    async fn compare_slowly(&self, hash: &Confidential, password: &[u8]) -> Comparison {
        let seal = self.seal(hash, password);
        if seal.is_some_and(|seal| self.remembered.borrow().seals.contains(&seal)) {
            return Comparison::Right;
        }
        let Some(_waiting) = Waiting::enter(&self.room) else {
            return Comparison::NoRoom;
        };
        let Ok(permit) = Arc::clone(&self.room.permits).acquire_owned().await else {
            return Comparison::NoRoom;
        };
        let (hash, password) = (hash.clone(), Confidential::new(password));
        let work = spawn_blocking(move || {
            let _permit = permit;
            matches(hash.reveal(), password.reveal())
        });
        // whatever ended the thread did not find that the password is right
        let is_right = work.await.unwrap_or(false);
        if let (true, Some(seal)) = (is_right, seal) {
            self.remembered.borrow_mut().add(seal);
        }
        compared(is_right)
    }

    fn seal(&self, hash: &Confidential, password: &[u8]) -> Option<Seal> {
        // hashes hold no line break
        let pair = [hash.reveal(), password].join(&b'\n');
        sign(self.key.as_ref()?, &pair).as_ref().try_into().ok()
    }
}

impl Remembered {
    fn add(&mut self, seal: Seal) {
        if !self.seals.insert(seal) {
            return;
        }
        self.order.push_back(seal);
        if self.order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.seals.remove(&oldest);
        }
    }
}

fn compared(is_right: bool) -> Comparison {
    match is_right {
        true => Comparison::Right,
        false => Comparison::Wrong,
    }
}

/// One request in the room.
struct Waiting<'r>(&'r Room);

impl<'r> Waiting<'r> {
    fn enter(room: &'r Room) -> Option<Self> {
        let before = room.waiting.fetch_add(1, Relaxed);
        let this = Self(room);
        (before < PARALLEL_MAX + WAITING_MAX).then_some(this)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_gives_way() {
        let mut remembered = Remembered::default();
        let seal = |number: usize| {
            let mut seal = Seal::default();
            seal[..8].copy_from_slice(&number.to_be_bytes());
            seal
        };
        for number in 0..=REMEMBERED_MAX {
            remembered.add(seal(number));
        }
        assert_eq!(remembered.seals.len(), REMEMBERED_MAX);
        assert!(!remembered.seals.contains(&seal(0)));
        assert!(remembered.seals.contains(&seal(REMEMBERED_MAX)));
    }

    #[test]
    fn a_full_room_refuses_and_leaving_makes_room() {
        let room = Room::default();
        let mut inside: Vec<_> = (0..PARALLEL_MAX + WAITING_MAX)
            .map(|_| Waiting::enter(&room).expect("room"))
            .collect();
        assert!(Waiting::enter(&room).is_none());
        inside.pop();
        assert!(Waiting::enter(&room).is_some());
    }

    #[test]
    fn a_changed_hash_forgets_its_password() {
        let authenticator = Authenticator::new(Arc::default());
        let seal =
            |hash: &[u8], password: &[u8]| authenticator.seal(&Confidential::new(hash), password);
        assert!(seal(b"$1$a$x", b"p").is_some());
        assert_eq!(seal(b"$1$a$x", b"p"), seal(b"$1$a$x", b"p"));
        assert_ne!(seal(b"$1$a$x", b"p"), seal(b"$1$a$y", b"p"));
        assert_ne!(seal(b"$1$a$x", b"p"), seal(b"$1$a$x", b"q"));
    }
}
