//! What one file holds, and by which marks a change of it is noticed without reading it.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::Path,
};

use genkan_objects::files::{Content, FILE_BYTES_MAX, Unreadable};
use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};

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

    /// Whether the file is as it was when it had these marks, and this is all it holds.
    pub(super) fn still_marks(&self, path: &Path, content: &Content) -> bool {
        let is_whole = match content {
            Content::Bytes(bytes) => bytes.len() as u64 == self.size,
            _ => true,
        };
        is_whole
            && path
                .metadata()
                .is_ok_and(|found| Self::new(&found) == *self)
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.size == 0
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
        Ok(Some((file, stamp))) => (read_file(path, file, stamp.size), Some(stamp)),
        Ok(None) => (Content::Unreadable(Unreadable::NoFile), None),
        Err(error) => match refusal(path, &error) {
            Unreadable::Missing => (Content::Gone, None),
            reason => (Content::Unreadable(reason), None),
        },
    }
}

/// Why the operating system refused a path.
pub(super) fn refusal(path: &Path, error: &io::Error) -> Unreadable {
    let is_link = || {
        let found = path.symlink_metadata();
        found.is_ok_and(|found| found.is_symlink())
    };
    match (error.kind(), Errno::from_io_error(error)) {
        (io::ErrorKind::NotFound, _) if is_link() => Unreadable::DanglingLink,
        (io::ErrorKind::NotFound, _) => Unreadable::Missing,
        (io::ErrorKind::PermissionDenied, _) => Unreadable::Denied,
        (_, Some(Errno::LOOP)) => Unreadable::LinkLoop,
        (_, Some(Errno::MFILE | Errno::NFILE)) => Unreadable::NoDescriptors,
        // a socket cannot be opened at all
        (_, Some(Errno::NXIO)) => Unreadable::NoFile,
        _ => Unreadable::System(error.to_string()),
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
        Content::Unreadable(Unreadable::TooLarge)
    } else {
        Content::Bytes(bytes)
    })
}

/// Nothing for what is no file. Without waiting: opening a named pipe would otherwise last until somebody
/// writes to it.
fn open(path: &Path) -> io::Result<Option<(File, Stamp)>> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then(|| (file, Stamp::new(&metadata))))
}

fn read_file(path: &Path, file: File, size: u64) -> Content {
    if size > FILE_BYTES_MAX as u64 {
        return Content::Unreadable(Unreadable::TooLarge);
    }
    match read_stream(file) {
        Ok(content) => content,
        Err(error) => Content::Unreadable(refusal(path, &error)),
    }
}
