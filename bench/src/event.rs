//! A thin epoll loop for the parts of the bench that must cost little themselves.

use std::{io, os::fd::AsFd, os::fd::OwnedFd, time::Duration};

use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

/// Events taken from the kernel in one turn.
const EVENTS_MAX: usize = 512;

/// What a descriptor is ready for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    /// The number given at [`Poller::add`].
    pub(crate) key: u64,
    /// Readable, or ended.
    pub(crate) read: bool,
    /// Writable.
    pub(crate) write: bool,
}

/// Edge-triggered readiness.
pub(crate) struct Poller {
    epoll: OwnedFd,
    events: Vec<Event>,
}

impl Poller {
    /// A new epoll instance.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(EVENTS_MAX),
        })
    }

    /// Watches a descriptor for both directions.
    pub(crate) fn add(&self, fd: impl AsFd, key: u64) -> io::Result<()> {
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        Ok(epoll::add(&self.epoll, fd, EventData::new_u64(key), flags)?)
    }

    /// Waits until something is ready, or for `timeout`.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Vec<Ready>> {
        self.events.clear();
        let timeout = timeout.map(|timeout| rustix::event::Timespec {
            tv_sec: timeout.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        });
        let spare = rustix::buffer::spare_capacity(&mut self.events);
        match epoll::wait(&self.epoll, spare, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ended = EventFlags::HUP | EventFlags::RDHUP | EventFlags::ERR;
        Ok(self
            .events
            .iter()
            .map(|event| {
                let (flags, data) = (event.flags, event.data);
                Ready {
                    key: data.u64(),
                    read: flags.intersects(EventFlags::IN | ended),
                    write: flags.contains(EventFlags::OUT),
                }
            })
            .collect())
    }
}

/// Whether a non-blocking call only has to be made again later.
pub(crate) fn would_block(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
