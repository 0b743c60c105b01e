//! The data plane from outside: real sockets, small backends in threads.

mod bodies;
mod hostile;
mod keep_alive;
mod lifecycle;
mod observation;
mod responses;
mod retries;
mod support;
mod upgrade;
