//! Timeouts, retries, buffers and sizes.

use std::time::Duration;

use genkan_route::settings::{Retry, RouteSettings};

use super::entry::{BadValue, Effect, Entry, Family, Idle, Outcome, Risk};
use super::value::{Charset, Malformed, ON_OFF, Value, count, on_off, seconds, size, word};
use super::{response_rewrite, words};

const BASE: Entry = Entry {
    family: Family::TimeoutAndBuffer,
    ..Entry::BASE
};

pub(crate) const HTTP_VERSIONS: &[&str] = &["1.0", "1.1"];
const CONNECTIONS: &[&str] = &["close", "keep-alive"];

/// An effect on the route's settings, shared with the ConfigMap key of the same name.
macro_rules! setting {
    ($write:path) => {
        Effect::Supported(|effects, text| {
            $write(&mut effects.settings, text).map(|()| Outcome::InEffect)
        })
    };
}

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "proxy-connect-timeout",
        value: Value::Seconds,
        default: "`proxy-connect-timeout` of the ConfigMap (5)",
        effect: setting!(connect_timeout),
        about: "Longest wait for a connection to the backend.",
        ..BASE
    },
    Entry {
        name: "proxy-send-timeout",
        value: Value::Seconds,
        default: "`proxy-send-timeout` of the ConfigMap (60)",
        effect: setting!(send_timeout),
        about: "Longest pause between two writes to the backend.",
        ..BASE
    },
    Entry {
        name: "proxy-read-timeout",
        value: Value::Seconds,
        default: "`proxy-read-timeout` of the ConfigMap (60)",
        effect: setting!(read_timeout),
        about: "Longest pause between two reads from the backend; also of WebSockets.",
        ..BASE
    },
    Entry {
        name: "proxy-next-upstream",
        risk: Risk::Medium,
        value: Value::Checked {
            expected: &words::CONDITIONS,
            check: check_conditions,
        },
        default: "`proxy-next-upstream` of the ConfigMap (error timeout)",
        effect: setting!(next_upstream),
        about: "When another endpoint is tried.",
        ..BASE
    },
    Entry {
        name: "proxy-next-upstream-timeout",
        value: Value::Seconds,
        default: "`proxy-next-upstream-timeout` of the ConfigMap (0, no limit)",
        effect: setting!(next_upstream_timeout),
        about: "No new try after this long.",
        ..BASE
    },
    Entry {
        name: "proxy-next-upstream-tries",
        value: Value::Count,
        default: "`proxy-next-upstream-tries` of the ConfigMap (3)",
        effect: setting!(next_upstream_tries),
        about: "Most tries in all; 0 is unlimited.",
        ..BASE
    },
    Entry {
        name: "proxy-http-version",
        value: Value::Word(HTTP_VERSIONS),
        default: "`proxy-http-version` of the ConfigMap (1.1)",
        effect: setting!(http_version),
        about: "Version of HTTP spoken with the backend.",
        ..BASE
    },
    Entry {
        name: "proxy-body-size",
        risk: Risk::Medium,
        value: Value::Size,
        default: "`proxy-body-size` of the ConfigMap (1m)",
        effect: setting!(body_size),
        about: "Largest request body (413 beyond); 0 is unlimited.",
        ..BASE
    },
    Entry {
        name: "client-body-buffer-size",
        bad: BadValue::ObjectRefused,
        value: Value::Size,
        default: "`client-body-buffer-size` of the ConfigMap (8k)",
        effect: setting!(body_buffer_size),
        about: "How much of a buffered body stays in memory.",
        ..BASE
    },
    Entry {
        name: "proxy-request-buffering",
        value: ON_OFF,
        default: "`proxy-request-buffering` of the ConfigMap (on)",
        effect: setting!(request_buffering),
        about: "The whole request body is received before the backend is connected to.",
        ..BASE
    },
    Entry {
        name: "proxy-buffering",
        value: ON_OFF,
        default: "`proxy-buffering` of the ConfigMap (off)",
        effect: Effect::NotYet(Idle::Word("off")),
        about: "The response is buffered.",
        ..BASE
    },
    Entry {
        name: "proxy-buffer-size",
        value: Value::Size,
        default: "`proxy-buffer-size` of the ConfigMap (4k)",
        effect: setting!(response_head_size),
        about: "Largest response head (502 beyond).",
        ..BASE
    },
    Entry {
        name: "proxy-buffers-number",
        value: Value::Integer,
        default: "`proxy-buffers-number` of the ConfigMap (4)",
        needs: &["proxy-buffering"],
        about: "Number of response buffers.",
        ..BASE
    },
    Entry {
        name: "proxy-busy-buffers-size",
        value: Value::Size,
        needs: &["proxy-buffering"],
        about: "How much of the response buffers may be busy.",
        ..BASE
    },
    Entry {
        name: "proxy-max-temp-file-size",
        value: Value::Size,
        default: "`proxy-max-temp-file-size` of the ConfigMap (1024m)",
        needs: &["proxy-buffering"],
        about: "Most of a buffered response on disk.",
        ..BASE
    },
    Entry {
        name: "proxy-cookie-domain",
        risk: Risk::Medium,
        value: Value::Text(Charset::Basic),
        default: "`proxy-cookie-domain` of the ConfigMap (off)",
        effect: setting!(response_rewrite::cookie_domain),
        about: "Rewrites `Domain` of the backend's cookies.",
        ..BASE
    },
    Entry {
        name: "proxy-cookie-path",
        risk: Risk::Medium,
        value: Value::Text(Charset::UrlVariable),
        default: "`proxy-cookie-path` of the ConfigMap (off)",
        effect: setting!(response_rewrite::cookie_path),
        about: "Rewrites `Path` of the backend's cookies.",
        ..BASE
    },
    Entry {
        name: "proxy-redirect-from",
        risk: Risk::Medium,
        value: Value::Text(Charset::Url),
        default: "`proxy-redirect-from` of the ConfigMap (off)",
        effect: setting!(response_rewrite::location_from),
        about: "Start of the backend's `Location` that is replaced.",
        ..BASE
    },
    Entry {
        name: "proxy-redirect-to",
        risk: Risk::Medium,
        value: Value::Text(Charset::Url),
        default: "`proxy-redirect-to` of the ConfigMap (off)",
        needs: &["proxy-redirect-from"],
        effect: setting!(response_rewrite::location_to),
        about: "What it is replaced by.",
        ..BASE
    },
    Entry {
        name: "connection-proxy-header",
        bad: BadValue::ObjectRefused,
        value: Value::Word(CONNECTIONS),
        effect: setting!(connection_header),
        about: "Fixed `Connection` header for the backend.",
        ..BASE
    },
];

type Written = Result<(), Malformed>;

pub(crate) fn connect_timeout(settings: &mut RouteSettings, text: &str) -> Written {
    settings.connect_timeout = seconds(text)?;
    Ok(())
}

pub(crate) fn send_timeout(settings: &mut RouteSettings, text: &str) -> Written {
    settings.send_timeout = seconds(text)?;
    Ok(())
}

pub(crate) fn read_timeout(settings: &mut RouteSettings, text: &str) -> Written {
    settings.read_timeout = seconds(text)?;
    Ok(())
}

/// Replaces the conditions and keeps `tries`, `timeout` and the ConfigMap's `retry-non-idempotent`.
pub(crate) fn next_upstream(settings: &mut RouteSettings, text: &str) -> Written {
    let read = conditions(text)?;
    let Retry { tries, timeout, .. } = settings.retry;
    settings.retry = Retry {
        tries,
        timeout,
        ..read
    };
    Ok(())
}

pub(crate) fn next_upstream_timeout(settings: &mut RouteSettings, text: &str) -> Written {
    settings.retry.timeout = seconds(text)?;
    Ok(())
}

pub(crate) fn next_upstream_tries(settings: &mut RouteSettings, text: &str) -> Written {
    settings.retry.tries = count(text)?;
    Ok(())
}

pub(crate) fn body_size(settings: &mut RouteSettings, text: &str) -> Written {
    settings.body_size_max = Some(size(text)?).filter(|bytes| *bytes > 0);
    Ok(())
}

pub(crate) fn body_buffer_size(settings: &mut RouteSettings, text: &str) -> Written {
    settings.body_memory_max = size(text)?;
    Ok(())
}

pub(crate) fn request_buffering(settings: &mut RouteSettings, text: &str) -> Written {
    settings.request_buffering = on_off(text)?;
    Ok(())
}

pub(crate) fn http_version(settings: &mut RouteSettings, text: &str) -> Written {
    settings.backend_http10 = word(text, HTTP_VERSIONS)? == "1.0";
    Ok(())
}

fn connection_header(settings: &mut RouteSettings, text: &str) -> Written {
    settings.backend_connection = Some(word(text, CONNECTIONS)?);
    Ok(())
}

/// The largest response head that may be asked for: it is held in memory for every exchange.
const RESPONSE_HEAD_MAX: u64 = 16 << 20;

pub(crate) fn response_head_size(settings: &mut RouteSettings, text: &str) -> Written {
    let bytes = size(text)?;
    if bytes == 0 || bytes > RESPONSE_HEAD_MAX {
        return Err(Malformed::new(&words::HEAD_SIZE));
    }
    settings.response_head_max = usize::try_from(bytes).unwrap_or(usize::MAX);
    Ok(())
}

pub(crate) fn check_conditions(text: &str) -> Written {
    conditions(text).map(drop)
}

/// The words of `proxy_next_upstream`; `off` beats all others, as in nginx.
fn conditions(text: &str) -> Result<Retry, Malformed> {
    let none = Retry {
        on_error: false,
        on_timeout: false,
        on_invalid_header: false,
        statuses: Vec::new(),
        non_idempotent: false,
        tries: 0,
        timeout: Duration::ZERO,
    };
    let mut retry = none.clone();
    let mut off = false;
    // ingress-nginx's expression allows one blank after each word, no more.
    let words = text.strip_suffix(char::is_whitespace).unwrap_or(text);
    for word in words.split(char::is_whitespace) {
        match word {
            "error" => retry.on_error = true,
            "timeout" => retry.on_timeout = true,
            "invalid_header" => retry.on_invalid_header = true,
            "non_idempotent" => retry.non_idempotent = true,
            "off" => off = true,
            "http_500" => retry.statuses.push(500),
            "http_502" => retry.statuses.push(502),
            "http_503" => retry.statuses.push(503),
            "http_504" => retry.statuses.push(504),
            "http_403" => retry.statuses.push(403),
            "http_404" => retry.statuses.push(404),
            "http_429" => retry.statuses.push(429),
            _ => {
                let why = words::NO_CONDITION.arg("value", super::value::shown(word));
                return Err(Malformed { why, at: None });
            }
        }
    }
    retry.statuses.sort_unstable();
    retry.statuses.dedup();
    Ok(if off { none } else { retry })
}
