//! Idle kept-alive connections: what each holds, and whether the others get slower.

use std::{io, path::Path};

use super::{
    Figure, Stage,
    beside::{BUSY, Beside},
    client::Client,
    memory,
};

pub(super) fn measure(genkan: &Path, connections: usize) -> io::Result<Vec<Figure>> {
    let stage = Stage::start(genkan)?;
    let running = &stage.running;
    let alone = Beside::of(running)?;
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
    let beside = Beside::of(running)?;
    let each = after.saturating_sub(before) as f64 / connections as f64;
    Ok(vec![
        Figure::new("memory of an idle connection", each, "B").at_most(4096.0),
        Figure::new("CPU of a request, alone", alone.cpu, "us"),
        Figure::new("CPU of a request beside idle ones", beside.cpu, "us"),
        Figure::new("p99 at 4000/s, alone", alone.p99, "us"),
        Figure::new("p99 at 4000/s beside idle ones", beside.p99, "us"),
    ])
}
