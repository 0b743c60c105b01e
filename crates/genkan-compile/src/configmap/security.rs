//! Who is let in, and what annotations may do.

use super::key::{Effect, Group, Key, Protects};
use crate::annotation::{
    entry::{Idle, Risk},
    limit::addresses,
    value::{Malformed, Value, flag, list},
    words,
};

const BASE: Key = Key {
    group: Group::Security,
    ..Key::BASE
};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "allow-snippet-annotations",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "annotations-risk-level",
        // ingress-nginx: an unknown level acts as Low.
        value: Value::Checked {
            expected: &words::RISK,
            check: |_| Ok(()),
        },
        default: "High",
        effect: Effect::Supported(|settings, text| {
            settings.policy.risk_allowed = Risk::parse(text).unwrap_or(Risk::Low);
            risk(text)
        }),
        ..BASE
    },
    Key {
        name: "annotation-value-word-blocklist",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Supported(|settings, text| {
            settings.policy.forbidden_words = list(text);
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "allow-cross-namespace-resources",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "strict-validate-path-type",
        value: Value::Flag,
        default: "true",
        effect: Effect::NotYet(Idle::Flag(true)),
        ..BASE
    },
    Key {
        name: "global-allowed-response-headers",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Supported(|settings, text| {
            settings.policy.response_headers_allowed = list(text);
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "allow-backend-server-header",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.backend_server_header = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "server-tokens",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.server_tokens = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "hide-headers",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Supported(|settings, text| {
            settings.global.hidden_fields = list(text).into_iter().map(Into::into).collect();
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "block-cidrs",
        value: Value::Checked {
            expected: &words::ADDRESSES,
            check: addresses,
        },
        default: "empty",
        effect: Effect::Closes(Protects::All(Idle::Never)),
        ..BASE
    },
    Key {
        name: "block-user-agents",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Closes(Protects::All(Idle::Never)),
        ..BASE
    },
    Key {
        name: "block-referers",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Closes(Protects::All(Idle::Never)),
        ..BASE
    },
    Key {
        name: "denylist-source-range",
        value: Value::Checked {
            expected: &words::ADDRESSES,
            check: addresses,
        },
        default: "empty",
        effect: Effect::Closes(Protects::All(Idle::Never)),
        ..BASE
    },
    Key {
        name: "whitelist-source-range",
        value: Value::Checked {
            expected: &words::ADDRESSES,
            check: addresses,
        },
        default: "empty",
        effect: Effect::Closes(Protects::All(Idle::Never)),
        ..BASE
    },
    Key {
        name: "enable-modsecurity",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "enable-owasp-modsecurity-crs",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "modsecurity-snippet",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
];

fn risk(text: &str) -> Result<(), Malformed> {
    Risk::parse(text)
        .map(drop)
        .ok_or_else(|| Malformed::of(&words::NONE_OF_THEM, text))
}
