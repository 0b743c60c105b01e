//! What is measured: one row a scenario.

/// One load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    /// Name in table and CSV.
    pub(crate) name: &'static str,
    /// Path asked for, with the size of the answer.
    pub(crate) path: &'static str,
    /// Size of the request body; none is a GET.
    pub(crate) post: Option<usize>,
    /// Connections kept open.
    pub(crate) connections: usize,
    /// Fixed rate, for percentiles.
    pub(crate) rate: Option<u64>,
    /// Whether candidates write an access log.
    pub(crate) log: bool,
    /// Hosts that the candidates are configured with, one route each; requests go to all of them.
    pub(crate) hosts: usize,
    /// Whether the short form runs it.
    pub(crate) short: bool,
}

/// GET with a log, as every candidate is started by default.
pub(crate) const fn get(name: &'static str, path: &'static str, connections: usize) -> Scenario {
    Scenario {
        name,
        path,
        post: None,
        connections,
        rate: None,
        log: true,
        hosts: 1000,
        short: false,
    }
}

const fn in_short_form(mut scenario: Scenario) -> Scenario {
    scenario.short = true;
    scenario
}

const fn post(mut scenario: Scenario, size: usize) -> Scenario {
    scenario.post = Some(size);
    scenario
}

const fn without_log(mut scenario: Scenario) -> Scenario {
    scenario.log = false;
    scenario
}

/// The same at a fixed rate of requests a second.
pub(crate) const fn at_rate(mut scenario: Scenario, rate: u64) -> Scenario {
    scenario.rate = Some(rate);
    scenario
}

const fn with_hosts(mut scenario: Scenario, hosts: usize) -> Scenario {
    scenario.hosts = hosts;
    scenario
}

/// All scenarios, the binding one first.
pub(crate) const SCENARIOS: &[Scenario] = &[
    in_short_form(get("get-1k-c64", "/b/1024", 64)),
    in_short_form(get("get-64k-c64", "/b/65536", 64)),
    get("get-0-c64", "/b/0", 64),
    get("get-1m-c64", "/b/1048576", 64),
    post(get("post-1k-c64", "/b/1024", 64), 1024),
    post(get("post-64k-c64", "/b/1024", 64), 64 << 10),
    post(get("post-1m-c64", "/b/1024", 64), 1 << 20),
    post(get("post-0-c64", "/b/0", 64), 0),
    get("get-1k-c1", "/b/1024", 1),
    get("get-1k-c1024", "/b/1024", 1024),
    without_log(get("get-1k-c64-nolog", "/b/1024", 64)),
    with_hosts(get("get-1k-c64-r10", "/b/1024", 64), 10),
    with_hosts(get("get-1k-c64-r10000", "/b/1024", 64), 10_000),
    at_rate(get("get-1k-c64-5krps", "/b/1024", 64), 5_000),
    at_rate(get("get-64k-c64-2krps", "/b/65536", 64), 2_000),
];
