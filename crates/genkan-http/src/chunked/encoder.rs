//! Pieces of a chunked body to put around data.

/// Longest chunk header: 16 digits and the line end.
pub const CHUNK_HEADER_BYTES_MAX: usize = 18;

/// What follows the data of each chunk.
pub const CHUNK_END: &[u8; 2] = b"\r\n";

/// The end of a body without trailers.
pub const LAST_CHUNK: &[u8; 5] = b"0\r\n\r\n";

/// Writes the line before `size` bytes of data, at the end of `buffer`, and returns it.
///
/// A chunk of size 0 would end the body: nothing is written for it.
#[must_use]
pub fn chunk_header(size: usize, buffer: &mut [u8; CHUNK_HEADER_BYTES_MAX]) -> &[u8] {
    if size == 0 {
        return &[];
    }
    let digits = (usize::BITS - size.leading_zeros()).div_ceil(4) as usize;
    let end = CHUNK_HEADER_BYTES_MAX - CHUNK_END.len();
    let mut rest = size;
    for place in buffer[end - digits..end].iter_mut().rev() {
        *place = b"0123456789abcdef"[rest & 15];
        rest >>= 4;
    }
    buffer[end..].copy_from_slice(CHUNK_END);
    &buffer[end - digits..]
}
