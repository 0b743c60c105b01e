//! Names that ingress-nginx once had. They do nothing there and nothing here.

/// Removed names (a trailing `*` stands for any ending) and what to use instead.
const REMOVED: &[(&str, &str)] = &[
    ("secure-backends", "use `backend-protocol: \"HTTPS\"`"),
    ("grpc-backend", "use `backend-protocol: \"GRPC\"`"),
    (
        "secure-verify-ca-secret",
        "use `proxy-ssl-secret` and `proxy-ssl-verify`",
    ),
    ("add-base-url", "let the application write relative links"),
    (
        "base-url-scheme",
        "let the application write relative links",
    ),
    ("session-cookie-hash", "the cookie needs no hash any more"),
    ("mirror-uri", "use `mirror-target`"),
    ("enable-influxdb", "use the Prometheus metrics"),
    ("influxdb-*", "use the Prometheus metrics"),
    ("lua-resty-waf*", "there is no replacement"),
    ("global-rate-limit*", "use `limit-rps` or `limit-rpm`"),
    ("enable-opentracing", "use `enable-opentelemetry`"),
    ("opentracing-*", "use the `opentelemetry-*` annotations"),
];

/// What to use instead of a removed name; nothing for names that never were.
pub(super) fn instead(name: &str) -> Option<&'static str> {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    };
    REMOVED
        .iter()
        .find(|(pattern, _)| fits(pattern))
        .map(|(_, instead)| *instead)
}
