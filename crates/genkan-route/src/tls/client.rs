//! Client certificates: what a host asks, what a client showed, and what becomes of a request.
//!
//! As in nginx the handshake never fails for want of a certificate: the verdict is an answer of HTTP,
//! and so it is made here, from what the handshake found out.

use std::{fmt, sync::Arc};

use super::{CertificateName, Handshake};
use crate::{fault::Fault, pattern::Pattern};

/// `auth-tls-verify-client`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientVerification {
    /// `on`: everybody needs a certificate of the authority.
    Required,
    /// `optional`: whoever shows one needs one of the authority.
    Optional,
    /// `optional_no_ca`: certificates of unknown authorities pass too; the backend judges them.
    OptionalAnyAuthority,
    /// `off`: nobody is asked.
    Off,
}

/// What a host asks of client certificates (`auth-tls-*`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientAuthority {
    /// `auth-tls-secret`.
    pub secret: CertificateName,
    /// How strictly.
    pub verification: ClientVerification,
    /// `auth-tls-verify-depth`: certificates between a client's and the authority's.
    pub depth: u32,
    /// `ca.crt`, each certificate in DER.
    pub authorities: Arc<[Box<[u8]>]>,
    /// `ca.crl`, each list in DER.
    pub revocations: Arc<[Box<[u8]>]>,
    /// `auth-tls-error-page`, where it is a URL or a host with a path.
    pub error_page: Option<Box<str>>,
    /// `auth-tls-pass-certificate-to-upstream`.
    pub passes_certificate: bool,
    /// `auth-tls-match-cn`: searched in the subject.
    pub subject_pattern: Option<Box<str>>,
}

impl ClientAuthority {
    /// Whether certificates that one has verified are as good for the other.
    fn judges_like(&self, other: &Self) -> bool {
        self.verification == other.verification
            && self.depth == other.depth
            && self.authorities == other.authorities
            && self.revocations == other.revocations
    }
}

/// Client certificates of one host, as the compiler says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClientCertificates {
    /// They are checked.
    Checked(Arc<ClientAuthority>),
    /// They should be, but the authority cannot be read: nobody is let in.
    Unreadable,
}

/// The same, prepared.
#[derive(Debug)]
pub(crate) enum ClientCheck {
    Checked {
        authority: Arc<ClientAuthority>,
        pattern: Option<Arc<Pattern>>,
    },
    Unreadable,
}

/// What a client showed in its handshake.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ShownCertificate {
    /// Its subject (RFC 2253, as nginx writes it).
    pub subject: Box<str>,
    /// Its issuer.
    pub issuer: Box<str>,
    /// The certificate in DER.
    pub der: Box<[u8]>,
    /// `None` where it was verified; else why not, in OpenSSL's words.
    pub failure: Option<ClientFailure>,
}

impl fmt::Debug for ShownCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShownCertificate")
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

/// Why a client's certificate was not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientFailure {
    /// Nobody known signed it.
    UnknownIssuer,
    /// It signed itself.
    SelfSigned,
    /// It is no longer valid.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// A list of revocations has it.
    Revoked,
    /// It is not for clients.
    WrongPurpose,
    /// Too many certificates are between it and the authority.
    TooDeep,
    /// Anything else.
    Invalid,
}

impl ClientFailure {
    /// OpenSSL's `X509_verify_cert_error_string`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownIssuer => "unable to verify the first certificate",
            Self::SelfSigned => "self-signed certificate",
            Self::Expired => "certificate has expired",
            Self::NotYetValid => "certificate is not yet valid",
            Self::Revoked => "certificate revoked",
            Self::WrongPurpose => "unsuitable certificate purpose",
            Self::TooDeep => "certificate chain too long",
            Self::Invalid => "certificate rejected",
        }
    }

    /// nginx's `ngx_ssl_verify_error_optional`: what `optional_no_ca` lets pass.
    fn is_about_the_authority(self) -> bool {
        matches!(self, Self::UnknownIssuer | Self::SelfSigned)
    }
}

impl ClientCheck {
    /// Why a request is refused, if it is. `host` is the name asked for; `handshake` is `None` on a
    /// plain connection.
    pub(crate) fn refusal(&self, host: &[u8], handshake: Option<&Handshake>) -> Option<Fault> {
        let Self::Checked { authority, pattern } = self else {
            return Some(Fault::ClientAuthorityUnreadable);
        };
        if let Some(handshake) = handshake
            && let Some(fault) = refusal(authority, host, handshake)
        {
            return Some(fault);
        }
        let pattern = pattern.as_ref()?;
        let subject = handshake
            .and_then(|handshake| handshake.client.as_ref())
            .map_or("", |client| &*client.subject);
        match pattern.is_match(subject.as_bytes()) {
            Ok(true) => None,
            Ok(false) | Err(_) => Some(Fault::ClientSubjectRefused),
        }
    }
}

/// `ngx_http_set_virtual_server`, then `ngx_http_process_request`.
fn refusal(authority: &ClientAuthority, host: &[u8], handshake: &Handshake) -> Option<Fault> {
    if authority.verification == ClientVerification::Off {
        return None;
    }
    let name = handshake.server_name.as_deref().unwrap_or_default();
    if handshake.is_known && name.as_bytes() != host {
        return Some(Fault::Misdirected);
    }
    // judged by rules that hold no longer: the client connects anew
    let judged = handshake.authority.as_deref();
    let client = handshake
        .client
        .as_ref()
        .filter(|_| judged.is_some_and(|judged| judged.judges_like(authority)));
    let required = authority.verification == ClientVerification::Required;
    match client {
        None if required => Some(Fault::ClientCertificateMissing),
        None => None,
        Some(shown) => match shown.failure {
            Some(failure)
                if authority.verification == ClientVerification::OptionalAnyAuthority
                    && failure.is_about_the_authority() =>
            {
                None
            }
            Some(_) => Some(Fault::ClientCertificateRefused),
            None => None,
        },
    }
}
