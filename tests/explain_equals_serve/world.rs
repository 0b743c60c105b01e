//! A drawn folder of manifests, and requests that have to do with it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use genkan_tests::{Random, checkout, manifests};
use serde_json::{Value, json};

use crate::dimensions::{CERTIFICATES, DIMENSIONS, Drawn, SERVICES, TURNS, backend};

const NAMESPACES: &[&str] = &["default", "shop"];
const HOSTS: &[&str] = &[
    "shop.test",
    "api.shop.test",
    "*.shop.test",
    "blog.test",
    "www.blog.test",
    "*.blog.test",
    "",
];
const PLAIN: &[&str] = &[
    "/",
    "/",
    "/todos",
    "/todos",
    "/todos/",
    "/todos/done",
    "/todosx",
    "/Todos",
    "/api",
    "/api/v1",
    "/api/v1/",
    "/api/v2/users",
    "/files",
    "/files/a.txt",
    "/healthz/x",
    "",
];
const PATTERNS: &[&str] = &[
    "/todos/(.*)",
    "/todos(/|$)(.*)",
    "/todos/?(.*)",
    "/api/v[0-9]+/(\\d+)$",
    "/(api|files)/(.+)",
    "/[a-z]+/x",
    "/todos/*",
    "/files/\\w+\\.txt",
    "/api/(v1|v2)/?(.*)",
    "/.*",
];
const INVALID: &[&str] = &["/todos/(", "/[a-", "/api/(?<", "/files/a{2,1}"];
/// Not a path at all.
const REJECTED: &[&str] = &["todos", "api/v1"];

/// Annotation in which a drawn Ingress keeps which dimensions it has.
const DIMENSIONS_HAD: &str = "test.example/dimensions";

/// One folder.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) objects: Vec<Value>,
    /// Which backend a Service port leads to, by namespace, Service and port as a rule may name it.
    pub(crate) pods: BTreeMap<[String; 3], String>,
}

impl World {
    pub(crate) fn draw(random: &mut Random, pods: &[(String, SocketAddr)]) -> Self {
        let mut world = Self {
            objects: vec![foreign_class()],
            pods: BTreeMap::new(),
        };
        for namespace in NAMESPACES {
            for service in SERVICES {
                world.service(random, namespace, service, pods);
            }
            world.objects.push(placed(asleep(), namespace));
            world.objects.push(placed(site(), namespace));
            let secrets = CERTIFICATES.map(|name| placed(secret(name), namespace));
            world.objects.extend(secrets);
        }
        let hosts = Hosts::draw(random);
        for number in 0..6 + random.below(7) {
            let ingress = ingress(random, &hosts, number);
            world.objects.push(ingress);
        }
        random.shuffle(&mut world.objects);
        world
    }

    fn service(
        &mut self,
        random: &mut Random,
        namespace: &str,
        name: &str,
        pods: &[(String, SocketAddr)],
    ) {
        let mut addresses = Vec::new();
        let ports: Vec<Value> = [("http", 80), ("admin", 8081)]
            .into_iter()
            .map(|(port, number)| {
                let (pod, address) = random.pick(pods);
                for written in [port.to_owned(), number.to_string()] {
                    let key = [namespace.to_owned(), name.to_owned(), written];
                    self.pods.insert(key, pod.clone());
                }
                addresses.push(format!("{port}={address}"));
                json!({ "name": port, "port": number })
            })
            .collect();
        self.objects.push(json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "annotations": { "genkan.io/endpoints": addresses.join(",") },
            },
            "spec": { "ports": ports },
        }));
    }

    /// The folder's one file. A host of its own redirects to the number, so that it can be seen when this
    /// folder is served and no earlier one.
    pub(crate) fn text(&self, number: usize) -> String {
        let all = [&self.objects[..], &[log_everything(), marker(number)]].concat();
        manifests::documents(&all)
    }

    /// The Ingress of that name.
    pub(crate) fn ingress(&self, namespace: &str, name: &str) -> Option<&Value> {
        self.objects.iter().find(|object| {
            object["kind"] == "Ingress"
                && object["metadata"]["namespace"] == namespace
                && object["metadata"]["name"] == name
        })
    }

    /// A request that mostly has to do with a written path.
    pub(crate) fn request(&self, random: &mut Random) -> Drawn {
        let ingresses: Vec<&Value> = self
            .objects
            .iter()
            .filter(|object| object["kind"] == "Ingress")
            .collect();
        let rules: Vec<&Value> = ingresses
            .iter()
            .filter_map(|object| object["spec"]["rules"].as_array())
            .flatten()
            .collect();
        let rule = (!rules.is_empty()).then(|| *random.pick(&rules));
        let host = match rule.map(|rule| rule["host"].as_str().unwrap_or_default()) {
            _ if random.one_in(12) => {
                (*random.pick(&["nobody.test", "blog.tesst", "shop.tst", "a.b.shop.test"]))
                    .to_owned()
            }
            None | Some("") => (*random.pick(&["anybody.test", "shop.test"])).to_owned(),
            Some(host) => host.replace('*', "w"),
        };
        let paths = rule.and_then(|rule| rule["http"]["paths"].as_array());
        let path = match paths.filter(|paths| !paths.is_empty()) {
            Some(paths) if !random.one_in(6) => {
                meant_by(random, random_path(random.clone(), paths))
            }
            _ => (*random.pick(&["/", "/todos/7", "/api/v1/3", "/healthz", "/favicon.ico"]))
                .to_owned(),
        };
        let mut drawn = Drawn {
            method: (*random.pick(&["GET", "GET", "GET", "DELETE", "HEAD", "OPTIONS"])).to_owned(),
            target: disturbed(random, &path),
            absolute: false,
            host,
            headers: Vec::new(),
            body: None,
            hello: None,
            turns: Vec::new(),
        };
        for turn in TURNS {
            if random.one_in(turn.one_in) {
                (turn.apply)(random, &mut drawn);
                drawn.turns.push(turn.name);
            }
        }
        drawn
    }
}

fn random_path(mut random: Random, paths: &[Value]) -> &str {
    random.pick(paths)["path"].as_str().unwrap_or_default()
}

/// Which class serves which host, so that hosts are seldom shared by two.
struct Hosts {
    shown: Vec<&'static str>,
}

impl Hosts {
    fn draw(random: &mut Random) -> Self {
        let mut all = HOSTS.to_vec();
        // A catch-all changes what unknown hosts get: half of the folders have none.
        if random.one_in(2) {
            all.pop();
        }
        random.shuffle(&mut all);
        all.truncate(3 + random.below(2));
        Self { shown: all }
    }
}

fn ingress(random: &mut Random, hosts: &Hosts, number: usize) -> Value {
    let class = match random.below(24) {
        0 => None,
        1 => Some("foreign"),
        2 => Some("nowhere"),
        _ => None.or_else(|| Some(*random.pick(&["nginx", "genkan"]))),
    };
    let first = random.below(hosts.shown.len());
    let class = match class {
        // One class for a host, mostly: the two then meet on few hosts.
        Some("nginx" | "genkan") if !random.one_in(8) => Some(["nginx", "genkan"][first % 2]),
        class => class,
    };
    let rules: Vec<Value> = (0..1 + random.below(2))
        .map(|step| {
            let host = hosts.shown[(first + 2 * step) % hosts.shown.len()];
            let paths: Vec<Value> = (0..1 + random.below(4)).map(|_| path(random)).collect();
            match host {
                "" => json!({ "http": { "paths": paths } }),
                host => json!({ "host": host, "http": { "paths": paths } }),
            }
        })
        .collect();
    let mut object = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": { "name": format!("in-{number}"), "namespace": *random.pick(NAMESPACES), "annotations": {} },
        "spec": { "rules": rules },
    });
    if let Some(class) = class {
        object["spec"]["ingressClassName"] = json!(class);
    }
    let mut had = Vec::new();
    for dimension in DIMENSIONS {
        if random.one_in(dimension.one_in) {
            object = (dimension.apply)(random, object);
            had.push(dimension.name);
        }
    }
    // where nobody else reads it
    object["metadata"]["annotations"][DIMENSIONS_HAD] = json!(had.join(" "));
    object
}

/// The rows of [`DIMENSIONS`] that an Ingress has.
pub(crate) fn dimensions(ingress: &Value) -> impl Iterator<Item = &str> {
    let had = ingress["metadata"]["annotations"][DIMENSIONS_HAD].as_str();
    had.unwrap_or_default().split_whitespace()
}

fn path(random: &mut Random) -> Value {
    let (path, kinds): (&str, &[&str]) = match random.below(16) {
        0 => (*random.pick(INVALID), &["ImplementationSpecific"]),
        1 if random.one_in(2) => (*random.pick(REJECTED), &["ImplementationSpecific"]),
        1..=4 => (
            *random.pick(PATTERNS),
            &["ImplementationSpecific", "ImplementationSpecific", "Prefix"],
        ),
        _ => (
            *random.pick(PLAIN),
            &["Exact", "Prefix", "Prefix", "ImplementationSpecific"],
        ),
    };
    json!({ "path": path, "pathType": *random.pick(kinds), "backend": backend(random) })
}

/// A path that a written one is likely to mean.
fn meant_by(random: &mut Random, written: &str) -> String {
    let path = match written {
        "" => "/",
        "/.*" => "/any/thing",
        "/todos/(.*)" | "/todos/*" | "/todos/?(.*)" | "/todos(/|$)(.*)" => "/todos/7",
        "/api/v[0-9]+/(\\d+)$" => *random.pick(&["/api/v1/42", "/api/v1/42/x"]),
        "/(api|files)/(.+)" => "/files/deep/er",
        "/[a-z]+/x" => "/abc/x",
        "/files/\\w+\\.txt" => "/files/a.txt",
        "/api/(v1|v2)/?(.*)" => "/api/v2/users",
        other => other,
    };
    path.replace([' ', '(', '[', '{', '\\', '<', '?'], "y")
}

/// The path as a client may send it: itself, near it, or written in another way.
fn disturbed(random: &mut Random, path: &str) -> String {
    let path = match path.starts_with('/') {
        true => path.to_owned(),
        false => format!("/{path}"),
    };
    let bare = path.trim_end_matches('/');
    match random.below(21) {
        0 | 1 | 16..=18 => format!("{bare}/"),
        _ if bare.is_empty() && random.one_in(2) => format!("/{}", random.word()),
        2 | 3 => format!("{bare}/1"),
        4 if !bare.is_empty() => format!("{bare}x"),
        5 => swap_case(&path),
        6 if !bare.is_empty() => bare.to_owned(),
        7 => path.replacen('/', "//", 1),
        8 => format!("/.{path}"),
        9 => format!("{bare}/a/../b"),
        10 => format!("{bare}/x%2Fy%20z"),
        11 => path.replace('o', "%6F"),
        12 => format!("{bare}/%E5%B1%B1"),
        13 if random.one_in(2) => format!("{path}/../.."),
        14 if random.one_in(3) => format!("{bare}/%zz"),
        15 if random.one_in(2) => format!("{bare}/done/late"),
        _ => path,
    }
}

fn swap_case(path: &str) -> String {
    path.chars()
        .map(|c| match c.is_ascii_lowercase() {
            true => c.to_ascii_uppercase(),
            false => c.to_ascii_lowercase(),
        })
        .collect()
}

fn placed(mut object: Value, namespace: &str) -> Value {
    object["metadata"]["namespace"] = json!(namespace);
    object
}

/// A Service without endpoints.
fn asleep() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": "asleep" },
        "spec": { "selector": { "app": "asleep" }, "ports": [{ "name": "http", "port": 80 }] },
    })
}

fn site() -> Value {
    json!({
        "apiVersion": "genkan.io/v1alpha1",
        "kind": "StaticSite",
        "metadata": { "name": "page" },
        "spec": { "root": "site", "index": ["index.html"] },
    })
}

fn foreign_class() -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": { "name": "foreign" },
        "spec": { "controller": "example.com/another" },
    })
}

/// A certificate and its key; readers of PEM pass over what is not theirs.
fn secret(name: &str) -> Value {
    let path = checkout().join(format!(
        "tests/explain_equals_serve/certificates/{name}.pem"
    ));
    let pem = std::fs::read_to_string(path).expect("a certificate");
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": name },
        "type": "kubernetes.io/tls",
        "stringData": { "tls.crt": pem, "tls.key": pem },
    })
}

/// The host that [`World::text`] adds.
pub(crate) const MARKER: &str = "marker.test";

/// Where [`MARKER`] redirects to in the folder of a number.
pub(crate) fn marker_location(number: usize) -> String {
    format!("http://{MARKER}/{number}")
}

fn marker(number: usize) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": "marker",
            "namespace": "marker",
            "annotations": {
                "nginx.ingress.kubernetes.io/permanent-redirect": marker_location(number),
            },
        },
        "spec": {
            "ingressClassName": "nginx",
            "rules": [{ "host": MARKER, "http": { "paths": [{
                "path": "/",
                "pathType": "Prefix",
                "backend": { "service": { "name": "marker", "port": { "number": 80 } } },
            }] } }],
        },
    })
}

/// Answers to unknown hosts are in the access log too.
fn log_everything() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "ingress-nginx-controller", "namespace": "ingress-nginx" },
        "data": { "enable-access-log-for-default-backend": "true" },
    })
}
