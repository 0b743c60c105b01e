//! How many private-key operations a worker does before it looks after everybody else again.
//!
//! One RSA signature takes as long as a hundred small requests. Handshakes beyond the number for one
//! turn of the event loop wait, oldest first, each at most as long as its own deadline.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use super::handshake::Failure;
use crate::{
    opening::Silence,
    worker::{Worker, watch::Watch},
};

/// Private-key operations in one turn of the loop.
const PER_TURN: usize = 2;
/// Handshakes that may wait; more are refused.
const WAITING_MAX: usize = 4096;

/// The turns of one worker.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    used: Cell<usize>,
    waiting: RefCell<VecDeque<Rc<Waiter>>>,
    /// A task gives out the next turn.
    turning: Cell<bool>,
}

#[derive(Debug, Default)]
struct Waiter {
    granted: Cell<bool>,
    gone: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Turns {
    /// Handshakes that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.borrow().len()
    }

    /// Gives out a turn. Who has gone meanwhile is passed over.
    fn grant(&self) {
        self.used.set(0);
        while self.used.get() < PER_TURN {
            let Some(waiter) = self.waiting.borrow_mut().pop_front() else {
                return;
            };
            if waiter.gone.get() {
                continue;
            }
            self.used.set(self.used.get() + 1);
            waiter.granted.set(true);
            if let Some(waker) = waiter.waker.take() {
                waker.wake();
            }
        }
    }
}

/// Marks a waiter whose connection ended.
struct Leave(Rc<Waiter>);

impl Drop for Leave {
    fn drop(&mut self) {
        self.0.gone.set(true);
    }
}

/// Waits until a private key may be used.
pub(super) async fn turn(worker: &Rc<Worker>, watch: &mut Watch) -> Result<(), Failure> {
    let turns = &worker.turns;
    if !turns.turning.replace(true) {
        let worker = Rc::clone(worker);
        tokio::task::spawn_local(async move {
            loop {
                tokio::task::yield_now().await;
                worker.turns.grant();
                if worker.turns.used.get() == 0 {
                    worker.turns.turning.set(false);
                    return;
                }
            }
        });
    }
    if turns.used.get() < PER_TURN && turns.waiting.borrow().is_empty() {
        turns.used.set(turns.used.get() + 1);
        return Ok(());
    }
    if turns.waiting() >= WAITING_MAX {
        worker.counters.tls_queue_full.add(1);
        return Err(Failure::Told);
    }
    worker.counters.tls_queued.add(1);
    let waiter = Rc::new(Waiter::default());
    turns.waiting.borrow_mut().push_back(Rc::clone(&waiter));
    let leave = Leave(waiter);
    poll_fn(|cx| {
        if leave.0.granted.get() {
            return Poll::Ready(Ok(()));
        }
        *leave.0.waker.borrow_mut() = Some(cx.waker().clone());
        watch
            .poll(cx)
            .map(|interrupt| Err(Silence::Interrupted(interrupt).into()))
    })
    .await
}
