//! Answers that the proxy made.

use genkan_diagnosis::{Applicability, Code, Finding, Suggestion, words};
use genkan_route::{
    check::{Check, CheckName},
    fault::Fault,
    host::HostName,
    limit::Period,
    recorder::Reason,
    route::{PathType, RouteOrigin},
    table::Route,
};

use super::Answer;
use crate::{
    annotation,
    generation::Generation,
    ingress::host_name::show,
    mark::{self, Part},
    probe::{Outcome, Probe},
};

/// Findings about a request that the proxy answered itself, the primary one first.
pub(super) fn findings(
    generation: &Generation,
    probe: &Probe,
    answer: Option<&Answer>,
) -> Vec<Finding> {
    let decided = if let Outcome::Fault(fault) = &probe.outcome {
        Some(*fault)
    } else {
        None
    };
    let Some(fault) = answer.and_then(|answer| answer.fault).or(decided) else {
        return Vec::new();
    };
    match fault {
        Fault::NoHost => vec![no_host(generation, probe)],
        Fault::NoPath | Fault::NoDefaultBackend => no_path(generation, probe),
        Fault::NoService | Fault::NoPort | Fault::NoEndpoint | Fault::ExternalName => {
            of_backend(generation, probe, fault)
        }
        Fault::NoErrorBackend | Fault::ErrorPageLoop => vec![no_error_backend(generation, probe)],
        Fault::Closed => closed(generation, probe),
        Fault::AddressRefused | Fault::Blocked => refused(generation, probe),
        Fault::Unauthenticated => unauthenticated(generation, probe),
        Fault::RateExceeded(_) | Fault::ConnectionsExceeded(_) => limited(generation, probe),
        Fault::EmptyRewrite => vec![empty_rewrite(generation, probe)],
        Fault::PatternLimit => vec![pattern_limit(probe)],
        Fault::BodyTooLarge => vec![body_too_large(generation, probe)],
        other => of_connection(other, answer)
            .or_else(|| of_request(other))
            .into_iter()
            .collect(),
    }
}

/// GK0104 with the nearest host, or the Ingress that has the host and takes no part.
fn no_host(generation: &Generation, probe: &Probe) -> Finding {
    let asked = &probe.asked_host;
    let finding = Finding::new(Code::GK0104)
        .arg("host", asked.as_str())
        .value(asked.as_str());
    let unattached =
        generation.snapshot.table.unattached().iter().find(
            |unattached| matches!(&unattached.host, HostName::Exact(name) if **name == **asked),
        );
    if let Some(unattached) = unattached
        && let Some(object) = generation.origins.ingress(&unattached.route.origin)
    {
        let pointer = format!(
            "/spec/rules/{}/host",
            unattached.route.origin.rule.unwrap_or(0)
        );
        return mark::at(finding, object, &pointer, Part::Value, &words::NO_EFFECT);
    }
    let names: Vec<_> = generation.hosts().map(|host| show(host.name())).collect();
    let near = genkan_objects::nearest(asked, names.iter().map(String::as_str));
    let Some(near) = near else { return finding };
    let finding = finding.note(words::CLOSEST_IS.arg("name", near));
    let owner = generation.hosts().find(|host| show(host.name()) == *near);
    let origin = owner
        .and_then(|host| host.routes().first())
        .map(|route| &route.spec.origin);
    let object = origin.and_then(|origin| Some((origin, generation.origins.ingress(origin)?)));
    match object {
        Some((origin, object)) => {
            let pointer = format!("/spec/rules/{}/host", origin.rule.unwrap_or(0));
            mark::at(finding, object, &pointer, Part::Value, &words::THIS_HOST)
        }
        None => finding,
    }
}

/// GK0011 with the nearest miss; GK0010 beside it where only letter case differs.
fn no_path(generation: &Generation, probe: &Probe) -> Vec<Finding> {
    let host = probe
        .host
        .as_ref()
        .map_or_else(|| probe.asked_host.clone(), show);
    let finding = Finding::new(Code::GK0011)
        .arg("host", host.as_str())
        .arg("path", probe.path.as_str())
        .value(format!("{host}{}", probe.path));
    let written = probe
        .candidates
        .iter()
        .filter(|(route, _)| !route.spec.implied);
    let nearest = written
        .filter_map(|(route, reason)| Some((rank(reason.as_ref()?)?, route, reason.as_ref()?)))
        .min_by_key(|(rank, ..)| *rank);
    let Some((_, route, reason)) = nearest else {
        return vec![finding];
    };
    let Some(object) = generation.origins.ingress(&route.spec.origin) else {
        return vec![finding];
    };
    let pointer = mark::route_pointer(&route.spec.origin);
    let path_pointer = format!("{pointer}/path");
    let finding = finding.note(words::CLOSEST_IS.arg("name", &*route.spec.path));
    let finding = mark::at(
        finding,
        object,
        &path_pointer,
        Part::Value,
        &words::THIS_PATH,
    );
    let finding = match change(route, reason, probe, &pointer) {
        Some(suggestion) => finding.suggest(suggestion),
        None => finding,
    };
    let mut findings = vec![finding];
    if *reason == Reason::CaseDiffers {
        let finding = Finding::new(Code::GK0010)
            .arg("path", probe.path.as_str())
            .arg("rule", &*route.spec.path);
        findings.push(mark::at(
            finding,
            object,
            &path_pointer,
            Part::Value,
            &words::THIS_PATH,
        ));
    }
    findings.extend(written_wrong(generation, &route.spec.origin));
    findings
}

/// How near a miss is; diagnosis ranks: slash, element boundary, a child of an `Exact`, case.
fn rank(reason: &Reason) -> Option<u8> {
    Some(match reason {
        Reason::LiteralNotPattern => 0,
        Reason::ExactDiffersOnlyBySlash => 1,
        Reason::PrefixNotAtElementBoundary => 2,
        Reason::CaseDiffers => 3,
        Reason::ExactDiffers => 4,
        Reason::PatternFailsAt(0 | 1) => 7,
        Reason::PatternFailsAt(_) => 5,
        Reason::NotAPrefix => 6,
        Reason::OtherHost | Reason::LessSpecificThan(_) => return None,
    })
}

/// The one change that would make the nearest rule match.
fn change(route: &Route, reason: &Reason, probe: &Probe, pointer: &str) -> Option<Suggestion> {
    let below = probe
        .path
        .strip_prefix(&*route.spec.path)
        .is_some_and(|rest| rest.starts_with('/'));
    let exact = route.spec.path_type == PathType::Exact;
    match reason {
        Reason::ExactDiffersOnlyBySlash | Reason::ExactDiffers if exact && below => Some(
            Suggestion::new(&words::USE_PREFIX, Applicability::Review)
                .replace(format!("{pointer}/pathType"), "Prefix"),
        ),
        Reason::LiteralNotPattern => {
            let plain = crate::check::path::plain_prefix(&route.spec.path)?;
            Some(
                Suggestion::new(&words::PLAIN_PATH, Applicability::Review)
                    .replace(format!("{pointer}/path"), plain)
                    .replace(format!("{pointer}/pathType"), "Prefix"),
            )
        }
        _ => None,
    }
}

/// GK0001, GK0005, GK0006 of the nearest rule.
fn written_wrong(generation: &Generation, origin: &RouteOrigin) -> Vec<Finding> {
    let codes = [Code::GK0001, Code::GK0005, Code::GK0006];
    at_route(generation, origin, |code| codes.contains(&code))
}

/// Findings of the compile about a route's own entry.
fn at_route(
    generation: &Generation,
    origin: &RouteOrigin,
    wanted: impl Fn(Code) -> bool,
) -> Vec<Finding> {
    let Some(object) = generation.origins.ingress(origin) else {
        return Vec::new();
    };
    let reference = object.object_ref();
    let pointer = mark::route_pointer(origin);
    let touches = |finding: &&Finding| {
        let own = finding.object() == Some(&reference)
            && finding.pointer().is_some_and(|at| at.starts_with(&pointer));
        let related = finding.related().iter().any(|label| {
            label.object.as_ref() == Some(&reference)
                && label
                    .pointer
                    .as_deref()
                    .is_some_and(|at| at.starts_with(&pointer))
        });
        wanted(finding.code()) && (own || related)
    };
    generation
        .findings
        .iter()
        .filter(touches)
        .cloned()
        .collect()
}

/// GK0300 to GK0309, as the compile found them; a bare one where the world is open.
fn of_backend(generation: &Generation, probe: &Probe, fault: Fault) -> Vec<Finding> {
    let Some(route) = &probe.route else {
        return Vec::new();
    };
    let found = at_route(generation, &route.spec.origin, |code| {
        (300..310).contains(&code.number())
    });
    if !found.is_empty() {
        return found;
    }
    let (code, service, port) = match (&route.spec.target, fault) {
        (genkan_route::route::Target::Service(group), Fault::NoService) => {
            (Code::GK0300, group.service.clone(), group.port.clone())
        }
        (genkan_route::route::Target::Service(group), Fault::NoPort) => {
            (Code::GK0302, group.service.clone(), group.port.clone())
        }
        (genkan_route::route::Target::Service(group), _) => {
            (Code::GK0305, group.service.clone(), group.port.clone())
        }
        _ => return Vec::new(),
    };
    let finding = Finding::new(code).arg("service", service);
    let finding = if code == Code::GK0302 {
        finding.arg("port", port)
    } else {
        finding
    };
    let Some(object) = generation.origins.ingress(&route.spec.origin) else {
        return vec![finding];
    };
    let pointer = mark::route_pointer(&route.spec.origin);
    vec![mark::at(
        finding,
        object,
        &pointer,
        Part::Value,
        &words::THIS_RULE,
    )]
}

/// The finding that closed the route.
fn closed(generation: &Generation, probe: &Probe) -> Vec<Finding> {
    let Some(route) = &probe.route else {
        return Vec::new();
    };
    let Some(closed) = &route.spec.closed else {
        return Vec::new();
    };
    let object = generation
        .origins
        .ingress(&route.spec.origin)
        .map(|object| object.object_ref());
    let mine = |finding: &&Finding| {
        finding.code().to_string() == closed.code
            && (finding.object() == object.as_ref()
                || finding
                    .object()
                    .is_some_and(|object| &*object.kind == "ConfigMap"))
            && finding
                .pointer()
                .is_some_and(|pointer| writes(pointer, closed.annotation))
    };
    generation
        .findings
        .iter()
        .filter(mine)
        .take(1)
        .cloned()
        .collect()
}

/// Whether the field is this setting: an annotation, by any of its names, or a key of the ConfigMap.
fn writes(pointer: &str, setting: &str) -> bool {
    let field = pointer.rsplit('/').next().unwrap_or_default();
    let name = field.rsplit("~1").next().unwrap_or_default();
    name == setting || annotation::find(name).is_some_and(|entry| entry.name == setting)
}

/// GK0021 at the annotation, with the slash that is missing.
fn empty_rewrite(generation: &Generation, probe: &Probe) -> Finding {
    let finding = Finding::new(Code::GK0021).arg("path", probe.path.as_str());
    let route = probe.route.as_ref();
    let target = route.and_then(|route| route.spec.rewrite.as_ref());
    let target = target.map_or("", |rewrite| &*rewrite.target);
    let finding = finding.arg("target", target).value(target);
    let object = route.and_then(|route| generation.origins.ingress(&route.spec.origin));
    let Some((object, key)) =
        object.and_then(|object| Some((object, mark::annotation_key(object, "rewrite-target")?)))
    else {
        return finding;
    };
    let pointer = mark::annotation_pointer(key);
    let suggestion = Suggestion::new(&words::BEGIN_WITH_SLASH, Applicability::Review)
        .replace(pointer.as_str(), format!("/{target}"));
    mark::at(finding, object, &pointer, Part::Value, &words::THIS_VALUE).suggest(suggestion)
}

/// GK0311 at the list whose statuses nobody has a page for.
fn no_error_backend(generation: &Generation, probe: &Probe) -> Finding {
    let route = probe.route.as_ref().map(|route| &route.spec);
    let named = route.and_then(|route| route.policy.default_backend.as_ref());
    let service = named.map_or("default-backend", |group| &*group.service);
    let reason = match named {
        Some(_) => &annotation::words::ERROR_BACKEND_EMPTY,
        None => &annotation::words::NO_ERROR_BACKEND,
    };
    let finding = Finding::new(Code::GK0311)
        .arg("service", service)
        .arg("reason", genkan_diagnosis::Message::from(reason))
        .value(service);
    let object = route.and_then(|route| generation.origins.ingress(&route.origin));
    let place = object.and_then(|object| {
        let key = mark::annotation_key(object, "custom-http-errors")?;
        Some((object, mark::annotation_pointer(key)))
    });
    match place {
        Some((object, pointer)) => {
            mark::at(finding, object, &pointer, Part::Value, &words::THIS_VALUE)
        }
        None => finding,
    }
}

/// GK0500 with the limit, at the annotation or, where that is the default, at the rule.
fn body_too_large(generation: &Generation, probe: &Probe) -> Finding {
    let route = probe.route.as_ref();
    let limit = route.and_then(|route| route.spec.settings.body_size_max);
    let limit = limit.map_or_else(|| "proxy-body-size".to_owned(), size);
    let finding = Finding::new(Code::GK0500)
        .arg("limit", limit.as_str())
        .value(limit.as_str());
    let Some((route, object)) =
        route.and_then(|route| Some((route, generation.origins.ingress(&route.spec.origin)?)))
    else {
        return finding;
    };
    let (pointer, label) = match mark::annotation_key(object, "proxy-body-size") {
        Some(key) => (mark::annotation_pointer(key), &words::SET_HERE),
        None => (mark::route_pointer(&route.spec.origin), &words::THIS_RULE),
    };
    mark::at(finding, object, &pointer, Part::Value, label)
}

/// A number of bytes as `proxy-body-size` writes it.
fn size(bytes: u64) -> String {
    let units = [(30, "g"), (20, "m"), (10, "k")];
    let fits = units
        .iter()
        .find(|(shift, _)| bytes >= 1 << shift && bytes.is_multiple_of(1 << shift));
    match fits {
        Some((shift, unit)) => format!("{}{unit}", bytes >> shift),
        None => format!("{bytes} bytes"),
    }
}

/// GK0022; which of the host's patterns it was is not known.
fn pattern_limit(probe: &Probe) -> Finding {
    let host = probe.host.as_ref().map_or_else(String::new, show);
    Finding::new(Code::GK0022)
        .arg("host", host.as_str())
        .arg("path", probe.path.as_str())
        .value(host)
}

/// Faults that the request, or the state of the proxy, is to blame for.
fn of_request(fault: Fault) -> Option<Finding> {
    let reason = match fault {
        Fault::BadPath => &words::BAD_PATH,
        Fault::BadRequest => &words::BAD_SYNTAX,
        Fault::VersionNotSupported => &words::BAD_VERSION,
        Fault::NotImplemented => &words::NOT_IMPLEMENTED,
        Fault::TargetTooLong => &words::LONG_TARGET,
        Fault::HeadTooLarge => &words::LONG_FIELDS,
        Fault::Overload => &words::NO_ROOM,
        Fault::Draining => &words::SHUTTING_DOWN,
        Fault::ClientTimeout => return Some(Finding::new(Code::GK0507).value("client")),
        _ => return None,
    };
    let code: Code = fault.facts().code.parse().ok()?;
    Some(Finding::new(code).arg("reason", reason).value(reason.en))
}

/// GK0453 at the list that refused.
fn refused(generation: &Generation, probe: &Probe) -> Vec<Finding> {
    let refused = |check: &&Check| check.refuses() && check.name != CheckName::Cors;
    let Some(check) = probe.checks.iter().find(refused) else {
        return Vec::new();
    };
    let relation = match (check.name, check.listed) {
        (CheckName::Block, _) => &words::BLOCKED_BY,
        (_, true) => &words::ON_LIST,
        (_, false) => &words::NOT_ON_LIST,
    };
    let why = relation
        .arg("subject", &*check.subject)
        .arg("list", &*check.by);
    let finding = Finding::new(Code::GK0453)
        .arg("subject", check.subject.as_str())
        .value(check.subject.as_str())
        .note(why);
    let names: &[&str] = match check.name {
        CheckName::Block => &[],
        CheckName::DenyList => &["denylist-source-range"],
        _ => &["allowlist-source-range", "whitelist-source-range"],
    };
    vec![at_annotation(generation, probe, finding, names)]
}

/// GK0559 where the password is asked for.
fn unauthenticated(generation: &Generation, probe: &Probe) -> Vec<Finding> {
    let asked = |check: &&Check| check.name == CheckName::Password;
    let Some(check) = probe.checks.iter().find(asked) else {
        return Vec::new();
    };
    let finding = Finding::new(Code::GK0559)
        .arg("realm", check.by.as_str())
        .value(check.by.as_str());
    vec![at_annotation(generation, probe, finding, &["auth-type"])]
}

/// GK0503 at the limit that was reached.
fn limited(generation: &Generation, probe: &Probe) -> Vec<Finding> {
    let Some(check) = probe.checks.iter().find(|check| check.refuses()) else {
        return Vec::new();
    };
    let (names, reason): (&[&str], _) = match check.name {
        CheckName::ConnectionLimit => (&["limit-connections"], &words::CONNECTIONS_EXCEEDED),
        CheckName::RateLimit(Period::Minute) => (&["limit-rpm"], &words::RATE_EXCEEDED),
        CheckName::RateLimit(Period::Second) => (&["limit-rps"], &words::RATE_EXCEEDED),
        _ => return Vec::new(),
    };
    let reason = reason
        .arg("subject", &*check.subject)
        .arg("count", check.count.unwrap_or_default().to_string())
        .arg("limit", &*check.by);
    let finding = Finding::new(Code::GK0503)
        .arg("reason", reason)
        .value(check.subject.as_str());
    vec![at_annotation(generation, probe, finding, names)]
}

/// The finding at the first of these annotations that the route's Ingress has.
fn at_annotation(
    generation: &Generation,
    probe: &Probe,
    finding: Finding,
    names: &[&str],
) -> Finding {
    let origin = probe.route.as_ref().map(|route| &route.spec.origin);
    let object = origin.and_then(|origin| generation.origins.ingress(origin));
    let place = object.and_then(|object| {
        let key = names
            .iter()
            .find_map(|name| mark::annotation_key(object, name))?;
        Some((object, mark::annotation_pointer(key)))
    });
    match place {
        Some((object, pointer)) => {
            mark::at(finding, object, &pointer, Part::Value, &words::THIS_VALUE)
        }
        None => finding,
    }
}

/// Faults on the way to an endpoint and back.
fn of_connection(fault: Fault, answer: Option<&Answer>) -> Option<Finding> {
    let endpoint = answer.and_then(|answer| answer.endpoint.clone());
    let endpoint = endpoint.unwrap_or_else(|| "the backend".to_owned());
    let code: Code = fault.facts().code.parse().ok()?;
    let finding = Finding::new(code).value(endpoint.as_str());
    Some(match fault {
        Fault::ConnectRefused
        | Fault::BackendTls
        | Fault::BackendAlert
        | Fault::BackendCertificate => finding.arg("endpoint", endpoint),
        Fault::ConnectTimeout | Fault::ReadTimeout | Fault::SendTimeout => finding
            .arg("endpoint", endpoint)
            .arg("timeout", "the timeout"),
        Fault::BackendClosed => finding.arg("endpoint", endpoint).arg("idle", "some time"),
        Fault::BadResponse => finding
            .arg("endpoint", endpoint)
            .arg("reason", "it cannot be read"),
        Fault::ResponseHeadTooLarge => finding.arg("limit", "proxy-buffer-size"),
        Fault::Loop => finding.arg("endpoint", endpoint),
        // not a matter of configuration
        _ => return None,
    })
}
