//! HTTP/2 in clear by prior knowledge: what clients see, and what reaches backends that speak HTTP/1.

mod conformance;
mod downgrade;
mod floods;
mod serving;
mod tls;

use genkan_tests::{EchoBackend, Folder, Gateway, http2::Http2, manifests};

const HOST: &str = "h2.test";

struct Scene {
    backend: EchoBackend,
    /// Lives as long as the gateway watches it.
    _folder: Folder,
    gateway: Gateway,
}

/// A gateway with one backend; `annotations` are those of its Ingress.
fn scene(class: &str, annotations: &[(&str, &str)]) -> Scene {
    configured(class, annotations, &[])
}

/// The same with keys of the ConfigMap.
fn configured(class: &str, annotations: &[(&str, &str)], keys: &[(&str, &str)]) -> Scene {
    let backend = EchoBackend::start("h2");
    let mut ingress = manifests::ingress("h2", class, HOST, &[("/", "Prefix", "h2")]);
    for (name, value) in annotations {
        ingress = manifests::annotated(ingress, name, value);
    }
    let folder = Folder::with(&manifests::documents(&[
        manifests::service("h2", &[backend.address()]),
        ingress,
        manifests::settings(keys),
    ]));
    let gateway = Gateway::serve(folder.path());
    Scene {
        backend,
        _folder: folder,
        gateway,
    }
}

/// A gateway that serves the host that h2spec names: the one it connects to.
fn on_localhost() -> (EchoBackend, Folder, Gateway) {
    let backend = EchoBackend::start("h2");
    let folder = Folder::with(&manifests::documents(&[
        manifests::service("h2", &[backend.address()]),
        manifests::ingress("h2", "nginx", "localhost", &[("/", "Prefix", "h2")]),
    ]));
    let gateway = Gateway::serve(folder.path());
    (backend, folder, gateway)
}

impl Scene {
    fn client(&self) -> Http2 {
        Http2::open(self.gateway.http())
    }

    /// A usual request gets its answer: the gateway is alive.
    fn serves(&self) {
        let mut client = self.client();
        let stream = client.begin("GET", HOST, "/", true);
        assert_eq!(client.outcome(stream).status(), Some(200));
    }

    /// The value of a counter in the metrics, of all workers together.
    fn counter(&self, name: &str) -> u64 {
        let metrics = self.gateway.metrics();
        let lines = metrics.lines().filter(|line| line.starts_with(name));
        lines
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum()
    }
}
