//! TLS towards backends. In ingress-nginx all of it needs `proxy-ssl-secret`.

use super::entry::{BadValue, Effect, Entry, Family, Idle, Risk, Scope};
use super::tls::{ciphers, secret};
use super::value::{Charset, Malformed, ON_OFF, Value};
use super::words;

const BASE: Entry = Entry {
    family: Family::UpstreamTls,
    needs: &["proxy-ssl-secret"],
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "proxy-ssl-secret",
        scope: Scope::Host,
        risk: Risk::Medium,
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::SECRET,
            check: secret,
        },
        needs: &[],
        about: "Client certificate for the backend, and the authority that the backend is checked with.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-verify",
        value: ON_OFF,
        default: "off",
        effect: Effect::NotYet(Idle::Word("off")),
        about: "The backend's certificate is verified.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-verify-depth",
        value: Value::Integer,
        default: "1",
        about: "Longest chain of the backend's certificate.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-name",
        risk: Risk::High,
        value: Value::Text(Charset::Regex),
        default: "the name of the upstream",
        about: "Name that the backend's certificate must have, and that is sent to it.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-server-name",
        value: ON_OFF,
        default: "off",
        effect: Effect::NotYet(Idle::Word("off")),
        about: "The backend is told the server name.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-ciphers",
        risk: Risk::Medium,
        value: Value::Checked {
            expected: &words::CIPHERS,
            check: ciphers,
        },
        default: "DEFAULT",
        about: "Ciphers towards the backend.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-protocols",
        value: Value::Checked {
            expected: &words::TLS_VERSIONS,
            check: protocols,
        },
        default: "TLSv1.2",
        about: "TLS versions towards the backend.",
        ..BASE
    },
];

fn protocols(text: &str) -> Result<(), Malformed> {
    let known = |word: &str| {
        matches!(
            word,
            "SSLv2" | "SSLv3" | "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3"
        )
    };
    match text.split_whitespace().find(|word| !known(word)) {
        None => Ok(()),
        Some(word) => Err(Malformed::new(words::NO_TLS_VERSION.arg("value", word))),
    }
}
