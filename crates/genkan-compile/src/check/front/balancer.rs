//! What annotations tell about the load balancer of a Service.

use genkan_objects::{
    Resource,
    kind::{ObjectMeta, Service},
};

/// A kind of balancer, known by the annotations of its cloud.
pub(super) struct Balancer {
    /// How its annotations begin.
    prefix: &'static str,
    /// The annotation, and its value, that makes it send a PROXY header.
    pub(super) header: (&'static str, &'static str),
}

const fn balancer(prefix: &'static str, annotation: &'static str, value: &'static str) -> Balancer {
    Balancer {
        prefix,
        header: (annotation, value),
    }
}

/// From the documents of the clouds' controllers.
const BALANCERS: [Balancer; 9] = [
    balancer(
        "service.beta.kubernetes.io/do-loadbalancer-",
        "service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol",
        "true",
    ),
    balancer(
        "service.beta.kubernetes.io/aws-load-balancer-",
        "service.beta.kubernetes.io/aws-load-balancer-proxy-protocol",
        "*",
    ),
    balancer(
        "load-balancer.hetzner.cloud/",
        "load-balancer.hetzner.cloud/uses-proxyprotocol",
        "true",
    ),
    balancer(
        "service.beta.kubernetes.io/linode-loadbalancer-",
        "service.beta.kubernetes.io/linode-loadbalancer-default-proxy-protocol",
        "v2",
    ),
    balancer(
        "service.beta.kubernetes.io/scw-loadbalancer-",
        "service.beta.kubernetes.io/scw-loadbalancer-proxy-protocol-v2",
        "true",
    ),
    balancer(
        "service.beta.kubernetes.io/vultr-loadbalancer-",
        "service.beta.kubernetes.io/vultr-loadbalancer-proxy-protocol",
        "true",
    ),
    balancer(
        "service.beta.kubernetes.io/ovh-loadbalancer-",
        "service.beta.kubernetes.io/ovh-loadbalancer-proxy-protocol",
        "v2",
    ),
    balancer(
        "loadbalancer.openstack.org/",
        "loadbalancer.openstack.org/proxy-protocol",
        "true",
    ),
    balancer(
        "service.beta.kubernetes.io/oci-load-balancer-",
        "service.beta.kubernetes.io/oci-load-balancer-connection-proxy-protocol-version",
        "2",
    ),
];

/// Other annotations that do the same: AWS has two controllers, Scaleway an annotation for each version.
const OTHER_HEADERS: [&str; 1] = ["service.beta.kubernetes.io/scw-loadbalancer-proxy-protocol-v1"];
const TARGET_GROUP: &str = "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes";

/// Annotations that make the balancer end TLS itself.
const ENDS_TLS: [&str; 5] = [
    "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
    "service.beta.kubernetes.io/do-loadbalancer-certificate-id",
    "load-balancer.hetzner.cloud/http-certificates",
    "service.beta.kubernetes.io/scw-loadbalancer-certificate-ids",
    "service.beta.kubernetes.io/vultr-loadbalancer-ssl",
];
const AWS_BACKEND: &str = "service.beta.kubernetes.io/aws-load-balancer-backend-protocol";

/// How Azure's annotations begin.
const AZURE: &str = "service.beta.kubernetes.io/azure-";

impl Balancer {
    /// The kind that a Service asks for.
    pub(super) fn of(service: &Resource<Service>) -> Option<&'static Self> {
        BALANCERS
            .iter()
            .find(|balancer| begins(service, balancer.prefix))
    }
}

/// The annotation that makes the balancer send PROXY headers.
pub(super) fn header(service: &Resource<Service>) -> Option<&'static str> {
    let is_on = |value: &str| !matches!(value, "" | "false" | "none" | "off" | "0");
    let own = BALANCERS.iter().map(|balancer| balancer.header.0);
    let mut plain = own.chain(OTHER_HEADERS);
    let found = plain.find(|key| said(&service.meta, key).is_some_and(is_on));
    let attributes = said(&service.meta, TARGET_GROUP).unwrap_or_default();
    let mut attributes = attributes.split(',').map(str::trim);
    found.or_else(|| {
        let on = attributes.any(|one| one == "proxy_protocol_v2.enabled=true");
        on.then_some(TARGET_GROUP)
    })
}

/// The annotation that makes the balancer end TLS and go on in clear.
pub(super) fn ends_tls(service: &Resource<Service>) -> Option<&'static str> {
    let encrypts = said(&service.meta, AWS_BACKEND);
    if encrypts.is_some_and(|protocol| matches!(protocol, "ssl" | "https")) {
        return None;
    }
    let mut keys = ENDS_TLS.into_iter();
    keys.find(|key| said(&service.meta, key).is_some_and(|value| !value.is_empty()))
}

/// Whether it is one of Azure's.
pub(super) fn is_azure(service: &Resource<Service>) -> bool {
    begins(service, AZURE)
}

fn begins(service: &Resource<Service>, prefix: &str) -> bool {
    let mut annotations = service.meta.annotations.iter();
    annotations.any(|annotation| annotation.key.value.starts_with(prefix))
}

/// The value of an annotation by its whole name.
pub(super) fn said<'m>(meta: &'m ObjectMeta, key: &str) -> Option<&'m str> {
    meta.annotation(key)
        .map(|annotation| annotation.value.value.trim())
}
