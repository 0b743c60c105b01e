//! From a router's explanation to a trace that people and programs read.
//!
//! Dry runs and requests that happened take the same form; what is not known stays unknown. Query
//! strings are left out: they hold what is nobody's business.

mod stages;

use std::net::{Ipv4Addr, SocketAddr};

use genkan_compile::{
    Generation,
    diagnose::{self, Answer, Diagnosis},
    probe::Probe,
};
use genkan_diagnosis::{
    Finding, Maker, Style, Trace, render,
    trace::{Kind, Known, Response},
};
use genkan_http::{
    head::{HeadBuilder, RequestHead, RequestView, Version},
    limits::HeadLimits,
};
use genkan_proxy::capture::CapturedExchange;
use genkan_route::{
    decision::{BodyLength, DecisionInput, RequestId, Scheme},
    explanation::explain,
};

/// A request explained.
#[derive(Debug)]
pub(crate) struct Explained {
    /// Every stage.
    pub(crate) trace: Trace,
    /// What it says about the configuration, the primary finding first.
    pub(crate) findings: Vec<Finding>,
}

/// A request that nobody has sent.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// Method.
    pub(crate) method: String,
    /// Host with port, as in `Host`.
    pub(crate) authority: String,
    /// Path and query.
    pub(crate) target: String,
    /// Further header lines.
    pub(crate) headers: Vec<(String, String)>,
    /// Length of the body.
    pub(crate) body: Option<u64>,
    /// Address of the client.
    pub(crate) client: Option<std::net::IpAddr>,
}

impl Question {
    /// Reads `http://host:port/path?query`, or a path alone.
    ///
    /// # Errors
    /// With a sentence that says what is wrong.
    pub(crate) fn parse(method: &str, url: &str) -> Result<Self, String> {
        let (authority, target) = if url.starts_with('/') {
            ("localhost", url)
        } else {
            let rest = url
                .strip_prefix("http://")
                .ok_or("the URL must begin with http:// or with /")?;
            match rest.find(['/', '?']) {
                Some(at) => rest.split_at(at),
                None => (rest, "/"),
            }
        };
        let target = target.split('#').next().unwrap_or("/");
        let slash = if target.starts_with('/') { "" } else { "/" };
        if authority.is_empty() {
            return Err("the URL has no host".to_owned());
        }
        Ok(Self {
            method: method.to_owned(),
            authority: authority.to_owned(),
            target: format!("{slash}{target}"),
            headers: Vec::new(),
            body: None,
            client: None,
        })
    }
}

/// What would become of a request.
///
/// # Errors
/// When no client could send it.
pub(crate) fn simulate(generation: &Generation, question: &Question) -> Result<Explained, String> {
    let (mut bytes, mut head) = (Vec::new(), RequestHead::new());
    write(question, &mut bytes, &mut head)?;
    let request = RequestView::new(&bytes, &head);
    let input = DecisionInput {
        scheme: Scheme::Http,
        port: 80,
        client: SocketAddr::from((question.client.unwrap_or(Ipv4Addr::LOCALHOST.into()), 0)),
        body: question.body.map_or(BodyLength::None, BodyLength::Known),
        request_id: RequestId([b'0'; 32]),
        draining: false,
    };
    let explanation = explain(&generation.snapshot, &input, request);
    let probe = Probe::record(&generation.snapshot, &input, request);
    let diagnosis = diagnose::diagnose(generation, &probe, None);
    let mut trace = stages::trace(generation, &explanation, &question.authority);
    trace.response = match (explanation.status(), stages::location(&explanation)) {
        (Some(status), location) => Known::Value(Response {
            status,
            maker: Maker::Proxy,
            first_byte_ms: None,
            allow: Vec::new(),
            location,
        }),
        (None, _) => Known::Unknown,
    };
    Ok(finish(trace, diagnosis))
}

fn write(question: &Question, bytes: &mut Vec<u8>, head: &mut RequestHead) -> Result<(), String> {
    let refused = |reject: genkan_http::reject::RequestReject| {
        format!("no client could send this: {}", reject.reason())
    };
    let limits = HeadLimits::default();
    let mut builder = HeadBuilder::start(
        bytes,
        head,
        &limits,
        question.method.as_bytes(),
        question.target.as_bytes(),
        Version::HTTP_11,
    )
    .map_err(refused)?;
    builder
        .field(b"Host", question.authority.as_bytes())
        .map_err(refused)?;
    for (name, value) in &question.headers {
        builder
            .field(name.as_bytes(), value.as_bytes())
            .map_err(refused)?;
    }
    Ok(())
}

/// What became of a request.
pub(crate) fn recorded(generation: &Generation, exchange: &CapturedExchange) -> Explained {
    let explanation = &exchange.explanation;
    let (method, asked) = (
        stages::text(&explanation.method),
        stages::text(&explanation.asked),
    );
    let target = stages::text(&explanation.target);
    let probe = Probe::ask(&generation.snapshot, &method, &asked, &target);
    let endpoint = exchange
        .attempts
        .last()
        .map(|attempt| attempt.address.to_string());
    let answer = Answer {
        status: exchange.status,
        maker: Some(stages::maker(exchange.maker)),
        allow: stages::allow(exchange),
        endpoint,
        fault: exchange.fault,
        id: Some(exchange.request_id.as_str().to_owned()),
    };
    let diagnosis = diagnose::diagnose(generation, &probe, Some(&answer));
    let mut trace = stages::trace(generation, explanation, &asked);
    trace.kind = Kind::Recorded;
    trace.id = Some(exchange.request_id.as_str().to_owned());
    trace.listener = Known::Value(stages::listener(exchange));
    trace.endpoint = Known::Value(stages::attempts(exchange));
    trace.response = Known::Value(Response {
        status: exchange.status,
        maker: stages::maker(exchange.maker),
        first_byte_ms: Some(exchange.duration.as_secs_f64() * 1e3),
        allow: stages::allow(exchange),
        location: exchange.location.as_deref().map(stages::without_query),
    });
    finish(trace, diagnosis)
}

fn finish(mut trace: Trace, diagnosis: Diagnosis) -> Explained {
    trace.primary = diagnosis.primary;
    trace.contributing = diagnosis.contributing;
    trace.would_work = diagnosis.would_work;
    if let Some(rewrite) = &mut trace.rewrite {
        rewrite.code = diagnosis
            .findings
            .iter()
            .map(Finding::code)
            .find(|code| matches!(code.number(), 2 | 4));
    }
    Explained {
        trace,
        findings: diagnosis.findings,
    }
}

impl Explained {
    /// For a terminal: the trace, its conclusion, and the findings with their places.
    pub(crate) fn text(&self, style: &Style) -> String {
        let placed = self
            .findings
            .iter()
            .filter(|finding| finding.primary().is_some());
        let findings = render::text::findings(placed, style);
        let gap = if findings.is_empty() { "" } else { "\n" };
        format!("{}{gap}{findings}", render::text::trace(&self.trace, style))
    }

    /// One JSON document.
    pub(crate) fn json(&self, style: &Style) -> serde_json::Value {
        render::json::trace(&self.trace, &self.findings, style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let check = |url: &str, authority: &str, target: &str| {
            let question = Question::parse("GET", url).unwrap();
            assert_eq!(
                (question.authority.as_str(), question.target.as_str()),
                (authority, target)
            );
        };
        check("http://a.b:8080/c?d#e", "a.b:8080", "/c?d");
        check("http://a.b", "a.b", "/");
        check("http://a.b?c", "a.b", "/?c");
        check("/todos", "localhost", "/todos");
        for bad in ["todos", "https://a/", "http:///a"] {
            assert!(Question::parse("GET", bad).is_err(), "{bad}");
        }
    }
}
