//! Deadlines and interruptions of all connections of one worker.
//!
//! One coarse wheel (hot path: most deadlines never fire). A connection has one entry; moving its
//! deadline is a store, and only a deadline *before* the entry's next inspection touches the wheel. An
//! entry is inspected at least once per turn of the wheel, so later deadlines cost nothing.

#[cfg(test)]
mod tests;

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

/// Resolution of every timeout of the proxy.
pub(crate) const RESOLUTION: Duration = Duration::from_millis(10);
/// Slots of the wheel: one turn takes 5.12 s.
const SLOTS: u64 = 512;

/// What a connection is doing, for gauges, shedding and drain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// Between requests.
    Idle,
    /// Reading a head.
    Reading,
    /// Working on a request.
    Working,
    /// Relaying an upgraded connection.
    Tunnel,
    /// A connection whose streams do the work; each is watched, and counted, by itself.
    Streams,
}

#[derive(Debug)]
struct Entry {
    generation: u32,
    live: bool,
    /// In ticks; `u64::MAX` is never.
    deadline: u64,
    /// The tick at which the wheel looks at this entry next.
    armed: u64,
    expired: bool,
    asked_to_end: bool,
    activity: Activity,
    since: u64,
    waker: Option<Waker>,
    /// A stream of a connection that has an entry of its own.
    stream: bool,
}

#[derive(Debug)]
struct Wheel {
    entries: Vec<Entry>,
    free: Vec<u32>,
    slots: Vec<Vec<(u32, u32)>>,
    /// The last tick that was worked off.
    position: u64,
    /// The tick the driver sleeps until.
    planned: u64,
    driver: Option<Waker>,
    active: usize,
}

/// All watches of a worker.
#[derive(Debug)]
pub(crate) struct Watches {
    epoch: Instant,
    wheel: RefCell<Wheel>,
}

impl Watches {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self {
            epoch: Instant::now(),
            wheel: RefCell::new(Wheel {
                entries: Vec::new(),
                free: Vec::new(),
                slots: (0..SLOTS).map(|_| Vec::new()).collect(),
                position: 0,
                planned: u64::MAX,
                driver: None,
                active: 0,
            }),
        })
    }

    fn tick_of(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.epoch);
        (since.as_millis() / RESOLUTION.as_millis()) as u64
    }

    /// A watch for a new connection.
    pub(crate) fn watch(self: &Rc<Self>, activity: Activity) -> Watch {
        self.add(activity, false)
    }

    /// A watch for one stream of a connection that is watched.
    pub(crate) fn watch_stream(self: &Rc<Self>) -> Watch {
        self.add(Activity::Working, true)
    }

    fn add(self: &Rc<Self>, activity: Activity, stream: bool) -> Watch {
        let since = self.tick_of(Instant::now());
        let mut wheel = self.wheel.borrow_mut();
        wheel.active += usize::from(!stream);
        let index = wheel.free.pop().unwrap_or_else(|| {
            wheel.entries.push(Entry {
                generation: 0,
                live: false,
                deadline: u64::MAX,
                armed: u64::MAX,
                expired: false,
                asked_to_end: false,
                activity,
                since,
                waker: None,
                stream,
            });
            (wheel.entries.len() - 1) as u32
        });
        let entry = &mut wheel.entries[index as usize];
        *entry = Entry {
            generation: entry.generation.wrapping_add(1),
            live: true,
            deadline: u64::MAX,
            armed: u64::MAX,
            expired: false,
            asked_to_end: false,
            activity,
            since,
            waker: None,
            stream,
        };
        Watch {
            watches: Rc::clone(self),
            index,
        }
    }

    /// Number of connections that are watched.
    pub(crate) fn active(&self) -> usize {
        self.wheel.borrow().active
    }

    /// How many connections are idle, reading, and working or relaying.
    pub(crate) fn census(&self) -> (u64, u64, u64) {
        let wheel = self.wheel.borrow();
        let mut census = (0, 0, 0);
        for entry in wheel.entries.iter().filter(|entry| entry.live) {
            match entry.activity {
                Activity::Idle => census.0 += 1,
                Activity::Reading => census.1 += 1,
                Activity::Working | Activity::Tunnel => census.2 += 1,
                Activity::Streams => {}
            }
        }
        census
    }

    /// Asks every idle connection to end; the others see that the worker drains.
    pub(crate) fn end_idle(&self) {
        self.end(|entry| entry.activity == Activity::Idle);
        // They tell their clients at once, and end with their streams.
        let mut wakers = Vec::new();
        for entry in &mut self.wheel.borrow_mut().entries {
            if entry.live && entry.activity == Activity::Streams {
                wakers.extend(entry.waker.take());
            }
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Asks every connection to end now.
    pub(crate) fn end_all(&self) {
        self.end(|_| true);
    }

    /// Asks the longest idle connections to end; returns how many there were.
    pub(crate) fn shed(&self, count: usize) -> usize {
        let mut ages: Vec<(u64, usize)> = {
            let wheel = self.wheel.borrow();
            let idle = wheel.entries.iter().enumerate().filter(|(_, entry)| {
                entry.live && !entry.asked_to_end && entry.activity == Activity::Idle
            });
            idle.map(|(index, entry)| (entry.since, index)).collect()
        };
        let count = count.min(ages.len());
        if count == 0 {
            return 0;
        }
        ages.select_nth_unstable(count - 1);
        let mut chosen: Vec<usize> = ages[..count].iter().map(|(_, index)| *index).collect();
        chosen.sort_unstable();
        let mut index = 0;
        self.end(|_| {
            let hit = chosen.binary_search(&index).is_ok();
            index += 1;
            hit
        });
        count
    }

    fn end(&self, mut wanted: impl FnMut(&Entry) -> bool) {
        let mut wakers = Vec::new();
        for entry in &mut self.wheel.borrow_mut().entries {
            if wanted(entry) && entry.live {
                entry.asked_to_end = true;
                wakers.extend(entry.waker.take());
            }
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Works the wheel off for ever: one task of the worker.
    pub(crate) async fn drive(self: Rc<Self>) {
        loop {
            let planned = self.plan();
            let at = self.epoch + RESOLUTION * u32::try_from(planned).unwrap_or(u32::MAX);
            let mut sleep = pin!(tokio::time::sleep_until(at.into()));
            poll_fn(|cx| {
                let replanned = {
                    let mut wheel = self.wheel.borrow_mut();
                    wheel.driver = Some(cx.waker().clone());
                    wheel.planned < planned
                };
                if replanned {
                    Poll::Ready(())
                } else {
                    sleep.as_mut().poll(cx)
                }
            })
            .await;
            self.turn(self.tick_of(Instant::now()));
        }
    }

    /// The next tick with something in its slot, or one turn ahead.
    fn plan(&self) -> u64 {
        let mut wheel = self.wheel.borrow_mut();
        let ahead = (1..=SLOTS)
            .find(|ahead| !wheel.slots[((wheel.position + ahead) % SLOTS) as usize].is_empty())
            .unwrap_or(SLOTS);
        wheel.planned = wheel.position + ahead;
        wheel.planned
    }

    fn turn(&self, now: u64) {
        let mut due = Vec::new();
        {
            let mut wheel = self.wheel.borrow_mut();
            let last = now.min(wheel.position + SLOTS);
            while wheel.position < last {
                wheel.position += 1;
                let slot = (wheel.position % SLOTS) as usize;
                due.append(&mut wheel.slots[slot]);
            }
            wheel.position = now.max(wheel.position);
        }
        for (index, generation) in due {
            self.inspect(now, index, generation);
        }
    }

    fn inspect(&self, now: u64, index: u32, generation: u32) {
        let mut wheel = self.wheel.borrow_mut();
        let position = wheel.position;
        let entry = &mut wheel.entries[index as usize];
        if !entry.live || entry.generation != generation || entry.armed > now {
            return; // ended, or inspected elsewhere: a stale note
        }
        entry.armed = u64::MAX;
        if entry.deadline <= now {
            entry.expired = true;
            let waker = entry.waker.take();
            drop(wheel);
            waker.into_iter().for_each(Waker::wake);
        } else if entry.deadline != u64::MAX {
            let next = entry.deadline.min(position + SLOTS - 1);
            entry.armed = next;
            wheel.slots[(next % SLOTS) as usize].push((index, generation));
        }
    }

    fn set(&self, index: u32, deadline: u64) {
        let mut wheel = self.wheel.borrow_mut();
        let position = wheel.position;
        let entry = &mut wheel.entries[index as usize];
        entry.expired = false;
        entry.deadline = deadline;
        if deadline >= entry.armed {
            return;
        }
        let next = deadline.clamp(position + 1, position + SLOTS - 1);
        entry.armed = next;
        let generation = entry.generation;
        wheel.slots[(next % SLOTS) as usize].push((index, generation));
        if next < wheel.planned {
            wheel.planned = next;
            if let Some(driver) = wheel.driver.take() {
                drop(wheel);
                driver.wake();
            }
        }
    }
}

/// One connection's deadline and its place in the worker's census. Ends with the connection.
#[derive(Debug)]
pub(crate) struct Watch {
    watches: Rc<Watches>,
    index: u32,
}

impl Watch {
    /// Moves the deadline.
    pub(crate) fn set(&self, now: Instant, timeout: Duration) {
        // Rounded up, so that nothing fires early.
        let at = now
            .checked_add(timeout)
            .map_or(u64::MAX, |at| self.watches.tick_of(at) + 1);
        self.watches.set(self.index, at);
    }

    /// Says what the connection does from now on.
    pub(crate) fn now(&self, activity: Activity) {
        let mut wheel = self.watches.wheel.borrow_mut();
        let since = wheel.position;
        let entry = &mut wheel.entries[self.index as usize];
        entry.activity = activity;
        entry.since = since;
    }

    /// The request to end was heard: from now on only the deadline counts.
    pub(crate) fn heed(&self) {
        let mut wheel = self.watches.wheel.borrow_mut();
        wheel.entries[self.index as usize].asked_to_end = false;
    }

    /// Ready when the deadline has passed or the connection is asked to end; otherwise the task is
    /// woken when that happens.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<Interrupt> {
        let mut wheel = self.watches.wheel.borrow_mut();
        let entry = &mut wheel.entries[self.index as usize];
        if entry.asked_to_end {
            return Poll::Ready(Interrupt::End);
        }
        if entry.expired {
            return Poll::Ready(Interrupt::Timeout);
        }
        if !entry
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            entry.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut wheel = self.watches.wheel.borrow_mut();
        let stream = wheel.entries[self.index as usize].stream;
        wheel.active -= usize::from(!stream);
        let entry = &mut wheel.entries[self.index as usize];
        entry.live = false;
        entry.deadline = u64::MAX;
        entry.waker = None;
        wheel.free.push(self.index);
    }
}

/// Why a wait ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// The deadline has passed.
    Timeout,
    /// The connection is to end: shed, or the worker stops.
    End,
}
