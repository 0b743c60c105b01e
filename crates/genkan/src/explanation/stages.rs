//! The stages of a trace, one function each.

use std::net::SocketAddr;

use genkan_compile::Generation;
use genkan_diagnosis::{
    Code, Maker, ObjectRef,
    trace::{
        AccessCheck, Attempt, Backend, BackendTls, Candidate, Client, Host, HostMatch, Kind, Known,
        Reason, Redirect, Request, Rewrite, Trace, Verdict,
    },
};
use genkan_proxy::{capture::CapturedExchange, record};
use genkan_route::{
    check::{Check, CheckName},
    client::ClientReason,
    decide::Stage,
    decision::{BodyLength, DecisionInput},
    endpoint::Endpoints,
    explanation::{self, Explanation, Fate, Outcome},
    fault::Fault,
    host::HostName,
    recorder::{self, StageName},
    route::{Inactive, RouteOrigin, Target},
};

use super::handshake;

/// What the stages of a trace are made from.
pub(super) struct Facts<'a> {
    /// The generation that decided.
    pub(super) generation: &'a Generation,
    /// The decision.
    pub(super) explanation: &'a Explanation,
    /// Whether the request happened; then its query is left out.
    pub(super) kind: Kind,
    /// What the decision depended on beside the head.
    pub(super) input: &'a DecisionInput,
    /// The error that the proxy answered, if it did.
    pub(super) fault: Option<Fault>,
}

impl Facts<'_> {
    /// What is known about any request, dry or real.
    pub(super) fn trace(&self, authority: &str) -> Trace {
        let Self {
            generation,
            explanation,
            ..
        } = *self;
        let path = explanation.path.as_deref().map(text).unwrap_or_default();
        let raw = without_query(origin_form(&explanation.target));
        let candidates = candidates(generation, explanation);
        let chosen = candidates
            .iter()
            .position(|candidate| candidate.verdict == Verdict::Chosen)
            .map(|index| index + 1);
        Trace {
            kind: self.kind,
            generation: Some(explanation.generation),
            endpoint_view: Some(explanation.endpoints_version),
            request: Request {
                method: text(&explanation.method),
                url: format!("{}://{authority}{raw}", self.input.scheme.as_str()),
                host: text(&explanation.asked),
                raw_path: raw,
                path,
                code: self.refused(),
                dropped_headers: Vec::new(),
            },
            client: client(generation, explanation),
            tls: handshake::tls(generation, self.input),
            host: host(generation, explanation),
            candidates,
            chosen,
            access: self.access(),
            redirect: explanation.redirect.as_ref().map(|redirect| Redirect {
                status: redirect.status,
                location: self.shown(&redirect.location),
                code: None,
            }),
            rewrite: self.rewrite(),
            backend: self.backend(),
            ..Trace::default()
        }
    }

    /// The code of a request that was refused before its path was known.
    fn refused(&self) -> Option<Code> {
        match self.explanation.path {
            Some(_) => None,
            None => self.fault?.facts().code.parse().ok(),
        }
    }

    /// `Location` of a redirect.
    pub(super) fn location(&self) -> Option<String> {
        match &self.explanation.outcome {
            Outcome::Redirect {
                bare: false,
                location,
                ..
            } => Some(self.shown(location)),
            _ => None,
        }
    }

    /// A target or URL; of a request that happened up to its query.
    fn shown(&self, target: &[u8]) -> String {
        match self.kind {
            Kind::Simulated => text(target),
            Kind::Recorded => without_query(target),
        }
    }

    /// The checks that this request was put to.
    fn access(&self) -> Vec<AccessCheck> {
        let Some(route) = &self.explanation.route else {
            return checks(self.explanation);
        };
        let asked = |stage: Stage| {
            let name = StageName::from(stage);
            self.explanation
                .stages
                .iter()
                .any(|(asked, _)| *asked == name)
        };
        let mut checks = Vec::new();
        if let Some(closed) = &route.spec.closed
            && asked(Stage::Closed)
        {
            checks.push(AccessCheck {
                check: closed.annotation.to_owned(),
                passed: Known::Value(false),
                code: closed.code.parse().ok(),
                ..AccessCheck::default()
            });
        }
        let too_large = self.fault == Some(Fault::BodyTooLarge);
        let limited = route.spec.settings.body_size_max.is_some();
        if asked(Stage::AnnouncedBody)
            && limited
            && (too_large || self.input.body != BodyLength::None)
        {
            checks.push(AccessCheck {
                check: "body-size".to_owned(),
                passed: match (self.kind, self.input.body) {
                    // chunked: the dry run cannot know how long it will be
                    (Kind::Simulated, BodyLength::Unknown) => Known::Unknown,
                    _ => Known::Value(!too_large),
                },
                code: too_large.then_some(Code::GK0500),
                ..AccessCheck::default()
            });
        }
        checks.extend(self::checks(self.explanation));
        checks
    }

    fn rewrite(&self) -> Option<Rewrite> {
        const ANNOTATION: &str = "rewrite-target";
        let rewrite = self.explanation.rewrite.as_ref()?;
        let origin = self.explanation.origin()?;
        let location = self.generation.origins.ingress(origin).and_then(|ingress| {
            let written = ingress
                .meta
                .annotations
                .iter()
                .find(|annotation| annotation.key.value.ends_with(&format!("/{ANNOTATION}")))?;
            Some(ingress.span(written.value.span).location())
        });
        Some(Rewrite {
            before: text(&rewrite.before),
            after: self.shown(&rewrite.after),
            by: ANNOTATION.to_owned(),
            object: object(self.generation, origin),
            location,
            code: None,
        })
    }

    /// Where the request went; nothing where an earlier stage answered.
    fn backend(&self) -> Option<Backend> {
        let ready = self
            .explanation
            .endpoints
            .as_ref()
            .map(|endpoints| endpoints.ready.len());
        let target = match &self.explanation.outcome {
            Outcome::Forward { target, .. } => Some(self.shown(target)),
            Outcome::Site { path, .. } => Some(text(path)),
            _ => None,
        };
        let asked = self.explanation.endpoints.as_deref();
        match (&self.explanation.route.as_ref()?.spec.target, asked) {
            // the Service that was asked last: an error backend may have taken the place of the route's
            (_, Some(Endpoints { key, .. })) => Some(Backend {
                namespace: key.namespace.clone(),
                service: key.service.clone(),
                port: key.port.clone(),
                kind: None,
                target,
                ready: ready.map_or(Known::Unknown, Known::Value),
                protocol: self.protocol(),
                tls: self.backend_tls(),
                instead_of: self.explanation.replaced,
                rewrites: self.rewrites(),
                code: None,
            }),
            (Target::Site(site), None) if target.is_some() => Some(Backend {
                namespace: site.namespace.clone(),
                service: site.name.clone(),
                port: String::new(),
                kind: Some("StaticSite".to_owned()),
                target,
                ready: Known::Unknown,
                protocol: None,
                tls: None,
                instead_of: None,
                rewrites: Vec::new(),
                code: None,
            }),
            _ => None,
        }
    }

    /// The protocol spoken with the backend, where it is not the usual one.
    fn protocol(&self) -> Option<String> {
        match &self.explanation.outcome {
            Outcome::Forward { protocol, .. } => {
                (*protocol != "http").then(|| (*protocol).to_owned())
            }
            _ => None,
        }
    }

    /// What of the backend's answer the route rewrites; HTTP/2 backends are left alone.
    fn rewrites(&self) -> Vec<String> {
        let Outcome::Forward { protocol, .. } = &self.explanation.outcome else {
            return Vec::new();
        };
        let route = self.explanation.route.as_deref();
        let route = route.filter(|_| !protocol.starts_with("h2"));
        let rules = route.map(|route| route.spec.settings.response_rewrite.shown());
        let rules = rules.into_iter().flatten();
        rules.map(|(by, what)| format!("{by} {what}")).collect()
    }

    fn backend_tls(&self) -> Option<BackendTls> {
        let Outcome::Forward { tls: Some(tls), .. } = &self.explanation.outcome else {
            return None;
        };
        let name = || tls.name.to_string();
        Some(BackendTls {
            verified_name: tls.verification.as_ref().map(|_| name()),
            server_name: tls.sends_name.then(name),
            client_certificate: tls.identity.is_some(),
        })
    }
}

/// A target from its path on: an absolute one names the host before.
fn origin_form(target: &[u8]) -> &[u8] {
    let authority = target
        .windows(3)
        .position(|window| window == b"://")
        .filter(|_| target.first() != Some(&b'/'));
    let Some(authority) = authority else {
        return target;
    };
    let rest = &target[authority + 3..];
    let path = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    path.map_or(b"/", |path| &rest[path..])
}

/// Nothing where the client is the peer and nobody says otherwise.
fn client(generation: &Generation, explanation: &Explanation) -> Option<Client> {
    let client = explanation.client;
    let shown = |address: SocketAddr| address.ip().to_canonical().to_string();
    let trust = &generation.snapshot.settings.trust;
    (client.reason != ClientReason::Peer).then(|| Client {
        address: shown(client.address),
        peer: shown(explanation.peer),
        because: client.reason.as_str().to_owned(),
        // a header of HTTP counts behind a PROXY header only with `use-forwarded-headers`
        header: match explanation.proxy_header.is_present() && !trust.use_forwarded_headers {
            true => "PROXY header".to_owned(),
            false => trust.forwarded_for.as_str().to_owned(),
        },
    })
}

/// Lists, origins and limits, in their order.
fn checks(explanation: &Explanation) -> Vec<AccessCheck> {
    let check = |check: &Check| {
        let code = match check.name {
            CheckName::Cors => None,
            CheckName::Password => Some(Code::GK0559),
            CheckName::RateLimit(_) | CheckName::ConnectionLimit => Some(Code::GK0503),
            CheckName::Block | CheckName::DenyList | CheckName::AllowList => Some(Code::GK0453),
        };
        AccessCheck {
            check: check.name.as_str().to_owned(),
            passed: check.passed.map_or(Known::Unknown, Known::Value),
            code: code.filter(|_| check.passed == Some(false)),
            subject: Some(check.subject.clone()),
            by: Some(check.by.clone()),
            listed: Some(check.listed),
            count: check.count,
        }
    };
    explanation.checks.iter().map(check).collect()
}

fn host(generation: &Generation, explanation: &Explanation) -> Option<Host> {
    let (name, matched) = match explanation.host.as_ref()? {
        name if explanation.alias.is_some() => (name.to_string(), HostMatch::Alias),
        HostName::Exact(name) => (name.to_string(), HostMatch::Exact),
        HostName::Wildcard(suffix) => (format!("*.{suffix}"), HostMatch::Wildcard),
        HostName::CatchAll => ("*".to_owned(), HostMatch::CatchAll),
    };
    let origin = explanation.origin();
    Some(Host {
        name,
        matched,
        object: origin.map(|origin| object(generation, origin)),
        pointer: origin
            .and_then(|origin| origin.rule)
            .map(|rule| format!("/spec/rules/{rule}")),
    })
}

/// Every candidate that an object wrote, and an implied one only where it took the request.
fn candidates(generation: &Generation, explanation: &Explanation) -> Vec<Candidate> {
    let shown: Vec<&explanation::Candidate> = explanation
        .candidates
        .iter()
        .filter(|candidate| !candidate.implied || candidate.is_chosen())
        .collect();
    // an object's own default backend is a rule; a host's 404 is none
    let leads_nowhere = explanation
        .route
        .as_ref()
        .is_some_and(|route| route.spec.implied && route.spec.target == Target::NotFound);
    shown
        .iter()
        .map(|candidate| Candidate {
            object: object(generation, &candidate.origin),
            pointer: generation.origins.pointer(&candidate.origin),
            path: candidate.path.to_string(),
            path_type: candidate.path_type.as_str().to_owned(),
            verdict: if candidate.is_chosen() {
                Verdict::Chosen
            } else {
                Verdict::Rejected
            },
            implied: candidate.is_chosen() && leads_nowhere,
            reason: reason(&candidate.fate, &shown),
            code: code(&candidate.fate),
        })
        .collect()
}

/// The closed list; other candidates are named by their number.
fn reason(fate: &Fate, shown: &[&explanation::Candidate]) -> Option<Reason> {
    let number = |origin: &RouteOrigin| {
        let found = shown
            .iter()
            .position(|candidate| candidate.origin == *origin);
        found.map_or(0, |index| index + 1)
    };
    Some(match fate {
        Fate::Chosen => return None,
        Fate::Rejected { reason, .. } => match reason {
            recorder::Reason::OtherHost => Reason::OtherHost,
            recorder::Reason::ExactDiffers => Reason::ExactDiffers,
            recorder::Reason::ExactDiffersOnlyBySlash => Reason::ExactDiffersOnlyBySlash,
            recorder::Reason::PrefixNotAtElementBoundary => Reason::PrefixNotAtElementBoundary,
            recorder::Reason::NotAPrefix => Reason::NotAPrefix,
            recorder::Reason::CaseDiffers => Reason::CaseDiffers,
            recorder::Reason::PatternFailsAt(at) => Reason::PatternFailsAt(*at),
            recorder::Reason::LiteralNotPattern => Reason::LiteralNotPattern,
            recorder::Reason::LessSpecificThan(winner) => Reason::LessSpecificThan(number(winner)),
        },
        Fate::Inactive(why) => match why {
            Inactive::OtherClass { .. } => Reason::OtherClass,
            Inactive::NotAttached { reason } => Reason::NotAttached(reason.to_string()),
            Inactive::OlderTwinWins { winner } => Reason::OlderTwinWins(number(winner)),
            Inactive::PatternInvalid { .. } => Reason::PatternInvalid,
            Inactive::Rejected { code } => match code.parse() {
                Ok(code) => Reason::Rejected(code),
                Err(_) => Reason::NotAttached((*code).to_owned()),
            },
        },
    })
}

fn code(fate: &Fate) -> Option<Code> {
    match fate {
        Fate::Rejected {
            reason: recorder::Reason::LiteralNotPattern,
            ..
        } => Some(Code::GK0001),
        Fate::Rejected {
            reason: recorder::Reason::CaseDiffers,
            ..
        } => Some(Code::GK0010),
        Fate::Inactive(Inactive::OlderTwinWins { .. }) => Some(Code::GK0150),
        Fate::Inactive(Inactive::PatternInvalid { .. }) => Some(Code::GK0007),
        _ => None,
    }
}

fn object(generation: &Generation, origin: &RouteOrigin) -> ObjectRef {
    match generation.origins.ingress(origin) {
        Some(ingress) => ingress.object_ref(),
        None => ObjectRef::ingress(&*origin.namespace, &*origin.name),
    }
}

/// Stage `endpoint` of a request that happened.
pub(super) fn attempts(exchange: &CapturedExchange) -> Vec<Attempt> {
    let pods = exchange.explanation.endpoints.as_ref();
    exchange
        .attempts
        .iter()
        .map(|attempt| Attempt {
            address: attempt.address.to_string(),
            pod: pods.and_then(|endpoints| {
                let same = endpoints
                    .ready
                    .iter()
                    .find(|one| one.address == attempt.address);
                same.and_then(|endpoint| endpoint.pod.clone())
            }),
            reused: attempt.reused,
            connect_ms: attempt
                .connect_time
                .filter(|_| !attempt.reused)
                .map(|time| time.as_secs_f64() * 1e3),
            failure: attempt
                .header_time
                .is_none()
                .then(|| format!("no-answer({})", attempt.status)),
            code: None,
        })
        .collect()
}

/// Methods of `Allow`.
pub(super) fn allow(exchange: &CapturedExchange) -> Vec<String> {
    let allow = exchange.allow.as_deref().map(text).unwrap_or_default();
    allow
        .split(',')
        .map(|method| method.trim().to_owned())
        .filter(|method| !method.is_empty())
        .collect()
}

/// The data plane's word for who answered, as the trace has it.
pub(super) fn maker(maker: record::Maker) -> Maker {
    match maker {
        record::Maker::Backend => Maker::Backend,
        record::Maker::Static => Maker::Static,
        record::Maker::Proxy => Maker::Proxy,
    }
}

/// A target or URL up to its query.
pub(super) fn without_query(target: &[u8]) -> String {
    let end = target
        .iter()
        .position(|byte| *byte == b'?')
        .unwrap_or(target.len());
    text(&target[..end])
}

/// Bytes of a request as text; what is no UTF-8 is shown as U+FFFD.
pub(super) fn text(bytes: &[u8]) -> String {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            [
                chunk.valid(),
                if chunk.invalid().is_empty() {
                    ""
                } else {
                    "\u{fffd}"
                },
            ]
        })
        .collect()
}
