//! The trace of one request: what each stage knew and decided.
//!
//! One form for two sources. A *simulated* trace is a dry run: its answer is unknown. A *recorded* one
//! is a request that happened. What is not known is [`Known::Unknown`], never guessed. A trace owns its
//! text, is written as JSON and read back, and holds no header values, queries or secrets.

mod reason;

pub use reason::{Reason, UnknownReason};

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::maker::Maker;
use crate::object::ObjectRef;

/// A fact, or the statement that it is not known. In JSON the word `"unknown"`; so `T` must not be
/// written as that word itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Known<T> {
    /// Known.
    Value(T),
    /// Not known.
    #[default]
    #[serde(with = "unknown")]
    Unknown,
}

impl<T> Known<T> {
    /// The fact, when it is known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unknown => None,
        }
    }
}

impl<T> From<T> for Known<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// The word for what is not known.
mod unknown {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("unknown")
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "unknown" => Ok(()),
            other => Err(D::Error::custom(format!(
                "expected `unknown`, found `{other}`"
            ))),
        }
    }
}

/// Whether the request happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A dry run; nothing was sent.
    #[default]
    Simulated,
    /// A real exchange.
    Recorded,
}

/// What happened, or would happen, to one request. The fields are the stages in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// Simulated or recorded.
    pub kind: Kind,
    /// Our id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Version of the route table that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// Version of the endpoint view that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_view: Option<u64>,
    /// Stage `request`.
    pub request: Request,
    /// Stage `listener`.
    pub listener: Known<Listener>,
    /// Stage `tls`; null without TLS.
    pub tls: Known<Option<Tls>>,
    /// Stage `host`; null when no rule has the host and no catch-all took it.
    pub host: Option<Host>,
    /// Stage `path`: every candidate in the order of matching.
    pub candidates: Vec<Candidate>,
    /// Number of the chosen candidate, from 1.
    pub chosen: Option<usize>,
    /// Stage `access`: the checks that were configured, in their order.
    pub access: Vec<AccessCheck>,
    /// Stage `redirect`; null when there is none.
    pub redirect: Option<Redirect>,
    /// Stage `rewrite`; null when the path goes on unchanged.
    pub rewrite: Option<Rewrite>,
    /// Stage `backend`; null when none was reached.
    pub backend: Option<Backend>,
    /// Stage `endpoint`: attempts in their order; the last one made the answer.
    pub endpoint: Known<Vec<Attempt>>,
    /// Stage `response`.
    pub response: Known<Response>,
    /// Stage `return`: what the client got, where it differs from the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Returned>,
    /// The code that explains the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<Code>,
    /// Further codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contributing: Vec<Code>,
    /// A single change with which the request works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_work: Option<WouldWork>,
}

/// Stage `request`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Method.
    pub method: String,
    /// Scheme, host and raw path as the client asked for them, without the query.
    pub url: String,
    /// Host that was looked up.
    pub host: String,
    /// Raw path, without the query.
    pub raw_path: String,
    /// Path that was matched.
    pub path: String,
    /// Names of headers that were dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped_headers: Vec<String>,
}

/// Stage `listener`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listener {
    /// Address and port, such as `:80`.
    pub address: String,
    /// `http` or `https`.
    pub protocol: String,
    /// Address of the other side of the connection; none in a dry run.
    pub peer: Option<String>,
    /// The client's address where it is not the peer's.
    pub client: Option<String>,
}

/// Stage `tls`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// Name that the client sent.
    pub server_name: Option<String>,
    /// Protocol agreed on, such as `h2`.
    pub alpn: Option<String>,
    /// Version, such as `TLSv1.3`.
    pub version: String,
    /// Secret of the certificate; none for the default certificate.
    pub certificate: Option<ObjectRef>,
}

/// Stage `host`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Host {
    /// The host of the rule: `todo.example.com`, `*.example.com`, or `*` for rules without a host.
    pub name: String,
    /// How it matched.
    #[serde(rename = "match")]
    pub matched: HostMatch,
    /// Object that brought the host in.
    pub object: Option<ObjectRef>,
    /// JSON pointer of its rule.
    pub pointer: Option<String>,
}

/// How a host matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostMatch {
    /// By name.
    Exact,
    /// By `*.` and the rest.
    Wildcard,
    /// By a rule without a host, or the default backend.
    CatchAll,
}

/// Stage `path`: one rule that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Object of the rule.
    pub object: ObjectRef,
    /// JSON pointer of the path entry.
    pub pointer: String,
    /// The path as written.
    pub path: String,
    /// `Exact`, `Prefix`, `ImplementationSpecific`, `RegularExpression`.
    pub path_type: String,
    /// Chosen or rejected.
    pub verdict: Verdict,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Code that explains the rejection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It serves the request.
    Chosen,
    /// It does not.
    Rejected,
}

/// Stage `access`: one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessCheck {
    /// `allow-list`, `rate-limit`, `body-size`, `basic-auth`, `external-auth`, `client-certificate`,
    /// `cors`, or the family of a closed route.
    pub check: String,
    /// Whether it let the request pass; unknown where a dry run cannot tell.
    pub passed: Known<bool>,
    /// Code, when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// Stage `redirect`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Redirect {
    /// Status.
    pub status: u16,
    /// `Location` without its query.
    pub location: String,
    /// Code, where the redirect surprises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// Stage `rewrite`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rewrite {
    /// Path before.
    pub before: String,
    /// Path after: what the backend sees.
    pub after: String,
    /// Annotation or filter that did it, without its prefix: `rewrite-target`.
    pub by: String,
    /// The object that carries it.
    pub object: ObjectRef,
    /// Where it is written: `ingress.yaml:7:49`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Code, where the rewrite is at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// Stage `backend`. For a resource backend, `service` is the name of the resource and `kind` its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backend {
    /// Namespace.
    pub namespace: String,
    /// Name of the Service or resource.
    pub service: String,
    /// Port as the rule names it; empty for resources.
    pub port: String,
    /// Kind, where it is not a Service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Number of endpoints that are ready.
    pub ready: Known<usize>,
    /// Code, when it cannot serve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// Stage `endpoint`: one attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Address and port.
    pub address: String,
    /// Pod, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// Whether a kept connection was used.
    pub reused: bool,
    /// Time to connect in milliseconds; none for a kept connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<f64>,
    /// Why it failed, such as `connection-refused`; none when it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Code, when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// Stage `response`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Who made it.
    pub maker: Maker,
    /// Time to the first byte in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<f64>,
    /// Methods of `Allow`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// `Location` without its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// Stage `return`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Returned {
    /// Status that the client got; 499 when it had left.
    pub status: u16,
    /// Bytes of body sent.
    pub bytes: u64,
}

/// A single change with which the request works, found by dry runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WouldWork {
    /// The change, such as `remove rewrite-target`.
    pub change: String,
    /// The request, such as `DELETE /todos/1`.
    pub request: String,
    /// What it gets: a status where it is known, otherwise the path that the backend would see.
    pub answer: String,
}

impl Trace {
    /// The chosen candidate.
    pub fn chosen_candidate(&self) -> Option<&Candidate> {
        self.candidates.get(self.chosen?.checked_sub(1)?)
    }

    /// The status that the client got, when it is known.
    pub fn status(&self) -> Option<u16> {
        let returned = self.returned.as_ref().map(|returned| returned.status);
        returned.or_else(|| self.response.value().map(|response| response.status))
    }

    /// All codes named anywhere in the trace, the primary one first, each once.
    pub fn codes(&self) -> Vec<Code> {
        let stages = [
            self.redirect.as_ref().and_then(|redirect| redirect.code),
            self.rewrite.as_ref().and_then(|rewrite| rewrite.code),
            self.backend.as_ref().and_then(|backend| backend.code),
        ];
        let attempts = self
            .endpoint
            .value()
            .into_iter()
            .flatten()
            .map(|attempt| attempt.code);
        let all = std::iter::once(self.primary)
            .chain(self.contributing.iter().copied().map(Some))
            .chain(self.candidates.iter().map(|candidate| candidate.code))
            .chain(self.access.iter().map(|check| check.code))
            .chain(stages)
            .chain(attempts)
            .flatten();
        let mut codes = Vec::new();
        for code in all {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }
}

#[cfg(test)]
mod tests;
