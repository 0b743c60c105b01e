//! Which port of a Service an Ingress means, and which port of its endpoints that is.

use genkan_objects::kind::{EndpointSlice, IntOrString, Protocol, Service, ServicePort};

/// A port of a Service that a reference leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoundPort<'s> {
    /// The port.
    pub port: &'s ServicePort,
}

/// Finds the port that `written` names: by number or name; leniently, as ingress-nginx does, also by
/// targetPort. The first port that fits in any of these ways wins.
pub(crate) fn find<'s>(
    service: &'s Service,
    written: &str,
    lenient: bool,
) -> Option<FoundPort<'s>> {
    let named = |port: &ServicePort| {
        port.name
            .as_ref()
            .is_some_and(|name| &*name.value == written)
            && !written.is_empty()
    };
    let fits = |port: &&ServicePort| {
        port.port.value.to_string() == written
            || named(port)
            || (lenient && target_text(port) == written)
    };
    let port = service.ports.iter().find(fits)?;
    Some(FoundPort { port })
}

/// `targetPort` as text; the API server fills in the Service's port where none is written.
fn target_text(port: &ServicePort) -> String {
    match port.target_port.as_ref().map(|target| &target.value) {
        Some(IntOrString::Int(number)) => number.to_string(),
        Some(IntOrString::String(name)) => name.to_string(),
        None => port.port.value.to_string(),
    }
}

impl FoundPort<'_> {
    /// `targetPort` as a number, when it is one.
    fn target_number(&self) -> Option<i32> {
        match self.port.target_port.as_ref().map(|target| &target.value) {
            Some(IntOrString::Int(number)) => Some(*number),
            Some(IntOrString::String(_)) => None,
            None => Some(self.port.port.value),
        }
    }

    /// The port numbers of a slice's endpoints that belong to this port. A slice without ports means
    /// targetPort; a numeric targetPort also replaces a port name that does not fit (ingress-nginx
    /// issue 7390), a named one does not.
    pub(super) fn in_slice(&self, slice: &EndpointSlice) -> Vec<u16> {
        let mut numbers = Vec::new();
        if slice.ports.is_empty() {
            numbers.extend(self.target_number());
        }
        let name = self.port.name.as_ref().map_or("", |name| &*name.value);
        for port in slice
            .ports
            .iter()
            .filter(|port| port.protocol == Protocol::Tcp)
        {
            let by_name = name.is_empty() || name == &*port.name;
            let number = port
                .port
                .as_ref()
                .map(|number| number.value)
                .filter(|_| by_name);
            numbers.extend(number.or_else(|| self.target_number()));
        }
        let mut numbers: Vec<_> = numbers
            .into_iter()
            .filter_map(|n| u16::try_from(n).ok())
            .filter(|n| *n > 0)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// `externalNamePorts`: the targetPort of a declared port, else the number as written. A name that the
/// Service does not declare leads nowhere.
pub(super) fn of_external(service: &Service, written: &str) -> Option<u16> {
    let declared = service.ports.iter().find(|port| {
        port.port.value.to_string() == written
            || port
                .name
                .as_ref()
                .is_some_and(|name| &*name.value == written)
    });
    let number = match declared {
        Some(port) => FoundPort { port }
            .target_number()
            .unwrap_or(port.port.value),
        None => written.parse().ok()?,
    };
    u16::try_from(number).ok().filter(|number| *number > 0)
}
