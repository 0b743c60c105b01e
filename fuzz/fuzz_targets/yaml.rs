//! See `entries/objects.rs`, function `yaml`.
#![no_main]

#[path = "../entries/objects.rs"]
mod objects;

libfuzzer_sys::fuzz_target!(|data: &[u8]| objects::yaml(data));
