//! Redirects and where they lead.

use genkan_http::{
    host::{HOST_BYTES_MAX, Host as HttpHost, HostBuffer},
    normalise::escape_path,
};

use super::Router;
use crate::{
    ask::Ask,
    decision::{RedirectCause, Scheme, Verdict},
    host::{Host, HostName},
    pattern::Captures,
    recorder::{Event, Recorder},
    route::{PathMatch, Redirect},
    settings::{HttpsRedirect, RouteSettings},
    table::Route,
    template::{Filling, Template},
};

/// The port that `https://` means by itself.
const HTTPS_PORT: u16 = 443;

/// Ports that a scheme means by itself.
const fn usual_port(scheme: Scheme) -> u16 {
    match scheme {
        Scheme::Http => 80,
        Scheme::Https => HTTPS_PORT,
    }
}

/// `http://host` as nginx's header filter makes it (`absolute_redirect`, `port_in_redirect`): scheme of
/// the connection, host in lower case. Without a host the redirect stays relative (RFC 9110 10.2.2).
pub(super) fn write_origin(ask: &Ask<'_>, settings: &RouteSettings, out: &mut Vec<u8>) {
    if ask.host.is_empty() || settings.relative_redirects {
        return;
    }
    let (scheme, port) = (ask.input.scheme, ask.input.port);
    out.extend_from_slice(scheme.as_str().as_bytes());
    out.extend_from_slice(b"://");
    out.extend(ask.host.iter().map(u8::to_ascii_lowercase));
    if settings.port_in_redirects && port != usual_port(scheme) {
        out.extend_from_slice(format!(":{port}").as_bytes());
    }
}

impl<'t, R: Recorder> Router<'_, 't, R> {
    /// 302 to the scheme of the connection, the `Host` field as sent (port included), the value; no
    /// query.
    pub(super) fn app_root(&mut self, host: &Host, app_root: &Template) -> Verdict<'t> {
        let ask = self.ask;
        let location = &mut self.scratch.location;
        let http_host = ask.http_host();
        if !http_host.is_empty() {
            location.extend_from_slice(ask.input.scheme.as_str().as_bytes());
            location.extend_from_slice(b"://");
            location.extend_from_slice(http_host);
        }
        let filling = Filling {
            ask,
            route: None,
            server_name: host.name().server_name(),
            path: self.path,
            uri: self.path,
            captures: &Captures::default(),
        };
        app_root.fill(&filling, location, |text, out| out.extend_from_slice(text));
        self.redirected(302, false, RedirectCause::AppRoot)
    }

    /// `ngx_srv_redirect.lua`: the same target under the other name, with the port in any case, and one
    /// slash less at its end.
    pub(super) fn www_redirect(&mut self, name: &str) -> Verdict<'t> {
        let ask = self.ask;
        let location = &mut self.scratch.location;
        location.extend_from_slice(&ask.pass_scheme());
        location.extend_from_slice(b"://");
        location.extend_from_slice(name.as_bytes());
        location.push(b':');
        ask.write_pass_port(location);
        for part in ask.target.forward() {
            location.extend_from_slice(part);
        }
        if location.ends_with(b"/") {
            location.pop();
        }
        let status = self.snapshot.settings.redirect_code;
        self.redirected(status, false, RedirectCause::FromToWww)
    }

    /// nginx's own: the location's text (not the request's), encoded, and the query as sent.
    pub(super) fn slash(&mut self, route: &Route) -> Verdict<'t> {
        let written = route.spec.matches.iter().find_map(|matched| match matched {
            PathMatch::SlashPrefix(path) | PathMatch::SlashExact(path)
                if path.trim_end_matches('/').as_bytes() == self.path =>
            {
                Some(path)
            }
            _ => None,
        });
        self.origin(route);
        let location = &mut self.scratch.location;
        match written {
            Some(path) => escape_path(path.as_bytes(), location),
            None => {
                escape_path(self.path, location);
                location.push(b'/');
            }
        }
        self.ask.target.write_query(location);
        self.redirected(301, false, RedirectCause::Slash)
    }

    /// nginx's `return`: a value that begins with `/` gets scheme and host (`//x` too), any other is
    /// sent as it is. Only five statuses make a `Location`; for the others the value is the body.
    pub(super) fn redirect(&mut self, route: &Route, redirect: &Redirect) -> Verdict<'t> {
        let bare = !matches!(redirect.status, 301 | 302 | 303 | 307 | 308);
        if redirect.target.starts_with('/') && !bare {
            self.origin(route);
        }
        self.scratch
            .location
            .extend_from_slice(redirect.target.as_bytes());
        let cause = match redirect.annotation {
            "temporal-redirect" => RedirectCause::Temporal,
            _ => RedirectCause::Permanent,
        };
        self.redirected(redirect.status, bare, cause)
    }

    /// The same place with `https://`: the name as sent, without its port, and the target as sent.
    /// ingress-nginx takes one slash off the end of it, even off a query.
    pub(super) fn https_redirect(&mut self, route: &Route) -> Option<Verdict<'t>> {
        // a trusted proxy in front may have ended TLS
        let is_plain = || *self.ask.pass_scheme() == *b"http";
        let redirects = match route.https_redirect {
            HttpsRedirect::Never => false,
            HttpsRedirect::WhereCertified => is_plain() && self.is_certified(),
            HttpsRedirect::Always => is_plain(),
        };
        if !redirects {
            return None;
        }
        let settings = &route.spec.settings;
        let best = self.ask.best_host();
        let name = HttpHost::parse(&best).map_or(self.ask.host, |host| host.name);
        // HTTP/1.0 without `Host`: nginx's `$host` is the name of the server that takes the request
        let name = match name {
            [] => HostName::CatchAll.server_name().as_bytes(),
            name => name,
        };
        let location = &mut self.scratch.location;
        location.clear();
        location.extend_from_slice(b"https://");
        location.extend_from_slice(name);
        let port = self.snapshot.settings.https_port;
        if port != HTTPS_PORT || settings.port_in_redirects {
            location.extend_from_slice(format!(":{port}").as_bytes());
        }
        for part in self.ask.target.forward() {
            location.extend_from_slice(part);
        }
        if !settings.preserve_trailing_slash && location.ends_with(b"/") {
            location.pop();
        }
        let status = self.snapshot.settings.redirect_code;
        Some(self.redirected(status, false, RedirectCause::Https))
    }

    /// Whether the host asked for has TLS.
    fn is_certified(&self) -> bool {
        if self.snapshot.tls.is_empty() {
            return false;
        }
        let mut buffer: HostBuffer = [0; HOST_BYTES_MAX];
        let asked = self.ask.asked.and_then(|host| host.lower(&mut buffer));
        self.snapshot.tls.is_certified(asked.unwrap_or_default())
    }

    /// `http://host` before a `Location` that is a path.
    fn origin(&mut self, route: &Route) {
        write_origin(self.ask, &route.spec.settings, &mut self.scratch.location);
    }

    pub(super) fn redirected(
        &mut self,
        status: u16,
        bare: bool,
        cause: RedirectCause,
    ) -> Verdict<'t> {
        let location = &self.scratch.location;
        self.recorder.record(Event::Redirect {
            cause,
            status,
            location,
        });
        Verdict::Redirect {
            status,
            bare,
            cause,
        }
    }
}
