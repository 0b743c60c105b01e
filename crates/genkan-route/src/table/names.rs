//! Which host has a name: nginx's order of server names.
//!
//! A name as it is written, then the longest `*.suffix` alias, then the longest `prefix.*` alias, then
//! patterns in the order of the original's configuration file. A rule's wildcard host is such a pattern
//! there, of exactly one label. Hosts stand in the file by name.

use std::{collections::HashMap, sync::Arc};

use super::PassedOver;
use crate::{
    host::{Alias, Host, HostName},
    pattern::{Anchor, Pattern, shared},
    route::Mode,
};

type Positions = HashMap<Key, u32, foldhash::fast::RandomState>;

/// All names, each with the position of its host.
#[derive(Debug, Default)]
pub(super) struct Names {
    exact: Positions,
    wildcard: Positions,
    leading: Positions,
    trailing: Positions,
    /// In the order in which they are tried.
    patterns: Box<[(Arc<Pattern>, u32)]>,
    /// Place of each host in the original's file; empty where no pattern asks for it.
    ranks: Box<[u32]>,
    catch_all: Option<u32>,
}

/// Names are looked up as bytes, as they come.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key(Arc<str>);

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.as_bytes().hash(state);
    }
}

impl std::borrow::Borrow<[u8]> for Key {
    fn borrow(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Names {
    /// Gives each host its name. Of two with one name the first stays.
    pub(super) fn of(hosts: &[Arc<Host>]) -> Self {
        let mut names = Self::default();
        names.exact.reserve(hosts.len());
        for (position, host) in hosts.iter().enumerate() {
            let position = narrow(position);
            match host.name() {
                HostName::Exact(name) => {
                    names.exact.entry(Key(name.clone())).or_insert(position);
                }
                HostName::Wildcard(suffix) => {
                    names
                        .wildcard
                        .entry(Key(suffix.clone()))
                        .or_insert(position);
                }
                HostName::CatchAll => {
                    names.catch_all.get_or_insert(position);
                }
            }
        }
        names
    }

    /// Takes in a host that was made for the sake of another one, unless its name is taken.
    pub(super) fn add(&mut self, name: &Arc<str>, position: usize) -> Result<(), u32> {
        match self.exact.entry(Key(name.clone())) {
            std::collections::hash_map::Entry::Occupied(taken) => Err(*taken.get()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(narrow(position));
                Ok(())
            }
        }
    }

    /// Gives hosts their aliases, host after host as in the original's file: who comes first has a name
    /// that two ask for. Gives those that somebody else has.
    pub(super) fn add_aliases(&mut self, hosts: &[Arc<Host>]) -> Vec<PassedOver> {
        let mut passed_over = Vec::new();
        if hosts.iter().all(|host| host.aliases().is_empty()) {
            return passed_over;
        }
        let mut order: Vec<usize> = (0..hosts.len()).collect();
        order.sort_by_cached_key(|position| hosts[*position].name().in_file());
        let mut patterns = Vec::new();
        for &position in &order {
            for alias in hosts[position].aliases() {
                let named = match alias {
                    Alias::Exact(name) => Some((&mut self.exact, name)),
                    Alias::Leading(suffix) => {
                        let twin = self.wildcard.get(suffix.as_bytes());
                        if let Some(twin) = twin.filter(|twin| **twin != narrow(position)) {
                            let winner = &hosts[*twin as usize];
                            passed_over.push(PassedOver::new(
                                &hosts[position],
                                Some(alias),
                                winner,
                            ));
                            continue;
                        }
                        Some((&mut self.leading, suffix))
                    }
                    Alias::Trailing(prefix) => Some((&mut self.trailing, prefix)),
                    Alias::Pattern(_) => None,
                };
                if let Some((names, name)) = named {
                    let owner = *names.entry(Key(name.clone())).or_insert(narrow(position));
                    if owner != narrow(position) {
                        let winner = &hosts[owner as usize];
                        passed_over.push(PassedOver::new(&hosts[position], Some(alias), winner));
                    }
                }
                patterns.extend(compiled(alias).map(|pattern| (pattern, narrow(position))));
            }
        }
        if !patterns.is_empty() {
            let mut ranks = vec![0; hosts.len()];
            for (rank, position) in order.into_iter().enumerate() {
                ranks[position] = narrow(rank);
            }
            self.ranks = ranks.into();
        }
        self.patterns = patterns.into();
        passed_over
    }

    /// The host of a name (lower case, without port or trailing dot).
    #[inline]
    pub(super) fn find(&self, name: &[u8]) -> Option<u32> {
        if let Some(position) = self.exact.get(name) {
            return Some(*position);
        }
        if !self.leading.is_empty() || !self.trailing.is_empty() {
            let open_ended = self.open_ended(name);
            if open_ended.is_some() {
                return open_ended;
            }
        }
        let below = self.below_wildcard(name);
        if self.patterns.is_empty() {
            return below;
        }
        self.first_pattern(name, below)
    }

    pub(super) fn catch_all(&self) -> Option<u32> {
        self.catch_all
    }

    /// The wildcard host one label up.
    fn below_wildcard(&self, name: &[u8]) -> Option<u32> {
        if self.wildcard.is_empty() {
            return None;
        }
        let dot = memchr::memchr(b'.', name)?;
        let (label, suffix) = (&name[..dot], &name[dot + 1..]);
        let position = self.wildcard.get(suffix)?;
        is_label(label).then_some(*position)
    }

    fn open_ended(&self, name: &[u8]) -> Option<u32> {
        let dots = || memchr::memchr_iter(b'.', name);
        let leading = || dots().find_map(|dot| self.leading.get(&name[dot + 1..]));
        let trailing = || dots().rev().find_map(|dot| self.trailing.get(&name[..dot]));
        leading().or_else(trailing).copied()
    }

    /// The first of the patterns and the wildcard host, in the order of the file.
    fn first_pattern(&self, name: &[u8], below: Option<u32>) -> Option<u32> {
        let rank = |position: u32| self.ranks.get(position as usize).copied();
        let met = |(pattern, _): &&(Arc<Pattern>, u32)| pattern.is_match(name).unwrap_or(false);
        let first = self.patterns.iter().find(met).map(|(_, host)| *host);
        match (first, below) {
            (Some(first), Some(below)) if rank(first) < rank(below) => Some(first),
            (first, below) => below.or(first),
        }
    }
}

impl HostName {
    /// The name as it stands in the original's configuration, which is in order of names.
    fn in_file(&self) -> String {
        match self {
            Self::CatchAll => "_".to_owned(),
            other => other.to_string(),
        }
    }
}

/// The pattern of an alias. One that does not compile was refused when it was read.
fn compiled(alias: &Alias) -> Option<Arc<Pattern>> {
    match alias {
        Alias::Pattern(text) => shared(text, Mode::NginxCompatible, Anchor::Anywhere).ok(),
        _ => None,
    }
}

/// A table holds far fewer than four billion hosts.
fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// ingress-nginx accepts `[A-Za-z0-9_-]+` under a wildcard host; nothing else can be a label (RFC 1123)
/// or an underscore name.
fn is_label(label: &[u8]) -> bool {
    !label.is_empty()
        && label
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
