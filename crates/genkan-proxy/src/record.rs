//! What is known about one finished exchange: the only thing that access log and metrics see.
//!
//! The session builds one [`ExchangeRecord`] when an exchange ends and lends it to the worker's
//! [`AccessLog`] and [`Meter`]. Both live on the worker's thread: implementations copy what they need
//! into buffers and cells of their own and must never block.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use genkan_route::{
    decision::{RequestId, Scheme},
    endpoint::GroupKey,
    fault::Fault,
    snapshot::Snapshot,
    table::Route,
};

/// Who made the response that the client saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Maker {
    /// An endpoint of a Service.
    Backend,
    /// A [`StaticSite`](genkan_route::site::StaticSite).
    Static,
    /// The proxy itself: errors, redirects, the health path.
    Proxy,
}

impl Maker {
    /// `backend`, `static` or `proxy`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Static => "static",
            Self::Proxy => "proxy",
        }
    }
}

/// One try to get a response from one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// `$upstream_addr`.
    pub address: SocketAddr,
    /// `$upstream_status`: of the response, or 502 and 504 for tries that got none; 0 is written `-`
    /// (the client left before).
    pub status: u16,
    /// `$upstream_response_length`: body bytes received; 0 for failed tries.
    pub response_length: u64,
    /// `$upstream_connect_time`; zero on a reused connection, `None` when the connection failed.
    pub connect_time: Option<Duration>,
    /// `$upstream_header_time`, from the start of the try; `None` when no head came.
    pub header_time: Option<Duration>,
    /// `$upstream_response_time`, from the start of the try to its end.
    pub response_time: Duration,
    /// Whether the connection came from the pool.
    pub reused: bool,
    /// Version of TLS spoken with the endpoint, such as `TLSv1.3`; `None` in clear.
    pub tls: Option<&'static str>,
}

/// Everything about one finished exchange. Borrowed: copy what is to be kept.
#[derive(Clone, Debug)]
pub struct ExchangeRecord<'a> {
    /// When it ended (`$time_local`, `$msec`).
    pub finished: SystemTime,
    /// `$request_time`: from the first byte of the head to the last byte sent.
    pub duration: Duration,
    /// `$remote_addr` and port.
    pub client: SocketAddr,
    /// `$remote_user`: the name of a `Basic` `Authorization`, whether or not anybody checked it.
    pub user: Option<&'a [u8]>,
    /// `$request`: the request line as sent, without its end; empty when none could be read.
    pub request_line: &'a [u8],
    /// The method as sent; empty when no head could be read.
    pub method: &'a [u8],
    /// The target as sent.
    pub target: &'a [u8],
    /// `$server_protocol`, such as `HTTP/1.1`; empty when no head could be read.
    pub protocol: &'a str,
    /// `Host` as sent.
    pub host: &'a [u8],
    /// Scheme of the connection.
    pub scheme: Scheme,
    /// `$http_referer`.
    pub referer: Option<&'a [u8]>,
    /// `$http_user_agent`.
    pub user_agent: Option<&'a [u8]>,
    /// `$http_x_forwarded_for`.
    pub forwarded_for: Option<&'a [u8]>,
    /// `$status`. 499 when the client left first; then nothing or a part of an answer was sent.
    pub status: u16,
    /// `$request_length`: head and body as received.
    pub request_length: u64,
    /// `$bytes_sent`: head and body as sent.
    pub bytes_sent: u64,
    /// `$body_bytes_sent`.
    pub body_bytes_sent: u64,
    /// The route that was taken, if any: `$namespace`, `$ingress_name`, `$location_path`, labels.
    pub route: Option<&'a Arc<Route>>,
    /// The group the request was meant for: `$proxy_upstream_name`, `$service_name`, `$service_port`.
    pub group: Option<&'a GroupKey>,
    /// Tries in order; the `$upstream_*` lists. Empty when no backend was asked.
    pub attempts: &'a [Attempt],
    /// Our own id of the exchange.
    pub request_id: RequestId,
    /// `$req_id`: the client's `X-Request-ID` if it sent one, otherwise our own id.
    pub effective_request_id: &'a [u8],
    /// Who made the response.
    pub maker: Maker,
    /// Why the proxy answered an error itself.
    pub fault: Option<Fault>,
    /// Whether settings and route want this exchange in the access log. Sinks for the log skip it
    /// otherwise; metrics count it all the same.
    pub logged: bool,
    /// Whether this was the catch-all's own health path.
    pub health: bool,
    /// Number of the generation that the exchange was decided with.
    pub generation: u64,
}

/// Takes finished exchanges for the access log. One per worker, on its thread.
pub trait AccessLog {
    /// Takes one record if [`ExchangeRecord::logged`] is set. Must not block, unless the operator asked
    /// for that rather than for losses.
    fn push(&mut self, record: &ExchangeRecord<'_>);

    /// Called about every [`TICK`](crate::worker::TICK) on the worker's thread: hand over what is ready.
    fn tick(&mut self) {}
}

/// What happened to downstream connections of a worker (`nginx_process_connections…`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Connections accepted since the start.
    pub accepted: u64,
    /// Of these, those that were served (not refused for want of descriptors or by the limit).
    pub handled: u64,
    /// Failures of accepting for want of descriptors or memory.
    pub exhausted: u64,
    /// Open now.
    pub active: u64,
    /// Reading a request head.
    pub reading: u64,
    /// Working on a request or writing its response.
    pub writing: u64,
    /// Idle between requests.
    pub waiting: u64,
}

/// Counts finished exchanges. One per worker, on its thread.
pub trait Meter {
    /// A new snapshot was taken: resolve labels, drop series of routes that are gone. Called before
    /// the first record of a route of that snapshot.
    fn adopt(&mut self, snapshot: &Snapshot);

    /// Counts one exchange.
    fn exchange(&mut self, record: &ExchangeRecord<'_>);

    /// Called about every [`TICK`](crate::worker::TICK) and when the worker ends: publish gauges.
    fn tick(&mut self, connections: &ConnectionCounts);
}

/// Log and metrics of one worker.
pub struct Observers {
    /// Takes log records.
    pub log: Box<dyn AccessLog>,
    /// Takes numbers.
    pub meter: Box<dyn Meter>,
}

impl std::fmt::Debug for Observers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Observers")
    }
}

/// Makes the [`Observers`] of each worker; called once per worker, on the worker's own thread, before it
/// accepts anything. The argument is the worker's index from 0.
pub type ObserverFactory = dyn Fn(usize) -> Observers + Send + Sync;

/// Sinks that keep nothing; for tests and tools that want no log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl AccessLog for Unobserved {
    fn push(&mut self, _: &ExchangeRecord<'_>) {}
}

impl Meter for Unobserved {
    fn adopt(&mut self, _: &Snapshot) {}
    fn exchange(&mut self, _: &ExchangeRecord<'_>) {}
    fn tick(&mut self, _: &ConnectionCounts) {}
}
