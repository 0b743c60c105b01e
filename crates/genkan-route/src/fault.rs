//! Everything the proxy itself may answer with an error, in one table.
//!
//! A fault fixes the code of the catalogue, the status in both modes and the RFC 9209 error type.
//! Nothing else in the product maps errors to statuses.

use crate::route::Mode;

/// Why the proxy answers an error itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// No Ingress has this host.
    NoHost,
    /// The host is known, no path of it matches.
    NoPath,
    /// The route leads to the default backend, of which there is none.
    NoDefaultBackend,
    /// `custom-http-errors` replaces an answer, and no backend is there to give another.
    NoErrorBackend,
    /// The same, and the 404 that the default server gives then is to be replaced too.
    ErrorPageLoop,
    /// The Service does not exist.
    NoService,
    /// The Service has no such port.
    NoPort,
    /// The Service has no ready endpoint.
    NoEndpoint,
    /// An ExternalName that is refused or does not resolve.
    ExternalName,
    /// The route is closed because a security setting cannot be read or is not supported yet.
    Closed,
    /// The client's address is on a deny list, or not on the allow list.
    AddressRefused,
    /// `block-cidrs`, `block-user-agents` or `block-referers` refuses it.
    Blocked,
    /// `auth-type: basic`: no password, or a wrong one.
    Unauthenticated,
    /// `limit-rps` or `limit-rpm`; the status is a setting.
    RateExceeded(u16),
    /// `limit-connections`; likewise.
    ConnectionsExceeded(u16),
    /// A pattern ran into the engine's limits.
    PatternLimit,
    /// The rewrite made an empty target.
    EmptyRewrite,
    /// The path leaves the root, holds NUL or a bad escape.
    BadPath,
    /// The request breaks HTTP's framing or syntax.
    BadRequest,
    /// The request line is too long.
    TargetTooLong,
    /// Header fields are too large or too many.
    HeadTooLarge,
    /// Plain HTTP on a port that speaks TLS.
    PlainOnTls,
    /// TLS on a port that speaks plain HTTP.
    TlsOnPlain,
    /// A PROXY header on a port that asks for none.
    ProxyHeader,
    /// The host asks for client certificates, and the authority cannot be read.
    ClientAuthorityUnreadable,
    /// The host needs a client certificate, and none was sent.
    ClientCertificateMissing,
    /// The client's certificate was not verified.
    ClientCertificateRefused,
    /// The subject of the client's certificate is none that is let in.
    ClientSubjectRefused,
    /// The connection was made for another server name, and the host asks for client certificates.
    Misdirected,
    /// A version other than 1.x.
    VersionNotSupported,
    /// CONNECT, TRACE, or a transfer coding we do not know.
    NotImplemented,
    /// The body is larger than the route allows.
    BodyTooLarge,
    /// The client did not send its head or body in time.
    ClientTimeout,
    /// The client closed before the answer.
    ClientGone,
    /// The backend refused the connection.
    ConnectRefused,
    /// The backend did not accept the connection in time, or cannot be reached.
    ConnectTimeout,
    /// The backend speaks no TLS, or none that suits us.
    BackendTls,
    /// The backend ended the TLS handshake with an alert.
    BackendAlert,
    /// The backend's certificate is not accepted.
    BackendCertificate,
    /// The backend closed before a complete response head.
    BackendClosed,
    /// The backend did not answer in time.
    ReadTimeout,
    /// The client's own deadline (`grpc-timeout`) passed.
    Deadline,
    /// The backend did not take the request in time.
    SendTimeout,
    /// The backend's head is larger than `proxy-buffer-size`.
    ResponseHeadTooLarge,
    /// The backend's response breaks HTTP's framing or syntax.
    BadResponse,
    /// The proxy called itself.
    Loop,
    /// A limit of our own (spill space, descriptors, buffers) was reached.
    Overload,
    /// The health path is asked while the process drains.
    Draining,
    /// `/nginx_status` on a host that nobody has: ingress-nginx shows it to itself alone.
    StatusPage,
    /// A bug or a failure of the machine under us.
    Internal,
}

/// What a fault looks like from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultFacts {
    /// Code of the catalogue.
    pub code: &'static str,
    /// Status in nginx-compatible mode (`ingress-nginx` answers this).
    pub compatible_status: u16,
    /// Status in strict mode.
    pub strict_status: u16,
    /// RFC 9209 section 2.3 error type.
    pub proxy_status: &'static str,
}

impl Fault {
    /// The row of this fault.
    pub fn facts(self) -> FaultFacts {
        let row = |code, compatible_status, strict_status, proxy_status| FaultFacts {
            code,
            compatible_status,
            strict_status,
            proxy_status,
        };
        match self {
            Self::NoHost => row("GK0104", 404, 404, "proxy_internal_response"),
            Self::NoPath => row("GK0011", 404, 404, "proxy_internal_response"),
            Self::NoDefaultBackend => row("GK0011", 404, 404, "proxy_internal_response"),
            Self::NoErrorBackend => row("GK0311", 404, 404, "proxy_configuration_error"),
            Self::ErrorPageLoop => row("GK0311", 500, 404, "proxy_configuration_error"),
            Self::NoService => row("GK0300", 503, 503, "proxy_configuration_error"),
            Self::NoPort => row("GK0302", 503, 503, "proxy_configuration_error"),
            Self::NoEndpoint => row("GK0305", 503, 503, "destination_unavailable"),
            Self::ExternalName => row("GK0308", 503, 503, "dns_error"),
            Self::Closed => row("GK0202", 503, 503, "proxy_configuration_error"),
            Self::AddressRefused => row("GK0453", 403, 403, "http_request_denied"),
            Self::Unauthenticated => row("GK0559", 401, 401, "http_request_denied"),
            Self::Blocked => row("GK0453", 403, 403, "http_request_denied"),
            Self::RateExceeded(status) | Self::ConnectionsExceeded(status) => {
                row("GK0503", status, status, "http_request_denied")
            }
            Self::PatternLimit => row("GK0022", 500, 500, "proxy_internal_error"),
            Self::EmptyRewrite => row("GK0021", 500, 500, "proxy_configuration_error"),
            Self::BadPath => row("GK0506", 400, 400, "http_request_error"),
            Self::BadRequest => row("GK0506", 400, 400, "http_request_error"),
            Self::TargetTooLong => row("GK0502", 414, 414, "http_request_error"),
            Self::HeadTooLarge => row("GK0502", 400, 431, "http_request_error"),
            Self::PlainOnTls | Self::TlsOnPlain => row("GK0455", 400, 400, "http_request_error"),
            Self::ProxyHeader => row("GK0451", 400, 400, "http_request_error"),
            Self::ClientAuthorityUnreadable => row("GK0411", 403, 503, "proxy_configuration_error"),
            Self::ClientCertificateMissing | Self::ClientCertificateRefused => {
                row("GK0411", 400, 400, "http_request_denied")
            }
            Self::ClientSubjectRefused => row("GK0411", 403, 403, "http_request_denied"),
            Self::Misdirected => row("GK0409", 421, 421, "http_request_denied"),
            Self::VersionNotSupported => row("GK0506", 505, 505, "http_request_error"),
            Self::NotImplemented => row("GK0506", 501, 501, "http_request_error"),
            Self::BodyTooLarge => row("GK0500", 413, 413, "http_request_error"),
            Self::ClientTimeout => row("GK0507", 408, 408, "http_request_error"),
            Self::ClientGone => row("GK0360", 499, 499, "http_request_error"),
            Self::ConnectRefused => row("GK0350", 502, 502, "connection_refused"),
            Self::ConnectTimeout => row("GK0351", 504, 504, "connection_timeout"),
            Self::BackendTls => row("GK0353", 502, 502, "tls_protocol_error"),
            Self::BackendAlert => row("GK0353", 502, 502, "tls_alert_received"),
            Self::BackendCertificate => row("GK0354", 502, 502, "tls_certificate_error"),
            Self::BackendClosed => row("GK0356", 502, 502, "connection_terminated"),
            Self::ReadTimeout => row("GK0357", 504, 504, "http_response_timeout"),
            Self::Deadline => row("GK0357", 504, 504, "http_response_timeout"),
            Self::SendTimeout => row("GK0357", 504, 504, "connection_write_timeout"),
            Self::ResponseHeadTooLarge => {
                row("GK0355", 502, 502, "http_response_header_section_size")
            }
            Self::BadResponse => row("GK0358", 502, 502, "http_protocol_error"),
            Self::Loop => row("GK0363", 508, 508, "proxy_loop_detected"),
            Self::Overload => row("GK0503", 503, 503, "proxy_internal_error"),
            Self::Draining => row("GK0503", 503, 503, "proxy_internal_response"),
            Self::StatusPage => row("GK0901", 403, 403, "http_request_denied"),
            Self::Internal => row("GK0901", 500, 500, "proxy_internal_error"),
        }
    }

    /// Status in a mode.
    pub fn status(self, mode: Mode) -> u16 {
        match mode {
            Mode::Strict => self.facts().strict_status,
            Mode::NginxCompatible => self.facts().compatible_status,
        }
    }
}
