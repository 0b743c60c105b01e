//! The head that a backend gets.

use std::{borrow::Cow, net::IpAddr};

use genkan_http::{
    framing::{Body, wishes_upgrade},
    head::{RequestView, Version},
    known::KnownHeader,
    target::Target,
    write,
};

use super::{added::AddedFields, client_certificate};
use crate::{
    client::{Client, Port},
    decision::{DecisionInput, Scratch},
    settings::GlobalSettings,
    table::Route,
};

/// A client's request id is used up to this length; longer ones, and ones with anything but visible
/// ASCII and blanks (a repeated field is joined with `, `), are replaced by ours.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// Everything the head for a backend is made of.
#[derive(Clone, Copy, Debug)]
pub struct UpstreamHead<'a> {
    /// The client's head.
    pub request: RequestView<'a>,
    /// What the exchange knows beside it.
    pub input: &'a DecisionInput,
    /// Who the client is.
    pub client: Client,
    /// The route.
    pub route: &'a Route,
    /// Whether the target is the rewritten one ([`Forward::rewritten`](crate::decision::Forward)).
    pub rewritten: bool,
    /// The buffers of the decision.
    pub scratch: &'a Scratch,
    /// How the body is sent: of a buffered one the length is known, whatever the client announced.
    pub body: Body,
    /// `generate-request-id` (a request without id gets ours), and who is believed about the client.
    pub settings: &'a GlobalSettings,
}

/// Appends the whole head, empty line included.
///
/// `ingress-nginx.md` 6.1: the fields of the original's template in its order, then those of the
/// client that are neither set here nor hop-by-hop, in the order and spelling in which they came.
pub fn write_upstream_head(out: &mut Vec<u8>, head: &UpstreamHead<'_>) {
    write_request_line(out, head);
    let request = head.request;
    let trust = &head.settings.trust;
    let host = match (trust.host(request), request.first(KnownHeader::Host)) {
        (Some(host), _) => host,
        (None, Some(host)) => Cow::Borrowed(host),
        // HTTP/1.0: nginx puts the server's name in its place
        (None, None) => Cow::Borrowed(head.route.host.server_name().as_bytes()),
    };
    let upstream_host = match head.route.upstream_host {
        Some(_) => &head.scratch.host,
        None => &*host,
    };
    // an `upstream-vhost` that comes out empty: nginx sends no `Host`
    if !upstream_host.is_empty() || head.route.upstream_host.is_none() {
        write::field(out, b"Host", upstream_host);
    }
    let authority = head.route.client_authority.as_deref();
    if let Some(authority) = authority {
        client_certificate::write(out, authority, head.input.handshake.as_deref());
    }
    let upgrades = wishes_upgrade(request);
    if upgrades {
        write_joined(out, b"Upgrade", request, KnownHeader::Upgrade);
    }
    let fixed = head.route.spec.settings.backend_connection;
    let keeps = head.settings.upstream_keepalive_connections > 0;
    match (fixed, upgrades) {
        (Some(fixed), _) => write::field(out, b"Connection", fixed.as_bytes()),
        (None, true) => write::field(out, b"Connection", b"upgrade"),
        (None, false) if !keeps => write::field(out, b"Connection", b"close"),
        (None, false) => {}
    }
    write_request_id(out, head);
    write_forwarded(out, head, &host);
    if head.route.forwarded_prefix.is_some() && !head.scratch.prefix.is_empty() {
        write::field(out, b"X-Forwarded-Prefix", &head.scratch.prefix);
    }
    let own = AddedFields::of(&head.scratch.upstream_fields);
    own.write(out);
    match head.body {
        Body::None => {}
        Body::Length(length) => write::number_field(out, b"Content-Length", length),
        Body::Chunked => write::field(out, b"Transfer-Encoding", b"chunked"),
    }
    let prefix_is_set = head.route.forwarded_prefix.is_some();
    let both = head.input.proxy_header.is_present() && trust.use_forwarded_headers;
    let chain = trust.forwarded_for_proxy_protocol.as_str().as_bytes();
    request.copy_fields(out, |field| match field.id {
        _ if own.replaces(field.name) => false,
        _ if both && field.name.eq_ignore_ascii_case(chain) => false,
        KnownHeader::Other => true,
        KnownHeader::SslClientCert
        | KnownHeader::SslClientVerify
        | KnownHeader::SslClientSubjectDn
        | KnownHeader::SslClientIssuerDn => {
            authority.is_none_or(|authority| !client_certificate::sets(authority, field.id))
        }
        KnownHeader::XForwardedPrefix => !prefix_is_set,
        // the template of ingress-nginx: a password that was asked for here ends here
        KnownHeader::Authorization => !head.route.has_password,
        KnownHeader::XOriginalUri => !trust.original_uri,
        id => !is_replaced(id),
    });
    write::end(out);
}

fn write_request_line(out: &mut Vec<u8>, head: &UpstreamHead<'_>) {
    let method = head.request.method();
    let version = match head.route.spec.settings.backend_http10 {
        true => Version::HTTP_10,
        false => Version::HTTP_11,
    };
    if head.rewritten {
        return write::request_line(out, method, &[&head.scratch.target], version);
    }
    match Target::of(head.request) {
        Ok(target) => write::request_line(out, method, &target.forward(), version),
        // the router has refused such a request before
        Err(_) => write::request_line(out, method, &[head.request.target()], version),
    }
}

/// Fields that this plan sets itself, and fields that end at a proxy (RFC 9110 7.6.1). nginx passes
/// `Trailer`, `Proxy-Authorization` and `Proxy-Connection` on, and fields named in `Connection`.
pub(super) fn is_replaced(id: KnownHeader) -> bool {
    matches!(
        id,
        KnownHeader::Host
            | KnownHeader::XRequestId
            | KnownHeader::XRealIp
            | KnownHeader::XForwardedFor
            | KnownHeader::XForwardedHost
            | KnownHeader::XForwardedPort
            | KnownHeader::XForwardedProto
            | KnownHeader::XForwardedScheme
            | KnownHeader::XScheme
            | KnownHeader::XOriginalForwardedFor
            | KnownHeader::XOriginalForwardedHost
            | KnownHeader::Proxy
            | KnownHeader::Connection
            | KnownHeader::Upgrade
            | KnownHeader::KeepAlive
            | KnownHeader::Te
            | KnownHeader::Expect
            | KnownHeader::ContentLength
            | KnownHeader::TransferEncoding
    )
}

fn write_request_id(out: &mut Vec<u8>, head: &UpstreamHead<'_>) {
    if let Some(id) = request_id(head.request, head.input, head.settings) {
        write::field(out, b"X-Request-ID", &id);
    }
}

/// `$req_id`: the client's own id where it can be used, else ours; none where none is generated.
pub(super) fn request_id<'a>(
    request: RequestView<'a>,
    input: &'a DecisionInput,
    settings: &GlobalSettings,
) -> Option<Cow<'a, [u8]>> {
    let sent = match request.count(KnownHeader::XRequestId) {
        0 | 1 => Cow::Borrowed(request.first(KnownHeader::XRequestId).unwrap_or_default()),
        _ => {
            let all: Vec<_> = request.all(KnownHeader::XRequestId).collect();
            Cow::Owned(all.join(b", ".as_slice()))
        }
    };
    match (is_usable_id(&sent), settings.generate_request_id) {
        (true, _) => Some(sent),
        (false, true) => Some(Cow::Borrowed(&input.request_id.0)),
        (false, false) => None,
    }
}

fn is_usable_id(id: &[u8]) -> bool {
    (1..=REQUEST_ID_BYTES_MAX).contains(&id.len())
        && id.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// What the backend learns about the client, the original's own included as `X-Original-…`.
fn write_forwarded(out: &mut Vec<u8>, head: &UpstreamHead<'_>, host: &[u8]) {
    let (input, request, trust) = (head.input, head.request, &head.settings.trust);
    let mut buffer = AddressBuffer::default();
    let client = buffer.write(head.client.address.ip());
    write::field(out, b"X-Real-IP", client);
    if trust.extends_chain() {
        write_chain(out, head);
    } else {
        write::field(out, b"X-Forwarded-For", client);
    }
    write::field(out, b"X-Forwarded-Host", host);
    match trust.port(input, request) {
        Port::Number(port) => write::number_field(out, b"X-Forwarded-Port", u64::from(port)),
        Port::Text(port) if !port.is_empty() => write::field(out, b"X-Forwarded-Port", &port),
        Port::Text(_) | Port::Unknown => {}
    }
    let scheme = trust.scheme(input, request);
    if !scheme.is_empty() {
        write::field(out, b"X-Forwarded-Proto", &scheme);
        write::field(out, b"X-Forwarded-Scheme", &scheme);
    }
    if trust.original_uri {
        write::field(out, b"X-Original-URI", request.target());
    }
    if !scheme.is_empty() {
        write::field(out, b"X-Scheme", &scheme);
    }
    for (name, field) in [
        (b"X-Original-Forwarded-For".as_slice(), &trust.forwarded_for),
        (
            b"X-Original-Forwarded-Host".as_slice(),
            &trust.forwarded_host,
        ),
    ] {
        if let Some(value) = field.joined(request).filter(|value| !value.is_empty()) {
            write::field(out, name, &value);
        }
    }
    if let Some(chain) = trust.proxy_chain(input, request) {
        let name = trust.forwarded_for_proxy_protocol.as_str();
        write::field(out, name.as_bytes(), &chain);
    }
}

/// `compute-full-forwarded-for`: the chain as it came, whatever field names the client, and who sent it.
fn write_chain(out: &mut Vec<u8>, head: &UpstreamHead<'_>) {
    out.extend_from_slice(b"X-Forwarded-For: ");
    let start = out.len();
    join(out, head.request, KnownHeader::XForwardedFor);
    if out.len() > start {
        out.extend_from_slice(b", ");
    }
    let proxied = head.input.proxy_header.proxied();
    let last = proxied.map_or(head.input.peer, |proxied| proxied.source);
    out.extend_from_slice(AddressBuffer::default().write(last.ip()));
    out.extend_from_slice(b"\r\n");
}

/// One line for a field that may have come in several.
fn write_joined(out: &mut Vec<u8>, name: &[u8], request: RequestView<'_>, id: KnownHeader) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    join(out, request, id);
    out.extend_from_slice(b"\r\n");
}

fn join(out: &mut Vec<u8>, request: RequestView<'_>, id: KnownHeader) {
    match request.count(id) {
        0 => {}
        1 => out.extend_from_slice(request.first(id).unwrap_or_default()),
        _ => {
            for (count, value) in request.all(id).enumerate() {
                if count > 0 {
                    out.extend_from_slice(b", ");
                }
                out.extend_from_slice(value);
            }
        }
    }
}

/// Room for the text of an address: an IPv6 address has at most 45 characters.
pub(super) struct AddressBuffer {
    text: [u8; 48],
    length: usize,
}

impl Default for AddressBuffer {
    fn default() -> Self {
        Self {
            text: [0; 48],
            length: 0,
        }
    }
}

impl AddressBuffer {
    /// IPv4 clients of a dual-stack socket are shown as IPv4.
    pub(super) fn write(&mut self, address: IpAddr) -> &[u8] {
        use std::io::Write;
        let mut rest = self.text.as_mut_slice();
        // cannot fail: the room is enough
        let _ = write!(rest, "{}", address.to_canonical());
        let free = rest.len();
        self.length = self.text.len() - free;
        &self.text[..self.length]
    }
}
