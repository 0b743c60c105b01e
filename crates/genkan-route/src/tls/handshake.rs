//! What a server name leads to: asked when a client shakes hands, and again when somebody wants to know.

use std::sync::Arc;

use super::{
    CertificateChoice, CertificateName, ClientAuthority, FoundBy, PresentationId, ShownCertificate,
    TlsTable,
};
use crate::snapshot::Snapshot;

/// What is known about the handshake of the connection that a request came in on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Handshake {
    /// The server name asked for, in lower case, without trailing dot.
    pub server_name: Option<Box<str>>,
    /// Whether a host had that name.
    pub is_known: bool,
    /// How the certificate was found.
    pub found_by: FoundBy,
    /// The certificate that was presented, the first of several kinds; `None` is the generated one.
    pub certificate: Option<CertificateName>,
    /// Whom the client's certificate was judged by, where it was asked for one.
    pub authority: Option<Arc<ClientAuthority>>,
    /// What it showed.
    pub client: Option<ShownCertificate>,
    /// The version agreed on, such as `TLSv1.3`; `None` before that.
    pub version: Option<&'static str>,
    /// The protocol agreed on, such as `h2`.
    pub protocol: Option<&'static str>,
}

/// One place where a certificate was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The name looked for: the server name, `*.parent`, or none for the default certificate.
    pub name: Option<String>,
    /// What was found; `None` where nothing was.
    pub presentation: Option<PresentationId>,
}

impl Handshake {
    /// What a client that asks for this name, in any case, is presented.
    pub fn begin(snapshot: &Snapshot, server_name: Option<&str>) -> (Self, CertificateChoice) {
        let table = &snapshot.tls;
        let choice = table.choose(server_name);
        let server_name = server_name.map(lower);
        let is_known = match choice.found_by {
            FoundBy::Exact | FoundBy::Wildcard => true,
            FoundBy::NoName => false,
            // a host without a certificate of its own
            FoundBy::Unknown => snapshot
                .table
                .has_host(server_name.as_deref().unwrap_or_default()),
        };
        let presentation = table.presentation(choice.presentation);
        let handshake = Self {
            is_known,
            found_by: choice.found_by,
            certificate: table.presented(choice.presentation).first().cloned(),
            authority: presentation.and_then(|presentation| presentation.authority.clone()),
            server_name: server_name.map(String::into_boxed_str),
            ..Self::default()
        };
        (handshake, choice)
    }
}

impl TlsTable {
    /// The certificates that are presented, best first; none is the generated one.
    pub fn presented(&self, id: PresentationId) -> &[CertificateName] {
        let certificates = |id| {
            self.presentation(id)
                .map_or(&[][..], |presentation| &presentation.certificates)
        };
        match certificates(id) {
            [] => certificates(PresentationId::DEFAULT),
            own => own,
        }
    }

    /// Where a certificate for this name is looked for, in order; the last is where it was found.
    pub fn lookups(&self, server_name: Option<&str>) -> Vec<Lookup> {
        let mut lookups = Vec::new();
        if let Some(name) = server_name.map(lower) {
            let exact = self.exact.get(name.as_str());
            let parent = name.split_once('.').map(|(_, parent)| parent);
            let wildcard = parent.map(|parent| (parent, self.wildcard.get(parent)));
            lookups.push(Lookup {
                presentation: exact.map(|entry| entry.presentation),
                name: Some(name.clone()),
            });
            if let (None, Some((parent, entry))) = (exact, wildcard) {
                lookups.push(Lookup {
                    name: Some(format!("*.{parent}")),
                    presentation: entry.map(|entry| entry.presentation),
                });
            }
        }
        if lookups
            .last()
            .is_none_or(|last| last.presentation.is_none())
        {
            lookups.push(Lookup {
                name: None,
                presentation: Some(PresentationId::DEFAULT),
            });
        }
        lookups
    }
}

/// As names are looked up.
fn lower(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}
