//! Draws for generators of test cases. The seed is printed, so that any
//! failure can be played again: `GENKAN_SEED=… cargo test …`.

use std::hash::{BuildHasher, RandomState};

/// SplitMix64: small, fast, and every seed is a good one.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// From `GENKAN_SEED` if it is set, else from a fresh seed. Prints which.
    ///
    /// # Panics
    /// When `GENKAN_SEED` is not a number.
    #[must_use]
    pub fn from_environment(purpose: &str) -> Self {
        let seed = match std::env::var("GENKAN_SEED") {
            Ok(text) => text.parse().expect("GENKAN_SEED is a decimal number"),
            Err(_) => RandomState::new().hash_one(purpose),
        };
        println!("{purpose}: GENKAN_SEED={seed}");
        Self::from_seed(seed)
    }

    /// From a seed, always the same draws.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit` − 1.
    ///
    /// # Panics
    /// When `limit` is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        assert!(limit > 0, "there is no number below 0");
        let wide = u128::from(self.number()) * limit as u128;
        usize::try_from(wide >> 64).expect("less than the limit, which is a usize")
    }

    /// True once in `n` times on average.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of `choices`.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// Puts `items` into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// A lower-case word of 3 to 10 letters, good as a Kubernetes name.
    pub fn word(&mut self) -> String {
        let length = 3 + self.below(8);
        (0..length)
            .map(|_| char::from(b'a' + u8::try_from(self.below(26)).expect("< 26")))
            .collect()
    }
}
