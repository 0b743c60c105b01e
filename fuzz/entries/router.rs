//! The router: any bytes as a head, against one table with every kind of route.
//!
//! What must hold: no panic, the watched decision equals the other, and what goes on to a backend is
//! one head of which nothing but its own end is an empty line.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
};

use genkan_http::{
    framing::Body,
    head::{RequestHead, RequestView},
    limits::HeadLimits,
    parse::{Progress, parse_request},
};
use genkan_route::{
    basic_auth::Authenticated,
    client::{ProxyHeader, Trust},
    decide::decide,
    decision::{BodyLength, DecisionInput, RequestId, Scheme, Scratch, Verdict},
    endpoint::{Endpoint, Endpoints, GroupKey},
    explanation::{Outcome, explain},
    forward::{UpstreamHead, write_upstream_head},
    host::{Host, HostName, HostSpec},
    limit::Counted,
    pattern::{Anchor, Pattern},
    recorder::NoRecorder,
    route::{Mode, PathMatch, PathType, RewriteSpec, RouteOrigin, RouteSpec, Target},
    settings::{GlobalSettings, RouteSettings},
    snapshot::Snapshot,
    table::Table,
    template::Template,
};

/// A head, routed.
pub fn route(data: &[u8]) {
    let mut head = RequestHead::new();
    let Ok(Progress::Complete { .. }) = parse_request(data, &mut head, &HeadLimits::default())
    else {
        return;
    };
    let request = RequestView::new(data, &head);
    check(request, &SNAPSHOT);
    check(request, &TRUSTING);
}

fn check(request: RequestView<'_>, snapshot: &Snapshot) {
    let input = input();
    let mut scratch = Scratch::default();
    let decision = decide(snapshot, &input, request, &mut scratch, &mut NoRecorder);
    let outcome = Outcome::of(&decision, &scratch, request);
    assert_eq!(explain(snapshot, &input, request).outcome, outcome);
    assert!(
        !scratch
            .location
            .iter()
            .any(|byte| matches!(byte, b'\r' | b'\n' | 0))
    );
    if let (Verdict::Forward(forward), Some(route)) = (&decision.verdict, decision.route) {
        let mut out = Vec::new();
        let upstream = UpstreamHead {
            request,
            input: &input,
            route,
            rewritten: forward.rewritten,
            scratch: &scratch,
            body: Body::None,
            client: decision.client,
            settings: &snapshot.settings,
        };
        write_upstream_head(&mut out, &upstream);
        let mut sent = RequestHead::new();
        let limits = HeadLimits {
            field_count_max: usize::MAX,
            ..HeadLimits::default()
        };
        if let Ok(Progress::Complete { head_len }) = parse_request(&out, &mut sent, &limits) {
            assert_eq!(head_len, out.len(), "{}", out.escape_ascii());
        }
    }
}

/// A path pattern and a template, as an Ingress may write them; then a path.
pub fn pattern(data: &[u8]) {
    let mut lines = data.splitn(3, |byte| *byte == b'\n');
    let mut text = || std::str::from_utf8(lines.next().unwrap_or_default()).unwrap_or_default();
    let (pattern, template, path) = (text(), text(), text());
    for mode in [Mode::Strict, Mode::NginxCompatible] {
        let _ = Template::parse(template, mode);
        for anchor in [Anchor::Start, Anchor::Anywhere] {
            let ours = Pattern::compile(pattern, mode, anchor);
            let general = Pattern::compile_general(pattern, mode, anchor);
            // an idiom is compiled by hand, so that only refusals of the engine can differ
            let (Ok(ours), Ok(general)) = (ours, general) else {
                continue;
            };
            if let (Ok(ours), Ok(general)) = (
                ours.is_match(path.as_bytes()),
                general.is_match(path.as_bytes()),
            ) {
                assert_eq!(ours, general, "{pattern:?} {mode:?} {anchor:?} {path:?}");
            }
            let _ = ours.failure(path.as_bytes());
        }
    }
}

fn input() -> DecisionInput {
    DecisionInput {
        scheme: Scheme::Http,
        port: 80,
        peer: SocketAddr::from(([192, 0, 2, 7], 4711)),
        proxy_header: ProxyHeader::Absent,
        body: BodyLength::None,
        request_id: RequestId([b'0'; 32]),
        handshake: None,
        draining: false,
        counted: Counted::Never,
        authenticated: Authenticated::Never,
    }
}

/// The same, believing everybody about the client.
static TRUSTING: LazyLock<Snapshot> = LazyLock::new(|| {
    let trust = Trust {
        use_forwarded_headers: true,
        compute_full_forwarded_for: true,
        original_uri: true,
        ..Trust::default()
    };
    let settings = GlobalSettings {
        trust,
        ..GlobalSettings::default()
    };
    Snapshot {
        settings: settings.into(),
        ..SNAPSHOT.clone()
    }
});

static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| {
    let exact = |name: &str| HostName::Exact(name.into());
    let prefix = |path: &str| PathMatch::Prefix(path.into());
    let pattern = |path: &str| PathMatch::Pattern(path.into());
    let hosts = [
        host(
            exact("a"),
            false,
            vec![
                route_spec("/foo", PathMatch::Exact("/foo".into()), None),
                route_spec("/foo/", PathMatch::SlashPrefix("/foo/".into()), None),
                route_spec("/", prefix("/"), None),
            ],
        ),
        host(
            exact("b"),
            true,
            vec![
                route_spec("/foo(/|$)(.*)", pattern("^/foo(/|$)(.*)"), Some("/$2")),
                route_spec(
                    "/(a|b)[^/]*/(.*)",
                    pattern("^/(a|b)[^/]*/(.*)"),
                    Some("/$http_x/$uri/$1"),
                ),
                route_spec(
                    "/r/(.*)",
                    pattern("^/r/(.*)"),
                    Some("https://x.test/$1$uri"),
                ),
            ],
        ),
        host(
            HostName::Wildcard("c".into()),
            false,
            vec![route_spec("/", prefix("/"), None)],
        ),
        host(
            HostName::CatchAll,
            false,
            vec![route_spec("/all", prefix("/all"), None)],
        ),
    ];
    let hosts = hosts.into_iter().map(|spec| Arc::new(Host::build(spec)));
    let table = Table::assemble(1, hosts, []);
    let endpoints = table.lay_out(1, |key| {
        let address = SocketAddr::from(([10, 0, 0, 1], 80));
        let ready = [Endpoint { address, pod: None }].into();
        Arc::new(Endpoints {
            key: key.clone(),
            ready,
            unready: Box::default(),
            absence: None,
        })
    });
    Snapshot {
        generation: 1,
        table: Arc::new(table),
        endpoints: Arc::new(endpoints),
        tls: Arc::default(),
        settings: Arc::new(GlobalSettings::default()),
    }
});

fn host(name: HostName, regex_host: bool, routes: Vec<RouteSpec>) -> HostSpec {
    let mode = Mode::NginxCompatible;
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

fn route_spec(path: &str, matched: PathMatch, rewrite: Option<&str>) -> RouteSpec {
    RouteSpec {
        origin: RouteOrigin {
            kind: "Ingress",
            namespace: "ns".into(),
            name: "i".into(),
            rule: Some(0),
            path: Some(0),
        },
        mode: Mode::NginxCompatible,
        path: path.into(),
        path_type: PathType::ImplementationSpecific,
        matches: vec![matched],
        target: Target::Service(GroupKey {
            namespace: "ns".into(),
            service: "s".into(),
            port: "80".into(),
        }),
        age_rank: 0,
        rewrite: rewrite.map(|target| RewriteSpec {
            pattern: path.into(),
            target: target.into(),
        }),
        redirect: None,
        closed: None,
        forwarded_prefix: rewrite.map(|_| "/p$1".into()),
        policy: Default::default(),
        settings: Arc::new(RouteSettings::default()),
        implied: false,
    }
}
