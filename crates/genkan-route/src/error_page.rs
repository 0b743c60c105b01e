//! `custom-http-errors`: which answers are replaced, and by whom.
//!
//! nginx's `error_page`: an answer with a listed status is dropped, and the error backend is asked for
//! one in its place. Its own answer is final.

use std::sync::Arc;

use crate::{
    decision::{Decision, Forward, Scratch, Verdict},
    endpoint::{Endpoints, GroupId},
    fault::Fault,
    forward::AddedFields,
    snapshot::Snapshot,
    upstream::Wire,
};

/// The statuses that are replaced, of one route or of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ErrorPages {
    /// Sorted, each once.
    pub statuses: Box<[u16]>,
    /// Whether answers of backends are replaced too, not only those of the proxy
    /// (`disable-proxy-intercept-errors` says no).
    pub intercepts: bool,
    /// Listed by an annotation: the Service of `default-backend` answers, where there is one.
    pub own: bool,
}

impl ErrorPages {
    /// Whether a status is listed.
    #[inline]
    pub fn has(&self, status: u16) -> bool {
        self.statuses.binary_search(&status).is_ok()
    }
}

/// Whose answer it is that may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A backend's.
    Backend,
    /// The proxy's own: an error.
    Fault(Fault),
    /// The proxy's own: the announced body is too large, which nginx sees before anything else.
    Announced,
    /// The proxy's own: a redirect.
    Redirect,
}

/// The request to an error backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorPage {
    /// The status that is replaced.
    pub status: u16,
    /// Whether the error backend is told the host and the object. nginx does not know them yet when it
    /// refuses an announced body.
    pub named: bool,
    /// Whether the body of the request was dropped.
    pub without_body: bool,
}

/// What is answered in the place of a status, if anything else is.
pub fn instead<'t>(
    snapshot: &'t Snapshot,
    decision: &Decision<'t>,
    status: u16,
    source: Source,
) -> Option<Verdict<'t>> {
    let settings = &snapshot.settings;
    let pages = match decision.route {
        // most routes have none: the settings lie elsewhere in memory
        Some(route) if !route.has_error_pages => return None,
        Some(route) => route.spec.settings.error_pages.as_ref()?,
        None => settings.error_pages.as_ref()?,
    };
    let replaced = pages.has(status)
        && match source {
            Source::Backend => pages.intercepts,
            Source::Redirect => decision.route.is_some(),
            Source::Fault(fault) => is_of_a_location(fault),
            Source::Announced => true,
        };
    if !replaced {
        return None;
    }
    let Some((group, endpoints)) = error_backend(snapshot, decision, pages) else {
        // Its default server answers 404 then. Where that is listed too, nginx gives up.
        let global = settings.error_pages.as_ref();
        let fault = match global.is_some_and(|pages| pages.has(404)) {
            true => Fault::ErrorPageLoop,
            false => Fault::NoErrorBackend,
        };
        return Some(Verdict::Fault(fault));
    };
    let announced = source == Source::Announced;
    Some(Verdict::Forward(Forward {
        group,
        endpoints,
        rewritten: false,
        wire: Wire::PLAIN,
        error_page: Some(ErrorPage {
            status,
            named: !announced,
            without_body: announced || source == Source::Fault(Fault::BodyTooLarge),
        }),
    }))
}

/// Errors of heads, handshakes and closed routes come before nginx knows what to replace them by.
fn is_of_a_location(fault: Fault) -> bool {
    !matches!(
        fault,
        Fault::Closed
            | Fault::BadRequest
            | Fault::BadPath
            | Fault::TargetTooLong
            | Fault::HeadTooLarge
            | Fault::PlainOnTls
            | Fault::ClientAuthorityUnreadable
            | Fault::ClientCertificateMissing
            | Fault::ClientCertificateRefused
            | Fault::ClientSubjectRefused
            | Fault::Misdirected
            | Fault::VersionNotSupported
            | Fault::NotImplemented
            | Fault::ClientTimeout
            | Fault::ClientGone
            | Fault::Blocked
            | Fault::Draining
            | Fault::StatusPage
    )
}

/// The Service of the annotation where its Ingress lists the statuses itself, else that of the
/// installation; only with endpoints.
fn error_backend<'t>(
    snapshot: &'t Snapshot,
    decision: &Decision<'t>,
    pages: &ErrorPages,
) -> Option<(GroupId, &'t Arc<Endpoints>)> {
    let own = decision
        .default_group
        .filter(|_| pages.own && decision.route.is_some_and(|route| !route.spec.implied));
    let ready = |group: GroupId| {
        let endpoints = snapshot.endpoints.of(group)?;
        (!endpoints.ready.is_empty()).then_some((group, endpoints))
    };
    own.and_then(ready)
        .or_else(|| snapshot.table.default_backend().and_then(ready))
}

/// The fields that an answer keeps when it is replaced: those of the installation, and what a client
/// needs to authenticate. Those of the route, CORS and HSTS among them, are not nginx's then.
pub(crate) fn keep_fields(scratch: &mut Scratch) {
    const KEPT: &[u8] = b"WWW-Authenticate";
    let fields = AddedFields::of(&scratch.fields);
    for (name, value) in fields
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(KEPT))
    {
        crate::forward::added::push(&mut scratch.error_fields, name, |out| {
            out.extend_from_slice(value)
        });
    }
}
