//! A TLS client that takes any certificate and shows which one was presented: what is trusted is no
//! business of a proxy's tests, what is presented is.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};
use x509_cert::{Certificate, der::Decode};

use crate::socket::Socket;

/// How a client introduces itself.
#[derive(Debug, Clone, Default)]
pub struct TlsHello {
    /// The server name that it asks for; `None` sends none.
    pub server_name: Option<String>,
    /// PEM of its certificate, the chain behind it, and its key.
    pub identity: Option<Vec<u8>>,
}

/// Shakes hands to the end.
pub(crate) fn connect_tls(mut stream: TcpStream, hello: &TlsHello) -> io::Result<Socket> {
    let mut config = config(hello);
    config.enable_sni = hello.server_name.is_some();
    let name = hello.server_name.as_deref().unwrap_or("nobody.test");
    let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
    let mut session = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    while session.is_handshaking() {
        session.complete_io(&mut stream)?;
    }
    Ok(Socket::TlsClient(Box::new(StreamOwned::new(
        session, stream,
    ))))
}

/// The subject of a certificate in DER, as RFC 4514 writes it.
///
/// # Panics
/// When it is none.
#[must_use]
#[track_caller]
pub fn subject(certificate: &[u8]) -> String {
    let certificate = Certificate::from_der(certificate).expect("a certificate in DER");
    certificate.tbs_certificate().subject().to_string()
}

fn config(hello: &TlsHello) -> ClientConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions that the provider has")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)));
    let Some(pem) = &hello.identity else {
        return builder.with_no_client_auth();
    };
    let chain = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .expect("certificates in PEM");
    let key = PrivateKeyDer::from_pem_slice(pem).expect("a key in PEM");
    builder
        .with_client_auth_cert(chain, key)
        .expect("a key that belongs to its certificate")
}

/// Takes any certificate whose key the server has.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
