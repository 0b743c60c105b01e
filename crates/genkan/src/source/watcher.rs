//! The thread that keeps looking.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    time::Duration,
};

use genkan_objects::files::Content;

use super::{
    FileChange, SourceError, SourceEvent,
    content::{self, Stamp},
    scan::Roots,
};

/// How often the files are looked at.
const POLL_EVERY: Duration = Duration::from_millis(100);

/// Ends the watching when dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    _end: Sender<()>,
}

impl Watcher {
    pub(super) fn start(
        mut roots: Roots,
        told: impl Fn(SourceEvent) + Send + 'static,
    ) -> Result<(Self, Vec<FileChange>), SourceError> {
        let mut initial = roots.take_streams();
        let scan = roots.scan(&mut |_| {});
        roots.first_scan_must_list(&scan)?;
        let mut known: BTreeMap<PathBuf, (Option<Stamp>, Content)> = BTreeMap::new();
        initial.extend(look(&mut known, scan.files));
        let (end, ended) = channel();
        std::thread::Builder::new()
            .name("manifests".to_owned())
            .spawn(move || {
                let mut previous = None;
                while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(POLL_EVERY) {
                    let files = roots.scan(&mut |_| {}).files;
                    // Two looks that agree: nobody is writing.
                    if previous.as_ref() == Some(&files) {
                        let changes = look(&mut known, files);
                        if !changes.is_empty() {
                            told(SourceEvent { changes });
                        }
                        previous = None;
                    } else {
                        previous = Some(files);
                    }
                }
            })
            .map_err(SourceError::Thread)?;
        Ok((Self { _end: end }, initial))
    }
}

/// Reads what has other marks than before.
fn look(
    known: &mut BTreeMap<PathBuf, (Option<Stamp>, Content)>,
    files: BTreeMap<PathBuf, Option<Stamp>>,
) -> Vec<FileChange> {
    let mut changes = Vec::new();
    known.retain(|path, _| {
        let stays = files.contains_key(path);
        if !stays {
            changes.push(FileChange::new(path, Content::Gone));
        }
        stays
    });
    for (path, stamp) in files {
        if known.get(&path).is_some_and(|(known, _)| *known == stamp) {
            continue;
        }
        let (content, stamp) = content::read(&path);
        if known.get(&path).is_none_or(|(_, known)| *known != content) {
            changes.push(FileChange::new(&path, content.clone()));
        }
        known.insert(path, (stamp, content));
    }
    changes
}
