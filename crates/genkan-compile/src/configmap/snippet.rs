//! Raw nginx configuration, TCP and UDP.

use super::key::{Group, Key};
use crate::annotation::{
    value::{Value, duration},
    words,
};

const BASE: Key = Key {
    group: Group::Snippet,
    ..Key::BASE
};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "main-snippet",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "http-snippet",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "server-snippet",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "location-snippet",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "stream-snippet",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "proxy-stream-timeout",
        value: Value::Checked {
            expected: &words::DURATION,
            check: |text| duration(text).map(drop),
        },
        default: "600s",
        ..BASE
    },
    Key {
        name: "proxy-stream-next-upstream",
        value: Value::Flag,
        default: "true",
        ..BASE
    },
    Key {
        name: "proxy-stream-next-upstream-timeout",
        value: Value::Checked {
            expected: &words::DURATION,
            check: |text| duration(text).map(drop),
        },
        default: "600s",
        ..BASE
    },
    Key {
        name: "proxy-stream-next-upstream-tries",
        value: Value::Integer,
        default: "3",
        ..BASE
    },
    Key {
        name: "proxy-stream-responses",
        value: Value::Integer,
        default: "1",
        ..BASE
    },
];
