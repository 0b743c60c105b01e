//! See `entries/http.rs`, function `proxy_header`.
#![no_main]

#[allow(dead_code)]
#[path = "../entries/http.rs"]
mod http;

libfuzzer_sys::fuzz_target!(|data: &[u8]| http::proxy_header(data));
