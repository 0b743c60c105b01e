//! The router as one would write it first: every rule looked at in turn, PCRE2 asked directly,
//! nothing prepared, nothing shared with the real one but the words of the compiler.

use genkan_route::{
    host::{HostName, HostSpec},
    route::{Mode, PathMatch, RouteSpec, Target},
};
use pcre2::bytes::{Regex, RegexBuilder};

use super::text::{encode, fill, normal};

/// One request, in the parts that matter.
pub(crate) struct Request {
    pub host: String,
    pub path: String,
    pub query: Option<String>,
    pub body: Option<u64>,
}

impl Request {
    fn target(&self) -> String {
        self.query
            .as_ref()
            .map_or(self.path.clone(), |query| format!("{}?{query}", self.path))
    }
}

const HEALTH: &str = "/healthz";

/// Both dialects by PCRE2: of what is drawn here only letter case and `$` differ.
fn engine(mode: Mode, caret: bool, text: &str) -> Regex {
    let compatible = mode == Mode::NginxCompatible;
    let text = match (caret, compatible) {
        (true, true) => format!("^{text}"),
        (true, false) => format!("^(?:{text})"),
        (false, _) => text.to_owned(),
    };
    let text = if compatible {
        text
    } else {
        text.replace('$', "\\z")
    };
    RegexBuilder::new()
        .caseless(compatible)
        .build(&text)
        .expect("drawn patterns compile")
}

fn groups(regex: &Regex, path: &[u8]) -> Option<Vec<Vec<u8>>> {
    let found = regex.captures(path).expect("drawn patterns are cheap")?;
    let text = |at| {
        found
            .get(at)
            .map_or(Vec::new(), |group| group.as_bytes().to_vec())
    };
    Some((0..found.len()).map(text).collect())
}

/// A host with its patterns compiled, so that a million cases end today.
pub(crate) struct Model {
    spec: HostSpec,
    /// Beside `spec.routes`: one for each `PathMatch::Pattern`, and the rewrite's.
    engines: Vec<(Vec<Regex>, Option<Regex>)>,
}

impl Model {
    pub(crate) fn new(mut spec: HostSpec) -> Self {
        spec.routes.sort_by_key(|route| {
            let exact = matches!(
                route.matches[0],
                PathMatch::Exact(_) | PathMatch::SlashExact(_)
            );
            let descending: Vec<_> = route.path.bytes().map(|byte| 255 - byte).collect();
            (
                !exact,
                usize::MAX - route.path.len(),
                descending,
                route.age_rank,
            )
        });
        let engines = spec.routes.iter().map(|route| {
            let patterns = route.matches.iter().filter_map(|matched| match matched {
                PathMatch::Pattern(text) => Some(engine(spec.mode, true, text)),
                _ => None,
            });
            let rewrite = route.rewrite.as_ref();
            let rewrite = rewrite.map(|rewrite| engine(route.mode, false, &rewrite.pattern));
            (patterns.collect(), rewrite)
        });
        let engines = engines.collect();
        Self { spec, engines }
    }

    /// Number of the route that takes a path, and whether it only lacks a slash.
    fn find(&self, path: &[u8]) -> Option<(usize, bool)> {
        let routes = &self.spec.routes;
        let any = |test: &dyn Fn(&RouteSpec, &PathMatch) -> bool| {
            routes
                .iter()
                .position(|route| route.matches.iter().any(|matched| test(route, matched)))
        };
        let bare = |text: &str| text.trim_end_matches('/').as_bytes().to_vec();
        let exact = any(
            &|_, matched| matches!(matched, PathMatch::Exact(text) | PathMatch::SlashExact(text) if text.as_bytes() == path),
        );
        let own =
            any(&|_, matched| matches!(matched, PathMatch::Prefix(text) if bare(text) == path));
        let slash = any(&|route, matched| {
            let lacks = matches!(matched, PathMatch::SlashPrefix(text) | PathMatch::SlashExact(text) if bare(text) == path);
            lacks && route.closed.is_none()
        });
        let pattern = (0..routes.len()).find(|route| {
            self.engines[*route]
                .0
                .iter()
                .any(|engine| groups(engine, path).is_some())
        });
        let mut prefix: Option<(usize, usize)> = None;
        for (number, route) in routes.iter().enumerate() {
            for matched in &route.matches {
                let (PathMatch::Prefix(text) | PathMatch::SlashPrefix(text)) = matched else {
                    continue;
                };
                let name = [&bare(text)[..], b"/"].concat();
                let whole = matches!(matched, PathMatch::Prefix(_)) && path == bare(text);
                if (path.starts_with(&name) || whole)
                    && prefix.is_none_or(|(_, best)| name.len() > best)
                {
                    prefix = Some((number, name.len()));
                }
            }
        }
        let compatible = self.spec.mode == Mode::NginxCompatible;
        if compatible && self.spec.name == HostName::CatchAll && path.starts_with(HEALTH.as_bytes())
        {
            let longer = prefix.is_some_and(|(_, length)| length > HEALTH.len());
            let slash = slash.is_some() && path != HEALTH.as_bytes();
            if !self.spec.regex_host
                && exact.is_none()
                && own.is_none()
                && !slash
                && !longer
                && pattern.is_none()
            {
                return None;
            }
        }
        if let Some(exact) = exact {
            return Some((exact, false));
        }
        if compatible {
            return own
                .map(|own| (own, false))
                .or(slash.map(|slash| (slash, true)))
                .or(pattern.map(|pattern| (pattern, false)))
                .or(prefix.map(|(prefix, _)| (prefix, false)));
        }
        // strict: the longest written path, a prefix before a pattern of its length
        let written = |number: usize| routes[number].path.len();
        match (prefix, pattern) {
            (Some((prefix, _)), Some(pattern)) if written(pattern) > written(prefix) => {
                Some((pattern, false))
            }
            (Some((prefix, _)), _) => Some((prefix, false)),
            (None, pattern) => Some((pattern?, false)),
        }
    }
}

/// What becomes of a request, in one line.
pub(crate) fn answer(
    hosts: &[Model],
    request: &Request,
    absent: &dyn Fn(&str) -> Option<&'static str>,
) -> String {
    let Some(path) = normal(request.path.as_bytes()) else {
        return "fault BadPath".to_owned();
    };
    let asked = request
        .host
        .split(':')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let asked = asked.strip_suffix('.').unwrap_or(&asked).to_owned();
    let named = |wanted: &HostName| hosts.iter().find(|host| host.spec.name == *wanted);
    let wildcard = asked.split_once('.').filter(|(label, _)| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    });
    let known = named(&HostName::Exact(asked.as_str().into()))
        .or_else(|| named(&HostName::Wildcard(wildcard?.1.into())));
    let catch_all = named(&HostName::CatchAll);
    let healthy = path.starts_with(HEALTH.as_bytes());
    let Some(host) = known.or(catch_all) else {
        return if healthy { "health" } else { "fault NoHost" }.to_owned();
    };
    if path == b"/"
        && let Some(root) = &host.spec.app_root
    {
        return format!("redirect 302 http://{}{root}", request.host);
    }
    if let Some((route, slash)) = host.find(&path) {
        return on_route(host, route, slash, &path, &asked, request, absent);
    }
    if known.is_none() {
        return if healthy && !host.spec.regex_host {
            "health"
        } else {
            "fault NoHost"
        }
        .to_owned();
    }
    if let Some(other) = catch_all.filter(|_| host.spec.mode == Mode::Strict)
        && let Some((route, slash)) = other.find(&path)
    {
        return on_route(other, route, slash, &path, &asked, request, absent);
    }
    "fault NoPath".to_owned()
}

fn on_route(
    host: &Model,
    number: usize,
    slash: bool,
    path: &[u8],
    asked: &str,
    request: &Request,
    absent: &dyn Fn(&str) -> Option<&'static str>,
) -> String {
    let route = &host.spec.routes[number];
    if route.closed.is_some() {
        return "fault Closed".to_owned();
    }
    if request
        .body
        .is_some_and(|body| route.settings.body_size_max.is_some_and(|most| body > most))
    {
        return "fault BodyTooLarge".to_owned();
    }
    let query = request.query.as_deref().filter(|query| !query.is_empty());
    let question = query.map_or(String::new(), |query| format!("?{query}"));
    if slash && route.mode == Mode::NginxCompatible {
        return format!("redirect 301 http://{asked}{}/{question}", encode(path));
    }
    if let Some(redirect) = &route.redirect {
        let located = [301, 302, 303, 307, 308].contains(&redirect.status);
        let origin = if located && redirect.target.starts_with('/') {
            format!("http://{asked}")
        } else {
            String::new()
        };
        return format!("redirect {} {origin}{}", redirect.status, redirect.target);
    }
    let mut target = request.target();
    let found = host.engines[number]
        .1
        .as_ref()
        .and_then(|engine| groups(engine, path));
    if let (Some(rewrite), Some(groups)) = (&route.rewrite, found) {
        let filled = fill(&rewrite.target, &groups);
        if rewrite.target.starts_with("http://") || rewrite.target.starts_with("https://") {
            let location =
                String::from_utf8(filled).expect("drawn captures of redirects are plain");
            let joined = if location.contains('?') {
                question.replacen('?', "&", 1)
            } else {
                question
            };
            return format!("redirect 302 {location}{joined}");
        }
        if filled.is_empty() {
            return "fault EmptyRewrite".to_owned();
        }
        target = encode(&filled) + &question;
    }
    match &route.target {
        Target::NotFound => "fault NoDefaultBackend".to_owned(),
        Target::Site(site) => format!("site {}", site.name),
        Target::Service(group) => match absent(&group.service) {
            Some(fault) => format!("fault {fault}"),
            None => format!("forward {} {target}", group.service),
        },
    }
}
