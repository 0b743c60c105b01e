//! Sticky sessions and the choice among the endpoints of a Service port.

use super::entry::{BadValue, Effect, Entry, Family, Idle, Risk, Scope};
use super::value::{Charset, Value};

const BASE: Entry = Entry {
    family: Family::Affinity,
    scope: Scope::Upstream,
    ..Entry::BASE
};
const STICKY: Entry = Entry {
    needs: &["affinity"],
    ..BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "affinity",
        value: Value::Word(&["cookie"]),
        about: "A cookie leads a client to the same endpoint again.",
        ..BASE
    },
    Entry {
        name: "affinity-mode",
        risk: Risk::Medium,
        value: Value::Word(&["balanced", "persistent"]),
        default: "balanced",
        about: "Whether sessions move when endpoints come.",
        ..STICKY
    },
    Entry {
        name: "affinity-canary-behavior",
        value: Value::Word(&["sticky", "legacy"]),
        default: "sticky",
        about: "Whether sessions stay on the canary.",
        ..STICKY
    },
    Entry {
        name: "session-cookie-name",
        risk: Risk::Medium,
        value: Value::Text(Charset::Basic),
        default: "INGRESSCOOKIE",
        about: "Name of the cookie.",
        ..STICKY
    },
    Entry {
        name: "session-cookie-secure",
        value: Value::Flag,
        default: "as the connection",
        about: "`Secure` of the cookie.",
        ..STICKY
    },
    Entry {
        name: "session-cookie-path",
        risk: Risk::Medium,
        value: Value::Text(Charset::Url),
        default: "the Ingress path",
        about: "`Path` of the cookie.",
        ..STICKY
    },
    Entry {
        name: "session-cookie-domain",
        risk: Risk::Medium,
        value: Value::Text(Charset::Basic),
        about: "`Domain` of the cookie.",
        ..STICKY
    },
    Entry {
        name: "session-cookie-samesite",
        value: Value::AnyCase(&["none", "lax", "strict"]),
        about: "`SameSite` of the cookie.",
        ..STICKY
    },
    Entry {
        name: "session-cookie-conditional-samesite-none",
        value: Value::Flag,
        default: "false",
        about: "No `SameSite=None` for clients that mishandle it.",
        ..STICKY
    },
    Entry {
        name: "session-cookie-expires",
        risk: Risk::Medium,
        value: Value::Text(Charset::Name),
        about: "`Expires` of the cookie, in seconds from now.",
        ..STICKY
    },
    Entry {
        name: "session-cookie-max-age",
        risk: Risk::Medium,
        value: Value::Text(Charset::Name),
        about: "`Max-Age` of the cookie, in seconds.",
        ..STICKY
    },
    Entry {
        name: "session-cookie-change-on-failure",
        value: Value::Flag,
        default: "false",
        about: "A retry after a failure moves the session.",
        ..STICKY
    },
    Entry {
        name: "load-balance",
        bad: BadValue::ObjectRefused,
        value: Value::Word(&[
            "round_robin",
            "chash",
            "chashsubset",
            "sticky_balanced",
            "sticky_persistent",
            "ewma",
        ]),
        default: "`load-balance` of the ConfigMap (round_robin)",
        effect: Effect::NotYet(Idle::Word("round_robin")),
        about: "How an endpoint is chosen.",
        ..BASE
    },
    Entry {
        name: "upstream-hash-by",
        risk: Risk::High,
        bad: BadValue::ObjectRefused,
        value: Value::Text(Charset::NginxVariable),
        about: "Requests with the same value go to the same endpoint.",
        ..BASE
    },
    Entry {
        name: "upstream-hash-by-subset",
        bad: BadValue::ObjectRefused,
        value: Value::Flag,
        default: "false",
        needs: &["upstream-hash-by"],
        effect: Effect::NotYet(Idle::Flag(false)),
        about: "The hash chooses a group of endpoints instead of one.",
        ..BASE
    },
    Entry {
        name: "upstream-hash-by-subset-size",
        bad: BadValue::ObjectRefused,
        value: Value::Integer,
        default: "3",
        needs: &["upstream-hash-by-subset"],
        about: "Size of those groups.",
        ..BASE
    },
];
