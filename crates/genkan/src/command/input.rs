//! Flags that say how manifests are read: shared by `run`, `lint` and `explain`, because all three
//! compile the same objects in the same way.

use std::{net::SocketAddr, path::PathBuf, str::FromStr};

use genkan_compile::{Options, World};
use genkan_route::network::Network;

/// Which manifests, and how classes, defaults and endpoints are settled.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Class of Ingresses that name none: `nginx` (as ingress-nginx behaves) or `genkan` (the
    /// specification to the letter), or a class of the folder.
    #[arg(long, value_name = "CLASS")]
    pub(crate) default_class: Option<String>,

    /// Serve Ingresses without a class as if they named the class `nginx`.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", default_value_t = false,
          action = clap::ArgAction::Set, value_name = "BOOL")]
    pub(crate) watch_ingress_without_class: bool,

    /// `spec.controller` of the classes that are served as ingress-nginx would.
    #[arg(long, value_name = "NAME", default_value = "k8s.io/ingress-nginx")]
    pub(crate) controller_class: String,

    /// Value of the old annotation `kubernetes.io/ingress.class` that is served as ingress-nginx would.
    #[arg(long, value_name = "NAME", default_value = "nginx")]
    pub(crate) ingress_class: String,

    /// The main ConfigMap.
    #[arg(
        long,
        value_name = "NAMESPACE/NAME",
        default_value = "ingress-nginx/ingress-nginx-controller"
    )]
    pub(crate) configmap: ObjectName,

    /// Service that answers where no rule matches.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(crate) default_backend_service: Option<ObjectName>,

    /// Secret with the certificate for names that have none.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(crate) default_ssl_certificate: Option<ObjectName>,

    /// Network whose connections may leave the PROXY header out where `use-proxy-protocol` asks for
    /// one, such as that of the Pods; may be given several times.
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub(crate) proxy_protocol_optional: Vec<Network>,

    /// Prefix of the annotations that are read.
    #[arg(
        long,
        value_name = "PREFIX",
        default_value = "nginx.ingress.kubernetes.io"
    )]
    pub(crate) annotations_prefix: String,

    /// Leave out Ingresses that have a default backend.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", default_value_t = false,
          action = clap::ArgAction::Set, value_name = "BOOL")]
    pub(crate) disable_catch_all: bool,

    /// Refuse Services of type ExternalName.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", default_value_t = false,
          action = clap::ArgAction::Set, value_name = "BOOL")]
    pub(crate) disable_svc_external_name: bool,

    /// Only Ingresses of this namespace are served.
    #[arg(long, value_name = "NAMESPACE")]
    pub(crate) watch_namespace: Option<String>,

    /// Addresses of a Service, in place of those in the manifests; may be given several times.
    #[arg(long, value_name = "NAMESPACE/SERVICE=ADDRESS[,ADDRESS]")]
    pub(crate) endpoints: Vec<EndpointOverride>,

    /// Read folders within folders too.
    #[arg(short = 'R', long)]
    pub(crate) recursive: bool,

    /// Folder beneath which StaticSites may lie, beside the folders of manifests.
    #[arg(long, value_name = "DIR")]
    pub(crate) static_root: Vec<PathBuf>,
}

impl InputArgs {
    /// What the compiler is told. StaticSites may lie beneath the folders of manifests themselves.
    pub(crate) fn options(&self, world: World, manifests: &[PathBuf]) -> Options {
        let folders = manifests.iter().filter(|path| path.is_dir()).cloned();
        Options {
            world,
            built_in_classes: true,
            default_class: self.default_class.clone(),
            controller_class: self.controller_class.clone(),
            ingress_class: self.ingress_class.clone(),
            watch_ingress_without_class: self.watch_ingress_without_class,
            disable_catch_all: self.disable_catch_all,
            default_backend_service: self
                .default_backend_service
                .as_ref()
                .map(ToString::to_string),
            default_ssl_certificate: self
                .default_ssl_certificate
                .as_ref()
                .map(ToString::to_string),
            configmap: self.configmap.to_string(),
            proxy_header_optional: self.proxy_protocol_optional.iter().copied().collect(),
            annotations_prefix: self.annotations_prefix.trim_end_matches('/').to_owned(),
            disable_svc_external_name: self.disable_svc_external_name,
            endpoints: self
                .endpoints
                .iter()
                .map(|entry| (entry.service.to_string(), entry.addresses.clone()))
                .collect(),
            static_roots: folders.chain(self.static_root.iter().cloned()).collect(),
            ..Options::default()
        }
    }
}

fn network(text: &str) -> Result<Network, String> {
    Network::parse(text).map_err(|_| "expected a network such as 10.0.0.0/8".to_owned())
}

/// `namespace/name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObjectName {
    /// Part before the slash.
    pub(crate) namespace: String,
    /// Part after it.
    pub(crate) name: String,
}

impl FromStr for ObjectName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((namespace, name))
                if !namespace.is_empty() && !name.is_empty() && !name.contains('/') =>
            {
                Ok(Self {
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                })
            }
            _ => Err("expected NAMESPACE/NAME".to_owned()),
        }
    }
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// `--endpoints namespace/service=address,…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EndpointOverride {
    /// The Service.
    pub(crate) service: ObjectName,
    /// Its addresses, for all its ports.
    pub(crate) addresses: Vec<SocketAddr>,
}

impl FromStr for EndpointOverride {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (service, addresses) = text
            .split_once('=')
            .ok_or("expected NAMESPACE/SERVICE=ADDRESS[,ADDRESS]")?;
        let addresses = addresses
            .split(',')
            .map(|address| {
                address
                    .parse()
                    .map_err(|_| format!("`{address}` is not an address like 127.0.0.1:5000"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            service: service.parse()?,
            addresses,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_name_a_service_and_its_addresses() {
        let parsed: EndpointOverride = "todos/todos=127.0.0.1:5000,[::1]:5001".parse().unwrap();
        assert_eq!(parsed.service.to_string(), "todos/todos");
        assert_eq!(
            parsed.addresses,
            [
                "127.0.0.1:5000".parse().unwrap(),
                "[::1]:5001".parse().unwrap()
            ]
        );
        for bad in [
            "",
            "todos=1.2.3.4:5",
            "a/b=",
            "a/b=host:1",
            "a/b/c=1.2.3.4:5",
        ] {
            assert!(bad.parse::<EndpointOverride>().is_err(), "{bad}");
        }
    }
}
