//! Limits and policies for heads, with ingress-nginx's names and defaults.

/// How long a request head may be and which field names it may use.
///
/// nginx reads a head into one small buffer and then into a number of large ones, and a line must
/// fit into one buffer. The same arithmetic is done here on a flat buffer, so that what nginx
/// refuses as too long is refused, and nothing shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadLimits {
    /// `client-header-buffer-size`, in bytes.
    pub client_header_buffer_size: usize,
    /// `large-client-header-buffers`: how many and how large.
    pub large_client_header_buffers: LargeBuffers,
    /// Most fields in one head, dropped ones included. nginx 1.27 has no such limit of its own.
    pub field_count_max: usize,
    /// `enable-underscores-in-headers`: keep names with `_`.
    pub underscores_in_headers: bool,
    /// `ignore-invalid-headers`: drop names with bytes other than letters, digits and `-`.
    pub ignore_invalid_headers: bool,
}

/// Number and size of the large buffers for one head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LargeBuffers {
    /// How many buffers.
    pub count: usize,
    /// Bytes in each.
    pub size: usize,
}

impl HeadLimits {
    /// The most bytes a head can have, and so the most a connection has to hold.
    #[must_use]
    pub const fn head_bytes_max(&self) -> usize {
        // Blank lines before the request line are bounded by the small buffer once more.
        self.client_header_buffer_size * 2
            + self.large_client_header_buffers.count * self.large_client_header_buffers.size
    }
}

impl Default for HeadLimits {
    fn default() -> Self {
        Self {
            client_header_buffer_size: CLIENT_HEADER_BUFFER_SIZE,
            large_client_header_buffers: LargeBuffers {
                count: LARGE_CLIENT_HEADER_BUFFER_COUNT,
                size: LARGE_CLIENT_HEADER_BUFFER_SIZE,
            },
            field_count_max: FIELD_COUNT_MAX,
            underscores_in_headers: false,
            ignore_invalid_headers: true,
        }
    }
}

/// How long a response head may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseLimits {
    /// `proxy-buffer-size`, in bytes: nginx reads the whole head into this one buffer.
    pub proxy_buffer_size: usize,
    /// Most fields in one head.
    pub field_count_max: usize,
}

impl Default for ResponseLimits {
    fn default() -> Self {
        Self {
            proxy_buffer_size: PROXY_BUFFER_SIZE,
            field_count_max: FIELD_COUNT_MAX,
        }
    }
}

/// How much of a chunked body may be something else than data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkLimits {
    /// Longest line with a chunk size, extensions included, without the line end.
    pub size_line_bytes_max: usize,
    /// Most bytes of extensions in one body: many tiny chunks with extensions cost a peer little
    /// and us much.
    pub extension_bytes_max: usize,
    /// Most bytes of all trailer lines together.
    pub trailer_bytes_max: usize,
    /// Most trailer fields.
    pub trailer_count_max: usize,
}

impl Default for ChunkLimits {
    fn default() -> Self {
        Self {
            size_line_bytes_max: CHUNK_SIZE_LINE_BYTES_MAX,
            extension_bytes_max: CHUNK_EXTENSION_BYTES_MAX,
            trailer_bytes_max: TRAILER_BYTES_MAX,
            trailer_count_max: TRAILER_COUNT_MAX,
        }
    }
}

/// ingress-nginx's default for `client-header-buffer-size`.
pub const CLIENT_HEADER_BUFFER_SIZE: usize = 1024;

/// ingress-nginx's default for `large-client-header-buffers`: `4 8k`.
pub const LARGE_CLIENT_HEADER_BUFFER_COUNT: usize = 4;

/// ingress-nginx's default for `large-client-header-buffers`: `4 8k`.
pub const LARGE_CLIENT_HEADER_BUFFER_SIZE: usize = 8 * 1024;

/// ingress-nginx's default for `proxy-buffer-size`.
pub const PROXY_BUFFER_SIZE: usize = 4 * 1024;

/// Ten times what the busiest browsers send; 16 bytes of bookkeeping each.
pub const FIELD_COUNT_MAX: usize = 1000;

/// A size has 16 digits at most; known extensions are shorter than 200 bytes.
pub const CHUNK_SIZE_LINE_BYTES_MAX: usize = 1024;

/// As much as a generous head.
pub const CHUNK_EXTENSION_BYTES_MAX: usize = 16 * 1024;

/// Trailers carry digests, timings and gRPC statuses: small things.
pub const TRAILER_BYTES_MAX: usize = 4 * 1024;

/// See [`TRAILER_BYTES_MAX`].
pub const TRAILER_COUNT_MAX: usize = 64;
