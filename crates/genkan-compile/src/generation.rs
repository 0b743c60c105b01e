//! What a compile gives: everything that traffic, the cluster and people need to know about one moment.

use std::sync::Arc;

use genkan_diagnosis::Finding;
use genkan_objects::{
    ObjectStore, Resource,
    kind::{Ingress, Service, StaticSite, Timestamp},
};
use genkan_route::{
    endpoint::GroupKey,
    host::Host,
    route::{Inactive, Mode, RouteOrigin},
    snapshot::Snapshot,
    tls::KeyPair,
};

use crate::{external::Resolutions, options::Options, order::IngressName};

/// One generation.
#[derive(Clone, Debug)]
pub struct Generation {
    /// What workers serve from.
    pub snapshot: Snapshot,
    /// Certificates and keys that the snapshot's names stand for.
    pub key_pairs: Arc<[Arc<KeyPair>]>,
    /// What is wrong, in the order in which it is shown. [`Generation::lint`] finds more.
    pub findings: Vec<Finding>,
    /// What became of each Ingress, by name.
    pub statuses: Arc<[IngressStatus]>,
    /// Counts for the first line of output.
    pub summary: Summary,
    /// External names that want resolving, sorted.
    pub external_names: Vec<String>,
    /// The objects behind it all.
    pub origins: Origins,
    /// When the findings change though nothing else does: the next time that a certificate begins, ends
    /// or comes near its end.
    pub changes_at: Option<Timestamp>,
    pub(crate) options: Arc<Options>,
    pub(crate) resolutions: Resolutions,
    pub(crate) now: Timestamp,
}

impl Generation {
    /// Its number; only grows.
    pub fn number(&self) -> u64 {
        self.snapshot.generation
    }

    /// The hosts served, by name.
    pub fn hosts(&self) -> impl Iterator<Item = &Arc<Host>> {
        self.snapshot.table.hosts()
    }
}

/// What became of one Ingress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngressStatus {
    /// Which one.
    pub name: IngressName,
    /// Why it takes no part, when it does not.
    pub not_served: Option<Inactive>,
    /// Semantics it asked for.
    pub mode: Mode,
}

/// Counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Ingresses that are served.
    pub ingresses: usize,
    /// Routes, implied ones left out.
    pub routes: usize,
    /// Services and sites that routes lead to.
    pub services: usize,
}

/// From names in a snapshot back to objects.
#[derive(Clone, Debug)]
pub struct Origins {
    pub(crate) objects: ObjectStore,
}

impl Origins {
    /// All objects of the generation.
    pub fn objects(&self) -> &ObjectStore {
        &self.objects
    }

    /// The Ingress that a route comes from; none for the installation's default backend.
    pub fn ingress(&self, origin: &RouteOrigin) -> Option<&Arc<Resource<Ingress>>> {
        if origin.kind != "Ingress" {
            return None;
        }
        self.objects.ingresses.get(&origin.namespace, &origin.name)
    }

    /// The Service of a group.
    pub fn service(&self, group: &GroupKey) -> Option<&Arc<Resource<Service>>> {
        self.objects.services.get(&group.namespace, &group.service)
    }

    /// The object behind a site.
    pub fn site(
        &self,
        site: &genkan_route::site::StaticSite,
    ) -> Option<&Arc<Resource<StaticSite>>> {
        self.objects.static_sites.get(&site.namespace, &site.name)
    }

    /// JSON pointer to what a route was made from, within its Ingress: the entry of `http.paths`, or
    /// `spec.defaultBackend`.
    pub fn pointer(&self, origin: &RouteOrigin) -> String {
        crate::mark::route_pointer(origin)
    }
}
