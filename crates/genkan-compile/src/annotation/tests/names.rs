//! Every one of the 138 names, alone.

use super::*;

/// What a name alone, with a good value, comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Alone {
    /// It has its effect.
    Works,
    /// This finding, the route is served.
    Tells(&'static str),
    /// This finding, the route answers 503.
    Closes(&'static str),
}

use Alone::{Closes, Tells, Works};

/// All 138 names with a value that is good in ingress-nginx.
pub(super) const NAMES: &[(&str, &str, Alone)] = &[
    ("rewrite-target", "/$1", Works),
    ("use-regex", "true", Works),
    ("app-root", "/app", Works),
    ("server-alias", "a.example,*.b.example", Works),
    ("upstream-vhost", "internal.example", Works),
    ("x-forwarded-prefix", "/api", Tells("GK0208")),
    ("service-upstream", "true", Works),
    ("default-backend", "fallback", Works),
    ("ssl-redirect", "false", Works),
    ("force-ssl-redirect", "true", Works),
    ("preserve-trailing-slash", "true", Works),
    ("use-port-in-redirects", "true", Works),
    ("relative-redirects", "true", Works),
    ("permanent-redirect", "https://example.com/", Works),
    ("permanent-redirect-code", "308", Tells("GK0208")),
    ("temporal-redirect", "https://example.com/", Works),
    ("temporal-redirect-code", "307", Tells("GK0208")),
    ("from-to-www-redirect", "true", Works),
    ("ssl-passthrough", "true", Tells("GK0207")),
    (
        "ssl-ciphers",
        "ECDHE-RSA-AES128-GCM-SHA256:!aNULL",
        Tells("GK0207"),
    ),
    ("ssl-prefer-server-ciphers", "true", Tells("GK0207")),
    ("auth-tls-secret", "default/ca", Works),
    ("auth-tls-verify-client", "on", Closes("GK0208")),
    ("auth-tls-verify-depth", "2", Closes("GK0208")),
    (
        "auth-tls-error-page",
        "https://example.com/no",
        Closes("GK0208"),
    ),
    (
        "auth-tls-pass-certificate-to-upstream",
        "true",
        Closes("GK0208"),
    ),
    ("auth-tls-match-cn", "CN=.*-legal", Closes("GK0208")),
    ("proxy-ssl-secret", "default/client", Works),
    ("proxy-ssl-verify", "on", Tells("GK0208")),
    ("proxy-ssl-verify-depth", "2", Tells("GK0208")),
    ("proxy-ssl-name", "backend.example", Tells("GK0208")),
    ("proxy-ssl-server-name", "on", Tells("GK0208")),
    ("proxy-ssl-ciphers", "DEFAULT", Tells("GK0208")),
    ("proxy-ssl-protocols", "TLSv1.2 TLSv1.3", Tells("GK0208")),
    ("auth-type", "basic", Works),
    ("auth-secret", "users", Closes("GK0208")),
    ("auth-secret-type", "auth-map", Closes("GK0208")),
    ("auth-realm", "Members only", Tells("GK0208")),
    ("auth-url", "https://auth.example/check", Closes("GK0207")),
    ("auth-method", "POST", Closes("GK0208")),
    (
        "auth-signin",
        "https://auth.example/start",
        Closes("GK0208"),
    ),
    ("auth-signin-redirect-param", "next", Closes("GK0208")),
    (
        "auth-response-headers",
        "X-User, X-Groups",
        Closes("GK0208"),
    ),
    (
        "auth-proxy-set-headers",
        "default/headers",
        Closes("GK0208"),
    ),
    (
        "auth-request-redirect",
        "https://example.com/",
        Closes("GK0208"),
    ),
    ("auth-always-set-cookie", "true", Closes("GK0208")),
    (
        "auth-cache-key",
        "$remote_user$http_authorization",
        Closes("GK0208"),
    ),
    ("auth-cache-duration", "200 202 401 5m", Closes("GK0208")),
    ("auth-keepalive", "4", Closes("GK0208")),
    ("auth-keepalive-share-vars", "true", Closes("GK0208")),
    ("auth-keepalive-requests", "100", Closes("GK0208")),
    ("auth-keepalive-timeout", "30", Closes("GK0208")),
    ("auth-snippet", "proxy_set_header X-A b;", Closes("GK0208")),
    ("enable-global-auth", "false", Works),
    ("canary", "true", Tells("GK0207")),
    ("canary-weight", "10", Tells("GK0208")),
    ("canary-weight-total", "1000", Tells("GK0208")),
    ("canary-by-header", "X-Canary", Tells("GK0208")),
    ("canary-by-header-value", "yes", Tells("GK0208")),
    ("canary-by-header-pattern", "^a+$", Tells("GK0208")),
    ("canary-by-cookie", "canary", Tells("GK0208")),
    ("affinity", "cookie", Tells("GK0207")),
    ("affinity-mode", "persistent", Tells("GK0208")),
    ("affinity-canary-behavior", "legacy", Tells("GK0208")),
    ("session-cookie-name", "route", Tells("GK0208")),
    ("session-cookie-secure", "true", Tells("GK0208")),
    ("session-cookie-path", "/", Tells("GK0208")),
    ("session-cookie-domain", "example.com", Tells("GK0208")),
    ("session-cookie-samesite", "Lax", Tells("GK0208")),
    (
        "session-cookie-conditional-samesite-none",
        "true",
        Tells("GK0208"),
    ),
    ("session-cookie-expires", "172800", Tells("GK0208")),
    ("session-cookie-max-age", "172800", Tells("GK0208")),
    ("session-cookie-change-on-failure", "true", Tells("GK0208")),
    ("load-balance", "ewma", Tells("GK0207")),
    ("upstream-hash-by", "$request_uri", Tells("GK0207")),
    ("upstream-hash-by-subset", "true", Tells("GK0208")),
    ("upstream-hash-by-subset-size", "5", Tells("GK0208")),
    ("proxy-connect-timeout", "9", Works),
    ("proxy-send-timeout", "9", Works),
    ("proxy-read-timeout", "9", Works),
    ("proxy-next-upstream", "error http_502", Works),
    ("proxy-next-upstream-timeout", "9", Works),
    ("proxy-next-upstream-tries", "9", Works),
    ("proxy-http-version", "1.0", Works),
    ("proxy-body-size", "8m", Works),
    ("client-body-buffer-size", "16k", Works),
    ("proxy-request-buffering", "off", Works),
    ("proxy-buffering", "on", Tells("GK0207")),
    ("proxy-buffer-size", "8k", Works),
    ("proxy-buffers-number", "8", Tells("GK0208")),
    ("proxy-busy-buffers-size", "8k", Tells("GK0208")),
    ("proxy-max-temp-file-size", "10m", Tells("GK0208")),
    ("proxy-cookie-domain", "a.example b.example", Works),
    ("proxy-cookie-path", "/a /b", Works),
    ("proxy-redirect-from", "default", Works),
    ("proxy-redirect-to", "/", Tells("GK0208")),
    ("connection-proxy-header", "close", Works),
    ("limit-rps", "5", Works),
    ("limit-rpm", "300", Works),
    ("limit-burst-multiplier", "3", Closes("GK0208")),
    ("limit-connections", "2", Works),
    ("limit-rate", "100", Closes("GK0207")),
    ("limit-rate-after", "100", Closes("GK0207")),
    ("limit-allowlist", "10.0.0.0/8", Closes("GK0208")),
    ("limit-whitelist", "10.0.0.0/8", Closes("GK0208")),
    ("allowlist-source-range", "10.0.0.0/8,2001:db8::/32", Works),
    ("whitelist-source-range", "192.0.2.1", Works),
    ("denylist-source-range", "192.0.2.0/24", Works),
    ("enable-cors", "true", Works),
    (
        "cors-allow-origin",
        "https://*.example.com:8443",
        Tells("GK0208"),
    ),
    ("cors-allow-methods", "GET, POST", Tells("GK0208")),
    ("cors-allow-headers", "X-A, X-B", Tells("GK0208")),
    ("cors-allow-credentials", "false", Tells("GK0208")),
    ("cors-expose-headers", "*", Tells("GK0208")),
    ("cors-max-age", "600", Tells("GK0208")),
    ("custom-headers", "default/headers", Works),
    ("http2-push-preload", "true", Tells("GK0207")),
    ("backend-protocol", "HTTP", Works),
    ("fastcgi-index", "index.php", Tells("GK0207")),
    ("fastcgi-params-configmap", "params", Tells("GK0207")),
    (
        "mirror-target",
        "https://mirror.example$request_uri",
        Tells("GK0207"),
    ),
    ("mirror-host", "mirror.example", Tells("GK0208")),
    ("mirror-request-body", "off", Tells("GK0208")),
    ("custom-http-errors", "404,503", Works),
    ("disable-proxy-intercept-errors", "true", Tells("GK0208")),
    ("satisfy", "any", Works),
    ("enable-access-log", "false", Works),
    ("enable-rewrite-log", "true", Tells("GK0207")),
    ("enable-opentelemetry", "true", Tells("GK0207")),
    ("opentelemetry-trust-incoming-span", "true", Tells("GK0207")),
    ("opentelemetry-operation-name", "shop", Tells("GK0207")),
    ("enable-modsecurity", "true", Tells("GK0207")),
    ("enable-owasp-core-rules", "true", Tells("GK0207")),
    ("modsecurity-transaction-id", "$request_id", Tells("GK0207")),
    ("modsecurity-snippet", "SecRuleEngine On", Tells("GK0206")),
    (
        "configuration-snippet",
        "more_set_headers \"X-A: b\";",
        Tells("GK0206"),
    ),
    (
        "server-snippet",
        "client_header_timeout 5s;",
        Tells("GK0206"),
    ),
    ("stream-snippet", "server { listen 9000; }", Tells("GK0206")),
];

#[test]
fn every_name_alone_has_its_effect_or_a_finding() {
    let plain = read_all(&[]).0;
    for (name, value, expected) in NAMES {
        let (effects, remarks) = read_all(&[(name, value)]);
        let closed = effects.closed.is_some();
        let seen = match codes(&remarks)[..] {
            [] => Works,
            [code] if closed => Closes(code),
            [code] => Tells(code),
            _ => panic!("{name}: {remarks:?}"),
        };
        assert_eq!(seen, *expected, "{name}");
        let changed = effects != plain || matches!(*name, "backend-protocol");
        assert!(
            *expected != Works || changed,
            "{name} neither has an effect nor a finding"
        );
    }
}

#[test]
fn the_table_has_exactly_the_138_names() {
    let mut expected: Vec<_> = NAMES.iter().map(|(name, ..)| *name).collect();
    let mut seen: Vec<_> = entries().flat_map(entry::Entry::names).collect();
    expected.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, expected);
    assert_eq!(seen.len(), 138);
    assert_eq!(entries().count(), 136);
}

#[test]
fn partners_are_names_of_the_table() {
    for partner in entries().flat_map(|entry| entry.needs) {
        assert_eq!(find(partner).map(|entry| entry.name), Some(*partner));
    }
}
