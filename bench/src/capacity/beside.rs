//! The load beside others, and how often it is measured.

use std::io;

use crate::{
    cpu,
    peer::Running,
    run,
    scenario::{Scenario, at_rate, get},
};

/// The load as fast as it goes.
pub(super) const BUSY: Scenario = get("busy", "/b/1024", 64);
const RATE: Scenario = at_rate(BUSY, 4000);
const ROUNDS: usize = 3;
const MILLISECONDS: u64 = 1500;

/// The load as it is at the moment: medians of some rounds.
pub(super) struct Beside {
    /// Microseconds of a request.
    pub(super) cpu: f64,
    /// Microseconds at 4,000 requests a second.
    pub(super) p99: f64,
}

impl Beside {
    /// Measures it.
    pub(super) fn of(running: &Running) -> io::Result<Self> {
        let (mut cpus, mut p99s) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let before = cpu::of_tree(running.pid())?;
            let figures = run::load(running, &BUSY, MILLISECONDS)?;
            let used = cpu::of_tree(running.pid())?.since(before).total();
            cpus.push(used.as_secs_f64() * 1e6 / figures.requests.max(1) as f64);
            let at_rate = run::load(running, &RATE, MILLISECONDS)?;
            p99s.push(at_rate.p99.as_secs_f64() * 1e6);
        }
        Ok(Self {
            cpu: crate::report::median(cpus),
            p99: crate::report::median(p99s),
        })
    }
}

/// Free lists fill, tables of counters grow.
pub(super) fn warm_up(running: &Running) -> io::Result<()> {
    run::load(running, &BUSY, MILLISECONDS).map(drop)
}
