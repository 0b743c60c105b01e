//! CPU time of a process and its children, and pinning.

use std::{fs, io, time::Duration};

use rustix::thread::{CpuSet, sched_setaffinity};

/// User and system time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CpuTime {
    /// In user mode.
    pub(crate) user: Duration,
    /// In the kernel.
    pub(crate) system: Duration,
}

impl CpuTime {
    /// Both.
    pub(crate) fn total(self) -> Duration {
        self.user + self.system
    }

    /// What passed since `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
        }
    }
}

/// Time used so far by a process and all living processes beneath it (nginx and HAProxy fork workers).
pub(crate) fn of_tree(root: u32) -> io::Result<CpuTime> {
    let mut total = CpuTime::default();
    for pid in tree(root) {
        // A process that ended meanwhile has no time of its own any more.
        let Ok(time) = of_process(pid) else { continue };
        total.user += time.user;
        total.system += time.system;
    }
    Ok(total)
}

/// A process and all living processes beneath it.
pub(crate) fn tree(root: u32) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        found.extend(
            children
                .unwrap_or_default()
                .split_whitespace()
                .filter_map(|child| child.parse::<u32>().ok()),
        );
        next += 1;
    }
    found
}

/// Threads' run time from schedstat would be finer, but has no user and system parts; the clock tick
/// of /proc/PID/stat is 10 ms, which runs of seconds make small.
fn of_process(pid: u32) -> io::Result<CpuTime> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |index: usize| {
        let field = after_name.split_whitespace().nth(index);
        field.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0)
    };
    // Fields 14 and 15 of proc_pid_stat(5); the name and all before it are cut off, so 11 and 12.
    let duration =
        |ticks: u64| Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second());
    Ok(CpuTime {
        user: duration(ticks(11)),
        system: duration(ticks(12)),
    })
}

/// Moves this process (all threads started from now on) to one CPU.
pub(crate) fn pin(cpu: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu);
    Ok(sched_setaffinity(None, &set)?)
}
