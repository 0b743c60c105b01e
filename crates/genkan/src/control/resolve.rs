//! Resolves the names of ExternalName Services, away from traffic.
//!
//! One thread with its own small runtime. A name is looked up when it is first wanted, then again when
//! its records expire, at least every [`REFRESH_MAX`] and at most every [`REFRESH_MIN`]. While DNS fails
//! the last good addresses stay; the failure is reported beside them.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::{Duration, Instant},
};

use hickory_resolver::{TokioResolver, config::LookupIpStrategy};

/// Records with a shorter time to live are looked up this often.
const REFRESH_MIN: Duration = Duration::from_secs(1);
/// Records with a longer time to live are looked up this often all the same.
const REFRESH_MAX: Duration = Duration::from_secs(30);
/// Changes of the wanted set that may wait.
const COMMANDS_MAX: usize = 16;

/// What is known of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resolution {
    /// Last good addresses, A before AAAA, as the server ordered them.
    pub(crate) addresses: Vec<IpAddr>,
    /// Why the latest look-up failed, when it did.
    pub(crate) failure: Option<String>,
}

/// All names wanted and what is known of them; absent until first answered.
pub(crate) type Answers = BTreeMap<String, Resolution>;

/// Handle of the resolver thread; dropping it ends the thread.
#[derive(Debug)]
pub(crate) struct NameResolver {
    wanted: SyncSender<Vec<String>>,
}

impl NameResolver {
    /// Starts the thread; `changed` is called from it with all answers whenever one changed.
    pub(crate) fn start(changed: impl Fn(Answers) + Send + 'static) -> std::io::Result<Self> {
        let (wanted, commands) = sync_channel(COMMANDS_MAX);
        thread::Builder::new()
            .name("genkan-dns".to_owned())
            .spawn(move || run(&commands, changed))?;
        Ok(Self { wanted })
    }

    /// Replaces the set of names to keep resolved.
    pub(crate) fn want(&self, names: Vec<String>) {
        // The thread only ends with the process; a send to an ended thread has nobody to tell.
        let _ = self.wanted.send(names);
    }
}

fn run(commands: &Receiver<Vec<String>>, changed: impl Fn(Answers)) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    else {
        return;
    };
    let mut names = Names::default();
    let mut resolver = None;
    loop {
        let pause = names.pause(Instant::now());
        let command = match pause {
            None => commands.recv().ok(),
            Some(pause) => match commands.recv_timeout(pause) {
                Ok(command) => Some(command),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => None,
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return,
            },
        };
        match (command, pause) {
            (Some(wanted), _) => names.replace(wanted, Instant::now()),
            (None, None) => return,
            (None, Some(_)) => {}
        }
        if runtime.block_on(names.refresh(&mut resolver)) {
            changed(names.answers.clone());
        }
    }
}

/// The names wanted, when each is due, and the answers.
#[derive(Debug, Default)]
struct Names {
    due: BTreeMap<String, Instant>,
    answers: Answers,
}

impl Names {
    fn replace(&mut self, wanted: Vec<String>, now: Instant) {
        let old = std::mem::take(&mut self.due);
        self.due = wanted
            .into_iter()
            .map(|name| {
                let at = old.get(&name).copied().unwrap_or(now);
                (name, at)
            })
            .collect();
        self.answers.retain(|name, _| self.due.contains_key(name));
    }

    /// How long nothing is due; `None` when nothing is wanted at all.
    fn pause(&self, now: Instant) -> Option<Duration> {
        let next = self.due.values().min()?;
        Some(next.saturating_duration_since(now))
    }

    /// Looks up what is due; says whether an answer changed.
    async fn refresh(&mut self, resolver: &mut Option<TokioResolver>) -> bool {
        let now = Instant::now();
        let due: Vec<String> = self
            .due
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(name, _)| name.clone())
            .collect();
        let mut changed = false;
        for name in due {
            let (outcome, lifetime) = look_up(resolver, &name).await;
            let answer = self.answers.entry(name.clone()).or_default();
            let before = answer.clone();
            match outcome {
                Ok(addresses) => {
                    *answer = Resolution {
                        addresses,
                        failure: None,
                    }
                }
                Err(failure) => answer.failure = Some(failure),
            }
            changed |= *answer != before;
            self.due.insert(
                name,
                Instant::now() + lifetime.clamp(REFRESH_MIN, REFRESH_MAX),
            );
        }
        changed
    }
}

async fn look_up(
    resolver: &mut Option<TokioResolver>,
    name: &str,
) -> (Result<Vec<IpAddr>, String>, Duration) {
    if resolver.is_none() {
        match system_resolver() {
            Ok(fresh) => *resolver = Some(fresh),
            Err(reason) => return (Err(reason), REFRESH_MAX),
        }
    }
    let Some(resolver) = resolver else {
        return (Err("no resolver".to_owned()), REFRESH_MAX);
    };
    match resolver.lookup_ip(name).await {
        Ok(found) => {
            let lifetime = found
                .valid_until()
                .saturating_duration_since(Instant::now());
            let mut addresses: Vec<IpAddr> = found.iter().collect();
            // A before AAAA, otherwise in the server's order (stable sort).
            addresses.sort_by_key(IpAddr::is_ipv6);
            (Ok(addresses), lifetime)
        }
        Err(error) => (Err(error.to_string()), REFRESH_MIN * 5),
    }
}

fn system_resolver() -> Result<TokioResolver, String> {
    let mut builder = TokioResolver::builder_tokio()
        .map_err(|error| format!("the system's resolver configuration cannot be read: {error}"))?;
    builder.options_mut().ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    builder.build().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_no_longer_wanted_is_forgotten() {
        let now = Instant::now();
        let mut names = Names::default();
        names.replace(vec!["a".to_owned(), "b".to_owned()], now);
        names.answers.insert("a".to_owned(), Resolution::default());
        names.replace(vec!["b".to_owned()], now);
        assert!(names.answers.is_empty());
        assert_eq!(names.pause(now), Some(Duration::ZERO));
    }

    #[test]
    fn nothing_wanted_waits_for_ever() {
        assert_eq!(Names::default().pause(Instant::now()), None);
    }
}
