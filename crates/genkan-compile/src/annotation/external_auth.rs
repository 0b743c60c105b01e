//! Authentication by another service. Not built yet: every one of these closes the route, but the one
//! that opts out of a global authentication.

use super::entry::{BadValue, Effect, Entry, Family, Outcome, Risk};
use super::value::{Charset, Malformed, Value, flag};
use super::words;

const BASE: Entry = Entry {
    family: Family::ExternalAuth,
    security: true,
    needs: &["auth-url"],
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "auth-url",
        risk: Risk::High,
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::URL_WITH_HOST,
            check: url,
        },
        needs: &[],
        about: "Service that is asked about every request first; 2xx lets it pass.",
        ..BASE
    },
    Entry {
        name: "auth-method",
        bad: BadValue::Denied,
        value: Value::Word(&[
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE",
        ]),
        default: "GET",
        about: "Method of the question.",
        ..BASE
    },
    Entry {
        name: "auth-signin",
        risk: Risk::High,
        value: Value::Text(Charset::UrlVariable),
        about: "Page that clients who are not let in are redirected to.",
        ..BASE
    },
    Entry {
        name: "auth-signin-redirect-param",
        risk: Risk::Medium,
        value: Value::Text(Charset::Url),
        default: "rd",
        about: "Parameter of the sign-in page with the way back.",
        ..BASE
    },
    Entry {
        name: "auth-response-headers",
        risk: Risk::Medium,
        bad: BadValue::Denied,
        value: Value::Text(Charset::HeaderList),
        about: "Headers of the answer that the backend gets.",
        ..BASE
    },
    Entry {
        name: "auth-proxy-set-headers",
        risk: Risk::Medium,
        bad: BadValue::Denied,
        value: Value::Text(Charset::Basic),
        about: "ConfigMap with headers for the question.",
        ..BASE
    },
    Entry {
        name: "auth-request-redirect",
        risk: Risk::Medium,
        value: Value::Text(Charset::Url),
        default: "the request's own target",
        about: "`X-Auth-Request-Redirect` header of the question.",
        ..BASE
    },
    Entry {
        name: "auth-always-set-cookie",
        value: Value::Flag,
        default: "false",
        about: "Cookies of the answer reach the client whatever the status.",
        ..BASE
    },
    Entry {
        name: "auth-cache-key",
        risk: Risk::Medium,
        value: Value::Text(Charset::NginxVariable),
        about: "Answers are kept under this key.",
        ..BASE
    },
    Entry {
        name: "auth-cache-duration",
        risk: Risk::Medium,
        bad: BadValue::Denied,
        value: Value::Text(Charset::Extended),
        default: "200 202 401 5m",
        about: "How long which answers are kept.",
        ..BASE
    },
    Entry {
        name: "auth-keepalive",
        value: Value::Integer,
        default: "0",
        about: "Idle connections kept to the service.",
        ..BASE
    },
    Entry {
        name: "auth-keepalive-share-vars",
        value: Value::Flag,
        default: "false",
        about: "The question shares nginx's variables with the request.",
        ..BASE
    },
    Entry {
        name: "auth-keepalive-requests",
        value: Value::Integer,
        default: "1000",
        about: "Questions on one kept connection.",
        ..BASE
    },
    Entry {
        name: "auth-keepalive-timeout",
        value: Value::Integer,
        default: "60",
        about: "Seconds an idle connection to the service is kept.",
        ..BASE
    },
    Entry {
        name: "auth-snippet",
        risk: Risk::Critical,
        effect: Effect::Snippet,
        about: "Raw nginx configuration for the question.",
        ..BASE
    },
    Entry {
        name: "enable-global-auth",
        value: Value::Flag,
        default: "true",
        needs: &[],
        effect: Effect::Supported(|effects, text| {
            effects.skips_global_auth = !flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "`false`: `global-auth-url` of the ConfigMap does not concern these paths.",
        ..BASE
    },
];

/// A URL with a scheme and a host that is no relative name; nginx variables are allowed.
pub(crate) fn url(text: &str) -> Result<(), Malformed> {
    Charset::UrlVariable.check(text)?;
    let host = text
        .split_once("://")
        .map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or(""));
    match host {
        None => Err(Malformed::new(&words::NO_SCHEME)),
        Some("") => Err(Malformed::new(&words::NO_HOST)),
        Some(host) if host.contains("..") || host.starts_with('.') => {
            Err(Malformed::new(words::NOT_A_HOST.arg("value", host)))
        }
        Some(_) => Ok(()),
    }
}
