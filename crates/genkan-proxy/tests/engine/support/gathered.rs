//! Things that other threads report, and waiting for them.

use std::{
    fmt::Debug,
    sync::{Condvar, Mutex, mpsc},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(10);

/// A list that grows in other threads.
#[derive(Debug)]
pub(crate) struct Gathered<T> {
    items: Mutex<Vec<T>>,
    grown: Condvar,
}

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self {
            items: Mutex::default(),
            grown: Condvar::new(),
        }
    }
}

impl<T: Clone + Debug> Gathered<T> {
    pub(crate) fn push(&self, item: T) {
        self.items.lock().unwrap().push(item);
        self.grown.notify_all();
    }

    pub(crate) fn now(&self) -> Vec<T> {
        self.items.lock().unwrap().clone()
    }

    /// The items, once there are so many.
    pub(crate) fn wait(&self, count: usize) -> Vec<T> {
        let items = self.items.lock().unwrap();
        let few = |items: &mut Vec<T>| items.len() < count;
        let (items, waited) = self.grown.wait_timeout_while(items, PATIENCE, few).unwrap();
        assert!(!waited.timed_out(), "{} of {count}: {items:?}", items.len());
        items.clone()
    }
}

/// Lets time pass for those who are to wait for us. Never a way to wait for others.
pub(crate) fn pause(time: Duration) {
    let (_keep, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(time);
}
