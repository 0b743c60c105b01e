//! Hostile input, judged at the backend: it never sees a request that the client did not legally send,
//! and it saw as many requests as the log names answers of its making.
//!
//! Each test is a family. Its rows are bytes, what the client is answered, and what the backend sees;
//! each is played in clear and over TLS, with a request hidden behind it that only a legal row lets
//! through.

mod chunks;
mod framing;
mod lines;
mod responses;
mod scripted;
mod slow;
mod stage;
mod switching;
mod targets;
