//! Field names known to the proxy, found by a perfect hash.
//!
//! The hash reads the length and four bytes, folded to lower case, and leads to one candidate,
//! which is compared whole: a lookup costs a few multiplications and one comparison. The table is
//! built by the compiler, which refuses two names with one hash.

#[cfg(test)]
mod tests;

/// Declares the enum and the table of names from one list, so that they cannot disagree.
macro_rules! known_headers {
    ($($variant:ident => $name:literal,)*) => {
        /// A field name the proxy knows, or [`KnownHeader::Other`].
        ///
        /// Later stages compare ids instead of strings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum KnownHeader {
            /// Any name that is not listed here.
            Other,
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )*
        }

        impl KnownHeader {
            /// Every known name, without [`KnownHeader::Other`].
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }

        /// Lower-case names, indexed by id; the first is the empty one of `Other`.
        const NAMES: &[&str] = &["", $($name,)*];

        /// The id at each index of [`NAMES`].
        const IDS: &[KnownHeader] = &[KnownHeader::Other, $(KnownHeader::$variant,)*];
    };
}

known_headers! {
    Accept => "accept",
    AcceptCharset => "accept-charset",
    AcceptEncoding => "accept-encoding",
    AcceptLanguage => "accept-language",
    AcceptRanges => "accept-ranges",
    AccessControlAllowCredentials => "access-control-allow-credentials",
    AccessControlAllowHeaders => "access-control-allow-headers",
    AccessControlAllowMethods => "access-control-allow-methods",
    AccessControlAllowOrigin => "access-control-allow-origin",
    AccessControlExposeHeaders => "access-control-expose-headers",
    AccessControlMaxAge => "access-control-max-age",
    AccessControlRequestHeaders => "access-control-request-headers",
    AccessControlRequestMethod => "access-control-request-method",
    Age => "age",
    Allow => "allow",
    AltSvc => "alt-svc",
    Authorization => "authorization",
    CacheControl => "cache-control",
    Connection => "connection",
    ContentDisposition => "content-disposition",
    ContentEncoding => "content-encoding",
    ContentLanguage => "content-language",
    ContentLength => "content-length",
    ContentLocation => "content-location",
    ContentRange => "content-range",
    ContentSecurityPolicy => "content-security-policy",
    ContentType => "content-type",
    Cookie => "cookie",
    Date => "date",
    EarlyData => "early-data",
    ETag => "etag",
    Expect => "expect",
    Expires => "expires",
    Forwarded => "forwarded",
    GrpcMessage => "grpc-message",
    GrpcStatus => "grpc-status",
    GrpcTimeout => "grpc-timeout",
    Host => "host",
    Http2Settings => "http2-settings",
    IfMatch => "if-match",
    IfModifiedSince => "if-modified-since",
    IfNoneMatch => "if-none-match",
    IfRange => "if-range",
    IfUnmodifiedSince => "if-unmodified-since",
    KeepAlive => "keep-alive",
    LastModified => "last-modified",
    Link => "link",
    Location => "location",
    MaxForwards => "max-forwards",
    Origin => "origin",
    Pragma => "pragma",
    Priority => "priority",
    Proxy => "proxy",
    ProxyAuthenticate => "proxy-authenticate",
    ProxyAuthorization => "proxy-authorization",
    ProxyConnection => "proxy-connection",
    ProxyStatus => "proxy-status",
    Range => "range",
    Referer => "referer",
    Refresh => "refresh",
    RetryAfter => "retry-after",
    SecWebSocketAccept => "sec-websocket-accept",
    SecWebSocketExtensions => "sec-websocket-extensions",
    SecWebSocketKey => "sec-websocket-key",
    SecWebSocketProtocol => "sec-websocket-protocol",
    SecWebSocketVersion => "sec-websocket-version",
    Server => "server",
    SetCookie => "set-cookie",
    SslClientCert => "ssl-client-cert",
    SslClientIssuerDn => "ssl-client-issuer-dn",
    SslClientSubjectDn => "ssl-client-subject-dn",
    SslClientVerify => "ssl-client-verify",
    StrictTransportSecurity => "strict-transport-security",
    Te => "te",
    Traceparent => "traceparent",
    Tracestate => "tracestate",
    Trailer => "trailer",
    TransferEncoding => "transfer-encoding",
    Upgrade => "upgrade",
    UpgradeInsecureRequests => "upgrade-insecure-requests",
    UserAgent => "user-agent",
    Vary => "vary",
    Via => "via",
    WwwAuthenticate => "www-authenticate",
    XAccelBuffering => "x-accel-buffering",
    XAccelCharset => "x-accel-charset",
    XAccelExpires => "x-accel-expires",
    XAccelLimitRate => "x-accel-limit-rate",
    XAccelRedirect => "x-accel-redirect",
    XAuthRequestRedirect => "x-auth-request-redirect",
    XCode => "x-code",
    XContentTypeOptions => "x-content-type-options",
    XFormat => "x-format",
    XForwardedFor => "x-forwarded-for",
    XForwardedHost => "x-forwarded-host",
    XForwardedPort => "x-forwarded-port",
    XForwardedPrefix => "x-forwarded-prefix",
    XForwardedProto => "x-forwarded-proto",
    XForwardedScheme => "x-forwarded-scheme",
    XFrameOptions => "x-frame-options",
    XIngressName => "x-ingress-name",
    XNamespace => "x-namespace",
    XOriginalForwardedFor => "x-original-forwarded-for",
    XOriginalForwardedHost => "x-original-forwarded-host",
    XOriginalMethod => "x-original-method",
    XOriginalUri => "x-original-uri",
    XOriginalUrl => "x-original-url",
    XPoweredBy => "x-powered-by",
    XRealIp => "x-real-ip",
    XRequestId => "x-request-id",
    XScheme => "x-scheme",
    XServiceName => "x-service-name",
    XServicePort => "x-service-port",
}

impl KnownHeader {
    /// The id of a field name in any case; [`KnownHeader::Other`] for names not listed.
    #[inline]
    #[must_use]
    pub fn of(name: &[u8]) -> Self {
        if name.len() < SHORTEST || name.len() > LONGEST {
            return Self::Other;
        }
        let index = TABLE[hash(name)] as usize;
        if equals_folded(name, NAMES[index].as_bytes()) {
            IDS[index]
        } else {
            Self::Other
        }
    }

    /// The lower-case name; empty for [`KnownHeader::Other`].
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// Whether the field frames or routes the message it is in. Such fields have no place in
    /// trailers, and a line that only names one is a fault.
    #[must_use]
    pub const fn is_framing(self) -> bool {
        matches!(
            self,
            Self::Connection
                | Self::ContentLength
                | Self::Expect
                | Self::Host
                | Self::KeepAlive
                | Self::ProxyConnection
                | Self::Te
                | Self::Trailer
                | Self::TransferEncoding
                | Self::Upgrade
        )
    }

    /// The bit that stands for this id in a set of ids.
    #[inline]
    pub(crate) const fn bit(self) -> u128 {
        1 << self as u8
    }
}

/// Two bytes: `te`.
const SHORTEST: usize = 2;

/// `access-control-allow-credentials`.
const LONGEST: usize = 32;

const TABLE_SIZE: usize = 512;

const TABLE: [u8; TABLE_SIZE] = build_table();

// Found by a search over random multipliers; any that keep the names apart will do.
const fn hash(name: &[u8]) -> usize {
    let length = name.len();
    let sum = length * 90
        + folded(name[0]) * 142
        + folded(name[length / 2]) * 658
        + folded(name[length - 2]) * 678
        + folded(name[length - 1]) * 283;
    sum % TABLE_SIZE
}

/// Whether `name` is `lower` in any case, eight bytes at a time: this runs once for each field.
#[inline]
fn equals_folded(name: &[u8], lower: &[u8]) -> bool {
    if name.len() != lower.len() {
        return false;
    }
    let (Some(name_end), Some(lower_end)) = (name.last_chunk::<8>(), lower.last_chunk::<8>())
    else {
        return name.eq_ignore_ascii_case(lower);
    };
    let (name_words, _) = name.as_chunks::<8>();
    let (lower_words, _) = lower.as_chunks::<8>();
    // The last eight bytes overlap those before them.
    name_words
        .iter()
        .zip(lower_words)
        .all(|(name, lower)| word_equals_folded(*name, *lower))
        && word_equals_folded(*name_end, *lower_end)
}

/// Names have letters, digits and `-` only, so that setting the bit of lower case folds them. It
/// also turns some control characters into digits or `-`: those have neither of two bits.
#[inline]
const fn word_equals_folded(name: [u8; 8], lower: [u8; 8]) -> bool {
    const CASE_BITS: u64 = u64::from_ne_bytes([0x20; 8]);
    const UPPER_BITS: u64 = u64::from_ne_bytes([0x40; 8]);
    let name = u64::from_ne_bytes(name);
    let printable = (name | name << 1) & UPPER_BITS == UPPER_BITS;
    name | CASE_BITS == u64::from_ne_bytes(lower) && printable
}

const fn folded(byte: u8) -> usize {
    (byte | 0x20) as usize
}

const fn build_table() -> [u8; TABLE_SIZE] {
    // A set of ids is one `u128`.
    assert!(NAMES.len() <= 128);
    let mut table = [0; TABLE_SIZE];
    let mut index = 1;
    while index < NAMES.len() {
        let name = NAMES[index].as_bytes();
        assert!(name.len() >= SHORTEST && name.len() <= LONGEST);
        let slot = hash(name);
        assert!(table[slot] == 0, "two known names share a hash");
        table[slot] = index as u8;
        index += 1;
    }
    table
}
