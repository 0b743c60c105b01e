//! A certificate as a Secret holds it, taken apart.

use std::sync::Arc;

use genkan_objects::kind::Secret;
use genkan_route::tls::{CertificateName, KeyForm, KeyPair, PrivateKey};
use rustls::{Error, InconsistentKeys, crypto::aws_lc_rs, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use x509_cert::{
    Certificate as X509,
    der::{Decode, asn1::ObjectIdentifier},
    ext::pkix::{SubjectAltName, name::GeneralName},
};

use super::{
    issuers::{self, Gap},
    name,
    validity::Validity,
};

const CERTIFICATE_KEY: &str = "tls.crt";
const PRIVATE_KEY_KEY: &str = "tls.key";

/// A certificate that can be presented.
#[derive(Debug)]
pub(crate) struct Certificate {
    /// Chain and key.
    pub(crate) pair: Arc<KeyPair>,
    /// Kind of its key.
    pub(crate) key_kind: KeyKind,
    /// From when until when.
    pub(crate) validity: Validity,
    /// What is missing behind it, if anything.
    pub(crate) gap: Option<Gap>,
    /// Whether cert-manager made it to have one at all, until the real one is issued.
    pub(crate) is_temporary: bool,
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
    /// A value was encoded in base64 twice.
    EncodedTwice(&'static str),
    /// No certificate in PEM, or one that cannot be read.
    NoCertificate,
    /// No private key in PEM.
    NoKey,
    /// The key belongs to another certificate than this one's names are of.
    OtherKey(Vec<String>),
    /// The TLS library cannot work with the pair; in its words.
    NotSupported(String),
}

impl Certificate {
    /// The names that it is for: of its list, else its common name.
    pub(crate) fn names(&self) -> Vec<String> {
        match &self.common_name {
            Some(common) if !self.has_names => vec![common.clone()],
            _ => self.dns_names.clone(),
        }
    }

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
    for (key, value) in [(CERTIFICATE_KEY, certificate), (PRIVATE_KEY_KEY, key)] {
        if value.starts_with(PEM_IN_BASE64) {
            return Err(Unusable::EncodedTwice(key));
        }
    }
    let chain = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Unusable::NoCertificate)?;
    let parsed = chain
        .iter()
        .map(|certificate| X509::from_der(certificate))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Unusable::NoCertificate)?;
    let leaf = parsed.first().ok_or(Unusable::NoCertificate)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Unusable::NoKey)?;
    let form = match &key {
        PrivateKeyDer::Pkcs1(_) => KeyForm::Pkcs1,
        PrivateKeyDer::Sec1(_) => KeyForm::Sec1,
        PrivateKeyDer::Pkcs8(_) => KeyForm::Pkcs8,
        _ => return Err(Unusable::NoKey),
    };
    let names = names(leaf);
    let body = leaf.tbs_certificate();
    let certificate = Certificate {
        key_kind: kind(body.subject_public_key_info().algorithm.oid),
        validity: Validity::of(body.validity()),
        gap: issuers::gap(&parsed, secret),
        is_temporary: issuers::is_temporary(leaf),
        has_names: names.is_some(),
        dns_names: names.unwrap_or_default(),
        common_name: common_name(leaf),
        pair: Arc::new(KeyPair {
            name: name.clone(),
            chain: chain.iter().map(|der| Box::from(&**der)).collect(),
            key: PrivateKey::new(form, key.secret_der()),
        }),
    };
    match CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()) {
        Ok(_) => Ok(certificate),
        Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err(Unusable::OtherKey(certificate.names()))
        }
        Err(error) => Err(Unusable::NotSupported(error.to_string())),
    }
}

/// `-----BEGIN`, encoded.
const PEM_IN_BASE64: &[u8] = b"LS0tLS1CRUdJTi";

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
