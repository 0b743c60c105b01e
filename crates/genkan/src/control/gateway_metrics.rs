//! Metrics of the process as a whole: generations, findings, the log's own losses.

use std::collections::BTreeMap;

use genkan_diagnosis::Code;
use genkan_proxy::metrics::Exposition;

use super::Gateway;

/// Appends them.
pub(super) fn expose(gateway: &Gateway, out: &mut Exposition) {
    let generation = gateway.newest();
    gauge(
        out,
        "genkan_generation_compiled",
        "Number of the newest generation",
        generation.number(),
    );
    gauge(
        out,
        "genkan_generation_live",
        "Number of the generation that every worker serves",
        gateway.live_generation(),
    );
    gauge(
        out,
        "genkan_ingresses",
        "Ingresses that are served",
        generation.summary.ingresses as u64,
    );
    gauge(
        out,
        "genkan_routes",
        "Routes of the newest generation",
        generation.summary.routes as u64,
    );
    let name = "genkan_findings";
    out.metric(name, "gauge", "Findings of the newest generation by code");
    let mut codes: BTreeMap<Code, usize> = BTreeMap::new();
    for finding in &generation.findings {
        *codes.entry(finding.code()).or_default() += 1;
    }
    for (code, count) in codes {
        out.sample(name, &[("code", &code.to_string())], count);
    }
    let log = gateway.log_statistics();
    let name = "genkan_access_log_lines_total";
    out.metric(
        name,
        "counter",
        "Lines of the access log by what became of them",
    );
    for (outcome, count) in [
        ("written", log.written),
        ("dropped", log.dropped),
        ("failed", log.failed),
    ] {
        out.sample(name, &[("outcome", outcome)], count);
    }
    let totals = gateway.proxy().totals();
    gauge(
        out,
        "genkan_tls_handshakes_waiting",
        "TLS handshakes that wait for their turn to use a private key",
        totals.tls_waiting,
    );
    for (name, help, value) in totals.rows() {
        let name = format!("genkan_{name}_total");
        out.metric(&name, "counter", help);
        out.sample(&name, &[], value);
    }
}

fn gauge(out: &mut Exposition, name: &str, help: &str, value: u64) {
    out.metric(name, "gauge", help);
    out.sample(name, &[], value);
}
