//! What the compiler asks of the object store, in one place.

use std::sync::Arc;

use genkan_objects::{
    ObjectStore, Resource,
    kind::{ConfigMap, Ingress, IngressClass, Service, StaticSite},
};

/// All Ingresses, by namespace and name.
pub(crate) fn ingresses(objects: &ObjectStore) -> impl Iterator<Item = &Arc<Resource<Ingress>>> {
    objects.ingresses.iter()
}

/// All IngressClasses, by name.
pub(crate) fn classes(objects: &ObjectStore) -> impl Iterator<Item = &Arc<Resource<IngressClass>>> {
    objects.ingress_classes.iter()
}

/// One Service.
pub(crate) fn service<'o>(
    objects: &'o ObjectStore,
    namespace: &str,
    name: &str,
) -> Option<&'o Arc<Resource<Service>>> {
    objects.services.get(namespace, name)
}

/// One StaticSite.
pub(crate) fn static_site<'o>(
    objects: &'o ObjectStore,
    namespace: &str,
    name: &str,
) -> Option<&'o Arc<Resource<StaticSite>>> {
    objects.static_sites.get(namespace, name)
}

/// One ConfigMap, by `namespace/name`.
pub(crate) fn config_map<'o>(
    objects: &'o ObjectStore,
    full_name: &str,
) -> Option<&'o Arc<Resource<ConfigMap>>> {
    let (namespace, name) = full_name.split_once('/')?;
    objects.config_maps.get(namespace, name)
}

/// Whether both are the same object in memory, or both absent.
pub(crate) fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}
