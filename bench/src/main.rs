//! Measures Genkan beside a relay, nginx and HAProxy.
fn main() {}
