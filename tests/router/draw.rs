//! Draws worlds and requests that come close to each other.

use std::sync::Arc;

use genkan_route::{
    endpoint::GroupKey,
    host::{HostName, HostSpec},
    route::{
        Closed, Mode, PathMatch, PathType, Redirect, RewriteSpec, RouteOrigin, RouteSpec, Target,
    },
    settings::RouteSettings,
};
use genkan_tests::Random;

use super::model::Request;

const HOSTS: &[&str] = &["a.test", "b.a.test", "*.a.test", "*.test", "c.test", "_"];
const ASKED: &[&str] = &[
    "a.test",
    "A.Test:80",
    "b.a.test",
    "x.a.test",
    "x_1.a.test.",
    "y.x.a.test",
    "c.test",
    "d.test",
    "e+f.a.test",
];
const PLAIN: &[&str] = &[
    "/",
    "/foo",
    "/foo/",
    "/foo/bar",
    "/foo/bar/",
    "/foobar",
    "/Foo",
    "/f",
    "/foo/b",
    "/healthz",
    "/healthz/",
    "/healthz/x",
    "/healthz/x/",
    "/f.o",
    "/foo bar/",
    "/a/b/c",
    "/a/b",
    "/a",
];
const PATTERNS: &[&str] = &[
    "/foo(/|$)(.*)",
    "/foo/(.*)",
    "/foo/?(.*)",
    "/foo(.*)",
    "/(.*)",
    "/foo/[a-z]+",
    "/foo/(bar|x)/?(.*)",
    "/f.o",
    "/foo/bar$",
    "/(foo|a)(/|$)(.*)",
    "/foo|/bar",
    "/a/(.+)/(c+)",
    "/[^/]+/b",
    "/fo{2}/",
    "/x?foo",
    "/healthz",
    "/(?:foo)",
    "/foo\\.bar",
    "/a(/|$)",
    "/FOO/b",
];
const COMPATIBLE_ONLY: &[&str] = &["/(?!foo)[a-z]+", "/(f)o\\w(?=/)", "/foo(?<!bar)/"];
const TARGETS: &[&str] = &[
    "/",
    "/$1",
    "/$2",
    "/new/$1",
    "$1",
    "/x/$2$1",
    "/$10",
    "bare/$2",
    "https://x.test/y",
    "http://x.test/$9?z",
];
const REDIRECTS: &[&str] = &["https://x.test", "/there", "//x/y", "elsewhere"];
const SUFFIXES: &[&str] = &[
    "", "", "", "/", "bar", "/bar", "/x", "/b", "/c", "//", "/./", "/..", "/../a", "%2Fx", "%20",
    "/%C3%A9", "%0A", "?", "[", "/$",
];

/// Services without endpoints, by the fault they lead to.
pub(crate) const ABSENT: &[(&str, &str)] = &[
    ("gone", "NoService"),
    ("portless", "NoPort"),
    ("idle", "NoEndpoint"),
    ("nameless", "ExternalName"),
];

pub(crate) fn hosts(random: &mut Random) -> Vec<HostSpec> {
    let mut names = HOSTS.to_vec();
    random.shuffle(&mut names);
    names.truncate(random.below(HOSTS.len() + 1));
    names.into_iter().map(|name| host(random, name)).collect()
}

fn host(random: &mut Random, name: &str) -> HostSpec {
    let name = match name.strip_prefix("*.") {
        Some(suffix) => HostName::Wildcard(suffix.into()),
        None if name == "_" => HostName::CatchAll,
        None => HostName::Exact(name.into()),
    };
    let mode = *random.pick(&[Mode::NginxCompatible, Mode::NginxCompatible, Mode::Strict]);
    let regex_host = mode == Mode::NginxCompatible && random.one_in(2);
    let count = u32::try_from(random.below(12)).expect("a few");
    let routes = (0..count)
        .map(|rank| route(random, mode, regex_host, rank))
        .collect();
    let app_root = random.one_in(8).then(|| "/app".into());
    HostSpec {
        name,
        mode,
        regex_host,
        client_certificates: None,
        aliases: Box::default(),
        www_redirect: false,
        app_root,
        routes,
        inactive: Vec::new(),
    }
}

fn route(random: &mut Random, mode: Mode, regex_host: bool, rank: u32) -> RouteSpec {
    let as_pattern = match mode {
        Mode::NginxCompatible => regex_host,
        Mode::Strict => random.one_in(3),
    };
    let written = match (as_pattern, mode) {
        (false, _) => PLAIN,
        (true, Mode::NginxCompatible) if random.one_in(5) => COMPATIBLE_ONLY,
        (true, _) => PATTERNS,
    };
    let path = *random.pick(written);
    let path_type = *random.pick(&[PathType::Exact, PathType::Prefix]);
    let rewrites = random.one_in(if as_pattern { 2 } else { 8 });
    RouteSpec {
        origin: RouteOrigin {
            kind: "Ingress",
            namespace: "ns".into(),
            name: format!("i{rank}").into(),
            rule: Some(0),
            path: Some(0),
        },
        mode,
        path: path.into(),
        path_type,
        matches: matches(random, mode, as_pattern, path, path_type),
        target: target(random, rank),
        age_rank: rank,
        rewrite: rewrites.then(|| RewriteSpec {
            pattern: path.into(),
            target: (*random.pick(TARGETS)).into(),
        }),
        redirect: random.one_in(10).then(|| Redirect {
            status: 300 + u16::try_from(random.below(9)).expect("< 9"),
            target: (*random.pick(REDIRECTS)).into(),
            annotation: random.pick::<&str>(&["permanent-redirect", "temporal-redirect"]),
        }),
        closed: random.one_in(10).then_some(Closed {
            code: "GK0202",
            annotation: "auth-url",
        }),
        forwarded_prefix: None,
        policy: Default::default(),
        settings: Arc::new(RouteSettings {
            body_size_max: Some(10),
            ..RouteSettings::default()
        }),
        implied: false,
    }
}

fn matches(
    random: &mut Random,
    mode: Mode,
    as_pattern: bool,
    path: &str,
    path_type: PathType,
) -> Vec<PathMatch> {
    if as_pattern {
        let mut matches = vec![PathMatch::Pattern(format!("^{path}").into())];
        if random.one_in(4) {
            matches.insert(0, PathMatch::Pattern(format!("^{path}/").into()));
        }
        return matches;
    }
    let slash = path != "/" && path.ends_with('/');
    vec![match (path_type, mode, slash) {
        (PathType::Exact, Mode::NginxCompatible, true) => PathMatch::SlashExact(path.into()),
        (PathType::Exact, ..) => PathMatch::Exact(path.into()),
        (_, Mode::NginxCompatible, true) => PathMatch::SlashPrefix(path.into()),
        (_, _, true) => PathMatch::Prefix(path.trim_end_matches('/').into()),
        (_, _, false) => PathMatch::Prefix(path.into()),
    }]
}

fn target(random: &mut Random, rank: u32) -> Target {
    let service = match random.below(12) {
        0 => return Target::NotFound,
        1 | 2 => random.pick(ABSENT).0.to_owned(),
        _ => format!("s{rank}"),
    };
    Target::Service(GroupKey {
        namespace: "ns".into(),
        service,
        port: "80".into(),
    })
}

/// A request near some path of the pools.
pub(crate) fn request(random: &mut Random) -> Request {
    let mut path = (*random.pick(PLAIN)).replace(' ', "%20");
    if random.one_in(6) {
        path = path.to_uppercase();
    }
    if random.one_in(8) {
        path = path.replacen(
            '/',
            random.pick::<&str>(&["//", "/./", "/%2e%2E/", "/x/../", "/%66%6F%6f/"]),
            1,
        );
    }
    let mut suffix = *random.pick(SUFFIXES);
    let mut query = random
        .one_in(3)
        .then(|| (*random.pick(&["q=1", "", "a=/b&c=%20", "x?y"])).to_owned());
    if suffix == "?" {
        (suffix, query) = ("", Some(String::new()));
    }
    path.push_str(suffix);
    if random.one_in(60) {
        path.push_str(random.pick::<&str>(&["%00", "%", "%zz", "/../../../../.."]));
    }
    let body = random.one_in(8).then(|| *random.pick(&[0, 10, 11]));
    Request {
        host: (*random.pick(ASKED)).to_owned(),
        path,
        query,
        body,
    }
}
