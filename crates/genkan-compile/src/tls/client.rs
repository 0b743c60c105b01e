//! Client certificates: the Secret of `auth-tls-secret` taken apart.

use std::sync::Arc;

use genkan_diagnosis::{Code, Finding, Message, words};
use genkan_objects::{
    ObjectKey, ObjectStore, Resource,
    kind::{Ingress, Kind, Secret},
};
use genkan_route::{
    host::HostName,
    tls::{CertificateName, ClientAuthority, ClientCertificates},
};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, pem::PemObject};
use x509_cert::{Certificate as X509, crl::CertificateList, der::Decode};

use crate::{
    annotation::tls::ClientDraft,
    ingress::Claim,
    mark::{self, Part},
    options::Options,
};

const AUTHORITY_KEY: &str = "ca.crt";
const REVOCATION_KEY: &str = "ca.crl";
/// nginx's `ssl_verify_depth`.
const DEPTH: u32 = 1;

/// What one Ingress asks of client certificates.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    pub(crate) certificates: Option<ClientCertificates>,
    /// The Secret.
    pub(crate) used: Option<ObjectKey>,
    pub(crate) findings: Option<Finding>,
}

/// Reads the Secret. One that cannot be read lets nobody in.
pub(crate) fn resolve(
    object: &Resource<Ingress>,
    draft: &ClientDraft,
    objects: &ObjectStore,
    options: &Options,
) -> Clients {
    let Some(written) = draft.secret.as_deref() else {
        return Clients::default();
    };
    let unreadable = |why: Message, used| Clients {
        certificates: Some(ClientCertificates::Unreadable),
        used,
        findings: Some(finding(object, written, why)),
    };
    let Some(secret) = full_name(written) else {
        return unreadable((&words::NOT_A_FULL_NAME).into(), None);
    };
    if *secret.namespace != *object.meta.namespace() {
        return unreadable((&words::OTHER_NAMESPACE).into(), None);
    }
    let used = Some(ObjectKey {
        kind: Kind::Secret,
        namespace: Arc::clone(&secret.namespace),
        name: Arc::clone(&secret.name),
    });
    let Some(found) = objects.secrets.get(&secret.namespace, &secret.name) else {
        let open = options.world == crate::options::World::Open;
        return Clients {
            findings: (!open).then(|| finding(object, written, (&words::NOT_FOUND).into())),
            certificates: Some(ClientCertificates::Unreadable),
            used,
        };
    };
    match read(&found.spec) {
        Err(key) => unreadable(words::NOT_CERTIFICATES.arg("key", key), used),
        Ok((authorities, revocations)) => Clients {
            certificates: Some(ClientCertificates::Checked(Arc::new(ClientAuthority {
                secret,
                verification: draft.verification,
                depth: draft.depth.unwrap_or(DEPTH),
                authorities,
                revocations,
                error_page: draft.error_page.clone(),
                passes_certificate: draft.passes_certificate,
                subject_pattern: draft.subject_pattern.clone(),
            }))),
            used,
            findings: None,
        },
    }
}

fn full_name(written: &str) -> Option<CertificateName> {
    let (namespace, name) = written.trim().split_once('/')?;
    let whole = !namespace.is_empty() && !name.is_empty() && !name.contains('/');
    whole.then(|| CertificateName {
        namespace: namespace.into(),
        name: name.into(),
    })
}

fn finding(object: &Resource<Ingress>, written: &str, why: Message) -> Finding {
    let finding = Finding::new(Code::GK0411).arg("secret", written.to_owned());
    let key = mark::annotation_key(object, "auth-tls-secret").unwrap_or("auth-tls-secret");
    mark::at(
        finding,
        object,
        &mark::annotation_pointer(key),
        Part::Value,
        why,
    )
}

type Lists = (Arc<[Box<[u8]>]>, Arc<[Box<[u8]>]>);

/// Authorities and revocations; the key at fault otherwise. An authority without a certificate would
/// verify nobody or everybody, so there must be one.
fn read(secret: &Secret) -> Result<Lists, &'static str> {
    let value = |key| secret.get(key).map(|value| value.reveal());
    let authorities = value(AUTHORITY_KEY)
        .and_then(|pem| {
            CertificateDer::pem_slice_iter(pem)
                .map(|der| {
                    let der = der.ok()?;
                    X509::from_der(&der).ok()?;
                    Some(Box::from(&*der))
                })
                .collect::<Option<Vec<Box<[u8]>>>>()
        })
        .filter(|read| !read.is_empty())
        .ok_or(AUTHORITY_KEY)?;
    let revocations = match value(REVOCATION_KEY) {
        None => Vec::new(),
        Some(pem) => CertificateRevocationListDer::pem_slice_iter(pem)
            .map(|der| {
                let der = der.ok()?;
                CertificateList::<x509_cert::certificate::Rfc5280>::from_der(&der).ok()?;
                Some(Box::from(&*der))
            })
            .collect::<Option<Vec<Box<[u8]>>>>()
            .filter(|read| !read.is_empty())
            .ok_or(REVOCATION_KEY)?,
    };
    Ok((authorities.into(), revocations.into()))
}

/// What a host asks: of the oldest Ingress that asks anything. One that cannot be read concerns all.
pub(crate) fn of_host(host: &HostName, claims: &[Arc<Claim>]) -> Option<ClientCertificates> {
    let mut asked = None;
    for claim in claims {
        // canaries take part here, as in ingress-nginx
        let takes_part = claim.is_served() || claim.effects.canary;
        if !takes_part || !claim.rules.iter().any(|rule| rule.host == *host) {
            continue;
        }
        match &claim.client_certificates {
            Some(ClientCertificates::Unreadable) => return Some(ClientCertificates::Unreadable),
            Some(checked) => _ = asked.get_or_insert(checked),
            None => {}
        }
    }
    asked.cloned()
}
