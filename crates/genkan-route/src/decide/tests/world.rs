//! A small world to route in, and what a decision says in one line.

use std::{net::SocketAddr, sync::Arc};

use genkan_http::{
    head::{RequestHead, RequestView},
    limits::HeadLimits,
    parse::{Progress, parse_request},
};

use crate::{
    basic_auth::Authenticated,
    client::ProxyHeader,
    decide::decide,
    decision::{BodyLength, DecisionInput, RequestId, Scheme, Scratch, Verdict},
    endpoint::{Absence, Endpoint, Endpoints, GroupKey},
    host::{Host, HostName, HostSpec},
    limit::Counted,
    recorder::NoRecorder,
    route::{
        Closed, Mode, PathMatch, PathType, Redirect, RewriteSpec, RouteOrigin, RouteSpec, Target,
    },
    settings::{GlobalSettings, RouteSettings},
    snapshot::Snapshot,
    table::Table,
};

/// A route that leads to a Service of its own name.
pub(crate) fn route(mode: Mode, path: &str, path_type: PathType, service: &str) -> RouteSpec {
    let group = GroupKey {
        namespace: "ns".into(),
        service: service.into(),
        port: "80".into(),
    };
    RouteSpec {
        origin: RouteOrigin {
            kind: "Ingress",
            namespace: "ns".into(),
            name: service.into(),
            rule: Some(0),
            path: Some(0),
        },
        mode,
        path: path.into(),
        path_type,
        matches: plain(mode, path, path_type),
        target: Target::Service(group),
        age_rank: 0,
        rewrite: None,
        redirect: None,
        closed: None,
        forwarded_prefix: None,
        policy: Default::default(),
        settings: Arc::new(RouteSettings::default()),
        implied: false,
    }
}

/// How the compiler compares a path on a host without patterns.
fn plain(mode: Mode, path: &str, path_type: PathType) -> Vec<PathMatch> {
    let bare = path
        .strip_suffix('/')
        .filter(|bare| !bare.is_empty())
        .unwrap_or(path);
    vec![
        match (path_type, mode, path.ends_with('/') && path != "/") {
            (PathType::Exact, Mode::NginxCompatible, true) => PathMatch::SlashExact(path.into()),
            (PathType::Exact, ..) => PathMatch::Exact(path.into()),
            (_, Mode::NginxCompatible, true) => PathMatch::SlashPrefix(path.into()),
            _ => PathMatch::Prefix(bare.into()),
        },
    ]
}

impl RouteSpec {
    pub(crate) fn pattern(mut self) -> Self {
        self.matches = vec![PathMatch::Pattern(format!("^{}", self.path).into())];
        self
    }

    pub(crate) fn matching(mut self, matches: &[PathMatch]) -> Self {
        self.matches = matches.to_vec();
        self
    }

    pub(crate) fn rewritten(mut self, target: &str) -> Self {
        self.rewrite = Some(RewriteSpec {
            pattern: self.path.clone(),
            target: target.into(),
        });
        self
    }

    pub(crate) fn redirected(
        mut self,
        status: u16,
        target: &str,
        annotation: &'static str,
    ) -> Self {
        self.redirect = Some(Redirect {
            status,
            target: target.into(),
            annotation,
        });
        self
    }

    pub(crate) fn closed(mut self) -> Self {
        self.closed = Some(Closed {
            code: "GK0202",
            annotation: "auth-url",
        });
        self
    }

    pub(crate) fn nowhere(mut self) -> Self {
        self.target = Target::NotFound;
        self
    }

    pub(crate) fn body_max(mut self, bytes: u64) -> Self {
        let settings = RouteSettings {
            body_size_max: Some(bytes),
            ..RouteSettings::default()
        };
        self.settings = Arc::new(settings);
        self
    }
}

pub(crate) fn host(name: &str, mode: Mode, routes: Vec<RouteSpec>) -> HostSpec {
    let name = match name.strip_prefix("*.") {
        Some(suffix) => HostName::Wildcard(suffix.into()),
        None if name == "_" => HostName::CatchAll,
        None => HostName::Exact(name.into()),
    };
    let regex_host = routes.iter().any(|route| {
        mode == Mode::NginxCompatible && matches!(route.matches[0], PathMatch::Pattern(_))
    });
    HostSpec {
        name,
        mode,
        regex_host,
        client_certificates: None,
        app_root: None,
        aliases: Box::default(),
        www_redirect: false,
        routes,
        inactive: Vec::new(),
    }
}

/// Every Service has one endpoint, but those whose names begin with `no-`.
pub(crate) fn world(hosts: Vec<HostSpec>) -> Snapshot {
    let hosts = hosts.into_iter().map(|spec| {
        let host = Host::build(spec);
        assert_eq!(host.errors(), []);
        Arc::new(host)
    });
    let table = Table::assemble(1, hosts, []);
    let endpoints = table.lay_out(1, |key| {
        let address = SocketAddr::from(([10, 0, 0, 1], 80));
        let (ready, absence) = match &*key.service {
            "no-service" => (vec![], Some(Absence::NoService)),
            "no-port" => (vec![], Some(Absence::NoPort)),
            "no-endpoint" => (vec![], Some(Absence::NoneReady)),
            "no-name" => (vec![], Some(Absence::ExternalNameUnresolved)),
            _ => (vec![Endpoint { address, pod: None }], None),
        };
        let (ready, unready) = (ready.into(), Box::default());
        Arc::new(Endpoints {
            key: key.clone(),
            ready,
            unready,
            absence,
        })
    });
    table.check_invariants(&endpoints).unwrap();
    Snapshot {
        generation: 1,
        table: Arc::new(table),
        endpoints: Arc::new(endpoints),
        tls: Arc::default(),
        settings: Arc::new(GlobalSettings::default()),
    }
}

pub(crate) fn input() -> DecisionInput {
    DecisionInput {
        scheme: Scheme::Http,
        port: 80,
        peer: SocketAddr::from(([192, 0, 2, 7], 4711)),
        proxy_header: ProxyHeader::Absent,
        body: BodyLength::None,
        request_id: RequestId(*b"0123456789abcdef0123456789abcdef"),
        handshake: None,
        draining: false,
        counted: Counted::Never,
        authenticated: Authenticated::Never,
    }
}

pub(crate) fn parse(bytes: &[u8]) -> RequestHead {
    let mut head = RequestHead::new();
    match parse_request(bytes, &mut head, &HeadLimits::default()) {
        Ok(Progress::Complete { .. }) => head,
        other => panic!("{other:?}: {}", bytes.escape_ascii()),
    }
}

/// What becomes of a head, in one line: a Service and its target, or an answer.
pub(crate) fn verdict(snapshot: &Snapshot, input: &DecisionInput, head: &str) -> String {
    let parsed = parse(head.as_bytes());
    let mut scratch = Scratch::default();
    let view = RequestView::new(head.as_bytes(), &parsed);
    let decision = decide(snapshot, input, view, &mut scratch, &mut NoRecorder);
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).unwrap().to_owned();
    match decision.verdict {
        Verdict::Forward(forward) => {
            let target = if forward.rewritten {
                &*scratch.target
            } else {
                view.target()
            };
            format!("{} {}", forward.endpoints.key.service, text(target))
        }
        Verdict::Redirect { status, .. } => format!("{status} {}", text(&scratch.location)),
        Verdict::Preflight => "204".to_owned(),
        Verdict::Health => "health".to_owned(),
        Verdict::Site(site) => format!("site {} {}", site.name, text(&scratch.path)),
        Verdict::Count(limits) => format!("count {}", limits.zone),
        Verdict::Authenticate(_) => "compare the password".to_owned(),
        Verdict::Fault(fault) => format!("{} {fault:?}", fault.status(decision.mode)),
    }
}

/// A GET to a host.
pub(crate) fn get(snapshot: &Snapshot, host: &str, target: &str) -> String {
    verdict(
        snapshot,
        &input(),
        &format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    )
}

/// Checks many GETs to one host: `(target, expected)`.
pub(crate) fn check(snapshot: &Snapshot, host: &str, rows: &[(&str, &str)]) {
    for (target, expected) in rows {
        assert_eq!(get(snapshot, host, target), *expected, "{host}{target}");
    }
}
