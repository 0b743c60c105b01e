//! Which addresses one Service port has: ingress-nginx's `serviceEndpoints` and
//! `getEndpointsFromSlices`, and Genkan's own sources where there is no cluster.
//!
//! The order of sources: the command line, EndpointSlices, ExternalName, `genkan.io/endpoints`.

mod port;
mod written;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use genkan_objects::{
    Resource,
    kind::{self, EndpointSlice, Service, ServiceType},
};
use genkan_route::endpoint::{Absence, Endpoint, Endpoints, GroupKey};

pub(crate) use port::{FoundPort, find as find_port};
pub(crate) use written::read as read_written;

use crate::{
    external::{Refusal, Resolution, is_local, judge_name},
    options::Options,
};

/// What the endpoints of a group depend on.
pub(crate) struct Inputs<'a> {
    pub key: &'a GroupKey,
    pub service: Option<&'a Resource<Service>>,
    /// Its EndpointSlices, by name.
    pub slices: &'a [&'a Arc<Resource<EndpointSlice>>],
    /// What is known about its external name.
    pub resolution: Option<&'a Resolution>,
    /// `service-upstream`: the Service's own address, where it has one.
    pub at_service: bool,
    /// Whether a targetPort may stand for the Service's port.
    pub lenient: bool,
    pub options: &'a Options,
}

/// Computes the endpoints of a group.
pub(crate) fn endpoints(inputs: &Inputs<'_>) -> Endpoints {
    let found = gather(inputs);
    let (mut ready, mut unready, absence) = match found {
        Ok((ready, unready)) => {
            let absence = match (ready.is_empty(), unready.is_empty()) {
                (false, _) => None,
                (true, false) => Some(Absence::NoneReady),
                (true, true) => Some(Absence::NoEndpoints),
            };
            (ready, unready, absence)
        }
        Err(absence) => (Vec::new(), Vec::new(), Some(absence)),
    };
    tidy(&mut ready);
    tidy(&mut unready);
    unready.retain(|endpoint| !ready.iter().any(|taken| taken.address == endpoint.address));
    Endpoints {
        key: inputs.key.clone(),
        ready: ready.into(),
        unready: unready.into(),
        absence,
    }
}

/// Sorted, each address once; of two Pods with one address the first by name.
fn tidy(endpoints: &mut Vec<Endpoint>) {
    endpoints.sort();
    endpoints.dedup_by(|later, kept| later.address == kept.address);
}

type Found = Result<(Vec<Endpoint>, Vec<Endpoint>), Absence>;

fn gather(inputs: &Inputs<'_>) -> Found {
    let name = format!("{}/{}", inputs.key.namespace, inputs.key.service);
    if let Some(addresses) = inputs.options.endpoints.get(&name) {
        return Ok((plain(addresses), Vec::new()));
    }
    let service = inputs.service.ok_or(Absence::NoService)?;
    if let Some(address) = of_service(inputs, service) {
        return Ok((plain(&[address]), Vec::new()));
    }
    if inputs.slices.is_empty() && service.spec.service_type == ServiceType::ExternalName {
        return external(inputs, service);
    }
    let port = find_port(&service.spec, &inputs.key.port, inputs.lenient).ok_or(Absence::NoPort)?;
    if !inputs.slices.is_empty() {
        return Ok(from_slices(inputs.slices, &port));
    }
    let annotation = service.meta.annotation(kind::ENDPOINTS_ANNOTATION);
    if let Some(written) = annotation.filter(|_| service.from_file())
        && let Ok(written) = read_written(&written.value.value)
    {
        return Ok((plain(&written.of(&port)), Vec::new()));
    }
    Ok((Vec::new(), Vec::new()))
}

/// `getServiceClusterEndpoint`: a port by number need not be declared. Without an address, or with a port
/// name that nobody has, the Pods are asked.
fn of_service(inputs: &Inputs<'_>, service: &Resource<Service>) -> Option<SocketAddr> {
    if !inputs.at_service {
        return None;
    }
    let written = &*inputs.key.port;
    let port = written.parse().ok().or_else(|| {
        let port = service.spec.port_named(written)?;
        u16::try_from(port.port.value).ok()
    });
    let address = service.spec.cluster_ips.first()?.value.parse().ok()?;
    Some(SocketAddr::new(address, port?))
}

fn plain(addresses: &[SocketAddr]) -> Vec<Endpoint> {
    addresses
        .iter()
        .map(|address| Endpoint {
            address: *address,
            pod: None,
        })
        .collect()
}

/// `getEndpointsFromSlices`: an endpoint without a ready condition counts as ready; one that is not
/// ready or is ending takes no new requests.
fn from_slices(
    slices: &[&Arc<Resource<EndpointSlice>>],
    port: &FoundPort<'_>,
) -> (Vec<Endpoint>, Vec<Endpoint>) {
    let (mut ready, mut unready) = (Vec::new(), Vec::new());
    for slice in slices {
        let ports = port.in_slice(&slice.spec);
        for endpoint in &slice.spec.endpoints {
            let pod = endpoint
                .target
                .as_ref()
                .filter(|target| &*target.kind == "Pod");
            let side = if endpoint.conditions.ready.unwrap_or(true) {
                &mut ready
            } else {
                &mut unready
            };
            for number in &ports {
                side.extend(endpoint.addresses.iter().map(|address| Endpoint {
                    address: SocketAddr::new(address.value, *number),
                    pod: pod.map(|target| target.name.to_string()),
                }));
            }
        }
    }
    (ready, unready)
}

/// ExternalName: the port asked for is used even when the Service has none.
fn external(inputs: &Inputs<'_>, service: &Resource<Service>) -> Found {
    match external_refusal(service, inputs.resolution, inputs.options) {
        Some(_) => Err(Absence::ExternalNameRefused),
        None => {
            let number =
                port::of_external(&service.spec, &inputs.key.port).ok_or(Absence::NoPort)?;
            match inputs.resolution {
                Some(Resolution::Addresses(addresses)) if !addresses.is_empty() => {
                    let addresses: Vec<_> = addresses
                        .iter()
                        .map(|ip| SocketAddr::new(*ip, number))
                        .collect();
                    Ok((plain(&addresses), Vec::new()))
                }
                _ => Err(Absence::ExternalNameUnresolved),
            }
        }
    }
}

/// Why an ExternalName Service is not followed, if it is not.
pub(crate) fn external_refusal(
    service: &Resource<Service>,
    resolution: Option<&Resolution>,
    options: &Options,
) -> Option<Refusal> {
    if options.disable_svc_external_name {
        return Some(Refusal::SwitchedOff);
    }
    let name = service
        .spec
        .external_name
        .as_ref()
        .map_or("", |name| &*name.value);
    if let Err(refusal) = judge_name(name) {
        return Some(refusal);
    }
    match resolution {
        Some(Resolution::Addresses(addresses))
            if !service.from_file() && addresses.iter().copied().any(is_local) =>
        {
            Some(Refusal::Local)
        }
        _ => None,
    }
}
