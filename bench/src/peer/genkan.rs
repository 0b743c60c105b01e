//! Genkan: one Ingress with one rule for each host, default settings.

use std::{ffi::OsString, fmt::Write as _, fs, io, path::Path, process::Command};

use super::{Place, free_address};
use crate::scenario::Scenario;

/// How Genkan is started.
pub(super) fn command(
    program: &Path,
    scenario: &Scenario,
    place: &mut Place<'_>,
) -> io::Result<Command> {
    let file = place.folder.join("genkan.yaml");
    fs::write(&file, manifests(scenario.hosts, place))?;
    let admin = free_address()?;
    place.metrics = Some(admin);
    let mut command = place.pinned(program);
    command.arg("run").arg("--manifests").arg(file);
    command.args(["--address", "127.0.0.1", "--workers", "1"]);
    command.args([
        "--admin-address",
        "127.0.0.1",
        "--console-port",
        "0",
        "--https-port",
        "0",
    ]);
    command.arg("--admin-port").arg(admin.port().to_string());
    command
        .arg("--http-port")
        .arg(place.address.port().to_string());
    command.arg("--access-log").arg(match scenario.log {
        true => place.log.clone().into_os_string(),
        false => OsString::from("off"),
    });
    Ok(command)
}

fn manifests(hosts: usize, place: &Place<'_>) -> String {
    let mut text = service("echo", &place.backend.to_string());
    for host in 0..hosts {
        text.push_str("---\n");
        text.push_str(&ingress(host, "echo"));
    }
    text
}

/// A Service with one endpoint.
pub(crate) fn service(name: &str, endpoint: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  annotations:\n    \
         genkan.io/endpoints: \"{endpoint}\"\nspec:\n  ports:\n  - port: 80\n"
    )
}

/// The Ingress of `hN.test`, with the body size limit of the peers (none).
pub(crate) fn ingress(host: usize, service: &str) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: h{host}\n  \
         annotations:\n    nginx.ingress.kubernetes.io/proxy-body-size: \"0\"\n\
         spec:\n  ingressClassName: nginx\n  rules:\n  - host: h{host}.test\n    http:\n      \
         paths:\n      - path: /\n        pathType: Prefix\n        backend:\n          \
         service:\n            name: {service}\n            port:\n              number: 80\n"
    );
    text
}
