//! Basic authentication. Digest authentication is not built yet: it closes the route.

use super::entry::{BadValue, Effect, Entry, Family, Outcome, Risk};
use super::value::{Charset, Malformed, Value};
use super::words;

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
        effect: Effect::Partly(
            |effects, text| {
                effects.basic_auth.wanted = text == "basic";
                Ok(match effects.basic_auth.wanted {
                    true => Outcome::InEffect,
                    false => Outcome::Unservable,
                })
            },
            &words::NO_DIGEST,
        ),
        about: "Clients must send a user name and a password.",
        ..BASE
    },
    Entry {
        name: "auth-secret",
        risk: Risk::Medium,
        value: Value::Text(Charset::Basic),
        needs: &["auth-type"],
        effect: Effect::Supported(|effects, text| {
            effects.basic_auth.secret = Some(text.to_owned());
            Ok(Outcome::InEffect)
        }),
        about: "Secret with the users and their passwords, `name` or `namespace/name`.",
        ..BASE
    },
    Entry {
        name: "auth-secret-type",
        value: Value::Word(&["auth-file", "auth-map"]),
        default: "auth-file",
        needs: &["auth-type"],
        effect: Effect::Supported(|effects, text| {
            effects.basic_auth.is_map = text == "auth-map";
            Ok(Outcome::InEffect)
        }),
        about: "Whether the Secret holds one htpasswd file or one key for each user.",
        ..BASE
    },
    Entry {
        name: "auth-realm",
        risk: Risk::Medium,
        // without it the question has no name, and is asked all the same
        security: false,
        value: Value::Checked {
            expected: &words::REALM,
            check: realm,
        },
        default: "empty",
        needs: &["auth-type"],
        effect: Effect::Supported(|effects, text| {
            effects.basic_auth.realm = text.trim().into();
            Ok(Outcome::InEffect)
        }),
        about: "Realm that is shown with the question for a password.",
        ..BASE
    },
];

/// Basic authentication while its annotations are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// `auth-type: basic`.
    pub(crate) wanted: bool,
    /// `auth-secret` as written.
    pub(crate) secret: Option<String>,
    /// `auth-secret-type: auth-map`.
    pub(crate) is_map: bool,
    /// `auth-realm`.
    pub(crate) realm: Box<str>,
}

/// The word `off` switches authentication off in nginx: whoever writes a realm wants none of that.
fn realm(text: &str) -> Result<(), Malformed> {
    match text.trim() {
        "off" => Err(Malformed::new(&words::REALM_OFF)),
        _ => Charset::Spaced.check(text),
    }
}
