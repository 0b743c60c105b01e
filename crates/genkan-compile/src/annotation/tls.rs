//! TLS towards clients, client certificates included.

use genkan_route::{
    pattern::{Anchor, shared},
    route::Mode,
    tls::ClientVerification,
};

use super::entry::{BadValue, Effect, Entry, Family, Idle, Outcome, Risk, Scope};
use super::value::{Charset, Malformed, Value, flag, integer};
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
        value: Value::Text(Charset::Basic),
        effect: Effect::Supported(|effects, text| {
            effects.client_certificate.secret = Some(text.into());
            Ok(Outcome::InEffect)
        }),
        about: "Clients need a certificate signed by the authority in this Secret.",
        ..CLIENT_CERTIFICATE
    },
    Entry {
        name: "auth-tls-verify-client",
        risk: Risk::Medium,
        value: Value::Word(&["on", "off", "optional", "optional_no_ca"]),
        default: "on",
        needs: &["auth-tls-secret"],
        effect: Effect::Supported(|effects, text| {
            effects.client_certificate.verification = match text {
                "optional" => ClientVerification::Optional,
                "optional_no_ca" => ClientVerification::OptionalAnyAuthority,
                "off" => ClientVerification::Off,
                _ => ClientVerification::Required,
            };
            Ok(Outcome::InEffect)
        }),
        about: "How strictly client certificates are checked.",
        ..CLIENT_CERTIFICATE
    },
    Entry {
        name: "auth-tls-verify-depth",
        value: Value::Integer,
        default: "1",
        needs: &["auth-tls-secret"],
        effect: Effect::Supported(|effects, text| {
            // 0 and what is no number mean the default
            let depth = integer(text)?;
            effects.client_certificate.depth = u32::try_from(depth).ok().filter(|depth| *depth > 0);
            Ok(Outcome::InEffect)
        }),
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
        needs: &["auth-tls-secret"],
        effect: Effect::Partly(
            |effects, text| {
                // a page of the application would get requests that nobody has checked
                if text.starts_with(['/', '@']) {
                    return Ok(Outcome::LeftOut);
                }
                effects.client_certificate.error_page = Some(text.into());
                Ok(Outcome::InEffect)
            },
            &words::UNCHECKED_PAGE,
        ),
        about: "Page for clients without a valid certificate.",
        ..CLIENT_CERTIFICATE
    },
    Entry {
        name: "auth-tls-pass-certificate-to-upstream",
        bad: BadValue::ObjectRefused,
        value: Value::Flag,
        default: "false",
        needs: &["auth-tls-secret"],
        effect: Effect::Supported(|effects, text| {
            effects.client_certificate.passes_certificate = flag(text)?;
            Ok(Outcome::InEffect)
        }),
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
        needs: &["auth-tls-secret"],
        effect: Effect::Supported(|effects, text| {
            effects.client_certificate.subject_pattern = Some(text.into());
            Ok(Outcome::InEffect)
        }),
        about: "Only client certificates with a subject that matches are let in.",
        ..CLIENT_CERTIFICATE
    },
];

/// What the annotations say so far about client certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDraft {
    /// `auth-tls-secret`, as written.
    pub(crate) secret: Option<Box<str>>,
    pub(crate) verification: ClientVerification,
    pub(crate) depth: Option<u32>,
    pub(crate) error_page: Option<Box<str>>,
    pub(crate) passes_certificate: bool,
    pub(crate) subject_pattern: Option<Box<str>>,
}

impl Default for ClientDraft {
    fn default() -> Self {
        Self {
            secret: None,
            verification: ClientVerification::Required,
            depth: None,
            error_page: None,
            passes_certificate: false,
            subject_pattern: None,
        }
    }
}

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
    let text = text.trim();
    if text.starts_with("CN=") {
        Charset::Regex.check(text)?;
        let pattern = shared(text, Mode::Strict, Anchor::Anywhere);
        return match pattern {
            Ok(_) => Ok(()),
            Err(error) => Err(Malformed::of(&words::NO_EXPRESSION, &error.to_string())),
        };
    }
    Err(Malformed {
        why: (&words::NO_CN).into(),
        at: Some(0),
    })
}
