//! Response headers.

use super::entry::{BadValue, Effect, Entry, Family, Outcome, Risk};
use super::value::{Charset, Value};
use super::words;

const BASE: Entry = Entry {
    family: Family::Header,
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "custom-headers",
        risk: Risk::Medium,
        bad: BadValue::Denied,
        value: Value::Text(Charset::Basic),
        effect: Effect::Supported(|effects, text| {
            effects.references.custom_headers = Some(text.to_owned());
            Ok(Outcome::InEffect)
        }),
        about: "ConfigMap with headers for every response.",
        ..BASE
    },
    Entry {
        name: "http2-push-preload",
        bad: BadValue::ObjectRefused,
        value: Value::Flag,
        default: "false",
        effect: Effect::Never(&words::NO_PUSH),
        about: "Pushes what `Link` headers name.",
        ..BASE
    },
];
