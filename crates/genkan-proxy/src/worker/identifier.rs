//! Request ids: a counter per worker, mixed with a random seed. No system call per request.

use std::{
    cell::Cell,
    hash::{BuildHasher, Hasher, RandomState},
};

use genkan_route::decision::RequestId;

/// Makes ids that differ within a worker and, by 128 random bits, between workers and processes.
#[derive(Debug)]
pub(crate) struct Identifiers {
    seeds: [u64; 2],
    count: Cell<u64>,
}

impl Identifiers {
    pub(crate) fn new() -> Self {
        Self {
            seeds: [random(), random()],
            count: Cell::new(0),
        }
    }

    /// The next id.
    pub(crate) fn next(&self) -> RequestId {
        let count = self.count.get();
        self.count.set(count.wrapping_add(1));
        let mut digits = [0; 32];
        for (half, seed) in self.seeds.iter().enumerate() {
            let word = mix(seed.wrapping_add(count));
            for (index, digit) in digits[half * 16..][..16].iter_mut().enumerate() {
                *digit = b"0123456789abcdef"[(word >> (60 - 4 * index)) as usize & 15];
            }
        }
        RequestId(digits)
    }
}

/// A number that nobody can foresee; from the standard library's per-process random keys.
pub(crate) fn random() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(0);
    hasher.finish()
}

/// SplitMix64's finisher: a bijection, so different counts give different words.
pub(crate) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
