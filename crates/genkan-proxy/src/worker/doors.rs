//! The listeners of one worker, which come and go while it serves.

use std::{cell::Cell, io, rc::Rc, time::Duration};

use genkan_route::decision::Scheme;
use tokio::{sync::Notify, task::JoinHandle};

use super::{
    Worker,
    accept::{self, Listener},
};
use crate::listener::ListenerId;

/// How long a listener that is to end goes on accepting what the kernel has begun to open. A handshake
/// takes one round trip.
const HANDOVER: Duration = Duration::from_millis(500);

/// What the accepting task of a listener and the worker know of it together.
#[derive(Debug)]
pub(super) struct Door {
    id: ListenerId,
    pub(super) scheme: Cell<Scheme>,
    phase: Cell<Phase>,
    /// Told when the phase changes.
    told: Notify,
}

/// The life of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It accepts.
    Open,
    /// It accepts what has begun, and lets nothing begin.
    Retired,
    /// It ends once nobody waits any more.
    Ending,
}

impl Door {
    pub(super) fn new(listener: &Listener) -> Rc<Self> {
        Rc::new(Self {
            id: listener.id,
            scheme: Cell::new(listener.scheme),
            phase: Cell::new(Phase::Open),
            told: Notify::new(),
        })
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// Waits until the phase changes.
    pub(super) async fn changed(&self) {
        self.told.notified().await;
    }

    fn enter(&self, phase: Phase) {
        self.phase.set(phase);
        self.told.notify_one();
    }
}

/// The listeners that are open.
#[derive(Debug, Default)]
pub(super) struct Doors(Vec<(Rc<Door>, JoinHandle<()>)>);

impl Doors {
    /// Accepts on one more.
    pub(super) fn open(&mut self, worker: &Rc<Worker>, listener: Listener) -> io::Result<()> {
        let door = Door::new(&listener);
        let task = accept::accept_on(Rc::clone(worker), listener, Rc::clone(&door))?;
        self.0.push((door, tokio::task::spawn_local(task)));
        Ok(())
    }

    /// New ones open, others change, others end.
    pub(super) fn change(
        &mut self,
        worker: &Rc<Worker>,
        opened: Vec<Listener>,
        changed: &[(ListenerId, Scheme)],
        retired: &[ListenerId],
    ) {
        if worker.is_draining() {
            return;
        }
        self.0.retain(|(_, task)| !task.is_finished());
        for listener in opened {
            if self.open(worker, listener).is_err() {
                // the other workers' sockets have the port too
                worker.counters.accept_failures.add(1);
            }
        }
        for (door, _) in &self.0 {
            if let Some((_, scheme)) = changed.iter().find(|(id, _)| *id == door.id) {
                door.scheme.set(*scheme);
            }
            if retired.contains(&door.id) {
                door.enter(Phase::Retired);
                let door = Rc::clone(door);
                tokio::task::spawn_local(async move {
                    tokio::time::sleep(HANDOVER).await;
                    door.enter(Phase::Ending);
                });
            }
        }
    }

    /// Accepts nothing more at once.
    pub(super) fn abort(&self) {
        for (_, task) in &self.0 {
            task.abort();
        }
    }
}
