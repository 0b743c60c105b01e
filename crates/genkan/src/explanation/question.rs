//! A request that nobody has sent: as a person writes it, as the console is asked, and as a head.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use genkan_http::{
    head::{HeadBuilder, RequestHead, Version},
    limits::HeadLimits,
};
use genkan_route::{
    basic_auth::Authenticated,
    client::ProxyHeader,
    decision::{BodyLength, DecisionInput, RequestId, Scheme},
    limit::Counted,
    snapshot::Snapshot,
    tls::Handshake,
};

use crate::admin::escape;

/// Ports of URLs that name none.
const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;

/// A request that nobody has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// Method.
    pub(crate) method: String,
    /// The URL as written; the console is asked with it.
    url: String,
    /// Whether the connection has TLS.
    scheme: Scheme,
    /// The server name of the handshake: the URL's host, unless that is an address (RFC 6066 3).
    server_name: Option<String>,
    /// The value of `Host`.
    authority: String,
    /// Port of the URL: where a client would connect.
    port: u16,
    /// The request target, as it is sent.
    target: String,
    /// Whether the target was given beside the URL.
    own_target: bool,
    /// Header lines beside `Host`.
    headers: Vec<(String, String)>,
    /// Length of the body in bytes.
    pub(crate) body: Option<u64>,
    /// Address of the client.
    pub(crate) client: Option<IpAddr>,
}

impl Question {
    /// Reads `http://host:port/path?query`, the same with `https`, or a path alone.
    ///
    /// # Errors
    /// With a sentence that says what is wrong.
    pub(crate) fn parse(method: &str, url: &str) -> Result<Self, String> {
        let (scheme, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
            (Some(rest), _) => (Scheme::Http, rest),
            (_, Some(rest)) => (Scheme::Https, rest),
            _ if url.starts_with('/') => (Scheme::Http, ""),
            _ => {
                return Err(format!(
                    "the URL must begin with http://, https:// or /; `{url}` does not"
                ));
            }
        };
        let (authority, target) = match rest.find(['/', '?', '#']) {
            _ if url.starts_with('/') => ("localhost", url),
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        // a client keeps the fragment to itself (RFC 9110 7.1)
        let target = target.split('#').next().unwrap_or("/");
        let slash = if target.starts_with('/') { "" } else { "/" };
        if authority.is_empty() {
            return Err("the URL has no host".to_owned());
        }
        Ok(Self {
            method: method.to_owned(),
            url: url.to_owned(),
            scheme,
            server_name: server_name(authority),
            authority: authority.to_owned(),
            port: port(authority).unwrap_or(match scheme {
                Scheme::Http => HTTP_PORT,
                Scheme::Https => HTTPS_PORT,
            }),
            target: format!("{slash}{target}"),
            own_target: false,
            headers: Vec::new(),
            body: None,
            client: None,
        })
    }

    /// Adds `Name: value`. `Host` replaces that of the URL, as it does in curl.
    ///
    /// # Errors
    /// With a sentence, when it is no header.
    pub(crate) fn add_header(&mut self, line: &str) -> Result<(), String> {
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| format!("`{line}` is no header; write `Name: value`"))?;
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case("host") {
            value.clone_into(&mut self.authority);
        } else {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        Ok(())
    }

    /// Sends this as the target, whatever the URL's path is.
    pub(crate) fn set_target(&mut self, target: &str) {
        target.clone_into(&mut self.target);
        self.own_target = true;
    }

    /// `Host`, as the trace shows it.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The query by which the console is asked the same.
    pub(crate) fn query(&self) -> String {
        let mut query = format!("method={}&url={}", escape(&self.method), escape(&self.url));
        let mut add = |name: &str, value: &str| {
            query.push_str(&format!("&{name}={}", escape(value)));
        };
        add("header", &format!("Host: {}", self.authority));
        for (name, value) in &self.headers {
            add("header", &format!("{name}: {value}"));
        }
        if self.own_target {
            add("target", &self.target);
        }
        if let Some(length) = self.body {
            add("body", &length.to_string());
        }
        if let Some(client) = self.client {
            add("from", &client.to_string());
        }
        query
    }

    /// What the console was asked: the parameters of [`Self::query`], decoded.
    ///
    /// # Errors
    /// With a sentence, when a parameter cannot be read.
    pub(crate) fn of_query(
        method: &str,
        url: &str,
        parameters: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, String> {
        let mut question = Self::parse(method, url)?;
        for (name, value) in parameters {
            let unreadable = || format!("`{value}` cannot be read as {name}");
            match name.as_str() {
                "header" => question.add_header(&value)?,
                "target" => question.set_target(&value),
                "body" => question.body = Some(value.parse().map_err(|_| unreadable())?),
                "from" => question.client = Some(value.parse().map_err(|_| unreadable())?),
                _ => {}
            }
        }
        Ok(question)
    }

    /// Writes the head that a client would send.
    ///
    /// # Errors
    /// With a sentence, when no client could.
    pub(super) fn write(&self, bytes: &mut Vec<u8>, head: &mut RequestHead) -> Result<(), String> {
        let refused = |reject: genkan_http::reject::RequestReject| {
            format!("no client could send this: {}", reject.reason())
        };
        let limits = HeadLimits::default();
        let (method, target) = (self.method.as_bytes(), self.target.as_bytes());
        let mut builder =
            HeadBuilder::start(bytes, head, &limits, method, target, Version::HTTP_11)
                .map_err(refused)?;
        builder
            .field(b"Host", self.authority.as_bytes())
            .map_err(refused)?;
        for (name, value) in &self.headers {
            builder
                .field(name.as_bytes(), value.as_bytes())
                .map_err(refused)?;
        }
        Ok(())
    }

    /// What a decision depends on beside the head. The handshake is that of a client that has no
    /// certificate.
    pub(super) fn input(&self, snapshot: &Snapshot) -> DecisionInput {
        let handshake = || {
            let (handshake, _) = Handshake::begin(snapshot, self.server_name.as_deref());
            Arc::new(handshake)
        };
        DecisionInput {
            scheme: self.scheme,
            port: self.port,
            peer: SocketAddr::from((self.client.unwrap_or(Ipv4Addr::LOCALHOST.into()), 0)),
            proxy_header: ProxyHeader::Absent,
            body: self.body.map_or(BodyLength::None, BodyLength::Known),
            request_id: RequestId([b'0'; 32]),
            handshake: (self.scheme == Scheme::Https).then(handshake),
            draining: false,
            counted: Counted::Never,
            authenticated: Authenticated::Never,
        }
    }
}

/// The name that a client asks for in its handshake: none for an address.
fn server_name(authority: &str) -> Option<String> {
    let name = match authority.rsplit_once(':') {
        Some((name, _)) if port(authority).is_some() => name,
        _ => authority,
    };
    let is_address = name.starts_with('[') || name.parse::<IpAddr>().is_ok();
    (!is_address).then(|| name.to_owned())
}

/// The port of an authority; a bare IPv6 address has colons of its own.
fn port(authority: &str) -> Option<u16> {
    let (host, port) = authority.rsplit_once(':')?;
    let whole = !host.contains(':') || host.ends_with(']');
    port.parse().ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let check = |url: &str, authority: &str, port: u16, target: &str| {
            let question = Question::parse("GET", url).unwrap();
            assert_eq!(
                (
                    question.authority.as_str(),
                    question.port,
                    question.target.as_str()
                ),
                (authority, port, target)
            );
        };
        check("http://a.b:8080/c?d#e", "a.b:8080", 8080, "/c?d");
        check("http://a.b", "a.b", 80, "/");
        check("http://a.b?c", "a.b", 80, "/?c");
        check("http://a.b#c", "a.b", 80, "/");
        check("http://[::1]/", "[::1]", 80, "/");
        check("http://[::1]:81/", "[::1]:81", 81, "/");
        check("/todos", "localhost", 80, "/todos");
        check("https://a.b/c", "a.b", 443, "/c");
        for bad in ["todos", "ftp://a/", "http:///a", "https:///a"] {
            assert!(Question::parse("GET", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_are_no_server_names() {
        for (url, name) in [
            ("https://a.b:8443/c", Some("a.b")),
            ("https://A.b", Some("A.b")),
            ("https://127.0.0.1:8443/", None),
            ("https://[::1]/", None),
        ] {
            let mut question = Question::parse("GET", url).unwrap();
            question.add_header("Host: other.test").unwrap();
            assert_eq!(question.server_name.as_deref(), name, "{url}");
        }
    }

    #[test]
    fn the_console_is_asked_the_same() {
        let mut question = Question::parse("POST", "http://localhost:8080/a?b").unwrap();
        question.add_header("host: other.test").unwrap();
        question.add_header("X-A: b: c").unwrap();
        question.set_target("http://c.test/%2F");
        question.body = Some(7);
        question.client = Some(IpAddr::from([127, 0, 0, 9]));
        let query = question.query();
        let parameters = query.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            (name.to_owned(), decoded(value))
        });
        let again = Question::of_query("POST", "http://localhost:8080/a?b", parameters).unwrap();
        assert_eq!(again, question);
        assert!(question.add_header("no colon").is_err());
    }

    fn decoded(value: &str) -> String {
        let mut parts = value.split('%');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            let (hex, rest) = part.split_at(2);
            text + &char::from(u8::from_str_radix(hex, 16).unwrap()).to_string() + rest
        })
    }
}
