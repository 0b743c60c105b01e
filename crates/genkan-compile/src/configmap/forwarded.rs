//! Client addresses and forwarded headers: who is believed about the client.

use super::key::{Effect, Group, Key};
use genkan_route::client::FieldName;

use crate::annotation::{
    limit::networks,
    value::{Malformed, Value, duration, flag},
    words,
};

const BASE: Key = Key {
    group: Group::Forwarded,
    ..Key::BASE
};

const FIELD_NAME: Value = Value::Checked {
    expected: &words::FIELD_NAME,
    check: |text| field_name(text).map(drop),
};

/// A header name, which nothing of the head's framing may be.
fn field_name(text: &str) -> Result<FieldName, Malformed> {
    let text = text.trim();
    let is_token = |character: char| character.is_ascii_alphanumeric() || character == '-';
    Malformed::character(text, is_token)?;
    if text.is_empty() {
        return Err(Malformed::new(&words::EMPTY));
    }
    Ok(FieldName::new(text))
}

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "use-forwarded-headers",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.trust.use_forwarded_headers = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "compute-full-forwarded-for",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.trust.compute_full_forwarded_for = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "forwarded-for-header",
        value: FIELD_NAME,
        default: "X-Forwarded-For",
        effect: Effect::Supported(|settings, text| {
            settings.global.trust.forwarded_for = field_name(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "forwarded-host-header",
        value: FIELD_NAME,
        default: "X-Forwarded-Host",
        undocumented: true,
        effect: Effect::Supported(|settings, text| {
            settings.global.trust.forwarded_host = field_name(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "forwarded-for-proxy-protocol-header",
        value: FIELD_NAME,
        default: "X-Forwarded-For-Proxy-Protocol",
        effect: Effect::Supported(|settings, text| {
            settings.global.trust.forwarded_for_proxy_protocol = field_name(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "enable-real-ip",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.trust.enable_real_ip = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "proxy-real-ip-cidr",
        value: Value::Anything,
        default: "0.0.0.0/0",
        effect: Effect::Supported(|settings, text| {
            // of a list with a bad element the good ones count: the default would trust everybody
            let (networks, wrong) = networks(text);
            settings.global.trust.proxies = networks;
            wrong.map_or(Ok(()), Err)
        }),
        ..BASE
    },
    Key {
        name: "use-proxy-protocol",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.trust.use_proxy_protocol = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "proxy-protocol-header-timeout",
        value: Value::Checked {
            expected: &words::DURATION,
            check: |text| duration(text).map(drop),
        },
        default: "5s",
        effect: Effect::Supported(|settings, text| {
            settings.global.trust.proxy_header_timeout = duration(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "proxy-add-original-uri-header",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.trust.original_uri = flag(text)?;
            Ok(())
        }),
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
