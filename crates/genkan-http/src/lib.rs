//! Sans-io HTTP/1: heads, framing, chunked coding, limits.
