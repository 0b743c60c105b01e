//! Who the client is: the TCP peer, or whom a trusted header names.
//!
//! ingress-nginx's settings (`ingress-nginx.md` 6.2) and the walk of nginx's realip module
//! (`ngx_http_get_forwarded_addr`, recursive): from the right end of the chain, as long as the address
//! reached so far is a trusted proxy. Scheme, host and port of a trusted header are believed from
//! anybody, as there; only the address asks for the proxy's network.

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use genkan_http::{head::RequestView, known::KnownHeader, proxy_protocol::Proxied};

use crate::{
    decision::{DecisionInput, Scheme},
    network::{Network, Networks},
};

/// What of the forwarded headers is believed, and what is sent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// `use-forwarded-headers`.
    pub use_forwarded_headers: bool,
    /// `enable-real-ip`: the address only.
    pub enable_real_ip: bool,
    /// `compute-full-forwarded-for`; counts only beside `use-forwarded-headers`.
    pub compute_full_forwarded_for: bool,
    /// `use-proxy-protocol`: connections begin with a PROXY header.
    pub use_proxy_protocol: bool,
    /// `proxy-protocol-header-timeout`: 5 s until it has arrived.
    pub proxy_header_timeout: Duration,
    /// `--proxy-protocol-optional`: peers that may leave it out.
    pub proxy_header_optional: Networks,
    /// `proxy-real-ip-cidr`: whose word about the client's address counts.
    pub proxies: Networks,
    /// `forwarded-for-header`.
    pub forwarded_for: FieldName,
    /// `forwarded-host-header`: what `X-Original-Forwarded-Host` is made of.
    pub forwarded_host: FieldName,
    /// `forwarded-for-proxy-protocol-header`.
    pub forwarded_for_proxy_protocol: FieldName,
    /// `proxy-add-original-uri-header`.
    pub original_uri: bool,
}

impl Default for Trust {
    fn default() -> Self {
        Self {
            use_forwarded_headers: false,
            enable_real_ip: false,
            compute_full_forwarded_for: false,
            use_proxy_protocol: false,
            proxy_header_timeout: Duration::from_secs(5),
            proxy_header_optional: Networks::default(),
            proxies: Network::parse("0.0.0.0/0").into_iter().collect(),
            forwarded_for: FieldName::new("X-Forwarded-For"),
            forwarded_host: FieldName::new("X-Forwarded-Host"),
            forwarded_for_proxy_protocol: FieldName::new("X-Forwarded-For-Proxy-Protocol"),
            original_uri: false,
        }
    }
}

/// The name of a field, as it was written and as it is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName {
    written: Box<str>,
    id: KnownHeader,
}

impl FieldName {
    /// A name in any case.
    pub fn new(name: &str) -> Self {
        Self {
            written: name.into(),
            id: KnownHeader::of(name.as_bytes()),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The values of a request's fields of this name.
    fn values<'a>(&self, request: RequestView<'a>) -> Vec<&'a [u8]> {
        match self.id {
            KnownHeader::Other => request.all_named(self.written.as_bytes()).collect(),
            id => request.all(id).collect(),
        }
    }

    /// One value, several lines joined as nginx joins them; `None` without such a field.
    pub fn joined<'a>(&self, request: RequestView<'a>) -> Option<Cow<'a, [u8]>> {
        if self.id != KnownHeader::Other && request.count(self.id) < 2 {
            return request.first(self.id).map(Cow::Borrowed);
        }
        match &self.values(request)[..] {
            [] => None,
            [one] => Some(Cow::Borrowed(*one)),
            several => Some(Cow::Owned(several.join(b", ".as_slice()))),
        }
    }
}

/// What a connection began with. It holds for as long as the connection lives, whatever the settings
/// are by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProxyHeader {
    /// No PROXY header: none was asked for.
    #[default]
    Absent,
    /// One that names nobody.
    Anonymous,
    /// One that names a client.
    Names(Proxied),
}

impl ProxyHeader {
    /// Whether there was one.
    pub fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The connection that it stands for.
    pub fn proxied(&self) -> Option<Proxied> {
        match self {
            Self::Names(proxied) => Some(*proxied),
            Self::Absent | Self::Anonymous => None,
        }
    }
}

/// The client of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// Its address. The port is 0 where a header named the address alone.
    pub address: SocketAddr,
    /// How it was found.
    pub reason: ClientReason,
}

/// Why an address counts as the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientReason {
    /// Nobody names another one.
    Peer,
    /// A header names another one, and no setting trusts it.
    HeadersNotTrusted,
    /// A header names another one; the peer is no trusted proxy.
    PeerNotTrusted,
    /// The right end of the header is no address.
    Unreadable,
    /// The header of a trusted proxy.
    Header,
    /// The PROXY header of a trusted proxy.
    ProxyProtocol,
}

impl ClientReason {
    /// The code of the closed list that explanations use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::HeadersNotTrusted => "headers-not-trusted",
            Self::PeerNotTrusted => "peer-not-trusted",
            Self::Unreadable => "header-unreadable",
            Self::Header => "header",
            Self::ProxyProtocol => "proxy-protocol",
        }
    }
}

/// The port that a backend is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port<'a> {
    /// What a trusted header says.
    Text(Cow<'a, [u8]>),
    /// Of the listener, or of a PROXY header.
    Number(u16),
    /// The PROXY header named none.
    Unknown,
}

impl Trust {
    /// Who the client is.
    #[inline]
    pub fn client(&self, input: &DecisionInput, request: RequestView<'_>) -> Client {
        if self.use_forwarded_headers || self.enable_real_ip || input.proxy_header.is_present() {
            return self.named(input, request);
        }
        let reason = if request.has(KnownHeader::XForwardedFor) {
            ClientReason::HeadersNotTrusted
        } else {
            ClientReason::Peer
        };
        Client {
            address: input.peer,
            reason,
        }
    }

    fn named(&self, input: &DecisionInput, request: RequestView<'_>) -> Client {
        let of = |address, reason| Client { address, reason };
        let peer = |reason| of(input.peer, reason);
        let trusted = self.proxies.contains(input.peer.ip());
        let introduced = input.proxy_header.is_present();
        if introduced && !self.use_forwarded_headers {
            return match input.proxy_header.proxied() {
                None => peer(ClientReason::Peer),
                Some(_) if !trusted => peer(ClientReason::PeerNotTrusted),
                Some(proxied) => of(proxied.source, ClientReason::ProxyProtocol),
            };
        }
        let chain = match self.proxy_chain(input, request) {
            Some(chain) => vec![chain],
            None if introduced => Vec::new(),
            None => self.chain(request).into_iter().map(Cow::Borrowed).collect(),
        };
        if chain.is_empty() {
            return peer(ClientReason::Peer);
        }
        if !trusted {
            return peer(ClientReason::PeerNotTrusted);
        }
        match self.walk(input.peer, &chain) {
            Some(address) => of(address, ClientReason::Header),
            None => peer(ClientReason::Unreadable),
        }
    }

    /// The values that name the client. Only `X-Forwarded-For` may come in several lines; of another
    /// field nginx reads the first.
    fn chain<'a>(&self, request: RequestView<'a>) -> Vec<&'a [u8]> {
        let mut values = self.forwarded_for.values(request);
        if self.forwarded_for.id != KnownHeader::XForwardedFor {
            values.truncate(1);
        }
        values
    }

    /// Both PROXY protocol and forwarded headers: the chain of the header when the PROXY header comes
    /// from a trusted proxy's client, else that client. `None` when neither says anything.
    ///
    /// ingress-nginx puts it into a field of its own, and believes one that a client sends where there
    /// is nothing to put; here the client's own never counts.
    pub fn proxy_chain<'a>(
        &self,
        input: &DecisionInput,
        request: RequestView<'a>,
    ) -> Option<Cow<'a, [u8]>> {
        if !self.use_forwarded_headers {
            return None;
        }
        let source = input.proxy_header.proxied()?.source.ip();
        if self.proxies.contains(source) {
            self.forwarded_for
                .joined(request)
                .filter(|chain| !chain.is_empty())
        } else {
            let text = source.to_canonical().to_string();
            Some(Cow::Owned(text.into_bytes()))
        }
    }

    /// nginx: the last line first, in each line from the right; ends at the first address that is no
    /// trusted proxy, or at what is no address.
    fn walk(&self, peer: SocketAddr, chain: &[Cow<'_, [u8]>]) -> Option<SocketAddr> {
        let mut found = None;
        let mut last = peer;
        let entries = chain.iter().rev().flat_map(|line| {
            line.rsplit(|byte| matches!(byte, b',' | b' '))
                .filter(|entry| !entry.is_empty())
        });
        for entry in entries {
            if !self.proxies.contains(last.ip()) {
                break;
            }
            let Some(address) = entry_address(entry) else {
                break;
            };
            found = Some(address);
            last = address;
        }
        found
    }

    /// `$pass_access_scheme`: what is sent on, and what redirects to HTTPS ask.
    #[inline]
    pub fn scheme<'a>(&self, input: &DecisionInput, request: RequestView<'a>) -> Cow<'a, [u8]> {
        let proxied = input.proxy_header.proxied();
        if proxied.is_some_and(|proxied| proxied.destination.port() == 443) {
            return Cow::Borrowed(b"https");
        }
        self.believed(request, KnownHeader::XForwardedProto)
            .unwrap_or(Cow::Borrowed(input.scheme.as_str().as_bytes()))
    }

    /// `$pass_port`.
    #[inline]
    pub fn port<'a>(&self, input: &DecisionInput, request: RequestView<'a>) -> Port<'a> {
        if let Some(port) = self.believed(request, KnownHeader::XForwardedPort) {
            return Port::Text(port);
        }
        match input.proxy_header {
            ProxyHeader::Names(proxied) => Port::Number(proxied.destination.port()),
            ProxyHeader::Anonymous => Port::Unknown,
            // 443 on the https port whatever its number
            ProxyHeader::Absent if input.scheme == Scheme::Https => Port::Number(443),
            ProxyHeader::Absent => Port::Number(input.port),
        }
    }

    /// `$best_http_host`: the first element of a trusted `X-Forwarded-Host`. An empty one does not count
    /// (ingress-nginx then sends no `Host` at all).
    #[inline]
    pub fn host<'a>(&self, request: RequestView<'a>) -> Option<Cow<'a, [u8]>> {
        let whole = self.believed(request, KnownHeader::XForwardedHost)?;
        let end = memchr::memchr(b',', &whole).unwrap_or(whole.len());
        let first = match whole {
            Cow::Borrowed(whole) => Cow::Borrowed(whole[..end].trim_ascii()),
            Cow::Owned(whole) => Cow::Owned(whole[..end].trim_ascii().to_vec()),
        };
        Some(first).filter(|host| !host.is_empty())
    }

    fn believed<'a>(&self, request: RequestView<'a>, id: KnownHeader) -> Option<Cow<'a, [u8]>> {
        if !self.use_forwarded_headers || !request.has(id) {
            return None;
        }
        Some(match request.count(id) {
            1 => Cow::Borrowed(request.first(id).unwrap_or_default()),
            _ => {
                let all: Vec<_> = request.all(id).collect();
                Cow::Owned(all.join(b", ".as_slice()))
            }
        })
    }

    /// Whether the chain that came in goes on, with the peer at its end.
    pub fn extends_chain(&self) -> bool {
        self.use_forwarded_headers && self.compute_full_forwarded_for
    }
}

/// `ngx_parse_addr_port`: an address, `address:port` or `[v6]:port`; `[v6]` alone is none.
fn entry_address(entry: &[u8]) -> Option<SocketAddr> {
    let text = std::str::from_utf8(entry).ok()?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, 0));
    }
    text.parse()
        .ok()
        .filter(|address: &SocketAddr| address.port() != 0)
}

#[cfg(test)]
mod tests;
