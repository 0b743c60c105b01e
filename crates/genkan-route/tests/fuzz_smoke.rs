//! The router's fuzz entries, over their corpus and random changes of it.

#[path = "../../../fuzz/entries/router.rs"]
#[allow(unreachable_pub)]
mod router;
#[path = "../../../fuzz/entries/smoke.rs"]
mod smoke;

#[test]
fn any_head_is_routed() {
    let words: &[&[u8]] = &[
        b"GET ",
        b"/foo",
        b"%2F",
        b"%0d%0a",
        b"//",
        b"/../",
        b"Host: a\r\n",
        b"Host: b\r\n",
        b"?",
        b"#",
        b"\r\n",
        b"Upgrade: x\r\n",
        b"X-Forwarded-For: y\r\n",
    ];
    smoke::run("route", words, 20_000, router::route);
}

#[test]
fn any_pattern_is_read() {
    let words: &[&[u8]] = &[
        b"(.*)", b"(/|$)", b"/?", b"|", b"\\", b"[", b"]", b"(?", b")", b"$1", b"${", b"}", b"*",
        b"+", b"^", b"\\Q",
    ];
    smoke::run("pattern", words, 5_000, router::pattern);
}
