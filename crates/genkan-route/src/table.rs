//! All hosts and routes of one moment, prepared for matching.

mod names;
mod nearest;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::{
    decide::Stage,
    endpoint::{EndpointView, Endpoints, GroupId, GroupKey},
    host::{Alias, Host, HostName},
    pattern::Pattern,
    rewrite::Rewrite,
    route::{InactiveRoute, Mode, RouteSpec},
    settings::HttpsRedirect,
    template::Template,
    tls::ClientAuthority,
};

use names::Names;

/// A route as the router holds it: the compiler's words and what was prepared from them.
#[derive(Debug)]
pub struct Route {
    /// The host it belongs to; metrics use it as label, so that their number stays bounded.
    pub host: HostName,
    /// What the compiler said.
    pub spec: RouteSpec,
    pub(crate) patterns: Box<[Arc<Pattern>]>,
    pub(crate) rewrite: Option<Rewrite>,
    pub(crate) forwarded_prefix: Option<Template>,
    pub(crate) upstream_host: Option<Template>,
    /// Number of its group within its host.
    pub(crate) group: Option<u32>,
    /// The same of its `default-backend`.
    pub(crate) default_group: Option<u32>,
    pub(crate) stages: &'static [Stage],
    /// As in the settings, which lie elsewhere in memory.
    pub(crate) https_redirect: HttpsRedirect,
    /// Whom client certificates of its host are judged by; the backend is told the outcome.
    pub client_authority: Option<Arc<ClientAuthority>>,
    /// Copies of what the settings say, so that routes without need not look there.
    pub(crate) has_lists: bool,
    pub(crate) has_cors: bool,
    pub(crate) rewrites_responses: bool,
    pub(crate) has_error_pages: bool,
    pub(crate) has_limits: bool,
    pub(crate) has_password: bool,
}

impl Route {
    /// The patterns that are tried on a path, none for a plain path.
    pub fn patterns(&self) -> &[Arc<Pattern>] {
        &self.patterns
    }

    /// What is done with a request that this route takes, in order.
    pub fn stages(&self) -> &'static [Stage] {
        self.stages
    }
}

/// A written path that belongs to no host of the table: another controller's Ingress, one without
/// class … An explanation shows those of the host asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unattached {
    /// The host it names.
    pub host: HostName,
    /// The path, and why it takes no part.
    pub route: InactiveRoute,
}

/// The routing table. Immutable.
#[derive(Debug)]
pub struct Table {
    /// Counts upwards with each change of a host or route.
    pub version: u64,
    /// Every upstream group that some route leads to, sorted; the endpoint view is laid out alike.
    pub groups: Arc<[GroupKey]>,
    /// Mode of answers to hosts that nobody names.
    pub default_mode: Mode,
    /// The hosts, then those that only redirect to one of them.
    hosts: Box<[Placed]>,
    /// The groups of all hosts, those of each in a row.
    host_groups: Box<[GroupId]>,
    /// How many of them were given.
    given: usize,
    names: Names,
    default_backend: Option<GroupId>,
    unattached: Box<[Unattached]>,
    passed_over: Box<[PassedOver]>,
}

/// A further name that a host asks for and another host has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// The host that asks.
    pub host: HostName,
    /// The alias; none for the counterpart of `from-to-www-redirect`.
    pub alias: Option<Alias>,
    /// The host that has it.
    pub winner: HostName,
}

impl PassedOver {
    fn new(host: &Host, alias: Option<&Alias>, winner: &Host) -> Self {
        Self {
            host: host.name().clone(),
            alias: alias.cloned(),
            winner: winner.name().clone(),
        }
    }
}

impl Default for Table {
    fn default() -> Self {
        Self {
            version: 0,
            groups: Arc::default(),
            default_mode: Mode::NginxCompatible,
            hosts: Box::default(),
            host_groups: Box::default(),
            given: 0,
            names: Names::default(),
            default_backend: None,
            unattached: Box::default(),
            passed_over: Box::default(),
        }
    }
}

/// A host and where its groups are in this table.
#[derive(Debug)]
pub(crate) struct Placed {
    pub host: Arc<Host>,
    /// Where its groups begin among those of all hosts.
    first_group: u32,
}

impl Table {
    /// Puts hosts together. Of two with one name the first stays; the compiler makes each name once.
    ///
    /// Answers to unknown hosts are in compatible mode as soon as one host is, or there is none.
    pub fn assemble(
        version: u64,
        hosts: impl IntoIterator<Item = Arc<Host>>,
        unattached: impl IntoIterator<Item = Unattached>,
    ) -> Self {
        Self::assemble_beside(None, version, hosts, unattached)
    }

    /// As [`Table::assemble`], beside the installation's default backend.
    pub fn assemble_beside(
        default_backend: Option<&GroupKey>,
        version: u64,
        hosts: impl IntoIterator<Item = Arc<Host>>,
        unattached: impl IntoIterator<Item = Unattached>,
    ) -> Self {
        let mut hosts: Vec<Arc<Host>> = hosts.into_iter().collect();
        let default_mode = default_mode(&hosts);
        let given = hosts.len();
        let mut names = Names::of(&hosts);
        let mut passed_over = add_counterparts(&mut hosts, &mut names);
        passed_over.extend(names.add_aliases(&hosts));
        let groups = all_groups(&hosts, default_backend);
        Self {
            version,
            host_groups: host_groups(&hosts, &groups),
            default_mode,
            unattached: unattached.into_iter().collect(),
            hosts: placed(&hosts),
            given,
            names,
            default_backend: default_backend
                .and_then(|key| groups.binary_search(&key).ok())
                .map(|position| GroupId(position as u32)),
            groups: groups.into_iter().cloned().collect(),
            passed_over: passed_over.into(),
        }
    }

    /// Shares the list of groups with a table that has the same ones: most changes leave it as it is,
    /// and many tables are kept for explanations.
    pub fn share_groups(&mut self, before: &Self) {
        if self.groups == before.groups {
            self.groups = Arc::clone(&before.groups);
        }
    }

    /// The hosts, in the order in which they were given.
    pub fn hosts(&self) -> impl Iterator<Item = &Arc<Host>> {
        self.hosts[..self.given].iter().map(|placed| &placed.host)
    }

    /// Further names that a host asks for and does not have, because another one has them.
    pub fn passed_over(&self) -> &[PassedOver] {
        &self.passed_over
    }

    /// The group of the installation's default backend (`--default-backend-service`).
    pub(crate) fn default_backend(&self) -> Option<GroupId> {
        self.default_backend
    }

    /// How many routes there are.
    pub fn route_count(&self) -> usize {
        self.hosts
            .iter()
            .map(|placed| placed.host.routes().len())
            .sum()
    }

    /// Paths of Ingresses that take no part and whose host nobody else names.
    pub fn unattached(&self) -> &[Unattached] {
        &self.unattached
    }

    /// The number of a group in this table.
    pub fn group(&self, key: &GroupKey) -> Option<GroupId> {
        let position = self.groups.binary_search(key).ok()?;
        Some(GroupId(position as u32))
    }

    /// The number of a group that a host knows by its own number.
    #[inline]
    pub(crate) fn group_of(&self, placed: &Placed, local: u32) -> Option<GroupId> {
        let position = placed.first_group as usize + local as usize;
        self.host_groups.get(position).copied()
    }

    /// An endpoint view in this table's layout; `endpoints` is asked once for each group, in order.
    pub fn lay_out(
        &self,
        version: u64,
        endpoints: impl FnMut(&GroupKey) -> Arc<Endpoints>,
    ) -> EndpointView {
        EndpointView {
            version,
            groups: self.groups.iter().map(endpoints).collect(),
        }
    }

    /// The host of a name (lower case, without port or trailing dot).
    #[inline]
    pub(crate) fn named(&self, name: &[u8]) -> Option<&Placed> {
        let position = self.names.find(name)?;
        Some(&self.hosts[position as usize])
    }

    /// The alias by which a host has a name that is not its own.
    pub fn alias(&self, name: &[u8]) -> Option<&Alias> {
        let host = &self.named(name)?.host;
        host.aliases().iter().find(|alias| alias.covers(name))
    }

    /// Whether a host has this name, in lower case; the catch-all has none.
    pub fn has_host(&self, name: &str) -> bool {
        self.named(name.as_bytes()).is_some()
    }

    pub(crate) fn catch_all(&self) -> Option<&Placed> {
        let position = self.names.catch_all()?;
        Some(&self.hosts[position as usize])
    }

    /// Breaks of what must hold between the parts of a snapshot, for tests and debug builds.
    pub fn check_invariants(&self, endpoints: &EndpointView) -> Result<(), String> {
        if !self.groups.is_sorted_by(|a, b| a < b) {
            return Err("groups are not sorted and unique".to_owned());
        }
        if endpoints.groups.len() != self.groups.len() {
            let (view, table) = (endpoints.groups.len(), self.groups.len());
            return Err(format!("the view has {view} groups, the table {table}"));
        }
        for (key, entry) in self.groups.iter().zip(&endpoints.groups) {
            if entry.key != *key {
                return Err(format!(
                    "the view has {} where the table has {key:?}",
                    entry.key.upstream_name()
                ));
            }
            if entry.ready.is_empty() != entry.absence.is_some() {
                return Err(format!(
                    "{}: endpoints and absence disagree",
                    key.upstream_name()
                ));
            }
        }
        for placed in &self.hosts {
            let mut own = (0..).zip(placed.host.groups());
            let is_known = |(local, key): (u32, &GroupKey)| {
                let group = self.group_of(placed, local);
                group.and_then(|id| self.groups.get(id.0 as usize)) == Some(key)
            };
            if !own.all(is_known) {
                return Err(format!(
                    "host {} leads to groups of another table",
                    placed.host.name()
                ));
            }
        }
        Ok(())
    }
}

/// Makes the hosts that `from-to-www-redirect` asks for. A host that has its name on its own goes
/// before (`buildRedirects`).
fn add_counterparts(hosts: &mut Vec<Arc<Host>>, names: &mut Names) -> Vec<PassedOver> {
    let mut passed_over = Vec::new();
    for position in 0..hosts.len() {
        let Some(counterpart) = hosts[position].counterpart().cloned() else {
            continue;
        };
        let HostName::Exact(name) = counterpart.name() else {
            continue;
        };
        match names.add(name, hosts.len()) {
            Ok(()) => hosts.push(counterpart),
            Err(winner) => {
                let winner = &hosts[winner as usize];
                passed_over.push(PassedOver::new(&hosts[position], None, winner));
            }
        }
    }
    passed_over
}

fn default_mode(hosts: &[Arc<Host>]) -> Mode {
    let strict = !hosts.is_empty() && hosts.iter().all(|host| host.mode() == Mode::Strict);
    if strict {
        Mode::Strict
    } else {
        Mode::NginxCompatible
    }
}

fn all_groups<'h>(hosts: &'h [Arc<Host>], more: Option<&'h GroupKey>) -> Vec<&'h GroupKey> {
    let of_hosts = hosts.iter().flat_map(|host| host.groups());
    let mut keys: Vec<&GroupKey> = of_hosts.chain(more).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn host_groups(hosts: &[Arc<Host>], groups: &[&GroupKey]) -> Box<[GroupId]> {
    // every group of a host is among all groups: they were collected from the hosts
    let id = |key: &GroupKey| GroupId(groups.partition_point(|known| *known < key) as u32);
    hosts
        .iter()
        .flat_map(|host| host.groups())
        .map(id)
        .collect()
}

fn placed(hosts: &[Arc<Host>]) -> Box<[Placed]> {
    let mut first_group = 0;
    let place = |host: &Arc<Host>| {
        let placed = Placed {
            host: Arc::clone(host),
            first_group,
        };
        first_group += host.groups().len() as u32;
        placed
    };
    hosts.iter().map(place).collect()
}
