//! A certificate as a Secret holds it, taken apart.

use std::sync::Arc;

use genkan_objects::kind::Secret;
use genkan_route::tls::{CertificateName, KeyForm, KeyPair, PrivateKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use x509_cert::{
    Certificate as X509,
    der::{Decode, asn1::ObjectIdentifier},
    ext::pkix::{SubjectAltName, name::GeneralName},
};

use super::name;

const CERTIFICATE_KEY: &str = "tls.crt";
const PRIVATE_KEY_KEY: &str = "tls.key";

/// A certificate that can be presented.
#[derive(Debug)]
pub(crate) struct Certificate {
    /// Chain and key.
    pub(crate) pair: Arc<KeyPair>,
    /// Kind of its key.
    pub(crate) key_kind: KeyKind,
    /// Whether it has a list of names, even an empty one.
    has_names: bool,
    /// Its DNS names.
    dns_names: Vec<String>,
    /// `CN` of its subject.
    common_name: Option<String>,
}

/// Kinds of keys, what costs a server least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyKind {
    /// ECDSA, Ed25519.
    Elliptic,
    /// RSA.
    Rsa,
    /// Another.
    Other,
}

/// How a certificate covers a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// One of its names does.
    Name,
    /// It has no names, but its common name does: ingress-nginx takes it with a warning.
    CommonName,
    /// Not at all.
    None,
}

/// Why a Secret holds nothing that can be presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// A key is not there, or empty.
    Absent(&'static str),
    /// No certificate in PEM, or one that cannot be read.
    NoCertificate,
    /// No private key in PEM.
    NoKey,
}

impl Certificate {
    /// Whether it is for a host; a wildcard host is `*.parent`.
    pub(crate) fn covers(&self, host: &str) -> Coverage {
        if self
            .dns_names
            .iter()
            .any(|pattern| name::covers(pattern, host))
        {
            return Coverage::Name;
        }
        let common = self.common_name.as_deref().filter(|_| !self.has_names);
        match common {
            Some(common) if name::covers(common, host) => Coverage::CommonName,
            _ => Coverage::None,
        }
    }
}

/// Reads a Secret of any type: ingress-nginx looks at its keys only.
pub(super) fn read(name: &CertificateName, secret: &Secret) -> Result<Certificate, Unusable> {
    let value = |key: &'static str| {
        let bytes = secret.get(key).map(|value| value.reveal());
        bytes
            .filter(|bytes| !bytes.is_empty())
            .ok_or(Unusable::Absent(key))
    };
    let (certificate, key) = (value(CERTIFICATE_KEY)?, value(PRIVATE_KEY_KEY)?);
    let chain = CertificateDer::pem_slice_iter(certificate)
        .map(|certificate| Some(Box::from(&*certificate.ok()?)))
        .collect::<Option<Vec<Box<[u8]>>>>()
        .ok_or(Unusable::NoCertificate)?;
    let leaf = chain.first().ok_or(Unusable::NoCertificate)?;
    let leaf = X509::from_der(leaf).map_err(|_| Unusable::NoCertificate)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Unusable::NoKey)?;
    let form = match &key {
        PrivateKeyDer::Pkcs1(_) => KeyForm::Pkcs1,
        PrivateKeyDer::Sec1(_) => KeyForm::Sec1,
        PrivateKeyDer::Pkcs8(_) => KeyForm::Pkcs8,
        _ => return Err(Unusable::NoKey),
    };
    let key = PrivateKey::new(form, key.secret_der());
    let names = names(&leaf);
    let body = leaf.tbs_certificate();
    Ok(Certificate {
        key_kind: kind(body.subject_public_key_info().algorithm.oid),
        has_names: names.is_some(),
        dns_names: names.unwrap_or_default(),
        common_name: common_name(&leaf),
        pair: Arc::new(KeyPair {
            name: name.clone(),
            chain,
            key,
        }),
    })
}

/// The DNS names; `None` without a list of names.
fn names(certificate: &X509) -> Option<Vec<String>> {
    let found = certificate
        .tbs_certificate()
        .get_extension::<SubjectAltName>();
    let (_, names) = match found {
        Ok(found) => found?,
        // a list that cannot be read covers nothing
        Err(_) => return Some(Vec::new()),
    };
    let dns = names.0.iter().filter_map(|name| match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        _ => None,
    });
    Some(dns.collect())
}

fn common_name(certificate: &X509) -> Option<String> {
    let name = certificate.tbs_certificate().subject().common_name();
    name.ok()?.map(|name| name.value().into_owned())
}

/// RFC 8017 A.1, RFC 5480 2.1.1, RFC 8410 3.
fn kind(algorithm: ObjectIdentifier) -> KeyKind {
    const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
    const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
    const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
    match algorithm {
        RSA => KeyKind::Rsa,
        EC | ED25519 => KeyKind::Elliptic,
        _ => KeyKind::Other,
    }
}
