//! One JSON object a line: the fields of the nginx format, and what explains an answer.

use std::{io::Write as _, time::Duration};

use genkan_route::route::Target;

use super::{clock::LogClock, escape};
use crate::record::{Attempt, ExchangeRecord};

/// Appends one line. Keys come in a fixed order; those without a value are left out.
pub(super) fn line(record: &ExchangeRecord<'_>, clock: &mut LogClock, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"time\":");
    text(clock.iso(record.finished).as_bytes(), out);
    key("id", out);
    text(record.request_id.as_str().as_bytes(), out);
    if record.effective_request_id != record.request_id.as_str().as_bytes() {
        field("request_id", Some(record.effective_request_id), out);
    }
    key("client", out);
    let _ = write!(out, "\"{}\"", record.client.ip().to_canonical());
    field("user", record.user, out);
    field("method", Some(record.method), out);
    field("host", Some(record.host), out);
    field("target", Some(record.target), out);
    field("protocol", Some(record.protocol.as_bytes()), out);
    field("scheme", Some(record.scheme.as_str().as_bytes()), out);
    field("referer", record.referer, out);
    field("user_agent", record.user_agent, out);
    field("forwarded_for", record.forwarded_for, out);
    count("status", u64::from(record.status), out);
    count("request_length", record.request_length, out);
    count("bytes_sent", record.bytes_sent, out);
    count("body_bytes_sent", record.body_bytes_sent, out);
    key("duration", out);
    seconds(record.duration, out);
    field("maker", Some(record.maker.as_str().as_bytes()), out);
    if let Some(fault) = record.fault {
        field("code", Some(fault.facts().code.as_bytes()), out);
    }
    route(record, out);
    attempts(record.attempts, out);
    count("generation", record.generation, out);
    out.extend_from_slice(b"}\n");
}

fn route(record: &ExchangeRecord<'_>, out: &mut Vec<u8>) {
    let Some(route) = record.route else { return };
    let origin = &route.spec.origin;
    field("namespace", Some(origin.namespace.as_bytes()), out);
    field("ingress", Some(origin.name.as_bytes()), out);
    if let (Some(rule), Some(path)) = (origin.rule, origin.path) {
        key("rule", out);
        let _ = write!(out, "\"rules[{rule}].paths[{path}]\"");
    }
    field("path", Some(route.spec.path.as_bytes()), out);
    match (&route.spec.target, record.group) {
        (_, Some(group)) => {
            field("service", Some(group.service.as_bytes()), out);
            field("service_port", Some(group.port.as_bytes()), out);
        }
        (Target::Site(site), None) => field("site", Some(site.name.as_bytes()), out),
        _ => {}
    }
}

fn attempts(attempts: &[Attempt], out: &mut Vec<u8>) {
    if attempts.is_empty() {
        return;
    }
    key("attempts", out);
    for (index, attempt) in attempts.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"[" } else { b"," });
        let _ = write!(
            out,
            "{{\"address\":\"{}\",\"status\":{},\"reused\":{},\"response_length\":{},\"response_time\":",
            attempt.address, attempt.status, attempt.reused, attempt.response_length
        );
        seconds(attempt.response_time, out);
        for (name, time) in [
            ("connect_time", attempt.connect_time),
            ("header_time", attempt.header_time),
        ] {
            if let Some(time) = time {
                key(name, out);
                seconds(time, out);
            }
        }
        if let Some(version) = attempt.tls {
            field("tls", Some(version.as_bytes()), out);
        }
        out.push(b'}');
    }
    out.push(b']');
}

fn key(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn field(name: &str, value: Option<&[u8]>, out: &mut Vec<u8>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        key(name, out);
        text(value, out);
    }
}

fn count(name: &str, number: u64, out: &mut Vec<u8>) {
    key(name, out);
    genkan_http::write::decimal(out, number);
}

fn text(value: &[u8], out: &mut Vec<u8>) {
    escape::json(value, out);
}

fn seconds(duration: Duration, out: &mut Vec<u8>) {
    let _ = write!(out, "{:.6}", duration.as_secs_f64());
}
