//! What goes into a decision beside the head, and what comes out.

use std::{net::SocketAddr, sync::Arc};

use crate::{
    basic_auth::Authenticated,
    client::{Client, ProxyHeader},
    endpoint::{Endpoints, GroupId},
    error_page::ErrorPage,
    fault::Fault,
    forward::Rewriting,
    host::HostName,
    limit::{Counted, Limits},
    route::Mode,
    table::Route,
    tls::Handshake,
    upstream::{Confidential, Wire},
};

/// Scheme of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// What the framing module found out about the request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyLength {
    /// No body.
    None,
    /// `Content-Length`.
    Known(u64),
    /// Chunked: known only when it has been read.
    Unknown,
}

/// Everything a decision depends on that is not in the request head.
///
/// The exchange keeps it, so that a trace can be made after the fact from the same input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DecisionInput {
    /// Scheme of the connection the request came in on.
    pub scheme: Scheme,
    /// Port of the listener.
    pub port: u16,
    /// The TCP peer.
    pub peer: SocketAddr,
    /// What a PROXY header said about the connection.
    pub proxy_header: ProxyHeader,
    /// Body as the framing module sees it.
    pub body: BodyLength,
    /// Our own id of the exchange.
    pub request_id: RequestId,
    /// The handshake of the connection, if there was one.
    pub handshake: Option<Arc<Handshake>>,
    /// Whether the process is draining (`/healthz` of the catch-all fails then).
    pub draining: bool,
    /// What the counters of limits said.
    pub counted: Counted,
    /// What came of comparing the password.
    pub authenticated: Authenticated,
}

/// Our id of one exchange: 32 hexadecimal digits, as nginx's `$request_id`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(pub [u8; 32]);

impl RequestId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("-")
    }
}

impl std::fmt::Debug for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Buffers that a decision writes into; a worker keeps one and reuses it.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The normalised path, when it differs from the raw one.
    pub path: Vec<u8>,
    /// The target to send upstream, when a rewrite changed it.
    pub target: Vec<u8>,
    /// `Location` of a redirect, or the URL that is the body of a 300 or 306.
    pub location: Vec<u8>,
    /// Room for what else a stage needs (`X-Forwarded-Prefix` with its groups filled in).
    pub prefix: Vec<u8>,
    /// The `Host` for the backend, when the route names one.
    pub host: Vec<u8>,
    /// Whole lines of fields that the response gets, whoever makes it: each replaces fields of its name,
    /// and one without value only removes them.
    pub fields: Vec<u8>,
    /// As `fields`, for an answer that replaces another one (`custom-http-errors`).
    pub error_fields: Vec<u8>,
    /// `http://host`, which goes before a path that a backend's `Location` is rewritten to.
    pub origin: Vec<u8>,
    /// Whole lines of fields that the request to the backend gets behind our own (`proxy-set-headers`).
    pub upstream_fields: Vec<u8>,
    /// Whom limits are counted for.
    pub limit_key: Vec<u8>,
    /// The rewritten path before it is encoded for the request line.
    pub(crate) rewritten: Vec<u8>,
}

impl Scratch {
    /// Forgets the last decision, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.path.clear();
        self.target.clear();
        self.location.clear();
        self.prefix.clear();
        self.host.clear();
        self.fields.clear();
        self.error_fields.clear();
        self.origin.clear();
        self.upstream_fields.clear();
        self.limit_key.clear();
        self.rewritten.clear();
    }
}

/// The outcome: which host and route, and what to do.
#[derive(Clone, Debug)]
pub struct Decision<'t> {
    /// Who the client is.
    pub client: Client,
    /// The host that took the request; `None` when only the built-in catch-all was left.
    pub host: Option<&'t HostName>,
    /// Mode that errors are shown in.
    pub mode: Mode,
    /// The route, when one matched.
    pub route: Option<&'t Arc<Route>>,
    /// The group of the route's `default-backend`.
    pub default_group: Option<GroupId>,
    /// What to do.
    pub verdict: Verdict<'t>,
}

impl<'t> Decision<'t> {
    /// How the backend's answer is rewritten, where it is. gRPC's module of nginx rewrites nothing.
    #[inline]
    pub fn rewriting<'s>(&'s self, scratch: &'s Scratch) -> Option<Rewriting<'s>> {
        let (Verdict::Forward(forward), Some(route)) = (&self.verdict, self.route) else {
            return None;
        };
        (route.rewrites_responses && !forward.wire.http2 && forward.error_page.is_none()).then(
            || Rewriting {
                rules: &route.spec.settings.response_rewrite,
                origin: &scratch.origin,
                encrypted: forward.wire.tls.is_some(),
            },
        )
    }
}

impl Decision<'_> {
    /// Whether the answer carries `Strict-Transport-Security` where the installation has one:
    /// ingress-nginx adds it in locations, errors and unknown hosts included, and not to `app-root`.
    pub fn is_strict_transport(&self, input: &DecisionInput) -> bool {
        let is_page = matches!(
            self.verdict,
            Verdict::Forward(Forward {
                error_page: Some(_),
                ..
            }) | Verdict::Fault(Fault::NoErrorBackend | Fault::ErrorPageLoop)
        );
        input.scheme == Scheme::Https
            && !is_page
            && (self.route.is_some() || matches!(self.verdict, Verdict::Fault(Fault::NoHost)))
    }
}

/// What to do with a request.
#[derive(Clone, Debug)]
pub enum Verdict<'t> {
    /// Send it to an endpoint of a group.
    Forward(Forward<'t>),
    /// Serve a file of the route's [`StaticSite`](crate::site::StaticSite); the path is in
    /// [`Scratch::path`] (always written for this verdict), with the matched prefix kept.
    Site(&'t Arc<crate::site::StaticSite>),
    /// Answer with a redirect; `Location` is in [`Scratch::location`] unless `bare`.
    Redirect {
        /// 300–308.
        status: u16,
        /// nginx, codes 300 and 306: no `Location`, the URL is the body; 304: neither.
        bare: bool,
        /// Which rule redirected.
        cause: RedirectCause,
    },
    /// Answer 204: a preflight from an origin that may read; what it may do is in
    /// [`Scratch::fields`].
    Preflight,
    /// Answer 200 with an empty body: the catch-all's own health path.
    Health,
    /// Count the request for the client in [`Scratch::limit_key`], and decide again with what the
    /// counters say. Only where [`DecisionInput::counted`] is [`Counted::NotYet`].
    Count(&'t Arc<Limits>),
    /// Compare the password of the request with this hash, and decide again with what came out. Only
    /// where [`DecisionInput::authenticated`] is [`Authenticated::NotYet`].
    Authenticate(&'t Confidential),
    /// Answer an error.
    Fault(Fault),
}

/// A request that goes to a backend.
#[derive(Clone, Debug)]
pub struct Forward<'t> {
    /// The group.
    pub group: GroupId,
    /// Its endpoints at the moment; never empty.
    pub endpoints: &'t Arc<Endpoints>,
    /// Whether the target is in [`Scratch::target`]; otherwise the client's raw target goes upstream.
    pub rewritten: bool,
    /// How the endpoint is spoken to.
    pub wire: Wire<'t>,
    /// Set where the backend is asked for a page in the place of an error.
    pub error_page: Option<ErrorPage>,
}

/// Which rule redirected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RedirectCause {
    /// `app-root`.
    AppRoot,
    /// `from-to-www-redirect`.
    FromToWww,
    /// nginx's own slash redirect.
    Slash,
    /// `permanent-redirect`.
    Permanent,
    /// `temporal-redirect`.
    Temporal,
    /// `ssl-redirect`, `force-ssl-redirect`.
    Https,
    /// `auth-tls-error-page`.
    ClientCertificate,
    /// A rewrite target that begins with `http://`, `https://` or `$scheme`.
    Rewrite,
}
