//! Who signed a certificate, and whether clients are shown all that they need to believe it.

use genkan_objects::kind::Secret;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use x509_cert::{
    Certificate as X509,
    der::{Decode, asn1::ObjectIdentifier},
    ext::pkix::AuthorityInfoAccessSyntax,
    name::Name,
};

/// What is missing in a chain (RFC 8446 4.4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// The certificate of this issuer.
    Issuer(String),
    /// The certificate at this place, counted from 1, is not signed by the next.
    Order(usize),
}

/// What is missing behind the first of these certificates. A certificate that is alone may be signed by a
/// root, which clients have; one that says where its issuer's certificate is found is not, unless the
/// Secret has the issuer as its authority.
pub(super) fn gap(chain: &[X509], secret: &Secret) -> Option<Gap> {
    let pairs = chain.windows(2);
    let broken =
        pairs.map(|pair| pair[0].tbs_certificate().issuer() == pair[1].tbs_certificate().subject());
    if let Some(at) = broken.into_iter().position(|signed| !signed) {
        return Some(Gap::Order(at + 1));
    }
    let [leaf] = chain else { return None };
    let body = leaf.tbs_certificate();
    let issuer = body.issuer();
    let complete = issuer == body.subject() || !names_issuer(leaf) || has_authority(secret, issuer);
    (!complete).then(|| Gap::Issuer(shown(issuer)))
}

/// cert-manager's `staticTemporaryCA`: it signs what stands in until a certificate is issued.
pub(super) fn is_temporary(leaf: &X509) -> bool {
    let issuer = leaf.tbs_certificate().issuer();
    shown(issuer) == "cert-manager.local"
}

/// Whether it says where its issuer's certificate is (RFC 5280 4.2.2.1).
fn names_issuer(certificate: &X509) -> bool {
    const CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
    let found = certificate
        .tbs_certificate()
        .get_extension::<AuthorityInfoAccessSyntax>();
    let Ok(Some((_, access))) = found else {
        return false;
    };
    let mut methods = access.0.iter().map(|access| access.access_method);
    methods.any(|method| method == CA_ISSUERS)
}

/// Whether `ca.crt` has the certificate of this name.
fn has_authority(secret: &Secret, issuer: &Name) -> bool {
    let Some(pem) = secret.get("ca.crt") else {
        return false;
    };
    let certificates = CertificateDer::pem_slice_iter(pem.reveal()).filter_map(Result::ok);
    let mut parsed = certificates.filter_map(|der| X509::from_der(&der).ok());
    parsed.any(|authority| authority.tbs_certificate().subject() == issuer)
}

/// The common name, else the whole.
fn shown(name: &Name) -> String {
    let common = name.common_name().ok().flatten();
    common.map_or_else(|| name.to_string(), |common| common.value().into_owned())
}
