//! `proxy-ssl-*` with the Secret it names: how a backend is spoken to over TLS.
//!
//! A Secret that is missing or cannot be used closes the routes, and so does verification without an
//! authority: unprotected traffic is not what was asked for.

use std::sync::Arc;

use genkan_diagnosis::{Code, Finding, Text, words as say};
use genkan_objects::{
    ObjectKey, ObjectStore, Resource,
    kind::{Ingress, Kind, Secret},
};
use genkan_route::{
    route::Closed,
    upstream::{Confidential, Identity, TlsVersions, UNNAMED, UpstreamTls, Verification},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::{
    annotation::{Fate, Problem, Remark, upstream_tls::Draft, value::Malformed, words},
    mark::{self, Part, annotation_key, annotation_pointer},
    options::{Options, World},
};

const SECRET: &str = "proxy-ssl-secret";
const VERIFY: &str = "proxy-ssl-verify";

/// What `proxy-ssl-*` of one Ingress comes to.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// The TLS, when there is a Secret that can be used.
    pub tls: Option<Arc<UpstreamTls>>,
    /// Why the routes are closed, if they are.
    pub closed: Option<Closed>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The Secret it depends on.
    pub used: Option<ObjectKey>,
}

/// Looks the Secret up and reads it.
pub(crate) fn resolve(
    object: &Resource<Ingress>,
    draft: &Draft,
    objects: &ObjectStore,
    options: &Options,
) -> Resolved {
    let mut resolved = Resolved::default();
    let Some((namespace, name)) = draft
        .secret
        .as_deref()
        .and_then(|full| full.split_once('/'))
    else {
        return resolved;
    };
    if namespace != object.meta.namespace() {
        resolved.refuse(object, &(&words::FOREIGN_SECRET).into());
        return resolved;
    }
    resolved.used = Some(ObjectKey {
        kind: Kind::Secret,
        namespace: namespace.into(),
        name: name.into(),
    });
    let Some(secret) = objects.secrets.get(namespace, name) else {
        // An open world cannot tell.
        if options.world == World::Closed {
            resolved.missing(object, namespace, name);
        }
        return resolved;
    };
    match material(&secret.spec) {
        Err(wrong) => resolved.refuse(object, &wrong),
        Ok(Material { roots, .. }) if draft.verify && roots.is_empty() => {
            resolved.without_authority(object, namespace, name);
        }
        Ok(material) => resolved.tls = Some(Arc::new(spoken(draft, material))),
    }
    resolved
}

fn spoken(draft: &Draft, material: Material) -> UpstreamTls {
    // The original writes the directives of versions and ciphers only beside an authority.
    let usual = TlsVersions {
        tls12: true,
        tls13: material.roots.is_empty(),
    };
    UpstreamTls {
        versions: draft.versions.unwrap_or(usual),
        cipher_suites: draft.cipher_suites.clone(),
        name: draft.name.as_deref().unwrap_or(UNNAMED).into(),
        sends_name: draft.sends_name,
        verification: draft.verify.then(|| Verification {
            roots: material.roots,
            depth: draft.depth.unwrap_or(DEPTH),
        }),
        identity: material.identity,
    }
}

/// `proxy-ssl-verify-depth` where none is written.
const DEPTH: u32 = 1;

impl Resolved {
    fn close(&mut self, code: &'static str, annotation: &'static str) {
        self.closed = Some(Closed { code, annotation });
    }

    /// GK0400: the Secret is not there.
    fn missing(&mut self, object: &Resource<Ingress>, namespace: &str, name: &str) {
        let finding = Finding::new(Code::GK0400)
            .arg("secret", format!("{namespace}/{name}"))
            .note(&say::ROUTE_CLOSED);
        let pointer = pointer(object, SECRET);
        self.findings.push(mark::at(
            finding,
            object,
            &pointer,
            Part::Value,
            &say::NOT_FOUND,
        ));
        self.close("GK0400", SECRET);
    }

    /// GK0202: the Secret cannot be used.
    fn refuse(&mut self, object: &Resource<Ingress>, wrong: &genkan_diagnosis::Message) {
        let key = annotation_key(object, SECRET).unwrap_or(SECRET).to_owned();
        let value = object
            .meta
            .annotation(&key)
            .map_or_else(String::new, |found| found.value.value.to_string());
        let remark = Remark {
            key,
            value,
            problem: Problem::BadValue {
                expected: (&words::BACKEND_SECRET).into(),
                wrong: Malformed::new(wrong.clone()),
            },
            fate: Fate::Closed,
        };
        self.close(remark.code(), SECRET);
        self.findings
            .extend(crate::check::remark::findings(object, &[remark]));
    }

    /// GK0354: nothing to verify with. The original then verifies nothing.
    fn without_authority(&mut self, object: &Resource<Ingress>, namespace: &str, name: &str) {
        let finding = Finding::new(Code::GK0354)
            .arg("endpoint", "the backend")
            .arg("secret", format!("{namespace}/{name}"))
            .note(&say::ROUTE_CLOSED);
        let pointer = pointer(object, VERIFY);
        self.findings.push(mark::at(
            finding,
            object,
            &pointer,
            Part::Value,
            &say::NO_AUTHORITY,
        ));
        self.close("GK0354", VERIFY);
    }
}

fn pointer(object: &Resource<Ingress>, name: &str) -> String {
    annotation_pointer(annotation_key(object, name).unwrap_or(name))
}

/// What a Secret holds.
struct Material {
    roots: Box<[Box<[u8]>]>,
    identity: Option<Identity>,
}

fn material(secret: &Secret) -> Result<Material, genkan_diagnosis::Message> {
    let value = |key| {
        let bytes = secret.get(key).map(|value| value.reveal());
        bytes.filter(|bytes| !bytes.trim_ascii().is_empty())
    };
    let identity = match (value("tls.crt"), value("tls.key")) {
        (None, None) => None,
        (Some(chain), Some(key)) => {
            PrivateKeyDer::from_pem_slice(key).map_err(|_| no_pem("tls.key"))?;
            Some(Identity {
                chain: certificates(chain, "tls.crt")?,
                key: Confidential::new(key),
            })
        }
        _ => return Err((&words::HALF_A_PAIR).into()),
    };
    let roots = match value("ca.crt") {
        Some(bytes) => certificates(bytes, "ca.crt")?,
        None => Box::default(),
    };
    if roots.is_empty() && identity.is_none() {
        return Err((&words::NOTHING_TO_SHOW).into());
    }
    Ok(Material { roots, identity })
}

/// All certificates of a bundle; other sections are passed over, none at all is wrong.
fn certificates(
    pem: &[u8],
    key: &'static str,
) -> Result<Box<[Box<[u8]>]>, genkan_diagnosis::Message> {
    let found: Result<Vec<Box<[u8]>>, _> = CertificateDer::pem_slice_iter(pem)
        .map(|one| one.map(|der| der.as_ref().into()))
        .collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found.into()),
        _ => Err(no_pem(key)),
    }
}

fn no_pem(key: &'static str) -> genkan_diagnosis::Message {
    let text: &'static Text = &words::NO_PEM;
    text.arg("key", key)
}
