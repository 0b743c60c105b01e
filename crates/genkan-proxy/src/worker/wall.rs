//! The time of day, read from the system once per tick instead of once per request.

use std::{
    cell::{Cell, RefCell},
    time::{Instant, SystemTime},
};

/// A wall clock and the `Date` line made from it.
#[derive(Debug)]
pub(crate) struct Wall {
    base: Cell<(SystemTime, Instant)>,
    date: RefCell<String>,
}

impl Wall {
    pub(crate) fn new() -> Self {
        let wall = Self {
            base: Cell::new((SystemTime::now(), Instant::now())),
            date: RefCell::new(String::new()),
        };
        wall.refresh();
        wall
    }

    /// Reads the system's clock again.
    pub(crate) fn refresh(&self) {
        let now = SystemTime::now();
        self.base.set((now, Instant::now()));
        *self.date.borrow_mut() = httpdate::fmt_http_date(now);
    }

    /// The time of day at a moment.
    pub(crate) fn at(&self, moment: Instant) -> SystemTime {
        let (time, base) = self.base.get();
        time + moment.saturating_duration_since(base)
    }

    /// Lends the value of `Date`.
    pub(crate) fn with_date<T>(&self, use_it: impl FnOnce(&str) -> T) -> T {
        use_it(&self.date.borrow())
    }
}
