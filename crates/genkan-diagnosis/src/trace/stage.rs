//! The facts of each stage of a trace, in the order of the stages.

use serde::{Deserialize, Serialize};

use super::{Known, Reason};
use crate::code::Code;
use crate::maker::Maker;
use crate::object::ObjectRef;

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
    /// Code, when the request was refused for what it is, before anybody looked for its host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// Names of headers that were dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped_headers: Vec<String>,
}

/// Stage `listener`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listener {
    /// Address and port, such as `10.0.0.1:80`; `:80` on all addresses.
    pub address: String,
    /// `http` or `https`.
    pub protocol: String,
    /// Address of the other side of the connection; none in a dry run.
    pub peer: Option<String>,
    /// The client's address where it is not the peer's.
    pub client: Option<String>,
    /// What the connection began with, where that was a PROXY header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_header: Option<ProxyHeader>,
}

/// What a PROXY header said; neither end where it named nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyHeader {
    /// Address and port of the balancer's client.
    pub source: Option<String>,
    /// Where that client connected to.
    pub destination: Option<String>,
}

/// Who the client is, where that is more than the other side of the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// Its address.
    pub address: String,
    /// Address of the other side of the connection.
    pub peer: String,
    /// Why it counts: `header`, `proxy-protocol`, `headers-not-trusted`, `peer-not-trusted`,
    /// `header-unreadable`.
    pub because: String,
    /// The header that names, or would name, the client.
    pub header: String,
}

/// Stage `tls`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// Name that the client sent.
    pub server_name: Option<String>,
    /// Protocol agreed on, such as `h2`.
    pub alpn: Option<String>,
    /// Version, such as `TLSv1.3`; none in a dry run.
    pub version: Option<String>,
    /// Secret of the certificate; none for the generated one.
    pub certificate: Option<ObjectRef>,
    /// How it was found: `exact`, `wildcard`, `unknown-name`, `no-name`.
    pub because: String,
    /// Whether the handshake is refused, because nobody has the name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
    /// Where a certificate was looked for, in order; the last is where it was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<CertificateTried>,
}

/// Stage `tls`: one place where a certificate was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateTried {
    /// The name looked for: the server name or `*.parent`; none for the default certificate.
    pub name: Option<String>,
    /// Whether there was an entry.
    pub found: bool,
    /// The Secrets of the entry, best first: clients get the first whose kind of key they can verify. An
    /// entry that has none that can be used stands for the default certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<ObjectRef>,
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
    /// By a name of `server-alias`.
    Alias,
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
    /// Whether nobody wrote it: the 404 that a host has for what no rule takes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub implied: bool,
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What was looked at: the client's address, the origin, a header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it was compared with, or the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Whether the one is in the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<bool>,
    /// How many requests or connections there were, this one included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
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
    /// The target that it gets; none where nobody is there to get it. Of a request that happened the
    /// query is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Number of endpoints that are ready.
    pub ready: Known<usize>,
    /// Protocol spoken with the endpoints where it is not plain HTTP/1: `https`, `h2c`, `h2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// TLS towards the endpoints, where there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<BackendTls>,
    /// The status in the place of which it answers (`custom-http-errors`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<u16>,
    /// What of its answer is rewritten, and by which setting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewrites: Vec<String>,
    /// Code, when it cannot serve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// How a backend is spoken to over TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackendTls {
    /// The name that its certificate must have; none where nothing is verified.
    pub verified_name: Option<String>,
    /// The server name that it is sent (SNI).
    pub server_name: Option<String>,
    /// Whether a client certificate is at hand when it asks for one.
    pub client_certificate: bool,
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
