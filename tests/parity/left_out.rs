//! Why a case cannot be compared yet, computed from the tables of annotations and ConfigMap keys.
//!
//! What has no effect here concerns the hosts of its Ingress, or everything: then the whole scenario is
//! left out. As the tables grow, cases come in by themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use genkan_compile::Options;
use genkan_compile::annotation::{self, Fate, Problem, Remark, Written, entry::Scope};
use genkan_compile::configmap::{self, Settings};
use genkan_objects::{Object, ObjectStore, Resource, kind::Ingress};
use genkan_route::route::Mode;

use crate::recorded::{Case, Scenario};

/// What of one scenario cannot be compared.
#[derive(Debug, Default)]
pub(crate) struct LeftOut {
    scenario: Option<String>,
    hosts: BTreeMap<String, String>,
}

impl LeftOut {
    /// Why a case is left out, if it is.
    pub(crate) fn reason(&self, case: &Case) -> Option<String> {
        if let Some(reason) = &self.scenario {
            return Some(reason.clone());
        }
        let host = asked(case);
        let covers = |known: &str| {
            known == host
                || known
                    .strip_prefix('*')
                    .is_some_and(|suffix| host.ends_with(suffix))
        };
        self.hosts
            .iter()
            .find(|(known, _)| covers(known))
            .map(|(_, reason)| reason.clone())
    }

    fn everything(&mut self, reason: String) {
        self.scenario.get_or_insert(reason);
    }

    fn host(&mut self, host: &str, reason: &str) {
        self.hosts
            .entry(host.to_ascii_lowercase())
            .or_insert_with(|| reason.to_owned());
    }
}

/// The host that a request asks for, lower case, without port.
fn asked(case: &Case) -> String {
    let request = &case.request;
    let from_raw = request.raw.as_deref().and_then(|raw| {
        let line = raw
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("host:"))?;
        Some(line[5..].trim().to_owned())
    });
    let absolute = request
        .target
        .split_once("://")
        .map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or_default().to_owned());
    let host = absolute
        .or(from_raw)
        .or_else(|| request.host.clone())
        .unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// What of a scenario cannot be compared, given its objects and the compiler's options (an error is the
/// flag that has no effect).
pub(crate) fn judge(
    scenario: &Scenario,
    objects: &ObjectStore,
    options: &Result<Options, String>,
) -> LeftOut {
    let mut left_out = LeftOut::default();
    if let Err(flag) = options {
        left_out.everything(format!("flag {flag}"));
    }
    let settings = settings(scenario, options, &mut left_out);
    let ingresses: Vec<_> = objects
        .objects()
        .filter_map(|object| match object {
            Object::Ingress(ingress) => Some(ingress),
            _ => None,
        })
        .collect();
    for ingress in &ingresses {
        let written = ingress.meta.annotations.iter().map(|annotation| Written {
            key: &annotation.key.value,
            value: &annotation.value.value,
            is_text: annotation.is_text,
        });
        let (_, remarks) = annotation::read(written, &settings.policy, Mode::NginxCompatible);
        for remark in remarks.iter().filter(|remark| has_no_effect(remark)) {
            let name = remark.key.rsplit('/').next().unwrap_or_default();
            let reason = format!("annotation {name}");
            let scope = annotation::find(name).map(|entry| entry.scope);
            match (name, scope) {
                ("server-alias", _) => aliases(&mut left_out, &remark.value, &reason),
                ("from-to-www-redirect", _) => counterparts(&mut left_out, ingress, &reason),
                (_, Some(Scope::Location | Scope::Host)) => {
                    concern(&mut left_out, ingress, &reason);
                }
                (_, Some(Scope::Upstream)) => {
                    concern_sharing(&mut left_out, &ingresses, ingress, &reason)
                }
                (_, Some(Scope::Canary)) => {
                    // It hangs on the Service ports of the Ingresses that have its hosts.
                    concern_sharing(&mut left_out, &ingresses, ingress, &reason);
                    for main in ingresses.iter().filter(|main| shares_a_host(ingress, main)) {
                        concern_sharing(&mut left_out, &ingresses, main, &reason);
                    }
                }
                _ => left_out.everything(reason),
            }
        }
    }
    for ingress in &ingresses {
        further_names(&mut left_out, ingress);
    }
    left_out
}

fn settings(
    scenario: &Scenario,
    options: &Result<Options, String>,
    left_out: &mut LeftOut,
) -> Settings {
    let mut defaults = Settings::default();
    if let Ok(options) = options {
        defaults
            .policy
            .prefix
            .clone_from(&options.annotations_prefix);
    }
    let data = scenario.configmap.iter();
    let data = data.map(|(key, value)| Written {
        key,
        value,
        is_text: true,
    });
    let (settings, remarks) = configmap::read(data, defaults);
    for remark in remarks.iter().filter(|remark| has_no_effect(remark)) {
        left_out.everything(format!("key {}", remark.key));
    }
    settings
}

/// Whether a remark means that something is not built, as opposed to wrong in the original too.
fn has_no_effect(remark: &Remark) -> bool {
    let name = remark.key.rsplit('/').next().unwrap_or_default();
    match remark.problem {
        // What the original does with a bad value belongs to what is not built.
        Problem::BadValue { .. } => {
            remark.fate != Fate::Refused
                && annotation::find(name).is_some_and(|entry| !entry.is_built())
        }
        // A value of a protection that is left out for good, as opposed to one that closes for now.
        Problem::NoEffect { .. } if remark.fate == Fate::Default => {
            annotation::find(name).is_none_or(|entry| !(entry.security && entry.is_built()))
        }
        Problem::NoEffect { .. } | Problem::KeyWithoutEffect { .. } | Problem::Snippet { .. } => {
            true
        }
        // Security that is alone does nothing in the original; here it closes until it is built.
        Problem::MissingPartner { .. } => remark.fate == Fate::Closed,
        _ => false,
    }
}

fn is_hostless(ingress: &Resource<Ingress>) -> bool {
    let rules = &ingress.spec.rules;
    rules
        .iter()
        .any(|rule| rule.host.as_ref().is_none_or(|host| host.value.is_empty()))
}

fn concern(left_out: &mut LeftOut, ingress: &Resource<Ingress>, reason: &str) {
    let spec = &ingress.spec;
    if is_hostless(ingress) || spec.rules.is_empty() {
        left_out.everything(reason.to_owned());
    }
    for host in spec.rules.iter().filter_map(|rule| rule.host.as_ref()) {
        left_out.host(&host.value, reason);
    }
}

/// What concerns a Service port concerns every host that it is used on.
fn concern_sharing(
    left_out: &mut LeftOut,
    ingresses: &[Arc<Resource<Ingress>>],
    ingress: &Resource<Ingress>,
    reason: &str,
) {
    for other in ingresses
        .iter()
        .filter(|other| shares_a_service(ingress, other))
    {
        concern(left_out, other, reason);
    }
}

/// Further names of a host: where they are not served, other hosts get their requests.
fn aliases(left_out: &mut LeftOut, names: &str, reason: &str) {
    for name in names.split(',').map(str::trim) {
        if name.starts_with('~') || name.ends_with('*') {
            left_out.everything(reason.to_owned());
        }
        left_out.host(name, reason);
    }
}

/// What concerns a host concerns its further names too.
fn further_names(left_out: &mut LeftOut, ingress: &Resource<Ingress>) {
    let hosts = ingress
        .spec
        .rules
        .iter()
        .filter_map(|rule| rule.host.as_ref());
    let reasons: Vec<_> = hosts
        .filter_map(|host| left_out.hosts.get(&host.value.to_ascii_lowercase()))
        .cloned()
        .collect();
    let written = &ingress.meta.annotations;
    let names = written
        .iter()
        .filter(|annotation| annotation.key.value.ends_with("/server-alias"));
    for (reason, names) in reasons
        .iter()
        .flat_map(|reason| names.clone().map(move |n| (reason, n)))
    {
        aliases(left_out, &names.value.value, reason);
    }
    if let Some(reason) = reasons.first() {
        let redirects = |key: &str| key.ends_with("/from-to-www-redirect");
        if written
            .iter()
            .any(|annotation| redirects(&annotation.key.value))
        {
            counterparts(left_out, ingress, reason);
        }
    }
}

/// The name with `www.` of each host without it, and the other way round.
fn counterparts(left_out: &mut LeftOut, ingress: &Resource<Ingress>, reason: &str) {
    for host in ingress
        .spec
        .rules
        .iter()
        .filter_map(|rule| rule.host.as_ref())
    {
        match host.value.strip_prefix("www.") {
            Some(bare) => left_out.host(bare, reason),
            None => left_out.host(&format!("www.{}", host.value), reason),
        }
    }
}

fn shares_a_host(a: &Resource<Ingress>, b: &Resource<Ingress>) -> bool {
    let hosts = |ingress: &Resource<Ingress>| -> BTreeSet<String> {
        let rules = ingress.spec.rules.iter();
        rules
            .map(|rule| {
                rule.host
                    .as_ref()
                    .map_or(String::new(), |host| host.value.to_string())
            })
            .collect()
    };
    !hosts(a).is_disjoint(&hosts(b))
}

fn shares_a_service(a: &Resource<Ingress>, b: &Resource<Ingress>) -> bool {
    let services = |ingress: &Resource<Ingress>| -> BTreeSet<String> {
        let paths = ingress.spec.rules.iter().flat_map(|rule| &rule.paths);
        let backends = paths
            .map(|path| &path.backend)
            .chain(&ingress.spec.default_backend);
        let names = backends.filter_map(|backend| backend.service.as_ref());
        names
            .map(|service| service.name.value.to_string())
            .collect()
    };
    !services(a).is_disjoint(&services(b))
}
