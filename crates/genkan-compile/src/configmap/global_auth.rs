//! Global external authentication. Not built yet: it closes every route that it would protect.

use super::key::{Effect, Group, Key, Protects};
use crate::annotation::{
    entry::Idle,
    external_auth::url,
    value::{Value, list},
    words,
};

const BASE: Key = Key {
    group: Group::GlobalAuth,
    ..Key::BASE
};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "global-auth-url",
        value: Value::Checked {
            expected: &words::URL_WITH_HOST,
            check: url,
        },
        default: "empty",
        effect: Effect::Closes(Protects::Authenticated),
        ..BASE
    },
    Key {
        name: "global-auth-method",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "global-auth-signin",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "global-auth-signin-redirect-param",
        value: Value::Anything,
        default: "rd",
        ..BASE
    },
    Key {
        name: "global-auth-response-headers",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "global-auth-request-redirect",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "global-auth-snippet",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "global-auth-cache-key",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "global-auth-cache-duration",
        value: Value::Anything,
        default: "200 202 401 5m",
        ..BASE
    },
    Key {
        name: "global-auth-always-set-cookie",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "no-auth-locations",
        value: Value::Anything,
        default: "/.well-known/acme-challenge",
        effect: Effect::Supported(|settings, text| {
            settings.no_auth_locations = list(text);
            Ok(())
        }),
        ..BASE
    },
];
