//! Connections, workers, HTTP/2, compression.

use std::net::IpAddr;

use super::key::{Effect, Group, Key};
use crate::annotation::{
    entry::Idle,
    value::{Malformed, Value, count, duration, flag, seconds, shown},
    words,
};

const BASE: Key = Key {
    group: Group::Connection,
    ..Key::BASE
};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "keep-alive",
        value: Value::Seconds,
        default: "75",
        effect: Effect::Supported(|settings, text| {
            settings.global.keep_alive = seconds(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "keep-alive-requests",
        value: Value::Count,
        default: "1000",
        effect: Effect::Supported(|settings, text| {
            settings.global.keep_alive_requests = count(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "upstream-keepalive-connections",
        value: Value::Count,
        default: "320",
        effect: Effect::Supported(|settings, text| {
            settings.global.upstream_keepalive_connections = count(text)? as usize;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "upstream-keepalive-time",
        value: Value::Checked {
            expected: &words::DURATION,
            check: |text| duration(text).map(drop),
        },
        default: "1h",
        effect: Effect::Supported(|settings, text| {
            settings.global.upstream_keepalive_time = duration(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "upstream-keepalive-timeout",
        value: Value::Seconds,
        default: "60",
        effect: Effect::Supported(|settings, text| {
            settings.global.upstream_keepalive_timeout = seconds(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "upstream-keepalive-requests",
        value: Value::Count,
        default: "10000",
        effect: Effect::Supported(|settings, text| {
            settings.global.upstream_keepalive_requests = count(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "use-http2",
        value: Value::Flag,
        default: "true",
        effect: Effect::Supported(|settings, text| {
            settings.global.http2 = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "http2-max-concurrent-streams",
        value: Value::Count,
        default: "128",
        effect: Effect::Supported(|settings, text| {
            if let Some(number) = std::num::NonZeroU32::new(count(text)?) {
                settings.global.http2_max_concurrent_streams = number.get();
            }
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "http2-max-field-size",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "http2-max-header-size",
        value: Value::Anything,
        default: "empty",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "http2-max-requests",
        value: Value::Anything,
        default: "0",
        effect: Effect::Never(&words::DEAD),
        ..BASE
    },
    Key {
        name: "enable-multi-accept",
        value: Value::Flag,
        default: "true",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "max-worker-connections",
        value: Value::Count,
        default: "16384",
        effect: Effect::Supported(|settings, text| {
            if let Some(number) = std::num::NonZeroU32::new(count(text)?) {
                settings.global.worker_connections = number.get() as usize;
            }
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "max-worker-open-files",
        value: Value::Count,
        default: "0",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "worker-processes",
        value: Value::Anything,
        default: "CPUs",
        ..BASE
    },
    Key {
        name: "worker-cpu-affinity",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "worker-shutdown-timeout",
        value: Value::Checked {
            expected: &words::DURATION,
            check: |text| duration(text).map(drop),
        },
        default: "240s",
        effect: Effect::Supported(|settings, text| {
            settings.global.shutdown_timeout = duration(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "enable-serial-reloads",
        value: Value::Flag,
        default: "false",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "reuse-port",
        value: Value::Flag,
        default: "true",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "bind-address",
        value: Value::Anything,
        default: "all",
        effect: Effect::Supported(|settings, text| {
            // as in ingress-nginx, of a list with a bad element the good ones count
            let (addresses, wrong) = addresses(text);
            settings.global.listen.addresses = addresses;
            wrong.map_or(Ok(()), Err)
        }),
        ..BASE
    },
    Key {
        name: "disable-ipv6",
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|settings, text| {
            settings.global.listen.ipv4_only = flag(text)?;
            Ok(())
        }),
        ..BASE
    },
    Key {
        name: "disable-ipv6-dns",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "enable-aio-write",
        value: Value::Flag,
        default: "true",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "use-gzip",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "gzip-level",
        value: Value::Integer,
        default: "1",
        ..BASE
    },
    Key {
        name: "gzip-min-length",
        value: Value::Integer,
        default: "256",
        ..BASE
    },
    Key {
        name: "gzip-types",
        value: Value::Anything,
        default: "17 types of text",
        ..BASE
    },
    Key {
        name: "gzip-disable",
        value: Value::Anything,
        default: "empty",
        ..BASE
    },
    Key {
        name: "enable-brotli",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        ..BASE
    },
    Key {
        name: "brotli-level",
        value: Value::Integer,
        default: "4",
        ..BASE
    },
    Key {
        name: "brotli-min-length",
        value: Value::Integer,
        default: "20",
        ..BASE
    },
    Key {
        name: "brotli-types",
        value: Value::Anything,
        default: "those of gzip and one more",
        ..BASE
    },
    Key {
        name: "map-hash-bucket-size",
        value: Value::Integer,
        default: "64",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "server-name-hash-max-size",
        value: Value::Integer,
        default: "1024",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "server-name-hash-bucket-size",
        value: Value::Integer,
        default: "auto",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "proxy-headers-hash-max-size",
        value: Value::Integer,
        default: "512",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "proxy-headers-hash-bucket-size",
        value: Value::Integer,
        default: "64",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "variables-hash-bucket-size",
        value: Value::Integer,
        default: "256",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "variables-hash-max-size",
        value: Value::Integer,
        default: "2048",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
    Key {
        name: "lua-shared-dicts",
        value: Value::Anything,
        default: "seven of them",
        effect: Effect::Never(&words::NGINX_ONLY),
        ..BASE
    },
];

/// The addresses of a list, and the first element that is none.
fn addresses(text: &str) -> (Box<[IpAddr]>, Option<Malformed>) {
    let elements = text.split(',').map(str::trim);
    let (good, bad): (Vec<_>, Vec<_>) = elements
        .filter(|element| !element.is_empty())
        .map(|element| element.parse().map_err(|_| element))
        .partition(Result::is_ok);
    let wrong = bad.into_iter().find_map(Result::err);
    let wrong = wrong.map(|element| {
        let why = words::NOT_AN_ADDRESS.arg("value", shown(element));
        Malformed::new(why)
    });
    (good.into_iter().flatten().collect(), wrong)
}
