//! One written path and what became of it.

use std::sync::Arc;

use crate::{
    host::HostName,
    recorder::Reason,
    route::{Inactive, InactiveRoute, PathType, RouteOrigin},
    table::Route,
};

/// A written path that could have meant a request.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who wrote it.
    pub origin: RouteOrigin,
    /// Its host; `None` for a path that takes no part.
    pub host: Option<HostName>,
    /// As written.
    pub path: Box<str>,
    /// As written.
    pub path_type: PathType,
    /// Whether an object wrote it; an implied `/` or default backend is nobody's rule.
    pub implied: bool,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It took the request.
    Chosen,
    /// It did not.
    Rejected {
        /// Why.
        reason: Reason,
        /// More than the reason's code says, such as where a pattern failed.
        detail: Option<String>,
    },
    /// It takes no part in routing.
    Inactive(Inactive),
}

impl Candidate {
    pub(super) fn active(route: &Arc<Route>, reason: Option<Reason>, path: &[u8]) -> Self {
        let fate = match reason {
            None => Fate::Chosen,
            Some(reason) => {
                let detail = detail(route, &reason, path);
                Fate::Rejected { reason, detail }
            }
        };
        Self {
            origin: route.spec.origin.clone(),
            host: Some(route.host.clone()),
            path: route.spec.path.clone(),
            path_type: route.spec.path_type,
            implied: route.spec.implied,
            fate,
        }
    }

    pub(super) fn inactive(route: &InactiveRoute) -> Self {
        Self {
            origin: route.origin.clone(),
            host: None,
            path: route.path.clone(),
            path_type: route.path_type,
            implied: false,
            fate: Fate::Inactive(route.why.clone()),
        }
    }

    /// Whether it took the request.
    pub fn is_chosen(&self) -> bool {
        self.fate == Fate::Chosen
    }

    /// The reason of the closed list, with its argument; `None` for the chosen one.
    pub fn reason(&self) -> Option<String> {
        match &self.fate {
            Fate::Chosen => None,
            Fate::Rejected { reason, .. } => Some(reason.to_string()),
            Fate::Inactive(why) => Some(why.to_string()),
        }
    }
}

fn detail(route: &Route, reason: &Reason, path: &[u8]) -> Option<String> {
    match reason {
        Reason::PatternFailsAt(at) => {
            let failures = route.patterns().iter().map(|pattern| pattern.failure(path));
            let furthest = failures
                .into_iter()
                .find(|failure| failure.matched == *at)?;
            Some(furthest.describe(path))
        }
        Reason::OtherHost => Some(route.host.to_string()),
        _ => None,
    }
}
