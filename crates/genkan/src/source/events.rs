//! Where to look, as the kernel tells it (inotify). Elsewhere, and where the kernel has no watch left,
//! there are no events and looking at regular times must do.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::names;

/// What happened since the last look.
#[derive(Debug, Default)]
pub(super) struct Hints {
    /// Something that only listing everything shows.
    pub(super) elsewhere: bool,
    /// Files that a writer closed, or that were renamed into place: they are whole.
    pub(super) closed: BTreeSet<PathBuf>,
    /// Files that were created or written and, so far, not closed.
    pub(super) written: BTreeSet<PathBuf>,
}

/// What an event says about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// Whole: closed by a writer, or renamed into place.
    Whole,
    /// Only closed; says nothing about names.
    Closed,
    Created,
    Written,
    Left,
    /// Rights, or something about the folder itself.
    Other,
}

/// A folder with a watch.
#[derive(Debug)]
struct Watched {
    path: PathBuf,
    /// Names that matter; all where there is no list.
    names: Option<BTreeSet<OsString>>,
    /// It is reached by several paths, and events name but one of them.
    is_shared: bool,
}

impl Hints {
    /// Whether there is something to look at. What is being written is not yet.
    pub(super) fn any(&self) -> bool {
        self.elsewhere || !self.closed.is_empty()
    }

    /// Everything is listed; returns what is whole and to be read. What comes from now on is for the
    /// next look.
    pub(super) fn looked(&mut self) -> BTreeSet<PathBuf> {
        self.elsewhere = false;
        std::mem::take(&mut self.closed)
    }

    fn add(&mut self, folder: &Watched, name: Option<&OsStr>, change: Change) {
        let Some(name) = name else {
            self.elsewhere = true; // the folder itself
            return;
        };
        if folder
            .names
            .as_ref()
            .is_some_and(|names| !names.contains(name))
        {
            return;
        }
        // `..data` is how Kubernetes volumes change; other hidden names are of no interest, and of what
        // is no manifest only its coming and going.
        let in_volume = name.as_bytes().starts_with(b"..");
        let manifest = names::is_manifest(name) || folder.names.is_some();
        let content_only = matches!(change, Change::Written | Change::Closed | Change::Other);
        if (names::is_hidden(name) && !in_volume) || (!manifest && content_only) {
            return;
        }
        let path = folder.path.join(name);
        match change {
            Change::Whole | Change::Closed => {
                self.written.remove(&path);
                self.elsewhere |= !manifest || folder.is_shared;
                self.closed.insert(path);
            }
            Change::Created | Change::Written => {
                // a new name of a file that is whole gives no event more
                self.elsewhere |= change == Change::Created || !manifest;
                self.closed.remove(&path);
                self.written.insert(path);
            }
            Change::Left => {
                self.elsewhere = true;
                self.written.remove(&path);
                self.closed.remove(&path);
            }
            Change::Other => self.elsewhere = true,
        }
    }
}

/// The folder in which a path has its name, as joining the name to it gives the path again.
fn parent(path: &Path) -> Option<(&Path, &OsStr)> {
    Some((path.parent()?, path.file_name()?))
}

#[cfg(target_os = "linux")]
pub(super) use linux::Events;
#[cfg(not(target_os = "linux"))]
pub(super) use silent::Events;

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        mem::MaybeUninit,
        os::fd::{AsFd, BorrowedFd, OwnedFd},
    };

    use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

    use super::*;

    /// Bytes of events read at once; more wait in the kernel, at most `max_queued_events` of them.
    const READ_BYTES: usize = 16 << 10;

    /// The kernel's events.
    #[derive(Debug)]
    pub(in crate::source) struct Events {
        queue: OwnedFd,
        folders: BTreeMap<i32, Watched>,
        incomplete: bool,
    }

    impl Events {
        /// Nothing where the system has no queue left for this user.
        pub(in crate::source) fn new() -> Option<Self> {
            let queue = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).ok()?;
            let (folders, incomplete) = (BTreeMap::new(), false);
            Some(Self {
                queue,
                folders,
                incomplete,
            })
        }

        /// Readable when there are events.
        pub(in crate::source) fn descriptor(&self) -> BorrowedFd<'_> {
            self.queue.as_fd()
        }

        /// A folder could not be watched: there may be changes without events.
        pub(in crate::source) fn is_incomplete(&self) -> bool {
            self.incomplete
        }

        /// Watches a folder; one that is watched already stays so.
        pub(in crate::source) fn watch(&mut self, folder: &Path) {
            self.add(folder, None);
        }

        /// Watches the name of a path in the folder around it.
        pub(in crate::source) fn watch_name(&mut self, path: &Path) {
            if let Some((folder, name)) = parent(path) {
                self.add(folder, Some(name));
            }
        }

        fn add(&mut self, folder: &Path, name: Option<&OsStr>) {
            let flags = WatchFlags::CLOSE_WRITE
                | WatchFlags::MODIFY
                | WatchFlags::ATTRIB
                | WatchFlags::CREATE
                | WatchFlags::DELETE
                | WatchFlags::MOVED_FROM
                | WatchFlags::MOVED_TO
                | WatchFlags::DELETE_SELF
                | WatchFlags::MOVE_SELF
                | WatchFlags::ONLYDIR;
            let here = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            let Ok(number) = inotify::add_watch(&self.queue, here, flags) else {
                // A folder that is not there shows in the one around it, or at the next look.
                self.incomplete |= here.exists();
                return;
            };
            let watched = self.folders.entry(number).or_insert_with(|| Watched {
                path: folder.to_owned(),
                names: name.map(|_| BTreeSet::new()),
                is_shared: false,
            });
            watched.is_shared |= watched.path != folder;
            match (name, &mut watched.names) {
                (Some(name), Some(names)) => drop(names.insert(name.to_owned())),
                (None, names) => *names = None,
                (Some(_), None) => {}
            }
            folder.clone_into(&mut watched.path);
        }

        /// What happened since this was called last.
        pub(in crate::source) fn take(&mut self, hints: &mut Hints) {
            let mut bytes = [MaybeUninit::uninit(); READ_BYTES];
            let mut reader = Reader::new(&self.queue, &mut bytes);
            while let Ok(event) = reader.next() {
                let flags = event.events();
                if flags.contains(ReadFlags::QUEUE_OVERFLOW) {
                    hints.elsewhere = true; // the disk is the truth
                } else if flags.contains(ReadFlags::IGNORED) {
                    self.folders.remove(&event.wd());
                } else if let Some(folder) = self.folders.get(&event.wd()) {
                    let name = event
                        .file_name()
                        .map(|name| OsStr::from_bytes(name.to_bytes()));
                    hints.add(folder, name, change(flags));
                }
            }
        }
    }

    fn change(flags: ReadFlags) -> Change {
        if flags.contains(ReadFlags::MOVED_TO) {
            Change::Whole
        } else if flags.contains(ReadFlags::CLOSE_WRITE) {
            Change::Closed
        } else if flags.contains(ReadFlags::CREATE) {
            Change::Created
        } else if flags.contains(ReadFlags::MODIFY) {
            Change::Written
        } else if flags.intersects(ReadFlags::DELETE | ReadFlags::MOVED_FROM) {
            Change::Left
        } else {
            Change::Other
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod silent {
    use std::os::fd::BorrowedFd;

    use super::*;

    /// There are none here.
    #[derive(Debug)]
    pub(in crate::source) enum Events {}

    impl Events {
        /// Nothing.
        pub(in crate::source) fn new() -> Option<Self> {
            None
        }

        /// Readable when there are events.
        pub(in crate::source) fn descriptor(&self) -> BorrowedFd<'_> {
            match *self {}
        }

        /// A folder could not be watched.
        pub(in crate::source) fn is_incomplete(&self) -> bool {
            match *self {}
        }

        /// Watches a folder.
        pub(in crate::source) fn watch(&mut self, _folder: &Path) {
            match *self {}
        }

        /// Watches the name of a path in the folder around it.
        pub(in crate::source) fn watch_name(&mut self, _path: &Path) {
            match *self {}
        }

        /// What happened since this was called last.
        pub(in crate::source) fn take(&mut self, _hints: &mut Hints) {
            match *self {}
        }
    }
}
