//! Snapshots and running proxies.

use std::{net::SocketAddr, sync::Arc};

use super::gathered::Gathered;
use genkan_proxy::{
    ListenOn, Proxy, ProxyOptions, Refusal, SPILL_BYTES_MAX,
    capture::CaptureLimits,
    record::{AccessLog, ConnectionCounts, ExchangeRecord, Meter, Observers},
};
use genkan_route::{
    decision::Scheme,
    endpoint::{Absence, Endpoint, Endpoints, GroupKey},
    host::{Host, HostName, HostSpec},
    route::{Mode, PathMatch, PathType, RouteOrigin, RouteSpec, Target},
    settings::{GlobalSettings, RouteSettings},
    snapshot::Snapshot,
    table::Table,
};

/// One host `app.test` with one route `/` to some backends.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) generation: u64,
    pub(crate) mode: Mode,
    pub(crate) backends: Vec<SocketAddr>,
    pub(crate) route: RouteSettings,
    pub(crate) global: GlobalSettings,
    pub(crate) workers: usize,
    pub(crate) target: Option<Target>,
    pub(crate) spill_bytes_max: u64,
}

impl World {
    pub(crate) fn new(backends: &[SocketAddr]) -> Self {
        Self {
            generation: 1,
            mode: Mode::NginxCompatible,
            backends: backends.to_vec(),
            route: RouteSettings::default(),
            global: GlobalSettings::default(),
            workers: 1,
            target: None,
            spill_bytes_max: SPILL_BYTES_MAX,
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let key = GroupKey {
            namespace: "demo".to_owned(),
            service: "app".to_owned(),
            port: "80".to_owned(),
        };
        let origin = RouteOrigin {
            kind: "Ingress",
            namespace: "demo".into(),
            name: "app".into(),
            rule: Some(0),
            path: Some(0),
        };
        let route = RouteSpec {
            origin,
            mode: self.mode,
            path: "/".into(),
            path_type: PathType::Prefix,
            matches: vec![PathMatch::Prefix("/".into())],
            target: self.target.clone().unwrap_or(Target::Service(key)),
            age_rank: 0,
            rewrite: None,
            redirect: None,
            closed: None,
            forwarded_prefix: None,
            policy: Default::default(),
            settings: Arc::new(self.route.clone()),
            implied: false,
        };
        let host = Host::build(HostSpec {
            name: HostName::Exact("app.test".into()),
            mode: self.mode,
            regex_host: false,
            client_certificates: None,
            app_root: None,
            aliases: Box::default(),
            www_redirect: false,
            routes: vec![route],
            inactive: Vec::new(),
        });
        let table = Table::assemble(self.generation, [Arc::new(host)], []);
        let mut ready: Vec<_> = self
            .backends
            .iter()
            .map(|address| Endpoint {
                address: *address,
                pod: None,
            })
            .collect();
        ready.sort();
        let absence = ready.is_empty().then_some(Absence::NoEndpoints);
        let endpoints = table.lay_out(self.generation, |key| {
            Arc::new(Endpoints {
                key: key.clone(),
                ready: ready.clone().into(),
                unready: Box::default(),
                absence,
            })
        });
        Snapshot {
            generation: self.generation,
            table: Arc::new(table),
            endpoints: Arc::new(endpoints),
            tls: Arc::default(),
            settings: Arc::new(self.global.clone()),
        }
    }
}

/// What a test wants to know of a finished exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) line: String,
    pub(crate) status: u16,
    pub(crate) attempts: Vec<(SocketAddr, u16)>,
    pub(crate) reused: Vec<bool>,
    pub(crate) request_length: u64,
    pub(crate) bytes_sent: u64,
    pub(crate) body_bytes_sent: u64,
    pub(crate) maker: &'static str,
    pub(crate) code: Option<&'static str>,
}

/// A proxy with one listener on a free port.
pub(crate) struct Running {
    pub(crate) proxy: Proxy,
    pub(crate) address: SocketAddr,
    log: Arc<Gathered<Logged>>,
    refusals: Arc<Gathered<Refusal>>,
}

impl Running {
    /// The records so far, once there are `count` of them. They come a moment after the response.
    pub(crate) fn log(&self, count: usize) -> Vec<Logged> {
        self.log.wait(count)
    }

    /// The refused connections so far, once there are `count` of them.
    pub(crate) fn refusals(&self, count: usize) -> Vec<Refusal> {
        self.refusals.wait(count)
    }
}

/// Starts a proxy.
pub(crate) fn start(world: &World) -> Running {
    let log = Arc::new(Gathered::default());
    let sink = Arc::clone(&log);
    let refusals = Arc::new(Gathered::default());
    let told = Arc::clone(&refusals);
    let options = ProxyOptions {
        workers: world.workers,
        listeners: vec![ListenOn {
            address: "127.0.0.1:0".parse().unwrap(),
            scheme: Scheme::Http,
        }],
        observers: Arc::new(move |_| Observers {
            log: Box::new(Sink),
            meter: Box::new(Recorder(Arc::clone(&sink))),
        }),
        captures: CaptureLimits::default(),
        spill_bytes_max: world.spill_bytes_max,
        refusals: Arc::new(move |refusal| told.push(refusal)),
    };
    let proxy = Proxy::start(&options, world.snapshot()).unwrap();
    let address = proxy.listeners()[0].address;
    Running {
        proxy,
        address,
        log,
        refusals,
    }
}

struct Sink;

impl AccessLog for Sink {
    fn push(&mut self, _: &ExchangeRecord<'_>) {}
}

struct Recorder(Arc<Gathered<Logged>>);

impl Meter for Recorder {
    fn adopt(&mut self, _: &Snapshot) {}

    fn exchange(&mut self, record: &ExchangeRecord<'_>) {
        self.0.push(Logged {
            line: String::from_utf8(record.request_line.to_vec()).unwrap(),
            status: record.status,
            attempts: record
                .attempts
                .iter()
                .map(|try_| (try_.address, try_.status))
                .collect(),
            reused: record.attempts.iter().map(|try_| try_.reused).collect(),
            request_length: record.request_length,
            bytes_sent: record.bytes_sent,
            body_bytes_sent: record.body_bytes_sent,
            maker: record.maker.as_str(),
            code: record.fault.map(|fault| fault.facts().code),
        });
    }

    fn tick(&mut self, _: &ConnectionCounts) {}
}
