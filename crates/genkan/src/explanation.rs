//! From a router's explanation to a trace that people and programs read.
//!
//! Dry runs and requests that happened take the same form; what is not known stays unknown. Of requests
//! that happened query strings are left out: they hold what is nobody's business. Whoever asks for a dry
//! run knows the query.

mod handshake;
mod listener;
mod question;
mod stages;

use genkan_compile::{
    Generation,
    diagnose::{self, Answer, Diagnosis},
    probe::Probe,
};
use genkan_diagnosis::{
    Finding, Maker, Style, Trace, render,
    trace::{Kind, Known, Response},
};
use genkan_http::head::{RequestHead, RequestView};
use genkan_proxy::capture::CapturedExchange;
use genkan_route::explanation::explain;

pub(crate) use question::Question;

/// A request explained.
#[derive(Debug)]
pub(crate) struct Explained {
    /// Every stage.
    pub(crate) trace: Trace,
    /// What it says about the configuration, the primary finding first.
    pub(crate) findings: Vec<Finding>,
}

/// What would become of a request.
///
/// # Errors
/// When no client could send it.
pub(crate) fn simulate(generation: &Generation, question: &Question) -> Result<Explained, String> {
    let (mut bytes, mut head) = (Vec::new(), RequestHead::new());
    question.write(&mut bytes, &mut head)?;
    let request = RequestView::new(&bytes, &head);
    let input = question.input(&generation.snapshot);
    let explanation = explain(&generation.snapshot, &input, request);
    let probe = Probe::record(&generation.snapshot, &input, request);
    let diagnosis = diagnose::diagnose(generation, &probe, None).over(generation, &input, &probe);
    let facts = stages::Facts {
        generation,
        explanation: &explanation,
        kind: Kind::Simulated,
        input: &input,
        fault: explanation.fault(),
    };
    let mut trace = facts.trace(question.authority());
    let shakes = input.handshake.as_deref();
    if shakes.is_some_and(|shakes| handshake::is_refused(generation, shakes)) {
        // nobody gets to ask
        return Ok(finish(trace, Diagnosis::default()));
    }
    trace.response = match (explanation.status(), facts.location()) {
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

/// What became of a request.
pub(crate) fn recorded(generation: &Generation, exchange: &CapturedExchange) -> Explained {
    let explanation = &exchange.explanation;
    let (method, asked) = (
        stages::text(&explanation.method),
        stages::text(&explanation.asked),
    );
    let target = stages::text(&explanation.target);
    let mut probe = Probe::ask(&generation.snapshot, &method, &asked, &target);
    // what was checked then, for that client
    probe.checks.clone_from(&explanation.checks);
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
    let diagnosis = diagnose::diagnose(generation, &probe, Some(&answer)).over(
        generation,
        &exchange.input,
        &probe,
    );
    let facts = stages::Facts {
        generation,
        explanation,
        kind: Kind::Recorded,
        input: &exchange.input,
        fault: exchange.fault,
    };
    let mut trace = facts.trace(&asked);
    trace.id = Some(exchange.request_id.as_str().to_owned());
    trace.listener = Known::Value(listener::listener(exchange));
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
    use genkan_compile::Options;
    use genkan_objects::files::{Content, FileSet};

    use super::*;
    use crate::manifests;

    #[test]
    fn a_dry_run_tells_who_the_client_is_and_why() {
        const MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {namespace: ingress-nginx, name: ingress-nginx-controller}
data: {use-forwarded-headers: 'true', proxy-real-ip-cidr: 10.0.0.0/8}
";
        let mut files = FileSet::default();
        files.apply("map.yaml", &Content::Bytes(MAP.into()));
        let generation = manifests::compile(&files, Options::default());
        let check = |from: &str, expected: &str| {
            let mut question = Question::parse("GET", "http://h.test/").unwrap();
            question.client = Some(from.parse().unwrap());
            question
                .add_header("X-Forwarded-For: 203.0.113.7, 10.0.0.9")
                .unwrap();
            let text = simulate(&generation, &question)
                .unwrap()
                .text(&Style::default());
            let row = text.lines().find(|line| line.starts_with("client"));
            assert_eq!(row, Some(expected), "{text}");
        };
        check(
            "10.0.0.1",
            "client     203.0.113.7  named by X-Forwarded-For of the trusted proxy 10.0.0.1",
        );
        check(
            "192.0.2.1",
            "client     192.0.2.1  the peer: it is not in `proxy-real-ip-cidr`, so its X-Forwarded-For does not count",
        );
    }
}
