//! Where connections come in: PROXY headers, and listeners that change while traffic flows.

mod addresses;
mod proxy_protocol;

use genkan_tests::{
    EchoBackend, Folder, Gateway, Launch, Request,
    manifests::{self, documents, ingress, service},
};

const HOST: &str = "shop.test";
const SETTINGS: &str = "settings.yaml";

/// A gateway with one host and one backend; the ConfigMap is a file of its own.
struct Scene {
    backend: EchoBackend,
    folder: Folder,
    gateway: Gateway,
}

/// Starts one with these keys of the ConfigMap.
fn scene(keys: &[(&str, &str)], launch: impl FnOnce(Launch) -> Launch) -> Scene {
    let backend = EchoBackend::start("shop");
    let folder = Folder::with(&documents(&[
        service("shop", &[backend.address()]),
        ingress("shop", "nginx", HOST, &[("/", "Prefix", "shop")]),
        manifests::config_map(
            "ingress-nginx/said",
            &[(
                "X-Said",
                "$proxy_protocol_addr to port $proxy_protocol_server_port",
            )],
        ),
    ]));
    folder.write(SETTINGS, &documents(&[manifests::settings(keys)]));
    let gateway = launch(Gateway::launch(folder.path())).start();
    Scene {
        backend,
        folder,
        gateway,
    }
}

impl Scene {
    /// Other keys, live when this returns.
    fn set(&mut self, keys: &[(&str, &str)]) {
        let text = documents(&[manifests::settings(keys)]);
        let folder = &self.folder;
        self.gateway.apply(|| folder.write(SETTINGS, &text));
    }

    /// The value of a counter in the metrics.
    fn counter(&self, name: &str) -> u64 {
        let page = self.gateway.metrics();
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        let value = line.and_then(|rest| rest.trim().parse().ok());
        value.unwrap_or_else(|| panic!("no `{name}` in\n{page}"))
    }
}

fn request() -> Request {
    Request::get("/").host(HOST)
}
