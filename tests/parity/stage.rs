//! What a group of scenarios is played on: echo backends on loopback addresses, the compiler's
//! generation, and the proxy that serves it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use genkan_compile::{Compiler, Generation, Input, Options, Resolution, Resolutions};
use genkan_objects::ObjectStore;
use genkan_objects::files::{Content, FileSet};
use genkan_objects::kind::Timestamp;
use genkan_proxy::capture::CaptureLimits;
use genkan_proxy::record::{Observers, Unobserved};
use genkan_proxy::tls::Preparer;
use genkan_proxy::{ListenOn, Proxy, ProxyOptions, Publication, SPILL_BYTES_MAX};
use genkan_route::decision::Scheme;
use genkan_tests::EchoBackend;

use crate::recorded::{Case, Scenario};

/// The ports of the echo backends in the recordings: in clear, and with TLS.
const RECORDED_PORT: &str = "18080";
const RECORDED_TLS_PORT: &str = "18443";

/// Where the echo backends listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    plain: u16,
    tls: u16,
}

/// What the chart of ingress-nginx installs.
const CLASS: &str = "\
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: nginx
spec:
  controller: k8s.io/ingress-nginx
";

/// A running group of scenarios.
pub(crate) struct Stage {
    pub(crate) http: SocketAddr,
    pub(crate) https: SocketAddr,
    pub(crate) generation: Generation,
    pub(crate) backends: BTreeMap<String, Vec<EchoBackend>>,
    // Dropped last but for the backends: it ends everything at once.
    _proxy: Proxy,
}

/// Ports that were free on every loopback address a moment ago.
pub(crate) fn free_ports() -> Ports {
    let [plain, tls] = [(); 2]
        .map(|()| TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a port can be bound"));
    let port = |listener: &TcpListener| {
        let address = listener.local_addr().expect("a listener has an address");
        address.port()
    };
    Ports {
        plain: port(&plain),
        tls: port(&tls),
    }
}

/// The objects of a scenario, with the backends at `ports`.
pub(crate) fn objects(scenarios: &[&Scenario], ports: Ports) -> FileSet {
    let mut files = FileSet::default();
    files.apply("class.yaml", &Content::Bytes(CLASS.as_bytes().to_vec()));
    for scenario in scenarios {
        let text = quoted(&scenario.manifests)
            .replace(RECORDED_PORT, &ports.plain.to_string())
            .replace(RECORDED_TLS_PORT, &ports.tls.to_string());
        files.apply(
            &format!("{}.yaml", scenario.name),
            &Content::Bytes(text.into_bytes()),
        );
    }
    if let Some(first) = scenarios
        .first()
        .filter(|first| !first.configmap.is_empty())
    {
        let map = serde_json::json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"namespace": "ingress-nginx", "name": "ingress-nginx-controller"},
            "data": first.configmap,
        });
        files.apply(
            "configmap.json",
            &Content::Bytes(map.to_string().into_bytes()),
        );
    }
    files
}

/// The compiler's options for the flags of a recording; an error names a flag that means nothing here.
pub(crate) fn options(flags: &[String]) -> Result<Options, String> {
    // In a cluster classes are objects; the controller's own is `nginx`.
    let mut options = Options {
        built_in_classes: false,
        ..Options::default()
    };
    for flag in flags {
        let (name, value) = flag.split_once('=').unwrap_or((flag, "true"));
        match name {
            "--controller-class" => value.clone_into(&mut options.controller_class),
            "--ingress-class" => value.clone_into(&mut options.ingress_class),
            "--annotations-prefix" => value.clone_into(&mut options.annotations_prefix),
            "--watch-ingress-without-class" => {
                options.watch_ingress_without_class = value == "true"
            }
            "--disable-catch-all" => options.disable_catch_all = value == "true",
            "--disable-svc-external-name" => options.disable_svc_external_name = value == "true",
            "--default-backend-service" => {
                options.default_backend_service = Some(value.to_owned());
            }
            "--default-ssl-certificate" => {
                options.default_ssl_certificate = Some(value.to_owned());
            }
            _ => return Err(name.to_owned()),
        }
    }
    Ok(options)
}

impl Stage {
    /// Starts backends and proxy for scenarios that share ConfigMap and flags.
    pub(crate) fn start(
        scenarios: &[&Scenario],
        files: &FileSet,
        options: &Options,
        ports: Ports,
    ) -> Self {
        let backends = start_backends(scenarios, ports);
        let generation = compile(files, options);
        let proxy_options = ProxyOptions {
            workers: 2,
            listeners: [Scheme::Http, Scheme::Https]
                .map(|scheme| ListenOn {
                    address: (Ipv4Addr::LOCALHOST, 0).into(),
                    scheme,
                })
                .to_vec(),
            observers: Arc::new(|_| Observers {
                log: Box::new(Unobserved),
                meter: Box::new(Unobserved),
            }),
            captures: CaptureLimits::default(),
            spill_bytes_max: SPILL_BYTES_MAX,
            refusals: Arc::new(|_| {}),
        };
        let snapshot = generation.snapshot.clone();
        let mut preparer = Preparer::new().expect("a generated certificate");
        let (tls, _) = preparer.prepare(&snapshot, &generation.key_pairs);
        let publication = Publication {
            snapshot,
            tls: Some(tls),
        };
        let proxy = Proxy::start(&proxy_options, publication);
        let proxy = proxy.expect("the proxy starts on free ports");
        let [http, https] = proxy.listeners()[..] else {
            panic!("one address for each listener")
        };
        Self {
            http: http.address,
            https: https.address,
            generation,
            backends,
            _proxy: proxy,
        }
    }

    /// The backends of one scenario.
    pub(crate) fn backends_of<'s>(
        &'s self,
        scenario: &'s Scenario,
    ) -> impl Iterator<Item = &'s EchoBackend> {
        let addresses = addresses(scenario).into_keys();
        addresses
            .filter_map(|address| self.backends.get(&address.to_string()))
            .flatten()
    }
}

/// What is needed at an address.
struct Wanted {
    name: String,
    keeps: bool,
    tls: bool,
}

/// Backends for each address. Several scenarios may write the same one.
fn start_backends(scenarios: &[&Scenario], ports: Ports) -> BTreeMap<String, Vec<EchoBackend>> {
    let mut wanted: BTreeMap<IpAddr, Wanted> = BTreeMap::new();
    for scenario in scenarios {
        // Whether a closed connection was a kept one decides how often a request is tried again, and
        // that hangs on the order of the cases.
        let keeps = !scenario.cases.iter().any(closes);
        let tls = scenario.manifests.contains("backend-protocol");
        for (address, name) in addresses(scenario) {
            let known = wanted.entry(address).or_insert(Wanted {
                name: name.clone(),
                keeps: true,
                tls: false,
            });
            if scenario.pods.contains_key(&address.to_string()) {
                known.name = name;
            }
            known.keeps &= keeps;
            known.tls |= tls;
        }
    }
    let certificate = genkan_tests::checkout().join("tests/parity/certs/backend.pem");
    let certificate = std::fs::read(certificate).expect("the certificate of the backends");
    let start = |(address, wanted): (IpAddr, Wanted)| {
        let Wanted { name, keeps, tls } = wanted;
        let at = SocketAddr::new(address, ports.plain);
        let mut backends = vec![EchoBackend::start_for_recordings(&name, at, keeps)];
        if tls {
            let at = SocketAddr::new(address, ports.tls);
            let secure = EchoBackend::start_tls_for_recordings(&name, at, keeps, &certificate);
            backends.push(secure);
        }
        (address.to_string(), backends)
    };
    wanted.into_iter().map(start).collect()
}

/// Loopback addresses of a scenario with the name that its backend answers with. The recording backends
/// listened on all addresses and called themselves by the address where no Pod has it.
fn addresses(scenario: &Scenario) -> BTreeMap<IpAddr, String> {
    let words = scenario
        .manifests
        .split(|c: char| !c.is_ascii_digit() && c != '.');
    let written = words.filter_map(|word| word.parse::<Ipv4Addr>().ok());
    let own = written
        .filter(|address| address.is_loopback() && *address != Ipv4Addr::LOCALHOST)
        .map(|address| (IpAddr::V4(address), address.to_string()));
    let mut addresses: BTreeMap<_, _> = own.collect();
    for (address, name) in &scenario.pods {
        let address: IpAddr = address.parse().expect("an address of a pod");
        if address.is_ipv4() {
            addresses.insert(address, name.clone());
        }
    }
    addresses
}

/// Whether a case makes the backend close without an answer.
fn closes(case: &Case) -> bool {
    case.request
        .headers
        .0
        .iter()
        .any(|(_, value)| value.contains("close=1"))
}

/// The recordings were written by a library that reads a bare `n` or `y` as text; kubectl reads a boolean.
fn quoted(manifests: &str) -> String {
    let lines = manifests.lines().map(|line| match line.rsplit_once(": ") {
        Some((key, value)) if matches!(value, "y" | "Y" | "n" | "N") => format!("{key}: '{value}'"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// There was no DNS where the recordings were made: every name fails.
fn compile(files: &FileSet, options: &Options) -> Generation {
    let mut compiler = Compiler::new(options.clone());
    let problems = files.problems();
    let objects: &ObjectStore = files.store();
    let mut resolutions = Resolutions::new();
    let input = Input {
        objects,
        problems: &problems,
        resolutions: &resolutions,
        now: Timestamp(1_800_000_000),
    };
    let names = compiler.compile(input).external_names;
    for name in names {
        resolutions.insert(name, Resolution::Failed("no such host".to_owned()));
    }
    compiler.compile(Input {
        objects,
        problems: &problems,
        resolutions: &resolutions,
        now: Timestamp(1_800_000_000),
    })
}
