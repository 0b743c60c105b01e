//! The part of a store that a change of one Ingress can concern: what a replay compiles.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use genkan_diagnosis::{Finding, PatchOperation};
use genkan_objects::{
    Object, ObjectStore, Resource,
    kind::{Ingress, IngressBackend},
};

use crate::ingress::host_name;

/// Kinds of which a store has no more than this many objects are taken whole.
const TAKEN_WHOLE_MAX: usize = 64;

/// Ingresses by the hosts they name.
pub(super) struct Neighbours<'o> {
    objects: &'o ObjectStore,
    by_host: HashMap<String, Vec<&'o Arc<Resource<Ingress>>>>,
}

impl<'o> Neighbours<'o> {
    /// Indexes a store.
    pub(super) fn of(objects: &'o ObjectStore) -> Self {
        let mut by_host: HashMap<_, Vec<_>> = HashMap::new();
        for object in objects.ingresses.iter() {
            for host in hosts(object) {
                by_host.entry(host).or_default().push(object);
            }
        }
        Self { objects, by_host }
    }

    /// The Ingresses that share a host with this one, and what they refer to or a suggestion of the
    /// finding would refer to.
    pub(super) fn around(&self, object: &Resource<Ingress>, finding: &Finding) -> ObjectStore {
        let mut part = ObjectStore {
            ingress_classes: self.objects.ingress_classes.clone(),
            static_sites: self.objects.static_sites.clone(),
            config_maps: self.objects.config_maps.clone(),
            namespaces: self.objects.namespaces.clone(),
            ..ObjectStore::default()
        };
        let hosts = hosts(object);
        let near = hosts
            .iter()
            .filter_map(|host| self.by_host.get(host))
            .flatten();
        for ingress in near {
            part.insert(Object::Ingress((*ingress).clone()));
        }
        let mut names = suggested_names(finding);
        for ingress in part.ingresses.iter() {
            names.extend(names_in(ingress));
        }
        self.take_services(&mut part, &names);
        self.take_secrets(&mut part, &names);
        if self.objects.workloads.len() <= TAKEN_WHOLE_MAX {
            part.workloads.clone_from(&self.objects.workloads);
        }
        part
    }

    fn take_services(&self, part: &mut ObjectStore, names: &BTreeSet<(String, String)>) {
        let (services, slices) = (&self.objects.services, &self.objects.endpoint_slices);
        if services.len() <= TAKEN_WHOLE_MAX && slices.len() <= TAKEN_WHOLE_MAX {
            part.services = services.clone();
            part.endpoint_slices = slices.clone();
            return;
        }
        for (namespace, name) in names {
            if let Some(service) = services.get(namespace, name) {
                part.insert(Object::Service(service.clone()));
            }
        }
        let namespaces: BTreeSet<_> = names.iter().map(|(namespace, _)| namespace).collect();
        for slice in namespaces
            .into_iter()
            .flat_map(|name| slices.of_namespace(name))
        {
            let service = slice.spec.service.as_deref().unwrap_or_default();
            if part.services.get(slice.meta.namespace(), service).is_some() {
                part.insert(Object::EndpointSlice(slice.clone()));
            }
        }
    }

    fn take_secrets(&self, part: &mut ObjectStore, names: &BTreeSet<(String, String)>) {
        if self.objects.secrets.len() <= TAKEN_WHOLE_MAX {
            part.secrets = self.objects.secrets.clone();
            return;
        }
        for (namespace, name) in names {
            if let Some(secret) = self.objects.secrets.get(namespace, name) {
                part.insert(Object::Secret(secret.clone()));
            }
        }
    }
}

/// Services and Secrets that an Ingress names, with their namespace.
fn names_in(object: &Resource<Ingress>) -> Vec<(String, String)> {
    let spec = &object.spec;
    let paths = spec
        .rules
        .iter()
        .flat_map(|rule| &rule.paths)
        .map(|path| &path.backend);
    let name = |backend: &IngressBackend| Some(backend.service.as_ref()?.name.value.to_string());
    let services = paths.chain(&spec.default_backend).filter_map(name);
    let secrets = spec
        .tls
        .iter()
        .filter_map(|entry| Some(entry.secret_name.as_ref()?.value.to_string()));
    let namespace = object.meta.namespace();
    services
        .chain(secrets)
        .map(|name| (namespace.to_owned(), name))
        .collect()
}

/// Texts that suggestions of a finding would write, as names in the finding's namespace.
fn suggested_names(finding: &Finding) -> BTreeSet<(String, String)> {
    let namespace = finding
        .object()
        .and_then(|object| object.namespace.as_deref())
        .unwrap_or_default();
    let operations = finding
        .suggestions()
        .iter()
        .flat_map(|suggestion| &suggestion.patch);
    let values = operations.filter_map(|operation| match operation {
        PatchOperation::Add { value, .. } | PatchOperation::Replace { value, .. } => value.as_str(),
        PatchOperation::Remove { .. } => None,
    });
    values
        .map(|value| (namespace.to_owned(), value.to_owned()))
        .collect()
}

/// Hosts that an Ingress names, the catch-all among them.
fn hosts(object: &Resource<Ingress>) -> BTreeSet<String> {
    let written = object.spec.rules.iter().map(|rule| {
        let host = rule.host.as_ref().map_or("", |host| &*host.value);
        host_name::read(host).map_or_else(|_| host.to_owned(), |read| host_name::show(&read.name))
    });
    let mut hosts: BTreeSet<_> = written.collect();
    if object.spec.default_backend.is_some() {
        hosts.insert("*".to_owned());
    }
    hosts
}
