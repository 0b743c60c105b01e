//! TLS and redirects.

use super::key::{Effect, Group, Key};
use crate::annotation::{
    entry::Idle,
    value::{Malformed, Value, duration},
    words,
};

const BASE: Key = Key {
    group: Group::Tls,
    ..Key::BASE
};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "ssl-redirect",
        value: Value::Flag,
        default: "true",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "force-ssl-redirect",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "http-redirect-code",
        value: Value::Checked {
            expected: &words::REDIRECT_CODE,
            check: |text| redirect_code(text).map(drop),
        },
        default: "308",
        effect: Effect::Supported(|settings, text| {
            settings.global.redirect_code = redirect_code(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "no-tls-redirect-locations",
        value: Value::Anything,
        default: "/.well-known/acme-challenge",
        ..BASE
    },
    Key {
        name: "preserve-trailing-slash",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "use-port-in-redirects",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "relative-redirects",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "hsts",
        value: Value::Flag,
        default: "true",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "hsts-include-subdomains",
        value: Value::Flag,
        default: "true",
        ..BASE
    },
    Key {
        name: "hsts-max-age",
        value: Value::Anything,
        default: "31536000",
        ..BASE
    },
    Key {
        name: "hsts-preload",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "ssl-protocols",
        value: Value::Anything,
        default: "TLSv1.2 TLSv1.3",
        ..BASE
    },
    Key {
        name: "ssl-ciphers",
        value: Value::Anything,
        default: "eight suites",
        ..BASE
    },
    Key {
        name: "ssl-ecdh-curve",
        value: Value::Anything,
        default: "auto",
        ..BASE
    },
    Key {
        name: "ssl-dh-param",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "ssl-session-cache",
        value: Value::Flag,
        default: "true",
        ..BASE
    },
    Key {
        name: "ssl-session-cache-size",
        value: Value::Size,
        default: "10m",
        ..BASE
    },
    Key {
        name: "ssl-session-tickets",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "ssl-session-ticket-key",
        value: Value::Anything,
        default: "none",
        ..BASE
    },
    Key {
        name: "ssl-session-timeout",
        value: Value::Checked {
            expected: &words::DURATION,
            check: |text| duration(text).map(drop),
        },
        default: "10m",
        ..BASE
    },
    Key {
        name: "ssl-buffer-size",
        value: Value::Size,
        default: "4k",
        ..BASE
    },
    Key {
        name: "ssl-early-data",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "ssl-reject-handshake",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "enable-ocsp",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "proxy-ssl-location-only",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
];

/// The statuses that the key accepts.
fn redirect_code(text: &str) -> Result<u16, Malformed> {
    match text {
        "301" => Ok(301),
        "302" => Ok(302),
        "307" => Ok(307),
        "308" => Ok(308),
        _ => Err(Malformed::of(&words::NOT_A_CODE, text)),
    }
}
