//! Many files, as they come, change and go.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Bound;
use std::sync::Arc;

use genkan_diagnosis::Source;

use crate::resource::{Object, ObjectKey};
use crate::store::ObjectStore;

use super::{DocumentObjects, Failure, FileProblem, Unreadable, read, source_kind};

/// What a source saw of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// It is there and could not be read.
    Unreadable(Unreadable),
    /// It is gone.
    Gone,
}

/// The objects of many files.
#[derive(Debug, Default)]
pub struct FileSet {
    files: BTreeMap<Arc<str>, File>,
    /// All definitions of each object; the last in order counts.
    definitions: BTreeMap<ObjectKey, BTreeMap<Order, Object>>,
    /// Objects with several definitions.
    contested: BTreeSet<ObjectKey>,
    store: ObjectStore,
}

/// Path, document, and position in the document.
type Order = (Arc<str>, usize, usize);

#[derive(Debug, Default)]
struct File {
    /// Tells whether a file really changed.
    fingerprint: Option<(usize, u64)>,
    documents: Vec<Kept>,
    unreadable: Option<Unreadable>,
}

/// A document as it serves.
#[derive(Debug)]
struct Kept {
    /// What serves: what was read, and what stays of an earlier version.
    objects: Vec<Object>,
    /// Failures, each with what serves in its place.
    failures: Vec<(Failure, Vec<ObjectKey>)>,
    passed_over: usize,
}

/// What a change of a file changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Objects added, changed or removed, sorted.
    pub keys: BTreeSet<ObjectKey>,
    /// Whether the file was read anew: its problems may be others now.
    pub read: bool,
}

impl FileSet {
    /// Takes in what was seen of a file.
    pub fn apply(&mut self, path: &str, content: &Content) -> Changes {
        match content {
            Content::Gone => self.replace(path, None),
            Content::Unreadable(reason) => {
                let mut file = self.files.remove(path).unwrap_or_default();
                let read = file.unreadable.as_ref() != Some(reason);
                file.unreadable = Some(reason.clone());
                // When it can be read again, it counts as changed.
                file.fingerprint = None;
                self.files.insert(path.into(), file);
                Changes {
                    keys: BTreeSet::new(),
                    read,
                }
            }
            Content::Bytes(bytes) => {
                let fingerprint = Some(fingerprint(bytes));
                let before = self.files.get(path);
                if before.is_some_and(|file| file.fingerprint == fingerprint) {
                    return Changes::default();
                }
                let documents = read(path, bytes).documents;
                let previous = before
                    .map(|file| file.documents.as_slice())
                    .unwrap_or_default();
                let documents = keep(documents, previous);
                self.replace(
                    path,
                    Some(File {
                        fingerprint,
                        documents,
                        unreadable: None,
                    }),
                )
            }
        }
    }

    /// The objects of the moment. Cheap to clone.
    pub fn store(&self) -> &ObjectStore {
        &self.store
    }

    /// What is wrong, in the order of paths and documents; duplicates come last, in the order of keys.
    pub fn problems(&self) -> Vec<FileProblem> {
        let mut problems = Vec::new();
        for (path, file) in &self.files {
            if let Some(reason) = &file.unreadable {
                let kept = self.beneath(path).chain([file]);
                let previous = kept.flat_map(|file| &file.documents);
                let previous = previous.flat_map(|kept| &kept.objects);
                problems.push(FileProblem::Unreadable {
                    source: Source::new(source_kind(path), &**path, ""),
                    reason: reason.clone(),
                    previous: sorted(previous.map(Object::key)),
                });
            }
            let failures = file.documents.iter().flat_map(|kept| &kept.failures);
            problems.extend(failures.map(|(failure, previous)| FileProblem::Failure {
                path: path.clone(),
                failure: failure.clone(),
                previous: previous.clone(),
            }));
        }
        for key in &self.contested {
            let definitions = self.definitions.get(key).into_iter();
            let mut definitions = definitions.flat_map(BTreeMap::values).rev();
            let Some(used) = definitions.next() else {
                continue;
            };
            problems.extend(definitions.map(|unused| FileProblem::Duplicate {
                key: key.clone(),
                used: used.clone(),
                unused: unused.clone(),
            }));
        }
        problems
    }

    /// Files that are there, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(|path| &**path)
    }

    /// Objects of kinds that are not read.
    pub fn passed_over(&self) -> usize {
        let documents = self.files.values().flat_map(|file| &file.documents);
        documents.map(|kept| kept.passed_over).sum()
    }

    /// Files within a folder: while it cannot be listed they stay as they were.
    fn beneath(&self, folder: &str) -> impl Iterator<Item = &File> {
        let within = format!("{}/", folder.trim_end_matches('/'));
        let from = Bound::Included(within.as_str());
        let files = self.files.range::<str, _>((from, Bound::Unbounded));
        let inside: Vec<_> = files
            .take_while(|(path, _)| path.starts_with(&within))
            .map(|(_, file)| file)
            .collect();
        inside.into_iter()
    }

    fn replace(&mut self, path: &str, file: Option<File>) -> Changes {
        let path: Arc<str> = path.into();
        let before = match file {
            Some(file) => self.files.insert(path.clone(), file),
            None => self.files.remove(&path),
        };
        let mut touched = BTreeSet::new();
        for (order, object) in before.iter().flat_map(|file| definitions(&path, file)) {
            let key = object.key();
            if let Some(definitions) = self.definitions.get_mut(&key) {
                definitions.remove(&order);
                if definitions.is_empty() {
                    self.definitions.remove(&key);
                }
            }
            touched.insert(key);
        }
        for (order, object) in self
            .files
            .get(&path)
            .into_iter()
            .flat_map(|file| definitions(&path, file))
        {
            let key = object.key();
            self.definitions
                .entry(key.clone())
                .or_default()
                .insert(order, object.clone());
            touched.insert(key);
        }
        for key in &touched {
            if self
                .definitions
                .get(key)
                .is_some_and(|found| found.len() > 1)
            {
                self.contested.insert(key.clone());
            } else {
                self.contested.remove(key);
            }
        }
        let keys = touched
            .into_iter()
            .filter(|key| settle(&self.definitions, &mut self.store, key));
        Changes {
            keys: keys.collect(),
            read: true,
        }
    }
}

/// Puts the definition that counts into the store. True when that changed something.
fn settle(
    definitions: &BTreeMap<ObjectKey, BTreeMap<Order, Object>>,
    store: &mut ObjectStore,
    key: &ObjectKey,
) -> bool {
    let winner = definitions
        .get(key)
        .and_then(|found| found.values().next_back());
    match (winner, store.get(key)) {
        (None, None) => return false,
        (None, Some(_)) => store.remove(key),
        (Some(winner), Some(present)) if winner.same(&present) => return false,
        (Some(winner), _) => store.insert(winner.clone()),
    }
    true
}

fn definitions<'f>(path: &Arc<str>, file: &'f File) -> impl Iterator<Item = (Order, &'f Object)> {
    let path = path.clone();
    file.documents
        .iter()
        .enumerate()
        .flat_map(move |(document, kept)| {
            let path = path.clone();
            let objects = kept.objects.iter().enumerate();
            objects.map(move |(at, object)| ((path.clone(), document, at), object))
        })
}

/// Gives each failure the objects of the previous version that it stands in the place of.
fn keep(documents: Vec<DocumentObjects>, previous: &[Kept]) -> Vec<Kept> {
    let written: BTreeSet<_> = documents
        .iter()
        .flat_map(|document| &document.objects)
        .map(Object::key)
        .collect();
    let mut taken = written;
    let mut kept = Vec::with_capacity(documents.len());
    for (at, document) in documents.into_iter().enumerate() {
        let DocumentObjects {
            mut objects,
            failures,
            passed_over,
            hint,
        } = document;
        let mut with_previous = Vec::with_capacity(failures.len());
        for failure in failures {
            let candidates: Vec<&Object> = match &failure {
                Failure::Object(object) => match &object.key {
                    Some(key) => of_key(previous, key),
                    None => of_place(previous, at),
                },
                Failure::Load(_) => {
                    let hinted = hint.as_ref().map(|hint| of_hint(previous, hint));
                    hinted
                        .filter(|found| !found.is_empty())
                        .unwrap_or_else(|| of_place(previous, at))
                }
            };
            let mut keys = Vec::new();
            for object in candidates {
                // What another document of the new version defines is not brought back.
                if taken.insert(object.key()) {
                    keys.push(object.key());
                    objects.push(object.clone());
                }
            }
            keys.sort();
            with_previous.push((failure, keys));
        }
        kept.push(Kept {
            objects,
            failures: with_previous,
            passed_over,
        });
    }
    kept
}

fn of_key<'p>(previous: &'p [Kept], key: &ObjectKey) -> Vec<&'p Object> {
    let objects = previous.iter().flat_map(|kept| &kept.objects);
    objects.filter(|object| object.key() == *key).collect()
}

fn of_place(previous: &[Kept], at: usize) -> Vec<&Object> {
    previous
        .get(at)
        .map(|kept| kept.objects.iter().collect())
        .unwrap_or_default()
}

/// The objects of the document that holds an object of this kind and name.
fn of_hint<'p>(previous: &'p [Kept], (kind, name): &(Box<str>, Box<str>)) -> Vec<&'p Object> {
    let is_meant =
        |object: &Object| *object.meta().name.value == **name && object.kind().name() == &**kind;
    let found = previous
        .iter()
        .find(|kept| kept.objects.iter().any(is_meant));
    found
        .map(|kept| kept.objects.iter().collect())
        .unwrap_or_default()
}

fn sorted(keys: impl Iterator<Item = ObjectKey>) -> Vec<ObjectKey> {
    keys.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Length and hash: enough to notice that a file was only touched.
fn fingerprint(bytes: &[u8]) -> (usize, u64) {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    (bytes.len(), hasher.finish())
}
