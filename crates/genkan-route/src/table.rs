//! All hosts and routes of one moment, prepared for matching.

mod nearest;

#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use crate::{
    decide::Stage,
    endpoint::{EndpointView, Endpoints, GroupId, GroupKey},
    host::{Host, HostName},
    pattern::Pattern,
    rewrite::Rewrite,
    route::{InactiveRoute, Mode, RouteSpec},
    settings::HttpsRedirect,
    template::Template,
    tls::ClientAuthority,
};

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
    pub(crate) stages: &'static [Stage],
    /// As in the settings, which lie elsewhere in memory.
    pub(crate) https_redirect: HttpsRedirect,
    /// Whom client certificates of its host are judged by; the backend is told the outcome.
    pub client_authority: Option<Arc<ClientAuthority>>,
    /// Copies of what the settings say, so that routes without need not look there.
    pub(crate) has_lists: bool,
    pub(crate) has_cors: bool,
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
    hosts: Box<[Placed]>,
    /// The groups of all hosts, those of each in a row.
    host_groups: Box<[GroupId]>,
    exact: HashMap<HostKey, u32, foldhash::fast::RandomState>,
    wildcard: HashMap<HostKey, u32, foldhash::fast::RandomState>,
    catch_all: Option<u32>,
    unattached: Box<[Unattached]>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            version: 0,
            groups: Arc::default(),
            default_mode: Mode::NginxCompatible,
            hosts: Box::default(),
            host_groups: Box::default(),
            exact: HashMap::default(),
            wildcard: HashMap::default(),
            catch_all: None,
            unattached: Box::default(),
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

/// Names are looked up as bytes, as they come.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HostKey(Arc<str>);

impl std::hash::Hash for HostKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.as_bytes().hash(state);
    }
}

impl std::borrow::Borrow<[u8]> for HostKey {
    fn borrow(&self) -> &[u8] {
        self.0.as_bytes()
    }
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
        let hosts: Vec<Arc<Host>> = hosts.into_iter().collect();
        let groups = all_groups(&hosts);
        let mut table = Self {
            version,
            host_groups: host_groups(&hosts, &groups),
            default_mode: default_mode(&hosts),
            unattached: unattached.into_iter().collect(),
            ..Self::default()
        };
        table.exact.reserve(hosts.len());
        for (position, host) in hosts.iter().enumerate() {
            // a table holds far fewer than four billion hosts
            let position = position as u32;
            match host.name() {
                HostName::Exact(name) => {
                    table.exact.entry(HostKey(name.clone())).or_insert(position);
                }
                HostName::Wildcard(suffix) => {
                    table
                        .wildcard
                        .entry(HostKey(suffix.clone()))
                        .or_insert(position);
                }
                HostName::CatchAll => {
                    table.catch_all.get_or_insert(position);
                }
            }
        }
        table.hosts = placed(&hosts);
        table.groups = groups.into_iter().cloned().collect();
        table
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
        self.hosts.iter().map(|placed| &placed.host)
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

    /// The host of a name (lower case, without port or trailing dot): itself, else the wildcard one
    /// label up.
    #[inline]
    pub(crate) fn named(&self, name: &[u8]) -> Option<&Placed> {
        if let Some(position) = self.exact.get(name) {
            return Some(&self.hosts[*position as usize]);
        }
        if self.wildcard.is_empty() {
            return None;
        }
        let dot = memchr::memchr(b'.', name)?;
        let (label, suffix) = (&name[..dot], &name[dot + 1..]);
        let position = self.wildcard.get(suffix)?;
        is_label(label).then(|| &self.hosts[*position as usize])
    }

    /// Whether a host has this name, in lower case; the catch-all has none.
    pub fn has_host(&self, name: &str) -> bool {
        self.named(name.as_bytes()).is_some()
    }

    pub(crate) fn catch_all(&self) -> Option<&Placed> {
        self.catch_all
            .map(|position| &self.hosts[position as usize])
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

/// ingress-nginx accepts `[A-Za-z0-9_-]+` under a wildcard host; nothing else can be a label (RFC 1123)
/// or an underscore name.
fn is_label(label: &[u8]) -> bool {
    !label.is_empty()
        && label
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn default_mode(hosts: &[Arc<Host>]) -> Mode {
    let strict = !hosts.is_empty() && hosts.iter().all(|host| host.mode() == Mode::Strict);
    if strict {
        Mode::Strict
    } else {
        Mode::NginxCompatible
    }
}

fn all_groups(hosts: &[Arc<Host>]) -> Vec<&GroupKey> {
    let mut keys: Vec<&GroupKey> = hosts.iter().flat_map(|host| host.groups()).collect();
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
