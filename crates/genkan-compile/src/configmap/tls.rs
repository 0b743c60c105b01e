//! TLS and redirects.

use super::key::{Effect, Group, Key};
use crate::annotation::{
    entry::Idle,
    value::{Malformed, Value, duration, flag, list},
    words,
};

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
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "relative-redirects",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
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
        ..BASE
    },
    Key {
        name: "ssl-ciphers",
        value: Value::Anything,
        default: "eight suites",
        ..BASE
    },
    Key {
        name: "ssl-ecdh-curve",
        value: Value::Anything,
        default: "auto",
        ..BASE
    },
    Key {
        name: "ssl-dh-param",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "ssl-session-cache",
        value: Value::Flag,
        default: "true",
        ..BASE
    },
    Key {
        name: "ssl-session-cache-size",
        value: Value::Size,
        default: "10m",
        ..BASE
    },
    Key {
        name: "ssl-session-tickets",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
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
        ..BASE
    },
    Key {
        name: "ssl-buffer-size",
        value: Value::Size,
        default: "4k",
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
        effect: Effect::NotYet(Idle::Flag(false)),
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
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
];

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
