//! The thread that writes blocks of lines.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};

use super::{BLOCK_SIZE, Format, Overflow, WorkerLog};

/// Blocks that may wait for the writer; with [`BLOCK_SIZE`] each, 16 MiB of lines.
const QUEUE_MAX: usize = 256;
/// Empty blocks kept for reuse.
const FREE_MAX: usize = 32;

/// Where the log goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file, appended to; opened anew on [`LogWriter::reopen`].
    File(PathBuf),
}

/// What became of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogStatistics {
    /// Written.
    pub written: u64,
    /// Dropped because the queue was full.
    pub dropped: u64,
    /// Lost because writing failed (disk full, reader gone).
    pub failed: u64,
}

/// The writer; dropping it writes what is left and ends the thread.
#[derive(Debug)]
pub struct LogWriter {
    pub(super) shared: Arc<Shared>,
    format: Format,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
pub(super) struct Shared {
    queue: SyncSender<Message>,
    overflow: Overflow,
    free: Mutex<Vec<Vec<u8>>>,
    written: AtomicU64,
    dropped: AtomicU64,
    failed: AtomicU64,
}

#[derive(Debug)]
enum Message {
    Block { bytes: Vec<u8>, lines: u64 },
    Reopen,
    End,
}

impl LogWriter {
    /// Opens the target and starts the thread.
    ///
    /// # Errors
    /// When the file cannot be opened for appending, or no thread can be started.
    pub fn start(target: Target, format: Format, overflow: Overflow) -> io::Result<Self> {
        let output = Output::open(&target)?;
        let (queue, messages) = sync_channel(QUEUE_MAX);
        let shared = Arc::new(Shared {
            queue,
            overflow,
            free: Mutex::default(),
            written: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        });
        let writer = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("genkan-log".to_owned())
            .spawn(move || run(&messages, &writer, &target, output))?;
        Ok(Self {
            shared,
            format,
            thread: Some(thread),
        })
    }

    /// The log of one more worker.
    pub fn worker(&self) -> WorkerLog {
        WorkerLog::new(self.format, Arc::clone(&self.shared))
    }

    /// Opens the file anew, after log rotation has moved it (SIGUSR1).
    pub fn reopen(&self) {
        // The thread outlives this handle, so the send can only fail after a panic there.
        let _ = self.shared.queue.send(Message::Reopen);
    }

    /// What became of lines so far.
    pub fn statistics(&self) -> LogStatistics {
        self.shared.statistics()
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        let _ = self.shared.queue.send(Message::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Takes a block from a worker and leaves it an empty one.
    pub(super) fn hand_over(&self, block: &mut Vec<u8>, lines: u64) {
        let empty = self
            .free()
            .pop()
            .unwrap_or_else(|| Vec::with_capacity(BLOCK_SIZE + 4096));
        let message = Message::Block {
            bytes: std::mem::replace(block, empty),
            lines,
        };
        let unsent = match self.overflow {
            Overflow::Block => self.queue.send(message).err().map(|error| error.0),
            Overflow::Drop => match self.queue.try_send(message) {
                Ok(()) => None,
                Err(TrySendError::Full(message) | TrySendError::Disconnected(message)) => {
                    Some(message)
                }
            },
        };
        if let Some(Message::Block { bytes, lines }) = unsent {
            self.dropped.fetch_add(lines, Ordering::Relaxed);
            self.recycle(bytes);
        }
    }

    fn recycle(&self, mut block: Vec<u8>) {
        let mut free = self.free();
        if free.len() < FREE_MAX && block.capacity() <= 2 * BLOCK_SIZE {
            block.clear();
            free.push(block);
        }
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn statistics(&self) -> LogStatistics {
        LogStatistics {
            written: self.written.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}

fn run(messages: &Receiver<Message>, shared: &Shared, target: &Target, mut output: Output) {
    let mut complained = false;
    for message in messages {
        let (bytes, lines) = match message {
            Message::Block { bytes, lines } => (bytes, lines),
            Message::Reopen => {
                match Output::open(target) {
                    Ok(fresh) => output = fresh,
                    Err(error) => eprintln!(
                        "genkan: the access log cannot be reopened, the old file stays in use: {error}"
                    ),
                }
                continue;
            }
            Message::End => return,
        };
        match output.write(&bytes) {
            Ok(()) => {
                shared.written.fetch_add(lines, Ordering::Relaxed);
                complained = false;
            }
            Err(error) => {
                shared.failed.fetch_add(lines, Ordering::Relaxed);
                if !complained {
                    eprintln!("genkan: the access log cannot be written: {error}");
                    complained = true;
                }
            }
        }
        shared.recycle(bytes);
    }
}

#[derive(Debug)]
enum Output {
    Stdout,
    File(File),
}

impl Output {
    fn open(target: &Target) -> io::Result<Self> {
        match target {
            Target::Stdout => Ok(Self::Stdout),
            Target::File(path) => {
                let file = OpenOptions::new().create(true).append(true).open(path)?;
                Ok(Self::File(file))
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            // Not `io::stdout()`: its line buffer would cut blocks into one write per 1 KiB.
            Self::Stdout => {
                let stdout = io::stdout().lock();
                let mut rest = bytes;
                while !rest.is_empty() {
                    match rustix::io::write(&stdout, rest) {
                        Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                        Ok(written) => rest = &rest[written..],
                        Err(rustix::io::Errno::INTR) => {}
                        // Somebody who shares the terminal or pipe made it non-blocking.
                        Err(rustix::io::Errno::AGAIN) => wait_for_stdout(&stdout)?,
                        Err(error) => return Err(error.into()),
                    }
                }
                Ok(())
            }
            Self::File(file) => file.write_all(bytes),
        }
    }
}

fn wait_for_stdout(stdout: &io::StdoutLock<'_>) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    poll(&mut [PollFd::new(stdout, PollFlags::OUT)], None)?;
    Ok(())
}
