//! Who is let in, and what annotations may do.

use std::sync::Arc;

use genkan_route::access::{Blocked, Blocks};

use super::{
    Settings,
    key::{Effect, Group, Key},
};
use crate::annotation::{
    entry::{Idle, Risk},
    limit::{addresses, list_of},
    value::{Malformed, Value, flag, list, shown},
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
        effect: Effect::Partly(|settings, text| {
            settings.policy.cross_namespace = flag(text)?;
            Ok(settings
                .policy
                .cross_namespace
                .then_some(&words::CROSS_NAMESPACE))
        }),
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
        effect: Effect::Guards(|settings, text| {
            blocks(settings).networks = list_of(text)?.as_ref().clone();
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "block-user-agents",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Guards(|settings, text| {
            blocks(settings).user_agents = blocked(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "block-referers",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Guards(|settings, text| {
            blocks(settings).referers = blocked(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "denylist-source-range",
        value: Value::Checked {
            expected: &words::ADDRESSES,
            check: addresses,
        },
        default: "empty",
        effect: Effect::Guards(|settings, text| {
            settings.policy.settings.access.deny = Some(list_of(text)?);
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "whitelist-source-range",
        value: Value::Checked {
            expected: &words::ADDRESSES,
            check: addresses,
        },
        default: "empty",
        effect: Effect::Guards(|settings, text| {
            settings.policy.settings.access.allow = Some(list_of(text)?);
            Ok(())
        }),
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

fn blocks(settings: &mut Settings) -> &mut Blocks {
    Arc::make_mut(settings.global.blocks.get_or_insert_default())
}

/// Entries of nginx's `map`, with commas between them.
fn blocked(text: &str) -> Result<Vec<Blocked>, Malformed> {
    let entries = list(text);
    let read = |entry: &String| {
        Blocked::parse(entry)
            .map_err(|_| Malformed::new(words::NOT_A_PATTERN.arg("value", shown(entry))))
    };
    entries.iter().map(read).collect()
}
