//! Nothing silent: each of the 138 annotation names, set alone on an Ingress, has its effect or a finding,
//! and one that keeps somebody out and is not built yet answers 503 over real sockets.
//!
//! `annotations/samples.tsv` has the names. What is right for each family once it is built is tested with
//! it; this test must stay true whatever is built.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use genkan_compile::annotation::{self, Effects, Policy, Written};
use genkan_compile::{Compiler, Generation, Input, Options, Resolutions};
use genkan_objects::files::{Content, FileSet};
use genkan_objects::kind::Timestamp;
use genkan_proxy::capture::CaptureLimits;
use genkan_proxy::record::{Observers, Unobserved};
use genkan_proxy::{ListenOn, Proxy, ProxyOptions, SPILL_BYTES_MAX};
use genkan_route::decision::Scheme;
use genkan_route::route::Mode;
use genkan_tests::{Connection, EchoBackend};

const PREFIX: &str = "nginx.ingress.kubernetes.io";

/// One row of the table.
struct Sample {
    name: &'static str,
    protects: bool,
    value: &'static str,
}

fn samples() -> Vec<Sample> {
    let rows = include_str!("annotations/samples.tsv").lines();
    let rows = rows.filter(|line| !line.starts_with('#'));
    let sample = |line: &'static str| {
        let mut cells = line.splitn(3, '\t');
        let mut cell = || cells.next().expect("a row has three cells");
        Sample {
            name: cell(),
            protects: cell() == "protects",
            value: cell(),
        }
    };
    rows.map(sample).collect()
}

/// What the annotation alone comes to.
fn effects(name: &str, value: &str) -> Effects {
    let key = format!("{PREFIX}/{name}");
    let written = Written {
        key: &key,
        value,
        is_text: true,
    };
    annotation::read([written], &Policy::default(), Mode::NginxCompatible).0
}

#[test]
fn the_table_has_exactly_the_names_of_the_reference() {
    let listed: BTreeSet<_> = samples().iter().map(|sample| sample.name).collect();
    let known: BTreeSet<_> = annotation::entries()
        .flat_map(annotation::entry::Entry::names)
        .collect();
    assert_eq!(listed, known);
    assert_eq!(listed.len(), 138);
    let protecting: BTreeSet<_> = samples()
        .iter()
        .filter(|sample| sample.protects)
        .map(|sample| sample.name)
        .collect();
    let open: Vec<_> = protecting
        .iter()
        .filter(|name| annotation::find(name).is_none_or(|entry| !entry.security))
        .collect();
    assert!(open.is_empty(), "not known to protect: {open:?}");
}

/// Whatever is built: a value that cannot be read never opens what it was to protect.
#[test]
fn a_bad_value_of_what_protects_closes_the_route() {
    let values = [
        "",
        " ",
        "\u{1}",
        "no; such {value}$",
        "99999999999999999999",
        "-",
    ];
    let mut closed = 0;
    for sample in samples().iter().filter(|sample| sample.protects) {
        let entry = annotation::find(sample.name).expect("the table has the name");
        for value in values {
            let bad = value.trim().is_empty() || entry.value.check(value).is_err();
            if bad {
                let effects = effects(sample.name, value);
                assert!(effects.closed.is_some(), "{}: {value:?}", sample.name);
                closed += 1;
            }
        }
    }
    assert!(closed > 100, "{closed}");
}

#[test]
fn every_name_alone_has_an_effect_or_a_finding_and_what_protects_is_never_open() {
    let backend = EchoBackend::start("app");
    let samples = samples();
    let generation = compile(&samples, &backend);
    let proxy = start(&generation);
    let address = proxy.listeners()[0].address;
    let plain = effects("unknown-to-everybody", "");
    let mut not_built = 0;
    let mut silent = Vec::new();
    for (number, sample) in samples.iter().enumerate() {
        let name = sample.name;
        let entry = annotation::find(name).expect("the table has the name");
        let effects = effects(name, sample.value);
        let told = generation.findings.iter().any(|finding| {
            finding
                .object()
                .is_some_and(|object| *object.name == *format!("i{number}"))
        });
        // It asks for what happens anyway.
        let anyway = name == "backend-protocol" && sample.value == "HTTP";
        if !(told || anyway || effects != plain) {
            silent.push(name);
        }
        let mut connection = Connection::open(address);
        let request =
            format!("GET /p HTTP/1.1\r\nHost: h{number}.test\r\nConnection: close\r\n\r\n");
        connection
            .send(request.as_bytes())
            .expect("the proxy reads");
        let response = connection.read_response("GET").expect("an answer");
        let status = response.status;
        if effects.closed.is_some() {
            assert_eq!(status, 503, "{name} is closed");
        }
        if !entry.is_built() {
            not_built += 1;
            assert!(told, "{name} is not built and nobody says so");
            match (sample.protects, effects.canary || effects.refused.is_some()) {
                (true, _) => assert_eq!(status, 503, "{name} protects and is not built"),
                (false, true) => assert_eq!(status, 404, "{name}"),
                (false, false) => assert_eq!(status, 200, "{name} is served as without it"),
            }
        }
    }
    assert!(silent.is_empty(), "dropped in silence: {silent:?}");
    println!("{not_built} of {} names are not built", samples.len());
}

fn compile(samples: &[Sample], backend: &EchoBackend) -> Generation {
    let service = serde_json::json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "app", "namespace": "ns", "annotations": {
            "genkan.io/endpoints": backend.address().to_string()}},
        "spec": {"ports": [{"port": 80}]},
    });
    let ingress = |(number, sample): (usize, &Sample)| {
        let backend = serde_json::json!({"service": {"name": "app", "port": {"number": 80}}});
        let path = serde_json::json!({"path": "/p", "pathType": "Prefix", "backend": backend});
        let key = format!("{PREFIX}/{}", sample.name);
        serde_json::json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": format!("i{number}"), "namespace": "ns", "annotations": {key: sample.value}},
            "spec": {"ingressClassName": "nginx", "rules": [
                {"host": format!("h{number}.test"), "http": {"paths": [path]}}]},
        })
    };
    let mut items: Vec<_> = samples.iter().enumerate().map(ingress).collect();
    items.push(service);
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items});
    let mut files = FileSet::default();
    files.apply("all.json", &Content::Bytes(list.to_string().into_bytes()));
    let problems = files.problems();
    let resolutions = Resolutions::new();
    Compiler::new(Options::default()).compile(Input {
        objects: files.store(),
        problems: &problems,
        resolutions: &resolutions,
        now: Timestamp(1_800_000_000),
    })
}

fn start(generation: &Generation) -> Proxy {
    let options = ProxyOptions {
        workers: 1,
        listeners: vec![ListenOn {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            scheme: Scheme::Http,
        }],
        observers: Arc::new(|_| Observers {
            log: Box::new(Unobserved),
            meter: Box::new(Unobserved),
        }),
        captures: CaptureLimits::default(),
        spill_bytes_max: SPILL_BYTES_MAX,
        refusals: Arc::new(|_| {}),
    };
    Proxy::start(&options, generation.snapshot.clone()).expect("the proxy starts on a free port")
}
