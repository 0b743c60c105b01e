//! Cross-origin requests: who may read, and the fields that say so.
//!
//! What ingress-nginx's template does with a regular expression (any case, anchored at the end only, one
//! label for `*`) is done here by comparing text.

use std::borrow::Cow;

use genkan_http::{head::RequestView, known::KnownHeader};

use crate::forward::added;

/// The `cors-*` annotations of a route on which `enable-cors` is on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cors {
    /// `cors-allow-origin`.
    pub origins: Origins,
    /// `cors-allow-methods`, verbatim.
    pub methods: Box<str>,
    /// `cors-allow-headers`, verbatim.
    pub headers: Box<str>,
    /// `cors-allow-credentials`.
    pub credentials: bool,
    /// `cors-expose-headers`, verbatim; empty leaves the backend's own.
    pub expose: Box<str>,
    /// `cors-max-age`: seconds, sent as written.
    pub max_age: i64,
}

impl Default for Cors {
    fn default() -> Self {
        Self {
            origins: Origins::Any,
            methods: "GET, PUT, POST, DELETE, PATCH, OPTIONS".into(),
            headers: "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,\
                      Cache-Control,Content-Type,Range,Authorization"
                .into(),
            credentials: true,
            expose: "".into(),
            max_age: 1_728_000,
        }
    }
}

/// Origins that may read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origins {
    /// All, and `*` is the answer.
    Any,
    /// These; the origin itself is the answer.
    Listed(Box<[Origin]>),
}

/// One listed origin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Everything, or the scheme where one label is open.
    start: Box<str>,
    /// What comes after the open label.
    rest: Option<Box<str>>,
}

impl Origin {
    /// Reads `scheme://host:port`, `scheme://*.host:port` or `null`. The scheme has lower-case letters only.
    pub fn parse(text: &str) -> Option<Self> {
        let whole = |text: &str| Self {
            start: text.into(),
            rest: None,
        };
        if text == "null" {
            return Some(whole(text));
        }
        let (scheme, rest) = text.split_once("://")?;
        let open = rest.strip_prefix("*.");
        let (host, port) = match open.unwrap_or(rest).split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (open.unwrap_or(rest), None),
        };
        let host_is_one = !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
        let port_is_one = port
            .is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
        let scheme_is_one =
            !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_lowercase());
        if !(scheme_is_one && host_is_one && port_is_one) {
            return None;
        }
        Some(match open {
            None => whole(text),
            Some(_) => Self {
                start: format!("{scheme}://").into(),
                rest: rest.strip_prefix('*').map(Into::into),
            },
        })
    }

    fn matches(&self, origin: &[u8]) -> bool {
        let Some(rest) = &self.rest else {
            return without_end(origin, self.start.as_bytes()).is_some();
        };
        let Some(before) = without_end(origin, rest.as_bytes()) else {
            return false;
        };
        let label = before
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
            .count();
        let scheme = &before[..before.len() - label];
        label > 0 && without_end(scheme, self.start.as_bytes()).is_some()
    }
}

/// What is left of a text that ends with another, in any case.
fn without_end<'a>(text: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    let start = text.len().checked_sub(end.len())?;
    text[start..]
        .eq_ignore_ascii_case(end)
        .then(|| &text[..start])
}

impl Cors {
    /// The value of `Access-Control-Allow-Origin`, `None` where the origin may not read.
    pub fn grant<'a>(&self, request: RequestView<'a>) -> Option<Cow<'a, [u8]>> {
        let Origins::Listed(origins) = &self.origins else {
            return Some(Cow::Borrowed(b"*"));
        };
        let origin = origin_of(request);
        let listed = origins.iter().any(|listed| listed.matches(&origin));
        listed.then_some(origin)
    }

    /// Appends the fields of a response to an origin that may read.
    pub fn write(&self, origin: &[u8], out: &mut Vec<u8>) {
        let mut set = |name: &str, value: &[u8]| {
            added::push(out, name.as_bytes(), |out| out.extend_from_slice(value));
        };
        set("Access-Control-Allow-Origin", origin);
        if self.credentials {
            set("Access-Control-Allow-Credentials", b"true");
        }
        set("Access-Control-Allow-Methods", self.methods.as_bytes());
        set("Access-Control-Allow-Headers", self.headers.as_bytes());
        if !self.expose.is_empty() {
            set("Access-Control-Expose-Headers", self.expose.as_bytes());
        }
        let age = self.max_age.to_string();
        set("Access-Control-Max-Age", age.as_bytes());
    }
}

/// `$http_origin`.
pub(crate) fn origin_of(request: RequestView<'_>) -> Cow<'_, [u8]> {
    match request.count(KnownHeader::Origin) {
        0 | 1 => Cow::Borrowed(request.first(KnownHeader::Origin).unwrap_or_default()),
        _ => {
            let all: Vec<_> = request.all(KnownHeader::Origin).collect();
            Cow::Owned(all.join(b", ".as_slice()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_compared_from_its_end_in_any_case() {
        let check = |listed: &str, origin: &str, expected: bool| {
            let listed = Origin::parse(listed).unwrap();
            assert_eq!(listed.matches(origin.as_bytes()), expected, "{origin}");
        };
        // the recordings `cors-origin-list` and `cors-origin-wildcard`
        check("https://a.test", "https://a.test", true);
        check("https://a.test", "HTTPS://A.TEST", true);
        check("https://a.test", "https://evil-https://a.test", true);
        check("https://a.test", "http://a.test", false);
        check("https://a.test", "https://a.test:443", false);
        check("https://a.test", "https://a.test.evil.test", false);
        check("https://a.test", "https://x.a.test", false);
        check("https://a.test", "https://aXtest", false);
        check("https://a.test", "https://a.test/", false);
        check("https://a.test", "", false);
        check("null", "null", true);
        check("null", "notnull", true);
        check("https://*.a.test", "https://x.a.test", true);
        check("https://*.a.test", "https://X-1.A.test", true);
        check("https://*.a.test", "https://x.y.a.test", false);
        check("https://*.a.test", "https://a.test", false);
        check("https://*.a.test", "https://.a.test", false);
        check("https://*.a.test", "https://x_1.a.test", false);
        check("https://*.a.test", "https://xa.test", false);
        check("https://*.a.test", "https://x.a.test:443", false);
        check("http://*.b.test:8080", "http://x.b.test:8080", true);
        check("http://*.b.test:8080", "http://x.b.test", false);
        check("http://127.0.0.1:3000", "http://127a0b0c1:3000", false);
    }

    #[test]
    fn an_entry_without_scheme_or_with_an_inner_star_is_none() {
        for entry in [
            "a.test",
            "https://",
            "https://*",
            "https://a.*.test",
            "chrome-extension://abc",
            "HTTPS://a.test",
            "https://a.test/x",
            "https://a.test:",
            "https://a b",
            "*",
            "",
        ] {
            assert_eq!(Origin::parse(entry), None, "{entry}");
        }
    }
}
