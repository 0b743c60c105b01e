//! Basic and digest authentication. Not built yet: every one of these closes the route.

use super::entry::{BadValue, Entry, Family, Risk};
use super::value::{Charset, Value};

const BASE: Entry = Entry {
    family: Family::BasicAuth,
    security: true,
    bad: BadValue::ObjectRefused,
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "auth-type",
        value: Value::Word(&["basic", "digest"]),
        about: "Clients must send a user name and a password.",
        ..BASE
    },
    Entry {
        name: "auth-secret",
        risk: Risk::Medium,
        value: Value::Text(Charset::Basic),
        needs: &["auth-type"],
        about: "Secret with the users and their passwords.",
        ..BASE
    },
    Entry {
        name: "auth-secret-type",
        value: Value::Word(&["auth-file", "auth-map"]),
        default: "auth-file",
        needs: &["auth-type"],
        about: "Whether the Secret holds one htpasswd file or one key for each user.",
        ..BASE
    },
    Entry {
        name: "auth-realm",
        risk: Risk::Medium,
        value: Value::Text(Charset::Spaced),
        needs: &["auth-type"],
        about: "Realm that is shown with the question for a password.",
        ..BASE
    },
];
