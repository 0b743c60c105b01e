//! The trace of one request: what each stage knew and decided.
//!
//! One form for two sources. A *simulated* trace is a dry run: its answer is unknown. A *recorded* one
//! is a request that happened. What is not known is [`Known::Unknown`], never guessed. A trace owns its
//! text, is written as JSON and read back, and holds no header values, queries or secrets.

mod reason;
mod stage;

pub use reason::{Reason, UnknownReason};
pub use stage::{
    AccessCheck, Attempt, Backend, BackendTls, Candidate, CertificateTried, Client, Host,
    HostMatch, Listener, ProxyHeader, Redirect, Request, Response, Returned, Rewrite, Tls, Verdict,
    WouldWork,
};

use serde::{Deserialize, Serialize};

use crate::code::Code;

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
    /// Stage `client`; none where it is the other side of the connection and nothing says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Client>,
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
            self.request.code,
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
