//! Upstream groups and their endpoints, kept from one compile to the next.
//!
//! Apart from hosts and routes: a Pod that comes or goes changes an [`Endpoints`] here and nothing else.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use genkan_objects::{
    ObjectStore, Resource,
    kind::{EndpointSlice, Service},
};
use genkan_route::{
    endpoint::{EndpointView, Endpoints, GroupKey},
    route::Mode,
};

use crate::{
    endpoints::{Inputs, endpoints},
    external::{Resolution, Resolutions},
    options::Options,
    world,
};

/// All groups that routes lead to.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    by_key: BTreeMap<GroupKey, Group>,
}

#[derive(Debug, Default)]
struct Group {
    /// How many hosts lead here by a route of either mode.
    strict_users: usize,
    compatible_users: usize,
    seen: Option<Seen>,
}

/// What the endpoints were made from, and they themselves.
#[derive(Debug)]
struct Seen {
    service: Option<Arc<Resource<Service>>>,
    slices: Vec<Arc<Resource<EndpointSlice>>>,
    resolution: Option<Resolution>,
    lenient: bool,
    endpoints: Arc<Endpoints>,
}

/// EndpointSlices by the Service they belong to.
#[derive(Debug, Default)]
pub(crate) struct SliceIndex<'o> {
    by_service: HashMap<(&'o str, &'o str), Vec<&'o Arc<Resource<EndpointSlice>>>>,
}

impl<'o> SliceIndex<'o> {
    /// Indexes a store.
    pub(crate) fn new(objects: &'o ObjectStore) -> Self {
        let mut index = Self::default();
        for slice in world::slices(objects) {
            if let Some(service) = &slice.spec.service {
                let key = (slice.meta.namespace(), &**service);
                index.by_service.entry(key).or_default().push(slice);
            }
        }
        index
    }

    /// Slices of one Service, by name.
    pub(crate) fn of<'s>(
        &'s self,
        namespace: &'s str,
        service: &'s str,
    ) -> &'s [&'o Arc<Resource<EndpointSlice>>]
    where
        'o: 's,
    {
        self.by_service
            .get(&(namespace, service))
            .map_or(&[], |slices| &**slices)
    }
}

impl Groups {
    /// Routes lead here now.
    pub(crate) fn join(&mut self, key: &GroupKey, mode: Mode) {
        *self.by_key.entry(key.clone()).or_default().users(mode) += 1;
    }

    /// Routes no longer lead here.
    pub(crate) fn leave(&mut self, key: &GroupKey, mode: Mode) {
        let Some(group) = self.by_key.get_mut(key) else {
            return;
        };
        let users = group.users(mode);
        *users = users.saturating_sub(1);
        if group.strict_users + group.compatible_users == 0 {
            self.by_key.remove(key);
        }
    }

    /// Computes the endpoints of every group whose inputs are others than before. Tells whether any
    /// changed.
    pub(crate) fn refresh(
        &mut self,
        objects: &ObjectStore,
        resolutions: &Resolutions,
        options: &Options,
    ) -> bool {
        let index = SliceIndex::new(objects);
        let mut changed = false;
        for (key, group) in &mut self.by_key {
            let service = world::service(objects, &key.namespace, &key.service);
            let slices = index.of(&key.namespace, &key.service);
            let name = service.and_then(|service| service.spec.external_name.as_ref());
            let resolution = name.and_then(|name| resolutions.get(&*name.value));
            // ingress-nginx also takes a targetPort for the Service's port; the specification does not
            let lenient = group.compatible_users > 0;
            let current = group.seen.as_ref().is_some_and(|seen| {
                seen.lenient == lenient
                    && world::same(seen.service.as_ref(), service)
                    && seen.slices.len() == slices.len()
                    && seen
                        .slices
                        .iter()
                        .zip(slices)
                        .all(|(a, b)| Arc::ptr_eq(a, b))
                    && seen.resolution.as_ref() == resolution
            });
            if current {
                continue;
            }
            let inputs = Inputs {
                key,
                service: service.map(|service| &**service),
                slices,
                resolution,
                lenient,
                options,
            };
            let fresh = endpoints(&inputs);
            let before = group.seen.take().map(|seen| seen.endpoints);
            let endpoints = match before {
                Some(before) if *before == fresh => before,
                _ => {
                    changed = true;
                    Arc::new(fresh)
                }
            };
            group.seen = Some(Seen {
                service: service.cloned(),
                slices: slices.iter().map(|slice| (*slice).clone()).collect(),
                resolution: resolution.cloned(),
                lenient,
                endpoints,
            });
        }
        changed
    }

    /// The endpoints laid out as a table's groups are.
    pub(crate) fn view(&self, version: u64, layout: &[GroupKey]) -> EndpointView {
        let nothing = |key: &GroupKey| {
            Arc::new(Endpoints {
                key: key.clone(),
                ready: Box::default(),
                unready: Box::default(),
                absence: Some(genkan_route::endpoint::Absence::NoService),
            })
        };
        let groups = layout
            .iter()
            .map(|key| self.of(key).cloned().unwrap_or_else(|| nothing(key)));
        EndpointView {
            version,
            groups: groups.collect(),
        }
    }

    /// The endpoints of one group.
    pub(crate) fn of(&self, key: &GroupKey) -> Option<&Arc<Endpoints>> {
        Some(&self.by_key.get(key)?.seen.as_ref()?.endpoints)
    }

    /// All groups with their endpoints and Services.
    pub(crate) fn all(
        &self,
    ) -> impl Iterator<Item = (&GroupKey, &Arc<Endpoints>, Option<&Arc<Resource<Service>>>)> {
        self.by_key.iter().filter_map(|(key, group)| {
            let seen = group.seen.as_ref()?;
            Some((key, &seen.endpoints, seen.service.as_ref()))
        })
    }

    /// How many different Services routes lead to.
    pub(crate) fn service_count(&self) -> usize {
        let mut services: Vec<_> = self
            .by_key
            .keys()
            .map(|key| (&key.namespace, &key.service))
            .collect();
        services.dedup();
        services.len()
    }
}

impl Group {
    fn users(&mut self, mode: Mode) -> &mut usize {
        match mode {
            Mode::Strict => &mut self.strict_users,
            Mode::NginxCompatible => &mut self.compatible_users,
        }
    }
}
