//! The Service in front of the proxy itself, and the load balancer that it asks for: whether both sides
//! agree about the client's address, the PROXY protocol, TLS and health checks.
//!
//! It is the Service that ingress-nginx's and Genkan's charts install: in the namespace of the main
//! ConfigMap, named like it or selecting the controller's Pods.

mod balancer;
mod port;

use std::sync::Arc;

use genkan_diagnosis::{Applicability, Code, Finding, Suggestion, words};
use genkan_objects::{
    ObjectStore, Resource,
    kind::{ConfigMap, Ingress, Service, ServiceType},
};
use genkan_route::{client::Trust, host::HostName};

use crate::{
    claims::Claims,
    configmap::Settings,
    mark::{self, Part},
    options::Options,
    world,
};
use balancer::{Balancer, said};

/// Labels of the controller's Pods in the usual charts.
const SELECTORS: [(&str, &str); 3] = [
    ("app.kubernetes.io/component", "controller"),
    ("app.kubernetes.io/name", "ingress-nginx"),
    ("app.kubernetes.io/name", "genkan"),
];

/// What the checks look at.
struct Scene<'a> {
    map: Option<&'a Resource<ConfigMap>>,
    settings: &'a Settings,
    claims: &'a Claims,
    /// Whether `/` of an unknown host is answered 404.
    nobody_takes_all: bool,
}

impl Scene<'_> {
    fn trust(&self) -> &Trust {
        &self.settings.global.trust
    }

    fn served(&self) -> impl Iterator<Item = &Arc<Resource<Ingress>>> {
        let served = self.claims.all().filter(|(claim, _)| claim.is_served());
        served.map(|(_, object)| object)
    }

    /// Pointer to a key of the ConfigMap as it is written.
    fn key(&self, name: &str) -> Option<(&Resource<ConfigMap>, String)> {
        let map = self.map?;
        let mut keys = map.spec.data.iter().map(|(key, _)| &key.value);
        let written = keys.find(|key| key.eq_ignore_ascii_case(name))?;
        Some((map, format!("/data/{written}")))
    }
}

/// GK0450, GK0451, GK0454 and GK0455 for each Service in front, GK0456 for each Ingress.
pub(crate) fn findings(
    objects: &ObjectStore,
    claims: &Claims,
    settings: &Settings,
    options: &Options,
    has_fallback: bool,
) -> Vec<Finding> {
    let scene = Scene {
        map: world::config_map(objects, &options.configmap).map(|map| &**map),
        settings,
        claims,
        nobody_takes_all: !has_fallback && !claims.hosts().any(|host| *host == HostName::CatchAll),
    };
    let mut findings = Vec::new();
    for service in services(objects, options) {
        findings.extend(address_lost(service, &scene));
        findings.extend(header_disagreed(service, &scene));
        findings.extend(port::health_check(service, &scene));
        findings.extend(port::schemes(service, &scene));
    }
    findings.extend(from_inside(&scene));
    findings
}

fn services<'o>(
    objects: &'o ObjectStore,
    options: &'o Options,
) -> impl Iterator<Item = &'o Resource<Service>> {
    let (namespace, name) = options.configmap.split_once('/').unwrap_or_default();
    let is_front = move |service: &&Arc<Resource<Service>>| {
        let outside = matches!(
            service.spec.service_type,
            ServiceType::LoadBalancer | ServiceType::NodePort
        );
        let mut labels = service.spec.selector.iter();
        let selects = labels.any(|(key, value)| SELECTORS.contains(&(&key.value, &value.value)));
        outside && (*service.meta.name.value == *name || selects)
    };
    let services = objects.services.of_namespace(namespace);
    services.filter(is_front).map(|service| &**service)
}

/// Annotations and keys that act on the client's address.
const BY_ADDRESS: [&str; 6] = [
    "allowlist-source-range",
    "whitelist-source-range",
    "denylist-source-range",
    "limit-connections",
    "limit-rpm",
    "limit-rps",
];
const KEYS_BY_ADDRESS: [&str; 3] = [
    "whitelist-source-range",
    "denylist-source-range",
    "block-cidrs",
];

/// GK0450: nothing keeps the client's address, and something acts on it.
fn address_lost(service: &Resource<Service>, scene: &Scene<'_>) -> Option<Finding> {
    let trust = scene.trust();
    let named = trust.use_proxy_protocol || trust.use_forwarded_headers || trust.enable_real_ip;
    let policy = service.spec.external_traffic_policy.as_ref();
    if named || policy.is_some_and(|policy| &*policy.value == "Local") {
        return None;
    }
    let name = &*service.meta.name.value;
    let finding = Finding::new(Code::GK0450).arg("service", name).value(name);
    let pointer = match policy {
        Some(_) => "/spec/externalTrafficPolicy",
        None => "/spec/type",
    };
    let finding = mark::at(finding, service, pointer, Part::Value, &words::ANY_NODE);
    let dependent = scene.served().find_map(|ingress| {
        let mut names = BY_ADDRESS.iter();
        let key = names.find_map(|name| mark::annotation_key(ingress, name))?;
        Some((ingress, mark::annotation_pointer(key)))
    });
    let finding = match dependent {
        Some((ingress, pointer)) => {
            let label = &words::ACTS_ON_ADDRESS;
            mark::also(finding, &**ingress, &pointer, Part::Value, label)
        }
        None => {
            let (map, pointer) = KEYS_BY_ADDRESS.iter().find_map(|key| scene.key(key))?;
            let label = &words::ACTS_ON_ADDRESS;
            mark::also(finding, map, &pointer, Part::Value, label)
        }
    };
    let title = words::SET_FIELD
        .arg("field", "externalTrafficPolicy")
        .arg("value", "Local");
    let suggestion =
        Suggestion::new(title, Applicability::Review).add("/spec/externalTrafficPolicy", "Local");
    Some(finding.suggest(suggestion))
}

/// GK0451: the key and the annotation of the cloud contradict each other. Where no annotation tells the
/// cloud, the balancer may be set up elsewhere.
fn header_disagreed(service: &Resource<Service>, scene: &Scene<'_>) -> Option<Finding> {
    let name = &*service.meta.name.value;
    let sender = format!("Service `{name}`");
    let finding = Finding::new(Code::GK0451).arg("sender", sender).value(name);
    let sends = balancer::header(service);
    match (scene.trust().use_proxy_protocol, sends) {
        (true, None) => {
            let cloud = Balancer::of(service)?;
            let label = &words::NO_HEADER_ASKED_FOR;
            let pointer = "/metadata/annotations";
            let mut finding = mark::at(finding, service, pointer, Part::Key, label);
            if let Some((map, pointer)) = scene.key("use-proxy-protocol") {
                let label = &words::ASKS_FOR_HEADER;
                finding = mark::also(finding, map, &pointer, Part::Value, label);
            }
            let (name, value) = cloud.header;
            let title = words::ADD_ANNOTATION.arg("name", name).arg("value", value);
            let suggestion = Suggestion::new(title, Applicability::Review)
                .add(mark::annotation_pointer(name), value);
            Some(finding.suggest(suggestion))
        }
        (false, Some(annotation)) => {
            let pointer = mark::annotation_pointer(annotation);
            let label = &words::SENDS_HEADER;
            let mut finding = mark::at(finding, service, &pointer, Part::Value, label);
            if let Some((map, pointer)) = scene.key("use-proxy-protocol") {
                let label = &words::ASKS_FOR_NO_HEADER;
                finding = mark::also(finding, map, &pointer, Part::Value, label);
            }
            let title = words::SET_FIELD
                .arg("field", "use-proxy-protocol")
                .arg("value", "\"true\"");
            let suggestion = Suggestion::new(title, Applicability::Review);
            let suggestion = match (scene.key("use-proxy-protocol"), scene.map) {
                (Some((map, pointer)), _) => {
                    suggestion.on(map.object_ref()).replace(pointer, "true")
                }
                (None, Some(map)) => suggestion
                    .on(map.object_ref())
                    .add("/data/use-proxy-protocol", "true"),
                (None, None) => suggestion,
            };
            Some(finding.suggest(suggestion))
        }
        _ => None,
    }
}

/// cert-manager's annotations that make it order a certificate for the hosts of an Ingress; it asks for
/// the challenge's answer itself first, from inside the cluster.
const ORDERS: [&str; 3] = [
    "cert-manager.io/cluster-issuer",
    "cert-manager.io/issuer",
    "kubernetes.io/tls-acme",
];

/// GK0456: somebody inside the cluster asks a host of ours, past the balancer that adds the header.
fn from_inside(scene: &Scene<'_>) -> Vec<Finding> {
    let trust = scene.trust();
    if !trust.use_proxy_protocol || !trust.proxy_header_optional.is_empty() {
        return Vec::new();
    }
    let asked = |ingress: &Arc<Resource<Ingress>>| {
        let (key, host) = certificate_host(ingress).or_else(|| own_service(ingress, scene))?;
        let finding = Finding::new(Code::GK0456)
            .arg("host", host.as_str())
            .value(host);
        let pointer = mark::annotation_pointer(key);
        let label = &words::ASKED_FROM_INSIDE;
        Some(mark::at(finding, &**ingress, &pointer, Part::Value, label))
    };
    scene.served().filter_map(asked).collect()
}

/// A host that cert-manager is asked to get a certificate for.
fn certificate_host(ingress: &Resource<Ingress>) -> Option<(&str, String)> {
    let key = ORDERS
        .iter()
        .find(|key| said(&ingress.meta, key).is_some())?;
    let host = ingress
        .spec
        .tls
        .iter()
        .flat_map(|entry| &entry.hosts)
        .next()?;
    Some((*key, host.value.to_string()))
}

/// The authentication service, where it is asked by the name of a host served here.
fn own_service<'i>(ingress: &'i Resource<Ingress>, scene: &Scene<'_>) -> Option<(&'i str, String)> {
    let key = mark::annotation_key(ingress, "auth-url")?;
    let url = said(&ingress.meta, key)?;
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', ':', '?']).next()?.to_ascii_lowercase();
    let mut hosts = scene.claims.hosts();
    let is_ours = hosts.any(|served| matches!(served, HostName::Exact(name) if **name == *host));
    is_ours.then_some((key, host))
}
