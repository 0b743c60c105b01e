//! What the command line says about compiling. Everything else comes from objects.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use genkan_route::network::Networks;

/// Whether what is absent is known to be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum World {
    /// The input is all there is (`run`, `lint --complete`): what is absent is missing.
    #[default]
    Closed,
    /// The input is a part (`lint`): an absent object is "cannot tell".
    Open,
}

/// Settings of the compiler; the flags of ingress-nginx that still mean something, and our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether what is absent is missing.
    pub world: World,
    /// Whether classes `nginx` (compatible) and `genkan` (strict) exist without an object: true
    /// without a cluster.
    pub built_in_classes: bool,
    /// `--default-class`: the class of Ingresses that name none.
    pub default_class: Option<String>,
    /// `--controller-class`: value of `spec.controller` that means nginx-compatible mode.
    pub controller_class: String,
    /// `--ingress-class`: value of the annotation `kubernetes.io/ingress.class` that is ours.
    pub ingress_class: String,
    /// `--ingress-class-by-name`: an IngressClass of that name is ours, whatever its controller.
    pub ingress_class_by_name: bool,
    /// `--watch-ingress-without-class`.
    pub watch_ingress_without_class: bool,
    /// `--disable-catch-all`: Ingresses with `spec.defaultBackend` are not served.
    pub disable_catch_all: bool,
    /// `--default-backend-service`, as `namespace/name`.
    pub default_backend_service: Option<String>,
    /// `--configmap`: the main ConfigMap, as `namespace/name`.
    pub configmap: String,
    /// `--annotations-prefix`, without the slash.
    pub annotations_prefix: String,
    /// `--disable-svc-external-name`.
    pub disable_svc_external_name: bool,
    /// `--endpoints namespace/service=addr,addr`: addresses given on the command line.
    pub endpoints: BTreeMap<String, Vec<SocketAddr>>,
    /// `--static-root`: folders beneath which a `StaticSite` from the API may lie; those from files
    /// may lie beneath their own manifests' folder too.
    pub static_roots: Vec<PathBuf>,
    /// `--health-check-path`.
    pub health_path: String,
    /// `--https-port`: where redirects to HTTPS lead.
    pub https_port: u16,
    /// `--proxy-protocol-optional`: peers that may leave the PROXY header out.
    pub proxy_header_optional: Networks,
    /// `--default-ssl-certificate`: `namespace/name` of the Secret for names without a certificate.
    pub default_ssl_certificate: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            world: World::Closed,
            built_in_classes: true,
            default_class: None,
            controller_class: "k8s.io/ingress-nginx".to_owned(),
            ingress_class: "nginx".to_owned(),
            ingress_class_by_name: false,
            watch_ingress_without_class: false,
            disable_catch_all: false,
            default_backend_service: None,
            configmap: "ingress-nginx/ingress-nginx-controller".to_owned(),
            annotations_prefix: "nginx.ingress.kubernetes.io".to_owned(),
            disable_svc_external_name: false,
            endpoints: BTreeMap::new(),
            static_roots: Vec::new(),
            health_path: "/healthz".to_owned(),
            https_port: 443,
            proxy_header_optional: Networks::default(),
            default_ssl_certificate: None,
        }
    }
}

/// `spec.controller` of classes that mean strict mode.
pub const STRICT_CONTROLLER: &str = "genkan.io/ingress-controller";
