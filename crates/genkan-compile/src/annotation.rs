//! The annotations of an Ingress: one table, and the reading of a set of them against it.
//!
//! Every annotation that is written has its effect in [`Effects`] or a [`Remark`]; nothing is dropped
//! silently. A value of a security family that cannot be honoured closes the route (503), every other
//! bad value leaves its setting at the default, or in nginx-compatible mode refuses the object where
//! ingress-nginx does. One file per family holds the entries; supporting one
//! more annotation means changing the `effect` of its entry.
//!
//! Not here: which Ingress owns a path, and whether a rewrite is active on it (the compiler decides).

mod affinity;
pub(crate) mod basic_auth;
mod canary;
mod cors;
pub mod docs;
pub mod entry;
pub(crate) mod error_and_log;
pub(crate) mod external_auth;
mod header;
pub(crate) mod limit;
mod lookup;
mod protocol;
mod redirect;
pub mod remark;
mod removed;
pub(crate) mod response_rewrite;
mod routing;
mod snippet;
pub(crate) mod timeout_and_buffer;
pub(crate) mod tls;
pub(crate) mod upstream_tls;
pub mod value;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod tests;

use genkan_diagnosis::Text;
use genkan_route::{
    host::Alias,
    policy::RoutePolicy,
    route::{Closed, Mode, Redirect},
    settings::RouteSettings,
};

pub(crate) use lookup::closest;
pub use lookup::{entries, find, nearest};
pub use remark::{Fate, Problem, Remark};

use entry::{BadValue, Effect, Entry, Outcome, Risk};
use value::Malformed;

/// The prefix that ingress-nginx reads unless it is told otherwise (`--annotations-prefix`).
pub const DEFAULT_PREFIX: &str = "nginx.ingress.kubernetes.io";

/// One annotation as written.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The whole key.
    pub key: &'a str,
    /// The value as text.
    pub value: &'a str,
    /// Whether it was a string in the manifest (a bare `true` or `60` is not).
    pub is_text: bool,
}

/// What the operator settled for all Ingresses; comes from flags and the main ConfigMap.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The prefix read, without the slash.
    pub prefix: String,
    /// `annotations-risk-level`: the riskiest annotation accepted. An Ingress with a riskier one is refused.
    pub risk_allowed: Risk,
    /// `annotation-value-word-blocklist`: an Ingress with one of these words in a value is refused.
    pub forbidden_words: Vec<String>,
    /// What holds where no annotation says otherwise.
    pub settings: RouteSettings,
    /// `global-allowed-response-headers`: names that `custom-headers` may set, as spelt.
    pub response_headers_allowed: Vec<String>,
    /// `allow-cross-namespace-resources`: passwords may lie in another namespace than the Ingress.
    pub cross_namespace: bool,
    /// `retry-non-idempotent`: holds whatever `proxy-next-upstream` says.
    pub retry_non_idempotent: bool,
    /// `service-upstream` where no annotation says otherwise.
    pub service_upstream: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            prefix: DEFAULT_PREFIX.to_owned(),
            risk_allowed: Risk::High,
            forbidden_words: Vec::new(),
            response_headers_allowed: Vec::new(),
            settings: RouteSettings::default(),
            cross_namespace: false,
            retry_non_idempotent: false,
            service_upstream: false,
        }
    }
}

/// What the annotations of one Ingress come to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Effects {
    /// `rewrite-target` as written; whether it is active depends on the path.
    pub rewrite_target: Option<String>,
    /// `use-regex`.
    pub use_regex: bool,
    /// `app-root`.
    pub app_root: Option<String>,
    /// `server-alias`: further names of its hosts, in order, each once.
    pub aliases: Vec<Alias>,
    /// `from-to-www-redirect`.
    pub www_redirect: bool,
    /// `temporal-redirect` or `permanent-redirect` with its code.
    pub redirect: Option<Redirect>,
    /// `x-forwarded-prefix`; has an effect only beside an active rewrite.
    pub forwarded_prefix: Option<String>,
    /// `service-upstream`: its Service ports are asked at the address of the Service.
    pub service_upstream: bool,
    /// What else is asked of its routes.
    pub policy: RoutePolicy,
    /// Timeouts, sizes, retries, log: ConfigMap defaults overlaid with annotations.
    pub settings: RouteSettings,
    /// `proxy-ssl-*`; with its Secret it becomes part of the settings.
    pub upstream_tls: upstream_tls::Draft,
    /// `limit-rps` and its companions; with the name of the Ingress they become part of the policy.
    pub limits: limit::Draft,
    /// `auth-type` and its companions; with their Secret they become part of the policy.
    pub basic_auth: basic_auth::Draft,
    /// `auth-tls-*`; with its Secret it becomes part of the host.
    pub client_certificate: tls::ClientDraft,
    /// `canary: "true"`: no ordinary Ingress. Until canaries are served it must take no traffic at all.
    pub canary: bool,
    /// `enable-global-auth: "false"`: a global authentication does not concern these routes.
    pub skips_global_auth: bool,
    /// Why every route of the Ingress answers 503.
    pub closed: Option<Closed>,
    /// Why the whole Ingress takes no part.
    pub refused: Option<Closed>,
    /// Names of objects, until they have been looked for.
    pub(crate) references: Names,
    /// The redirect annotations while they are being read; empty afterwards.
    pub(crate) redirect_draft: redirect::Draft,
    /// The `cors-*` annotations while they are being read; empty afterwards.
    pub(crate) cors_draft: cors::Draft,
}

/// Objects that annotations name.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Names {
    /// `custom-headers`: a ConfigMap, `namespace/name`.
    pub custom_headers: Option<String>,
    /// `default-backend`: a Service of the namespace.
    pub default_backend: Option<String>,
}

/// Reads the annotations of an Ingress of a mode. The result does not depend on their order.
pub fn read<'a>(
    written: impl IntoIterator<Item = Written<'a>>,
    policy: &Policy,
    mode: Mode,
) -> (Effects, Vec<Remark>) {
    let mut written: Vec<_> = written.into_iter().collect();
    // other names first, so that the proper one has the last word, as in ingress-nginx
    written.sort_by_key(|annotation| (is_proper(annotation, policy), annotation.key));
    let present = present(&written, policy);
    let protects = present
        .iter()
        .any(|name| find(name).is_some_and(|entry| entry.security));
    let mut reading = Reading {
        policy,
        refused: match (mode, protects) {
            (Mode::Strict, _) => Fate::Default,
            (Mode::NginxCompatible, false) => Fate::Refused,
            (Mode::NginxCompatible, true) => Fate::Closed,
        },
        present,
        effects: Effects {
            settings: policy.settings.clone(),
            service_upstream: policy.service_upstream,
            ..Effects::default()
        },
        remarks: Vec::new(),
    };
    for annotation in &written {
        reading.annotation(annotation);
    }
    reading.location_without_target(&written);
    let Reading {
        mut effects,
        remarks,
        ..
    } = reading;
    redirect::settle(&mut effects);
    cors::settle(&mut effects);
    effects.settings.retry.non_idempotent |= policy.retry_non_idempotent;
    (effects, remarks)
}

fn is_proper(annotation: &Written<'_>, policy: &Policy) -> bool {
    let name = lookup::name(annotation.key, &policy.prefix);
    name.is_some_and(|name| find(name).is_some_and(|entry| entry.name == name))
}

/// Names that are there with a value, aliases resolved.
fn present(written: &[Written<'_>], policy: &Policy) -> Vec<&'static str> {
    let ours = written
        .iter()
        .filter(|annotation| !annotation.value.trim().is_empty());
    ours.filter_map(|annotation| Some(find(lookup::name(annotation.key, &policy.prefix)?)?.name))
        .collect()
}

struct Reading<'p> {
    policy: &'p Policy,
    /// What a value leads to for which ingress-nginx refuses the whole object. Strict mode uses the
    /// default. What protects its paths is not taken away with them: that could open them by way of
    /// another Ingress, so they are closed.
    refused: Fate,
    present: Vec<&'static str>,
    effects: Effects,
    remarks: Vec<Remark>,
}

impl Reading<'_> {
    fn annotation(&mut self, written: &Written<'_>) {
        let Some(name) = lookup::name(written.key, &self.policy.prefix) else {
            if let Some(problem) = lookup::foreign(written.key, &self.policy.prefix) {
                self.remark(written, problem, Fate::Default);
            }
            return;
        };
        let words = &self.policy.forbidden_words;
        if let Some(word) = words.iter().find(|word| written.value.contains(*word)) {
            let code = self.remark(
                written,
                Problem::ForbiddenWord { word: word.clone() },
                Fate::Refused,
            );
            let annotation = find(name).map_or("(unknown)", |entry| entry.name);
            self.effects
                .refused
                .get_or_insert(Closed { code, annotation });
            return;
        }
        match find(name) {
            Some(entry) => self.known(written, entry),
            None => {
                let problem = match removed::instead(name) {
                    Some(instead) => Problem::Removed { instead },
                    None => Problem::Unknown {
                        nearest: nearest(name),
                    },
                };
                self.remark(written, problem, Fate::Default);
            }
        }
    }

    /// `proxy-redirect-from` without `proxy-redirect-to` here or in the ConfigMap.
    fn location_without_target(&mut self, written: &[Written<'_>]) {
        if !response_rewrite::lacks_target(&self.effects.settings) {
            return;
        }
        let prefix = &self.policy.prefix;
        let found = written.iter().find_map(|annotation| {
            let entry = find(lookup::name(annotation.key, prefix)?)?;
            (entry.name == "proxy-redirect-from").then_some((annotation, entry))
        });
        if let Some((annotation, entry)) = found {
            let needs = &["proxy-redirect-to"];
            let problem = Problem::MissingPartner { needs };
            self.remark_on(entry, annotation, problem, Fate::Default);
        }
    }

    fn known(&mut self, written: &Written<'_>, entry: &'static Entry) {
        // A snippet is never run here, so its risk is none; ingress-nginx refuses the whole Ingress.
        let allowed = self.policy.risk_allowed;
        if entry.risk > allowed && !matches!(entry.effect, Effect::Snippet) {
            let problem = Problem::TooRisky {
                risk: entry.risk,
                allowed,
            };
            return self.remark_on(entry, written, problem, Fate::Refused);
        }
        if !written.is_text {
            (entry.unreadable)(&mut self.effects);
            let fate = if entry.security {
                Fate::Closed
            } else {
                Fate::Default
            };
            return self.remark_on(entry, written, Problem::NotText, fate);
        }
        let partnered = entry.needs.is_empty()
            // a protection that is switched off needs nobody
            || entry.security && matches!(written.value.trim(), "off" | "false")
            || entry
                .needs
                .iter()
                .any(|partner| self.present.contains(partner));
        match self.apply(entry, written.value) {
            Err(Unreadable { wrong, refuses }) => {
                (entry.unreadable)(&mut self.effects);
                let fate = match entry.security {
                    true => Fate::Closed,
                    false if refuses => self.refused,
                    false => Fate::Default,
                };
                let expected = entry.value.expected();
                self.remark_on(entry, written, Problem::BadValue { expected, wrong }, fate);
            }
            // Without its partner it would do nothing in ingress-nginx either.
            Ok(_) if !partnered => {
                let fate = if entry.security {
                    Fate::Closed
                } else {
                    Fate::Default
                };
                self.remark_on(
                    entry,
                    written,
                    Problem::MissingPartner { needs: entry.needs },
                    fate,
                );
            }
            Ok(None) => {}
            Ok(Some((problem, fate))) => self.remark_on(entry, written, problem, fate),
        }
    }

    /// Gives a value its effect, or says why it has none.
    fn apply(&mut self, entry: &Entry, text: &str) -> Result<Option<(Problem, Fate)>, Unreadable> {
        let trimmed = value::trim_lines(text);
        let is_snippet = matches!(entry.effect, Effect::Snippet);
        if trimmed.is_empty() && !is_snippet {
            // ingress-nginx: nearly always as if it were absent
            return Err(Malformed::new(&words::EMPTY).into());
        }
        entry.value.check(text).map_err(|wrong| Unreadable {
            wrong,
            refuses: entry.bad == BadValue::ObjectRefused,
        })?;
        let closing = if entry.security {
            Fate::Closed
        } else {
            Fate::Default
        };
        Ok(match entry.effect {
            Effect::Supported(apply) => outcome(
                apply(&mut self.effects, &trimmed)?,
                &words::NOT_YET,
                closing,
            ),
            Effect::Partly(apply, reason) => {
                outcome(apply(&mut self.effects, &trimmed)?, reason, closing)
            }
            Effect::NotYet(idle) if idle.covers(&trimmed) => None,
            Effect::NotYet(_) => Some((
                Problem::NoEffect {
                    reason: &words::NOT_YET,
                },
                closing,
            )),
            Effect::Never(reason) => Some((Problem::NoEffect { reason }, Fate::Default)),
            Effect::Snippet => {
                let access_control = snippet::access_control(&trimmed);
                let fate = if access_control.is_some() {
                    Fate::Closed
                } else {
                    closing
                };
                Some((Problem::Snippet { access_control }, fate))
            }
        })
    }

    fn remark_on(&mut self, entry: &Entry, written: &Written<'_>, problem: Problem, fate: Fate) {
        let remark = self.remark(written, problem, fate);
        let why = Closed {
            code: remark,
            annotation: entry.name,
        };
        match fate {
            Fate::Default => {}
            Fate::Closed => _ = self.effects.closed.get_or_insert(why),
            Fate::Refused => _ = self.effects.refused.get_or_insert(why),
        }
    }

    /// Records a remark and gives back its code.
    fn remark(&mut self, written: &Written<'_>, problem: Problem, fate: Fate) -> &'static str {
        let (key, value) = (written.key.to_owned(), written.value.to_owned());
        let remark = Remark {
            key,
            value,
            problem,
            fate,
        };
        let code = remark.code();
        self.remarks.push(remark);
        code
    }
}

/// A value that cannot be used.
struct Unreadable {
    wrong: Malformed,
    /// ingress-nginx refuses the object because of it.
    refuses: bool,
}

impl From<Malformed> for Unreadable {
    fn from(wrong: Malformed) -> Self {
        Self {
            wrong,
            refuses: false,
        }
    }
}

fn outcome(outcome: Outcome, reason: &'static Text, closing: Fate) -> Option<(Problem, Fate)> {
    match outcome {
        Outcome::InEffect => None,
        Outcome::NoEffectYet => Some((Problem::NoEffect { reason }, closing)),
        Outcome::LeftOut => Some((Problem::NoEffect { reason }, Fate::Default)),
        Outcome::Unservable => Some((Problem::NoEffect { reason }, Fate::Closed)),
    }
}

/// What is wrong with an annotation of an object that is no Ingress: ours are read from Ingresses only.
pub fn misplaced(kind: &str, written: &Written<'_>, prefix: &str) -> Option<Remark> {
    let name = lookup::name(written.key, prefix)?;
    find(name)?;
    let problem = Problem::WrongKind {
        found: kind.to_owned(),
        right: "Ingress",
    };
    let (key, value) = (written.key.to_owned(), written.value.to_owned());
    Some(Remark {
        key,
        value,
        problem,
        fate: Fate::Default,
    })
}
