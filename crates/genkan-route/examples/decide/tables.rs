//! Tables and requests to measure decisions with.

use std::{net::SocketAddr, sync::Arc};

use genkan_http::{head::RequestHead, limits::HeadLimits, parse::parse_request};
use genkan_route::{
    basic_auth::Authenticated,
    client::ProxyHeader,
    decision::{BodyLength, DecisionInput, RequestId, Scheme},
    endpoint::{Endpoint, Endpoints, GroupKey},
    host::{Host, HostName, HostSpec},
    limit::Counted,
    route::{Mode, PathMatch, PathType, RewriteSpec, RouteOrigin, RouteSpec, Target},
    settings::{GlobalSettings, RouteSettings},
    snapshot::Snapshot,
    table::Table,
};

/// A parsed request.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    pub(crate) head: RequestHead,
}

/// A table and requests that it forwards.
pub(crate) struct Prepared {
    pub(crate) snapshot: Snapshot,
    pub(crate) input: DecisionInput,
    pub(crate) requests: Vec<Request>,
}

/// One host; half of the paths exact, half prefixes.
pub(crate) fn plain(count: usize) -> Prepared {
    let routes = (0..count).map(|number| {
        let path = format!("/team{}/app{number}/v1", number % 50);
        match number % 2 {
            0 => route(&path, PathMatch::Exact(path.as_str().into()), None),
            _ => route(&path, PathMatch::Prefix(path.as_str().into()), None),
        }
    });
    let spec = host("bench.test", false, routes.collect());
    let requests = spread(count).map(|number| {
        let below = if number % 2 == 0 { "" } else { "/items/42?q=1" };
        request(
            "bench.test",
            &format!("/team{}/app{number}/v1{below}", number % 50),
        )
    });
    prepared(vec![spec], requests.collect())
}

/// Many hosts with one path each.
pub(crate) fn hosts(count: usize) -> Prepared {
    let name = |number: usize| format!("app{number}.apps.example.com");
    let specs = (0..count).map(|number| {
        let routes = vec![route("/", PathMatch::Prefix("/".into()), None)];
        host(&name(number), false, routes)
    });
    let requests = spread(count).map(|number| request(&name(number), "/todos/1"));
    prepared(specs.collect(), requests.collect())
}

/// One host; the usual rewrite on every path.
pub(crate) fn idioms(count: usize) -> Prepared {
    let routes = (0..count).map(|number| {
        let path = format!("/service{number}(/|$)(.*)");
        route(
            &path,
            PathMatch::Pattern(format!("^{path}").into()),
            Some("/$2"),
        )
    });
    let spec = host("bench.test", true, routes.collect());
    let requests =
        spread(count).map(|number| request("bench.test", &format!("/service{number}/a/b?q=1")));
    prepared(vec![spec], requests.collect())
}

/// One host; patterns that need the engine, each with a literal of its own.
pub(crate) fn patterns(count: usize) -> Prepared {
    let routes = (0..count).map(|number| {
        let path = format!("/service{number}/v([0-9]+)/(users|items)/(.*)");
        route(
            &path,
            PathMatch::Pattern(format!("^{path}").into()),
            Some("/$2/$3"),
        )
    });
    let spec = host("bench.test", true, routes.collect());
    let requests = spread(count)
        .map(|number| request("bench.test", &format!("/service{number}/v2/items/42?q=1")));
    prepared(vec![spec], requests.collect())
}

/// Numbers all over a range, in no order a cache would like.
fn spread(count: usize) -> impl Iterator<Item = usize> {
    (0..count.min(1_000)).map(move |step| (step * 7_919) % count)
}

fn route(path: &str, matched: PathMatch, target: Option<&str>) -> RouteSpec {
    let service: String = path.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    RouteSpec {
        origin: RouteOrigin {
            kind: "Ingress",
            namespace: "bench".into(),
            name: service.as_str().into(),
            rule: Some(0),
            path: Some(0),
        },
        mode: Mode::NginxCompatible,
        path: path.into(),
        path_type: PathType::ImplementationSpecific,
        matches: vec![matched],
        target: Target::Service(GroupKey {
            namespace: "bench".into(),
            service,
            port: "80".into(),
        }),
        age_rank: 0,
        rewrite: target.map(|target| RewriteSpec {
            pattern: path.into(),
            target: target.into(),
        }),
        redirect: None,
        closed: None,
        forwarded_prefix: None,
        policy: Default::default(),
        settings: Arc::new(RouteSettings::default()),
        implied: false,
    }
}

fn host(name: &str, regex_host: bool, routes: Vec<RouteSpec>) -> HostSpec {
    HostSpec {
        name: HostName::Exact(name.into()),
        mode: Mode::NginxCompatible,
        regex_host,
        client_certificates: None,
        app_root: None,
        aliases: Box::default(),
        www_redirect: false,
        routes,
        inactive: Vec::new(),
    }
}

fn request(host: &str, target: &str) -> Request {
    let text = format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench/1\r\nAccept: */*\r\n\r\n"
    );
    let mut head = RequestHead::new();
    let parsed = parse_request(text.as_bytes(), &mut head, &HeadLimits::default());
    assert!(parsed.is_ok(), "{text}");
    Request {
        bytes: text.into_bytes(),
        head,
    }
}

fn prepared(hosts: Vec<HostSpec>, requests: Vec<Request>) -> Prepared {
    let table = Table::assemble(
        1,
        hosts.into_iter().map(|spec| Arc::new(Host::build(spec))),
        [],
    );
    let endpoints = table.lay_out(1, |key| {
        let address = SocketAddr::from(([10, 0, 0, 1], 80));
        Arc::new(Endpoints {
            key: key.clone(),
            ready: [Endpoint { address, pod: None }].into(),
            unready: Box::default(),
            absence: None,
        })
    });
    let snapshot = Snapshot {
        generation: 1,
        table: Arc::new(table),
        endpoints: Arc::new(endpoints),
        tls: Arc::default(),
        settings: Arc::new(GlobalSettings::default()),
    };
    let input = DecisionInput {
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
    };
    Prepared {
        snapshot,
        input,
        requests,
    }
}
