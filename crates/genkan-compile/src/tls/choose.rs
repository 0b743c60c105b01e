//! The certificates of one host.

use genkan_objects::{Resource, kind::Ingress};
use genkan_route::{
    host::HostName,
    tls::{CertificateName, ClientCertificates, ClientVerification, Presentation},
};

use super::{
    Reading,
    certificate::{Coverage, KeyKind},
    client,
};
use crate::claims::Claims;

/// What a host presents, and whether it has TLS as far as redirects go; `None` where no Ingress of it
/// has a `tls` block or asks for client certificates. The catch-all always has the
/// default certificate, and counts as having TLS.
pub(super) fn presentation(
    host: &HostName,
    claims: &Claims,
    reading: &mut Reading<'_>,
) -> Option<(Presentation, bool)> {
    let members = claims.on_host(host);
    let mut naming = members
        .iter()
        .filter(|claim| claim.is_served() && claim.rules.iter().any(|rule| rule.host == *host));
    if *host == HostName::CatchAll {
        return naming.next().map(|_| (Presentation::default(), true));
    }
    let object = naming.find_map(|claim| {
        let (_, object) = claims.get(claim.name())?;
        (!object.spec.tls.is_empty()).then_some(object)
    });
    let authority = match client::of_host(host, &members) {
        Some(ClientCertificates::Checked(authority))
            if authority.verification != ClientVerification::Off =>
        {
            Some(authority)
        }
        _ => None,
    };
    if object.is_none() && authority.is_none() {
        return None;
    }
    let certificates = object.map(|object| certificates(&host.to_string(), object, reading));
    let presentation = Presentation {
        certificates: certificates.unwrap_or_default(),
        authority,
    };
    Some((presentation, object.is_some()))
}

/// What is presented under the other name of `from-to-www-redirect`: the certificates of the host that
/// cover that name too. Without any it is the default certificate.
pub(super) fn counterpart(
    host: &HostName,
    presentation: &Presentation,
    claims: &Claims,
    reading: &mut Reading<'_>,
) -> Option<(HostName, Presentation)> {
    let members = claims.on_host(host);
    let mut asking = members.iter();
    if !asking.any(|claim| claim.is_served() && claim.effects.www_redirect) {
        return None;
    }
    let name = genkan_route::host::counterpart(host)?;
    let other = HostName::Exact(name.clone());
    if !claims.on_host(&other).is_empty() {
        return None;
    }
    let covers = |certificate: &&CertificateName| {
        let usable = reading.usable(certificate);
        usable.is_some_and(|usable| usable.covers(&name) != Coverage::None)
    };
    let certificates: Vec<_> = presentation
        .certificates
        .iter()
        .filter(covers)
        .cloned()
        .collect();
    (!certificates.is_empty()).then_some((
        other,
        Presentation {
            certificates,
            authority: None,
        },
    ))
}

/// `extractTLSSecretName`: entries that list the host, in any case; else the first Secret whose
/// certificate covers it. Where several entries list the host, those with another kind of key are
/// presented too, to clients that can verify them.
fn certificates(
    host: &str,
    object: &Resource<Ingress>,
    reading: &mut Reading<'_>,
) -> Vec<CertificateName> {
    let name_of = |secret: &str| CertificateName {
        namespace: object.meta.namespace().into(),
        name: secret.into(),
    };
    let secret = |entry: &genkan_objects::kind::IngressTls| {
        entry.secret_name.as_ref().map(|name| name_of(&name.value))
    };
    let lists = |entry: &&genkan_objects::kind::IngressTls| {
        let mut hosts = entry.hosts.iter();
        hosts.any(|listed| listed.value.eq_ignore_ascii_case(host))
    };
    let tls = &object.spec.tls;
    let listed: Vec<_> = tls.iter().filter(lists).map(secret).collect();
    if listed.is_empty() {
        let covering = tls.iter().filter_map(secret).find(|name| {
            let certificate = reading.usable(name);
            certificate.is_some_and(|certificate| certificate.covers(host) == Coverage::Name)
        });
        return covering.into_iter().collect();
    }
    let mut chosen: Vec<(KeyKind, CertificateName)> = Vec::new();
    for name in listed.into_iter().flatten() {
        let Some(certificate) = reading.usable(&name) else {
            continue;
        };
        let kind = certificate.key_kind;
        if certificate.covers(host) != Coverage::None
            && !chosen.iter().any(|(known, _)| *known == kind)
        {
            chosen.push((kind, name));
        }
    }
    // what costs the server least first: whoever cannot verify it gets the next
    chosen.sort_by_key(|(kind, _)| *kind);
    chosen.into_iter().map(|(_, name)| name).collect()
}
