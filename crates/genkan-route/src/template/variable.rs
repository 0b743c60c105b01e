//! nginx's variables, as far as their values are known when a request is routed.

use std::net::SocketAddr;

use genkan_http::proxy_protocol::Proxied;

use super::{Filling, TemplateError};
use crate::route::Target;

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable {
    /// `$host`: the host asked for, lower case, without port.
    Host,
    /// `$http_host`: the field as sent.
    HttpHost,
    /// `$best_http_host`: the host that a trusted header names, else the field.
    BestHost,
    /// `$server_name`: name of the host that took the request.
    ServerName,
    /// `$uri`, `$document_uri`: the normalised path.
    Uri,
    /// `$request_uri`: the target as sent.
    RequestUri,
    /// `$args`, `$query_string`.
    Args,
    /// `$is_args`: `?` when there is a query.
    IsArgs,
    /// `$scheme`: of the connection.
    Scheme,
    /// `$pass_access_scheme`: what a trusted header says, else that of the connection.
    PassScheme,
    /// `$pass_port`, `$pass_server_port`: likewise the port.
    PassPort,
    /// `$remote_addr`, `$the_real_ip`.
    RemoteAddr,
    /// `$remote_port`.
    RemotePort,
    /// `$realip_remote_addr`: of the connection, whoever the client is.
    PeerAddr,
    /// `$realip_remote_port`.
    PeerPort,
    /// `$proxy_protocol_addr`: empty where no PROXY header names one, like the following.
    ProxyAddr,
    /// `$proxy_protocol_port`.
    ProxyPort,
    /// `$proxy_protocol_server_addr`.
    ProxyServerAddr,
    /// `$proxy_protocol_server_port`.
    ProxyServerPort,
    /// `$server_port`.
    ServerPort,
    /// `$request_method`.
    RequestMethod,
    /// `$server_protocol`.
    ServerProtocol,
    /// `$request_id`, `$req_id`: the exchange's id.
    RequestId,
    /// `$https`: `on` over TLS.
    Https,
    /// `$namespace`.
    Namespace,
    /// `$ingress_name`.
    IngressName,
    /// `$service_name`.
    ServiceName,
    /// `$service_port`.
    ServicePort,
    /// `$location_path`: the path as written.
    LocationPath,
    /// `$proxy_upstream_name`.
    UpstreamName,
    /// `$content_type`, `$content_length`, `$http_NAME`: a field, with `-` for `_`.
    Field(Box<[u8]>),
    /// `$arg_NAME`: the first argument of that name, as sent.
    Argument(Box<[u8]>),
    /// `$cookie_NAME`.
    Cookie(Box<[u8]>),
}

/// Names nginx or ingress-nginx knows, whose values exist only later or nowhere in Genkan. A target
/// that uses one would load there, so it is no unknown name.
const UNSUPPORTED: &[&str] = &[
    "binary_remote_addr",
    "body_bytes_sent",
    "bytes_sent",
    "connection",
    "connection_requests",
    "connection_time",
    "document_root",
    "global_rate_limit_exceeding",
    "hostname",
    "limit_rate",
    "msec",
    "nginx_version",
    "pid",
    "pipe",
    "proxy_add_x_forwarded_for",
    "proxy_alternative_upstream_name",
    "proxy_host",
    "proxy_port",
    "realpath_root",
    "remote_user",
    "request",
    "request_body",
    "request_body_file",
    "request_completion",
    "request_filename",
    "request_length",
    "request_time",
    "server_addr",
    "ssl_client_cert",
    "ssl_client_s_dn",
    "ssl_client_verify",
    "ssl_protocol",
    "ssl_server_name",
    "status",
    "time_iso8601",
    "time_local",
    "upstream_addr",
    "upstream_status",
];

impl Variable {
    pub(super) fn named(name: &str, offset: usize) -> Result<Self, TemplateError> {
        let rest = |prefix: &str| name.strip_prefix(prefix).filter(|rest| !rest.is_empty());
        Ok(match name {
            "host" => Self::Host,
            "http_host" => Self::HttpHost,
            "best_http_host" => Self::BestHost,
            "server_name" => Self::ServerName,
            "uri" | "document_uri" => Self::Uri,
            "request_uri" => Self::RequestUri,
            "args" | "query_string" => Self::Args,
            "is_args" => Self::IsArgs,
            "scheme" => Self::Scheme,
            "pass_access_scheme" => Self::PassScheme,
            "remote_addr" | "the_real_ip" => Self::RemoteAddr,
            "remote_port" => Self::RemotePort,
            "realip_remote_addr" => Self::PeerAddr,
            "realip_remote_port" => Self::PeerPort,
            "proxy_protocol_addr" => Self::ProxyAddr,
            "proxy_protocol_port" => Self::ProxyPort,
            "proxy_protocol_server_addr" => Self::ProxyServerAddr,
            "proxy_protocol_server_port" => Self::ProxyServerPort,
            "server_port" => Self::ServerPort,
            "pass_server_port" | "pass_port" => Self::PassPort,
            "request_method" => Self::RequestMethod,
            "server_protocol" => Self::ServerProtocol,
            "request_id" | "req_id" => Self::RequestId,
            "https" => Self::Https,
            "namespace" => Self::Namespace,
            "ingress_name" => Self::IngressName,
            "service_name" => Self::ServiceName,
            "service_port" => Self::ServicePort,
            "location_path" => Self::LocationPath,
            "proxy_upstream_name" => Self::UpstreamName,
            "content_type" => Self::Field(b"content-type".as_slice().into()),
            "content_length" => Self::Field(b"content-length".as_slice().into()),
            _ => {
                if let Some(rest) = rest("http_") {
                    Self::Field(
                        rest.to_ascii_lowercase()
                            .replace('_', "-")
                            .into_bytes()
                            .into(),
                    )
                } else if let Some(rest) = rest("arg_") {
                    Self::Argument(rest.as_bytes().into())
                } else if let Some(rest) = rest("cookie_") {
                    Self::Cookie(rest.as_bytes().into())
                } else if let Some(known) = UNSUPPORTED.iter().find(|known| **known == name) {
                    return Err(TemplateError::UnsupportedVariable {
                        name: known,
                        offset,
                    });
                } else {
                    return Err(TemplateError::UnknownVariable {
                        name: name.to_owned(),
                        offset,
                    });
                }
            }
        })
    }

    fn write_proxied(&self, proxied: Proxied, out: &mut Vec<u8>) {
        match self {
            Self::ProxyAddr => address(out, proxied.source),
            Self::ProxyPort => text(out, format_args!("{}", proxied.source.port())),
            Self::ProxyServerAddr => address(out, proxied.destination),
            _ => text(out, format_args!("{}", proxied.destination.port())),
        }
    }

    pub(super) fn write(&self, filling: &Filling<'_>, out: &mut Vec<u8>) {
        let ask = filling.ask;
        let service = || match filling.route.map(|route| &route.target) {
            Some(Target::Service(group)) => Some(group),
            _ => None,
        };
        match self {
            Self::Host if ask.host.is_empty() => {
                out.extend_from_slice(filling.server_name.as_bytes())
            }
            Self::Host => out.extend(ask.host.iter().map(u8::to_ascii_lowercase)),
            Self::HttpHost => out.extend_from_slice(ask.http_host()),
            Self::ServerName => out.extend_from_slice(filling.server_name.as_bytes()),
            Self::Uri => out.extend_from_slice(filling.uri),
            Self::RequestUri => {
                for piece in ask.target.forward() {
                    out.extend_from_slice(piece);
                }
            }
            Self::Args => out.extend_from_slice(ask.args()),
            Self::IsArgs if ask.args().is_empty() => {}
            Self::IsArgs => out.push(b'?'),
            Self::Scheme => out.extend_from_slice(ask.input.scheme.as_str().as_bytes()),
            Self::RemoteAddr => address(out, ask.client.address),
            Self::RemotePort => text(out, format_args!("{}", ask.client.address.port())),
            Self::PeerAddr => address(out, ask.input.peer),
            Self::PeerPort => text(out, format_args!("{}", ask.input.peer.port())),
            Self::ProxyAddr | Self::ProxyPort | Self::ProxyServerAddr | Self::ProxyServerPort => {
                if let Some(proxied) = ask.input.proxy_header.proxied() {
                    self.write_proxied(proxied, out);
                }
            }
            Self::ServerPort => text(out, format_args!("{}", ask.input.port)),
            Self::BestHost => out.extend_from_slice(&ask.best_host()),
            Self::PassScheme => out.extend_from_slice(&ask.pass_scheme()),
            Self::PassPort => ask.write_pass_port(out),
            Self::RequestMethod => out.extend_from_slice(ask.request.method()),
            Self::ServerProtocol => text(out, format_args!("{}", ask.request.version())),
            Self::RequestId => out.extend_from_slice(ask.input.request_id.as_str().as_bytes()),
            Self::Https if ask.is_https() => out.extend_from_slice(b"on"),
            Self::Https => {}
            Self::Namespace => origin(filling, out, |origin| &origin.namespace),
            Self::IngressName => origin(filling, out, |origin| &origin.name),
            Self::ServiceName => {
                out.extend_from_slice(service().map_or("", |group| &group.service).as_bytes());
            }
            Self::ServicePort => {
                out.extend_from_slice(service().map_or("", |group| &group.port).as_bytes());
            }
            Self::LocationPath => {
                out.extend_from_slice(filling.route.map_or("", |route| &route.path).as_bytes());
            }
            Self::UpstreamName => {
                if let Some(group) = service() {
                    out.extend_from_slice(group.upstream_name().as_bytes());
                }
            }
            Self::Field(name) => ask.joined_field(name, out),
            Self::Argument(name) => out.extend_from_slice(argument(ask.args(), name)),
            Self::Cookie(name) => out.extend_from_slice(ask.cookie(name)),
        }
    }
}

fn origin(
    filling: &Filling<'_>,
    out: &mut Vec<u8>,
    part: impl Fn(&crate::route::RouteOrigin) -> &str,
) {
    if let Some(route) = filling.route {
        out.extend_from_slice(part(&route.origin).as_bytes());
    }
}

/// IPv4 clients of a dual-stack socket are shown as IPv4.
fn address(out: &mut Vec<u8>, address: SocketAddr) {
    text(out, format_args!("{}", address.ip().to_canonical()));
}

fn text(out: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    use std::io::Write;
    // writing into a Vec cannot fail
    let _ = out.write_fmt(arguments);
}

/// nginx looks an argument up without regard to case and takes its value undecoded.
fn argument<'q>(args: &'q [u8], name: &[u8]) -> &'q [u8] {
    args.split(|byte| *byte == b'&')
        .find_map(|pair| {
            let rest = pair.get(name.len()..)?;
            let equal = pair[..name.len()].eq_ignore_ascii_case(name);
            rest.strip_prefix(b"=").filter(|_| equal)
        })
        .unwrap_or_default()
}
