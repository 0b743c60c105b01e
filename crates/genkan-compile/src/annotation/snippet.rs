//! Raw nginx configuration. None of it is run; what in it keeps somebody out closes the route.

use super::entry::{BadValue, Effect, Entry, Family, Risk, Scope};

const BASE: Entry = Entry {
    family: Family::Snippet,
    risk: Risk::Critical,
    bad: BadValue::ObjectRefused,
    effect: Effect::Snippet,
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "configuration-snippet",
        about: "Raw nginx configuration for the paths.",
        ..BASE
    },
    Entry {
        name: "server-snippet",
        scope: Scope::Host,
        about: "Raw nginx configuration for the host.",
        ..BASE
    },
    Entry {
        name: "stream-snippet",
        scope: Scope::Proxy,
        about: "Raw nginx configuration for TCP and UDP.",
        ..BASE
    },
    Entry {
        name: "modsecurity-snippet",
        about: "Rules of the ModSecurity firewall.",
        ..BASE
    },
];

/// Directives that decide who is let in.
const ACCESS: &[&str] = &[
    "deny",
    "allow",
    "satisfy",
    "auth_basic",
    "auth_basic_user_file",
    "auth_request",
    "auth_digest",
    "auth_jwt",
    "limit_req",
    "limit_conn",
    "limit_except",
    "valid_referers",
    "secure_link",
    "ssl_verify_client",
    "internal",
];

/// The first directive in a snippet that keeps somebody out, if there is one: a list, a password, a
/// limit, Lua in the access phase, or a `return` of a refusal.
pub(super) fn access_control(snippet: &str) -> Option<String> {
    let code = snippet
        .lines()
        .map(|line| line.split('#').next().unwrap_or(""));
    let statements = code.flat_map(|line| line.split(['{', '}', ';']));
    statements
        .map(|statement| {
            let mut words = statement.split_whitespace();
            (words.next().unwrap_or(""), words.next().unwrap_or(""))
        })
        .find(|(directive, argument)| {
            ACCESS.contains(directive)
                || directive.contains("_by_lua")
                || *directive == "return" && argument.starts_with('4')
        })
        .map(|(directive, _)| directive.to_owned())
}
