//! Opens files beneath a root and nowhere else.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
    time::SystemTime,
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};

/// The folder of a site, open.
pub(super) struct Root {
    folder: OwnedFd,
    #[cfg(not(target_os = "linux"))]
    path: std::path::PathBuf,
}

/// A regular file of a site.
pub(super) struct Found {
    /// Open for reading.
    pub(super) file: File,
    /// Last part of its path.
    pub(super) name: Vec<u8>,
    /// Size in bytes.
    pub(super) length: u64,
    /// Time of last change.
    pub(super) modified: SystemTime,
}

impl Root {
    /// Opens the folder.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self {
            folder: rustix::fs::open(path, flags, Mode::empty())?,
            #[cfg(not(target_os = "linux"))]
            path: path.canonicalize()?,
        })
    }

    /// The regular file of this relative path; `None` for anything else, and for paths that lead out.
    pub(super) fn file(&self, relative: &[u8]) -> io::Result<Option<Found>> {
        if relative.is_empty() || relative.ends_with(b"/") {
            return Ok(None);
        }
        // NONBLOCK: opening a named pipe would wait for its writer otherwise.
        let opened = self.beneath(relative, OFlags::RDONLY | OFlags::NONBLOCK)?;
        let Some(file) = opened.map(File::from) else {
            return Ok(None);
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let name = relative.rsplit(|byte| *byte == b'/').next();
        Ok(Some(Found {
            name: name.unwrap_or_default().to_vec(),
            length: metadata.len(),
            modified: metadata.modified()?,
            file,
        }))
    }

    /// Whether the relative path is a folder.
    pub(super) fn is_folder(&self, relative: &[u8]) -> io::Result<bool> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        Ok(self.beneath(relative, flags)?.is_some())
    }

    fn beneath(&self, relative: &[u8], flags: OFlags) -> io::Result<Option<OwnedFd>> {
        match self.open_beneath(OsStr::from_bytes(relative), flags | OFlags::CLOEXEC) {
            Ok(file) => Ok(Some(file)),
            // XDEV: the path leads out of the root. LOOP: links without end. Neither is anybody's
            // business outside, so both are "nothing there".
            Err(Errno::NOENT | Errno::NOTDIR | Errno::XDEV | Errno::LOOP | Errno::NAMETOOLONG) => {
                Ok(None)
            }
            // A socket or device file.
            Err(Errno::NXIO | Errno::NODEV) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(target_os = "linux")]
    fn open_beneath(&self, relative: &OsStr, flags: OFlags) -> Result<OwnedFd, Errno> {
        use rustix::fs::ResolveFlags;
        let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        // AGAIN: somebody renamed a part of the path meanwhile (openat2(2)); the second look decides.
        match rustix::fs::openat2(&self.folder, relative, flags, Mode::empty(), beneath) {
            Err(Errno::AGAIN) => {
                rustix::fs::openat2(&self.folder, relative, flags, Mode::empty(), beneath)
            }
            other => other,
        }
    }

    /// Without `openat2` the resolved path is compared with the root; a link that is swapped in between
    /// could still lead out, which is why production runs on Linux.
    #[cfg(not(target_os = "linux"))]
    fn open_beneath(&self, relative: &OsStr, flags: OFlags) -> Result<OwnedFd, Errno> {
        let resolved = self
            .path
            .join(relative)
            .canonicalize()
            .map_err(|_| Errno::NOENT)?;
        if !resolved.starts_with(&self.path) {
            return Err(Errno::XDEV);
        }
        rustix::fs::openat(&self.folder, relative, flags, Mode::empty())
    }
}
