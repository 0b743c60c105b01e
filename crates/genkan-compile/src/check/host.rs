//! Claims on one host that get in each other's way.

use std::sync::Arc;

use genkan_diagnosis::{Code, Finding, ObjectRef, words};
use genkan_objects::{Resource, kind::Ingress};
use genkan_route::{
    host::{BuildError, BuildErrorCause, Host, HostName, HostSpec},
    route::{Mode, RouteOrigin},
};

use crate::{
    claims::Claims,
    ingress::{
        Claim,
        assemble::{Assembled, Conflict},
        host_name::show,
    },
    mark::{self, Part},
    order::IngressName,
};

/// Marks at most this many other paths in one finding.
const OTHERS_SHOWN_MAX: usize = 3;

/// All findings of one assembled host.
pub(crate) fn findings(host: &HostName, assembled: &Assembled, claims: &Claims) -> Vec<Finding> {
    let mut findings: Vec<_> = assembled
        .conflicts
        .iter()
        .filter_map(|conflict| conflict_finding(host, conflict, claims))
        .collect();
    if let Some(spec) = &assembled.spec {
        for claim in &assembled.regex_by {
            findings.extend(contagion(host, spec, claim, &assembled.regex_by, claims));
        }
        findings.extend(mixed_modes(host, spec, claims));
    }
    findings
}

fn object<'c>(claims: &'c Claims, origin: &RouteOrigin) -> Option<&'c Arc<Resource<Ingress>>> {
    claims.get(&name(origin)).map(|(_, object)| object)
}

fn name(origin: &RouteOrigin) -> IngressName {
    IngressName {
        namespace: origin.namespace.clone(),
        name: origin.name.clone(),
    }
}

/// GK0150 between two Ingresses, GK0151 within one.
fn conflict_finding(host: &HostName, conflict: &Conflict, claims: &Claims) -> Option<Finding> {
    let loser = object(claims, &conflict.loser)?;
    let winner = object(claims, &conflict.winner)?;
    let pointer = format!("{}/path", mark::route_pointer(&conflict.loser));
    let path = path_of(claims, &conflict.loser).unwrap_or_else(|| "/".into());
    let same = Arc::ptr_eq(loser, winner);
    let finding = if same {
        Finding::new(Code::GK0151).arg("path", &*path)
    } else {
        Finding::new(Code::GK0150)
            .arg("host", show(host))
            .arg("path", &*path)
            .arg("winner", format!("{}", name(&conflict.winner)))
            .arg("loser", format!("{}", name(&conflict.loser)))
    };
    let finding = finding.value(format!("{} {path}", show(host)));
    let finding = mark::at(finding, loser, &pointer, Part::Value, &words::IGNORED);
    let winner_path = conflict.winner.path.map(|_| "/path").unwrap_or_default();
    let pointer = format!("{}{winner_path}", mark::route_pointer(&conflict.winner));
    let in_effect = match winner.meta.created.filter(|_| !same) {
        Some(since) => words::IN_EFFECT_SINCE.arg("since", since.to_string()),
        None => (&words::IN_EFFECT).into(),
    };
    Some(mark::also(
        finding,
        winner,
        &pointer,
        Part::Value,
        in_effect,
    ))
}

fn path_of(claims: &Claims, origin: &RouteOrigin) -> Option<Box<str>> {
    let (claim, _) = claims.get(&name(origin))?;
    let rule = claim
        .rules
        .iter()
        .find(|rule| Some(rule.index) == origin.rule)?;
    let path = rule
        .paths
        .iter()
        .find(|path| Some(path.index) == origin.path)?;
    Some(path.path.clone())
}

/// GK0008: paths of other Ingresses that became patterns because of this one.
fn contagion(
    host: &HostName,
    spec: &HostSpec,
    claim: &Claim,
    regex_by: &[Arc<Claim>],
    claims: &Claims,
) -> Option<Finding> {
    let asked_for = |origin: &RouteOrigin| {
        regex_by
            .iter()
            .any(|by| by.name().namespace == origin.namespace && by.name().name == origin.name)
    };
    let others: Vec<_> = spec
        .routes
        .iter()
        .filter(|route| !route.implied && !asked_for(&route.origin))
        .collect();
    let first = others.first()?;
    let (_, source) = claims.get(claim.name())?;
    let annotation = if claim.effects.use_regex {
        "use-regex"
    } else {
        "rewrite-target"
    };
    let pointer = mark::annotation_pointer(mark::annotation_key(source, annotation)?);
    let finding = Finding::new(Code::GK0008)
        .arg("object", source.object_ref())
        .arg("host", show(host))
        .value(show(host));
    let mut finding = mark::at(finding, source, &pointer, Part::Key, &words::TURNS_ON_REGEX);
    for route in others.iter().take(OTHERS_SHOWN_MAX) {
        let Some(other) = object(claims, &route.origin) else {
            continue;
        };
        let pointer = format!("{}/path", mark::route_pointer(&route.origin));
        let label = words::BECOMES_PATTERN.arg("pattern", format!("^{}", route.path));
        finding = mark::also(finding, other, &pointer, Part::Value, label);
    }
    debug_assert!(!first.implied);
    Some(finding)
}

/// GK0750: an Ingress whose class asks for the other mode than the host has.
fn mixed_modes(host: &HostName, spec: &HostSpec, claims: &Claims) -> Vec<Finding> {
    let mut seen: Vec<IngressName> = Vec::new();
    let mut findings = Vec::new();
    for route in spec.routes.iter().filter(|route| route.mode != spec.mode) {
        let ingress = name(&route.origin);
        if seen.contains(&ingress) || route.origin.kind != "Ingress" {
            continue;
        }
        let Some(object) = object(claims, &route.origin) else {
            continue;
        };
        let (original, ours) = match spec.mode {
            Mode::NginxCompatible => (
                "not serve it (its class asks for strict matching)",
                "matched as ingress-nginx does",
            ),
            Mode::Strict => ("match its paths its own way", "matched strictly"),
        };
        let oldest = claims
            .on_host(host)
            .into_iter()
            .find(|claim| claim.is_served());
        let because = oldest.map(|oldest| {
            let (namespace, name) = (oldest.name().namespace.clone(), oldest.name().name.clone());
            ObjectRef::ingress(namespace, name).to_string()
        });
        let finding = Finding::new(Code::GK0750)
            .arg("path", format!("{}{}", show(host), route.path))
            .arg("original", original)
            .arg("ours", ours)
            .value(show(host));
        let pointer = format!("{}/path", mark::route_pointer(&route.origin));
        let finding = mark::at(finding, object, &pointer, Part::Value, &words::THIS_RULE);
        let reason = format!(
            "a host has one mode, that of its oldest Ingress: {}",
            because.unwrap_or_default()
        );
        findings.push(finding.note(words::REASON.arg("reason", reason)));
        seen.push(ingress);
    }
    findings
}

/// GK0007 and what else could not be prepared: the route (or the one setting) takes no part.
pub(crate) fn build_findings(host: &Host, claims: &Claims) -> Vec<Finding> {
    host.errors()
        .iter()
        .filter_map(|error| build_finding(error, claims))
        .collect()
}

fn build_finding(error: &BuildError, claims: &Claims) -> Option<Finding> {
    let origin = error.origin.as_ref()?;
    let object = object(claims, origin)?;
    let path = path_of(claims, origin).unwrap_or_else(|| "/".into());
    match &error.cause {
        BuildErrorCause::Pattern(fault) => {
            let reason = match fault.pcre_only_feature {
                Some(feature) => {
                    format!("{} ({feature} needs nginx-compatible mode)", fault.reason)
                }
                None => fault.reason.clone(),
            };
            let finding = Finding::new(Code::GK0007)
                .arg("pattern", &*path)
                .arg("reason", reason.as_str());
            let label = words::PATTERN_FAILS
                .arg("column", fault.offset + 1)
                .arg("reason", reason.as_str());
            let pointer = format!("{}/path", mark::route_pointer(origin));
            let finding = mark::at(finding, object, &pointer, Part::Value, label);
            let finding = finding.note(&words::CORRECT_PATTERN);
            Some(finding.note(words::REST_WORKS.arg("kind", "Ingress")))
        }
        other => {
            let annotation = match other {
                BuildErrorCause::Rewrite(_) => "rewrite-target",
                BuildErrorCause::ForwardedPrefix(_) => "x-forwarded-prefix",
                BuildErrorCause::UpstreamHost(_) => "upstream-vhost",
                _ => "app-root",
            };
            let key = mark::annotation_key(object, annotation)?;
            let value = object.meta.annotation(key)?.value.value.clone();
            let finding = Finding::new(Code::GK0202)
                .arg("annotation", key)
                .arg("value", &*value)
                .arg("expected", "a value that can be expanded");
            let label = words::UNREADABLE.arg("reason", other.to_string());
            Some(mark::at(
                finding,
                object,
                &mark::annotation_pointer(key),
                Part::Value,
                label,
            ))
        }
    }
}
