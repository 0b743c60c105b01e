//! HTTP/2 towards endpoints: connections that exchanges share, and one stream for each exchange.
//!
//! The codec (the `h2` crate) frames, multiplexes and counts windows. Its types end in this module: to
//! an exchange a stream looks like the connection of an HTTP/1 exchange, whose head is sent when the
//! stream is opened, and whose body has no framing of its own.

pub(crate) mod connect;
mod grpc_web;
mod head;
mod outgoing;
pub(crate) mod pool;
pub(crate) mod stream;

pub(crate) use grpc_web::Translation;

use h2::client::Builder;

/// What an endpoint may send on one stream before somebody takes it.
const STREAM_WINDOW: u32 = 65_535;
/// Streams of one connection that may be under way, whatever the endpoint allows.
const STREAMS_MAX: usize = 128;
/// What an endpoint may send on all streams together: a stream that nobody reads stops no other.
const CONNECTION_WINDOW: u32 = STREAM_WINDOW * STREAMS_MAX as u32;
/// Request bytes held for one stream while its endpoint does not take them.
const SEND_BUFFER: usize = 64 << 10;
/// What a field costs beside its bytes (RFC 9113 section 6.5.2).
const FIELD_OVERHEAD: usize = 32;

/// Settings of a new connection. Heads are judged by the limits of their route; the codec only keeps
/// what no route allows from being held.
fn builder() -> Builder {
    let list_max = HEAD_BYTES_MAX + FIELD_OVERHEAD * genkan_http::limits::FIELD_COUNT_MAX;
    let mut builder = Builder::new();
    builder
        .enable_push(false)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(u32::try_from(list_max).unwrap_or(u32::MAX))
        .max_send_buffer_size(SEND_BUFFER);
    builder
}

/// The largest response head that any route may accept from HTTP/2.
const HEAD_BYTES_MAX: usize = 256 << 10;
