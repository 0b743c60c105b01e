//! Defaults of annotations.

use genkan_route::{
    route::Mode,
    template::{Template, TemplateError},
};

use super::key::{Effect, Group, Key, Protects};
use crate::annotation::{
    entry::Idle,
    error_and_log::listed,
    response_rewrite, timeout_and_buffer,
    value::{Malformed, ON_OFF, Value, count, flag, seconds, size},
    words,
};

const BASE: Key = Key {
    group: Group::Proxy,
    ..Key::BASE
};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "proxy-body-size",
        value: Value::Size,
        default: "1m",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::body_size(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-connect-timeout",
        value: Value::Seconds,
        default: "5",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::connect_timeout(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-read-timeout",
        value: Value::Seconds,
        default: "60",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::read_timeout(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-send-timeout",
        value: Value::Seconds,
        default: "60",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::send_timeout(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-next-upstream",
        value: Value::Checked {
            expected: &words::CONDITIONS,
            check: timeout_and_buffer::check_conditions,
        },
        default: "error timeout",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::next_upstream(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-next-upstream-timeout",
        value: Value::Seconds,
        default: "0",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::next_upstream_timeout(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-next-upstream-tries",
        value: Value::Count,
        default: "3",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::next_upstream_tries(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "retry-non-idempotent",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.policy.retry_non_idempotent = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "proxy-buffering",
        value: ON_OFF,
        default: "off",
        effect: Effect::NotYet(Idle::Word("off")),
        ..BASE
    },
    Key {
        name: "proxy-request-buffering",
        value: ON_OFF,
        default: "on",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::request_buffering(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-buffer-size",
        value: Value::Size,
        default: "4k",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::response_head_size(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-buffers-number",
        value: Value::Integer,
        default: "4",
        ..BASE
    },
    Key {
        name: "proxy-busy-buffers-size",
        value: Value::Size,
        default: "empty",
        ..BASE
    },
    Key {
        name: "proxy-max-temp-file-size",
        value: Value::Size,
        default: "1024m",
        undocumented: true,
        ..BASE
    },
    Key {
        name: "proxy-http-version",
        value: Value::Word(&["1.0", "1.1"]),
        default: "1.1",
        undocumented: true,
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::http_version(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-cookie-domain",
        value: Value::Anything,
        default: "off",
        effect: Effect::Supported(|settings, text| {
            response_rewrite::cookie_domain(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-cookie-path",
        value: Value::Anything,
        default: "off",
        effect: Effect::Supported(|settings, text| {
            response_rewrite::cookie_path(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-redirect-from",
        value: Value::Anything,
        default: "off",
        effect: Effect::Supported(|settings, text| {
            response_rewrite::location_from(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "proxy-redirect-to",
        value: Value::Anything,
        default: "off",
        undocumented: true,
        effect: Effect::Supported(|settings, text| {
            response_rewrite::location_to(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "service-upstream",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.policy.service_upstream = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "load-balance",
        value: Value::Word(&["round_robin", "ewma"]),
        default: "round_robin",
        effect: Effect::NotYet(Idle::Word("round_robin")),
        ..BASE
    },
    Key {
        name: "custom-http-errors",
        value: Value::Checked {
            expected: &words::GLOBAL_STATUSES,
            // what is none of them is left out, the others count
            check: |_| Ok(()),
        },
        default: "empty",
        effect: Effect::Supported(|settings, text| {
            let (statuses, wrong) = listed(text, 300);
            settings.error_statuses = statuses;
            wrong.map_or(Ok(()), Err)
        }),
        ..BASE
    },
    Key {
        name: "disable-proxy-intercept-errors",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::Supported(|settings, text| {
            settings.intercepts_errors = !flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "limit-rate",
        value: Value::Integer,
        default: "0",
        effect: Effect::Closes(Protects::All(Idle::NotPositive)),
        ..BASE
    },
    Key {
        name: "limit-rate-after",
        value: Value::Integer,
        default: "0",
        effect: Effect::NotYet(Idle::NotPositive),
        ..BASE
    },
    Key {
        name: "limit-req-status-code",
        value: Value::Checked {
            expected: &words::ERROR_STATUS,
            check: |text| error_status(text).map(drop),
        },
        default: "503",
        effect: Effect::Supported(|settings, text| {
            settings.global.rate_limit_status = error_status(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "limit-conn-status-code",
        value: Value::Checked {
            expected: &words::ERROR_STATUS,
            check: |text| error_status(text).map(drop),
        },
        default: "503",
        effect: Effect::Supported(|settings, text| {
            settings.global.connection_limit_status = error_status(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "limit-conn-zone-variable",
        value: Value::Checked {
            expected: &words::VARIABLES,
            check: |text| limit_key(text).map(drop),
        },
        default: "$binary_remote_addr",
        effect: Effect::Supported(|settings, text| {
            settings.global.limit_key = Some(limit_key(text)?);
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "client-body-buffer-size",
        value: Value::Size,
        default: "8k",
        effect: Effect::Supported(|settings, text| {
            timeout_and_buffer::body_buffer_size(&mut settings.policy.settings, text)
        }),
        ..BASE
    },
    Key {
        name: "client-body-timeout",
        value: Value::Seconds,
        default: "60",
        effect: Effect::Supported(|settings, text| {
            settings.global.body_timeout = seconds(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "client-header-buffer-size",
        value: Value::Size,
        default: "1k",
        effect: Effect::Supported(|settings, text| {
            settings.global.header_buffer_size = buffer_size(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "client-header-timeout",
        value: Value::Seconds,
        default: "60",
        effect: Effect::Supported(|settings, text| {
            settings.global.header_timeout = seconds(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "large-client-header-buffers",
        value: Value::Checked {
            expected: &words::BUFFERS,
            check: |text| buffers(text).map(drop),
        },
        default: "4 8k",
        effect: Effect::Supported(|settings, text| {
            let (number, size) = buffers(text)?;
            settings.global.large_header_buffers = number;
            settings.global.large_header_buffer_size = size;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "default-type",
        value: Value::Anything,
        default: "text/html",
        effect: Effect::NotYet(Idle::Word("text/html")),
        ..BASE
    },
    Key {
        name: "grpc-buffer-size-kb",
        value: Value::Integer,
        default: "0",
        effect: Effect::NotYet(Idle::NotPositive),
        ..BASE
    },
];

/// The largest buffer for request heads: every connection may hold several.
const HEAD_BUFFER_MAX: u64 = 1 << 20;

/// The most buffers for one request head.
const HEAD_BUFFERS_MAX: usize = 1024;

fn buffer_size(text: &str) -> Result<usize, Malformed> {
    let bytes = size(text)?;
    let fits = (1..=HEAD_BUFFER_MAX).contains(&bytes);
    let bytes = usize::try_from(bytes).ok().filter(|_| fits);
    bytes.ok_or_else(|| Malformed::of(&words::NOT_A_SIZE, text))
}

/// nginx's `large_client_header_buffers`: a number and a size.
fn buffers(text: &str) -> Result<(usize, usize), Malformed> {
    let wrong = || Malformed::of(&words::NOT_BUFFERS, text);
    let (number, size) = text
        .trim()
        .split_once(char::is_whitespace)
        .ok_or_else(wrong)?;
    let number = usize::try_from(count(number)?)
        .ok()
        .filter(|n| (1..=HEAD_BUFFERS_MAX).contains(n));
    Ok((number.ok_or_else(wrong)?, buffer_size(size.trim())?))
}

/// nginx: `limit_req_status`, `limit_conn_status`.
fn error_status(text: &str) -> Result<u16, Malformed> {
    let status = text.parse().ok();
    status
        .filter(|status| (400..=599).contains(status))
        .ok_or_else(|| Malformed::of(&words::NOT_A_STATUS, text))
}

/// Whom limits are counted for. The address in binary tells clients apart as the one in text does.
fn limit_key(text: &str) -> Result<Template, Malformed> {
    let text = text.replace("$binary_remote_addr", "$remote_addr");
    Template::parse(&text, Mode::NginxCompatible).map_err(|error| {
        let name = match &error {
            TemplateError::UnknownVariable { name, .. } => name,
            TemplateError::UnsupportedVariable { name, .. } => *name,
            TemplateError::NoName { .. } => "",
        };
        Malformed::of(&words::NOT_A_VARIABLE, name)
    })
}
