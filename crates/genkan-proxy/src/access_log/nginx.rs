//! ingress-nginx's default `log-format-upstream`.
//!
//! `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"
//! "$http_user_agent" $request_length $request_time [$proxy_upstream_name]
//! [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length
//! $upstream_response_time $upstream_status $req_id`

use std::{io::Write as _, time::Duration};

use super::{clock::LogClock, escape};
use crate::record::{Attempt, ExchangeRecord};

/// Appends one line.
pub(super) fn line(record: &ExchangeRecord<'_>, clock: &mut LogClock, out: &mut Vec<u8>) {
    // Writing to a Vec cannot fail.
    let _ = write!(out, "{}", record.client.ip().to_canonical());
    out.extend_from_slice(b" - ");
    value(record.user, out);
    out.extend_from_slice(b" [");
    out.extend_from_slice(clock.local(record.finished).as_bytes());
    out.extend_from_slice(b"] \"");
    escape::nginx(record.request_line, out);
    out.extend_from_slice(b"\" ");
    number(u64::from(record.status), out);
    out.push(b' ');
    number(record.body_bytes_sent, out);
    out.extend_from_slice(b" \"");
    value(record.referer, out);
    out.extend_from_slice(b"\" \"");
    value(record.user_agent, out);
    out.extend_from_slice(b"\" ");
    number(record.request_length, out);
    out.push(b' ');
    seconds(record.duration, out);
    out.extend_from_slice(b" [");
    upstream_name(record, out);
    // No canary yet, so never an alternative upstream; ingress-nginx leaves the brackets empty then.
    out.extend_from_slice(b"] [] ");
    list(record.attempts, out, |attempt, out| {
        let _ = write!(out, "{}", attempt.address);
    });
    out.push(b' ');
    list(record.attempts, out, |attempt, out| {
        number(attempt.response_length, out)
    });
    out.push(b' ');
    list(record.attempts, out, |attempt, out| {
        seconds(attempt.response_time, out)
    });
    out.push(b' ');
    list(record.attempts, out, |attempt, out| match attempt.status {
        0 => out.push(b'-'),
        status => number(u64::from(status), out),
    });
    out.push(b' ');
    escape::nginx(record.effective_request_id, out);
    out.push(b'\n');
}

/// `namespace-service-port`; the default backend has a fixed name; empty before a location was chosen.
fn upstream_name(record: &ExchangeRecord<'_>, out: &mut Vec<u8>) {
    match (record.group, record.route) {
        (Some(group), _) => {
            for part in [
                group.namespace.as_str(),
                "-",
                &group.service,
                "-",
                &group.port,
            ] {
                out.extend_from_slice(part.as_bytes());
            }
        }
        (None, Some(_)) => out.extend_from_slice(b"upstream-default-backend"),
        (None, None) => {}
    }
}

/// nginx writes `-` for a variable without value.
fn value(value: Option<&[u8]>, out: &mut Vec<u8>) {
    match value {
        Some(value) if !value.is_empty() => escape::nginx(value, out),
        _ => out.push(b'-'),
    }
}

fn list(attempts: &[Attempt], out: &mut Vec<u8>, mut one: impl FnMut(&Attempt, &mut Vec<u8>)) {
    if attempts.is_empty() {
        out.push(b'-');
    }
    for (index, attempt) in attempts.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        one(attempt, out);
    }
}

fn number(number: u64, out: &mut Vec<u8>) {
    genkan_http::write::decimal(out, number);
}

/// Seconds with three decimals, cut as nginx cuts them.
fn seconds(duration: Duration, out: &mut Vec<u8>) {
    number(duration.as_secs(), out);
    let millis = duration.subsec_millis();
    out.push(b'.');
    for divisor in [100, 10, 1] {
        out.push(b'0' + u8::try_from(millis / divisor % 10).unwrap_or(0));
    }
}
