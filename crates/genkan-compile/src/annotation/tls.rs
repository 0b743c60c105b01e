//! TLS towards clients, client certificates included. There is no TLS listener yet.

use super::entry::{BadValue, Effect, Entry, Family, Idle, Risk, Scope};
use super::value::{Charset, Malformed, Value};
use super::words;

const BASE: Entry = Entry {
    family: Family::Tls,
    scope: Scope::Host,
    ..Entry::BASE
};
const CLIENT_CERTIFICATE: Entry = Entry {
    security: true,
    ..BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "ssl-passthrough",
        bad: BadValue::ObjectRefused,
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        about: "TLS connections are passed to the backend by their server name.",
        ..BASE
    },
    Entry {
        name: "ssl-ciphers",
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::CIPHERS,
            check: ciphers,
        },
        default: "`ssl-ciphers` of the ConfigMap",
        about: "Ciphers of TLS 1.2.",
        ..BASE
    },
    Entry {
        name: "ssl-prefer-server-ciphers",
        value: Value::Flag,
        default: "true where ciphers are set",
        about: "The server's order of ciphers counts.",
        ..BASE
    },
    Entry {
        name: "auth-tls-secret",
        risk: Risk::Medium,
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::SECRET,
            check: secret,
        },
        about: "Clients need a certificate signed by the authority in this Secret.",
        ..CLIENT_CERTIFICATE
    },
    Entry {
        name: "auth-tls-verify-client",
        risk: Risk::Medium,
        value: Value::Word(&["on", "off", "optional", "optional_no_ca"]),
        default: "on",
        effect: Effect::NotYet(Idle::Word("off")),
        about: "How strictly client certificates are checked.",
        ..CLIENT_CERTIFICATE
    },
    Entry {
        name: "auth-tls-verify-depth",
        value: Value::Integer,
        default: "1",
        about: "Longest chain of a client certificate.",
        ..CLIENT_CERTIFICATE
    },
    Entry {
        name: "auth-tls-error-page",
        risk: Risk::High,
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::ERROR_PAGE,
            check: error_page,
        },
        about: "Page for clients without a valid certificate.",
        ..CLIENT_CERTIFICATE
    },
    Entry {
        name: "auth-tls-pass-certificate-to-upstream",
        bad: BadValue::ObjectRefused,
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        about: "The backend gets the client's certificate in `ssl-client-cert`.",
        ..CLIENT_CERTIFICATE
    },
    Entry {
        name: "auth-tls-match-cn",
        risk: Risk::High,
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::COMMON_NAME,
            check: common_name,
        },
        about: "Only client certificates with a subject that matches are let in.",
        ..CLIENT_CERTIFICATE
    },
];

/// The characters of OpenSSL cipher strings.
pub(super) fn ciphers(text: &str) -> Result<(), Malformed> {
    let allowed =
        |character: char| character.is_ascii_alphanumeric() || "-_+!:@=,. ".contains(character);
    Malformed::character(text, allowed)
}

/// `namespace/name`, both parts present.
pub(super) fn secret(text: &str) -> Result<(), Malformed> {
    Charset::Basic.check(text)?;
    match text.trim().split_once('/') {
        Some((namespace, name))
            if !namespace.is_empty() && !name.is_empty() && !name.contains('/') =>
        {
            Ok(())
        }
        _ => Err(Malformed::new(&words::NOT_NAMESPACED)),
    }
}

fn error_page(text: &str) -> Result<(), Malformed> {
    Charset::Url.check(text.strip_prefix('@').unwrap_or(text))
}

fn common_name(text: &str) -> Result<(), Malformed> {
    if text.trim().starts_with("CN=") {
        return Charset::Regex.check(text);
    }
    Err(Malformed {
        why: (&words::NO_CN).into(),
        at: Some(0),
    })
}
