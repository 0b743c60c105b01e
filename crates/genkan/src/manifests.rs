//! From manifests to a generation once, for commands that look and go.

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use genkan_compile::{Compiler, Generation, Input, Options, Resolutions};
use genkan_objects::{files::FileSet, kind::Timestamp};

use crate::source::{self, SourceError};

/// Reads all manifests of the paths, by the rules by which a running gateway reads them.
///
/// # Errors
/// When a path itself is missing or cannot be listed. Files that cannot be read become problems of the
/// set.
pub(crate) fn read(paths: &[PathBuf], recursive: bool) -> Result<FileSet, SourceError> {
    let mut files = FileSet::default();
    for change in source::read_once(paths, recursive)? {
        files.apply(&change.path, &change.content);
    }
    Ok(files)
}

/// Compiles a set of files from nothing.
pub(crate) fn compile(files: &FileSet, options: Options) -> Generation {
    Compiler::new(options).compile(Input {
        objects: files.store(),
        problems: &files.problems(),
        resolutions: &Resolutions::new(),
        now: now(),
    })
}

/// The moment, for the compiler.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
}
