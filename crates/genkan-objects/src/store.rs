//! The objects of one moment, by kind, namespace and name.
//!
//! A store is cheap to clone: clones share everything that did not change since. Iteration is sorted, so
//! that nothing downstream depends on the order of arrival.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::kind::{
    ConfigMap, EndpointSlice, Ingress, IngressClass, Kind, Namespace, Secret, Service, StaticSite,
    Workload,
};
use crate::resource::{Object, ObjectKey, Resource};

/// All objects of one moment.
#[derive(Clone, Debug, Default)]
pub struct ObjectStore {
    /// Ingresses.
    pub ingresses: Table<Ingress>,
    /// Ingress classes.
    pub ingress_classes: Table<IngressClass>,
    /// Services.
    pub services: Table<Service>,
    /// Endpoint slices.
    pub endpoint_slices: Table<EndpointSlice>,
    /// Secrets.
    pub secrets: Table<Secret>,
    /// Config maps.
    pub config_maps: Table<ConfigMap>,
    /// Namespaces.
    pub namespaces: Table<Namespace>,
    /// Pods and what makes them; names are unique per kind only, so the kind is part of the key here.
    pub workloads: BTreeMap<ObjectKey, Arc<Resource<Workload>>>,
    /// Static sites.
    pub static_sites: Table<StaticSite>,
}

impl ObjectStore {
    /// Puts an object in, in place of the one with the same key.
    pub fn insert(&mut self, object: Object) {
        let ObjectKey {
            namespace, name, ..
        } = object.key();
        match object {
            Object::Ingress(object) => self.ingresses.insert(namespace, name, object),
            Object::IngressClass(object) => self.ingress_classes.insert(namespace, name, object),
            Object::Service(object) => self.services.insert(namespace, name, object),
            Object::EndpointSlice(object) => self.endpoint_slices.insert(namespace, name, object),
            Object::Secret(object) => self.secrets.insert(namespace, name, object),
            Object::ConfigMap(object) => self.config_maps.insert(namespace, name, object),
            Object::Namespace(object) => self.namespaces.insert(namespace, name, object),
            Object::StaticSite(object) => self.static_sites.insert(namespace, name, object),
            Object::Workload(object) => {
                let kind = Kind::Workload(object.spec.kind);
                self.workloads.insert(
                    ObjectKey {
                        kind,
                        namespace,
                        name,
                    },
                    object,
                );
            }
        }
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &ObjectKey) {
        let (namespace, name) = (&*key.namespace, &*key.name);
        match key.kind {
            Kind::Ingress => self.ingresses.remove(namespace, name),
            Kind::IngressClass => self.ingress_classes.remove(namespace, name),
            Kind::Service => self.services.remove(namespace, name),
            Kind::EndpointSlice => self.endpoint_slices.remove(namespace, name),
            Kind::Secret => self.secrets.remove(namespace, name),
            Kind::ConfigMap => self.config_maps.remove(namespace, name),
            Kind::Namespace => self.namespaces.remove(namespace, name),
            Kind::StaticSite => self.static_sites.remove(namespace, name),
            Kind::Workload(_) => {
                self.workloads.remove(key);
            }
        }
    }

    /// The object with this key.
    pub fn get(&self, key: &ObjectKey) -> Option<Object> {
        let (namespace, name) = (&*key.namespace, &*key.name);
        match key.kind {
            Kind::Ingress => self
                .ingresses
                .get(namespace, name)
                .cloned()
                .map(Object::Ingress),
            Kind::IngressClass => self
                .ingress_classes
                .get(namespace, name)
                .cloned()
                .map(Object::IngressClass),
            Kind::Service => self
                .services
                .get(namespace, name)
                .cloned()
                .map(Object::Service),
            Kind::EndpointSlice => self
                .endpoint_slices
                .get(namespace, name)
                .cloned()
                .map(Object::EndpointSlice),
            Kind::Secret => self
                .secrets
                .get(namespace, name)
                .cloned()
                .map(Object::Secret),
            Kind::ConfigMap => self
                .config_maps
                .get(namespace, name)
                .cloned()
                .map(Object::ConfigMap),
            Kind::Namespace => self
                .namespaces
                .get(namespace, name)
                .cloned()
                .map(Object::Namespace),
            Kind::StaticSite => self
                .static_sites
                .get(namespace, name)
                .cloned()
                .map(Object::StaticSite),
            Kind::Workload(_) => self.workloads.get(key).cloned().map(Object::Workload),
        }
    }

    /// All objects, sorted by kind, namespace and name.
    pub fn objects(&self) -> impl Iterator<Item = Object> + '_ {
        let first = self.ingresses.iter().cloned().map(Object::Ingress);
        first
            .chain(
                self.ingress_classes
                    .iter()
                    .cloned()
                    .map(Object::IngressClass),
            )
            .chain(self.services.iter().cloned().map(Object::Service))
            .chain(
                self.endpoint_slices
                    .iter()
                    .cloned()
                    .map(Object::EndpointSlice),
            )
            .chain(self.secrets.iter().cloned().map(Object::Secret))
            .chain(self.config_maps.iter().cloned().map(Object::ConfigMap))
            .chain(self.namespaces.iter().cloned().map(Object::Namespace))
            .chain(self.workloads.values().cloned().map(Object::Workload))
            .chain(self.static_sites.iter().cloned().map(Object::StaticSite))
    }

    /// Keys whose objects differ between two stores, sorted: added, changed or removed. Namespaces that
    /// both share are not looked at.
    pub fn changes_since(&self, before: &Self) -> Vec<ObjectKey> {
        let mut keys = Vec::new();
        self.ingresses
            .changes(&before.ingresses, Kind::Ingress, &mut keys);
        self.ingress_classes
            .changes(&before.ingress_classes, Kind::IngressClass, &mut keys);
        self.services
            .changes(&before.services, Kind::Service, &mut keys);
        self.endpoint_slices
            .changes(&before.endpoint_slices, Kind::EndpointSlice, &mut keys);
        self.secrets
            .changes(&before.secrets, Kind::Secret, &mut keys);
        self.config_maps
            .changes(&before.config_maps, Kind::ConfigMap, &mut keys);
        self.namespaces
            .changes(&before.namespaces, Kind::Namespace, &mut keys);
        self.static_sites
            .changes(&before.static_sites, Kind::StaticSite, &mut keys);
        let both = self.workloads.keys().chain(before.workloads.keys());
        keys.extend(
            both.filter(
                |key| match (self.workloads.get(*key), before.workloads.get(*key)) {
                    (Some(now), Some(then)) => !Arc::ptr_eq(now, then),
                    _ => true,
                },
            )
            .cloned(),
        );
        keys.sort();
        keys.dedup();
        keys
    }
}

/// Objects of one kind, by namespace and name. The namespace is empty for cluster-wide kinds.
pub struct Table<T> {
    namespaces: Arc<BTreeMap<Arc<str>, Named<T>>>,
}

/// The objects of one namespace.
type Named<T> = Arc<BTreeMap<Arc<str>, Arc<Resource<T>>>>;

impl<T> Table<T> {
    /// The object with this name.
    pub fn get(&self, namespace: &str, name: &str) -> Option<&Arc<Resource<T>>> {
        self.namespaces.get(namespace)?.get(name)
    }

    /// All objects, sorted by namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Resource<T>>> {
        self.namespaces.values().flat_map(|names| names.values())
    }

    /// The objects of one namespace, sorted by name.
    pub fn of_namespace(&self, namespace: &str) -> impl Iterator<Item = &Arc<Resource<T>>> {
        self.namespaces
            .get(namespace)
            .into_iter()
            .flat_map(|names| names.values())
    }

    /// Objects with this name, sorted by namespace: to say where else something is.
    pub fn named<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t Arc<Resource<T>>> {
        self.namespaces
            .values()
            .filter_map(move |names| names.get(name))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.namespaces.values().map(|names| names.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.namespaces.is_empty()
    }

    fn insert(&mut self, namespace: Arc<str>, name: Arc<str>, object: Arc<Resource<T>>) {
        let namespaces = Arc::make_mut(&mut self.namespaces);
        let names = namespaces.entry(namespace).or_default();
        Arc::make_mut(names).insert(name, object);
    }

    fn remove(&mut self, namespace: &str, name: &str) {
        if self.get(namespace, name).is_none() {
            return;
        }
        let namespaces = Arc::make_mut(&mut self.namespaces);
        if let Some(names) = namespaces.get_mut(namespace) {
            Arc::make_mut(names).remove(name);
            if names.is_empty() {
                namespaces.remove(namespace);
            }
        }
    }

    fn changes(&self, before: &Self, kind: Kind, keys: &mut Vec<ObjectKey>) {
        if Arc::ptr_eq(&self.namespaces, &before.namespaces) {
            return;
        }
        for namespace in self.namespaces.keys().chain(before.namespaces.keys()) {
            let (now, then) = (
                self.namespaces.get(namespace),
                before.namespaces.get(namespace),
            );
            if matches!((now, then), (Some(now), Some(then)) if Arc::ptr_eq(now, then)) {
                continue;
            }
            let key = |name: &Arc<str>| ObjectKey {
                kind,
                namespace: namespace.clone(),
                name: name.clone(),
            };
            differing(
                now.map(|names| &**names),
                then.map(|names| &**names),
                |name| {
                    keys.push(key(name));
                },
            );
        }
    }
}

/// Names under which two sorted tables do not hold the same object, found by walking both at once.
fn differing<T>(
    now: Option<&BTreeMap<Arc<str>, Arc<T>>>,
    then: Option<&BTreeMap<Arc<str>, Arc<T>>>,
    mut found: impl FnMut(&Arc<str>),
) {
    let mut now = now.into_iter().flatten().peekable();
    let mut then = then.into_iter().flatten().peekable();
    loop {
        let order = match (now.peek(), then.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((a, _)), Some((b, _))) => a.cmp(b),
        };
        let left = if order.is_le() { now.next() } else { None };
        let right = if order.is_ge() { then.next() } else { None };
        let same = matches!((left, right), (Some((_, a)), Some((_, b))) if Arc::ptr_eq(a, b));
        if let Some((name, _)) = left.or(right).filter(|_| !same) {
            found(name);
        }
    }
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self {
            namespaces: Arc::clone(&self.namespaces),
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            namespaces: Arc::default(),
        }
    }
}

impl<T> fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} objects)", self.len())
    }
}
