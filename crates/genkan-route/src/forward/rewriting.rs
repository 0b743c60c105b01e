//! Rewriting what a backend says about where it is: `proxy_redirect`, `proxy_cookie_domain` and
//! `proxy_cookie_path` of nginx.

use std::sync::Arc;

use genkan_http::{head::ResponseView, known::KnownHeader, write::HeadWriter};

use crate::{
    pattern::{Anchor, Captures, Pattern, PatternError},
    route::Mode,
    upstream::UNNAMED,
};

/// What of a backend's answer is rewritten; the default rewrites nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct ResponseRewrite {
    /// `proxy-redirect-from`.
    pub location_from: LocationSource,
    /// `proxy-redirect-to`; none is `off`.
    pub location_to: Option<Box<str>>,
    /// `proxy-cookie-domain`.
    pub cookie_domain: Option<CookieRewrite>,
    /// `proxy-cookie-path`.
    pub cookie_path: Option<CookieRewrite>,
}

/// Which `Location` and `Refresh` are rewritten.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub enum LocationSource {
    /// `off`: none.
    #[default]
    Off,
    /// `default`: those that name the upstream as nginx's configuration names it. They lead to `/`.
    Default,
    /// Those that begin with this text; without `proxy-redirect-to` none.
    Text(Box<str>),
}

/// A pair of values of a cookie's attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CookieRewrite {
    /// What is replaced.
    from: CookieSource,
    /// By what.
    to: Box<str>,
}

#[derive(Clone, Debug)]
enum CookieSource {
    /// A domain without leading dot, or the start of a path.
    Text(Box<str>),
    /// `~` or `~*`: the whole value, where the pattern is in it.
    Pattern(Box<str>, Arc<Pattern>),
}

impl CookieSource {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Pattern(text, _) => text,
        }
    }
}

impl PartialEq for CookieSource {
    fn eq(&self, other: &Self) -> bool {
        let is_text = |source: &Self| matches!(source, Self::Text(_));
        is_text(self) == is_text(other) && self.text() == other.text()
    }
}

impl Eq for CookieSource {}

impl std::hash::Hash for CookieSource {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text().hash(state);
    }
}

impl CookieRewrite {
    /// Replaces `from` by `to`; a `from` that begins with `~` is a regular expression.
    pub fn new(from: &str, to: &str) -> Result<Self, PatternError> {
        let from = match from.strip_prefix('~') {
            None => CookieSource::Text(from.into()),
            Some(rest) => {
                let text = match rest.strip_prefix('*') {
                    Some(any_case) => any_case.to_owned(),
                    None => format!("(?-i:{rest})"),
                };
                let pattern = Pattern::compile(&text, Mode::NginxCompatible, Anchor::Anywhere)?;
                CookieSource::Pattern(rest.into(), Arc::new(pattern))
            }
        };
        Ok(Self {
            from,
            to: to.into(),
        })
    }

    /// As explanations show it.
    pub fn shown(&self) -> String {
        let mark = match self.from {
            CookieSource::Text(_) => "",
            CookieSource::Pattern(..) => "~",
        };
        format!("{mark}{} -> {}", self.from.text(), self.to)
    }

    fn domain(&self, value: &[u8]) -> Option<Vec<u8>> {
        let CookieSource::Text(text) = &self.from else {
            return self.pattern(value);
        };
        let bare = value.strip_prefix(b".").unwrap_or(value);
        let wanted = text.strip_prefix('.').unwrap_or(text).as_bytes();
        let dot = &value[..value.len() - bare.len()];
        bare.eq_ignore_ascii_case(wanted)
            .then(|| [dot, self.to.as_bytes()].concat())
    }

    fn path(&self, value: &[u8]) -> Option<Vec<u8>> {
        let CookieSource::Text(text) = &self.from else {
            return self.pattern(value);
        };
        let rest = value.strip_prefix(text.as_bytes())?;
        Some([self.to.as_bytes(), rest].concat())
    }

    fn pattern(&self, value: &[u8]) -> Option<Vec<u8>> {
        let CookieSource::Pattern(_, pattern) = &self.from else {
            return None;
        };
        let found = pattern.find(value, &mut Captures::default());
        matches!(found, Ok(true)).then(|| self.to.as_bytes().to_vec())
    }
}

impl ResponseRewrite {
    /// Whether anything is rewritten.
    pub fn is_set(&self) -> bool {
        self.rewrites_location() || self.rewrites_cookies()
    }

    fn rewrites_location(&self) -> bool {
        match self.location_from {
            LocationSource::Off => false,
            LocationSource::Default => true,
            LocationSource::Text(_) => self.location_to.is_some(),
        }
    }

    fn rewrites_cookies(&self) -> bool {
        self.cookie_domain.is_some() || self.cookie_path.is_some()
    }

    /// What explanations say about it: the field (or attribute), and what becomes what.
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        let location = match (&self.location_from, &self.location_to) {
            (LocationSource::Default, _) => Some(format!("{UNNAMED} -> /")),
            (LocationSource::Text(from), Some(to)) => Some(format!("{from} -> {to}")),
            _ => None,
        };
        let cookie = |rewrite: &Option<CookieRewrite>| rewrite.as_ref().map(CookieRewrite::shown);
        let all = [
            ("proxy-redirect-from", location),
            ("proxy-cookie-domain", cookie(&self.cookie_domain)),
            ("proxy-cookie-path", cookie(&self.cookie_path)),
        ];
        all.into_iter()
            .filter_map(|(name, shown)| Some((name, shown?)))
            .collect()
    }
}

/// The rewriting of one answer.
#[derive(Clone, Copy, Debug)]
pub struct Rewriting<'a> {
    /// The route's rules.
    pub rules: &'a ResponseRewrite,
    /// `http://host` for a `Location` that becomes a path; empty where redirects are relative.
    pub origin: &'a [u8],
    /// Whether the backend is spoken to over TLS, which is part of the name it has in nginx.
    pub encrypted: bool,
}

impl Rewriting<'_> {
    /// Whether a field is written by [`Rewriting::write`].
    pub(crate) fn concerns(self, id: KnownHeader) -> bool {
        match id {
            KnownHeader::Location | KnownHeader::Refresh => self.rules.rewrites_location(),
            KnownHeader::SetCookie => self.rules.rewrites_cookies(),
            _ => false,
        }
    }

    /// Appends the fields that it concerns and that are not left out for another reason.
    pub(crate) fn write(
        self,
        response: ResponseView<'_>,
        out: &mut impl HeadWriter,
        left_out: impl Fn(&[u8]) -> bool,
    ) {
        let mut located = false;
        for field in response.fields() {
            if !self.concerns(field.id) || left_out(field.name) {
                continue;
            }
            let rewritten = match field.id {
                KnownHeader::Location => {
                    // of several the first counts
                    if std::mem::replace(&mut located, true) {
                        continue;
                    }
                    self.absolute(field.value)
                }
                KnownHeader::Refresh => self.refresh(field.value),
                _ => self.cookie(field.value),
            };
            out.field(field.name, rewritten.as_deref().unwrap_or(field.value));
        }
    }

    /// nginx's header filter puts scheme and host before a `Location` that was rewritten to a path.
    fn absolute(self, value: &[u8]) -> Option<Vec<u8>> {
        let rewritten = self.location(value)?;
        match rewritten.first() {
            Some(b'/') => Some([self.origin, &rewritten].concat()),
            _ => Some(rewritten),
        }
    }

    fn location(self, value: &[u8]) -> Option<Vec<u8>> {
        match (&self.rules.location_from, &self.rules.location_to) {
            (LocationSource::Default, _) => {
                let scheme: &[u8] = if self.encrypted {
                    b"https://"
                } else {
                    b"http://"
                };
                let rest = value
                    .strip_prefix(scheme)?
                    .strip_prefix(UNNAMED.as_bytes())?;
                rest.starts_with(b"/").then(|| rest.to_vec())
            }
            (LocationSource::Text(from), Some(to)) => {
                let rest = value.strip_prefix(from.as_bytes())?;
                Some([to.as_bytes(), rest].concat())
            }
            _ => None,
        }
    }

    /// What follows `url=` in any case.
    fn refresh(self, value: &[u8]) -> Option<Vec<u8>> {
        const MARK: &[u8] = b"url=";
        let mut windows = value.windows(MARK.len());
        let at = windows.position(|window| window.eq_ignore_ascii_case(MARK))? + MARK.len();
        let url = self.location(&value[at..])?;
        Some([&value[..at], &url].concat())
    }

    /// The cookie written anew, with `; ` between its attributes, when one of them changes
    /// (`ngx_http_proxy_rewrite_cookie`).
    fn cookie(self, value: &[u8]) -> Option<Vec<u8>> {
        let mut changed = false;
        let mut out = Vec::with_capacity(value.len());
        for (number, attribute) in value.split(|byte| *byte == b';').enumerate() {
            if number > 0 {
                out.extend_from_slice(b"; ");
            }
            let attribute = attribute.trim_ascii();
            let Some(equals) = memchr::memchr(b'=', attribute) else {
                out.extend_from_slice(attribute);
                continue;
            };
            let name = attribute[..equals].trim_ascii_end();
            let value = attribute[equals + 1..].trim_ascii_start();
            let is = |wanted: &[u8]| number > 0 && name.eq_ignore_ascii_case(wanted);
            let rewritten = match (&self.rules.cookie_domain, &self.rules.cookie_path) {
                (Some(rewrite), _) if is(b"domain") => rewrite.domain(value),
                (_, Some(rewrite)) if is(b"path") => rewrite.path(value),
                _ => None,
            };
            changed |= rewritten.is_some();
            out.extend_from_slice(name);
            out.push(b'=');
            out.extend_from_slice(rewritten.as_deref().unwrap_or(value));
        }
        changed.then_some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewriting(rules: &ResponseRewrite) -> Rewriting<'_> {
        Rewriting {
            rules,
            origin: b"http://front.test",
            encrypted: false,
        }
    }

    /// The recordings `forwarded-proxy-redirect`.
    #[test]
    fn a_location_is_replaced_at_its_start() {
        let check = |from: &str, to: Option<&str>, value: &str, expected: Option<&str>| {
            let rules = ResponseRewrite {
                location_from: match from {
                    "default" => LocationSource::Default,
                    from => LocationSource::Text(from.into()),
                },
                location_to: to.map(Into::into),
                ..ResponseRewrite::default()
            };
            let rewritten = rewriting(&rules).absolute(value.as_bytes());
            let rewritten = rewritten.map(|text| String::from_utf8(text).unwrap());
            assert_eq!(rewritten.as_deref(), expected, "{from} {value}");
        };
        let (inner, outer) = ("http://inner.test/", Some("https://outer.test/"));
        check(
            inner,
            outer,
            "http://inner.test/x?y",
            Some("https://outer.test/x?y"),
        );
        check(inner, outer, "http://inner.testx/x", None);
        check(inner, outer, "HTTP://INNER.test/x", None);
        check(
            inner,
            Some("/"),
            "http://inner.test/x",
            Some("http://front.test/x"),
        );
        check(inner, None, "http://inner.test/x", None);
        check("/app/", Some("/"), "/app/x", Some("http://front.test/x"));
        check("/app/", Some("/"), "/application", None);
        check(
            "default",
            outer,
            "http://upstream_balancer/x",
            Some("http://front.test/x"),
        );
        check("default", outer, "http://upstream_balancerx/x", None);
    }

    /// The recordings `buffers-cookie-rewrite`.
    #[test]
    fn a_cookie_is_written_anew_where_an_attribute_changes() {
        let check = |domain: Option<(&str, &str)>,
                     path: Option<(&str, &str)>,
                     value: &str,
                     expected: Option<&str>| {
            let pair = |pair: Option<(&str, &str)>| {
                pair.map(|(from, to)| CookieRewrite::new(from, to).unwrap())
            };
            let rules = ResponseRewrite {
                cookie_domain: pair(domain),
                cookie_path: pair(path),
                ..ResponseRewrite::default()
            };
            let rewritten = rewriting(&rules).cookie(value.as_bytes());
            let rewritten = rewritten.map(|text| String::from_utf8(text).unwrap());
            assert_eq!(rewritten.as_deref(), expected, "{value}");
        };
        let domain = Some(("internal.local", "public.test"));
        check(
            domain,
            None,
            "a=1;Domain=internal.local;Path=/",
            Some("a=1; Domain=public.test; Path=/"),
        );
        check(
            domain,
            None,
            "a=1;domain=INTERNAL.local",
            Some("a=1; domain=public.test"),
        );
        check(
            domain,
            None,
            "a=1;Domain=.internal.local",
            Some("a=1; Domain=.public.test"),
        );
        check(domain, None, "a=1;Domain=x.internal.local", None);
        check(domain, None, "a=1", None);
        let dotted = Some((".internal.local", "public.test"));
        check(
            dotted,
            None,
            "a=1;Domain=internal.local",
            Some("a=1; Domain=public.test"),
        );
        let path = Some(("/one/", "/two/"));
        check(
            None,
            path,
            "a=1;Path=/one/x;HttpOnly",
            Some("a=1; Path=/two/x; HttpOnly"),
        );
        check(None, path, "a=1;Path=/one", None);
        check(None, path, "a=1;Path=/ONE/x", None);
        check(None, path, "path=/one/", None);
        check(
            None,
            Some(("~^/one", "/")),
            "a=1;Path=/one/x",
            Some("a=1; Path=/"),
        );
    }

    #[test]
    fn a_refresh_is_replaced_behind_its_url() {
        let rules = ResponseRewrite {
            location_from: LocationSource::Text("http://inner.test/".into()),
            location_to: Some("https://outer.test/".into()),
            ..ResponseRewrite::default()
        };
        let refresh = rewriting(&rules)
            .refresh(b"5;url=http://inner.test/x")
            .unwrap();
        assert_eq!(refresh, b"5;url=https://outer.test/x");
        assert_eq!(rewriting(&rules).refresh(b"5"), None);
    }
}
