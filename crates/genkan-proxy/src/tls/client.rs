//! Client certificates in the handshake: asked for, never a reason to end it, judged afterwards.

use std::{fmt, sync::Arc};

use genkan_route::tls::{ClientAuthority, ClientFailure, ShownCertificate};
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, CertificateRevocationListDer, TrustAnchor, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use webpki::{
    BorrowedCertRevocationList, CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage,
    RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy,
};
use x509_cert::{Certificate, der::Decode};

use super::distinguished_name;

/// Asks for a certificate and takes any, as long as the client has its key. What it is worth is found
/// out by [`Judge`], and what follows from that by the router.
pub(super) struct Asking {
    hints: Vec<DistinguishedName>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking")
            .field("hints", &self.hints.len())
            .finish_non_exhaustive()
    }
}

impl ClientCertVerifier for Asking {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Judges what clients show to hosts with one authority.
pub(crate) struct Judge {
    pub(super) authority: Arc<ClientAuthority>,
    anchors: Vec<TrustAnchor<'static>>,
    revocations: Vec<CertRevocationList<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judge")
            .field("secret", &self.authority.secret)
            .finish_non_exhaustive()
    }
}

impl Judge {
    /// An authority that cannot be read by the library verifies nobody.
    pub(super) fn new(
        authority: &Arc<ClientAuthority>,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Self {
        let anchors = authority.authorities.iter().filter_map(|der| {
            let certificate = CertificateDer::from(&**der);
            let anchor = webpki::anchor_from_trusted_cert(&certificate).ok()?;
            Some(anchor.to_owned())
        });
        let revocations = authority.revocations.iter().filter_map(|der| {
            let list = CertificateRevocationListDer::from(der.to_vec());
            let list = BorrowedCertRevocationList::from_der(&list).ok()?;
            Some(list.to_owned().ok()?.into())
        });
        Self {
            anchors: anchors.collect(),
            revocations: revocations.collect(),
            authority: Arc::clone(authority),
            algorithms,
        }
    }

    /// What asks for the certificates.
    pub(super) fn asking(&self) -> Asking {
        let hints = self.anchors.iter();
        Asking {
            hints: hints
                .map(|anchor| DistinguishedName::in_sequence(&anchor.subject))
                .collect(),
            algorithms: self.algorithms,
        }
    }

    /// Judges a certificate and the ones sent with it.
    pub(crate) fn judge(&self, chain: &[CertificateDer<'_>]) -> Option<ShownCertificate> {
        let (shown, others) = chain.split_first()?;
        let read = Certificate::from_der(shown).ok();
        let names = read.as_ref().map(Certificate::tbs_certificate);
        let text = |name: &x509_cert::name::Name| distinguished_name::text(name).into();
        Some(ShownCertificate {
            subject: names.map_or("".into(), |names| text(names.subject())),
            issuer: names.map_or("".into(), |names| text(names.issuer())),
            failure: self
                .verify(shown, others)
                .err()
                .map(|failure| match failure {
                    ClientFailure::UnknownIssuer
                        if names.is_some_and(|names| names.subject() == names.issuer()) =>
                    {
                        ClientFailure::SelfSigned
                    }
                    failure => failure,
                }),
            der: shown.to_vec().into(),
        })
    }

    fn verify(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
    ) -> Result<(), ClientFailure> {
        let certificate = EndEntityCert::try_from(shown).map_err(|error| failure(&error))?;
        // as many as were written must have been understood: a list that is not read revokes nobody
        if self.revocations.len() != self.authority.revocations.len() {
            return Err(ClientFailure::Invalid);
        }
        let lists: Vec<&CertRevocationList<'_>> = self.revocations.iter().collect();
        // OpenSSL, as nginx sets it up with `ssl_crl`: the whole chain, and every issuer needs a list
        let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
            options
                .with_depth(RevocationCheckDepth::Chain)
                .with_status_policy(UnknownStatusPolicy::Deny)
                .with_expiration_policy(ExpirationPolicy::Enforce)
                .build()
        });
        let depth = usize::try_from(self.authority.depth).unwrap_or(usize::MAX);
        let is_short = |path: &webpki::VerifiedPath<'_>| {
            if path.intermediate_certificates().count() > depth {
                return Err(webpki::Error::MaximumPathDepthExceeded);
            }
            Ok(())
        };
        certificate
            .verify_for_usage(
                self.algorithms.all,
                &self.anchors,
                others,
                UnixTime::now(),
                KeyUsage::client_auth(),
                revocation,
                Some(&is_short),
            )
            .map(drop)
            .map_err(|error| failure(&error))
    }
}

fn failure(error: &webpki::Error) -> ClientFailure {
    match error {
        webpki::Error::UnknownIssuer => ClientFailure::UnknownIssuer,
        webpki::Error::CertExpired { .. } => ClientFailure::Expired,
        webpki::Error::CertNotValidYet { .. } => ClientFailure::NotYetValid,
        webpki::Error::CertRevoked => ClientFailure::Revoked,
        webpki::Error::RequiredEkuNotFoundContext(_) => ClientFailure::WrongPurpose,
        webpki::Error::MaximumPathDepthExceeded => ClientFailure::TooDeep,
        _ => ClientFailure::Invalid,
    }
}
