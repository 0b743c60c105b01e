//! Logs, tracing, locations of addresses.

use genkan_route::settings::UnloggedTarget;

use super::key::{Effect, Group, Key};
use crate::annotation::{
    entry::Idle,
    value::{Malformed, Value, flag, list},
    words,
};

const BASE: Key = Key {
    group: Group::Log,
    ..Key::BASE
};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "disable-access-log",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.access_log &= !flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "disable-http-access-log",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::Supported(|settings, text| {
            settings.global.access_log &= !flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "disable-stream-access-log",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "access-log-path",
        value: Value::Anything,
        default: "/var/log/nginx/access.log",
        ..BASE
    },
    Key {
        name: "http-access-log-path",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "stream-access-log-path",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "access-log-params",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "enable-access-log-for-default-backend",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.access_log_default_backend = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "enable-auth-access-log",
        value: Value::Flag,
        default: "false",
        undocumented: true,
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "skip-access-log-urls",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Supported(|settings, text| {
            let (mut unlogged, mut wrong) = (Vec::new(), None);
            for url in list(text) {
                match UnloggedTarget::parse(&url) {
                    Ok(target) => unlogged.push(target),
                    Err(error) => wrong = wrong.or(Some(error)),
                }
            }
            settings.global.unlogged = unlogged.into();
            wrong.map_or(Ok(()), |error| {
                let why = words::NO_EXPRESSION.arg("value", error.to_string());
                Err(Malformed::new(why))
            })
        }),
        ..BASE
    },
    Key {
        name: "log-format-upstream",
        value: Value::Anything,
        default: "ingress-nginx's",
        ..BASE
    },
    Key {
        name: "log-format-stream",
        value: Value::Anything,
        default: "ingress-nginx's",
        ..BASE
    },
    Key {
        name: "log-format-escape-json",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "log-format-escape-none",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "error-log-path",
        value: Value::Anything,
        default: "/var/log/nginx/error.log",
        ..BASE
    },
    Key {
        name: "error-log-level",
        value: Value::Anything,
        default: "notice",
        ..BASE
    },
    Key {
        name: "debug-connections",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "enable-syslog",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "syslog-host",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "syslog-port",
        value: Value::Integer,
        default: "514",
        ..BASE
    },
    Key {
        name: "enable-opentelemetry",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "opentelemetry-trust-incoming-span",
        value: Value::Flag,
        default: "true",
        ..BASE
    },
    Key {
        name: "opentelemetry-operation-name",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "opentelemetry-config",
        value: Value::Anything,
        default: "a file",
        ..BASE
    },
    Key {
        name: "otlp-collector-host",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "otlp-collector-port",
        value: Value::Integer,
        default: "4317",
        ..BASE
    },
    Key {
        name: "otel-service-name",
        value: Value::Anything,
        default: "nginx",
        ..BASE
    },
    Key {
        name: "otel-sampler",
        value: Value::Anything,
        default: "AlwaysOn",
        ..BASE
    },
    Key {
        name: "otel-sampler-ratio",
        value: Value::Anything,
        default: "0.01",
        ..BASE
    },
    Key {
        name: "otel-sampler-parent-based",
        value: Value::Flag,
        default: "true",
        ..BASE
    },
    Key {
        name: "otel-max-queuesize",
        value: Value::Integer,
        default: "2048",
        ..BASE
    },
    Key {
        name: "otel-schedule-delay-millis",
        value: Value::Integer,
        default: "5000",
        ..BASE
    },
    Key {
        name: "otel-max-export-batch-size",
        value: Value::Integer,
        default: "512",
        ..BASE
    },
    Key {
        name: "use-geoip2",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "geoip2-autoreload-in-minutes",
        value: Value::Integer,
        default: "0",
        effect: Effect::NotYet(Idle::NotPositive),
        ..BASE
    },
    Key {
        name: "use-geoip",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-collector-host",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-collector-port",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-endpoint",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-service-name",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-propagation-format",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-sampler-type",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-sampler-param",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-sampler-host",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-sampler-port",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-trace-context-header-name",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-debug-header",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-baggage-header",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "jaeger-trace-baggage-header-prefix",
        value: Value::Anything,
        default: "",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "nginx-status-ipv4-whitelist",
        value: Value::Anything,
        default: "127.0.0.1",
        ..BASE
    },
    Key {
        name: "nginx-status-ipv6-whitelist",
        value: Value::Anything,
        default: "::1",
        ..BASE
    },
];
