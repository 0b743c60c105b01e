//! Stage `listener` of a request that happened: where it came in, from whom, and what the connection
//! began with.

use std::net::SocketAddr;

use genkan_diagnosis::trace::{Listener, ProxyHeader};
use genkan_proxy::capture::CapturedExchange;
use genkan_route::client;

pub(super) fn listener(exchange: &CapturedExchange) -> Listener {
    let shown = |address: SocketAddr| address.ip().to_canonical().to_string();
    let (peer, client) = (exchange.client, exchange.explanation.client.address);
    let local = exchange.listener;
    Listener {
        address: match local.ip().is_unspecified() {
            true => format!(":{}", local.port()),
            false => local.to_string(),
        },
        protocol: exchange.input.scheme.as_str().to_owned(),
        peer: Some(shown(peer)),
        client: (client.ip() != peer.ip()).then(|| shown(client)),
        proxy_header: proxy_header(exchange.input.proxy_header),
    }
}

fn proxy_header(header: client::ProxyHeader) -> Option<ProxyHeader> {
    match header {
        client::ProxyHeader::Absent => None,
        client::ProxyHeader::Anonymous => Some(ProxyHeader::default()),
        client::ProxyHeader::Names(proxied) => Some(ProxyHeader {
            source: Some(proxied.source.to_string()),
            destination: Some(proxied.destination.to_string()),
        }),
    }
}
