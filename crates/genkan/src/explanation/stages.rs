//! The stages of a trace, one function each.

use genkan_compile::Generation;
use genkan_diagnosis::{
    Code, Maker, ObjectRef,
    trace::{
        Attempt, Backend, Candidate, Host, HostMatch, Known, Listener, Reason, Redirect, Request,
        Rewrite, Trace, Verdict,
    },
};
use genkan_proxy::{capture::CapturedExchange, record};
use genkan_route::{
    explanation::{self, Explanation, Fate, Outcome},
    host::HostName,
    recorder,
    route::{Inactive, RouteOrigin, Target},
};

/// What is known about any request, dry or real.
pub(super) fn trace(generation: &Generation, explanation: &Explanation, authority: &str) -> Trace {
    let path = explanation.path.as_deref().map(text).unwrap_or_default();
    let raw = without_query(&explanation.target);
    let candidates = candidates(generation, explanation);
    let chosen = candidates
        .iter()
        .position(|candidate| candidate.verdict == Verdict::Chosen)
        .map(|index| index + 1);
    Trace {
        generation: Some(explanation.generation),
        endpoint_view: Some(explanation.endpoints_version),
        request: Request {
            method: text(&explanation.method),
            url: format!("http://{authority}{raw}"),
            host: text(&explanation.asked),
            raw_path: raw,
            path,
            dropped_headers: Vec::new(),
        },
        tls: Known::Value(None),
        host: host(generation, explanation),
        candidates,
        chosen,
        redirect: explanation.redirect.as_ref().map(|redirect| Redirect {
            status: redirect.status,
            location: without_query(&redirect.location),
            code: None,
        }),
        rewrite: rewrite(generation, explanation),
        backend: backend(explanation),
        ..Trace::default()
    }
}

fn host(generation: &Generation, explanation: &Explanation) -> Option<Host> {
    let (name, matched) = match explanation.host.as_ref()? {
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

fn rewrite(generation: &Generation, explanation: &Explanation) -> Option<Rewrite> {
    const ANNOTATION: &str = "rewrite-target";
    let rewrite = explanation.rewrite.as_ref()?;
    let origin = explanation.origin()?;
    let location = generation.origins.ingress(origin).and_then(|ingress| {
        let written = ingress
            .meta
            .annotations
            .iter()
            .find(|annotation| annotation.key.value.ends_with(&format!("/{ANNOTATION}")))?;
        Some(ingress.span(written.value.span).location())
    });
    Some(Rewrite {
        before: text(&rewrite.before),
        after: without_query(&rewrite.after),
        by: ANNOTATION.to_owned(),
        object: object(generation, origin),
        location,
        code: None,
    })
}

fn backend(explanation: &Explanation) -> Option<Backend> {
    let ready = explanation
        .endpoints
        .as_ref()
        .map(|endpoints| endpoints.ready.len());
    match &explanation.route.as_ref()?.spec.target {
        Target::Service(group) => Some(Backend {
            namespace: group.namespace.clone(),
            service: group.service.clone(),
            port: group.port.clone(),
            kind: None,
            ready: ready.map_or(Known::Unknown, Known::Value),
            code: None,
        }),
        Target::Site(site) => Some(Backend {
            namespace: site.namespace.clone(),
            service: site.name.clone(),
            port: String::new(),
            kind: Some("StaticSite".to_owned()),
            ready: Known::Unknown,
            code: None,
        }),
        Target::NotFound => None,
    }
}

fn object(generation: &Generation, origin: &RouteOrigin) -> ObjectRef {
    match generation.origins.ingress(origin) {
        Some(ingress) => ingress.object_ref(),
        None => ObjectRef::ingress(&*origin.namespace, &*origin.name),
    }
}

/// `Location` of a redirect, without its query.
pub(super) fn location(explanation: &Explanation) -> Option<String> {
    match &explanation.outcome {
        Outcome::Redirect {
            bare: false,
            location,
            ..
        } => Some(without_query(location)),
        _ => None,
    }
}

/// Stage `listener` of a request that happened.
pub(super) fn listener(exchange: &CapturedExchange) -> Listener {
    Listener {
        address: format!(":{}", exchange.input.port),
        protocol: exchange.input.scheme.as_str().to_owned(),
        peer: Some(exchange.client.ip().to_canonical().to_string()),
        client: None,
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
