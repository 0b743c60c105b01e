//! The main ConfigMap: one table of its keys, and the reading of a ConfigMap against it.
//!
//! Every key that is written has its effect in [`Settings`] or a remark. A key that protects routes
//! (global authentication, address lists, blocks) and cannot be honoured closes the routes that it
//! would protect; every other bad or unsupported value leaves its setting at the default.

mod connection;
pub mod docs;
mod forwarded;
mod global_auth;
pub mod key;
mod log;
mod proxy;
mod security;
mod snippet;
pub mod tls;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use genkan_route::{
    error_page::ErrorPages,
    route::Closed,
    settings::{GlobalSettings, ServerField},
};

use crate::annotation::{
    Effects, Fate, Policy, Problem, Remark, Written, closest, response_rewrite,
    value::{Malformed, trim_lines},
    words,
};
use key::{Effect, Key, Protects};

/// What the main ConfigMap comes to, over the defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What concerns the whole proxy.
    pub global: GlobalSettings,
    /// What annotations may do, and their defaults.
    pub policy: Policy,
    /// `add-headers`: ConfigMap `namespace/name`.
    pub added_fields: Option<String>,
    /// `proxy-set-headers`: ConfigMap `namespace/name`.
    pub upstream_fields: Option<String>,
    /// `custom-http-errors`.
    pub error_statuses: Box<[u16]>,
    /// `disable-proxy-intercept-errors` is off.
    pub intercepts_errors: bool,
    /// `server-tokens`.
    pub server_tokens: bool,
    /// `allow-backend-server-header`.
    pub backend_server_header: bool,
    /// Why every route is closed.
    pub closed: Option<Closed>,
    /// Why every route is closed that does not opt out of global authentication.
    pub closed_unless_opted_out: Option<Closed>,
    /// `no-auth-locations`: paths that begin with one of these are not authenticated.
    pub no_auth_locations: Vec<String>,
    /// `no-tls-redirect-locations`: paths that begin with one of these are not sent to HTTPS.
    pub no_tls_redirect_locations: Vec<String>,
    /// `hsts` and its companions, while the map is read.
    pub hsts: tls::StrictTransport,
    /// `proxy-ssl-location-only`: `proxy-ssl-*` concerns its own Ingress only, not the whole host.
    pub upstream_tls_location_only: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            global: GlobalSettings::default(),
            policy: Policy::default(),
            added_fields: None,
            upstream_fields: None,
            error_statuses: Box::default(),
            intercepts_errors: true,
            server_tokens: false,
            backend_server_header: false,
            closed: None,
            closed_unless_opted_out: None,
            no_auth_locations: vec!["/.well-known/acme-challenge".to_owned()],
            no_tls_redirect_locations: vec!["/.well-known/acme-challenge".to_owned()],
            hsts: tls::StrictTransport::default(),
            upstream_tls_location_only: false,
        }
    }
}

impl Settings {
    /// Why a route with this path and these annotations is closed, if it is.
    pub fn closes(&self, path: &str, effects: &Effects) -> Option<&Closed> {
        let exempt = effects.skips_global_auth
            || self
                .no_auth_locations
                .iter()
                .any(|start| path.starts_with(start.as_str()));
        let authenticated = self.closed_unless_opted_out.as_ref().filter(|_| !exempt);
        self.closed.as_ref().or(authenticated)
    }
}

impl Settings {
    /// Whether plain requests to this path are never sent to HTTPS.
    pub fn stays_plain(&self, path: &str) -> bool {
        let starts = self.no_tls_redirect_locations.iter();
        starts
            .filter(|start| !start.is_empty())
            .any(|start| path.starts_with(start.as_str()))
    }
}

/// All keys, group after group.
pub fn keys() -> impl Iterator<Item = &'static Key> + Clone {
    let groups: [&[Key]; 8] = [
        security::KEYS,
        tls::KEYS,
        forwarded::KEYS,
        proxy::KEYS,
        connection::KEYS,
        log::KEYS,
        global_auth::KEYS,
        snippet::KEYS,
    ];
    groups.into_iter().flatten()
}

/// The key of this name, in any case.
pub fn find(name: &str) -> Option<&'static Key> {
    keys().find(|key| key.name.eq_ignore_ascii_case(name))
}

/// Reads a ConfigMap's data over the defaults. The result does not depend on the order of keys.
pub fn read<'a>(
    data: impl IntoIterator<Item = Written<'a>>,
    defaults: Settings,
) -> (Settings, Vec<Remark>) {
    let mut data: Vec<_> = data.into_iter().collect();
    data.sort_by_key(|written| written.key);
    let mut settings = defaults;
    let mut remarks = Vec::new();
    for written in &data {
        if let Some((problem, fate)) = one(&mut settings, written) {
            let (key, value) = (written.key.to_owned(), written.value.to_owned());
            remarks.push(Remark {
                key,
                value,
                problem,
                fate,
            });
        }
    }
    if response_rewrite::lacks_target(&settings.policy.settings) {
        let key = "proxy-redirect-from";
        let written = data
            .iter()
            .find(|written| written.key.eq_ignore_ascii_case(key));
        remarks.extend(written.map(|written| Remark {
            key: written.key.to_owned(),
            value: written.value.to_owned(),
            problem: Problem::KeyWithoutEffect {
                reason: &words::NO_REDIRECT_TARGET,
            },
            fate: Fate::Default,
        }));
    }
    settings.global.body_size_max = settings.policy.settings.body_size_max;
    settings.global.error_pages = (!settings.error_statuses.is_empty()).then(|| {
        Arc::new(ErrorPages {
            statuses: settings.error_statuses.clone(),
            intercepts: settings.intercepts_errors,
            own: false,
        })
    });
    let pages = settings.global.error_pages.clone();
    settings.policy.settings.error_pages = pages;
    settings.global.hsts = settings.hsts.value();
    settings.global.server_field = match (settings.server_tokens, settings.backend_server_header) {
        (false, _) => ServerField::Hidden,
        (true, false) => ServerField::Own,
        (true, true) => ServerField::Backend,
    };
    (settings, remarks)
}

fn one(settings: &mut Settings, written: &Written<'_>) -> Option<(Problem, Fate)> {
    let Some(key) = find(written.key) else {
        let nearest = closest(written.key, keys().map(|key| key.name));
        return Some((Problem::UnknownKey { nearest }, Fate::Default));
    };
    if !written.is_text {
        return Some((Problem::NotText, close(settings, key, GK_NOT_TEXT)));
    }
    let text = written.value.trim();
    // ingress-nginx: an empty value is the zero value of the key, which for all but lists is no value.
    if text.is_empty() && !matches!(key.effect, Effect::Supported(_) | Effect::Partly(_)) {
        return None;
    }
    let checked = key.value.check(text).and_then(|()| match key.effect {
        Effect::Supported(apply) | Effect::Guards(apply) => {
            apply(settings, &trim_lines(text)).map(|()| None)
        }
        Effect::Partly(apply) => apply(settings, &trim_lines(text)),
        _ => Ok(None),
    });
    match (checked, key.effect) {
        (Err(wrong), _) => Some(unreadable(settings, key, wrong)),
        (Ok(None), Effect::Supported(_) | Effect::Guards(_) | Effect::Partly(_)) => None,
        (Ok(Some(reason)), _) => Some((Problem::KeyWithoutEffect { reason }, Fate::Default)),
        (Ok(None), Effect::NotYet(idle) | Effect::Closes(Protects::All(idle)))
            if idle.covers(text) =>
        {
            None
        }
        (Ok(None), Effect::NotYet(_)) => Some((
            Problem::KeyWithoutEffect {
                reason: &words::NOT_YET,
            },
            Fate::Default,
        )),
        (Ok(None), Effect::Closes(_)) => {
            let fate = close(settings, key, GK_WITHOUT_EFFECT);
            Some((
                Problem::KeyWithoutEffect {
                    reason: &words::GLOBAL_CLOSED,
                },
                fate,
            ))
        }
        (Ok(None), Effect::Never(reason)) => {
            Some((Problem::KeyWithoutEffect { reason }, Fate::Default))
        }
    }
}

fn unreadable(settings: &mut Settings, key: &Key, wrong: Malformed) -> (Problem, Fate) {
    let fate = close(settings, key, GK_BAD_VALUE);
    (
        Problem::BadValue {
            expected: key.value.expected(),
            wrong,
        },
        fate,
    )
}

const GK_BAD_VALUE: &str = "GK0202";
const GK_NOT_TEXT: &str = "GK0203";
const GK_WITHOUT_EFFECT: &str = "GK0212";

/// Closes what a key protects; nothing, for keys that protect nothing.
fn close(settings: &mut Settings, key: &Key, code: &'static str) -> Fate {
    let why = Closed {
        code,
        annotation: key.name,
    };
    match key.effect {
        Effect::Guards(_) | Effect::Closes(Protects::All(_)) => {
            _ = settings.closed.get_or_insert(why)
        }
        Effect::Closes(Protects::Authenticated) => {
            _ = settings.closed_unless_opted_out.get_or_insert(why);
        }
        _ => return Fate::Default,
    }
    Fate::Closed
}
