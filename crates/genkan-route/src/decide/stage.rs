//! What is asked of a request once its host and route are known, in which order.

use genkan_http::{
    host::{HOST_BYTES_MAX, HostBuffer},
    known::KnownHeader,
    method::Method,
    normalise::escape_path,
};

use super::{Router, redirect::write_origin};
use crate::{
    basic_auth::{self, Authenticated, Comparison, Credentials},
    decision::{BodyLength, Decision, Forward, RedirectCause, Verdict},
    endpoint::{Absence, Endpoints, GroupId},
    fault::Fault,
    forward::{self, added},
    host::{Found, Host},
    limit::{Counted, Exceeded},
    pattern::Captures,
    recorder::{Event, Recorder, StageName},
    rewrite::Rewritten,
    route::{Mode, Target},
    table::{Placed, Route},
    template::Filling,
    tls::ClientCheck,
};
use std::{io::Write, sync::Arc};

/// A question that is asked before a route is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HostStage {
    /// `from-to-www-redirect`: the host only leads to another one.
    FromToWww,
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
    /// `enable-cors`: who may read, and 204 to a preflight.
    Preflight,
    /// `permanent-redirect`, `temporal-redirect`.
    Redirect,
    /// `rewrite-target`, and `x-forwarded-prefix` and `upstream-vhost`, which use its groups.
    Rewrite,
    /// `ssl-redirect`, `force-ssl-redirect`: plain requests are sent to HTTPS.
    HttpsRedirect,
    /// Whether anybody is there.
    Backend,
    /// `limit-rps`, `limit-rpm`, `limit-connections`.
    Limit,
    /// `denylist-source-range`, `allowlist-source-range`: 403.
    Access,
    /// `auth-type: basic`: 401.
    Authenticate,
    /// Where it leads.
    Forward,
}

impl HostStage {
    /// Both modes: redirects of names, client certificates and `app-root` concern the host, whoever has
    /// the path.
    pub(crate) const fn of(_: Mode) -> &'static [Self] {
        &[Self::FromToWww, Self::ClientCertificate, Self::AppRoot]
    }
}

impl Stage {
    /// Compatible mode: nginx's phases, as observed. Strict mode has no slash redirect, and lists come
    /// before anything is given away; else the same order serves it: closed first, sizes before work,
    /// answers without a backend before the backend. Passwords are asked for once the connection is one
    /// that they may be sent over, and not of preflights, which carry none.
    pub const fn order(mode: Mode) -> &'static [Self] {
        match mode {
            Mode::NginxCompatible => &[
                Self::Closed,
                Self::CustomHeaders,
                Self::AnnouncedBody,
                Self::Slash,
                Self::Preflight,
                Self::Redirect,
                Self::Rewrite,
                Self::HttpsRedirect,
                Self::Backend,
                Self::Limit,
                Self::Access,
                Self::Authenticate,
                Self::Forward,
            ],
            Mode::Strict => &[
                Self::Closed,
                Self::Access,
                Self::Limit,
                Self::CustomHeaders,
                Self::AnnouncedBody,
                Self::Preflight,
                Self::Redirect,
                Self::Rewrite,
                Self::HttpsRedirect,
                Self::Authenticate,
                Self::Backend,
                Self::Forward,
            ],
        }
    }
}

/// What a default backend is told where there are no endpoints.
const NO_ENDPOINTS: u16 = 503;

impl<'d, R> Router<'d, '_, R> {
    /// What a route's templates are filled in from, before any rewrite.
    fn filling<'f>(
        &self,
        placed: &'f Placed,
        route: &'f Route,
        captures: &'f Captures,
    ) -> Filling<'f>
    where
        'd: 'f,
    {
        Filling {
            ask: self.ask,
            route: Some(&route.spec),
            server_name: placed.host.name().server_name(),
            path: self.path,
            uri: self.path,
            captures,
        }
    }
}

impl<'t, R: Recorder> Router<'_, 't, R> {
    pub(super) fn host_stages(&mut self, placed: &'t Placed) -> Option<Decision<'t>> {
        for stage in placed.host.stages {
            match stage {
                HostStage::FromToWww => {
                    if let Some(name) = placed.host.redirects_to() {
                        let verdict = self.www_redirect(name);
                        self.asked_stage(*stage, true);
                        return Some(self.at(placed, verdict));
                    }
                }
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
        if route.has_error_pages {
            // so far they are those of the installation
            self.scratch.error_fields.clone_from(&self.scratch.fields);
        }
        let mut rewritten = false;
        let mut endpoints = None;
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
                    .map(|redirect| self.redirect(route, redirect)),
                Stage::Rewrite => self.rewrite(placed, route, &mut rewritten),
                Stage::HttpsRedirect => self.https_redirect(route),
                Stage::Preflight => self.preflight(route),
                Stage::Backend => self.backend(placed, route, &mut endpoints),
                Stage::Limit => self.limit(placed, route),
                Stage::Access => self.access(route),
                Stage::Authenticate => self.authenticate(route),
                Stage::Forward => Some(self.forward(route, endpoints, rewritten)),
            };
            self.asked_stage(*stage, verdict.is_some());
            if verdict.is_some() {
                break;
            }
        }
        let table = &self.snapshot.table;
        Decision {
            client: self.ask.client,
            host: Some(placed.host.name()),
            mode: route.spec.mode,
            route: Some(route),
            default_group: route
                .default_group
                .and_then(|local| table.group_of(placed, local)),
            // every list of stages ends with the last one, which always answers
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
                    let filling = self.filling(placed, route, &captures);
                    rewrite.apply(&filling, &mut self.scratch.rewritten)
                }
            },
        };
        let as_sent = self.filling(placed, route, &captures);
        for (template, out) in [
            (&route.forwarded_prefix, &mut self.scratch.prefix),
            (&route.upstream_host, &mut self.scratch.host),
        ] {
            let Some(template) = template else { continue };
            let filling = Filling {
                // nginx fills header values in when it connects, after the rewrite
                uri: match outcome {
                    Rewritten::Path => &self.scratch.rewritten,
                    _ => self.path,
                },
                ..as_sent
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
        self.ask.target.write_query(target);
    }

    /// From here on the route's responses tell an origin that it may read.
    fn preflight(&mut self, route: &'t Route) -> Option<Verdict<'t>> {
        if !route.has_cors {
            return None;
        }
        let cors = route.spec.settings.cors.as_deref()?;
        let grant = cors.grant(self.ask.request);
        if R::ACTIVE {
            self.observe_origin(cors, grant.is_some());
        }
        cors.write(&grant?, &mut self.scratch.fields);
        if self.ask.request.method_id() != Method::Options {
            return None;
        }
        if route.spec.mode == Mode::NginxCompatible {
            // the template says so, though a 204 has no length (RFC 9110 8.6)
            added::push(&mut self.scratch.fields, b"Content-Length", |out| {
                out.push(b'0')
            });
        }
        Some(Verdict::Preflight)
    }

    /// Asks for the counters, or does what they said. Nobody is limited whose key is empty (nginx,
    /// `limit_req_zone`).
    fn limit(&mut self, placed: &Placed, route: &'t Route) -> Option<Verdict<'t>> {
        if !route.has_limits {
            return None;
        }
        let limits = route.spec.policy.limits.as_ref()?;
        let client = self.ask.client.address.ip();
        let exempt = limits.exempt.as_ref();
        if exempt.is_some_and(|networks| networks.contains(client)) {
            return None;
        }
        self.write_limit_key(placed, route);
        if self.scratch.limit_key.is_empty() {
            return None;
        }
        let usage = match &self.ask.input.counted {
            Counted::NotYet => return Some(Verdict::Count(limits)),
            Counted::Never => None,
            Counted::Told(usage) => Some(usage),
        };
        if R::ACTIVE {
            // what else tells clients apart may be a secret of theirs
            let subject = match &self.snapshot.settings.limit_key {
                None => client.to_canonical().to_string(),
                Some(_) => "limit-conn-zone-variable".to_owned(),
            };
            for check in limits.checks(&subject, usage) {
                self.recorder.record(Event::Check(check));
            }
        }
        let settings = &self.snapshot.settings;
        let status = |compatible| match route.spec.mode {
            Mode::NginxCompatible => compatible,
            Mode::Strict => 429,
        };
        Some(Verdict::Fault(match usage?.refused? {
            Exceeded::Rate(_) => Fault::RateExceeded(status(settings.rate_limit_status)),
            Exceeded::Connections => {
                Fault::ConnectionsExceeded(status(settings.connection_limit_status))
            }
        }))
    }

    fn write_limit_key(&mut self, placed: &Placed, route: &Route) {
        let Some(template) = &self.snapshot.settings.limit_key else {
            let out = &mut self.scratch.limit_key;
            // writing into a vector does not fail
            let _ = write!(out, "{}", self.ask.client.address.ip().to_canonical());
            return;
        };
        let captures = Captures::default();
        let filling = self.filling(placed, route, &captures);
        let out = &mut self.scratch.limit_key;
        template.fill(&filling, out, |text, out| out.extend_from_slice(text));
    }

    fn access(&mut self, route: &Route) -> Option<Verdict<'t>> {
        if !route.has_lists {
            return None;
        }
        let access = &route.spec.settings.access;
        let client = self.ask.client.address.ip();
        if R::ACTIVE {
            for check in access.checks(client) {
                self.recorder.record(Event::Check(check));
            }
        }
        let policy = &route.spec.policy;
        // with `satisfy: any` the password decides
        let decides = !(policy.satisfy_any && policy.basic_auth.is_some());
        (decides && !access.admits(client)).then_some(Verdict::Fault(Fault::AddressRefused))
    }

    /// Asks for the comparison of the password, or does what came out. Who cannot be told is let in by a
    /// dry run only, which nobody forwards.
    fn authenticate(&mut self, route: &'t Route) -> Option<Verdict<'t>> {
        if !route.has_password {
            return None;
        }
        let policy = &route.spec.policy;
        let basic = policy.basic_auth.as_ref()?;
        let client = self.ask.client.address.ip();
        if policy.satisfy_any && route.spec.settings.access.vouches(client) {
            return None;
        }
        let request = self.ask.request;
        if request.count(KnownHeader::Authorization) > 1 {
            return Some(Verdict::Fault(Fault::BadRequest));
        }
        let credentials = Credentials::of(request);
        let hash = credentials.and_then(|sent| basic.users.hash_of(sent.user()));
        let outcome = match (hash, self.ask.input.authenticated) {
            (None, _) => Some(Comparison::Wrong),
            (Some(hash), Authenticated::NotYet) => return Some(Verdict::Authenticate(hash)),
            (Some(_), Authenticated::Never) => None,
            (Some(_), Authenticated::Told(outcome)) => Some(outcome),
        };
        if R::ACTIVE {
            let passed = outcome.map(|outcome| outcome == Comparison::Right);
            let check = basic_auth::check(&basic.realm, passed);
            self.recorder.record(Event::Check(check));
        }
        match outcome? {
            Comparison::Right => None,
            Comparison::NoRoom => Some(Verdict::Fault(Fault::Overload)),
            Comparison::Wrong => {
                added::push(&mut self.scratch.fields, b"WWW-Authenticate", |out| {
                    basic.write_challenge(out);
                });
                Some(Verdict::Fault(Fault::Unauthenticated))
            }
        }
    }

    /// Finds the endpoints of the route's Service; answers when there are none.
    fn backend(
        &mut self,
        placed: &Placed,
        route: &Route,
        found: &mut Option<(GroupId, &'t Arc<Endpoints>)>,
    ) -> Option<Verdict<'t>> {
        let Target::Service(_) = &route.spec.target else {
            return None;
        };
        let snapshot = self.snapshot;
        let group = route
            .group
            .and_then(|local| snapshot.table.group_of(placed, local));
        let endpoints = group.and_then(|group| Some((group, snapshot.endpoints.of(group)?)));
        // table and view that do not belong together are a bug of whoever published them
        let Some((_, endpoints)) = endpoints.inspect(|pair| *found = Some(*pair)) else {
            return Some(Verdict::Fault(Fault::Internal));
        };
        self.recorder.record(Event::Backend { endpoints });
        let fault = absent(endpoints)?;
        match self.default_backend(placed, route) {
            Some(pair) => {
                *found = Some(pair);
                None
            }
            None => Some(Verdict::Fault(fault)),
        }
    }

    /// `default-backend`, which gets what the route's own Service has no endpoints for, and is told so.
    fn default_backend(
        &mut self,
        placed: &Placed,
        route: &Route,
    ) -> Option<(GroupId, &'t Arc<Endpoints>)> {
        let snapshot = self.snapshot;
        let group = snapshot.table.group_of(placed, route.default_group?)?;
        let endpoints = snapshot.endpoints.of(group)?;
        if endpoints.ready.is_empty() {
            return None;
        }
        self.recorder.record(Event::Backend { endpoints });
        let out = &mut self.scratch.upstream_fields;
        forward::push_error_fields(self.ask, NO_ENDPOINTS, &route.spec, &snapshot.settings, out);
        Some((group, endpoints))
    }

    fn forward(
        &mut self,
        route: &'t Route,
        endpoints: Option<(GroupId, &'t Arc<Endpoints>)>,
        rewritten: bool,
    ) -> Verdict<'t> {
        match (&route.spec.target, endpoints) {
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
            (Target::Service(_), Some((group, endpoints))) => {
                if route.rewrites_responses {
                    write_origin(self.ask, &route.spec.settings, &mut self.scratch.origin);
                }
                Verdict::Forward(Forward {
                    group,
                    endpoints,
                    rewritten,
                    wire: route.spec.settings.wire(self.ask.input.scheme),
                    error_page: None,
                })
            }
            // the stage before has answered
            (Target::Service(_), None) => Verdict::Fault(Fault::Internal),
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
