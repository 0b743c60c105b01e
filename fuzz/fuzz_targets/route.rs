//! See `entries/router.rs`, function `route`.
#![no_main]

#[allow(dead_code)]
#[path = "../entries/router.rs"]
mod router;

libfuzzer_sys::fuzz_target!(|data: &[u8]| router::route(data));
