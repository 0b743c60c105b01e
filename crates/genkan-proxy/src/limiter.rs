//! The counters of limits, shared by all workers: what users see as one number is one number.
//!
//! Rates live in a table of fixed size, as in nginx's zone of shared memory: where a set is full, what
//! will have drained first gives way. Requests under way are counted exactly; there are never more
//! entries than requests.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Instant,
};

use genkan_route::limit::{Exceeded, Level, Limits, Period, Usage};

use crate::counters::Counters;

#[cfg(test)]
mod tests;

/// Parts of the tables that are locked each by itself.
const SHARDS: usize = 64;
/// Sets of a shard.
const SETS: usize = 128;
/// Clients in a set. All in all 65,536 clients of all Ingresses; nginx's 5 MiB for each hold as many.
const WAYS: usize = 8;

/// The counters.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// Keyed by chance, so that nobody can choose whom to collide with.
    hasher: RandomState,
    began: Instant,
    rates: Box<[OnceLock<Mutex<Sets>>]>,
    connections: Arc<[Mutex<HashMap<u64, u32>>]>,
}

/// The clients of one shard.
type Sets = Box<[[Client; WAYS]]>;

/// What one client of one Ingress has used.
#[derive(Clone, Copy, Debug, Default)]
struct Client {
    key: u64,
    levels: [Option<Level>; 2],
    /// When it is as if it had never come; zero where nobody is.
    empty_at: u64,
}

/// A request's place among those of its client that are under way.
#[derive(Debug)]
pub(crate) struct Place {
    connections: Arc<[Mutex<HashMap<u64, u32>>]>,
    key: u64,
}

impl Default for Limiter {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            began: Instant::now(),
            rates: (0..SHARDS).map(|_| OnceLock::new()).collect(),
            connections: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }
}

impl Limiter {
    /// Counts a request. The place is to be kept until its response is out.
    pub(crate) fn count(
        &self,
        limits: &Limits,
        client: &[u8],
        counters: &Counters,
    ) -> (Usage, Option<Place>) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (usage, place) = self.count_at(limits, client, now, counters);
        match usage.refused {
            None => {}
            Some(Exceeded::Rate(_)) => counters.rate_refusals.add(1),
            Some(Exceeded::Connections) => counters.connection_refusals.add(1),
        }
        (usage, place)
    }

    /// Rates first, as nginx orders its modules; a request that is refused by one weighs on none.
    fn count_at(
        &self,
        limits: &Limits,
        client: &[u8],
        now: u64,
        counters: &Counters,
    ) -> (Usage, Option<Place>) {
        let key = self.hasher.hash_one((&*limits.zone, client));
        let mut usage = Usage::default();
        if limits.per_second.is_some() || limits.per_minute.is_some() {
            usage = self.count_rates(limits, key, now, counters);
        }
        let place = match (limits.connections, usage.refused) {
            (Some(limit), None) => self.enter(limit, key, &mut usage),
            _ => None,
        };
        (usage, place)
    }

    fn count_rates(&self, limits: &Limits, key: u64, now: u64, counters: &Counters) -> Usage {
        let mut usage = Usage::default();
        let shard = self.rates[shard(key)].get_or_init(|| Mutex::new(vacant()));
        let mut sets = lock(shard);
        let set = &mut sets[(key >> 32) as usize % SETS];
        let known = set
            .iter()
            .position(|client| client.empty_at > now && client.key == key);
        let mut next = known.map_or_else(Client::default, |index| set[index]);
        next.key = key;
        for (index, period) in Period::ALL.into_iter().enumerate() {
            let Some(rate) = limits.rate(period) else {
                continue;
            };
            let level = rate.admit(period, next.levels[index], now);
            let (Ok(level) | Err(level)) = level.inspect_err(|_| {
                usage.refused.get_or_insert(Exceeded::Rate(period));
            });
            usage.requests[index] = level.requests();
            if usage.refused.is_some() {
                return usage;
            }
            next.levels[index] = Some(level);
            next.empty_at = next.empty_at.max(rate.empty_at(period, level));
        }
        let index = known.unwrap_or_else(|| {
            let (index, first) = first_to_drain(set);
            counters.limit_evictions.add(u64::from(first > now));
            index
        });
        set[index] = next;
        usage
    }

    fn enter(&self, limit: u32, key: u64, usage: &mut Usage) -> Option<Place> {
        let mut shard = lock(&self.connections[shard(key)]);
        let count = shard.entry(key).or_default();
        usage.connections = count.saturating_add(1);
        if *count >= limit {
            usage.refused = Some(Exceeded::Connections);
            return None;
        }
        *count += 1;
        Some(Place {
            connections: Arc::clone(&self.connections),
            key,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut shard = lock(&self.connections[shard(self.key)]);
        if let Some(count) = shard.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                shard.remove(&self.key);
            }
        }
    }
}

fn shard(key: u64) -> usize {
    key as usize % SHARDS
}

fn vacant() -> Sets {
    vec![[Client::default(); WAYS]; SETS].into()
}

/// Whose place is taken next, and when it will have drained.
fn first_to_drain(set: &[Client; WAYS]) -> (usize, u64) {
    let times = set.iter().map(|client| client.empty_at).enumerate();
    times
        .min_by_key(|(_, empty_at)| *empty_at)
        .unwrap_or((0, 0))
}

/// A panic elsewhere leaves counters that are whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
