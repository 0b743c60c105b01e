use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use genkan_objects::files::Content;
use tempfile::TempDir;

use super::{FileChange, Watcher, watch};

/// A change that is not told after this long is not told.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder that is watched.
struct Watching {
    folder: TempDir,
    told: Receiver<FileChange>,
    _watcher: Watcher,
}

impl Watching {
    fn start(prepare: impl FnOnce(&Path)) -> Self {
        let folder = TempDir::new().expect("a folder");
        prepare(folder.path());
        let (sender, told) = channel();
        let paths = [folder.path().to_owned()];
        let (watcher, _) = watch(&paths, true, move |event| {
            for change in event.changes {
                let _ = sender.send(change);
            }
        })
        .expect("a folder that can be watched");
        Self {
            folder,
            told,
            _watcher: watcher,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn expect(&self, name: &str, content: Content) {
        let change = self.told.recv_timeout(PATIENCE).expect("a change");
        assert_eq!(change, FileChange::new(&self.path(name), content));
    }
}

fn bytes(text: &str) -> Content {
    Content::Bytes(text.into())
}

fn two_files(folder: &Path) {
    fs::write(folder.join("a.yaml"), "a: 1").expect("a file");
    fs::write(folder.join("b.yaml"), "b: 1").expect("a file");
}

#[test]
fn edits_new_files_and_removals_are_told() {
    let watching = Watching::start(two_files);
    watching.write("b.yaml", "b: 2");
    watching.expect("b.yaml", bytes("b: 2"));
    watching.write("c.yaml", "c: 1");
    watching.expect("c.yaml", bytes("c: 1"));
    watching.write("c.yaml", "c: 2");
    watching.expect("c.yaml", bytes("c: 2"));
    fs::remove_file(watching.path("a.yaml")).expect("a file");
    watching.expect("a.yaml", Content::Gone);
    fs::rename(watching.path("b.yaml"), watching.path("c.yaml")).expect("a file");
    watching.expect("c.yaml", bytes("b: 2"));
    watching.expect("b.yaml", Content::Gone);
}

#[test]
fn a_file_that_says_the_same_is_not_told() {
    let watching = Watching::start(two_files);
    watching.write("a.yaml", "a: 1");
    watching.write("b.yaml", "b: 2");
    watching.expect("b.yaml", bytes("b: 2"));
}

/// Neither gives an event but that of its name.
#[test]
fn links_are_whole_at_once() {
    let watching = Watching::start(two_files);
    fs::hard_link(watching.path("a.yaml"), watching.path("hard.yaml")).expect("a link");
    watching.expect("hard.yaml", bytes("a: 1"));
    symlink("b.yaml", watching.path("soft.yaml")).expect("a link");
    watching.expect("soft.yaml", bytes("b: 1"));
}

/// Events name a folder by one of its paths only.
#[test]
fn a_file_with_two_paths_is_told_by_both() {
    let watching = Watching::start(|folder| {
        fs::create_dir(folder.join("real")).expect("a folder");
        fs::write(folder.join("real/a.yaml"), "a: 1").expect("a file");
        symlink("real", folder.join("second")).expect("a link");
    });
    watching.write("real/a.yaml", "a: 2");
    let mut told = [(); 2].map(|()| watching.told.recv_timeout(PATIENCE).expect("a change"));
    told.sort_by(|a, b| a.path.cmp(&b.path));
    let both = ["real/a.yaml", "second/a.yaml"];
    let expected = both.map(|name| FileChange::new(&watching.path(name), bytes("a: 2")));
    assert_eq!(told, expected);
}

#[test]
fn a_name_that_becomes_a_folder_is_looked_into() {
    let watching = Watching::start(two_files);
    fs::create_dir(watching.path("new")).expect("a folder");
    fs::write(watching.path("new/c.yaml"), "c: 1").expect("a file");
    fs::remove_file(watching.path("a.yaml")).expect("a file");
    fs::rename(watching.path("new"), watching.path("a.yaml")).expect("a name that is free");
    let mut seen = Vec::new();
    while seen.last() != Some(&watching.path("a.yaml/c.yaml").display().to_string()) {
        let change = watching.told.recv_timeout(PATIENCE).expect("a change");
        seen.push(change.path);
    }
}

/// Each writer closes the file; the next one may have emptied it before it is read.
#[test]
fn a_file_that_is_written_again_at_once_is_told_whole() {
    // One page: what is written is there at once, after a moment of emptiness.
    const LINES: usize = 200;
    let watching = Watching::start(two_files);
    let text = |number: usize| format!("a: {number}\n").repeat(LINES);
    for number in 0..3_000 {
        watching.write("a.yaml", &text(number));
    }
    let last = FileChange::new(&watching.path("a.yaml"), bytes(&text(2_999)));
    loop {
        let change = watching.told.recv_timeout(PATIENCE).expect("a change");
        if change == last {
            return;
        }
        let Content::Bytes(bytes) = &change.content else {
            panic!("{change:?}");
        };
        let told = String::from_utf8(bytes.to_vec()).expect("text");
        let mut lines = told.lines();
        let first = lines.next().expect("not empty");
        assert!(lines.all(|line| line == first), "of one writer");
        assert_eq!(told.lines().count(), LINES);
    }
}
