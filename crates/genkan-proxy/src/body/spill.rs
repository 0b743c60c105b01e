//! Files that hold what does not fit into memory: unlinked from the start, bounded in sum, and never
//! read or written on a worker's own thread.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::FileExt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tokio::task::{JoinHandle, spawn_blocking};

/// The bytes that all spilled bodies of all workers may take together.
#[derive(Debug)]
pub(crate) struct SpillBudget {
    used: AtomicU64,
    max: u64,
}

impl SpillBudget {
    pub(crate) fn new(max: u64) -> Arc<Self> {
        Arc::new(Self {
            used: AtomicU64::new(0),
            max,
        })
    }

    fn reserve(&self, bytes: u64) -> bool {
        let before = self.used.fetch_add(bytes, Relaxed);
        if before.saturating_add(bytes) <= self.max {
            return true;
        }
        self.used.fetch_sub(bytes, Relaxed);
        false
    }
}

/// Why a body could not be spilled.
#[derive(Debug)]
pub(crate) enum SpillFault {
    /// The budget is used up.
    Full,
    /// The file system failed.
    Io(io::Error),
}

/// A file with a body in it. The space is given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Spill {
    file: Arc<File>,
    length: u64,
    budget: Arc<SpillBudget>,
}

impl Spill {
    /// An empty file that has no name.
    pub(crate) async fn create(budget: &Arc<SpillBudget>) -> Result<Self, SpillFault> {
        let file = on_disk(tempfile::tempfile).await.map_err(SpillFault::Io)?;
        Ok(Self {
            file: Arc::new(file),
            length: 0,
            budget: Arc::clone(budget),
        })
    }

    /// Appends bytes; hands the vector back, empty.
    pub(crate) async fn append(&mut self, mut bytes: Vec<u8>) -> Result<Vec<u8>, SpillFault> {
        let count = bytes.len() as u64;
        if !self.budget.reserve(count) {
            return Err(SpillFault::Full);
        }
        self.length += count;
        let file = Arc::clone(&self.file);
        on_disk(move || {
            (&*file).write_all(&bytes)?;
            bytes.clear();
            Ok(bytes)
        })
        .await
        .map_err(SpillFault::Io)
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.length, Relaxed);
    }
}

/// A read under way on another thread: the buffer comes back with the number of bytes.
pub(crate) type Reading = JoinHandle<io::Result<Vec<u8>>>;

/// Starts to read up to `max` bytes at an offset.
pub(crate) fn read_at(file: &Arc<File>, offset: u64, max: usize) -> Reading {
    let file = Arc::clone(file);
    spawn_blocking(move || {
        let mut bytes = vec![0; max];
        loop {
            match file.read_at(&mut bytes, offset) {
                Ok(count) => {
                    bytes.truncate(count);
                    return Ok(bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    })
}

/// Runs file I/O on the worker's small pool of blocking threads.
pub(crate) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(io::Error::other(error)),
    }
}
