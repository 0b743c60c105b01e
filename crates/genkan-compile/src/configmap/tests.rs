//! Tests of the table of keys and of reading.

use std::time::Duration;

use super::*;
use crate::annotation::entry::Risk;

fn read_all(data: &[(&str, &str)]) -> (Settings, Vec<&'static str>) {
    let written = data.iter().map(|(key, value)| Written {
        key,
        value,
        is_text: true,
    });
    let (settings, remarks) = read(written, Settings::default());
    (settings, remarks.iter().map(Remark::code).collect())
}

#[test]
fn the_table_has_190_live_and_14_dead_keys() {
    let dead = |key: &&Key| key.name == "use-geoip" || key.name.starts_with("jaeger-");
    assert_eq!(keys().filter(dead).count(), 14);
    assert_eq!(keys().count() - 14, 190);
    assert_eq!(keys().filter(|key| key.undocumented).count(), 12);
    let mut names: Vec<_> = keys().map(|key| key.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 204);
}

#[test]
fn settings_are_read() {
    let (settings, codes) = read_all(&[
        ("client-header-timeout", "7"),
        ("client-body-timeout", "8"),
        ("client-header-buffer-size", "2k"),
        ("large-client-header-buffers", "8 16k"),
        ("enable-underscores-in-headers", "true"),
        ("ignore-invalid-headers", "false"),
        ("keep-alive", "0"),
        ("Keep-Alive-Requests", "10"),
        ("max-worker-connections", "99"),
        ("upstream-keepalive-connections", "1"),
        ("upstream-keepalive-timeout", "2"),
        ("upstream-keepalive-time", "1h30m"),
        ("upstream-keepalive-requests", "4"),
        ("worker-shutdown-timeout", "240s"),
        ("generate-request-id", "false"),
        ("disable-access-log", "true"),
        ("enable-access-log-for-default-backend", "true"),
        ("http-redirect-code", "301"),
        ("proxy-body-size", "20m"),
        ("proxy-read-timeout", "9"),
        ("proxy-next-upstream", "off"),
        ("retry-non-idempotent", "true"),
    ]);
    assert!(codes.is_empty(), "{codes:?}");
    let global = settings.global;
    assert_eq!(global.header_timeout, Duration::from_secs(7));
    assert_eq!(global.body_timeout, Duration::from_secs(8));
    assert_eq!(global.header_buffer_size, 2048);
    assert_eq!(
        (global.large_header_buffers, global.large_header_buffer_size),
        (8, 16 << 10)
    );
    assert!(global.underscores_in_headers && !global.ignore_invalid_headers);
    assert_eq!(
        (global.keep_alive, global.keep_alive_requests),
        (Duration::ZERO, 10)
    );
    assert_eq!(
        (
            global.worker_connections,
            global.upstream_keepalive_connections
        ),
        (99, 1)
    );
    assert_eq!(global.upstream_keepalive_time, Duration::from_secs(5400));
    assert_eq!(global.upstream_keepalive_requests, 4);
    assert_eq!(global.shutdown_timeout, Duration::from_secs(240));
    assert!(!global.generate_request_id && !global.access_log && global.access_log_default_backend);
    assert_eq!(global.redirect_code, 301);
    let policy = settings.policy;
    assert_eq!(policy.settings.body_size_max, Some(20 << 20));
    assert_eq!(policy.settings.read_timeout, Duration::from_secs(9));
    assert!(!policy.settings.retry.on_error && policy.retry_non_idempotent);
}

#[test]
fn bad_values_fall_back_key_by_key() {
    let (settings, codes) = read_all(&[
        ("keep-alive", "75s"),
        ("proxy-read-timeout", "9"),
        ("http-redirect-code", "303"),
        ("large-client-header-buffers", "4"),
        ("generate-request-id", "yes"),
    ]);
    assert_eq!(codes, ["GK0202"; 4]);
    assert_eq!(settings.global, GlobalSettings::default());
    assert_eq!(
        settings.policy.settings.read_timeout,
        Duration::from_secs(9)
    );
}

#[test]
fn unknown_and_unsupported_keys_are_reported() {
    let (_, codes) = read_all(&[
        ("proxy-send-imeout", "600"),
        ("use-gzip", "true"),
        ("use-geoip", "true"),
    ]);
    assert_eq!(codes, ["GK0212"; 3]);
    let written = Written {
        key: "proxy-send-imeout",
        value: "600",
        is_text: true,
    };
    let (_, remarks) = read([written], Settings::default());
    let nearest = matches!(
        remarks[0].problem,
        Problem::UnknownKey {
            nearest: Some("proxy-send-timeout")
        }
    );
    assert!(nearest, "{remarks:?}");
    let (_, codes) = read_all(&[("use-gzip", "false"), ("ssl-redirect", "false")]);
    assert!(codes.is_empty());
}

#[test]
fn what_protects_all_routes_closes_them() {
    let open = Effects::default();
    for (key, value) in [
        ("whitelist-source-range", "10.0.0.0/8,"),
        ("denylist-source-range", "10.0.0.0/33"),
        ("block-cidrs", "192.0.2.0/24 192.0.3.0/24"),
        ("block-user-agents", "curl,~*("),
        ("block-referers", "~*spam["),
        ("limit-rate", "100"),
    ] {
        let (settings, codes) = read_all(&[(key, value)]);
        assert_eq!(codes.len(), 1, "{key}");
        assert_eq!(
            settings.closes("/", &open).map(|why| why.annotation),
            Some(key)
        );
    }
    let (settings, _) = read_all(&[("limit-rate", "0"), ("block-cidrs", "")]);
    assert_eq!(settings.closes("/", &open), None);
}

#[test]
fn global_authentication_closes_what_does_not_opt_out() {
    let out = Effects {
        skips_global_auth: true,
        ..Effects::default()
    };
    for url in ["http://auth.example/", "not a url"] {
        let (settings, codes) = read_all(&[("global-auth-url", url)]);
        assert_eq!(codes.len(), 1);
        assert!(settings.closes("/", &Effects::default()).is_some());
        assert_eq!(settings.closes("/", &out), None);
        let challenge = "/.well-known/acme-challenge/token";
        assert_eq!(settings.closes(challenge, &Effects::default()), None);
    }
}

#[test]
fn an_unknown_risk_level_acts_as_low() {
    let (settings, codes) = read_all(&[("annotations-risk-level", "Extreme")]);
    assert_eq!(
        (settings.policy.risk_allowed, &codes[..]),
        (Risk::Low, &["GK0202"][..])
    );
    let (settings, codes) = read_all(&[("annotations-risk-level", "critical")]);
    assert_eq!(
        (settings.policy.risk_allowed, codes.len()),
        (Risk::Critical, 0)
    );
}

#[test]
fn the_documentation_is_that_of_the_table() {
    crate::annotation::tests::check_page("configmap.md", &docs::page());
}

#[test]
fn who_is_believed_about_the_client() {
    let (settings, codes) = read_all(&[
        ("use-forwarded-headers", "true"),
        ("compute-full-forwarded-for", "true"),
        ("enable-real-ip", "true"),
        ("proxy-add-original-uri-header", "true"),
        ("forwarded-for-header", "CF-Connecting-IP"),
        ("forwarded-host-header", "X-Host"),
        ("proxy-real-ip-cidr", "10.0.0.0/8, 2001:db8::/32"),
    ]);
    assert!(codes.is_empty(), "{codes:?}");
    let trust = settings.global.trust;
    assert!(trust.use_forwarded_headers && trust.compute_full_forwarded_for);
    assert!(trust.enable_real_ip && trust.original_uri);
    assert_eq!(trust.forwarded_for.as_str(), "CF-Connecting-IP");
    assert_eq!(trust.forwarded_host.as_str(), "X-Host");
    let proxies: Vec<_> = trust.proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["10.0.0.0/8", "2001:db8::/32"]);
}

#[test]
fn a_bad_element_makes_nobody_a_trusted_proxy() {
    for (list, good) in [("10.0.0.0/8,lb.test", 1), ("10.0.0.0/33", 0), ("", 0)] {
        let (settings, codes) = read_all(&[("proxy-real-ip-cidr", list)]);
        assert_eq!(codes, ["GK0202"], "{list}");
        assert_eq!(settings.global.trust.proxies.iter().count(), good, "{list}");
    }
    let (settings, codes) = read_all(&[("forwarded-for-header", "X Forwarded")]);
    assert_eq!(codes, ["GK0202"]);
    let trust = settings.global.trust;
    assert_eq!(trust.forwarded_for.as_str(), "X-Forwarded-For");
}
