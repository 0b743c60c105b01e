//! Certificates: which Secret belongs to which host, as ingress-nginx's `createServers` finds it.
//!
//! A host gets its certificate from the oldest Ingress that names it in a rule and has a `tls` block at
//! all. What cannot be used is replaced by the default certificate, and the host keeps its redirect to
//! HTTPS. Only what was parsed leaves this module: names, dates, bytes. Keys are loaded elsewhere.

pub(crate) mod certificate;
mod choose;
pub(crate) mod client;
pub(crate) mod issuers;
mod name;
pub(crate) mod validity;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use genkan_objects::{
    ObjectStore, Resource,
    kind::{Secret, Timestamp},
};
use genkan_route::{
    host::HostName,
    tls::{CertificateName, KeyPair, Presentation, TlsTable},
};

use crate::{claims::Claims, options::Options};
use certificate::{Certificate, Unusable};

/// Everything about certificates, kept from one compile to the next.
#[derive(Debug, Default)]
pub(crate) struct Certificates {
    read: BTreeMap<CertificateName, Read>,
    /// Which certificate is presented to whom.
    pub(crate) table: Arc<TlsTable>,
    /// What is presented, by name.
    pub(crate) key_pairs: Arc<[Arc<KeyPair>]>,
}

/// A Secret and what was read from it.
#[derive(Debug)]
struct Read {
    object: Arc<Resource<Secret>>,
    certificate: Result<Arc<Certificate>, Unusable>,
}

impl Certificates {
    /// Reads what is referred to and assigns it to hosts.
    pub(crate) fn refresh(&mut self, objects: &ObjectStore, claims: &Claims, options: &Options) {
        let mut reading = Reading {
            objects,
            before: std::mem::take(&mut self.read),
            read: BTreeMap::new(),
        };
        let mut entries: BTreeMap<HostName, (Presentation, bool)> = BTreeMap::new();
        for host in claims.hosts() {
            let Some(presentation) = choose::presentation(host, claims, &mut reading) else {
                continue;
            };
            let other = choose::counterpart(host, &presentation.0, claims, &mut reading);
            entries.extend(other.map(|(name, presentation)| (name, (presentation, false))));
            entries.insert(host.clone(), presentation);
        }
        // what nobody is presented may be so for a reason that wants telling
        for (claim, object) in claims.all().filter(|(claim, _)| claim.is_served()) {
            for secret in object
                .spec
                .tls
                .iter()
                .filter_map(|entry| entry.secret_name.as_ref())
            {
                reading.usable(&CertificateName {
                    namespace: claim.name().namespace.clone(),
                    name: secret.value.clone().into(),
                });
            }
        }
        let default = default_name(options);
        let default = default.filter(|name| reading.usable(name).is_some());
        let default = Presentation {
            certificates: default.into_iter().collect(),
            authority: None,
        };
        let entries = entries
            .into_iter()
            .map(|(host, (presentation, certified))| (host, presentation, certified));
        self.read = reading.read;
        let table = TlsTable::assemble(default, entries);
        let key_pairs = self.used(&table);
        if *self.table != table {
            self.table = Arc::new(table);
        }
        if *self.key_pairs != *key_pairs {
            self.key_pairs = key_pairs.into();
        }
    }

    /// What was read from a Secret that somebody refers to; `None` where it does not exist.
    pub(crate) fn of(&self, name: &CertificateName) -> Option<&Result<Arc<Certificate>, Unusable>> {
        self.read.get(name).map(|read| &read.certificate)
    }

    /// When the next of them begins, ends, or comes near its end.
    pub(crate) fn changes_after(&self, now: Timestamp) -> Option<Timestamp> {
        let read = self.read.values();
        let certificates = read.filter_map(|read| read.certificate.as_ref().ok());
        let moments = certificates.flat_map(|certificate| certificate.validity.changes());
        moments.filter(|moment| *moment > now).min()
    }

    fn used(&self, table: &TlsTable) -> Vec<Arc<KeyPair>> {
        let presentations = table.presentations().iter();
        let names: BTreeSet<_> = presentations.flat_map(|p| &p.certificates).collect();
        let pairs = names.into_iter().filter_map(|name| {
            let certificate = self.read.get(name)?.certificate.as_ref().ok()?;
            Some(Arc::clone(&certificate.pair))
        });
        pairs.collect()
    }
}

/// `--default-ssl-certificate`.
pub(crate) fn default_name(options: &Options) -> Option<CertificateName> {
    let full_name = options.default_ssl_certificate.as_deref()?;
    let (namespace, name) = full_name.split_once('/')?;
    Some(CertificateName {
        namespace: namespace.into(),
        name: name.into(),
    })
}

/// Secrets being read, each at most once, and not again while the object is the same.
pub(crate) struct Reading<'o> {
    objects: &'o ObjectStore,
    before: BTreeMap<CertificateName, Read>,
    read: BTreeMap<CertificateName, Read>,
}

impl Reading<'_> {
    /// The certificate in a Secret, if there is one that can be presented.
    pub(crate) fn usable(&mut self, name: &CertificateName) -> Option<Arc<Certificate>> {
        if let Some(read) = self.read.get(name) {
            return read.certificate.as_ref().ok().cloned();
        }
        let object = self.objects.secrets.get(&name.namespace, &name.name)?;
        let known = self.before.remove(name);
        let read = known
            .filter(|known| Arc::ptr_eq(&known.object, object))
            .unwrap_or_else(|| Read {
                object: Arc::clone(object),
                certificate: certificate::read(name, &object.spec).map(Arc::new),
            });
        let usable = read.certificate.as_ref().ok().cloned();
        self.read.insert(name.clone(), read);
        usable
    }
}
