//! The data plane from outside: real sockets, small backends in threads.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bodies;
mod hostile;
mod keep_alive;
mod lifecycle;
mod listening;
mod observation;
mod proxy_header;
mod responses;
mod retries;
mod support;
mod upgrade;
mod upstream_http2;
mod upstream_tls;
