//! What is varied, as data: each row changes one drawn Ingress or one drawn request.

use std::collections::BTreeMap;

use genkan_tests::{Random, TlsHello, manifests};
use serde_json::{Value, json};

/// One thing that an Ingress may have. The test fails when no request met one that has it.
pub(crate) struct Dimension {
    pub(crate) name: &'static str,
    /// One Ingress in so many has it.
    pub(crate) one_in: usize,
    /// Gives it to an Ingress.
    pub(crate) apply: fn(&mut Random, Value) -> Value,
}

/// One thing that a request may have.
pub(crate) struct Turn {
    pub(crate) name: &'static str,
    /// One request in so many has it.
    pub(crate) one_in: usize,
    /// Gives it to a request.
    pub(crate) apply: fn(&mut Random, &mut Drawn),
}

/// A request as drawn: what goes over the wire, and what `explain` is told.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) method: String,
    /// Path and query as they are sent, unless `absolute`.
    pub(crate) target: String,
    /// Whether `http://host` stands before the target.
    pub(crate) absolute: bool,
    pub(crate) host: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<usize>,
    /// How the client shakes hands; none in clear.
    pub(crate) hello: Option<TlsHello>,
    /// The rows of [`TURNS`] that it has.
    pub(crate) turns: Vec<&'static str>,
}

impl Drawn {
    /// The request target as it is sent.
    pub(crate) fn sent_target(&self) -> String {
        match self.absolute {
            true => format!("http://{}{}", self.host, self.target),
            false => self.target.clone(),
        }
    }
}

/// What an Ingress may have beside its rules. A row for each annotation (or field) that can change
/// where a request goes or who answers it.
pub(crate) const DIMENSIONS: &[Dimension] = &[
    Dimension {
        name: "rewrite-target",
        one_in: 4,
        apply: |random, object| annotate(random, object, "rewrite-target", REWRITES),
    },
    Dimension {
        name: "use-regex",
        one_in: 5,
        apply: |random, object| {
            annotate(
                random,
                object,
                "use-regex",
                &["true", "true", "false", "yes"],
            )
        },
    },
    Dimension {
        name: "app-root",
        one_in: 14,
        apply: |random, object| {
            annotate(
                random,
                object,
                "app-root",
                &["/app", "/app?x=1", "/$host", "no"],
            )
        },
    },
    Dimension {
        name: "permanent-redirect",
        one_in: 22,
        apply: |random, object| {
            let object = annotate(random, object, "permanent-redirect", REDIRECTS);
            match random.one_in(2) {
                true => annotate(
                    random,
                    object,
                    "permanent-redirect-code",
                    &["308", "308", "308", "302", "404", "300"],
                ),
                false => object,
            }
        },
    },
    Dimension {
        name: "temporal-redirect",
        one_in: 22,
        apply: |random, object| {
            let object = annotate(random, object, "temporal-redirect", REDIRECTS);
            match random.one_in(2) {
                true => annotate(
                    random,
                    object,
                    "temporal-redirect-code",
                    &["307", "303", "500"],
                ),
                false => object,
            }
        },
    },
    Dimension {
        name: "server-alias",
        one_in: 8,
        apply: |random, object| annotate(random, object, "server-alias", ALIASES),
    },
    Dimension {
        name: "from-to-www-redirect",
        one_in: 8,
        apply: |random, object| {
            annotate(
                random,
                object,
                "from-to-www-redirect",
                &["true", "true", "1", "perhaps"],
            )
        },
    },
    Dimension {
        name: "default-backend",
        one_in: 6,
        apply: |random, object| annotate(random, object, "default-backend", FALLBACKS),
    },
    Dimension {
        name: "custom-http-errors",
        one_in: 6,
        apply: |random, object| annotate(random, object, "custom-http-errors", STATUSES),
    },
    Dimension {
        name: "relative-redirects",
        one_in: 12,
        apply: |random, object| annotate(random, object, "relative-redirects", &["true", "false"]),
    },
    Dimension {
        name: "use-port-in-redirects",
        one_in: 12,
        apply: |random, object| {
            annotate(random, object, "use-port-in-redirects", &["true", "false"])
        },
    },
    Dimension {
        name: "proxy-body-size",
        one_in: 6,
        apply: |random, object| {
            annotate(
                random,
                object,
                "proxy-body-size",
                &["8", "100", "1k", "0", "many"],
            )
        },
    },
    // Values that nobody can read keep the route closed, however much gets built.
    Dimension {
        name: "closed-by-a-security-setting",
        one_in: 14,
        apply: |random, object| {
            let (name, value) = *random.pick(&[
                ("whitelist-source-range", "10.0.0.0/99"),
                ("denylist-source-range", "everybody"),
                ("auth-type", "carrier-pigeon"),
                ("auth-url", "ftp://auth.test/"),
            ]);
            annotated(object, name, value)
        },
    },
    // Without the redirect, which would answer most requests in clear.
    Dimension {
        name: "tls",
        one_in: 3,
        apply: |random, object| {
            let mut object = annotated(object, "ssl-redirect", "false");
            let rules = object["spec"]["rules"].as_array();
            let hosts = rules.into_iter().flatten().map(|rule| rule["host"].clone());
            let mut hosts: Vec<_> = hosts.filter(Value::is_string).collect();
            if random.one_in(6) {
                hosts.clear();
            }
            let secret = *random.pick(&[&CERTIFICATES[..], &["nobody-has-this"]].concat());
            object["spec"]["tls"] = json!([{ "hosts": hosts, "secretName": secret }]);
            object
        },
    },
    Dimension {
        name: "default-backend-of-the-object",
        one_in: 9,
        apply: |random, mut object| {
            object["spec"]["defaultBackend"] = backend(random);
            object
        },
    },
    Dimension {
        name: "creation-timestamp",
        one_in: 4,
        apply: |random, mut object| {
            let year = 2020 + random.below(6);
            object["metadata"]["creationTimestamp"] = json!(format!("{year}-01-01T00:00:00Z"));
            object
        },
    },
    Dimension {
        name: "annotation-without-effect",
        one_in: 8,
        apply: |_, object| annotated(object, "made-up", "yes"),
    },
];

/// What a request may have beside method, host and path.
pub(crate) const TURNS: &[Turn] = &[
    Turn {
        name: "query",
        one_in: 4,
        apply: |random, drawn| drawn.target += *random.pick(&["?a=1&b=/x", "?", "?q=%2F", "?$1"]),
    },
    Turn {
        name: "target-that-is-no-path",
        one_in: 150,
        apply: |_, drawn| drawn.target.insert_str(0, "no"),
    },
    Turn {
        name: "absolute-form",
        one_in: 12,
        apply: |_, drawn| drawn.absolute = true,
    },
    Turn {
        name: "by-an-alias",
        one_in: 8,
        apply: |random, drawn| {
            let names = [
                "alias.test",
                "a.b.wide.test",
                "wide.test",
                "srv7.test",
                "tail.org",
            ];
            drawn.host = (*random.pick(&names)).to_owned();
        },
    },
    Turn {
        name: "with-www-or-without",
        one_in: 10,
        apply: |_, drawn| {
            drawn.host = match drawn.host.strip_prefix("www.") {
                Some(bare) => bare.to_owned(),
                None => format!("www.{}", drawn.host),
            }
        },
    },
    Turn {
        name: "port-in-host",
        one_in: 10,
        apply: |_, drawn| drawn.host += ":8080",
    },
    Turn {
        name: "capitals-in-host",
        one_in: 12,
        apply: |_, drawn| drawn.host = drawn.host.to_ascii_uppercase(),
    },
    Turn {
        name: "body",
        one_in: 5,
        apply: |random, drawn| {
            drawn.body = Some(*random.pick(&[1, 9, 101, 1025, 4000]));
            drawn.method = (*random.pick(&["POST", "PUT", "PATCH"])).to_owned();
        },
    },
    Turn {
        name: "method-nobody-implements",
        one_in: 60,
        apply: |_, drawn| drawn.method = "TRACE".to_owned(),
    },
    Turn {
        name: "asks-for-json",
        one_in: 10,
        apply: |_, drawn| {
            drawn
                .headers
                .push(("Accept".to_owned(), "application/json".to_owned()))
        },
    },
    Turn {
        name: "tls",
        one_in: 6,
        apply: |_, drawn| {
            let name = drawn.host.split(':').next().map(str::to_owned);
            drawn.hello = Some(TlsHello {
                server_name: name,
                identity: None,
            });
        },
    },
    Turn {
        name: "tls-without-server-name",
        one_in: 40,
        apply: |_, drawn| drawn.hello = Some(TlsHello::default()),
    },
];

/// Secrets that every namespace has. The common name of each certificate is the name of its Secret;
/// `mixed` has the key of another.
pub(crate) const CERTIFICATES: [&str; 4] = ["shop", "blog", "other", "mixed"];

const REWRITES: &[&str] = &[
    "/",
    "/$1",
    "/$2",
    "/new/$1",
    "/$1/$2",
    "/fixed/path",
    "/x/$1?from=rewrite",
    "http://moved.test/$1",
    "$1",
    "",
];

const ALIASES: &[&str] = &[
    "alias.test",
    "alias.test,*.wide.test",
    ".wide.test",
    "~^srv[0-9]+\\.test$",
    "tail.*,blog.test",
    "a b",
    "~(",
];

const FALLBACKS: &[&str] = &["front", "users", "asleep", "nobody-has-this", "No_Name"];

const STATUSES: &[&str] = &["404,503", "503", "413,500, 404", "403", "404,teapot"];

const REDIRECTS: &[&str] = &[
    "https://moved.test/there",
    "/here",
    "//other.test/x?y=1",
    "https://moved.test/$uri",
];

pub(crate) fn annotated(object: Value, name: &str, value: &str) -> Value {
    manifests::annotated(
        object,
        &format!("nginx.ingress.kubernetes.io/{name}"),
        value,
    )
}

fn annotate(random: &mut Random, object: Value, name: &str, values: &[&str]) -> Value {
    let value = *random.pick(values);
    annotated(object, name, value)
}

/// Services that every namespace has, and what is wrong with each.
pub(crate) const SERVICES: &[&str] = &["front", "todos", "users", "files"];

/// A backend of a path: mostly one that works.
pub(crate) fn backend(random: &mut Random) -> Value {
    let service = |name: &str, port: Value| json!({ "service": { "name": name, "port": port } });
    let any = *random.pick(SERVICES);
    match random.below(20) {
        0 => service("nobody-has-this", json!({ "number": 80 })),
        1 => service("front", json!({ "number": 8888 })),
        2 => service("todos", json!({ "name": "none" })),
        3 => service("asleep", json!({ "number": 80 })),
        4 | 5 => {
            json!({ "resource": { "apiGroup": "genkan.io", "kind": "StaticSite", "name": "page" } })
        }
        6 => {
            json!({ "resource": { "apiGroup": "storage.test", "kind": "Bucket", "name": "page" } })
        }
        7 | 8 => service(any, json!({ "name": "http" })),
        9 => service(any, json!({ "name": "admin" })),
        _ => service(any, json!({ "number": 80 })),
    }
}

/// Counts by name; what is wanted must be there so many times.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    counts: BTreeMap<String, usize>,
}

impl Coverage {
    pub(crate) fn count(&mut self, name: impl Into<String>) {
        *self.counts.entry(name.into()).or_default() += 1;
    }

    pub(crate) fn missing(&self, wanted: impl IntoIterator<Item = (String, usize)>) -> Vec<String> {
        let count = |name: &str| self.counts.get(name).copied().unwrap_or_default();
        wanted
            .into_iter()
            .filter(|(name, least)| count(name) < *least)
            .map(|(name, least)| format!("{name}: {} of at least {least}", count(&name)))
            .collect()
    }
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.counts
            .iter()
            .try_for_each(|(name, count)| writeln!(f, "{count:>7}  {name}"))
    }
}
