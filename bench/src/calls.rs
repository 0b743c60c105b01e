//! System calls of a process, counted in a run of their own because counting makes calls slower.
//!
//! `perf stat` counts at a tracepoint and disturbs little; where the kernel does not let it, strace
//! does, which stops the process twice in each call.

use std::{
    fs, io,
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{cpu, peer::Running};

/// A count under way.
#[derive(Debug)]
pub(crate) struct Counting {
    child: Child,
    output: std::path::PathBuf,
    read: fn(&str) -> Option<u64>,
}

/// Begins to count; `None` where neither program is there.
pub(crate) fn begin(running: &Running, folder: &Path) -> Option<Counting> {
    let pids: Vec<String> = cpu::tree(running.pid())
        .iter()
        .map(u32::to_string)
        .collect();
    let output = folder.join("calls");
    perf(&pids, &output).or_else(|| strace(&pids, &output))
}

fn perf(pids: &[String], output: &Path) -> Option<Counting> {
    const EVENT: &str = "raw_syscalls:sys_enter";
    let works = Command::new("perf")
        .args(["stat", "-e", EVENT, "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !works {
        return None;
    }
    let mut command = Command::new("perf");
    command.args(["stat", "-x", ",", "-e", EVENT, "-o"]);
    command.arg(output).arg("-p").arg(pids.join(","));
    start(command, output, |text| {
        let line = text.lines().find(|line| line.contains(EVENT))?;
        line.split(',').next()?.parse().ok()
    })
}

fn strace(pids: &[String], output: &Path) -> Option<Counting> {
    let mut command = Command::new("strace");
    command.args(["-f", "-c", "-o"]).arg(output);
    for pid in pids {
        command.args(["-p", pid]);
    }
    start(command, output, |text| {
        let total = text
            .lines()
            .find(|line| line.trim_end().ends_with("total"))?;
        total.split_whitespace().nth(3)?.parse().ok()
    })
}

fn start(mut command: Command, output: &Path, read: fn(&str) -> Option<u64>) -> Option<Counting> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    Some(Counting {
        child,
        output: output.to_owned(),
        read,
    })
}

impl Counting {
    /// Ends the count and tells how many calls there were.
    pub(crate) fn end(mut self) -> io::Result<Option<u64>> {
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            rustix::process::kill_process(pid, rustix::process::Signal::INT)?;
        }
        self.child.wait()?;
        Ok((self.read)(&fs::read_to_string(&self.output)?))
    }
}
