//! Plays drawn requests against model and router, and counts what occurred.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use genkan_http::{
    head::{RequestHead, RequestView},
    limits::HeadLimits,
    parse::parse_request,
};
use genkan_route::{
    basic_auth::Authenticated,
    client::ProxyHeader,
    decide::decide,
    decision::{BodyLength, DecisionInput, RequestId, Scheme, Scratch},
    endpoint::{Absence, Endpoint, Endpoints},
    explanation::{Outcome, explain},
    host::{Host, HostSpec},
    limit::Counted,
    recorder::NoRecorder,
    settings::GlobalSettings,
    snapshot::Snapshot,
    table::Table,
};
use genkan_tests::Random;

use super::{
    draw::{self, ABSENT},
    model::{self, Model, Request},
};

const REQUESTS_PER_WORLD: usize = 250;
/// Every so many requests the watched decision is compared too; it computes what the other need not.
const WATCHED_ONE_IN: usize = 25;

/// How often each kind of answer occurred.
#[derive(Debug, Default)]
pub(crate) struct Coverage(BTreeMap<String, usize>);

impl Coverage {
    pub(crate) fn cases(&self) -> usize {
        self.0.values().sum()
    }

    /// Fails when a kind of answer did not occur often enough to say that it was compared.
    pub(crate) fn check(&self) {
        println!("{self:#?}");
        for kind in [
            "forward",
            "redirect 300",
            "redirect 301",
            "redirect 302",
            "redirect 308",
            "health",
            "fault BadPath",
            "fault NoHost",
            "fault NoPath",
            "fault NoDefaultBackend",
            "fault NoService",
            "fault NoPort",
            "fault NoEndpoint",
            "fault ExternalName",
            "fault Closed",
            "fault BodyTooLarge",
            "fault EmptyRewrite",
        ] {
            let count = self.0.get(kind).copied().unwrap_or(0);
            assert!(count >= 100, "{kind} occurred {count} times");
        }
    }

    fn count(&mut self, answer: &str) {
        let mut words = answer.split(' ');
        let kind = match words.next().unwrap_or_default() {
            word @ ("redirect" | "fault") => format!("{word} {}", words.next().unwrap_or_default()),
            word => word.to_owned(),
        };
        *self.0.entry(kind).or_default() += 1;
    }
}

/// One drawn world and its requests.
pub(crate) fn world(seed: u64, coverage: &mut Coverage) {
    let mut random = Random::from_seed(seed);
    let specs = draw::hosts(&mut random);
    let models: Vec<Model> = specs.iter().cloned().map(Model::new).collect();
    let snapshot = snapshot(&specs);
    let absent = |service: &str| {
        ABSENT
            .iter()
            .find(|(name, _)| *name == service)
            .map(|(_, fault)| *fault)
    };
    let mut scratch = Scratch::default();
    for number in 0..REQUESTS_PER_WORLD {
        let request = draw::request(&mut random);
        let expected = model::answer(&models, &request, &absent);
        let found = route(
            &snapshot,
            &request,
            &mut scratch,
            number % WATCHED_ONE_IN == 0,
        );
        assert!(
            expected == found,
            "seed {seed}: http://{}{}?{:?} body {:?}\n model: {expected}\nrouter: {found}\n{specs:#?}",
            request.host,
            request.path,
            request.query,
            request.body,
        );
        coverage.count(&expected);
    }
}

fn snapshot(specs: &[HostSpec]) -> Snapshot {
    let hosts = specs.iter().map(|spec| {
        let host = Host::build(spec.clone());
        assert_eq!(host.errors(), []);
        Arc::new(host)
    });
    let table = Table::assemble(1, hosts, []);
    let endpoints = table.lay_out(1, |key| {
        let absence = match &*key.service {
            "gone" => Some(Absence::NoService),
            "portless" => Some(Absence::NoPort),
            "idle" => Some(Absence::NoneReady),
            "nameless" => Some(Absence::ExternalNameUnresolved),
            _ => None,
        };
        let endpoint = Endpoint {
            address: SocketAddr::from(([10, 0, 0, 1], 80)),
            pod: None,
        };
        let ready = absence.is_none().then_some(endpoint).into_iter().collect();
        Arc::new(Endpoints {
            key: key.clone(),
            ready,
            unready: Box::default(),
            absence,
        })
    });
    table
        .check_invariants(&endpoints)
        .expect("table and view belong together");
    Snapshot {
        generation: 1,
        table: Arc::new(table),
        endpoints: Arc::new(endpoints),
        tls: Arc::default(),
        settings: Arc::new(GlobalSettings::default()),
    }
}

/// What the router says, in the model's words.
fn route(snapshot: &Snapshot, request: &Request, scratch: &mut Scratch, watched: bool) -> String {
    let query = request
        .query
        .as_ref()
        .map_or(String::new(), |query| format!("?{query}"));
    let text = format!(
        "GET {}{query} HTTP/1.1\r\nHost: {}\r\n\r\n",
        request.path, request.host
    );
    let mut head = RequestHead::new();
    parse_request(text.as_bytes(), &mut head, &HeadLimits::default()).expect("drawn heads parse");
    let view = RequestView::new(text.as_bytes(), &head);
    let input = DecisionInput {
        scheme: Scheme::Http,
        port: 80,
        peer: SocketAddr::from(([192, 0, 2, 7], 4711)),
        proxy_header: ProxyHeader::Absent,
        body: request.body.map_or(BodyLength::None, BodyLength::Known),
        request_id: RequestId([b'0'; 32]),
        handshake: None,
        draining: false,
        counted: Counted::Never,
        authenticated: Authenticated::Never,
    };
    let decision = decide(snapshot, &input, view, scratch, &mut NoRecorder);
    let outcome = Outcome::of(&decision, scratch, view);
    if watched {
        let explanation = explain(snapshot, &input, view);
        assert_eq!(explanation.outcome, outcome, "a watched decision differs");
        assert_eq!(explanation.host.as_ref(), decision.host);
        assert_eq!(explanation.mode, decision.mode);
        let origin = decision.route.map(|route| &route.spec.origin);
        assert_eq!(explanation.origin(), origin);
        let chosen = explanation
            .candidates
            .iter()
            .filter(|candidate| candidate.is_chosen());
        assert_eq!(chosen.map(|candidate| &candidate.origin).next(), origin);
    }
    let shown = |bytes: Vec<u8>| String::from_utf8(bytes).expect("drawn targets are ASCII");
    match outcome {
        Outcome::Forward {
            endpoints, target, ..
        } => {
            format!("forward {} {}", endpoints.key.service, shown(target))
        }
        Outcome::Redirect {
            status, location, ..
        } => format!("redirect {status} {}", shown(location)),
        Outcome::Site { site, .. } => format!("site {}", site.name),
        Outcome::Preflight(_) => "204".to_owned(),
        Outcome::Health => "health".to_owned(),
        Outcome::Fault(fault) => format!("fault {fault:?}"),
    }
}
