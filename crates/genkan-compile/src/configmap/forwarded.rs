//! Client addresses and forwarded headers. Nobody is trusted yet.

use super::key::{Effect, Group, Key};
use crate::annotation::{
    entry::Idle,
    value::{Value, duration, flag},
    words,
};

const BASE: Key = Key {
    group: Group::Forwarded,
    ..Key::BASE
};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "use-forwarded-headers",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "compute-full-forwarded-for",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "forwarded-for-header",
        value: Value::Anything,
        default: "X-Forwarded-For",
        effect: Effect::NotYet(Idle::Word("X-Forwarded-For")),
        ..BASE
    },
    Key {
        name: "forwarded-host-header",
        value: Value::Anything,
        default: "X-Forwarded-Host",
        undocumented: true,
        effect: Effect::NotYet(Idle::Word("X-Forwarded-Host")),
        ..BASE
    },
    Key {
        name: "forwarded-for-proxy-protocol-header",
        value: Value::Anything,
        default: "X-Forwarded-For-Proxy-Protocol",
        effect: Effect::NotYet(Idle::Word("X-Forwarded-For-Proxy-Protocol")),
        ..BASE
    },
    Key {
        name: "enable-real-ip",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "proxy-real-ip-cidr",
        value: Value::Anything,
        default: "0.0.0.0/0",
        ..BASE
    },
    Key {
        name: "use-proxy-protocol",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "proxy-protocol-header-timeout",
        value: Value::Checked {
            expected: &words::DURATION,
            check: |text| duration(text).map(drop),
        },
        default: "5s",
        ..BASE
    },
    Key {
        name: "proxy-add-original-uri-header",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "generate-request-id",
        value: Value::Flag,
        default: "true",
        effect: Effect::Supported(|settings, text| {
            settings.global.generate_request_id = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "enable-underscores-in-headers",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.underscores_in_headers = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "ignore-invalid-headers",
        value: Value::Flag,
        default: "true",
        effect: Effect::Supported(|settings, text| {
            settings.global.ignore_invalid_headers = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "proxy-set-headers",
        value: Value::Anything,
        default: "none",
        effect: Effect::Supported(|settings, text| {
            settings.upstream_fields = reference(text);
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "add-headers",
        value: Value::Anything,
        default: "none",
        effect: Effect::Supported(|settings, text| {
            settings.added_fields = reference(text);
            Ok(())
        }),
        ..BASE
    },
];

/// The name of a ConfigMap; an empty one is none.
fn reference(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
