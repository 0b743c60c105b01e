//! TLS and redirects.

use super::key::{Effect, Group, Key};
use crate::annotation::{
    entry::Idle,
    value::{Malformed, Value, duration, flag, list, size},
    words,
};
use crate::cipher;

const BASE: Key = Key {
    group: Group::Tls,
    ..Key::BASE
};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "ssl-redirect",
        value: Value::Flag,
        default: "true",
        effect: Effect::Supported(|settings, text| {
            settings.policy.settings.ssl_redirect = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "force-ssl-redirect",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.policy.settings.force_ssl_redirect = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "http-redirect-code",
        value: Value::Checked {
            expected: &words::REDIRECT_CODE,
            check: |text| redirect_code(text).map(drop),
        },
        default: "308",
        effect: Effect::Supported(|settings, text| {
            settings.global.redirect_code = redirect_code(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "no-tls-redirect-locations",
        value: Value::Anything,
        default: "/.well-known/acme-challenge",
        effect: Effect::Supported(|settings, text| {
            settings.no_tls_redirect_locations = list(text);
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "preserve-trailing-slash",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::Supported(|settings, text| {
            settings.policy.settings.preserve_trailing_slash = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "use-port-in-redirects",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::Supported(|settings, text| {
            settings.policy.settings.port_in_redirects = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "relative-redirects",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.policy.settings.relative_redirects = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "hsts",
        value: Value::Flag,
        default: "true",
        effect: Effect::Supported(|settings, text| {
            settings.hsts.on = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "hsts-include-subdomains",
        value: Value::Flag,
        default: "true",
        effect: Effect::Supported(|settings, text| {
            settings.hsts.include_subdomains = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "hsts-max-age",
        value: Value::Anything,
        default: "31536000",
        effect: Effect::Supported(|settings, text| {
            // sent as written, a number or not, but never a second field
            Malformed::character(text, |character| matches!(character, ' '..='~'))?;
            text.clone_into(&mut settings.hsts.max_age);
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "hsts-preload",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.hsts.preload = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "ssl-protocols",
        value: Value::Anything,
        default: "TLSv1.2 TLSv1.3",
        effect: Effect::Partly(|settings, text| {
            let words = || text.split([' ', ',']).filter(|word| !word.is_empty());
            let tls12 = words().any(|word| word == "TLSv1.2");
            let tls13 = words().any(|word| word == "TLSv1.3");
            if !tls12 && !tls13 {
                return Err(Malformed::of(&words::NO_TLS_VERSION, text));
            }
            settings.global.tls.tls12 = tls12;
            settings.global.tls.tls13 = tls13;
            let others = words().any(|word| !matches!(word, "TLSv1.2" | "TLSv1.3"));
            Ok(others.then_some(&words::OLD_TLS))
        }),
        ..BASE
    },
    Key {
        name: "ssl-ciphers",
        value: Value::Anything,
        default: "eight suites",
        effect: Effect::Partly(|settings, text| {
            // empty: the library's own choice, as in nginx
            let suites = cipher::suites(text);
            let none = suites.is_empty() && !text.is_empty();
            settings.global.tls.suites = suites;
            Ok(none.then_some(&words::NO_MODERN_CIPHER))
        }),
        ..BASE
    },
    Key {
        name: "ssl-ecdh-curve",
        value: Value::Anything,
        default: "auto",
        effect: Effect::Partly(|settings, text| {
            let (groups, others) = groups(text);
            if groups.is_empty() && text != "auto" {
                return Err(Malformed::of(&words::NO_GROUP, text));
            }
            settings.global.tls.groups = groups.into();
            Ok(others.then_some(&words::OTHER_GROUPS))
        }),
        ..BASE
    },
    Key {
        name: "ssl-dh-param",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Never(&words::NO_DHE),
        ..BASE
    },
    Key {
        name: "ssl-session-cache",
        value: Value::Flag,
        default: "true",
        effect: Effect::Supported(|settings, text| {
            settings.global.tls.session_cache = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "ssl-session-cache-size",
        value: Value::Size,
        default: "10m",
        effect: Effect::Supported(|settings, text| {
            let sessions = size(text)? / SESSION_BYTES;
            settings.global.tls.sessions_max = usize::try_from(sessions)
                .unwrap_or(SESSIONS_MAX)
                .min(SESSIONS_MAX);
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "ssl-session-tickets",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.tls.session_tickets = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "ssl-session-ticket-key",
        value: Value::Anything,
        default: "none",
        ..BASE
    },
    Key {
        name: "ssl-session-timeout",
        value: Value::Checked {
            expected: &words::DURATION,
            check: |text| duration(text).map(drop),
        },
        default: "10m",
        effect: Effect::Supported(|settings, text| {
            settings.global.tls.session_timeout = duration(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "ssl-buffer-size",
        value: Value::Size,
        default: "4k",
        effect: Effect::Never(&words::RECORD_SIZE),
        ..BASE
    },
    Key {
        name: "ssl-early-data",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "ssl-reject-handshake",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.tls.reject_unknown = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "enable-ocsp",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "proxy-ssl-location-only",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.upstream_tls_location_only = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
];

/// nginx keeps about 4,000 sessions in a megabyte.
const SESSION_BYTES: u64 = 250;
/// The most sessions that are kept, whatever the size: a hundred megabytes.
const SESSIONS_MAX: usize = 200_000;

/// Groups of `ssl-ecdh-curve` by their registered numbers, and whether others are named.
fn groups(text: &str) -> (Vec<u16>, bool) {
    let mut others = false;
    let mut numbers = Vec::new();
    for name in text.split(':').filter(|name| *name != "auto") {
        let number = match &*name.to_ascii_lowercase() {
            "x25519" => 0x001d,
            "prime256v1" | "p-256" | "secp256r1" => 0x0017,
            "secp384r1" | "p-384" => 0x0018,
            "x25519mlkem768" => 0x11ec,
            _ => {
                others = true;
                continue;
            }
        };
        numbers.push(number);
    }
    (numbers, others)
}

/// What `hsts` and its companions say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrictTransport {
    on: bool,
    max_age: String,
    include_subdomains: bool,
    preload: bool,
}

impl Default for StrictTransport {
    fn default() -> Self {
        Self {
            on: true,
            max_age: "31536000".to_owned(),
            include_subdomains: true,
            preload: false,
        }
    }
}

impl StrictTransport {
    /// The value of `Strict-Transport-Security` (RFC 6797 6.1), none where it is off.
    pub(super) fn value(&self) -> Option<String> {
        let flag = |on, text| if on { text } else { "" };
        self.on.then(|| {
            format!(
                "max-age={}{}{}",
                self.max_age,
                flag(self.include_subdomains, "; includeSubDomains"),
                flag(self.preload, "; preload")
            )
        })
    }
}

/// The statuses that the key accepts.
fn redirect_code(text: &str) -> Result<u16, Malformed> {
    match text {
        "301" => Ok(301),
        "302" => Ok(302),
        "307" => Ok(307),
        "308" => Ok(308),
        _ => Err(Malformed::of(&words::NOT_A_CODE, text)),
    }
}
