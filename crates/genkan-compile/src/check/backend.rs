//! Service ports that routes lead to and that cannot answer.

use std::collections::BTreeSet;

use genkan_diagnosis::{Applicability, Code, Finding, Suggestion, words};
use genkan_objects::{
    ObjectStore, Resource,
    kind::{Ingress, IntOrString, Service, ServiceType},
    nearest,
};
use genkan_route::{
    endpoint::{Absence, Endpoints, GroupKey},
    route::Target,
};

use crate::{
    claims::Claims,
    endpoints::external_refusal,
    external::{Resolution, Resolutions, judge_name},
    groups::Groups,
    ingress::Claim,
    mark::{self, Part},
    options::{Options, World},
};

/// External names that routes want resolved.
pub(crate) fn external_names(groups: &Groups, options: &Options) -> Vec<String> {
    if options.disable_svc_external_name {
        return Vec::new();
    }
    let names: BTreeSet<_> = groups
        .all()
        .filter_map(|(_, _, service)| service)
        .filter(|service| service.spec.service_type == ServiceType::ExternalName)
        .filter_map(|service| service.spec.external_name.as_ref())
        .filter(|name| judge_name(&name.value).is_ok())
        .map(|name| name.value.to_string())
        .collect();
    names.into_iter().collect()
}

/// GK0300 to GK0309 wherever an Ingress names a Service port that cannot answer.
pub(crate) fn findings(
    groups: &Groups,
    claims: &Claims,
    objects: &ObjectStore,
    resolutions: &Resolutions,
    options: &Options,
) -> Vec<Finding> {
    let worth_a_look = |endpoints: &Endpoints, service: Option<&Service>| {
        endpoints.absence.is_some()
            || service.is_some_and(|service| service.service_type == ServiceType::ExternalName)
    };
    let faulty = groups
        .all()
        .any(|(_, endpoints, service)| worth_a_look(endpoints, service.map(|s| &s.spec)));
    if !faulty {
        return Vec::new();
    }
    let world = References {
        groups,
        objects,
        resolutions,
        options,
    };
    let served = claims.all().filter(|(claim, _)| claim.is_served());
    served
        .flat_map(|(claim, object)| world.of_ingress(claim, object))
        .collect()
}

struct References<'a> {
    groups: &'a Groups,
    objects: &'a ObjectStore,
    resolutions: &'a Resolutions,
    options: &'a Options,
}

impl References<'_> {
    fn of_ingress(&self, claim: &Claim, object: &Resource<Ingress>) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(Target::Service(group)) = &claim.default_backend {
            findings.extend(self.of_reference(object, group, "/spec/defaultBackend/service"));
        }
        for rule in &claim.rules {
            for path in &rule.paths {
                let Target::Service(group) = &path.target else {
                    continue;
                };
                let pointer = format!(
                    "/spec/rules/{}/http/paths/{}/backend/service",
                    rule.index, path.index
                );
                findings.extend(self.of_reference(object, group, &pointer));
            }
        }
        findings
    }

    fn of_reference(
        &self,
        object: &Resource<Ingress>,
        group: &GroupKey,
        pointer: &str,
    ) -> Option<Finding> {
        let endpoints = self.groups.of(group)?;
        let reference = Reference {
            object,
            group,
            pointer,
        };
        let service = self.objects.services.get(&group.namespace, &group.service);
        let closed = self.options.world == World::Closed;
        match endpoints.absence? {
            Absence::NoService if closed || self.contradicts(group) => {
                Some(self.no_service(&reference))
            }
            Absence::NoService => None,
            // why no port could be read has a finding of its own
            Absence::NoPort if group.port.is_empty() => None,
            Absence::NoPort => Some(no_port(&reference, service?)),
            Absence::NoEndpoints if closed => Some(self.no_endpoints(&reference, service?)),
            Absence::NoEndpoints => None,
            Absence::NoneReady => Some(none_ready(&reference, endpoints)),
            Absence::ExternalNameRefused | Absence::ExternalNameUnresolved => {
                self.external(&reference, service?)
            }
        }
    }

    /// In an open world an absent Service may exist in the cluster, unless the same input has its
    /// namesake in another namespace only.
    fn contradicts(&self, group: &GroupKey) -> bool {
        let here = self.objects.services.of_namespace(&group.namespace);
        let near = nearest(
            &group.service,
            here.map(|service| &*service.meta.name.value),
        );
        near.is_some()
    }

    fn no_service(&self, reference: &Reference<'_>) -> Finding {
        let group = reference.group;
        let name = format!("{}/name", reference.pointer);
        let elsewhere: Vec<_> = self.objects.services.named(&group.service).collect();
        if let [other] = &elsewhere[..] {
            let finding = Finding::new(Code::GK0301)
                .arg("service", &group.service)
                .arg("other", other.meta.namespace())
                .arg("namespace", &group.namespace);
            let finding = mark::at(
                finding,
                reference.object,
                &name,
                Part::Value,
                &words::NOT_FOUND,
            );
            return mark::also(
                finding,
                &***other,
                "/metadata/name",
                Part::Value,
                &words::THIS_SERVICE,
            );
        }
        let full_name = format!("{}/{}", group.namespace, group.service);
        let finding = Finding::new(Code::GK0300).arg("service", full_name);
        let here = self.objects.services.of_namespace(&group.namespace);
        match nearest(
            &group.service,
            here.map(|service| &*service.meta.name.value),
        ) {
            Some(near) => {
                let label = words::DID_YOU_MEAN.arg("name", near);
                let title = words::RENAME_TO.arg("name", near);
                let suggestion =
                    Suggestion::new(title, Applicability::Review).replace(name.clone(), near);
                mark::at(finding, reference.object, &name, Part::Value, label).suggest(suggestion)
            }
            None => mark::at(
                finding,
                reference.object,
                &name,
                Part::Value,
                &words::NOT_FOUND,
            ),
        }
    }

    fn no_endpoints(&self, reference: &Reference<'_>, service: &Resource<Service>) -> Finding {
        let group = reference.group;
        let slices = self.objects.endpoint_slices.of_namespace(&group.namespace);
        let own = slices.filter(|s| s.spec.service.as_deref() == Some(&*group.service));
        let with_addresses: Vec<_> = own.filter(|s| !s.spec.endpoints.is_empty()).collect();
        if let Some(slice) = with_addresses.first() {
            let finding = Finding::new(Code::GK0309)
                .arg("port", &group.port)
                .arg("service", &group.service);
            let finding = mark::at(
                finding,
                service,
                "/spec/ports",
                Part::Key,
                &words::THIS_SERVICE,
            );
            return mark::also(finding, &***slice, "/ports", Part::Key, &words::NO_EFFECT);
        }
        if service.spec.selector.is_empty() {
            let finding = Finding::new(Code::GK0309)
                .arg("port", &group.port)
                .arg("service", &group.service);
            return mark::at(finding, service, "/spec", Part::Key, &words::THIS_SERVICE);
        }
        self.selects_nothing(reference, service).unwrap_or_else(|| {
            let finding = Finding::new(Code::GK0305).arg("service", &group.service);
            let pointer = format!("{}/name", reference.pointer);
            let finding =
                mark::at(finding, reference.object, &pointer, Part::Value, &words::THIS_SERVICE);
            let finding =
                mark::also(finding, service, "/metadata/name", Part::Value, &words::THIS_SERVICE);
            finding.note(words::REASON.arg(
                "reason",
                "without a cluster no Pod runs: give the Service `genkan.io/endpoints`, or start Genkan with --endpoints",
            ))
        })
    }

    /// GK0304, when workloads of the namespace are at hand and none fits.
    fn selects_nothing(
        &self,
        reference: &Reference<'_>,
        service: &Resource<Service>,
    ) -> Option<Finding> {
        let namespace = &*reference.group.namespace;
        let workloads: Vec<_> = self
            .objects
            .workloads
            .values()
            .filter(|workload| workload.meta.namespace() == namespace)
            .collect();
        let selector = &service.spec.selector;
        let fitting = |labels: &[(_, _)]| {
            selector
                .iter()
                .filter(|(key, value)| {
                    labels.iter().any(
                        |(k, v): &(
                            genkan_objects::Spanned<Box<str>>,
                            genkan_objects::Spanned<Box<str>>,
                        )| {
                            k.value == key.value && v.value == value.value
                        },
                    )
                })
                .count()
        };
        let best = workloads
            .iter()
            .max_by_key(|w| fitting(&w.spec.template.labels))?;
        if fitting(&best.spec.template.labels) == selector.len() {
            return None;
        }
        let finding = Finding::new(Code::GK0304).arg("service", &reference.group.service);
        let finding = mark::at(
            finding,
            service,
            "/spec/selector",
            Part::Key,
            &words::SELECTS_NOTHING,
        );
        let labels: Vec<_> = best
            .spec
            .template
            .labels
            .iter()
            .map(|(key, value)| format!("{}={}", key.value, value.value))
            .collect();
        let span = best.span(best.spec.template.labels_span);
        let label = words::LABELS_DIFFER.arg("labels", labels.join(", "));
        let pointer = "/spec/template/metadata/labels";
        Some(finding.also_on(best.object_ref(), pointer, span, label))
    }

    fn external(&self, reference: &Reference<'_>, service: &Resource<Service>) -> Option<Finding> {
        let name = service
            .spec
            .external_name
            .as_ref()
            .map_or("", |name| &*name.value);
        let resolution = self.resolutions.get(name);
        let reason = match (
            external_refusal(service, resolution, self.options),
            resolution,
        ) {
            (Some(refusal), _) => refusal.text().to_owned(),
            (None, Some(Resolution::Failed(why))) => format!("`{name}` does not resolve: {why}"),
            (None, Some(Resolution::Addresses(_))) => format!("`{name}` has no address"),
            // asked for and not answered yet
            (None, None) => return None,
        };
        let finding = Finding::new(Code::GK0308)
            .arg("service", &reference.group.service)
            .arg("reason", reason);
        let finding = mark::at(
            finding,
            service,
            "/spec/externalName",
            Part::Value,
            &words::NO_EFFECT,
        );
        let pointer = format!("{}/name", reference.pointer);
        Some(mark::also(
            finding,
            reference.object,
            &pointer,
            Part::Value,
            &words::ALSO_HERE,
        ))
    }
}

/// One place where an Ingress names a Service port.
struct Reference<'a> {
    object: &'a Resource<Ingress>,
    group: &'a GroupKey,
    /// Pointer to `service`.
    pointer: &'a str,
}

/// GK0302, and GK0303 where the number is the container's.
fn no_port(reference: &Reference<'_>, service: &Resource<Service>) -> Finding {
    let group = reference.group;
    let by_number = group.port.parse::<i32>().is_ok();
    let field = if by_number { "number" } else { "name" };
    let pointer = format!("{}/port/{field}", reference.pointer);
    let target = service.spec.ports.iter().find(|port| {
        port.target_port
            .as_ref()
            .is_some_and(|target| match &target.value {
                IntOrString::Int(number) => number.to_string() == group.port,
                IntOrString::String(name) => **name == *group.port,
            })
    });
    let ports: Vec<_> = service
        .spec
        .ports
        .iter()
        .map(|port| match &port.name {
            Some(name) => format!("{} (`{}`)", port.port.value, name.value),
            None => port.port.value.to_string(),
        })
        .collect();
    let only = match &service.spec.ports[..] {
        [only] => Some(only),
        _ => target,
    };
    let finding = match target {
        Some(target) => Finding::new(Code::GK0303)
            .arg("port", &group.port)
            .arg("service", &group.service)
            .arg("service_port", target.port.value.to_string()),
        None => Finding::new(Code::GK0302)
            .arg("port", &group.port)
            .arg("service", &group.service),
    };
    let label = words::NO_SUCH_PORT.arg("port", &group.port);
    let finding = mark::at(finding, reference.object, &pointer, Part::Value, label);
    let label = words::PORTS_ARE.arg("ports", ports.join(", "));
    let finding = mark::also(finding, service, "/spec/ports", Part::Key, label);
    let Some(only) = only else { return finding };
    let number = only.port.value;
    let title = words::SET_FIELD
        .arg("field", "number")
        .arg("value", number.to_string());
    let suggestion = Suggestion::new(title, Applicability::Review);
    finding.suggest(if by_number {
        suggestion.replace(pointer, number)
    } else {
        suggestion
            .remove(pointer)
            .add(format!("{}/port/number", reference.pointer), number)
    })
}

/// GK0305 with the addresses that are there and not ready.
fn none_ready(reference: &Reference<'_>, endpoints: &Endpoints) -> Finding {
    let finding = Finding::new(Code::GK0305).arg("service", &reference.group.service);
    let pointer = format!("{}/name", reference.pointer);
    let finding = mark::at(
        finding,
        reference.object,
        &pointer,
        Part::Value,
        &words::THIS_SERVICE,
    );
    let addresses: Vec<_> = endpoints
        .unready
        .iter()
        .map(|endpoint| match &endpoint.pod {
            Some(pod) => format!("{} ({pod})", endpoint.address),
            None => endpoint.address.to_string(),
        })
        .collect();
    let reason = format!("not ready: {}", addresses.join(", "));
    finding.note(words::REASON.arg("reason", reason))
}
