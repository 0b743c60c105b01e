//! What can be configured, already parsed: per route and for the whole proxy.
//!
//! Names and defaults are those of ingress-nginx's annotations and ConfigMap keys. Times are
//! [`Duration`]s, sizes are bytes; `None` means "no limit".

use std::{sync::Arc, time::Duration};

use crate::{
    access::{Access, Blocks},
    client::Trust,
    cors::Cors,
    error_page::ErrorPages,
    forward::ResponseRewrite,
    listen::Listen,
    pattern::{Anchor, Pattern, PatternError, shared},
    route::Mode,
    template::Template,
    tls::TlsSettings,
    upstream::{BackendProtocol, UpstreamTls},
};

/// What one route asks of the proxy beyond routing; compiled from annotations over ConfigMap keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RouteSettings {
    /// `proxy-connect-timeout`: 5 s.
    pub connect_timeout: Duration,
    /// `proxy-send-timeout`: 60 s between two writes to the backend.
    pub send_timeout: Duration,
    /// `proxy-read-timeout`: 60 s between two reads from the backend; also the idle limit of an upgraded connection.
    pub read_timeout: Duration,
    /// `proxy-body-size`: 1 MiB; `None` is unlimited (written `0`). Larger is 413.
    pub body_size_max: Option<u64>,
    /// `proxy-request-buffering`: whether the whole body is received before a backend is chosen.
    pub request_buffering: bool,
    /// `client-body-buffer-size`: bytes of a buffered body kept in memory before it spills to a file. 8 KiB.
    pub body_memory_max: u64,
    /// `proxy-buffer-size`: the most a response head may measure. 4 KiB; larger is 502.
    pub response_head_max: usize,
    /// `proxy-next-upstream*`: when and how often another endpoint is tried.
    pub retry: Retry,
    /// `enable-access-log`.
    pub access_log: bool,
    /// `ssl-redirect`: plain requests to a host that has a certificate entry are sent to HTTPS.
    pub ssl_redirect: bool,
    /// `force-ssl-redirect`: all plain requests are.
    pub force_ssl_redirect: bool,
    /// `preserve-trailing-slash`: that redirect keeps a slash at the end.
    pub preserve_trailing_slash: bool,
    /// `use-port-in-redirects`: that redirect names the port even where it is 443, and redirects of
    /// nginx's own name it where it is not the usual one.
    pub port_in_redirects: bool,
    /// `relative-redirects`: redirects of nginx's own have a path only.
    pub relative_redirects: bool,
    /// `proxy-redirect-*`, `proxy-cookie-*`: what of the backend's answer is rewritten.
    pub response_rewrite: ResponseRewrite,
    /// `backend-protocol`.
    pub backend_protocol: BackendProtocol,
    /// `proxy-ssl-*`, where a Secret belongs to it; counts where the protocol has TLS.
    pub upstream_tls: Option<Arc<UpstreamTls>>,
    /// `denylist-source-range`, `allowlist-source-range`.
    pub access: Access,
    /// `proxy-http-version` is 1.0.
    pub backend_http10: bool,
    /// `connection-proxy-header`: what `Connection` says to the backend, whatever is asked for.
    pub backend_connection: Option<&'static str>,
    /// `enable-cors` and the `cors-*` annotations.
    pub cors: Option<Arc<Cors>>,
    /// `custom-http-errors`.
    pub error_pages: Option<Arc<ErrorPages>>,
}

impl RouteSettings {
    /// Which plain requests are sent to HTTPS.
    pub fn https_redirect(&self) -> HttpsRedirect {
        match (self.force_ssl_redirect, self.ssl_redirect) {
            (true, _) => HttpsRedirect::Always,
            (false, true) => HttpsRedirect::WhereCertified,
            (false, false) => HttpsRedirect::Never,
        }
    }
}

/// Which plain requests are sent to HTTPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpsRedirect {
    /// None.
    Never,
    /// Those to a host that has a certificate entry: `ssl-redirect`.
    WhereCertified,
    /// All: `force-ssl-redirect`.
    Always,
}

impl Default for RouteSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            send_timeout: Duration::from_secs(60),
            read_timeout: Duration::from_secs(60),
            body_size_max: Some(1 << 20),
            request_buffering: true,
            body_memory_max: 8 << 10,
            response_head_max: 4 << 10,
            retry: Retry::default(),
            access_log: true,
            ssl_redirect: true,
            force_ssl_redirect: false,
            preserve_trailing_slash: false,
            port_in_redirects: false,
            relative_redirects: false,
            response_rewrite: ResponseRewrite::default(),
            backend_protocol: BackendProtocol::default(),
            upstream_tls: None,
            access: Access::default(),
            backend_http10: false,
            backend_connection: None,
            cors: None,
            error_pages: None,
        }
    }
}

/// `proxy-next-upstream` and its two companions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Retry {
    /// `error`: connecting, sending or reading the head failed.
    pub on_error: bool,
    /// `timeout`: connecting, sending or waiting for the head took too long.
    pub on_timeout: bool,
    /// `invalid_header`: the backend answered with something that is no valid head.
    pub on_invalid_header: bool,
    /// `http_500` … `http_429`: statuses that count as a failed try.
    pub statuses: Vec<u16>,
    /// `non_idempotent`: POST, LOCK and PATCH are retried even when they have been sent.
    pub non_idempotent: bool,
    /// `proxy-next-upstream-tries`: total tries; 0 is unlimited. With one endpoint the same is tried again.
    pub tries: u32,
    /// `proxy-next-upstream-timeout`: no new try after this long; zero is no limit.
    pub timeout: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            on_error: true,
            on_timeout: true,
            on_invalid_header: false,
            statuses: Vec::new(),
            non_idempotent: false,
            tries: 3,
            timeout: Duration::ZERO,
        }
    }
}

/// What concerns the whole proxy; compiled from ConfigMap keys and flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalSettings {
    /// `client-header-timeout`: 60 s for a whole request head.
    pub header_timeout: Duration,
    /// `client-body-timeout`: 60 s between two reads of a request body.
    pub body_timeout: Duration,
    /// `client-header-buffer-size`: 1 KiB; where a head starts out. Lines must fit one buffer.
    pub header_buffer_size: usize,
    /// `large-client-header-buffers`: number (4).
    pub large_header_buffers: usize,
    /// `large-client-header-buffers`: size of each (8 KiB): the longest request line or field.
    pub large_header_buffer_size: usize,
    /// The most header fields a request may have. nginx has no such limit; 0 would refuse everything.
    pub header_count_max: usize,
    /// `enable-underscores-in-headers`.
    pub underscores_in_headers: bool,
    /// `ignore-invalid-headers`.
    pub ignore_invalid_headers: bool,
    /// `keep-alive`: 75 s an idle downstream connection is kept; zero closes after each response.
    pub keep_alive: Duration,
    /// `keep-alive-requests`: requests served on one downstream connection. 1000.
    pub keep_alive_requests: u32,
    /// `use-http2`: true: HTTP/2 over TLS, and in clear by prior knowledge.
    pub http2: bool,
    /// `http2-max-concurrent-streams`: requests at a time on one connection. 128.
    pub http2_max_concurrent_streams: u32,
    /// `max-worker-connections`: downstream connections of one worker. 16384.
    pub worker_connections: usize,
    /// `upstream-keepalive-connections`: idle upstream connections of one worker to one group of endpoints. 320; zero disables reuse.
    pub upstream_keepalive_connections: usize,
    /// `upstream-keepalive-timeout`: 60 s.
    pub upstream_keepalive_timeout: Duration,
    /// `upstream-keepalive-time`: 1 h: the longest an upstream connection is used.
    pub upstream_keepalive_time: Duration,
    /// `upstream-keepalive-requests`: 10 000.
    pub upstream_keepalive_requests: u32,
    /// `worker-shutdown-timeout`: 240 s a drain waits for exchanges under way.
    pub shutdown_timeout: Duration,
    /// `block-cidrs`, `block-user-agents`, `block-referers`.
    pub blocks: Option<Arc<Blocks>>,
    /// `bind-address`, `disable-ipv6`: where connections are accepted.
    pub listen: Listen,
    /// Who is believed about the client: nobody.
    pub trust: Trust,
    /// `generate-request-id`: true.
    pub generate_request_id: bool,
    /// `disable-access-log`, `disable-http-access-log`.
    pub access_log: bool,
    /// `skip-access-log-urls`: targets of requests that are not logged.
    pub unlogged: Box<[UnloggedTarget]>,
    /// `enable-access-log-for-default-backend`.
    pub access_log_default_backend: bool,
    /// `proxy-body-size` where no route says otherwise: 1 MiB; `None` is unlimited.
    pub body_size_max: Option<u64>,
    /// `http-redirect-code`: 308.
    pub redirect_code: u16,
    /// `--https-port`: where redirects to HTTPS lead.
    pub https_port: u16,
    /// `hsts`, `hsts-max-age` and their companions: the value of `Strict-Transport-Security`, if any.
    pub hsts: Option<String>,
    /// `custom-http-errors` where no annotation lists others.
    pub error_pages: Option<Arc<ErrorPages>>,
    /// TLS towards clients.
    pub tls: TlsSettings,
    /// The path that the catch-all answers itself (`--health-check-path`).
    pub health_path: String,
    /// `add-headers`: fields of every response; they replace the backend's.
    pub added_fields: Box<[FieldTemplate]>,
    /// `proxy-set-headers`: fields of every request to a backend, behind our own.
    pub upstream_fields: Box<[FieldTemplate]>,
    /// `hide-headers`: fields of backends' responses that clients do not get.
    pub hidden_fields: Box<[Box<str>]>,
    /// `server-tokens`, `allow-backend-server-header`.
    pub server_field: ServerField,
    /// `limit-conn-zone-variable`: whom limits are counted for; the client's address where it is not
    /// set.
    pub limit_key: Option<Template>,
    /// `limit-req-status-code`: 503; strict mode answers 429.
    pub rate_limit_status: u16,
    /// `limit-conn-status-code`: likewise.
    pub connection_limit_status: u16,
}

/// An entry of `skip-access-log-urls`, a key of nginx's `map`.
#[derive(Clone, Debug)]
pub enum UnloggedTarget {
    /// The target as sent, in any case.
    Text(Box<str>),
    /// `~` or `~*`: a pattern that is found in it.
    Pattern(Arc<Pattern>),
}

impl UnloggedTarget {
    /// Reads an entry.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let Some(rest) = text.strip_prefix('~') else {
            return Ok(Self::Text(text.into()));
        };
        let source = match rest.strip_prefix('*') {
            Some(any_case) => any_case.to_owned(),
            None => format!("(?-i:{rest})"),
        };
        shared(&source, Mode::NginxCompatible, Anchor::Anywhere).map(Self::Pattern)
    }

    /// Whether it is this target.
    pub fn is(&self, target: &[u8]) -> bool {
        match self {
            Self::Text(text) => text.as_bytes().eq_ignore_ascii_case(target),
            Self::Pattern(pattern) => pattern.is_match(target).unwrap_or(false),
        }
    }
}

impl PartialEq for UnloggedTarget {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Pattern(a), Self::Pattern(b)) => a.source() == b.source(),
            _ => false,
        }
    }
}

impl Eq for UnloggedTarget {}

/// A field whose value is filled in per request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTemplate {
    /// Its name as written.
    pub name: Box<str>,
    /// Its value; one that comes out empty removes the field.
    pub value: Template,
}

/// What clients learn about the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ServerField {
    /// Nothing.
    #[default]
    Hidden,
    /// `server-tokens`: that it is Genkan.
    Own,
    /// `allow-backend-server-header` beside `server-tokens`: what the backend says.
    Backend,
}

impl Default for GlobalSettings {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(60),
            header_buffer_size: 1 << 10,
            large_header_buffers: 4,
            large_header_buffer_size: 8 << 10,
            header_count_max: 100,
            underscores_in_headers: false,
            ignore_invalid_headers: true,
            keep_alive: Duration::from_secs(75),
            keep_alive_requests: 1000,
            http2: true,
            http2_max_concurrent_streams: 128,
            worker_connections: 16_384,
            upstream_keepalive_connections: 320,
            upstream_keepalive_timeout: Duration::from_secs(60),
            upstream_keepalive_time: Duration::from_secs(3600),
            upstream_keepalive_requests: 10_000,
            shutdown_timeout: Duration::from_secs(240),
            blocks: None,
            listen: Listen::default(),
            trust: Trust::default(),
            generate_request_id: true,
            access_log: true,
            unlogged: Box::default(),
            access_log_default_backend: false,
            body_size_max: Some(1 << 20),
            redirect_code: 308,
            https_port: 443,
            hsts: Some("max-age=31536000; includeSubDomains".to_owned()),
            error_pages: None,
            tls: TlsSettings::default(),
            health_path: "/healthz".to_owned(),
            added_fields: Box::default(),
            upstream_fields: Box::default(),
            hidden_fields: Box::default(),
            server_field: ServerField::default(),
            limit_key: None,
            rate_limit_status: 503,
            connection_limit_status: 503,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UnloggedTarget;

    #[test]
    fn targets_that_are_not_logged_are_keys_of_a_map() {
        let check = |entry: &str, target: &str, expected: bool| {
            let entry = UnloggedTarget::parse(entry).unwrap();
            assert_eq!(entry.is(target.as_bytes()), expected, "{target}");
        };
        // ngx_http_map_module: texts in any case, `~` with regard to it, `~*` without
        check("/health", "/Health", true);
        check("/health", "/health?x", false);
        check("~^/health", "/health?x", true);
        check("~^/health", "/Health", false);
        check("~*^/health", "/Health", true);
        assert!(UnloggedTarget::parse("~(").is_err());
    }
}
