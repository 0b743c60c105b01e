//! The data plane from outside: real sockets, small backends in threads.

mod keep_alive;
mod support;
