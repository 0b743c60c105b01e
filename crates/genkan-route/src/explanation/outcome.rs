//! A verdict without borrows.

use std::sync::Arc;

use genkan_http::{head::RequestView, target::Target};

use crate::{
    decision::{Decision, RedirectCause, Scratch, Verdict},
    endpoint::{Endpoints, GroupId},
    fault::Fault,
    forward::error_target,
    route::Mode,
    site::StaticSite,
    upstream::UpstreamTls,
};

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes to an endpoint.
    Forward {
        /// The group.
        group: GroupId,
        /// Its endpoints.
        endpoints: Arc<Endpoints>,
        /// The target as the backend gets it.
        target: Vec<u8>,
        /// `X-Forwarded-Prefix`, where the route sets it.
        prefix: Option<Vec<u8>>,
        /// How the endpoint is spoken to: `http`, `https` …
        protocol: &'static str,
        /// With which TLS, where there is any.
        tls: Option<Arc<UpstreamTls>>,
    },
    /// It is a file of a static site.
    Site {
        /// The site.
        site: Arc<StaticSite>,
        /// The path below the site.
        path: Vec<u8>,
    },
    /// It is redirected.
    Redirect {
        /// 300–308.
        status: u16,
        /// No `Location`: the text is the body.
        bare: bool,
        /// Which rule.
        cause: RedirectCause,
        /// `Location`, or the body.
        location: Vec<u8>,
    },
    /// A preflight is answered, with these lines.
    Preflight(Vec<u8>),
    /// The catch-all's health path.
    Health,
    /// An error of ours.
    Fault(Fault),
}

impl Outcome {
    /// What a decision and its buffers say together.
    pub fn of(decision: &Decision<'_>, scratch: &Scratch, request: RequestView<'_>) -> Self {
        match &decision.verdict {
            Verdict::Forward(forward) => Self::Forward {
                group: forward.group,
                endpoints: forward.endpoints.clone(),
                target: match (forward.error_page, forward.rewritten) {
                    (Some(_), _) => error_target(request),
                    (None, true) => scratch.target.clone(),
                    (None, false) => sent_target(request),
                },
                prefix: decision
                    .route
                    .filter(|route| route.forwarded_prefix.is_some())
                    .map(|_| scratch.prefix.clone()),
                protocol: forward.wire.name(),
                tls: forward.wire.tls.cloned(),
            },
            Verdict::Site(site) => Self::Site {
                site: (*site).clone(),
                path: scratch.path.clone(),
            },
            Verdict::Redirect {
                status,
                bare,
                cause,
            } => Self::Redirect {
                status: *status,
                bare: *bare,
                cause: *cause,
                location: scratch.location.clone(),
            },
            Verdict::Preflight => Self::Preflight(scratch.fields.clone()),
            Verdict::Health => Self::Health,
            Verdict::Fault(fault) => Self::Fault(*fault),
            // an explanation is given of what was counted, or of a dry run
            Verdict::Count(_) | Verdict::Authenticate(_) => Self::Fault(Fault::Internal),
        }
    }

    /// Status of the answer, `None` where the backend or a static site gives it.
    pub fn status(&self, mode: Mode) -> Option<u16> {
        match self {
            Self::Forward { .. } | Self::Site { .. } => None,
            Self::Redirect { status, .. } => Some(*status),
            Self::Preflight(_) => Some(204),
            Self::Health => Some(200),
            Self::Fault(fault) => Some(fault.status(mode)),
        }
    }
}

/// The target without scheme and authority.
fn sent_target(request: RequestView<'_>) -> Vec<u8> {
    Target::of(request).map_or_else(
        |_| request.target().to_vec(),
        |target| target.forward().concat(),
    )
}
