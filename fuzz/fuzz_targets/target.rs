//! See `entries/http.rs`, function `target`.
#![no_main]

#[allow(dead_code)]
#[path = "../entries/http.rs"]
mod http;

libfuzzer_sys::fuzz_target!(|data: &[u8]| http::target(data));
