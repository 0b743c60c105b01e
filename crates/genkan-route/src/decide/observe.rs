//! What only a watcher needs: losing candidates and their reasons, near hosts.

use super::{Router, Taken};
use crate::{
    check::{Check, CheckName},
    cors::{Cors, Origins, origin_of},
    host::{Found, Host, HostName},
    pattern::{Captures, GROUP_COUNT},
    recorder::{Event, Reason, Recorder},
    route::{Mode, PathMatch, PathType},
    table::Route,
};

impl<R: Recorder> Router<'_, '_, R> {
    /// Whether the origin of a request may read.
    pub(super) fn observe_origin(&mut self, cors: &Cors, granted: bool) {
        let by = match &cors.origins {
            Origins::Any => "*".to_owned(),
            Origins::Listed(_) => "cors-allow-origin".to_owned(),
        };
        let origin = origin_of(self.ask.request);
        self.recorder.record(Event::Check(Check {
            name: CheckName::Cors,
            // a refused origin is served, it only is not told that it may read
            passed: Some(granted),
            subject: origin.escape_ascii().to_string(),
            by,
            listed: granted,
            count: None,
        }));
    }

    /// Every route of the host, in matching order, then what takes no part there.
    pub(super) fn observe_candidates(&mut self, host: &Host, taken: &Taken) {
        if !R::ACTIVE {
            return;
        }
        let chosen = match taken {
            Taken::Route(Found { route, .. }) => Some(&host.routes()[*route as usize]),
            _ => None,
        };
        for route in host.routes() {
            let reason = match chosen {
                Some(chosen) if std::sync::Arc::ptr_eq(chosen, route) => None,
                Some(chosen) if matches(route, self.path) => {
                    Some(Reason::LessSpecificThan(chosen.spec.origin.clone()))
                }
                _ => Some(reason(route, host.mode(), self.path)),
            };
            self.recorder.record(Event::Candidate { route, reason });
        }
        for inactive in host.inactive() {
            self.recorder.record(Event::Inactive(inactive));
        }
    }

    /// Routes of hosts that look like the one nobody has.
    pub(super) fn observe_nearest(&mut self, asked: &[u8]) {
        if !R::ACTIVE {
            return;
        }
        for host in self.snapshot.table.nearest(asked) {
            for route in host.routes() {
                let reason = Some(Reason::OtherHost);
                self.recorder.record(Event::Candidate { route, reason });
            }
        }
    }

    /// Paths for this host whose Ingress takes no part, where no host of the table knows them.
    pub(super) fn observe_unattached(&mut self, asked: &[u8]) {
        if !R::ACTIVE {
            return;
        }
        for unattached in self.snapshot.table.unattached() {
            let concerns = match &unattached.host {
                HostName::Exact(name) => name.as_bytes() == asked,
                HostName::Wildcard(suffix) => {
                    let label = asked.strip_suffix(suffix.as_bytes());
                    label
                        .and_then(|label| label.strip_suffix(b"."))
                        .is_some_and(|label| !label.is_empty() && !label.contains(&b'.'))
                }
                HostName::CatchAll => true,
            };
            if concerns {
                self.recorder.record(Event::Inactive(&unattached.route));
            }
        }
    }

    pub(super) fn observe_rewrite(&mut self, captures: &Captures) {
        if !R::ACTIVE {
            return;
        }
        let mut groups = [None; GROUP_COUNT - 1];
        for (number, group) in groups.iter_mut().enumerate() {
            *group = captures.get(number + 1, self.path);
        }
        let used = groups
            .iter()
            .rposition(Option::is_some)
            .map_or(0, |last| last + 1);
        self.recorder.record(Event::Rewrite {
            before: self.path,
            after: &self.scratch.target,
            groups: &groups[..used],
        });
    }
}

/// Whether a route would take the path if it were alone.
fn matches(route: &Route, path: &[u8]) -> bool {
    let text = route.spec.matches.iter().any(|matched| match matched {
        PathMatch::Exact(text) => text.as_bytes() == path,
        PathMatch::SlashExact(text) => {
            text.as_bytes() == path || text.trim_end_matches('/').as_bytes() == path
        }
        PathMatch::Prefix(text) | PathMatch::SlashPrefix(text) => {
            continues(text.trim_end_matches('/').as_bytes(), path)
        }
        PathMatch::Pattern(_) => false,
    });
    text || route
        .patterns
        .iter()
        .any(|pattern| pattern.is_match(path).unwrap_or(false))
}

/// Whether a path is a text without trailing slash, or goes on after it with one.
fn continues(text: &[u8], path: &[u8]) -> bool {
    path.strip_prefix(text)
        .is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
}

/// Why a route that does not match a path does not.
fn reason(route: &Route, mode: Mode, path: &[u8]) -> Reason {
    if let Some(furthest) = route
        .patterns
        .iter()
        .map(|pattern| pattern.failure(path).matched)
        .max()
    {
        return Reason::PatternFailsAt(furthest);
    }
    let written = route.spec.path.as_bytes();
    let bare = written.strip_suffix(b"/").unwrap_or(written);
    let exact = route.spec.path_type == PathType::Exact;
    if exact && !bare.is_empty() && path.strip_suffix(b"/").unwrap_or(path) == bare {
        return Reason::ExactDiffersOnlyBySlash;
    }
    if would_match_as_pattern(&route.spec.path, mode, path) {
        return Reason::LiteralNotPattern;
    }
    let head = path.get(..bare.len());
    let equal_but_case = head.is_some_and(|head| head.eq_ignore_ascii_case(bare));
    match (exact, equal_but_case) {
        (true, true) if path.len() == bare.len() => Reason::CaseDiffers,
        (true, _) => Reason::ExactDiffers,
        (false, true) if head == Some(bare) => Reason::PrefixNotAtElementBoundary,
        (false, true) if continues(&path[..bare.len()], path) => Reason::CaseDiffers,
        (false, _) => Reason::NotAPrefix,
    }
}

/// A path with the characters of a regular expression, compared as text, that would have matched as the
/// pattern it seems to be meant as.
fn would_match_as_pattern(written: &str, mode: Mode, path: &[u8]) -> bool {
    const MARKS: &[u8] = b"*+?()[]{}|^$\\";
    if !written.bytes().any(|byte| MARKS.contains(&byte)) {
        return false;
    }
    let pattern = crate::pattern::shared(written, mode, crate::pattern::Anchor::Start);
    pattern.is_ok_and(|pattern| pattern.is_match(path).unwrap_or(false))
}
