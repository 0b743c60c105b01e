//! Runs a fuzz entry over its corpus and over random changes of it, without a fuzzer.
//!
//! It finds less than a coverage-guided run, but it runs on the stable toolchain in seconds.

use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

/// Calls `entry` with each file of `fuzz/corpus/TARGET` and with `rounds` random changes.
///
/// `words` are pieces that the changes insert. The seed is fresh unless `GENKAN_SEED` is set.
pub(crate) fn run(target: &str, words: &[&[u8]], rounds: usize, entry: fn(&[u8])) {
    let seeds = corpus(target);
    assert!(!seeds.is_empty(), "no corpus for {target}");
    let seed = seed();
    println!("{target}: GENKAN_SEED={seed}");
    let mut chance = Chance(seed | 1);
    seeds.iter().for_each(|input| call(target, entry, input));
    for _ in 0..rounds {
        let mut input = seeds[chance.below(seeds.len())].clone();
        for _ in 0..=chance.below(4) {
            change(&mut input, &seeds, words, &mut chance);
        }
        call(target, entry, &input);
    }
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let files = std::fs::read_dir(&folder).expect("a folder of seeds");
    let mut paths: Vec<_> = files
        .map(|file| file.expect("a readable folder").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).expect("a readable seed"))
        .collect()
}

fn seed() -> u64 {
    match std::env::var("GENKAN_SEED") {
        Ok(text) => text.parse().expect("GENKAN_SEED is a number"),
        Err(_) => RandomState::new().hash_one(0),
    }
}

fn call(target: &str, entry: fn(&[u8]), input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| entry(input))) {
        eprintln!("{target} failed on b\"{}\"", input.escape_ascii());
        resume_unwind(panic);
    }
}

fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&[u8]], chance: &mut Chance) {
    let at = chance.below(input.len() + 1);
    let end = (at + 1 + chance.below(8)).min(input.len());
    match chance.below(6) {
        0 if at < input.len() => input[at] ^= 1 << chance.below(8),
        1 if at < input.len() => input[at] = chance.below(256) as u8,
        2 => drop(input.drain(at..end.max(at))),
        3 => {
            let piece = input[at..end.max(at)].to_vec();
            input.splice(at..at, piece);
        }
        4 => {
            let other = &seeds[chance.below(seeds.len())];
            input.truncate(at);
            input.extend_from_slice(&other[chance.below(other.len() + 1)..]);
        }
        _ => {
            let word = words[chance.below(words.len())];
            input.splice(at..at, word.iter().copied());
        }
    }
}

/// Numbers from a seed (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }
}
