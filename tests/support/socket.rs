//! A socket of the echo backend or of the test client, in clear or with TLS.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::{ClientConnection, ProtocolVersion, ServerConfig, ServerConnection, StreamOwned};

/// The socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
    TlsClient(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// What a backend learned in a handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedTls {
    /// The server name that was asked for.
    pub server_name: Option<String>,
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: &'static str,
}

impl Socket {
    /// The TCP socket.
    pub(crate) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
            Self::TlsClient(stream) => &stream.sock,
        }
    }

    pub(crate) fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.tcp().set_read_timeout(timeout)
    }

    pub(crate) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.tcp().shutdown(how)
    }

    /// The certificate that the server presented in DER, on a client's socket with TLS.
    pub(crate) fn presented(&self) -> Option<&[u8]> {
        let Self::TlsClient(stream) = self else {
            return None;
        };
        let chain = stream.conn.peer_certificates()?;
        chain.first().map(|certificate| &**certificate)
    }

    /// What the handshake said, on a server's socket with TLS.
    pub(crate) fn tls(&self) -> Option<ReceivedTls> {
        let Self::Tls(stream) = self else { return None };
        let version = match stream.conn.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
            _ => "unknown",
        };
        Some(ReceivedTls {
            server_name: stream.conn.server_name().map(str::to_owned),
            version,
        })
    }
}

/// Shakes hands to the end, so that a refusal is not taken for a broken request.
pub(crate) fn accept_tls(mut stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<Socket> {
    let mut session = ServerConnection::new(config).map_err(io::Error::other)?;
    while session.is_handshaking() {
        session.complete_io(&mut stream)?;
    }
    Ok(Socket::Tls(Box::new(StreamOwned::new(session, stream))))
}

/// A server with the certificate and key of a PEM file.
///
/// # Panics
/// When they are not there.
pub(crate) fn server_config(pem: &[u8]) -> Arc<ServerConfig> {
    let chain = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .expect("certificates in PEM");
    let key = PrivateKeyDer::from_pem_slice(pem).expect("a key in PEM");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions that the provider has")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a key that belongs to its certificate");
    Arc::new(config)
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
            Self::TlsClient(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
            Self::TlsClient(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
            Self::TlsClient(stream) => stream.flush(),
        }
    }
}
