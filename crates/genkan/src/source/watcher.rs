//! The thread that keeps looking.
//!
//! It wakes on the kernel's events, and at regular times for what gives none. Then it lists everything
//! and reads what differs and is settled: closed by its writer, renamed into place, or unchanged for a
//! while. A half-written file is not read, and one that keeps changing holds up no other. Where events
//! name known files that are whole, and nothing else, only those are looked at.

use std::{
    collections::BTreeMap,
    fs,
    hash::{BuildHasher, RandomState},
    os::{
        fd::AsFd,
        unix::{fs::MetadataExt, net::UnixStream},
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use genkan_objects::files::{Content, Unreadable};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{
    FileChange, SourceError, SourceEvent,
    content::{self, Stamp},
    events::{Events, Hints},
    scan::{Entering, Roots, Scan},
};

/// How often the files are looked at where nothing tells of changes.
const POLL_EVERY: Duration = Duration::from_millis(100);
/// And where events do: network file systems and the targets of links give none.
const POLL_BESIDE_EVENTS: Duration = Duration::from_secs(1);
/// Looking takes at most about this part of the time of one CPU, however many files there are,
const REST_PER_LOOK: u32 = 10;
/// and where events tell of most changes, this part.
const REST_BESIDE_EVENTS: u32 = 50;
/// A change without a close counts when it has stayed as it is for so long; and a file is gone when it
/// has not come back for so long.
const SETTLED_AFTER: Duration = Duration::from_millis(100);
/// A file that was emptied counts as empty when it stays so: the kernel tells of a truncation only when
/// the disk is done with it, and then the writer has yet to write.
const EMPTIED_PATIENCE: Duration = Duration::from_secs(1);
/// A file that its writer keeps open is read all the same when it was not touched for so long.
const WRITER_PATIENCE: Duration = Duration::from_secs(10);
/// Events that follow one another so soon are looked at together,
const QUIET: Duration = Duration::from_millis(3);
/// for so long at most.
const GATHER_MAX: Duration = Duration::from_millis(20);

/// Ends the watching when dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    _end: UnixStream,
}

impl Watcher {
    pub(super) fn start(
        mut roots: Roots,
        told: impl Fn(SourceEvent) + Send + 'static,
    ) -> Result<(Self, Vec<FileChange>), SourceError> {
        let mut initial = roots.take_streams();
        let mut looking = Looking::new(roots, Events::new());
        let scan = looking.scan();
        looking.roots.first_scan_must_list(&scan)?;
        initial.extend(looking.look(scan, Instant::now(), true));
        let (end, ended) = UnixStream::pair().map_err(SourceError::Thread)?;
        std::thread::Builder::new()
            .name("manifests".to_owned())
            .spawn(move || {
                while looking.wait(&ended) {
                    let changes = looking.changes();
                    if !changes.is_empty() {
                        told(SourceEvent { changes });
                    }
                }
            })
            .map_err(SourceError::Thread)?;
        Ok((Self { _end: end }, initial))
    }
}

/// What is known of the files, and what is awaited.
struct Looking {
    roots: Roots,
    events: Option<Events>,
    hints: Hints,
    /// What was told of each file.
    known: BTreeMap<PathBuf, Known>,
    digests: RandomState,
    /// Folders that cannot be listed, and files that were named and are not there; as they were told.
    problems: BTreeMap<PathBuf, Unreadable>,
    /// What differs from what is known, and since when it has been as it is. No marks: not there.
    unsettled: BTreeMap<PathBuf, (Option<Stamp>, Instant)>,
    /// When everything was listed last,
    scanned: Instant,
    /// and how long that took.
    cost: Duration,
}

/// What was told of a file: its marks, and what tells its content from another.
#[derive(Debug)]
struct Known {
    stamp: Option<Stamp>,
    digest: u64,
}

impl Looking {
    fn new(roots: Roots, events: Option<Events>) -> Self {
        Self {
            roots,
            events,
            hints: Hints::default(),
            known: BTreeMap::new(),
            digests: RandomState::new(),
            problems: BTreeMap::new(),
            unsettled: BTreeMap::new(),
            scanned: Instant::now(),
            cost: Duration::ZERO,
        }
    }

    /// Waits until it is time for a look; false when the watching is over.
    fn wait(&mut self, ended: &UnixStream) -> bool {
        let due = self.due();
        // Reading takes events, too.
        let mut first_hint = self.hints.any().then(Instant::now);
        loop {
            let now = Instant::now();
            let left = match first_hint {
                None => due.saturating_duration_since(now),
                Some(first) if now.duration_since(first) < self.gather_max() => QUIET,
                Some(_) => return true,
            };
            let Some(woken) = self.ready(ended, left) else {
                return false;
            };
            if !woken {
                return true; // quiet, or time is up
            }
            if let Some(events) = &mut self.events {
                events.take(&mut self.hints);
            }
            if self.hints.any() {
                first_hint.get_or_insert(now);
            }
        }
    }

    /// When everything is listed again, whatever events say.
    fn due(&self) -> Instant {
        let (every, rests) = match &self.events {
            Some(events) if !events.is_incomplete() => (POLL_BESIDE_EVENTS, REST_BESIDE_EVENTS),
            _ => (POLL_EVERY, REST_PER_LOOK),
        };
        let due = self.scanned + every.max(self.cost * rests);
        self.settled_at().map_or(due, |settled| settled.min(due))
    }

    /// How long hints are gathered: longer where looking costs more.
    fn gather_max(&self) -> Duration {
        if self.hints.elsewhere {
            GATHER_MAX.max(self.cost * 2)
        } else {
            GATHER_MAX
        }
    }

    /// What changed, as far as it is settled.
    fn changes(&mut self) -> Vec<FileChange> {
        if let Some(changes) = self.reread() {
            return changes;
        }
        self.scanned = Instant::now();
        let scan = self.scan();
        let changes = self.look(scan, self.scanned, false);
        self.cost = self.scanned.elapsed();
        changes
    }

    /// Reads what events say is whole; nothing where that is not all there is to look at.
    fn reread(&mut self) -> Option<Vec<FileChange>> {
        let is_known = |path: &PathBuf| self.known.contains_key(path) && path.is_file();
        if self.hints.elsewhere
            || self.hints.closed.is_empty()
            || Instant::now() >= self.due()
            || !self.hints.closed.iter().all(is_known)
        {
            return None;
        }
        let mut changes = Vec::new();
        for path in self.hints.looked() {
            self.unsettled.remove(&path);
            self.read(path, false, &mut changes);
        }
        Some(changes) // sorted as the hints are
    }

    /// Whether there are events, waiting at most so long; nothing when the watching is over.
    fn ready(&self, ended: &UnixStream, wait: Duration) -> Option<bool> {
        let end = PollFd::from_borrowed_fd(ended.as_fd(), PollFlags::IN);
        let wait = Timespec::try_from(wait).ok();
        let mut both;
        let mut alone;
        let watched: &mut [PollFd<'_>] = match &self.events {
            Some(events) => {
                let queue = PollFd::from_borrowed_fd(events.descriptor(), PollFlags::IN);
                both = [end, queue];
                &mut both
            }
            None => {
                alone = [end];
                &mut alone
            }
        };
        match poll(watched, wait.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            // Nothing to wait with: better no watching than a thread that spins.
            Err(_) => return None,
        }
        if !watched[0].revents().is_empty() {
            return None;
        }
        Some(
            watched
                .get(1)
                .is_some_and(|queue| !queue.revents().is_empty()),
        )
    }

    /// When the first of the unsettled settles; not before looking at all files is affordable again.
    fn settled_at(&self) -> Option<Instant> {
        let settles = |(path, (stamp, since)): (&PathBuf, &(Option<Stamp>, Instant))| {
            *since + self.patience(path, *stamp)
        };
        let first = self.unsettled.iter().map(settles).min()?;
        Some(first.max(self.scanned + self.cost * REST_PER_LOOK / 2))
    }

    fn patience(&self, path: &Path, stamp: Option<Stamp>) -> Duration {
        if self.hints.written.contains(path) {
            WRITER_PATIENCE
        } else if stamp.is_some_and(|stamp| stamp.is_empty()) {
            EMPTIED_PATIENCE
        } else {
            SETTLED_AFTER
        }
    }

    fn scan(&mut self) -> Scan {
        let Self { roots, events, .. } = self;
        roots.scan(&mut |entering| {
            if let Some(events) = events {
                match entering {
                    Entering::Folder(path) => events.watch(path),
                    Entering::Name(path) => events.watch_name(path),
                }
            }
        })
    }

    /// Reads what differs from what is known, once it is settled; at once if all of it is to be.
    fn look(&mut self, scan: Scan, now: Instant, at_once: bool) -> Vec<FileChange> {
        let mut changes = Vec::new();
        self.tell_problems(&scan, &mut changes);
        let gone: Vec<_> = self
            .known
            .keys()
            .filter(|path| !scan.files.contains_key(*path) && !scan.is_hidden(path))
            .cloned()
            .collect();
        for path in gone {
            if self.is_settled(&path, None, now) {
                self.known.remove(&path);
                changes.push(FileChange::new(&path, Content::Gone));
            }
        }
        let closed = self.hints.looked();
        for (path, stamp) in scan.files {
            let known = self.known.get(&path);
            if known.is_some_and(|known| known.stamp == stamp) && !closed.contains(&path) {
                self.unsettled.remove(&path);
                continue;
            }
            let before = known.and_then(|known| known.stamp);
            let whole = at_once || closed.contains(&path) || is_swapped(&path, before, stamp);
            if !whole && !self.is_settled(&path, stamp, now) {
                continue;
            }
            self.unsettled.remove(&path);
            self.hints.written.remove(&path);
            self.read(path, at_once || !whole, &mut changes);
        }
        self.unsettled
            .retain(|_, (_, since)| now.duration_since(*since) < 2 * WRITER_PATIENCE);
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        changes
    }

    /// Reads a file and tells what differs; `settled` says that it has been as it is for a while.
    fn read(&mut self, path: PathBuf, settled: bool, changes: &mut Vec<FileChange>) {
        let (content, stamp) = content::read(&path);
        // A second writer may have begun after the first one closed: what was read may be half of it, or
        // nothing. Its own close tells when to read.
        if let Some(events) = &mut self.events {
            events.take(&mut self.hints);
        }
        if self.hints.written.contains(&path) {
            return;
        }
        let digest = self.digests.hash_one(&content);
        let known = self.known.get(&path);
        // The kernel says what a writer did when it is done. As a file that is gone, one that is empty may
        // be on its way back, and one that changed while it was read will change again.
        let is_emptied = matches!(&content, Content::Bytes(bytes) if bytes.is_empty());
        let is_torn = stamp.is_some_and(|before| !before.still_marks(&path, &content));
        if (is_emptied || is_torn) && !settled && known.is_some_and(|known| known.digest != digest)
        {
            self.unsettled.insert(path, (stamp, Instant::now()));
            return;
        }
        if known.is_none_or(|known| known.digest != digest) {
            changes.push(FileChange::new(&path, content));
        }
        self.known.insert(path, Known { stamp, digest });
    }

    /// Whether a file has been so (or been away) for long enough.
    fn is_settled(&mut self, path: &Path, stamp: Option<Stamp>, now: Instant) -> bool {
        match self.unsettled.get(path) {
            Some((seen, since)) if *seen == stamp => {
                let settled = now.duration_since(*since) >= self.patience(path, stamp);
                if settled {
                    self.unsettled.remove(path);
                }
                settled
            }
            _ => {
                self.unsettled.insert(path.to_owned(), (stamp, now));
                false
            }
        }
    }

    /// Tells what cannot be listed, and when it can be again.
    fn tell_problems(&mut self, scan: &Scan, changes: &mut Vec<FileChange>) {
        let problems = &scan.problems;
        for (path, reason) in problems {
            if self.problems.get(path) != Some(reason) {
                // When it is there again it is told again, whatever its marks.
                self.known.remove(path);
                changes.push(FileChange::new(path, Content::Unreadable(reason.clone())));
            }
        }
        let mended = self.problems.keys();
        for path in mended.filter(|path| !problems.contains_key(*path)) {
            if !scan.files.contains_key(path) {
                changes.push(FileChange::new(path, Content::Gone));
            }
        }
        self.problems.clone_from(problems);
    }
}

/// Whether a path leads to another file now and did so at once: a link that was swapped, or one more
/// name of a file that is whole.
fn is_swapped(path: &Path, before: Option<Stamp>, stamp: Option<Stamp>) -> bool {
    let Some(stamp) = stamp else { return false };
    if before.is_some_and(|before| before.is_same_file(&stamp)) {
        return false;
    }
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink() || metadata.nlink() > 1)
}
