//! Objects in, generations out, with everything kept that the next compile can use.

use std::sync::Arc;

use genkan_diagnosis::Finding;
use genkan_objects::{
    ObjectStore,
    files::FileProblem,
    kind::{Kind, Timestamp},
};
use genkan_route::{
    endpoint::{EndpointView, GroupKey},
    host::HostName,
    route::{Mode, Target},
    snapshot::Snapshot,
    table::{Table, Unattached},
};

use crate::{
    base::Base,
    check::{self, objects::ObjectFindings},
    claims::Claims,
    external::Resolutions,
    generation::{Generation, IngressStatus, Origins, Summary},
    groups::Groups,
    hosts::Hosts,
    options::Options,
    tls::Certificates,
    world,
};

/// What one compile starts from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// All objects. Where an object's last version cannot be read, its previous one is among them.
    pub objects: &'a ObjectStore,
    /// What could not be read.
    pub problems: &'a [FileProblem],
    /// What is known about external names.
    pub resolutions: &'a Resolutions,
    /// The moment: certificates begin and end.
    pub now: Timestamp,
}

/// The compiler. Compiling the same input twice gives an equal generation with a higher number; a
/// compiler that has seen other input before gives the same as a new one.
#[derive(Debug)]
pub struct Compiler {
    options: Arc<Options>,
    /// The objects of the last compile: what differs from them is compiled again.
    objects: ObjectStore,
    own_findings: ObjectFindings,
    base: Base,
    claims: Claims,
    hosts: Hosts,
    groups: Groups,
    certificates: Certificates,
    statuses: Arc<[IngressStatus]>,
    fallback: Option<Target>,
    generation: u64,
    table: Arc<Table>,
    view: Arc<EndpointView>,
}

impl Compiler {
    /// A compiler that has seen nothing yet.
    pub fn new(options: Options) -> Self {
        Self {
            base: Base::new(&options),
            options: Arc::new(options),
            objects: ObjectStore::default(),
            own_findings: ObjectFindings::default(),
            claims: Claims::default(),
            hosts: Hosts::default(),
            groups: Groups::default(),
            certificates: Certificates::default(),
            statuses: Arc::default(),
            fallback: None,
            generation: 0,
            table: Arc::new(Table::assemble(0, [], [])),
            view: Arc::new(EndpointView::default()),
        }
    }

    /// The settings it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Redirects to HTTPS lead to this port from the next generation on.
    pub fn set_https_port(&mut self, port: u16) {
        Arc::make_mut(&mut self.options).https_port = port;
        self.base.set_https_port(port);
    }

    /// Compiles.
    pub fn compile(&mut self, input: Input<'_>) -> Generation {
        let options = self.options.clone();
        let objects = input.objects;
        let before = std::mem::replace(&mut self.objects, objects.clone());
        let changed = objects.changes_since(&before);
        self.own_findings
            .refresh(objects, &changed, &options.annotations_prefix);
        let base_changed = self.base.refresh(objects, &options);
        let mut dirty = self
            .claims
            .refresh(objects, &changed, &self.base, base_changed, &options);
        let fallback = self.fallback(&input);
        let moved = fallback != self.fallback;
        if moved {
            for (target, joins) in [(&self.fallback, false), (&fallback, true)] {
                match target {
                    Some(Target::Service(key)) if joins => {
                        self.groups.join(key, Mode::NginxCompatible);
                    }
                    Some(Target::Service(key)) => {
                        self.groups.leave(key, Mode::NginxCompatible);
                    }
                    _ => {}
                }
            }
            self.fallback = fallback;
            dirty.extend(self.claims.hosts().cloned());
            dirty.insert(HostName::CatchAll);
        }
        if base_changed && self.fallback.is_some() {
            // the default backend has the installation's own settings
            dirty.insert(HostName::CatchAll);
        }
        let changes = self.hosts.rebuild(
            &dirty,
            &self.claims,
            self.fallback.as_ref(),
            self.base.shared(),
        );
        for (key, mode) in &changes.added {
            self.groups.join(key, *mode);
        }
        for (key, mode) in &changes.removed {
            self.groups.leave(key, *mode);
        }
        if base_changed || !dirty.is_empty() {
            self.groups.ask_services(self.claims.service_upstreams());
        }
        let secrets_changed = changed.iter().any(|key| key.kind == Kind::Secret);
        if secrets_changed || !dirty.is_empty() || self.generation == 0 {
            self.certificates.refresh(objects, &self.claims, &options);
        }
        let endpoints_changed =
            self.groups
                .refresh(objects, &before, &changed, input.resolutions, &options);
        self.generation += 1;
        let new_table = changes.any || moved || self.generation == 1;
        if new_table {
            self.table = Arc::new(self.assemble_table());
        }
        if new_table || endpoints_changed {
            let version = self.view.version + 1;
            self.view = Arc::new(self.groups.view(version, &self.table.groups));
        }
        self.refresh_statuses();
        self.finish(&input)
    }

    /// `--default-backend-service` leads somewhere only while it has endpoints (ingress-nginx: its own
    /// 404 otherwise). Its first port is used.
    fn fallback(&self, input: &Input<'_>) -> Option<Target> {
        let full_name = self.options.default_backend_service.as_deref()?;
        let (namespace, name) = full_name.split_once('/')?;
        let service = world::service(input.objects, namespace, name)?;
        let port = service.spec.ports.first()?.port.value.to_string();
        let group = GroupKey {
            namespace: namespace.to_owned(),
            service: name.to_owned(),
            port,
        };
        let mut probe = Groups::default();
        probe.join(&group, Mode::NginxCompatible);
        let objects = input.objects;
        probe.refresh(objects, objects, &[], input.resolutions, &self.options);
        let ready = probe
            .of(&group)
            .is_some_and(|endpoints| !endpoints.ready.is_empty());
        ready.then_some(Target::Service(group))
    }

    fn assemble_table(&self) -> Table {
        let unattached = self.hosts.all().flat_map(|(name, entry)| {
            entry.assembled.unattached.iter().map(|route| Unattached {
                host: name.clone(),
                route: route.clone(),
            })
        });
        let default_backend = match &self.fallback {
            Some(Target::Service(key)) => Some(key),
            _ => None,
        };
        let mut table = Table::assemble_beside(
            default_backend,
            self.table.version + 1,
            self.hosts.served().cloned(),
            unattached,
        );
        table.share_groups(&self.table);
        table
    }

    fn finish(&self, input: &Input<'_>) -> Generation {
        let snapshot = Snapshot {
            generation: self.generation,
            table: self.table.clone(),
            endpoints: self.view.clone(),
            tls: self.certificates.table.clone(),
            settings: self.base.global.clone(),
        };
        let origins = Origins {
            objects: input.objects.clone(),
        };
        Generation {
            snapshot,
            key_pairs: self.certificates.key_pairs.clone(),
            findings: self.findings(input),
            statuses: self.statuses.clone(),
            summary: self.summary(),
            external_names: check::backend::external_names(&self.groups, &self.options),
            origins,
            options: self.options.clone(),
            resolutions: input.resolutions.clone(),
            now: input.now,
            changes_at: self.certificates.changes_after(input.now),
        }
    }

    fn findings(&self, input: &Input<'_>) -> Vec<Finding> {
        let mut findings = check::problem::of_files(input.problems, input.objects);
        findings.extend(self.own_findings.all().cloned());
        findings.extend(self.base.findings.iter().cloned());
        for (claim, _) in self.claims.all() {
            findings.extend(claim.findings.iter().cloned());
        }
        for (_, entry) in self.hosts.all() {
            findings.extend(entry.findings.iter().cloned());
        }
        findings.extend(check::certificate::findings(
            &self.certificates,
            &self.claims,
            input.objects,
            input.now,
            &self.options,
        ));
        findings.extend(check::alias::findings(
            &self.table,
            &self.hosts,
            &self.claims,
        ));
        findings.extend(check::backend::findings(
            &self.groups,
            &self.claims,
            input.objects,
            input.resolutions,
            &self.options,
        ));
        findings.extend(check::front::findings(
            input.objects,
            &self.claims,
            &self.base.settings,
            &self.options,
            self.fallback.is_some(),
        ));
        findings.sort_by(Finding::order);
        findings.dedup();
        findings
    }

    /// Generations that are kept share the statuses while none changes.
    fn refresh_statuses(&mut self) {
        let claims = self.claims.all().map(|(claim, _)| claim);
        let statuses: Vec<_> = claims
            .map(|claim| IngressStatus {
                name: claim.name().clone(),
                not_served: claim.not_served.clone(),
                mode: claim.mode(),
            })
            .collect();
        if *self.statuses != *statuses {
            self.statuses = statuses.into();
        }
    }

    fn summary(&self) -> Summary {
        let routes = || self.hosts.served().flat_map(|host| host.routes());
        let mut sites: Vec<_> = routes()
            .filter_map(|route| match &route.spec.target {
                Target::Site(site) => Some((&site.namespace, &site.name)),
                Target::Service(_) | Target::NotFound => None,
            })
            .collect();
        sites.sort_unstable();
        sites.dedup();
        Summary {
            ingresses: self
                .claims
                .all()
                .filter(|(claim, _)| claim.is_served())
                .count(),
            routes: routes().filter(|route| !route.spec.implied).count(),
            services: self.groups.service_count() + sites.len(),
        }
    }
}
