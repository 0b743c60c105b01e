//! Why a message is refused, by whose fault, and with which status.
//!
//! The statuses are nginx's. Texts are stable: logs, traces and tests may rely on them, and none of
//! them repeats bytes of the message.

use std::fmt;

use crate::known::KnownHeader;

/// A request that the client must not have sent so. The connection cannot be used further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestReject {
    /// Only blank lines arrive.
    LeadingBlankLines,
    /// The method is empty or has bytes other than `A`–`Z`, `_` and `-`.
    MethodInvalid,
    /// The request line does not fit into one buffer.
    RequestLineTooLong,
    /// The request line has not the form `METHOD TARGET HTTP/1.1`.
    RequestLineMalformed,
    /// The request line ends after the target, as in HTTP/0.9. nginx still answers such requests.
    VersionMissing,
    /// HTTP/2.0 and later as text.
    VersionUnsupported,
    /// A control character in the target.
    TargetControlByte,
    /// The target is neither a path nor `scheme://host…` nor a form its method allows.
    TargetMalformed,
    /// `%` without two hexadecimal digits in the path.
    PathEscapeMalformed,
    /// `%00` in the path.
    PathNul,
    /// `..` leads above the root.
    PathAboveRoot,
    /// A header line does not fit into one buffer.
    FieldTooLong,
    /// All lines together do not fit into the buffers.
    HeadTooLarge,
    /// More fields than the limit.
    FieldsTooMany,
    /// An empty field name, or a blank or control character in it (before the colon too).
    FieldNameMalformed,
    /// A line continues the one before (obsolete folding).
    FieldFolded,
    /// A NUL in a field value.
    FieldValueNul,
    /// A carriage return that does not end a line.
    BareCarriageReturn,
    /// A line that ends without a carriage return. nginx accepts it.
    BareLineFeed,
    /// A field twice that may come once.
    FieldRepeated(KnownHeader),
    /// No `Host` in an HTTP/1.1 request.
    HostMissing,
    /// More than one `Host`.
    HostRepeated,
    /// A `Host`, or an authority in the target, that cannot be a host.
    HostInvalid,
    /// `Content-Length` is not a decimal number that fits 63 bits.
    ContentLengthInvalid,
    /// More than one `Content-Length`, equal or not.
    ContentLengthRepeated,
    /// `Content-Length` together with `Transfer-Encoding`.
    ContentLengthAndTransferEncoding,
    /// A `Transfer-Encoding` other than exactly `chunked`.
    TransferEncodingUnknown,
    /// More than one `Transfer-Encoding`.
    TransferEncodingRepeated,
    /// `Transfer-Encoding` in an HTTP/1.0 request.
    TransferEncodingOnHttp10,
    /// The chunked coding of the body is broken.
    Chunked(ChunkReject),
    /// HTTP/2: pseudo-header fields that are missing, empty, or do not belong together.
    PseudoMalformed,
    /// HTTP/2: `:protocol` names something else than `websocket`.
    ProtocolUnknown,
    /// HTTP/2: `Host` names another host than `:authority`.
    AuthorityMismatch,
    /// HTTP/2: a field that speaks about an HTTP/1 connection (RFC 9113 8.2.2).
    ConnectionField,
    /// HTTP/2: `Content-Length` is not the length of the body.
    ContentLengthMismatch,
}

impl RequestReject {
    /// The status to answer with: 400, 414, 501 or 505.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::RequestLineTooLong => 414,
            Self::TransferEncodingUnknown | Self::ProtocolUnknown => 501,
            Self::VersionUnsupported => 505,
            // nginx calls the large heads 494 internally and sends 400.
            _ => 400,
        }
    }

    /// A short sentence without a full stop.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::LeadingBlankLines => "too many blank lines before the request",
            Self::MethodInvalid => "invalid method",
            Self::RequestLineTooLong => "request line too long",
            Self::RequestLineMalformed => "malformed request line",
            Self::VersionMissing => "request line without a version",
            Self::VersionUnsupported => "unsupported version",
            Self::TargetControlByte => "control character in the request target",
            Self::TargetMalformed => "malformed request target",
            Self::PathEscapeMalformed => "malformed percent-encoding in the path",
            Self::PathNul => "encoded NUL in the path",
            Self::PathAboveRoot => "path leads above the root",
            Self::FieldTooLong => "header line too long",
            Self::HeadTooLarge => "request head too large",
            Self::FieldsTooMany => "too many header lines",
            Self::FieldNameMalformed => "malformed header name",
            Self::FieldFolded => "folded header line",
            Self::FieldValueNul => "NUL in a header value",
            Self::BareCarriageReturn => "carriage return inside a line",
            Self::BareLineFeed => "line ends without a carriage return",
            Self::FieldRepeated(_) => "repeated header that may come once",
            Self::HostMissing => "no Host header",
            Self::HostRepeated => "repeated Host header",
            Self::HostInvalid => "invalid host",
            Self::ContentLengthInvalid => "invalid Content-Length",
            Self::ContentLengthRepeated => "repeated Content-Length",
            Self::ContentLengthAndTransferEncoding => "Content-Length with Transfer-Encoding",
            Self::TransferEncodingUnknown => "unknown Transfer-Encoding",
            Self::TransferEncodingRepeated => "repeated Transfer-Encoding",
            Self::TransferEncodingOnHttp10 => "Transfer-Encoding in HTTP/1.0",
            Self::Chunked(reject) => reject.reason(),
            Self::PseudoMalformed => "malformed pseudo-header fields",
            Self::ProtocolUnknown => "unknown protocol in an extended CONNECT",
            Self::AuthorityMismatch => "Host and :authority differ",
            Self::ConnectionField => "connection-specific header in HTTP/2",
            Self::ContentLengthMismatch => "Content-Length is not the length of the body",
        }
    }
}

impl fmt::Display for RequestReject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.reason())?;
        match self {
            Self::FieldRepeated(id) => write!(formatter, ": {}", id.name()),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for RequestReject {}

/// A response that the upstream must not have sent so. The client gets 502, and the upstream
/// connection cannot be used further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseReject {
    /// The first line is not `HTTP/1.x NNN …`. nginx takes it for HTTP/0.9.
    StatusLineMalformed,
    /// The status is below 100.
    StatusInvalid,
    /// A version other than HTTP/1.x.
    VersionUnsupported,
    /// The head is larger than `proxy-buffer-size`.
    HeadTooLarge,
    /// More fields than the limit.
    FieldsTooMany,
    /// An empty field name, or a blank or control character in it (before the colon too).
    FieldNameMalformed,
    /// A line continues the one before (obsolete folding).
    FieldFolded,
    /// A NUL in a field value or in the status line.
    FieldValueNul,
    /// A carriage return that does not end a line.
    BareCarriageReturn,
    /// A line that ends without a carriage return. nginx accepts it.
    BareLineFeed,
    /// `Content-Length` is not a decimal number that fits 63 bits.
    ContentLengthInvalid,
    /// More than one `Content-Length`, equal or not.
    ContentLengthRepeated,
    /// `Content-Length` together with `Transfer-Encoding`.
    ContentLengthAndTransferEncoding,
    /// A `Transfer-Encoding` other than exactly `chunked`.
    TransferEncodingUnknown,
    /// More than one `Transfer-Encoding`.
    TransferEncodingRepeated,
    /// `Transfer-Encoding` in an HTTP/1.0 response.
    TransferEncodingOnHttp10,
    /// 101 although the request did not ask for an upgrade.
    SwitchUnasked,
    /// The chunked coding of the body is broken.
    Chunked(ChunkReject),
}

impl ResponseReject {
    /// The status the client gets.
    pub const STATUS: u16 = 502;

    /// A short sentence without a full stop.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::StatusLineMalformed => "malformed status line",
            Self::StatusInvalid => "invalid status",
            Self::VersionUnsupported => "unsupported version",
            Self::HeadTooLarge => "response head too large",
            Self::FieldsTooMany => "too many header lines",
            Self::FieldNameMalformed => "malformed header name",
            Self::FieldFolded => "folded header line",
            Self::FieldValueNul => "NUL in a header value",
            Self::BareCarriageReturn => "carriage return inside a line",
            Self::BareLineFeed => "line ends without a carriage return",
            Self::ContentLengthInvalid => "invalid Content-Length",
            Self::ContentLengthRepeated => "repeated Content-Length",
            Self::ContentLengthAndTransferEncoding => "Content-Length with Transfer-Encoding",
            Self::TransferEncodingUnknown => "unknown Transfer-Encoding",
            Self::TransferEncodingRepeated => "repeated Transfer-Encoding",
            Self::TransferEncodingOnHttp10 => "Transfer-Encoding in HTTP/1.0",
            Self::SwitchUnasked => "switched protocols without being asked",
            Self::Chunked(reject) => reject.reason(),
        }
    }
}

impl fmt::Display for ResponseReject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.reason())
    }
}

impl std::error::Error for ResponseReject {}

/// A chunked body that is not coded as RFC 9112 7.1 says. The fault is the sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChunkReject {
    /// A chunk size that is not hexadecimal, empty, or too large for 63 bits.
    SizeInvalid,
    /// A chunk-size line longer than the limit.
    SizeLineTooLong,
    /// A control character or a bare line end in an extension.
    ExtensionInvalid,
    /// All extensions together are longer than the limit.
    ExtensionsTooLong,
    /// A line or a chunk does not end with CR LF.
    LineEndInvalid,
    /// A malformed trailer line.
    TrailerMalformed,
    /// The trailer fields are longer, or more, than the limit.
    TrailersTooLarge,
    /// A trailer field that frames or routes the message.
    TrailerForbidden(KnownHeader),
}

impl ChunkReject {
    /// A short sentence without a full stop.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::SizeInvalid => "invalid chunk size",
            Self::SizeLineTooLong => "chunk-size line too long",
            Self::ExtensionInvalid => "invalid chunk extension",
            Self::ExtensionsTooLong => "chunk extensions too long",
            Self::LineEndInvalid => "invalid line end in the chunked body",
            Self::TrailerMalformed => "malformed trailer",
            Self::TrailersTooLarge => "trailers too large",
            Self::TrailerForbidden(_) => "forbidden trailer field",
        }
    }
}

impl fmt::Display for ChunkReject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.reason())?;
        match self {
            Self::TrailerForbidden(id) => write!(formatter, ": {}", id.name()),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for ChunkReject {}

impl From<ChunkReject> for RequestReject {
    fn from(reject: ChunkReject) -> Self {
        Self::Chunked(reject)
    }
}

impl From<ChunkReject> for ResponseReject {
    fn from(reject: ChunkReject) -> Self {
        Self::Chunked(reject)
    }
}
