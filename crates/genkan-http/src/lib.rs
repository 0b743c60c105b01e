//! Sans-io HTTP/1: heads, framing, chunked coding, limits.
//!
//! Bytes come in as slices and go out as ranges or into a caller's `Vec`: no sockets, no clock, no
//! randomness. The way of a message: [`parse`] finds the parts of a head and leaves them as ranges
//! in a [`head`]; [`target`] and [`host`] say what is asked of whom; [`framing`] alone decides
//! where the body ends and rejects what is ambiguous; [`chunked`] walks a chunked body;
//! [`mod@write`] serialises. [`normalise`] gives nginx's view of a path for matching.
//!
//! Nothing here repairs a message. Where nginx is laxer or stricter, the branch says so.

pub mod base64;
pub mod chunked;
pub mod client_hello;
mod field;
pub mod framing;
pub mod head;
pub mod host;
pub mod known;
pub mod limits;
pub mod method;
pub mod normalise;
pub mod parse;
pub mod proxy_protocol;
pub mod reject;
pub mod target;
pub mod write;
