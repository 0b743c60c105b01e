//! TLS towards backends. In ingress-nginx all of it needs `proxy-ssl-secret`.
//!
//! What is written is kept as a [`Draft`]; the Secret is looked up where the Ingress is lowered.

use genkan_route::upstream::TlsVersions;

use super::entry::{BadValue, Effect, Entry, Family, Outcome, Risk, Scope};
use super::tls::{ciphers, secret};
use super::value::{Charset, Malformed, ON_OFF, Value, count, on_off};
use super::words;
use crate::cipher;

/// `proxy-ssl-*` as written.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Draft {
    /// `proxy-ssl-secret`: `namespace/name`.
    pub secret: Option<String>,
    /// `proxy-ssl-verify`.
    pub verify: bool,
    /// `proxy-ssl-verify-depth`.
    pub depth: Option<u32>,
    /// `proxy-ssl-name`.
    pub name: Option<String>,
    /// `proxy-ssl-server-name`.
    pub sends_name: bool,
    /// `proxy-ssl-protocols`.
    pub versions: Option<TlsVersions>,
    /// `proxy-ssl-ciphers`: suites of TLS 1.2.
    pub cipher_suites: Option<Box<[u16]>>,
}

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
        // Without it the backend would be spoken to unverified, and without our certificate.
        security: true,
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::SECRET,
            check: secret,
        },
        needs: &[],
        effect: Effect::Supported(|effects, text| {
            effects.upstream_tls.secret = Some(text.trim().to_owned());
            Ok(Outcome::InEffect)
        }),
        about: "Client certificate for the backend, and the authority that the backend is checked with.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-verify",
        value: ON_OFF,
        default: "off",
        effect: Effect::Supported(|effects, text| {
            effects.upstream_tls.verify = on_off(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "The backend's certificate is verified.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-verify-depth",
        value: Value::Integer,
        default: "1",
        effect: Effect::Supported(|effects, text| {
            effects.upstream_tls.depth = Some(count(text)?);
            Ok(Outcome::InEffect)
        }),
        about: "Most certificates between the backend's own and the authority's.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-name",
        risk: Risk::High,
        value: Value::Text(Charset::Regex),
        default: "the name of the upstream",
        effect: Effect::Supported(|effects, text| {
            let name = text.trim();
            if !is_name(name) {
                return Err(Malformed::of(&words::NOT_A_HOST, name));
            }
            effects.upstream_tls.name = Some(name.to_ascii_lowercase());
            Ok(Outcome::InEffect)
        }),
        about: "Name that the backend's certificate must have, and that is sent to it.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-server-name",
        value: ON_OFF,
        default: "off",
        effect: Effect::Supported(|effects, text| {
            effects.upstream_tls.sends_name = on_off(text)?;
            Ok(Outcome::InEffect)
        }),
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
        effect: Effect::Partly(
            |effects, text| {
                let suites = cipher::suites(text);
                if suites.is_empty() {
                    return Ok(Outcome::NoEffectYet);
                }
                effects.upstream_tls.cipher_suites = Some(suites);
                Ok(Outcome::InEffect)
            },
            &words::MODERN_CIPHERS,
        ),
        about: "Ciphers of TLS 1.2 towards the backend.",
        ..BASE
    },
    Entry {
        name: "proxy-ssl-protocols",
        value: Value::Checked {
            expected: &words::TLS_VERSIONS,
            check: |text| versions(text).map(drop),
        },
        default: "TLSv1.2",
        effect: Effect::Partly(
            |effects, text| {
                let versions = versions(text)?;
                if !versions.tls12 && !versions.tls13 {
                    return Ok(Outcome::NoEffectYet);
                }
                effects.upstream_tls.versions = Some(versions);
                Ok(Outcome::InEffect)
            },
            &words::MODERN_TLS,
        ),
        about: "TLS versions towards the backend.",
        ..BASE
    },
];

/// nginx's words; what is older than TLS 1.2 is not spoken.
fn versions(text: &str) -> Result<TlsVersions, Malformed> {
    let mut versions = TlsVersions {
        tls12: false,
        tls13: false,
    };
    for word in text.split_whitespace() {
        match word {
            "TLSv1.2" => versions.tls12 = true,
            "TLSv1.3" => versions.tls13 = true,
            "SSLv2" | "SSLv3" | "TLSv1" | "TLSv1.1" => {}
            _ => return Err(Malformed::new(words::NO_TLS_VERSION.arg("value", word))),
        }
    }
    Ok(versions)
}

/// A DNS name (underscores are in use) or an address: nginx variables and patterns pass the original's
/// check, but name nothing that a certificate could have.
fn is_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    text.parse::<std::net::IpAddr>().is_ok() || (name.len() <= 253 && name.split('.').all(label))
}
