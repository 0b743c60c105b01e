//! What an error backend is told: the head of the request for an error page, and the fields beside a
//! request that nobody else can take.

use genkan_http::{
    framing::Body,
    head::{RequestView, Version},
    known::KnownHeader,
    target::Target,
    write,
};

use super::{
    added,
    request::{AddressBuffer, is_replaced, request_id},
};
use crate::{
    ask::Ask,
    client::Client,
    decision::DecisionInput,
    error_page::ErrorPage,
    route::{RouteSpec, Target as RouteTarget},
    settings::GlobalSettings,
    table::Route,
};

/// Everything the head for an error page is made of.
#[derive(Clone, Copy, Debug)]
pub struct ErrorHead<'a> {
    /// The client's head.
    pub request: RequestView<'a>,
    /// What the exchange knows beside it.
    pub input: &'a DecisionInput,
    /// Who the client is.
    pub client: Client,
    /// The route.
    pub route: &'a Route,
    /// Which page.
    pub page: ErrorPage,
    /// How the body is sent; its length is known, HTTP/1.0 has no other way.
    pub body: Body,
    /// `generate-request-id`, and who is believed about the client.
    pub settings: &'a GlobalSettings,
}

/// The target of a request for an error page: `/`, and the query as sent.
pub fn error_target(request: RequestView<'_>) -> Vec<u8> {
    let mut target = b"/".to_vec();
    // the router has refused a target that cannot be read
    if let Ok(sent) = Target::of(request) {
        sent.write_query(&mut target);
    }
    target
}

/// Appends the whole head, empty line included: that of `@custom_…` in ingress-nginx's template, where
/// nginx's own HTTP/1.0 and `Connection: close` hold.
pub fn write_error_head(out: &mut Vec<u8>, head: &ErrorHead<'_>) {
    let request = head.request;
    let target = error_target(request);
    write::request_line(out, request.method(), &[&target], Version::HTTP_10);
    write::number_field(out, b"X-Code", u64::from(head.page.status));
    let mut set = |name: &[u8], value: &[u8]| {
        if !value.is_empty() {
            write::field(out, name, value);
        }
    };
    set(b"X-Format", &accept(request));
    set(b"X-Original-URI", request.target());
    // the installation's own default backend belongs to no object
    let spec = Some(&head.route.spec);
    let spec = spec.filter(|spec| head.page.named && !spec.origin.name.is_empty());
    for (name, value) in spec.into_iter().flat_map(names) {
        set(name, value.as_bytes());
    }
    if let Some(id) = request_id(request, head.input, head.settings) {
        set(b"X-Request-ID", &id);
    }
    set(
        b"X-Forwarded-For",
        AddressBuffer::default().write(head.client.address.ip()),
    );
    if head.page.named {
        let trusted = head.settings.trust.host(request);
        let host = match (&trusted, request.first(KnownHeader::Host)) {
            (Some(host), _) => host,
            (None, Some(host)) => host,
            (None, None) => head.route.host.server_name().as_bytes(),
        };
        set(b"Host", host);
    }
    set(b"Connection", b"close");
    if let Body::Length(length) = head.body {
        write::number_field(out, b"Content-Length", length);
    }
    request.copy_fields(out, |field| match field.id {
        KnownHeader::XOriginalUri => false,
        KnownHeader::XRealIp
        | KnownHeader::XForwardedHost
        | KnownHeader::XForwardedPort
        | KnownHeader::XForwardedProto
        | KnownHeader::XForwardedScheme
        | KnownHeader::XScheme
        | KnownHeader::XOriginalForwardedFor
        | KnownHeader::XOriginalForwardedHost
        | KnownHeader::Proxy => true,
        KnownHeader::Other => !SET.iter().any(|set| field.name.eq_ignore_ascii_case(set)),
        id => !is_replaced(id),
    });
    write::end(out);
}

/// Fields that only the proxy may set.
const SET: [&[u8]; 6] = [
    b"X-Code",
    b"X-Format",
    b"X-Namespace",
    b"X-Ingress-Name",
    b"X-Service-Name",
    b"X-Service-Port",
];

/// The object and the Service that a request was for.
fn names(spec: &RouteSpec) -> [(&'static [u8], &str); 4] {
    let (service, port) = match &spec.target {
        RouteTarget::Service(group) => (&*group.service, &*group.port),
        RouteTarget::Site(_) | RouteTarget::NotFound => ("", ""),
    };
    let [_, _, namespace, ingress, service_name, service_port] = SET;
    [
        (namespace, &*spec.origin.namespace),
        (ingress, &*spec.origin.name),
        (service_name, service),
        (service_port, port),
    ]
}

/// `$http_accept`.
fn accept(request: RequestView<'_>) -> Vec<u8> {
    let all: Vec<_> = request.all(KnownHeader::Accept).collect();
    all.join(b", ".as_slice())
}

/// Appends the fields that a default backend gets beside the request itself.
pub(crate) fn push_error_fields(
    ask: &Ask<'_>,
    status: u16,
    spec: &RouteSpec,
    settings: &GlobalSettings,
    out: &mut Vec<u8>,
) {
    let mut set = |name: &[u8], value: &[u8]| {
        added::push(out, name, |out| out.extend_from_slice(value));
    };
    set(b"X-Code", status.to_string().as_bytes());
    set(b"X-Format", &accept(ask.request));
    for (name, value) in names(spec) {
        set(name, value.as_bytes());
    }
    if let Some(id) = request_id(ask.request, ask.input, settings) {
        set(b"X-Request-ID", &id);
    }
}
