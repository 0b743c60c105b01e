//! Where the ports of the Service in front lead, and how the balancer checks them.

use genkan_diagnosis::{Applicability, Code, Finding, Suggestion, words};
use genkan_objects::{
    Resource,
    kind::{IntOrString, Service, ServicePort},
};

use super::{
    Scene,
    balancer::{ends_tls, is_azure, said},
};
use crate::mark::{self, Part};

const PROBE_PATH: &str = "service.beta.kubernetes.io/azure-load-balancer-health-probe-request-path";
const PROBE_PROTOCOL: &str = "service.beta.kubernetes.io/azure-load-balancer-health-probe-protocol";

/// GK0454: with `appProtocol`, Azure asks every port for `/`, and an unknown host is answered 404.
pub(super) fn health_check(service: &Resource<Service>, scene: &Scene<'_>) -> Option<Finding> {
    let speaks_http = |port: &&ServicePort| {
        let protocol = port.app_protocol.as_ref().map(|protocol| &*protocol.value);
        protocol.is_some_and(|protocol| matches!(protocol, "http" | "https"))
    };
    let port = service.spec.ports.iter().find(speaks_http)?;
    let own_path = format!(
        "service.beta.kubernetes.io/port_{}_health-probe_request-path",
        port.port.value
    );
    let path = said(&service.meta, PROBE_PATH).or_else(|| said(&service.meta, &own_path));
    let protocol = said(&service.meta, PROBE_PROTOCOL).unwrap_or_default();
    let asks_root = path.is_none_or(|path| path == "/");
    let by_http = !protocol.eq_ignore_ascii_case("tcp");
    if !(is_azure(service) && asks_root && by_http && scene.nobody_takes_all) {
        return None;
    }
    let name = &*service.meta.name.value;
    let finding = Finding::new(Code::GK0454)
        .arg("service", name)
        .arg("path", "/")
        .value(name);
    let pointer = format!("/spec/ports/{}/appProtocol", port.index);
    let label = &words::CHECKED_BY_HTTP;
    let finding = mark::at(finding, service, &pointer, Part::Value, label);
    let health = &*scene.settings.global.health_path;
    let title = words::ADD_ANNOTATION
        .arg("name", PROBE_PATH)
        .arg("value", health);
    let suggestion = Suggestion::new(title, Applicability::Review)
        .add(mark::annotation_pointer(PROBE_PATH), health);
    Some(finding.suggest(suggestion))
}

/// GK0455: what comes in on port 443 meets a listener that speaks something else.
pub(super) fn schemes(service: &Resource<Service>, scene: &Scene<'_>) -> Option<Finding> {
    let port = service.spec.port_numbered(443)?;
    let plain = service.spec.port_numbered(80);
    let target = port.target_port.as_ref();
    let target = target.map_or(IntOrString::Int(443), |target| target.value.clone());
    let leads_to = leads_to(&target, plain)?;
    let trust = scene.trust();
    // then the scheme is that of the balancer's port, or of its header
    let knows_scheme = trust.use_proxy_protocol || trust.use_forwarded_headers;
    let (spoken, expected, better) = match (ends_tls(service), leads_to) {
        (None, Leads::ToPlain) if !knows_scheme => ("TLS", "HTTP", "https"),
        (Some(_), Leads::ToTls) => ("HTTP", "TLS", "http"),
        _ => return None,
    };
    let name = &*service.meta.name.value;
    let finding = Finding::new(Code::GK0455)
        .arg("sender", format!("Service `{name}` (443)"))
        .arg("spoken", spoken)
        .arg("expected", expected)
        .value(name);
    let field = format!("/spec/ports/{}/targetPort", port.index);
    let label = words::SPEAKS.arg("protocol", expected);
    let mut finding = mark::at(finding, service, &field, Part::Value, label);
    if let Some(annotation) = ends_tls(service) {
        let pointer = mark::annotation_pointer(annotation);
        let label = &words::TLS_ENDS_BEFORE;
        finding = mark::also(finding, service, &pointer, Part::Value, label);
    }
    let title = words::SET_FIELD
        .arg("field", "targetPort")
        .arg("value", better);
    let suggestion = Suggestion::new(title, Applicability::Review);
    let suggestion = match port.target_port {
        Some(_) => suggestion.replace(field, better),
        None => suggestion.add(field, better),
    };
    Some(finding.suggest(suggestion))
}

#[derive(Clone, Copy)]
enum Leads {
    ToPlain,
    ToTls,
}

/// By the names of the charts' container ports, and by the usual numbers.
fn leads_to(target: &IntOrString, plain: Option<&ServicePort>) -> Option<Leads> {
    let same_as_plain = plain
        .and_then(|port| port.target_port.as_ref())
        .is_some_and(|other| other.value == *target);
    match target {
        _ if same_as_plain => Some(Leads::ToPlain),
        IntOrString::String(name) if &**name == "http" => Some(Leads::ToPlain),
        IntOrString::Int(80 | 8080) => Some(Leads::ToPlain),
        IntOrString::String(name) if &**name == "https" => Some(Leads::ToTls),
        IntOrString::Int(443 | 8443) => Some(Leads::ToTls),
        _ => None,
    }
}
