//! Upstream groups and their endpoints, kept from one compile to the next.
//!
//! Apart from hosts and routes: a Pod that comes or goes changes an [`Endpoints`] here and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use genkan_objects::{
    ObjectKey, ObjectStore, Resource,
    kind::{EndpointSlice, Kind, Service},
};
use genkan_route::{
    endpoint::{Absence, EndpointView, Endpoints, GroupKey},
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
    /// Groups whose endpoints have to be computed again.
    stale: BTreeSet<GroupKey>,
    /// Groups that are asked at the address of their Service.
    at_service: BTreeSet<GroupKey>,
    resolutions: Resolutions,
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
    resolution: Option<Resolution>,
    endpoints: Arc<Endpoints>,
}

/// EndpointSlices by the Service they belong to.
#[derive(Debug, Default)]
struct SliceIndex<'o> {
    by_service: HashMap<(&'o str, &'o str), Vec<&'o Arc<Resource<EndpointSlice>>>>,
}

impl<'o> SliceIndex<'o> {
    /// Indexes the slices of the namespaces that these groups are in.
    fn of_namespaces(objects: &'o ObjectStore, groups: &BTreeSet<GroupKey>) -> Self {
        let mut namespaces: Vec<_> = groups.iter().map(|key| &*key.namespace).collect();
        namespaces.dedup();
        let mut index = Self::default();
        for namespace in namespaces {
            for slice in objects.endpoint_slices.of_namespace(namespace) {
                if let Some(service) = &slice.spec.service {
                    let key = (slice.meta.namespace(), &**service);
                    index.by_service.entry(key).or_default().push(slice);
                }
            }
        }
        index
    }

    /// Slices of one Service, by name.
    fn of<'s>(
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
        self.stale.insert(key.clone());
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
        } else {
            self.stale.insert(key.clone());
        }
    }

    /// These groups are asked at the address of their Service from now on, and no others.
    pub(crate) fn ask_services(&mut self, groups: BTreeSet<GroupKey>) {
        let moved = self.at_service.symmetric_difference(&groups).cloned();
        self.stale.extend(moved);
        self.at_service = groups;
    }

    /// Computes the endpoints of groups that a change concerns. `before` is the store of the last
    /// refresh. Tells whether any endpoint changed.
    pub(crate) fn refresh(
        &mut self,
        objects: &ObjectStore,
        before: &ObjectStore,
        changed: &[ObjectKey],
        resolutions: &Resolutions,
        options: &Options,
    ) -> bool {
        self.mark_changed(objects, before, changed);
        self.mark_resolved(resolutions);
        if self.stale.is_empty() {
            return false;
        }
        let index = SliceIndex::of_namespaces(objects, &self.stale);
        let mut any = false;
        for key in std::mem::take(&mut self.stale) {
            let Some(group) = self.by_key.get_mut(&key) else {
                continue;
            };
            let at_service = self.at_service.contains(&key);
            any |= group.compute(&key, at_service, objects, &index, resolutions, options);
        }
        any
    }

    /// Groups of Services that changed, or that a changed EndpointSlice belongs or belonged to.
    fn mark_changed(&mut self, objects: &ObjectStore, before: &ObjectStore, changed: &[ObjectKey]) {
        for key in changed {
            match key.kind {
                Kind::Service => self.mark_service(&key.namespace, &key.name),
                Kind::EndpointSlice => {
                    for store in [before, objects] {
                        let slice = store.endpoint_slices.get(&key.namespace, &key.name);
                        if let Some(service) = slice.and_then(|slice| slice.spec.service.as_deref())
                        {
                            self.mark_service(&key.namespace, service);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn mark_service(&mut self, namespace: &str, service: &str) {
        let first = GroupKey {
            namespace: namespace.to_owned(),
            service: service.to_owned(),
            port: String::new(),
        };
        let of_service = |key: &&GroupKey| key.namespace == namespace && key.service == service;
        let keys = self
            .by_key
            .range(first..)
            .map(|(key, _)| key)
            .take_while(of_service);
        self.stale.extend(keys.cloned());
    }

    /// Groups of external names that resolve to something else now.
    fn mark_resolved(&mut self, resolutions: &Resolutions) {
        if self.resolutions == *resolutions {
            return;
        }
        self.resolutions.clone_from(resolutions);
        let moved = self.by_key.iter().filter(|(_, group)| {
            group.seen.as_ref().is_some_and(|seen| {
                let name = seen
                    .service
                    .as_ref()
                    .and_then(|s| s.spec.external_name.as_ref());
                seen.resolution.as_ref() != name.and_then(|name| resolutions.get(&*name.value))
            })
        });
        let keys: Vec<_> = moved.map(|(key, _)| key.clone()).collect();
        self.stale.extend(keys);
    }

    /// The endpoints laid out as a table's groups are. Both are sorted, so one walk is enough.
    pub(crate) fn view(&self, version: u64, layout: &[GroupKey]) -> EndpointView {
        let mut known = self.by_key.iter().peekable();
        let endpoints = |key: &GroupKey| {
            while known.next_if(|(before, _)| *before < key).is_some() {}
            let group = known
                .next_if(|(same, _)| *same == key)
                .map(|(_, group)| group);
            let seen = group.and_then(|group| group.seen.as_ref());
            seen.map_or_else(|| nothing(key), |seen| seen.endpoints.clone())
        };
        EndpointView {
            version,
            groups: layout.iter().map(endpoints).collect(),
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

/// For a group that routes lead to and nobody computed; there is none once a compile is through.
fn nothing(key: &GroupKey) -> Arc<Endpoints> {
    Arc::new(Endpoints {
        key: key.clone(),
        ready: Box::default(),
        unready: Box::default(),
        absence: Some(Absence::NoService),
    })
}

impl Group {
    /// Computes its endpoints. Tells whether they are others than before.
    fn compute(
        &mut self,
        key: &GroupKey,
        at_service: bool,
        objects: &ObjectStore,
        index: &SliceIndex<'_>,
        resolutions: &Resolutions,
        options: &Options,
    ) -> bool {
        let service = world::service(objects, &key.namespace, &key.service);
        let name = service.and_then(|service| service.spec.external_name.as_ref());
        let resolution = name.and_then(|name| resolutions.get(&*name.value));
        let fresh = endpoints(&Inputs {
            key,
            service: service.map(|service| &**service),
            slices: index.of(&key.namespace, &key.service),
            resolution,
            at_service,
            // ingress-nginx also takes a targetPort for the Service's port; the specification does not
            lenient: self.compatible_users > 0,
            options,
        });
        let before = self.seen.take().map(|seen| seen.endpoints);
        let (endpoints, changed) = match before {
            Some(before) if *before == fresh => (before, false),
            _ => (Arc::new(fresh), true),
        };
        self.seen = Some(Seen {
            service: service.cloned(),
            resolution: resolution.cloned(),
            endpoints,
        });
        changed
    }

    fn users(&mut self, mode: Mode) -> &mut usize {
        match mode {
            Mode::Strict => &mut self.strict_users,
            Mode::NginxCompatible => &mut self.compatible_users,
        }
    }
}
