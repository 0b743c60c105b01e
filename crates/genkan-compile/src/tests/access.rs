//! Protected routes: nobody gets in because of a mistake or by another spelling.

use genkan_diagnosis::Language;

use super::{
    routing::{ingress, service},
    world::{World, compile},
};

use crate::{diagnose::diagnose, probe::Probe};

/// The client of these tests has the address 192.0.2.7.
const OTHERS: &str = "10.0.0.0/8";

fn world(annotations: &[(&str, &str)], paths: &str) -> World {
    let ingress = ingress("i", "nginx", "h.test", annotations, paths);
    compile(&format!("{}{ingress}", service("a")))
}

#[test]
fn a_list_that_cannot_be_read_closes_the_route() {
    for name in [
        "allowlist-source-range",
        "whitelist-source-range",
        "denylist-source-range",
    ] {
        // the recordings `access-allow-bad-values`
        for bad in [
            "abc",
            "192.0.2.7,abc",
            "192.0.2.0/33",
            "",
            " ",
            "192.0.2.7,",
            "192.0.2.1-192.0.2.9",
            "all",
            "192.0",
            "192.000.002.007",
            "192.0.2.7;192.0.2.8",
            "192.0.2.7 192.0.2.8",
            "192.0.2.0/255.255.255.0",
        ] {
            let world = world(&[(name, bad)], "/ Prefix a");
            assert_eq!(world.get("h.test", "/"), "503 Closed", "{name}: {bad:?}");
        }
    }
}

#[test]
fn a_list_holds_for_every_spelling_of_a_path() {
    let protected = ingress(
        "i",
        "nginx",
        "h.test",
        &[("allowlist-source-range", OTHERS)],
        "/admin Prefix a",
    );
    let open = ingress("j", "nginx", "h.test", &[], "/ Prefix a");
    let world = compile(&format!("{}{protected}{open}", service("a")));
    for target in [
        "/admin",
        "/admin/",
        "/admin/x?y",
        "/%61dmin",
        "/%61%64%6d%69%6e/x",
        "//admin",
        "///admin//x",
        "/x/../admin",
        "/x/%2e%2e/admin",
        "/./admin",
        "/admin/../admin/x",
        "/admin%2Fx",
        "http://h.test/admin",
    ] {
        let answer = world.get("h.test", target);
        assert_eq!(answer, "403 AddressRefused", "{target}");
    }
    for target in ["/", "/adminx", "/Admin", "/admin/.."] {
        assert!(world.get("h.test", target).starts_with("a "), "{target}");
    }
}

#[test]
fn a_list_holds_with_rewrites_patterns_upgrades_and_every_method() {
    let rewritten = world(
        &[
            ("denylist-source-range", "192.0.2.0/24"),
            ("use-regex", "true"),
            ("rewrite-target", "/$1"),
        ],
        "/in/(.*) ImplementationSpecific a",
    );
    assert_eq!(rewritten.get("h.test", "/in/x"), "403 AddressRefused");
    assert_eq!(
        rewritten.get("h.test", "/%69n/../in/x"),
        "403 AddressRefused"
    );
    let plain = world(&[("allowlist-source-range", OTHERS)], "/ Prefix a");
    for head in [
        "GET / HTTP/1.1\r\nHost: h.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h.test\r\nContent-Length: 0\r\n\r\n",
        "OPTIONS / HTTP/1.1\r\nHost: h.test\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: H.TEST.\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h.test:8443\r\nX-Forwarded-For: 10.0.0.1\r\nX-Real-IP: 10.0.0.1\r\n\r\n",
    ] {
        assert_eq!(plain.ask(head), "403 AddressRefused", "{head}");
    }
}

#[test]
fn an_unmatched_path_has_the_list_of_the_host() {
    let world = world(&[("allowlist-source-range", OTHERS)], "/app Prefix a");
    // the recording `access-per-path.solo-unmatched-out`
    assert_eq!(world.get("h.test", "/zzz"), "403 AddressRefused");
}

#[test]
fn a_list_of_the_config_map_holds_until_an_annotation_replaces_it() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: ingress-nginx, name: ingress-nginx-controller}\ndata: {KEY: VALUE}\n---\n";
    let with = |key: &str, value: &str, annotations: &[(&str, &str)]| {
        let map = map.replace("KEY", key).replace("VALUE", value);
        let ingress = ingress("i", "nginx", "h.test", annotations, "/ Prefix a");
        compile(&format!("{map}{}{ingress}", service("a")))
    };
    let check = |world: World, expected: &str| {
        assert_eq!(world.get("h.test", "/"), expected);
    };
    let key = "whitelist-source-range";
    check(with(key, OTHERS, &[]), "403 AddressRefused");
    let own = [("allowlist-source-range", "192.0.2.0/24")];
    check(with(key, OTHERS, &own), "a /");
    check(with(key, "nonsense", &own), "503 Closed");
    check(
        with("denylist-source-range", "192.0.2.7", &[]),
        "403 AddressRefused",
    );
    check(with("block-cidrs", "192.0.2.0/24", &own), "403 Blocked");
    check(with("block-user-agents", "'~*^$'", &own), "403 Blocked");
    let blocked = with("block-cidrs", "192.0.2.0/24", &[]);
    for (host, target) in [("nobody.test", "/"), ("nobody.test", "/healthz")] {
        assert_eq!(blocked.get(host, target), "403 Blocked");
    }
}

#[test]
fn the_proper_name_has_the_last_word() {
    let both = world(
        &[
            ("whitelist-source-range", "192.0.2.0/24"),
            ("allowlist-source-range", OTHERS),
        ],
        "/ Prefix a",
    );
    assert_eq!(both.get("h.test", "/"), "403 AddressRefused");
}

#[test]
fn a_preflight_is_answered_before_lists_and_after_a_closed_route() {
    let preflight = "OPTIONS / HTTP/1.1\r\nHost: h.test\r\nOrigin: https://a.test\r\n\r\n";
    let cors = [
        ("enable-cors", "true"),
        ("cors-allow-origin", "https://a.test"),
    ];
    let with = |more: &[(&str, &str)]| world(&[&cors[..], more].concat(), "/ Prefix a");
    assert_eq!(
        with(&[("allowlist-source-range", OTHERS)]).ask(preflight),
        "204"
    );
    assert_eq!(
        with(&[("allowlist-source-range", "x")]).ask(preflight),
        "503 Closed"
    );
    let other = preflight.replace("https://a.test", "https://z.test");
    assert_eq!(with(&[]).ask(&other), "a /");
}

#[test]
fn a_refusal_is_explained_with_address_and_list() {
    let world = world(&[("allowlist-source-range", OTHERS)], "/ Prefix a");
    let probe = Probe::ask(&world.generation.snapshot, "GET", "h.test", "/");
    let diagnosis = diagnose(&world.generation, &probe, None);
    let codes: Vec<_> = diagnosis
        .findings
        .iter()
        .map(|f| f.code().to_string())
        .collect();
    assert_eq!(codes, ["GK0453", "GK0901"]);
    let finding = &diagnosis.findings[0];
    assert_eq!(finding.unfilled(), [""; 0]);
    assert_eq!(finding.title(Language::English), "a list refused 127.0.0.1");
    assert_eq!(finding.primary().unwrap().span.text(), "'10.0.0.0/8'");
    let check = &probe.checks[0];
    assert_eq!(
        (
            check.name.as_str(),
            &*check.subject,
            &*check.by,
            check.listed
        ),
        ("allow-list", "127.0.0.1", "10.0.0.0/8", false)
    );
}
