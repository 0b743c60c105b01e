//! One Ingress object into a [`Claim`].

use std::sync::Arc;

use genkan_diagnosis::Finding;
use genkan_objects::{
    ObjectKey, ObjectStore, Resource,
    kind::{self, Ingress, IngressBackend, IngressPath, IngressRule, Kind, ServiceBackendPort},
};
use genkan_route::{
    endpoint::GroupKey,
    route::{Inactive, PathType, Target},
};

use super::{
    Claim, PathClaim, RuleClaim,
    class::{Asked, CLASS_ANNOTATION, Selection, select},
    host_name,
};
use crate::{
    annotation::{self, Effects},
    base::Base,
    check,
    claims::name_of,
    options::Options,
    order::Precedence,
    reference::References,
    site, tls, upstream_tls,
};

/// Lowers an Ingress. Also gives the objects that its meaning depends on, sorted.
pub(crate) fn lower(
    object: &Arc<Resource<Ingress>>,
    objects: &ObjectStore,
    base: &Base,
    options: &Options,
) -> (Claim, Vec<ObjectKey>) {
    let mut findings = check::problem::findings(&**object);
    let selection = select(asked(object), &base.classes, options);
    let mut lowering = Lowering {
        object,
        objects,
        options,
        uses: Vec::new(),
        findings: Vec::new(),
    };
    let mut rules = lowering.rules();
    let default_backend = object
        .spec
        .default_backend
        .as_ref()
        .and_then(|backend| lowering.default_backend(backend));
    let Lowering {
        mut uses,
        findings: lowered,
        ..
    } = lowering;
    let policy = &base.settings.policy;
    let (mut effects, mut remarks) = annotation::read(written(object), policy, selection.mode());
    let mut references = References {
        object,
        objects,
        policy,
        options,
        uses: &mut uses,
    };
    references.resolve(&mut effects, &mut remarks);
    let upstream_tls = upstream_tls::resolve(object, &effects.upstream_tls, objects, options);
    uses.extend(upstream_tls.used);
    effects.settings.upstream_tls.clone_from(&upstream_tls.tls);
    if let Some(closed) = upstream_tls.closed {
        effects.closed.get_or_insert(closed);
    }
    effects.policy.limits = effects.limits.settle(&name_of(object).to_string());
    let clients = tls::client::resolve(object, &effects.client_certificate, objects, options);
    uses.extend(clients.used);
    // referred to by `tls`: findings tell whether they are there
    uses.extend(secrets(object));
    if matches!(selection, Selection::Ours(_)) {
        findings.extend(clients.findings);
        findings.extend(lowered);
        findings.extend(upstream_tls.findings);
        findings.extend(check::remark::findings(object, &remarks));
        findings.extend(check::rule::findings(object));
        findings.extend(check::path::findings(object, &effects));
        findings.extend(check::tls::findings(object, objects, options));
    }
    findings.extend(check::class::findings(object, &selection, options));
    let not_served = not_served(object, &selection, &effects, options);
    let settings_of = |path: &str| {
        let mut settings = effects.settings.clone();
        if base.settings.stays_plain(path) {
            settings.ssl_redirect = false;
            settings.force_ssl_redirect = false;
        }
        base.share(&settings)
    };
    let settings = settings_of("/");
    let closes = |path: &str| {
        effects
            .closed
            .clone()
            .or_else(|| base.settings.closes(path, &effects).cloned())
    };
    let closed = closes("/");
    for path in rules.iter_mut().flat_map(|rule| &mut rule.paths) {
        path.closed = closes(&path.path);
        path.settings = if base.settings.stays_plain(&path.path) {
            settings_of(&path.path)
        } else {
            settings.clone()
        };
    }
    let claim = Claim {
        precedence: precedence(object, &selection),
        not_served,
        closed,
        policy: Arc::new(effects.policy.clone()),
        effects,
        settings,
        upstream_tls: upstream_tls
            .tls
            .filter(|_| !base.settings.upstream_tls_location_only),
        client_certificates: clients.certificates,
        default_backend,
        rules,
        findings,
    };
    uses.sort_unstable();
    uses.dedup();
    (claim, uses)
}

fn secrets(object: &Resource<Ingress>) -> impl Iterator<Item = ObjectKey> {
    let namespace: Arc<str> = object.meta.namespace().into();
    let names = object
        .spec
        .tls
        .iter()
        .filter_map(|entry| entry.secret_name.as_ref());
    names.map(move |name| ObjectKey {
        kind: Kind::Secret,
        namespace: namespace.clone(),
        name: (*name.value).into(),
    })
}

fn precedence(object: &Resource<Ingress>, selection: &Selection) -> Precedence {
    let name = name_of(object);
    Precedence {
        created: object.meta.created,
        mode: selection.mode(),
        name,
    }
}

/// What the object says about its class.
pub(crate) fn asked(object: &Resource<Ingress>) -> Asked<'_> {
    Asked {
        field: object.spec.class_name.as_ref().map(|name| &*name.value),
        annotation: object
            .meta
            .annotation(CLASS_ANNOTATION)
            .map(|found| &*found.value.value),
    }
}

fn written(object: &Resource<Ingress>) -> impl Iterator<Item = annotation::Written<'_>> {
    object
        .meta
        .annotations
        .iter()
        .map(|written| annotation::Written {
            key: &written.key.value,
            value: &written.value.value,
            is_text: written.is_text,
        })
}

/// Why the Ingress takes no part.
fn not_served(
    object: &Resource<Ingress>,
    selection: &Selection,
    effects: &Effects,
    options: &Options,
) -> Option<Inactive> {
    if let Some(inactive) = selection.inactive() {
        return Some(inactive);
    }
    if let Some(refused) = &effects.refused {
        return Some(Inactive::Rejected { code: refused.code });
    }
    if effects.canary {
        return Some(Inactive::NotAttached {
            reason: "a canary takes no traffic of its own".into(),
        });
    }
    if options.disable_catch_all && object.spec.default_backend.is_some() {
        let reason = "it has a defaultBackend, and --disable-catch-all is set".into();
        return Some(Inactive::NotAttached { reason });
    }
    None
}

struct Lowering<'a> {
    object: &'a Arc<Resource<Ingress>>,
    objects: &'a ObjectStore,
    options: &'a Options,
    uses: Vec<ObjectKey>,
    findings: Vec<Finding>,
}

/// A backend as routing sees it.
struct Lowered {
    target: Target,
    skipped_by_nginx: bool,
}

impl Lowering<'_> {
    fn rules(&mut self) -> Vec<RuleClaim> {
        let object = self.object.clone();
        object
            .spec
            .rules
            .iter()
            .filter_map(|rule| self.rule(rule))
            .collect()
    }

    /// A rule whose host cannot be asked for takes no part; [`check::rule`] says so.
    fn rule(&mut self, rule: &IngressRule) -> Option<RuleClaim> {
        let written = rule.host.as_ref().map_or("", |host| &*host.value);
        let host = host_name::read(written).ok()?.name;
        let pointer = format!("/spec/rules/{}/http/paths", rule.index);
        let paths = rule
            .paths
            .iter()
            .map(|path| self.path(path, &format!("{pointer}/{}", path.index)));
        let paths = paths.collect();
        Some(RuleClaim {
            index: narrow(rule.index),
            host,
            paths,
        })
    }

    fn path(&mut self, path: &IngressPath, pointer: &str) -> PathClaim {
        let lowered = self.backend(&path.backend, &format!("{pointer}/backend"));
        let written = path.path.as_ref().map_or("", |path| &*path.value);
        let text = if written.is_empty() { "/" } else { written };
        let path_type = match path.path_type.as_ref().map(|written| written.value) {
            Some(kind::PathType::Exact) => PathType::Exact,
            Some(kind::PathType::Prefix) => PathType::Prefix,
            Some(kind::PathType::ImplementationSpecific) | None => PathType::ImplementationSpecific,
        };
        PathClaim {
            index: narrow(path.index),
            path: text.into(),
            path_type,
            target: lowered.target,
            rejected: (!text.starts_with('/')).then_some(Inactive::Rejected { code: "GK0019" }),
            skipped_by_nginx: lowered.skipped_by_nginx,
            closed: None,
            settings: Arc::default(),
        }
    }

    fn default_backend(&mut self, backend: &IngressBackend) -> Option<Target> {
        let lowered = self.backend(backend, "/spec/defaultBackend");
        (!lowered.skipped_by_nginx).then_some(lowered.target)
    }

    fn backend(&mut self, backend: &IngressBackend, pointer: &str) -> Lowered {
        let namespace = self.object.meta.namespace();
        if let Some(service) = &backend.service {
            let port = match service.port.as_ref().map(|port| &port.value) {
                Some(ServiceBackendPort::Number(number)) => number.to_string(),
                Some(ServiceBackendPort::Name(name)) => name.to_string(),
                None => String::new(),
            };
            let group = GroupKey {
                namespace: namespace.to_owned(),
                service: service.name.value.to_string(),
                port,
            };
            return Lowered {
                target: Target::Service(group),
                skipped_by_nginx: false,
            };
        }
        let nothing = Lowered {
            target: Target::NotFound,
            skipped_by_nginx: true,
        };
        let Some(resource) = &backend.resource else {
            return nothing;
        };
        let found = site::resolve(self.object, resource, pointer, self.objects, self.options);
        self.uses.extend(found.used.map(|name| ObjectKey {
            kind: Kind::StaticSite,
            namespace: namespace.into(),
            name,
        }));
        self.findings.extend(found.finding);
        match found.target {
            Some(site) => Lowered {
                target: Target::Site(site),
                skipped_by_nginx: false,
            },
            None => nothing,
        }
    }
}

fn narrow(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}
