//! Judging an endpoint's certificate: not at all, or against the authorities of `proxy-ssl-secret`.

use std::fmt;

use genkan_route::upstream::Verification;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerMisbehaved,
    SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key},
    pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, TrustAnchor, UnixTime},
};
use webpki::{EndEntityCert, KeyUsage, RawPublicKeyEntity, VerifiedPath};

use super::certificate;

/// `proxy-ssl-verify: "off"`: whoever answers is believed. Only that it holds the key of the certificate
/// it shows is checked, as in every handshake.
#[derive(Debug)]
pub(super) struct Unverified(pub(super) WebPkiSupportedAlgorithms);

/// `proxy-ssl-verify: "on"`.
pub(super) struct Verified {
    roots: Box<[CertificateDer<'static>]>,
    anchors: Box<[TrustAnchor<'static>]>,
    depth: usize,
    algorithms: WebPkiSupportedAlgorithms,
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("roots", &self.roots.len())
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

impl Verified {
    /// Certificates that cannot be read are no authorities; `None` when none is left.
    pub(super) fn new(
        verification: &Verification,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Option<Self> {
        let roots = verification.roots.iter();
        let roots: Box<[_]> = roots
            .map(|der| CertificateDer::from(der.to_vec()))
            .collect();
        let anchors: Box<[_]> = roots
            .iter()
            .filter_map(|root| Some(webpki::anchor_from_trusted_cert(root).ok()?.to_owned()))
            .collect();
        (!anchors.is_empty()).then_some(Self {
            anchors,
            depth: usize::try_from(verification.depth).unwrap_or(usize::MAX),
            roots,
            algorithms,
        })
    }

    /// A certificate that is itself trusted: what `openssl req -x509` makes is its own authority, which
    /// path building refuses as the certificate of a server.
    fn is_root(&self, shown: &CertificateDer<'_>, now: UnixTime) -> Result<bool, Error> {
        if !self.roots.iter().any(|root| root == shown) {
            return Ok(false);
        }
        let Some(read) = certificate::read(shown) else {
            return Err(CertificateError::BadEncoding.into());
        };
        if now < read.from {
            return Err(CertificateError::NotValidYet.into());
        }
        if now > read.until {
            return Err(CertificateError::Expired.into());
        }
        Ok(true)
    }

    fn is_short(&self, path: &VerifiedPath<'_>) -> Result<(), webpki::Error> {
        if path.intermediate_certificates().count() > self.depth {
            return Err(webpki::Error::MaximumPathDepthExceeded);
        }
        Ok(())
    }
}

impl ServerCertVerifier for Verified {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = EndEntityCert::try_from(end_entity).map_err(refused)?;
        if !self.is_root(end_entity, now)? {
            shown
                .verify_for_usage(
                    self.algorithms.all,
                    &self.anchors,
                    intermediates,
                    now,
                    KeyUsage::server_auth(),
                    None,
                    Some(&|path| self.is_short(path)),
                )
                .map_err(refused)?;
        }
        shown
            .verify_is_valid_for_subject_name(server_name)
            .map_err(refused)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        None
    }
}

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        tls12_signature(message, cert, dss, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        tls13_signature(message, cert, dss, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// By the key alone: the library's own way needs a certificate of version 3.
fn tls13_signature(
    message: &[u8],
    cert: &CertificateDer<'_>,
    dss: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    verify_tls13_signature_with_raw_key(message, &key_of(cert)?, dss, algorithms)
}

fn tls12_signature(
    message: &[u8],
    cert: &CertificateDer<'_>,
    dss: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let key = key_of(cert)?;
    let key = RawPublicKeyEntity::try_from(&key).map_err(refused)?;
    let mapped = algorithms
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == dss.scheme)
        .map(|(_, candidates)| *candidates)
        .ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
    // TLS 1.2 names no curve: whichever fits the key.
    let mut outcome = Err(webpki::Error::InvalidSignatureForPublicKey);
    for algorithm in mapped {
        outcome = key.verify_signature(*algorithm, message, dss.signature());
        if outcome.is_ok() {
            break;
        }
    }
    outcome
        .map(|()| HandshakeSignatureValid::assertion())
        .map_err(refused)
}

fn key_of<'c>(cert: &'c CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'c>, Error> {
    let read = certificate::read(cert).ok_or(CertificateError::BadEncoding)?;
    Ok(read.key)
}

/// What the proxy distinguishes: everything about a certificate is a certificate's fault.
fn refused(error: webpki::Error) -> Error {
    use webpki::Error as Fault;
    match error {
        Fault::CertExpired { .. } => CertificateError::Expired,
        Fault::CertNotValidYet { .. } => CertificateError::NotValidYet,
        Fault::CertNotValidForName(_) => CertificateError::NotValidForName,
        Fault::UnknownIssuer | Fault::MaximumPathDepthExceeded => CertificateError::UnknownIssuer,
        Fault::InvalidSignatureForPublicKey => CertificateError::BadSignature,
        Fault::BadDer | Fault::BadDerTime | Fault::TrailingData(_) => CertificateError::BadEncoding,
        other => CertificateError::Other(rustls::OtherError(std::sync::Arc::new(other))),
    }
    .into()
}
