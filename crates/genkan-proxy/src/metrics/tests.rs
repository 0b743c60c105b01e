use std::{
    net::SocketAddr,
    time::{Duration, UNIX_EPOCH},
};

use genkan_route::decision::{RequestId, Scheme};

use super::*;
use crate::record::Maker;

fn record(method: &'static [u8], status: u16) -> ExchangeRecord<'static> {
    ExchangeRecord {
        finished: UNIX_EPOCH,
        duration: Duration::from_millis(7),
        client: SocketAddr::from(([192, 0, 2, 7], 5555)),
        user: None,
        request_line: b"",
        method,
        target: b"/",
        protocol: "HTTP/1.1",
        host: b"a",
        scheme: Scheme::Http,
        referer: None,
        user_agent: None,
        forwarded_for: None,
        status,
        request_length: 81,
        bytes_sent: 1000,
        body_bytes_sent: 2,
        route: None,
        group: None,
        attempts: &[],
        request_id: RequestId([b'0'; 32]),
        effective_request_id: b"",
        maker: Maker::Proxy,
        fault: None,
        logged: false,
        health: false,
        generation: 1,
    }
}

fn page(metrics: &Metrics) -> String {
    let mut out = Exposition::default();
    metrics.expose(&mut out);
    out.into_text()
}

#[test]
fn workers_are_added_up_under_the_names_of_ingress_nginx() {
    let metrics = Metrics::new(ConstantLabels {
        class: "k8s.io/ingress-nginx".to_owned(),
        ..ConstantLabels::default()
    });
    for _ in 0..2 {
        let mut worker = metrics.worker();
        worker.exchange(&record(b"GET", 404));
        worker.tick(&ConnectionCounts {
            accepted: 3,
            handled: 3,
            active: 1,
            waiting: 1,
            ..ConnectionCounts::default()
        });
    }
    let text = page(&metrics);
    let labels = "canary=\"\",controller_class=\"k8s.io/ingress-nginx\",controller_namespace=\"\",\
                  controller_pod=\"\",host=\"_\",ingress=\"\",method=\"GET\",namespace=\"\",path=\"\",\
                  service=\"\",status=\"404\"";
    for line in [
        format!("nginx_ingress_controller_requests{{{labels}}} 2"),
        format!("nginx_ingress_controller_request_duration_seconds_bucket{{{labels},le=\"0.005\"}} 0"),
        format!("nginx_ingress_controller_request_duration_seconds_bucket{{{labels},le=\"0.01\"}} 2"),
        format!("nginx_ingress_controller_request_duration_seconds_bucket{{{labels},le=\"+Inf\"}} 2"),
        format!("nginx_ingress_controller_request_duration_seconds_sum{{{labels}}} 0.014"),
        format!("nginx_ingress_controller_request_duration_seconds_count{{{labels}}} 2"),
        format!("nginx_ingress_controller_bytes_sent_bucket{{{labels},le=\"1000\"}} 2"),
        format!("nginx_ingress_controller_bytes_sent_bucket{{{labels},le=\"100\"}} 0"),
        format!("nginx_ingress_controller_request_size_count{{{labels}}} 2"),
        "nginx_ingress_controller_nginx_process_connections_total{controller_class=\"k8s.io/ingress-nginx\",\
         controller_namespace=\"\",controller_pod=\"\",state=\"accepted\"} 6"
            .to_owned(),
        "nginx_ingress_controller_nginx_process_requests_total{controller_class=\"k8s.io/ingress-nginx\",\
         controller_namespace=\"\",controller_pod=\"\"} 2"
            .to_owned(),
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\nis not in\n{text}");
    }
}

#[test]
fn clients_cannot_make_series() {
    let metrics = Metrics::default();
    let mut worker = metrics.worker();
    for method in [&b"A"[..], b"B", b"get", b"\xff"] {
        worker.exchange(&ExchangeRecord {
            method,
            ..record(b"GET", 400)
        });
    }
    let text = page(&metrics);
    let series = text
        .lines()
        .filter(|line| line.starts_with("nginx_ingress_controller_requests{"));
    assert_eq!(series.count(), 1);
    assert!(text.contains("method=\"OTHER\""), "{text}");
}

#[test]
fn label_values_are_escaped() {
    let mut out = Exposition::default();
    out.sample("a", &[("path", "/\"\\\n")], 1);
    assert_eq!(out.into_text(), "a{path=\"/\\\"\\\\\\n\"} 1\n");
}
