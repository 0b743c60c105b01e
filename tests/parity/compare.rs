//! What differs between what was recorded and what was seen.

use std::fmt;

use crate::recorded::{Case, Recorded, Response, Upstream};

/// One difference.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// Which part, such as `response.status` or `upstream.target`.
    pub(crate) part: String,
    expected: String,
    seen: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: expected {}, saw {}",
            self.part, self.expected, self.seen
        )
    }
}

/// Compares all repetitions of a case.
pub(crate) fn compare(case: &Case, seen: &[Recorded]) -> Vec<Mismatch> {
    let mut found = Differences {
        case,
        found: Vec::new(),
    };
    let mut recorded: Vec<_> = case.recorded.iter().collect();
    let mut seen: Vec<_> = seen.iter().collect();
    if case.request.parallel {
        // Which of several requests at once is refused is nobody's promise.
        recorded.sort_by_key(|one| one.response.status);
        seen.sort_by_key(|one| one.response.status);
    }
    found.same("repetitions", &recorded.len(), &seen.len());
    for (recorded, seen) in recorded.into_iter().zip(seen) {
        found.response(&recorded.response, &seen.response);
        found.upstream(&recorded.upstream, &seen.upstream);
    }
    found.found
}

struct Differences<'c> {
    case: &'c Case,
    found: Vec<Mismatch>,
}

/// Response headers that say nothing about behaviour, or belong to one connection.
const UNCOMPARED: &[&str] = &[
    "date",
    "server",
    "connection",
    "keep-alive",
    "transfer-encoding",
];

/// What Genkan adds to its responses by design, so that they can be explained.
const ADDED: &[&str] = &["x-request-id", "proxy-status"];

impl Differences<'_> {
    fn same<T: PartialEq + fmt::Debug>(&mut self, part: &str, expected: &T, seen: &T) {
        if expected != seen && !self.case.is_volatile(part) {
            let (expected, seen) = (format!("{expected:?}"), format!("{seen:?}"));
            self.found.push(Mismatch {
                part: part.to_owned(),
                expected,
                seen,
            });
        }
    }

    fn response(&mut self, recorded: &Response, seen: &Response) {
        self.same("response.error", &recorded.error, &seen.error);
        self.same(
            "response.certificate",
            &recorded.certificate,
            &seen.certificate,
        );
        self.same("response.closed", &recorded.closed, &seen.closed);
        self.same("response.status", &recorded.status, &seen.status);
        self.same("response.continue", &recorded.continued, &seen.continued);
        self.same("response.body_from", &recorded.body_from, &seen.body_from);
        let body = |response: &Response| response.body.as_deref().map(anonymous);
        self.same("response.body", &body(recorded), &body(seen));
        if recorded.body_sha1.is_some() && self.orders_body() {
            self.same("response.body_sha1", &recorded.body_sha1, &seen.body_sha1);
        }
        self.headers(recorded, seen);
    }

    fn headers(&mut self, recorded: &Response, seen: &Response) {
        let mut names: Vec<_> = recorded.headers.iter().chain(&seen.headers).collect();
        names.retain(|(name, _)| !UNCOMPARED.contains(&&*name.to_ascii_lowercase()));
        let mut names: Vec<_> = names
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            // The echo backend's own JSON, and pages with another program's name, have other lengths.
            let ordered = self.orders_body() && recorded.body_from.is_some();
            let length = name == "content-length" && !ordered;
            let part = format!("response.headers.{name}");
            let hidden = length || self.case.is_volatile(&part);
            let values = |response: &Response| values(response, &name, hidden);
            let (recorded, seen) = (values(recorded), values(seen));
            let added = recorded.is_empty() && ADDED.contains(&&*name);
            if recorded != seen && !added {
                let (expected, seen) = (format!("{recorded:?}"), format!("{seen:?}"));
                self.found.push(Mismatch {
                    part,
                    expected,
                    seen,
                });
            }
        }
    }

    /// Whether the request tells the echo backend what to answer; its own JSON is not that of the
    /// recordings.
    fn orders_body(&self) -> bool {
        let orders = self
            .case
            .request
            .headers
            .0
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("x-echo"));
        orders.is_some_and(|(_, orders)| {
            orders
                .split("; ")
                .any(|order| order.starts_with("body=") || order.starts_with("size="))
        })
    }

    fn upstream(&mut self, recorded: &[Upstream], seen: &[Upstream]) {
        if self.case.is_volatile("upstream.count") {
            return;
        }
        let (mut recorded, mut seen) = (recorded.to_vec(), seen.to_vec());
        let volatile_pod = self.case.is_volatile("upstream.pod");
        for one in recorded.iter_mut().chain(&mut seen) {
            if volatile_pod {
                one.pod.clear();
            }
        }
        // Backends do not know of each other: only the order at each of them is comparable.
        recorded.sort_by(|a, b| a.pod.cmp(&b.pod));
        seen.sort_by(|a, b| a.pod.cmp(&b.pod));
        self.same("upstream.count", &recorded.len(), &seen.len());
        for (recorded, seen) in recorded.iter().zip(&seen) {
            self.same("upstream.pod", &recorded.pod, &seen.pod);
            self.same("upstream.method", &recorded.method, &seen.method);
            self.same("upstream.target", &recorded.target, &seen.target);
            self.same("upstream.version", &recorded.version, &seen.version);
            self.same("upstream.tls", &recorded.tls, &seen.tls);
            self.same("upstream.body_len", &recorded.body_len, &seen.body_len);
            self.same("upstream.body_sha1", &recorded.body_sha1, &seen.body_sha1);
            let headers = |upstream: &Upstream| -> Vec<(String, String)> {
                let volatile = |name: &str| {
                    self.case
                        .is_volatile(&format!("upstream.headers.{}", name.to_ascii_lowercase()))
                };
                let all = upstream.headers.iter().map(|(name, value)| {
                    let value = if volatile(name) { "(volatile)" } else { value };
                    (name.clone(), value.to_owned())
                });
                all.collect()
            };
            self.upstream_headers(&headers(recorded), &headers(seen));
        }
    }
}

impl Differences<'_> {
    /// Names with their values first, then the order.
    fn upstream_headers(&mut self, recorded: &[(String, String)], seen: &[(String, String)]) {
        let mut names: Vec<_> = recorded.iter().chain(seen).map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        let mut equal = true;
        for name in names {
            let values = |all: &[(String, String)]| -> Vec<String> {
                let named = all.iter().filter(|(known, _)| known == name);
                named.map(|(_, value)| value.clone()).collect()
            };
            let (recorded, seen) = (values(recorded), values(seen));
            equal &= recorded == seen;
            self.same(
                &format!("upstream.headers.{}", name.to_ascii_lowercase()),
                &recorded,
                &seen,
            );
        }
        if equal {
            let names = |all: &[(String, String)]| -> Vec<String> {
                all.iter().map(|(name, _)| name.clone()).collect()
            };
            self.same("upstream.order", &names(recorded), &names(seen));
        }
    }
}

/// The values of a header; only their number where they are not compared. Of a volatile cookie the
/// attributes still count.
fn values(response: &Response, name: &str, hidden: bool) -> Vec<String> {
    let named = response
        .headers
        .iter()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name));
    let mut values: Vec<_> = named
        .map(|(_, value)| match (hidden, name) {
            (false, _) => value.clone(),
            (true, "set-cookie") => cookie_attributes(value),
            (true, _) => String::new(),
        })
        .collect();
    values.sort();
    values
}

fn cookie_attributes(value: &str) -> String {
    let mut parts = value.split("; ");
    let name = parts
        .next()
        .and_then(|pair| pair.split('=').next())
        .unwrap_or_default();
    let attributes = parts.map(|part| {
        if part.starts_with("Expires=") {
            "Expires"
        } else {
            part
        }
    });
    format!("{name}; {}", attributes.collect::<Vec<_>>().join("; "))
}

/// The page without the name of the program that made it.
fn anonymous(body: &str) -> String {
    body.replace("<center>nginx</center>", "<center></center>")
        .replace("<center>nginx/1.27.1</center>", "<center></center>")
        .replace("<center>genkan</center>", "<center></center>")
}
