//! Names that ingress-nginx once had. They do nothing there and nothing here.

use genkan_diagnosis::Text;

use super::words;

/// Removed names (a trailing `*` stands for any ending) and what to use instead.
static REMOVED: &[(&str, &Text)] = &[
    ("secure-backends", &words::USE_BACKEND_HTTPS),
    ("grpc-backend", &words::USE_BACKEND_GRPC),
    ("secure-verify-ca-secret", &words::USE_PROXY_SSL),
    ("add-base-url", &words::RELATIVE_LINKS),
    ("base-url-scheme", &words::RELATIVE_LINKS),
    ("session-cookie-hash", &words::NO_HASH),
    ("mirror-uri", &words::USE_MIRROR_TARGET),
    ("enable-influxdb", &words::USE_METRICS),
    ("influxdb-*", &words::USE_METRICS),
    ("lua-resty-waf*", &words::NO_REPLACEMENT),
    ("global-rate-limit*", &words::USE_LIMITS),
    ("enable-opentracing", &words::USE_OPENTELEMETRY),
    ("opentracing-*", &words::USE_OPENTELEMETRY),
];

/// What to use instead of a removed name; nothing for names that never were.
pub(super) fn instead(name: &str) -> Option<&'static Text> {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    };
    REMOVED
        .iter()
        .find(|(pattern, _)| fits(pattern))
        .map(|(_, instead)| *instead)
}
