//! From the bytes of files to objects, and what stays when a file turns bad.
//!
//! [`read`] is the pure step for one file. A [`FileSet`] holds many: a document that cannot be read keeps
//! its last good objects (those of the same file and place), a deleted file takes its objects with it,
//! and of two files that define one object the later in the order of paths wins, as it would with
//! `kubectl apply -f FOLDER`. The order in which files arrive changes nothing.

use std::sync::Arc;

use genkan_diagnosis::{Source, SourceKind, Span};

use crate::load::LoadError;
use crate::problem::Problem;
use crate::resource::{Object, ObjectKey};

mod read;
mod set;
#[cfg(test)]
mod tests;
mod unreadable;

pub use read::read;
pub(crate) use read::read_live;
pub use set::{Changes, Content, FileSet};
pub use unreadable::Unreadable;

/// Largest file that is read. A cluster keeps at most 1.5 MiB per object; a dump of a large one has
/// tens of MiB.
pub const FILE_BYTES_MAX: usize = 64 << 20;

/// What one file holds.
#[derive(Clone, Debug)]
pub struct FileObjects {
    /// Its text, with the values of Secrets masked.
    pub source: Source,
    /// Its documents, in order; those without any content are left out.
    pub documents: Vec<DocumentObjects>,
}

/// What one document holds: one object, several (`List`), or none.
#[derive(Clone, Debug, Default)]
pub struct DocumentObjects {
    /// Objects in the order written.
    pub objects: Vec<Object>,
    /// What could not be read.
    pub failures: Vec<Failure>,
    /// Objects of kinds that are not read.
    pub passed_over: usize,
    /// Kind and name as far as a text that cannot be parsed shows them.
    hint: Option<(Box<str>, Box<str>)>,
}

/// A document or object that could not be read.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The text is no YAML or JSON, or no Kubernetes object.
    Load(LoadError),
    /// The object has a field that leaves nothing sensible to read.
    Object(UnreadableObject),
}

/// An object that could be parsed and not understood.
#[derive(Clone, Debug)]
pub struct UnreadableObject {
    /// Which object, where its name could be read.
    pub key: Option<ObjectKey>,
    /// `apiVersion` as written.
    pub api_version: Box<str>,
    /// `kind` as written.
    pub kind: Box<str>,
    /// The whole object.
    pub span: Span,
    /// All its problems; at least one has [`Impact::Unreadable`](crate::Impact::Unreadable).
    pub problems: Vec<Problem>,
}

/// What is wrong with a set of files, apart from the problems that readable objects carry themselves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FileProblem {
    /// A document or object could not be read.
    Failure {
        /// The file.
        path: Arc<str>,
        /// Why.
        failure: Failure,
        /// Objects of an earlier version that go on serving, sorted.
        previous: Vec<ObjectKey>,
    },
    /// The file itself could not be read.
    Unreadable {
        /// The file, with an empty text.
        source: Source,
        /// Why.
        reason: Unreadable,
        /// Objects of an earlier version that go on serving, sorted.
        previous: Vec<ObjectKey>,
    },
    /// Two places define one object.
    Duplicate {
        /// Which object.
        key: ObjectKey,
        /// The definition that counts.
        used: Object,
        /// The one that does not.
        unused: Object,
    },
}

/// How a path names a source: `-` is standard input.
fn source_kind(path: &str) -> SourceKind {
    if path == "-" {
        SourceKind::Stdin
    } else {
        SourceKind::File
    }
}
