//! Manifests from folders, files and standard input: read once, or watched for as long as a gateway runs.
//!
//! The disk is the truth and events are only hints of where to look: whatever wakes the watcher, it
//! tells what it then reads, and only where that differs from what it told before. Lost, late and
//! repeated events are therefore harmless.
//!
//! - [`names`]: which files are manifests.
//! - [`scan`]: which files there are.
//! - [`content`]: what one file holds.
//! - [`events`]: where to look, as the kernel tells it.
//! - [`watcher`]: the thread that keeps looking.

use std::{
    io,
    path::{Path, PathBuf},
};

use genkan_diagnosis::Language;
use genkan_objects::files::{Content, Unreadable};

use crate::command::message;

mod content;
mod events;
mod names;
mod scan;
mod watcher;

#[cfg(test)]
mod tests;

use scan::Roots;
pub(crate) use watcher::Watcher;

/// What was seen of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileChange {
    /// As the user named it: the path given, joined with what lies below; `-` is standard input.
    pub(crate) path: String,
    /// What it holds now.
    pub(crate) content: Content,
}

impl FileChange {
    fn new(path: &Path, content: Content) -> Self {
        Self {
            path: path.display().to_string(),
            content,
        }
    }
}

/// Changes of one moment; never empty.
#[derive(Debug)]
pub(crate) struct SourceEvent {
    /// Each file at most once, ordered by path.
    pub(crate) changes: Vec<FileChange>,
}

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    /// A path that was given does not exist.
    #[error(
        "{}: no such file or folder; name a folder or a file of manifests, or `-` for standard input",
        path.display()
    )]
    Missing {
        /// As given.
        path: PathBuf,
    },
    /// A path that was given cannot be looked at or, being a folder, cannot be listed.
    #[error(
        "{}: {}; {}",
        path.display(),
        reason.message().show(Language::English),
        reason.remedy().get(Language::English)
    )]
    Unreadable {
        /// As given.
        path: PathBuf,
        /// Why.
        reason: Unreadable,
    },
    /// A folder that was given holds no manifest: one that is mistyped looks like that. `kubectl apply -f`
    /// refuses it too.
    #[error(
        "{}: no manifests in this folder; their names end in .yaml, .yml or .json, and folders within it are \
         read with `--recursive`",
        path.display()
    )]
    Empty {
        /// As given.
        path: PathBuf,
    },
    /// Standard input, or a pipe that was named as a path.
    #[error("{}: cannot be read to its end: {source}", path.display())]
    Stream {
        /// `-` or as given.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The thread that watches.
    #[error(
        "the thread that watches the manifests does not start: {0}; check the limits of processes and open files"
    )]
    Thread(io::Error),
}

/// Reads all manifests of the paths, and tells later changes from a thread of its own.
///
/// Folders within folders are read when `recursive`. A file that cannot be read is a change with
/// [`Content::Unreadable`], and so is a folder within a folder.
///
/// # Errors
/// When a path itself is missing or cannot be listed, or the thread does not start.
pub(crate) fn watch(
    paths: &[PathBuf],
    recursive: bool,
    told: impl Fn(SourceEvent) + Send + 'static,
) -> Result<(Watcher, Vec<FileChange>), SourceError> {
    let roots = Roots::new(paths, recursive)?;
    let (watcher, initial) = Watcher::start(roots, told)?;
    // They may still be written.
    for empty in empty(paths, &initial) {
        message!("genkan: {empty}");
    }
    Ok((watcher, initial))
}

/// Reads all manifests of the paths, by the same rules as [`watch`].
///
/// # Errors
/// When a path itself is missing, cannot be listed, or is a folder without manifests.
pub(crate) fn read_once(
    paths: &[PathBuf],
    recursive: bool,
) -> Result<Vec<FileChange>, SourceError> {
    let mut roots = Roots::new(paths, recursive)?;
    let streams = roots.take_streams();
    let scan = roots.scan(&mut |_| {});
    roots.first_scan_must_list(&scan)?;
    let files = scan
        .files
        .keys()
        .filter_map(|path| match content::read(path).0 {
            Content::Gone => None,
            content => Some(FileChange::new(path, content)),
        });
    let problems = scan
        .problems
        .iter()
        .map(|(path, reason)| FileChange::new(path, Content::Unreadable(reason.clone())));
    let found: Vec<_> = streams.into_iter().chain(files).chain(problems).collect();
    if let Some(empty) = empty(paths, &found).next() {
        return Err(empty);
    }
    Ok(found)
}

/// The folders among the paths in which nothing was found.
fn empty(paths: &[PathBuf], found: &[FileChange]) -> impl Iterator<Item = SourceError> {
    let is_empty = |folder: &Path| {
        let beneath = |change: &FileChange| Path::new(&change.path).starts_with(folder);
        folder.is_dir() && !found.iter().any(beneath)
    };
    let folders = paths.iter().filter(move |path| is_empty(path));
    folders.cloned().map(|path| SourceError::Empty { path })
}
