//! Idle kept-alive connections: what each holds, and whether the others get slower.

use std::{io, path::Path};

use super::{Figure, client::Client, memory};
use crate::{
    cpu,
    peer::{self, Candidate, Programs, Running},
    run,
    scenario::{Scenario, get},
};

/// The load beside the idle connections, and how often it is measured.
const BUSY: Scenario = get("busy", "/b/1024", 64);
const RATE: Scenario = crate::scenario::at_rate(BUSY, 4000);
const ROUNDS: usize = 3;
const MILLISECONDS: u64 = 1500;

pub(super) fn measure(genkan: &Path, connections: usize) -> io::Result<Vec<Figure>> {
    let backend = peer::start_backend(run::OTHER_CPU)?;
    let folder = tempfile::tempdir()?;
    let programs = Programs::of_genkan(genkan);
    let running = peer::start(
        Candidate::Genkan,
        &programs,
        &BUSY,
        backend.address,
        folder.path(),
        run::PROXY_CPU,
    )?;
    run::load(&running, &BUSY, MILLISECONDS)?; // free lists fill, tables of counters grow
    let alone = Beside::of(&running)?;
    let before = memory(running.pid(), "RssAnon")?;
    let mut idle = Vec::with_capacity(connections);
    for index in 0..connections {
        let mut client = Client::connect(running.address)?;
        // One that was used: it must have given its buffers back.
        let status = client.ask(&format!("h{}.test", index % BUSY.hosts))?;
        if status != 200 {
            return Err(io::Error::other(format!("status {status}")));
        }
        idle.push(client);
    }
    let after = memory(running.pid(), "RssAnon")?;
    let beside = Beside::of(&running)?;
    let each = after.saturating_sub(before) as f64 / connections as f64;
    Ok(vec![
        Figure::new("memory of an idle connection", each, "B").at_most(4096.0),
        Figure::new("CPU of a request, alone", alone.cpu, "us"),
        Figure::new("CPU of a request beside idle ones", beside.cpu, "us"),
        Figure::new("p99 at 4000/s, alone", alone.p99, "us"),
        Figure::new("p99 at 4000/s beside idle ones", beside.p99, "us"),
    ])
}

/// The load as it is at the moment: medians of some rounds.
struct Beside {
    cpu: f64,
    p99: f64,
}

impl Beside {
    fn of(running: &Running) -> io::Result<Self> {
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
