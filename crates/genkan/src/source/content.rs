//! What one file holds, and by which marks a change of it is noticed without reading it.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::Path,
};

use genkan_objects::files::{Content, FILE_BYTES_MAX};
use rustix::fs::{Mode, OFlags};

/// Marks of a file that differ when its content does, save for what is written within one tick of the
/// file system's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    /// Also when `cp -p` and `rsync -t` put an old time on new content.
    changed: (i64, i64),
}

impl Stamp {
    /// Marks of the file that these are the metadata of.
    pub(super) fn new(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether both are marks of one file, changed or not.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

/// What the file holds and its marks before it was read. A path that leads nowhere is
/// [`Content::Gone`], a link that leads nowhere cannot be read.
pub(super) fn read(path: &Path) -> (Content, Option<Stamp>) {
    match open(path) {
        Ok((file, stamp)) => (read_file(file, stamp.size), Some(stamp)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let dangles = path
                .symlink_metadata()
                .is_ok_and(|found| found.is_symlink());
            let content = if dangles {
                Content::Unreadable("a symbolic link that leads nowhere".to_owned())
            } else {
                Content::Gone
            };
            (content, None)
        }
        Err(error) => (Content::Unreadable(error.to_string()), None),
    }
}

/// Reads to the end what has no size: standard input, a pipe.
///
/// # Errors
/// When reading fails.
pub(super) fn read_stream(stream: impl Read) -> io::Result<Content> {
    let mut bytes = Vec::new();
    stream
        .take(FILE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(if bytes.len() > FILE_BYTES_MAX {
        Content::Unreadable(too_large("more"))
    } else {
        Content::Bytes(bytes)
    })
}

/// Without waiting: opening a named pipe would otherwise last until somebody writes to it.
fn open(path: &Path) -> io::Result<(File, Stamp)> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, Stamp::new(&metadata)))
    } else {
        Err(io::Error::other("neither a file nor a folder"))
    }
}

fn read_file(file: File, size: u64) -> Content {
    if size > FILE_BYTES_MAX as u64 {
        return Content::Unreadable(too_large(&format!("{} MiB", size >> 20)));
    }
    match read_stream(file) {
        Ok(content) => content,
        Err(error) => Content::Unreadable(error.to_string()),
    }
}

fn too_large(size: &str) -> String {
    format!(
        "at most {} MiB are read from one file, and it has {size}",
        FILE_BYTES_MAX >> 20
    )
}
