//! Every Ingress as a claim, kept from one compile to the next.
//!
//! An Ingress is lowered again only when its object, or something its meaning depends on, changed. What
//! changed names the hosts that have to be assembled again.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use genkan_objects::{
    ObjectKey, ObjectStore, Resource,
    kind::{Ingress, Kind},
};
use genkan_route::{endpoint::GroupKey, host::HostName, route::Target};

use crate::{
    base::Base,
    ingress::{Claim, lower::lower},
    options::Options,
    order::{IngressName, Precedence},
    world,
};

/// All claims, by Ingress and by host.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    by_name: BTreeMap<IngressName, Entry>,
    by_host: HashMap<HostName, BTreeMap<Precedence, Arc<Claim>>>,
}

#[derive(Debug)]
struct Entry {
    object: Arc<Resource<Ingress>>,
    /// Objects that its meaning depends on, sorted; they need not exist.
    uses: Vec<ObjectKey>,
    claim: Arc<Claim>,
}

/// The name of an Ingress.
pub(crate) fn name_of(object: &Resource<Ingress>) -> IngressName {
    IngressName {
        namespace: object.meta.namespace.clone().unwrap_or_else(|| "".into()),
        name: object.meta.name.value.clone(),
    }
}

impl Claims {
    /// Takes in what changed in a store. Gives the hosts whose claims changed. Everything is read anew
    /// when the common ground changed.
    pub(crate) fn refresh(
        &mut self,
        objects: &ObjectStore,
        changed: &[ObjectKey],
        base: &Base,
        base_changed: bool,
        options: &Options,
    ) -> BTreeSet<HostName> {
        let mut names: BTreeSet<_> = changed
            .iter()
            .filter(|key| key.kind == Kind::Ingress)
            .map(|key| IngressName {
                namespace: key.namespace.clone(),
                name: key.name.clone(),
            })
            .collect();
        if base_changed {
            names.extend(self.by_name.keys().cloned());
            names.extend(world::ingresses(objects).map(|object| name_of(object)));
        }
        names.extend(self.users(changed));
        let mut dirty = BTreeSet::new();
        for name in names {
            if let Some(before) = self.by_name.remove(&name) {
                self.leave(&before.claim, &mut dirty);
            }
            let Some(object) = objects.ingresses.get(&name.namespace, &name.name) else {
                continue;
            };
            let (claim, uses) = lower(object, objects, base, options);
            let claim = Arc::new(claim);
            self.join(&claim, &mut dirty);
            let object = object.clone();
            self.by_name.insert(
                name,
                Entry {
                    object,
                    uses,
                    claim,
                },
            );
        }
        dirty
    }

    /// Ingresses whose meaning depends on an object that changed.
    fn users(&self, changed: &[ObjectKey]) -> Vec<IngressName> {
        let of_use = |key: &&ObjectKey| {
            matches!(
                key.kind,
                Kind::StaticSite | Kind::ConfigMap | Kind::Secret | Kind::Service
            )
        };
        let changed: Vec<_> = changed.iter().filter(of_use).collect();
        if changed.is_empty() {
            return Vec::new();
        }
        let uses = |(_, entry): &(&IngressName, &Entry)| {
            changed
                .iter()
                .any(|key| entry.uses.binary_search(key).is_ok())
        };
        let users = self.by_name.iter().filter(uses);
        users.map(|(name, _)| name.clone()).collect()
    }

    fn join(&mut self, claim: &Arc<Claim>, dirty: &mut BTreeSet<HostName>) {
        for host in claim.hosts() {
            let members = self.by_host.entry(host.clone()).or_default();
            members.insert(claim.precedence.clone(), claim.clone());
            dirty.insert(host);
        }
    }

    fn leave(&mut self, claim: &Claim, dirty: &mut BTreeSet<HostName>) {
        for host in claim.hosts() {
            if let Some(members) = self.by_host.get_mut(&host) {
                members.remove(&claim.precedence);
                if members.is_empty() {
                    self.by_host.remove(&host);
                }
            }
            dirty.insert(host);
        }
    }

    /// Claims on a host, oldest first.
    pub(crate) fn on_host(&self, host: &HostName) -> Vec<Arc<Claim>> {
        self.by_host
            .get(host)
            .map(|members| members.values().cloned().collect())
            .unwrap_or_default()
    }

    /// Service ports that are asked at the address of their Service: the oldest Ingress that leads to one
    /// decides (`createUpstreams`).
    pub(crate) fn service_upstreams(&self) -> BTreeSet<GroupKey> {
        let claims = self.by_name.values().map(|entry| &entry.claim);
        let mut claims: Vec<_> = claims.filter(|claim| claim.is_served()).collect();
        if !claims.iter().any(|claim| claim.effects.service_upstream) {
            return BTreeSet::new();
        }
        claims.sort_unstable_by(|a, b| a.precedence.cmp(&b.precedence));
        let mut decided: BTreeMap<&GroupKey, bool> = BTreeMap::new();
        for claim in claims {
            let paths = claim.rules.iter().flat_map(|rule| &rule.paths);
            let targets = paths.map(|path| &path.target).chain(&claim.default_backend);
            for target in targets {
                if let Target::Service(group) = target {
                    let asked = claim.effects.service_upstream;
                    decided.entry(group).or_insert(asked);
                }
            }
        }
        let asked = decided.into_iter().filter(|(_, asked)| *asked);
        asked.map(|(group, _)| group.clone()).collect()
    }

    /// All hosts that somebody claims, in no order.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &HostName> {
        self.by_host.keys()
    }

    /// All claims with their objects, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Arc<Claim>, &Arc<Resource<Ingress>>)> {
        self.by_name
            .values()
            .map(|entry| (&entry.claim, &entry.object))
    }

    /// One claim.
    pub(crate) fn get(&self, name: &IngressName) -> Option<(&Arc<Claim>, &Arc<Resource<Ingress>>)> {
        self.by_name
            .get(name)
            .map(|entry| (&entry.claim, &entry.object))
    }
}
