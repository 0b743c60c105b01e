//! Which files there are: the paths that were given, and what lies below them.
//!
//! A scan lists and takes marks; it reads nothing. Folders are entered through symbolic links too (a
//! Kubernetes volume has `sub -> ..data/sub`), never through themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
};

use genkan_objects::files::Unreadable;

use super::{FileChange, SourceError, content, content::Stamp, names};

/// Folders within folders that are entered; more is a mistake or an attack.
const FOLDER_DEPTH_MAX: usize = 32;
/// Manifests that are read. A hundred times what a large cluster has.
const FILES_MAX: usize = 1_000_000;

/// The paths that were given.
#[derive(Debug)]
pub(super) struct Roots {
    paths: BTreeSet<PathBuf>,
    /// Read once, at the start.
    streams: Vec<FileChange>,
    recursive: bool,
}

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Manifests, with their marks where the path leads to a file.
    pub(super) files: BTreeMap<PathBuf, Option<Stamp>>,
    /// What could not be listed.
    pub(super) problems: BTreeMap<PathBuf, Unreadable>,
}

/// What a scan is about to look at, for whoever wants to watch it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entering<'p> {
    /// A folder, before it is listed.
    Folder(&'p Path),
    /// A path that was given: it may be replaced as a whole.
    Name(&'p Path),
}

impl Scan {
    /// Whether a path lies where nothing could be listed: nobody knows whether it is there.
    pub(super) fn is_hidden(&self, path: &Path) -> bool {
        let unlisted = |around: &Path| {
            let problem = self.problems.get(around);
            problem.is_some_and(|problem| !matches!(problem, Unreadable::Folder))
        };
        path.ancestors().any(unlisted)
    }
}

impl Roots {
    /// Looks at what the paths are; reads standard input and pipes.
    ///
    /// # Errors
    /// When one is not there, or a stream cannot be read.
    pub(super) fn new(paths: &[PathBuf], recursive: bool) -> Result<Self, SourceError> {
        let mut roots = Self {
            paths: BTreeSet::new(),
            streams: Vec::new(),
            recursive,
        };
        for path in paths.iter().collect::<BTreeSet<_>>() {
            roots.add(path)?;
        }
        Ok(roots)
    }

    /// What was read from streams, once.
    pub(super) fn take_streams(&mut self) -> Vec<FileChange> {
        std::mem::take(&mut self.streams)
    }

    /// Lists everything; `entering` is told of each folder before it is listed.
    pub(super) fn scan(&self, entering: &mut dyn FnMut(Entering<'_>)) -> Scan {
        let mut walk = Walk {
            recursive: self.recursive,
            found: Scan::default(),
            within: Vec::new(),
            entering,
        };
        for path in &self.paths {
            walk.root(path);
        }
        walk.found
    }

    /// At the start, a path that was given must be there and be listed: it may be mistyped.
    ///
    /// # Errors
    /// When one of the paths themselves is among the problems of the scan.
    pub(super) fn first_scan_must_list(&self, scan: &Scan) -> Result<(), SourceError> {
        for (path, problem) in &scan.problems {
            // With too many manifests in it a folder was listed nevertheless.
            let is_listed = matches!(problem, Unreadable::TooMany { .. });
            if self.paths.contains(path) && !is_listed {
                return Err(refused(path, problem.clone()));
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &Path) -> Result<(), SourceError> {
        let stream = |source| SourceError::Stream {
            path: path.to_owned(),
            source,
        };
        let content = if path == Path::new("-") {
            content::read_stream(io::stdin().lock()).map_err(stream)?
        } else {
            let kind = path
                .metadata()
                .map_err(|error| refused(path, content::refusal(path, &error)))?
                .file_type();
            if !kind.is_fifo() && !kind.is_char_device() {
                self.paths.insert(path.to_owned());
                return Ok(());
            }
            // `genkan lint <(helm template …)`
            fs::File::open(path)
                .and_then(content::read_stream)
                .map_err(stream)?
        };
        self.streams.push(FileChange::new(path, content));
        Ok(())
    }
}

/// Whose fault it is that a given path is of no use.
fn refused(path: &Path, reason: Unreadable) -> SourceError {
    let path = path.to_owned();
    match reason {
        Unreadable::Missing => SourceError::Missing { path },
        reason => SourceError::Unreadable { path, reason },
    }
}

/// One scan.
struct Walk<'e> {
    recursive: bool,
    found: Scan,
    /// Device and inode of the folders around the current one.
    within: Vec<(u64, u64)>,
    entering: &'e mut dyn FnMut(Entering<'_>),
}

impl Walk<'_> {
    fn root(&mut self, path: &Path) {
        (self.entering)(Entering::Name(path));
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => {
                self.folder(path, (metadata.dev(), metadata.ino()))
            }
            Ok(metadata) => {
                self.found
                    .files
                    .insert(path.to_owned(), Some(Stamp::new(&metadata)));
            }
            Err(error) => self.problem(path, content::refusal(path, &error)),
        }
    }

    fn folder(&mut self, path: &Path, identity: (u64, u64)) {
        if self.within.contains(&identity) {
            return;
        }
        if self.within.len() > FOLDER_DEPTH_MAX {
            let depth_max = FOLDER_DEPTH_MAX;
            return self.problem(path, Unreadable::TooDeep { depth_max });
        }
        (self.entering)(Entering::Folder(path));
        self.within.push(identity);
        if let Err(error) = self.entries(path) {
            self.problem(path, content::refusal(path, &error));
        }
        self.within.pop();
    }

    fn entries(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_manifest = names::is_manifest(&name);
            if !is_manifest && (!self.recursive || names::is_hidden(&name)) {
                continue;
            }
            let path = folder.join(&name);
            match path.metadata() {
                Ok(metadata) if metadata.is_dir() => {
                    if self.recursive {
                        self.folder(&path, (metadata.dev(), metadata.ino()));
                    } else {
                        self.problem(&path, Unreadable::Folder);
                    }
                }
                Ok(metadata) if is_manifest => self.file(folder, path, Some(Stamp::new(&metadata))),
                // A link that leads nowhere, or a file gone since: reading will tell.
                Err(_) if is_manifest => self.file(folder, path, None),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, folder: &Path, path: PathBuf, stamp: Option<Stamp>) {
        if self.found.files.len() < FILES_MAX {
            self.found.files.insert(path, stamp);
        } else {
            let count_max = FILES_MAX;
            self.problem(folder, Unreadable::TooMany { count_max });
        }
    }

    fn problem(&mut self, path: &Path, problem: Unreadable) {
        self.found.problems.insert(path.to_owned(), problem);
    }
}
