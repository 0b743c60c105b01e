//! Tests of the table and of reading. Names, sample values and expected answers are those of
//! ingress-nginx's documentation and recorded behaviour.

use std::time::Duration;

use genkan_route::{route::Redirect, settings::RouteSettings};

use super::{entry::Risk, *};

mod names;

const PREFIX: &str = "nginx.ingress.kubernetes.io/";

fn read_with(annotations: &[(&str, &str)], policy: &Policy) -> (Effects, Vec<Remark>) {
    let keys: Vec<_> = annotations
        .iter()
        .map(|(name, _)| {
            if name.contains('/') {
                (*name).to_owned()
            } else {
                format!("{PREFIX}{name}")
            }
        })
        .collect();
    let written = keys
        .iter()
        .zip(annotations)
        .map(|(key, (_, value))| Written {
            key,
            value,
            is_text: true,
        });
    read(written, policy, Mode::NginxCompatible)
}

fn read_all(annotations: &[(&str, &str)]) -> (Effects, Vec<Remark>) {
    read_with(annotations, &Policy::default())
}

fn codes(remarks: &[Remark]) -> Vec<&'static str> {
    remarks.iter().map(Remark::code).collect()
}

/// Reads annotations and compares codes and whether the route is closed.
fn check(annotations: &[(&str, &str)], expected: &[&str], closed: bool) -> Effects {
    let (effects, remarks) = read_all(annotations);
    assert_eq!(codes(&remarks), expected, "{annotations:?}");
    assert_eq!(effects.closed.is_some(), closed, "{annotations:?}");
    effects
}

#[test]
fn bad_values_leave_the_default_or_close() {
    for name in [
        "proxy-read-timeout",
        "proxy-connect-timeout",
        "proxy-send-timeout",
    ] {
        for value in [
            "60s",
            "",
            "1.5",
            "-1",
            " 60",
            "0x10",
            "sixty",
            "99999999999",
        ] {
            let effects = check(&[(name, value)], &["GK0202"], false);
            assert_eq!(
                effects.settings,
                RouteSettings::default(),
                "{name}: {value}"
            );
        }
    }
    check(&[("use-regex", "yes")], &["GK0202"], false);
    check(&[("rewrite-target", "/x{y}")], &["GK0202"], false);
    check(&[("rewrite-target", "/a b")], &["GK0202"], false);
    check(&[("rewrite-target", "/a\nb")], &["GK0202"], false);
    check(&[("app-root", "http://a.example/")], &["GK0202"], false);
    check(&[("backend-protocol", "SPDY")], &["GK0202"], false);
    check(
        &[("proxy-next-upstream", "error never")],
        &["GK0202"],
        false,
    );
    check(&[("proxy-body-size", "8x")], &["GK0202"], false);
    check(&[("proxy-body-size", "8b")], &["GK0202"], false);
    check(
        &[("allowlist-source-range", "not-an-ip")],
        &["GK0202"],
        true,
    );
    check(
        &[("allowlist-source-range", "10.0.0.0/8,")],
        &["GK0202"],
        true,
    );
    check(
        &[("denylist-source-range", "10.0.0.0/33")],
        &["GK0202"],
        true,
    );
    check(&[("denylist-source-range", "")], &["GK0202"], true);
    check(&[("auth-type", "")], &["GK0202"], true);
    check(&[("auth-type", "Basic")], &["GK0202"], true);
    check(&[("auth-url", "/path")], &["GK0202"], true);
    check(&[("auth-url", "http://a..b/")], &["GK0202"], true);
    // all must agree then, which lets in nobody whom the other would have kept out
    check(&[("satisfy", "some")], &["GK0202"], false);
    check(&[("auth-type", "digest")], &["GK0207"], true);
    check(
        &[("auth-type", "basic"), ("auth-realm", "off")],
        &["GK0202"],
        true,
    );
    check(
        &[("auth-type", "basic"), ("auth-realm", "")],
        &["GK0202"],
        false,
    );
    check(&[("limit-rps", "many")], &["GK0202"], true);
}

#[test]
fn values_that_ask_for_what_happens_anyway_need_no_finding() {
    let idle = [
        ("ssl-redirect", "false"),
        ("ssl-redirect", "F"),
        ("enable-cors", "0"),
        ("canary", "false"),
        ("limit-rps", "0"),
        ("limit-connections", "-1"),
        ("proxy-buffering", "off"),
        ("proxy-http-version", "1.1"),
        ("auth-tls-verify-client", "off"),
        ("load-balance", "round_robin"),
        ("enable-modsecurity", "false"),
    ];
    for annotation in idle {
        check(&[annotation], &[], false);
    }
}

fn check_redirect(annotations: &[(&str, &str)], codes: &[&str], expected: Option<(u16, &str)>) {
    let effects = check(annotations, codes, false);
    let seen = effects
        .redirect
        .as_ref()
        .map(|Redirect { status, target, .. }| (*status, &**target));
    assert_eq!(seen, expected, "{annotations:?}");
}

#[test]
fn redirects_are_one_group() {
    let (permanent, temporal) = (
        ("permanent-redirect", "https://p.example"),
        ("temporal-redirect", "https://t.example"),
    );
    let (to_permanent, to_temporal) = (Some((301, permanent.1)), Some((302, temporal.1)));
    check_redirect(&[permanent], &[], to_permanent);
    check_redirect(&[temporal], &[], to_temporal);
    check_redirect(&[permanent, temporal], &[], to_temporal);
    check_redirect(
        &[permanent, ("permanent-redirect-code", "308")],
        &[],
        Some((308, permanent.1)),
    );
    check_redirect(
        &[temporal, ("temporal-redirect-code", "307")],
        &[],
        Some((307, temporal.1)),
    );
    // out of range: the default
    check_redirect(
        &[permanent, ("permanent-redirect-code", "309")],
        &["GK0202"],
        to_permanent,
    );
    check_redirect(
        &[temporal, ("temporal-redirect-code", "308")],
        &["GK0202"],
        to_temporal,
    );
    // an empty or scheme-less temporal target voids the permanent one too
    check_redirect(&[permanent, ("temporal-redirect", "")], &["GK0202"], None);
    check_redirect(
        &[permanent, ("temporal-redirect", "//t.example")],
        &["GK0202"],
        None,
    );
    check_redirect(
        &[("temporal-redirect", "HTTPS://t.example")],
        &[],
        Some((302, "HTTPS://t.example")),
    );
    check_redirect(
        &[("temporal-redirect", "https://")],
        &[],
        Some((302, "https://")),
    );
    // `$` has been refused since 1.12; relative targets are fine
    check_redirect(
        &[("permanent-redirect", "https://x.test/$request_uri")],
        &["GK0202"],
        None,
    );
    check_redirect(
        &[("permanent-redirect", "elsewhere")],
        &[],
        Some((301, "elsewhere")),
    );
}

#[test]
fn settings_are_read_over_the_defaults() {
    let effects = check(
        &[
            ("proxy-connect-timeout", "7"),
            ("proxy-send-timeout", "+8"),
            ("proxy-read-timeout", "009"),
            ("proxy-body-size", "8M"),
            ("client-body-buffer-size", "1k"),
            ("proxy-request-buffering", "off"),
            ("proxy-buffer-size", "16k"),
            ("proxy-next-upstream", "http_503 error http_404"),
            ("proxy-next-upstream-tries", "5"),
            ("proxy-next-upstream-timeout", "6"),
            ("enable-access-log", "false"),
        ],
        &[],
        false,
    );
    let settings = effects.settings;
    assert_eq!(settings.connect_timeout, Duration::from_secs(7));
    assert_eq!(settings.send_timeout, Duration::from_secs(8));
    assert_eq!(settings.read_timeout, Duration::from_secs(9));
    assert_eq!(settings.body_size_max, Some(8 << 20));
    assert_eq!(settings.body_memory_max, 1024);
    assert_eq!(settings.response_head_max, 16 << 10);
    assert!(!settings.request_buffering && !settings.access_log);
    let retry = settings.retry;
    assert!(retry.on_error && !retry.on_timeout && !retry.non_idempotent);
    assert_eq!((retry.statuses, retry.tries), (vec![404, 503], 5));
    assert_eq!(retry.timeout, Duration::from_secs(6));
}

#[test]
fn zero_is_no_limit_and_off_beats_all_other_conditions() {
    let effects = check(
        &[
            ("proxy-body-size", "0"),
            ("proxy-next-upstream", "error off"),
        ],
        &[],
        false,
    );
    assert_eq!(effects.settings.body_size_max, None);
    assert!(!effects.settings.retry.on_error && effects.settings.retry.tries == 3);
}

#[test]
fn backends_that_speak_something_else_are_closed() {
    for value in [
        "HTTP",
        "http",
        "AUTO_HTTP",
        "HTTPS",
        "https",
        "GRPC",
        "grpcs",
    ] {
        check(&[("backend-protocol", value)], &[], false);
    }
    for value in ["FCGI", "fcgi"] {
        check(&[("backend-protocol", value)], &["GK0207"], true);
    }
}

#[test]
fn snippets_that_control_access_close_the_route() {
    let closed = [
        "deny all;",
        "satisfy any;\nallow 10.0.0.0/8;",
        "location /admin { deny all; }",
        "if ($host = a) { return 403; }",
        "auth_request /auth;",
        "access_by_lua_block { }",
        "limit_req zone=a;",
    ];
    for snippet in closed {
        check(&[("configuration-snippet", snippet)], &["GK0206"], true);
    }
    let open = [
        "# deny all;",
        "more_set_headers \"X: deny\";",
        "return 301 https://a/;",
        "gzip on;",
    ];
    for snippet in open {
        check(&[("configuration-snippet", snippet)], &["GK0206"], false);
    }
}

#[test]
fn names_that_are_not_read_are_reported() {
    check(
        &[("ingress.kubernetes.io/rewrite-target", "/")],
        &["GK0200"],
        false,
    );
    check(&[("nginx.org/rewrite-target", "/")], &["GK0200"], false);
    check(&[("nginx.org/rewrites", "/")], &[], false);
    check(&[("kubernetes.io/ingress.class", "nginx")], &[], false);
    check(&[("secure-backends", "true")], &["GK0205"], false);
    check(&[("influxdb-host", "a")], &["GK0205"], false);
    check(&[("global-rate-limit-window", "1m")], &["GK0205"], false);
    check(
        &[("genkan.io/endpoints", "127.0.0.1:1")],
        &["GK0204"],
        false,
    );
    check(&[("genkan.io/nothing", "")], &["GK0201"], false);
    check(&[("example.com/anything", "")], &[], false);
}

#[test]
fn an_unknown_name_is_near_another() {
    for (written, expected) in [
        ("rewrite-targets", Some("rewrite-target")),
        ("rewritetarget", Some("rewrite-target")),
        ("proxy-timeout-read", Some("proxy-read-timeout")),
        ("Use-Regex", Some("use-regex")),
        ("canary-header", None),
        ("large-client-header-buffers", None),
    ] {
        assert_eq!(nearest(written), expected, "{written}");
        let (_, remarks) = read_all(&[(written, "x")]);
        assert!(matches!(remarks[0].problem, Problem::Unknown { nearest } if nearest == expected));
    }
}

#[test]
fn another_prefix_can_be_read() {
    let policy = Policy {
        prefix: "my.example.com".to_owned(),
        ..Policy::default()
    };
    let (effects, remarks) = read_with(&[("my.example.com/use-regex", "true")], &policy);
    assert!(effects.use_regex && remarks.is_empty());
    let (effects, remarks) = read_with(&[("use-regex", "true")], &policy);
    assert!(!effects.use_regex);
    assert!(
        matches!(&remarks[0].problem, Problem::ForeignPrefix { right } if right == "my.example.com/use-regex")
    );
}

#[test]
fn values_that_are_no_strings_have_no_effect() {
    for (name, closed) in [("use-regex", false), ("limit-rps", true)] {
        let key = format!("{PREFIX}{name}");
        let written = Written {
            key: &key,
            value: "1",
            is_text: false,
        };
        let (effects, remarks) = read([written], &Policy::default(), Mode::NginxCompatible);
        assert_eq!(codes(&remarks), ["GK0203"]);
        assert_eq!(
            (effects.use_regex, effects.closed.is_some()),
            (false, closed),
            "{name}"
        );
    }
}

#[test]
fn the_operator_may_refuse_risks_and_words() {
    let low = Policy {
        risk_allowed: Risk::Low,
        ..Policy::default()
    };
    let (effects, remarks) = read_with(&[("rewrite-target", "/"), ("use-regex", "true")], &low);
    assert_eq!(codes(&remarks), ["GK0255"]);
    assert_eq!(
        effects.refused.map(|why| why.annotation),
        Some("rewrite-target")
    );
    let (effects, _) = read_with(&[("use-regex", "true")], &low);
    assert_eq!(effects.refused, None);
    let words = Policy {
        forbidden_words: vec!["passwd".to_owned()],
        ..Policy::default()
    };
    assert!(
        read_with(&[("rewrite-target", "/etc/passwd")], &words)
            .0
            .refused
            .is_some()
    );
    assert!(
        read_with(&[("rewrite-target", "/etc/PASSWD")], &words)
            .0
            .refused
            .is_none()
    );
}

#[test]
fn a_canary_is_marked() {
    assert!(
        read_all(&[("canary", "true"), ("canary-weight", "5")])
            .0
            .canary
    );
    assert!(!read_all(&[("canary", "yes")]).0.canary);
}

#[test]
fn global_retry_of_any_method_stays() {
    let policy = Policy {
        retry_non_idempotent: true,
        ..Policy::default()
    };
    let (effects, _) = read_with(&[("proxy-next-upstream", "http_502")], &policy);
    assert!(effects.settings.retry.non_idempotent);
}

#[test]
fn the_order_of_annotations_does_not_matter() {
    let annotations = [
        ("auth-type", "basic"),
        ("limit-rps", "1"),
        ("zzz", ""),
        ("rewrite-target", "/"),
    ];
    let mut reversed = annotations;
    reversed.reverse();
    let (forth, back) = (read_all(&annotations), read_all(&reversed));
    assert_eq!(forth.0, back.0);
    assert_eq!(codes(&forth.1), codes(&back.1));
}

#[test]
fn findings_say_what_was_expected_and_what_happens() {
    let (_, remarks) = read_all(&[("proxy-read-timeout", "60s")]);
    let finding = remarks[0].finding("/metadata/annotations");
    let title = finding.title(genkan_diagnosis::Language::English);
    assert_eq!(
        title,
        "`nginx.ingress.kubernetes.io/proxy-read-timeout: 60s` cannot be read: expected a whole number \
         of seconds without unit, such as `60`"
    );
    for (name, value, _) in names::NAMES {
        for remark in read_all(&[(name, value), ("no-such-name", "x")]).1 {
            let finding = remark.finding("/metadata/annotations");
            for language in [
                genkan_diagnosis::Language::English,
                genkan_diagnosis::Language::Japanese,
            ] {
                let (title, label) = (finding.title(language), remark.label().show(language));
                assert!(
                    !title.contains('{') && !label.contains('{'),
                    "{title} / {label}"
                );
            }
        }
    }
}

/// Compares a generated page with the file in `docs/`; `UPDATE_DOCS=1` writes it.
pub(crate) fn check_page(name: &str, page: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/{name} is out of date: run this test with UPDATE_DOCS=1"
    );
}

#[test]
fn the_documentation_is_that_of_the_table() {
    check_page("annotations.md", &docs::page());
}

/// `ingress-nginx.md` section 1, code R; as recorded in `routing-bad-annotations`, `redirects-permanent`,
/// `rewrite-forwarded-prefix` and `buffers-body-size`.
#[test]
fn values_for_which_ingress_nginx_refuses_the_object_refuse_it_in_compatible_mode() {
    for (name, value) in [
        ("permanent-redirect", "https://x.test/$request_uri"),
        ("permanent-redirect", "https://x.test/a b"),
        ("permanent-redirect", "https://x.test/#/x"),
        ("permanent-redirect-code", "abc"),
        ("temporal-redirect-code", "abc"),
        ("x-forwarded-prefix", "/a?b"),
        ("client-body-buffer-size", "1x"),
        ("upstream-vhost", "a b;c"),
        ("default-backend", "UPPER_case"),
        ("from-to-www-redirect", "maybe"),
    ] {
        let (effects, remarks) = read_all(&[(name, value)]);
        let refused = effects.refused.map(|why| (why.code, why.annotation));
        assert_eq!(refused, Some(("GK0202", name)), "{value}");
        assert_eq!((remarks.len(), remarks[0].fate), (1, Fate::Refused));
        // Strict mode has the default for that one setting.
        let key = format!("{PREFIX}{name}");
        let written = Written {
            key: &key,
            value,
            is_text: true,
        };
        let (effects, remarks) = read([written], &Policy::default(), Mode::Strict);
        assert_eq!(
            (effects.refused, effects.closed),
            (None, None),
            "{name}: {value}"
        );
        assert_eq!(
            (codes(&remarks), remarks[0].fate),
            (vec!["GK0202"], Fate::Default)
        );
        // Nothing that is protected is given away with it.
        let (effects, _) = read_all(&[(name, value), ("auth-url", "http://a.test/")]);
        assert!(
            effects.refused.is_none() && effects.closed.is_some(),
            "{name}"
        );
    }
    // Absent in the original, or its default.
    for (name, value) in [
        ("permanent-redirect", ""),
        ("temporal-redirect", ""),
        ("temporal-redirect", "//x.test"),
        ("permanent-redirect-code", "404"),
        ("rewrite-target", "/x{y}"),
        ("proxy-body-size", "5x"),
    ] {
        assert_eq!(
            read_all(&[(name, value)]).0.refused,
            None,
            "{name}: {value}"
        );
    }
}
