//! What is asked of a request once its host and route are known, in which order.

use genkan_http::{
    host::{HOST_BYTES_MAX, HostBuffer},
    normalise::escape_path,
};

use super::Router;
use crate::{
    decision::{BodyLength, Decision, Forward, RedirectCause, Verdict},
    endpoint::{Absence, Endpoints},
    fault::Fault,
    forward::added,
    host::{Found, Host},
    pattern::Captures,
    recorder::{Event, Recorder, StageName},
    rewrite::Rewritten,
    route::{Mode, Target},
    table::{Placed, Route},
    template::Filling,
    tls::ClientCheck,
};
use std::sync::Arc;

/// A question that is asked before a route is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HostStage {
    /// `auth-tls-*`: who the client is by its certificate.
    ClientCertificate,
    /// `app-root`: 302 for exactly `/`.
    AppRoot,
}

/// A question that is asked of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Whether the route is closed: 503.
    Closed,
    /// `custom-headers`: what is answered from here on has them.
    CustomHeaders,
    /// Whether the announced body is too large: 413.
    AnnouncedBody,
    /// Whether the path only lacks a slash: 301.
    Slash,
    /// `permanent-redirect`, `temporal-redirect`.
    Redirect,
    /// `rewrite-target`, and `x-forwarded-prefix` and `upstream-vhost`, which use its groups.
    Rewrite,
    /// `ssl-redirect`, `force-ssl-redirect`: plain requests are sent to HTTPS.
    HttpsRedirect,
    /// Where it leads, and whether anybody is there.
    Backend,
}

impl HostStage {
    /// Both modes: client certificates and `app-root` concern the host, whoever has the path.
    pub(crate) const fn of(_: Mode) -> &'static [Self] {
        &[Self::ClientCertificate, Self::AppRoot]
    }
}

impl Stage {
    /// Compatible mode: nginx's phases, as observed. Strict mode has no slash redirect; else the same
    /// order serves it: closed before anything is given away, sizes before work, answers without a
    /// backend before the backend.
    pub const fn order(mode: Mode) -> &'static [Self] {
        match mode {
            Mode::NginxCompatible => &[
                Self::Closed,
                Self::CustomHeaders,
                Self::AnnouncedBody,
                Self::Slash,
                Self::Redirect,
                Self::Rewrite,
                Self::HttpsRedirect,
                Self::Backend,
            ],
            Mode::Strict => &[
                Self::Closed,
                Self::CustomHeaders,
                Self::AnnouncedBody,
                Self::Redirect,
                Self::Rewrite,
                Self::HttpsRedirect,
                Self::Backend,
            ],
        }
    }
}

impl<'t, R: Recorder> Router<'_, 't, R> {
    pub(super) fn host_stages(&mut self, placed: &'t Placed) -> Option<Decision<'t>> {
        for stage in placed.host.stages {
            match stage {
                HostStage::ClientCertificate => {
                    if let Some(verdict) = self.client_certificate(&placed.host) {
                        self.asked_stage(*stage, true);
                        return Some(self.at(placed, verdict));
                    }
                }
                HostStage::AppRoot => {
                    if self.path == b"/"
                        && let Some(app_root) = placed.host.app_root()
                    {
                        let verdict = self.app_root(&placed.host, app_root);
                        self.asked_stage(*stage, true);
                        return Some(self.at(placed, verdict));
                    }
                }
            }
            self.asked_stage(*stage, false);
        }
        None
    }

    pub(super) fn route_stages(mut self, placed: &'t Placed, found: Found) -> Decision<'t> {
        let route = &placed.host.routes()[found.route as usize];
        let mut rewritten = false;
        let mut verdict = None;
        for stage in route.stages {
            verdict = match stage {
                Stage::Closed => route
                    .spec
                    .closed
                    .as_ref()
                    .map(|_| Verdict::Fault(Fault::Closed)),
                Stage::CustomHeaders => {
                    self.custom_headers(route);
                    None
                }
                Stage::AnnouncedBody => self.announced_body(route),
                Stage::Slash if found.slash => Some(self.slash(route)),
                Stage::Slash => None,
                Stage::Redirect => route
                    .spec
                    .redirect
                    .as_ref()
                    .map(|redirect| self.redirect(redirect)),
                Stage::Rewrite => self.rewrite(placed, route, &mut rewritten),
                Stage::HttpsRedirect => self.https_redirect(route),
                Stage::Backend => Some(self.backend(placed, route, rewritten)),
            };
            self.asked_stage(*stage, verdict.is_some());
            if verdict.is_some() {
                break;
            }
        }
        Decision {
            host: Some(placed.host.name()),
            mode: route.spec.mode,
            route: Some(route),
            // every list of stages ends with the backend, which always answers
            verdict: verdict.unwrap_or(Verdict::Fault(Fault::Internal)),
        }
    }

    /// Refusals of the certificate itself lead to the error page, where it is elsewhere. A page of the
    /// application would get requests that nobody has checked.
    fn client_certificate(&mut self, host: &Host) -> Option<Verdict<'t>> {
        let check = host.client_check()?;
        let mut buffer: HostBuffer = [0; HOST_BYTES_MAX];
        let asked = self.ask.asked.and_then(|host| host.lower(&mut buffer));
        let handshake = self.ask.input.handshake.as_deref();
        let fault = check.refusal(asked.unwrap_or_default(), handshake)?;
        let of_certificate = matches!(
            fault,
            Fault::ClientCertificateMissing | Fault::ClientCertificateRefused
        );
        if of_certificate
            && let ClientCheck::Checked { authority, .. } = check
            && let Some(page) = &authority.error_page
        {
            self.scratch.location.clear();
            self.scratch.location.extend_from_slice(page.as_bytes());
            return Some(self.redirected(302, false, RedirectCause::ClientCertificate));
        }
        Some(Verdict::Fault(fault))
    }

    fn asked_stage(&mut self, stage: impl Into<StageName>, answered: bool) {
        if R::ACTIVE {
            self.recorder.record(Event::Stage {
                stage: stage.into(),
                answered,
            });
        }
    }

    fn custom_headers(&mut self, route: &Route) {
        for (name, value) in &route.spec.policy.custom_headers {
            added::push(&mut self.scratch.fields, name.as_bytes(), |out| {
                out.extend_from_slice(value.as_bytes());
            });
        }
    }

    fn announced_body(&self, route: &Route) -> Option<Verdict<'t>> {
        // most requests announce none: the settings lie elsewhere in memory
        let BodyLength::Known(length) = self.ask.input.body else {
            return None;
        };
        let limit = route.spec.settings.body_size_max?;
        (length > limit).then_some(Verdict::Fault(Fault::BodyTooLarge))
    }

    fn rewrite(
        &mut self,
        placed: &Placed,
        route: &Route,
        rewritten: &mut bool,
    ) -> Option<Verdict<'t>> {
        let mut captures = Captures::default();
        let outcome = match &route.rewrite {
            None => Rewritten::Unchanged,
            Some(rewrite) => match rewrite.find(self.path, &mut captures) {
                Err(_) => return Some(Verdict::Fault(Fault::PatternLimit)),
                Ok(false) => Rewritten::Unchanged,
                Ok(true) => {
                    let filling = Filling {
                        ask: self.ask,
                        route: Some(&route.spec),
                        server_name: placed.host.name().server_name(),
                        path: self.path,
                        uri: self.path,
                        captures: &captures,
                    };
                    rewrite.apply(&filling, &mut self.scratch.rewritten)
                }
            },
        };
        for (template, out) in [
            (&route.forwarded_prefix, &mut self.scratch.prefix),
            (&route.upstream_host, &mut self.scratch.host),
        ] {
            let Some(template) = template else { continue };
            let filling = Filling {
                ask: self.ask,
                route: Some(&route.spec),
                server_name: placed.host.name().server_name(),
                path: self.path,
                // nginx fills header values in when it connects, after the rewrite
                uri: match outcome {
                    Rewritten::Path => &self.scratch.rewritten,
                    _ => self.path,
                },
                captures: &captures,
            };
            template.fill(&filling, out, |text, out| out.extend_from_slice(text));
            // a decoded line break must not end the field
            out.retain(|byte| !byte.is_ascii_control());
        }
        match outcome {
            Rewritten::Unchanged => None,
            Rewritten::Empty => Some(Verdict::Fault(Fault::EmptyRewrite)),
            Rewritten::Redirect => {
                self.scratch.location.clear();
                self.scratch
                    .location
                    .extend_from_slice(&self.scratch.rewritten);
                Some(self.redirected(302, false, RedirectCause::Rewrite))
            }
            Rewritten::Path => {
                *rewritten = true;
                self.write_target();
                self.observe_rewrite(&captures);
                None
            }
        }
    }

    /// The rewritten path as nginx encodes it, and the query as sent.
    fn write_target(&mut self) {
        let target = &mut self.scratch.target;
        escape_path(&self.scratch.rewritten, target);
        if let Some(query) = self.ask.target.query.filter(|query| !query.is_empty()) {
            target.push(b'?');
            target.extend_from_slice(query);
        }
    }

    fn backend(&mut self, placed: &Placed, route: &'t Route, rewritten: bool) -> Verdict<'t> {
        match (&route.spec.target, route.group) {
            (Target::NotFound, _) => Verdict::Fault(Fault::NoDefaultBackend),
            (Target::Site(site), _) => {
                let path = if rewritten {
                    &self.scratch.rewritten
                } else {
                    self.path
                };
                self.scratch.path.extend_from_slice(path);
                Verdict::Site(site)
            }
            (Target::Service(_), local) => {
                let group = local.and_then(|local| placed.group(local));
                let endpoints =
                    group.and_then(|group| Some((group, self.snapshot.endpoints.of(group)?)));
                // table and view that do not belong together are a bug of whoever published them
                let Some((group, endpoints)) = endpoints else {
                    return Verdict::Fault(Fault::Internal);
                };
                self.recorder.record(Event::Backend { endpoints });
                match absent(endpoints) {
                    Some(fault) => Verdict::Fault(fault),
                    None => Verdict::Forward(Forward {
                        group,
                        endpoints,
                        rewritten,
                        wire: route.spec.settings.wire(self.ask.input.scheme),
                    }),
                }
            }
        }
    }
}

fn absent(endpoints: &Arc<Endpoints>) -> Option<Fault> {
    if !endpoints.ready.is_empty() {
        return None;
    }
    Some(match endpoints.absence {
        Some(Absence::NoService) => Fault::NoService,
        Some(Absence::NoPort) => Fault::NoPort,
        Some(Absence::ExternalNameRefused | Absence::ExternalNameUnresolved) => Fault::ExternalName,
        Some(Absence::NoEndpoints | Absence::NoneReady) | None => Fault::NoEndpoint,
    })
}
