//! The chunked transfer coding (RFC 9112 7.1).
//!
//! The decoder walks a body in pieces of any size and copies nothing. Whoever has to change or
//! buffer the body takes the data ranges from [`ChunkedDecoder::decode`]; whoever forwards it to a
//! peer that reads chunked too asks [`ChunkedDecoder::skip`] how many raw bytes belong to it, and
//! forwards those unchanged.
//!
//! ```text
//! Size -> SizeBlank -> Extension -> SizeFeed -> Data -> DataReturn -> DataFeed -> Size
//!                                      \-> (size 0) Trailer -> Done
//! ```
//!
//! Strict: CR LF exactly, hexadecimal digits only, no control characters in extensions. A reject
//! ends the body; there is no way back into step.

mod decoder;
mod encoder;
#[cfg(test)]
mod tests;

pub use decoder::{ChunkedDecoder, Decoded, Part, Skipped};
pub use encoder::{CHUNK_END, CHUNK_HEADER_BYTES_MAX, LAST_CHUNK, chunk_header};
