//! Protocol versions.

use std::fmt;

/// The version a message was sent with. Ordered: `version >= Version::HTTP_11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The number before the dot.
    pub major: u8,
    /// The number after the dot. HTTP/1.9 and HTTP/1.11 are accepted and act as HTTP/1.1, as in
    /// nginx.
    pub minor: u16,
}

impl Version {
    /// HTTP/1.0: no chunked coding, closes by default.
    pub const HTTP_10: Self = Self { major: 1, minor: 0 };
    /// HTTP/1.1
    pub const HTTP_11: Self = Self { major: 1, minor: 1 };
    /// HTTP/2
    pub const HTTP_2: Self = Self { major: 2, minor: 0 };
    /// HTTP/3
    pub const HTTP_3: Self = Self { major: 3, minor: 0 };
}

/// As nginx logs it: `HTTP/1.1`, `HTTP/2.0`.
impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HTTP/{}.{}", self.major, self.minor)
    }
}
