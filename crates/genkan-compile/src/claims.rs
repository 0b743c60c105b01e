//! Every Ingress as a claim, kept from one compile to the next.
//!
//! An Ingress is lowered again only when its object, or something its meaning depends on, is another
//! one in memory. What changed names the hosts that have to be assembled again.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use genkan_objects::{
    ObjectStore, Resource,
    kind::{Ingress, StaticSite},
};
use genkan_route::host::HostName;

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
    pass: u64,
}

#[derive(Debug)]
struct Entry {
    object: Arc<Resource<Ingress>>,
    sites: Vec<SiteUse>,
    claim: Arc<Claim>,
    /// Number of the pass that saw the object last.
    seen: u64,
}

/// A StaticSite that an Ingress leads to: which one, and what was there when it was lowered.
#[derive(Clone, Debug)]
pub(crate) struct SiteUse {
    /// Its name, in the namespace of the Ingress.
    pub name: Arc<str>,
    /// The object, if there was one.
    pub found: Option<Arc<Resource<StaticSite>>>,
}

impl Entry {
    fn is_current(&self, object: &Arc<Resource<Ingress>>, objects: &ObjectStore) -> bool {
        Arc::ptr_eq(&self.object, object)
            && self.sites.iter().all(|site| {
                let now = world::static_site(objects, object.meta.namespace(), &site.name);
                world::same(site.found.as_ref(), now)
            })
    }
}

impl Claims {
    /// Takes in the Ingresses of a store. Gives the hosts whose claims changed.
    pub(crate) fn refresh(
        &mut self,
        objects: &ObjectStore,
        base: &Base,
        base_changed: bool,
        options: &Options,
    ) -> BTreeSet<HostName> {
        let mut dirty = BTreeSet::new();
        self.pass += 1;
        for object in world::ingresses(objects) {
            let name = IngressName {
                namespace: object.meta.namespace.clone().unwrap_or_else(|| "".into()),
                name: object.meta.name.value.clone(),
            };
            if let Some(entry) = self.by_name.get_mut(&name) {
                entry.seen = self.pass;
                if !base_changed && entry.is_current(object, objects) {
                    continue;
                }
            }
            let (claim, sites) = lower(object, objects, base, options);
            let claim = Arc::new(claim);
            let object = object.clone();
            let entry = Entry {
                object,
                sites,
                claim: claim.clone(),
                seen: self.pass,
            };
            if let Some(before) = self.by_name.insert(name, entry) {
                self.leave(&before.claim, &mut dirty);
            }
            self.join(&claim, &mut dirty);
        }
        self.drop_unseen(&mut dirty);
        dirty
    }

    fn drop_unseen(&mut self, dirty: &mut BTreeSet<HostName>) {
        let pass = self.pass;
        let gone: Vec<_> = self
            .by_name
            .iter()
            .filter(|(_, e)| e.seen != pass)
            .map(|(n, _)| n.clone())
            .collect();
        for name in gone {
            if let Some(entry) = self.by_name.remove(&name) {
                self.leave(&entry.claim, dirty);
            }
        }
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
