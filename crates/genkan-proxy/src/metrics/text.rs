//! The Prometheus text format.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    cells::{DURATION_BOUNDS, HistogramSum, LENGTH_BOUNDS, SIZE_BOUNDS, Sum},
    labels::{AnswerLabels, ConstantLabels, RouteLabels},
};
use crate::record::ConnectionCounts;

/// Prefix of ingress-nginx's names.
const PREFIX: &str = "nginx_ingress_controller_";

/// A page of metrics under construction.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// Begins a metric: its name, type (`counter`, `gauge`, `histogram`) and help.
    pub fn metric(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// Adds a sample; label values are escaped.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.0.push_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            self.0.push(if index == 0 { '{' } else { ',' });
            self.0.push_str(label);
            self.0.push_str("=\"");
            escape(text, &mut self.0);
            self.0.push('"');
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    /// The page.
    pub fn into_text(self) -> String {
        self.0
    }
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
}

type Series = BTreeMap<(RouteLabels, AnswerLabels), Sum>;

/// Everything that is counted by rule and answer.
pub(super) fn requests(out: &mut Exposition, constant: &ConstantLabels, series: &Series) {
    let name = format!("{PREFIX}requests");
    out.metric(&name, "counter", "The total number of client requests");
    for (key, sum) in series {
        with_labels(constant, key, |labels| {
            out.sample(&name, labels, sum.requests)
        });
    }
    for row in &HISTOGRAMS {
        let name = format!("{PREFIX}{}", row.name);
        out.metric(&name, "histogram", row.help);
        for (key, sum) in series {
            histogram(out, &name, constant, key, row, (row.of)(sum));
        }
    }
}

/// One histogram of ingress-nginx.
struct Row {
    name: &'static str,
    help: &'static str,
    bounds: &'static [u64],
    /// Whether values are microseconds, shown as seconds.
    seconds: bool,
    of: fn(&Sum) -> &HistogramSum,
}

const HISTOGRAMS: [Row; 7] = [
    Row {
        name: "request_duration_seconds",
        help: "The request processing time in seconds",
        bounds: &DURATION_BOUNDS,
        seconds: true,
        of: |sum| &sum.request_duration,
    },
    Row {
        name: "response_duration_seconds",
        help: "The time spent on receiving the response from the upstream server",
        bounds: &DURATION_BOUNDS,
        seconds: true,
        of: |sum| &sum.response_duration,
    },
    Row {
        name: "header_duration_seconds",
        help: "The time spent on receiving first header from the upstream server",
        bounds: &DURATION_BOUNDS,
        seconds: true,
        of: |sum| &sum.header_duration,
    },
    Row {
        name: "connect_duration_seconds",
        help: "The time spent on establishing a connection with the upstream server",
        bounds: &DURATION_BOUNDS,
        seconds: true,
        of: |sum| &sum.connect_duration,
    },
    Row {
        name: "request_size",
        help: "The request length (including request line, header, and request body)",
        bounds: &LENGTH_BOUNDS,
        seconds: false,
        of: |sum| &sum.request_size,
    },
    Row {
        name: "response_size",
        help: "The response length (including request line, header, and request body)",
        bounds: &LENGTH_BOUNDS,
        seconds: false,
        of: |sum| &sum.response_size,
    },
    Row {
        name: "bytes_sent",
        help: "DEPRECATED The number of bytes sent to a client",
        bounds: &SIZE_BOUNDS,
        seconds: false,
        of: |sum| &sum.bytes_sent,
    },
];

fn histogram(
    out: &mut Exposition,
    name: &str,
    constant: &ConstantLabels,
    key: &(RouteLabels, AnswerLabels),
    row: &Row,
    sum: &HistogramSum,
) {
    let shown = |value: u64| {
        if row.seconds {
            value as f64 / 1e6
        } else {
            value as f64
        }
    };
    let mut below = 0;
    with_labels(constant, key, |labels| {
        let bucket = format!("{name}_bucket");
        for (index, count) in sum.counts.iter().enumerate() {
            below += count;
            let bound = match row.bounds.get(index) {
                Some(bound) => shown(*bound).to_string(),
                None => "+Inf".to_owned(),
            };
            let mut labels = labels.to_vec();
            labels.push(("le", &bound));
            out.sample(&bucket, &labels, below);
        }
        out.sample(&format!("{name}_sum"), labels, shown(sum.sum));
        out.sample(&format!("{name}_count"), labels, below);
    });
}

/// Labels in alphabetical order, as Go's client writes them.
fn with_labels<T>(
    constant: &ConstantLabels,
    (route, answer): &(RouteLabels, AnswerLabels),
    with: impl FnOnce(&[(&str, &str)]) -> T,
) -> T {
    let status = answer.status.to_string();
    with(&[
        // No canary yet: the label is there, as dashboards expect, and empty.
        ("canary", ""),
        ("controller_class", &constant.class),
        ("controller_namespace", &constant.namespace),
        ("controller_pod", &constant.pod),
        ("host", &route.host),
        ("ingress", &route.ingress),
        ("method", answer.method),
        ("namespace", &route.namespace),
        ("path", &route.path),
        ("service", &route.service),
        ("status", &status),
    ])
}

/// `nginx_process_connections` and its relatives.
pub(super) fn connections(
    out: &mut Exposition,
    constant: &ConstantLabels,
    counts: &ConnectionCounts,
    requests: u64,
) {
    let labels = |state| {
        [
            ("controller_class", constant.class.as_str()),
            ("controller_namespace", constant.namespace.as_str()),
            ("controller_pod", constant.pod.as_str()),
            ("state", state),
        ]
    };
    let name = format!("{PREFIX}nginx_process_connections");
    out.metric(
        &name,
        "gauge",
        "current number of client connections with state {active, reading, writing, waiting}",
    );
    for (state, value) in [
        ("active", counts.active),
        ("reading", counts.reading),
        ("waiting", counts.waiting),
        ("writing", counts.writing),
    ] {
        out.sample(&name, &labels(state), value);
    }
    let name = format!("{PREFIX}nginx_process_connections_total");
    out.metric(
        &name,
        "counter",
        "total number of connections with state {accepted, handled}",
    );
    for (state, value) in [("accepted", counts.accepted), ("handled", counts.handled)] {
        out.sample(&name, &labels(state), value);
    }
    let name = format!("{PREFIX}nginx_process_requests_total");
    out.metric(&name, "counter", "total number of client requests");
    out.sample(&name, &labels("")[..3], requests);
}
