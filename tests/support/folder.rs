//! A temporary folder of manifests, with each way in which people and programs
//! edit one.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

/// A folder that is removed with this value. Every method panics when the file
/// system refuses.
#[derive(Debug)]
pub struct Folder {
    folder: TempDir,
    written: AtomicU64,
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Folder {
    /// An empty folder.
    #[must_use]
    pub fn new() -> Self {
        let folder = TempDir::with_prefix("genkan-test-").expect("a temporary folder can be made");
        Self {
            folder,
            written: AtomicU64::new(0),
        }
    }

    /// A folder with one manifest, `manifests.yaml`.
    #[must_use]
    pub fn with(text: &str) -> Self {
        let folder = Self::new();
        folder.write("manifests.yaml", text);
        folder
    }

    /// A copy of the files and folders in `source`, without those beneath it
    /// whose names are in `except`.
    #[must_use]
    pub fn copy_of(source: &Path, except: &[&str]) -> Self {
        let folder = Self::new();
        copy(source, folder.path(), except);
        folder
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The text of a file in it.
    #[must_use]
    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).expect("the file can be read")
    }

    /// Writes a file so that it appears whole at once: a new file, renamed over
    /// the old one, as careful editors do. Folders in `name` are made.
    #[track_caller]
    pub fn write(&self, name: &str, text: &str) {
        let target = self.file(name);
        fs::create_dir_all(target.parent().expect("a file has a folder")).expect("folder");
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        // Beside the target: a rename is atomic only within one file system.
        let beside = target.with_file_name(format!(".{number}.writing"));
        fs::write(&beside, text).expect("the new file can be written");
        fs::rename(&beside, &target).expect("the new file can be renamed");
    }

    /// Truncates the file and writes it where it is, as shells do.
    #[track_caller]
    pub fn write_in_place(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).expect("the file can be written");
    }

    /// Truncates the file and writes it in two pieces, cut after `at` bytes;
    /// between them it runs `between` while the file is open and half written.
    #[track_caller]
    pub fn write_in_two(&self, name: &str, text: &str, at: usize, between: impl FnOnce()) {
        let mut file = fs::File::create(self.file(name)).expect("the file can be truncated");
        file.write_all(&text.as_bytes()[..at])
            .expect("the first piece can be written");
        file.sync_all().expect("the first piece can be synced");
        between();
        file.write_all(&text.as_bytes()[at..])
            .expect("the second piece can be written");
    }

    /// Removes a file.
    #[track_caller]
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.file(name)).expect("the file can be removed");
    }

    /// Shows `files` in the way Kubernetes mounts a ConfigMap: they lie in a
    /// folder of their own, `..data` is a symlink to it that is swapped by a
    /// rename, and each name is a symlink through `..data`. The folder shown
    /// before is removed afterwards.
    #[track_caller]
    pub fn swap_volume(&self, files: &[(&str, &str)]) {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let shown = format!("..version_{number}");
        fs::create_dir(self.file(&shown)).expect("the new version's folder can be made");
        for (name, text) in files {
            fs::write(self.file(&shown).join(name), text).expect("a file of the new version");
        }
        let before = fs::read_link(self.file("..data")).ok();
        symlink(&shown, self.file("..data_tmp")).expect("the new link can be made");
        fs::rename(self.file("..data_tmp"), self.file("..data")).expect("the link can be swapped");
        for (name, _) in files {
            if fs::symlink_metadata(self.file(name)).is_err() {
                symlink(Path::new("..data").join(name), self.file(name)).expect("a file's link");
            }
        }
        if let Some(before) = before {
            fs::remove_dir_all(self.path().join(before)).expect("the old version can be removed");
        }
    }
}

fn copy(source: &Path, target: &Path, except: &[&str]) {
    for entry in fs::read_dir(source).expect("the source folder can be read") {
        let entry = entry.expect("the source folder can be read");
        let name = entry.file_name();
        if except.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let copied = target.join(&name);
        if entry.file_type().expect("a file has a type").is_dir() {
            fs::create_dir(&copied).expect("a folder can be made");
            copy(&entry.path(), &copied, except);
        } else {
            fs::copy(entry.path(), &copied).expect("a file can be copied");
        }
    }
}
