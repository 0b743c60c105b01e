//! Stage `tls`: which certificate a client is presented, and why.

use genkan_compile::Generation;
use genkan_diagnosis::{
    ObjectRef,
    trace::{CertificateTried, Known, Tls},
};
use genkan_route::{
    decision::{DecisionInput, Scheme},
    tls::{CertificateName, FoundBy, Handshake, Lookup},
};

/// What the connection of a request agreed on. The table can be a newer one than that of the handshake;
/// then it does not tell where the certificate was looked for.
pub(super) fn tls(generation: &Generation, input: &DecisionInput) -> Known<Option<Tls>> {
    let handshake = match (input.scheme, &input.handshake) {
        (Scheme::Http, _) => return Known::Value(None),
        (Scheme::Https, None) => return Known::Unknown,
        (Scheme::Https, Some(handshake)) => handshake,
    };
    let table = &generation.snapshot.tls;
    let lookups = table.lookups(handshake.server_name.as_deref());
    let found = lookups.last().and_then(|last| last.presentation);
    let presented = found.and_then(|id| table.presented(id).first());
    let same = presented == handshake.certificate.as_ref();
    let tried = lookups.iter().map(|lookup| place(generation, lookup));
    Known::Value(Some(Tls {
        server_name: handshake.server_name.as_deref().map(str::to_owned),
        alpn: handshake.protocol.map(str::to_owned),
        version: handshake.version.map(str::to_owned),
        certificate: handshake.certificate.as_ref().map(secret),
        because: because(handshake.found_by).to_owned(),
        refused: is_refused(generation, handshake),
        tried: if same { tried.collect() } else { Vec::new() },
    }))
}

/// Whether nobody gets as far as a request with this server name.
pub(super) fn is_refused(generation: &Generation, handshake: &Handshake) -> bool {
    generation.snapshot.settings.tls.reject_unknown && !handshake.is_known
}

fn place(generation: &Generation, lookup: &Lookup) -> CertificateTried {
    let presentation = lookup
        .presentation
        .and_then(|id| generation.snapshot.tls.presentation(id));
    let certificates = presentation.map(|presentation| presentation.certificates.iter());
    CertificateTried {
        name: lookup.name.clone(),
        found: lookup.presentation.is_some(),
        certificates: certificates.into_iter().flatten().map(secret).collect(),
    }
}

fn because(found_by: FoundBy) -> &'static str {
    match found_by {
        FoundBy::Exact => "exact",
        FoundBy::Wildcard => "wildcard",
        FoundBy::Unknown => "unknown-name",
        FoundBy::NoName => "no-name",
    }
}

fn secret(name: &CertificateName) -> ObjectRef {
    ObjectRef::new("v1", "Secret", name.namespace.clone(), name.name.clone())
}
