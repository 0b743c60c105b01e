//! The process and its configuration under ingress-nginx's names, so that dashboards and alerts made
//! for it go on working.

use std::{
    fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use genkan_proxy::metrics::{ConstantLabels, Exposition};

use super::Gateway;

const PREFIX: &str = "nginx_ingress_controller_";

/// Appends them.
pub(super) fn expose(gateway: &Gateway, constant: &ConstantLabels, out: &mut Exposition) {
    let labels = [
        ("controller_class", constant.class.as_str()),
        ("controller_namespace", constant.namespace.as_str()),
        ("controller_pod", constant.pod.as_str()),
    ];
    let mut one = |name: &str, kind: &str, help: &str, value: f64| {
        let name = format!("{PREFIX}{name}");
        out.metric(&name, kind, help);
        out.sample(&name, &labels, value);
    };
    configuration(gateway, &mut one);
    if let Some(process) = Process::read() {
        process.expose(&mut one);
    }
    let name = format!("{PREFIX}build_info");
    let help = "A metric with a constant '1' labeled with information about the build.";
    out.metric(&name, "gauge", help);
    let build = [
        ("build", ""),
        labels[0],
        labels[1],
        labels[2],
        ("release", env!("CARGO_PKG_VERSION")),
        ("repository", env!("CARGO_PKG_REPOSITORY")),
    ];
    out.sample(&name, &build, 1);
}

/// There is no reload that could fail; what comes nearest is input that cannot be read, whose last good
/// version serves on.
fn configuration(gateway: &Gateway, one: &mut impl FnMut(&str, &str, &str, f64)) {
    let applied = gateway.applied();
    one(
        "config_hash",
        "gauge",
        "Running configuration hash actually running",
        gateway.live_generation() as f64,
    );
    one(
        "config_last_reload_successful",
        "gauge",
        "Whether the last configuration reload attempt was successful",
        f64::from(u8::from(applied.is_readable)),
    );
    one(
        "config_last_reload_successful_timestamp_seconds",
        "gauge",
        "Timestamp of the last successful configuration reload.",
        seconds(applied.last_readable),
    );
    one(
        "success",
        "counter",
        "Cumulative number of Ingress controller reload operations",
        applied.readable as f64,
    );
    one(
        "errors",
        "counter",
        "Cumulative number of Ingress controller errors during reload operations",
        applied.unreadable as f64,
    );
}

fn seconds(time: SystemTime) -> f64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    since.as_secs_f64()
}

/// What the kernel tells about this process, where it does.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Process {
    cpu_seconds: f64,
    start_seconds: f64,
    virtual_bytes: f64,
    resident_bytes: f64,
    read_bytes: f64,
    write_bytes: f64,
}

impl Process {
    fn read() -> Option<Self> {
        Self::parse(
            &fs::read_to_string("/proc/self/stat").ok()?,
            &fs::read_to_string("/proc/self/io").ok()?,
            &fs::read_to_string("/proc/stat").ok()?,
            rustix::param::clock_ticks_per_second() as f64,
            rustix::param::page_size() as f64,
        )
    }

    /// proc_pid_stat(5), proc_pid_io(5) and `btime` of proc_stat(5).
    fn parse(stat: &str, io: &str, system: &str, ticks: f64, page: f64) -> Option<Self> {
        // The name in parentheses may hold anything; fields are counted from behind it.
        let fields: Vec<f64> = stat
            .rsplit_once(')')?
            .1
            .split_whitespace()
            .map(|field| field.parse().unwrap_or(0.0))
            .collect();
        let field = |number: usize| fields.get(number - 3).copied();
        let named = |text: &str, name: &str| -> Option<f64> {
            let value = text.lines().find_map(|line| line.strip_prefix(name))?;
            value.trim_start_matches(':').trim().parse().ok()
        };
        Some(Self {
            cpu_seconds: (field(14)? + field(15)?) / ticks,
            start_seconds: named(system, "btime")? + field(22)? / ticks,
            virtual_bytes: field(23)?,
            resident_bytes: field(24)? * page,
            read_bytes: named(io, "read_bytes")?,
            write_bytes: named(io, "write_bytes")?,
        })
    }

    fn expose(&self, one: &mut impl FnMut(&str, &str, &str, f64)) {
        one(
            "nginx_process_num_procs",
            "gauge",
            "number of processes",
            1.0,
        );
        one(
            "nginx_process_cpu_seconds_total",
            "counter",
            "Cpu usage in seconds",
            self.cpu_seconds,
        );
        one(
            "nginx_process_resident_memory_bytes",
            "gauge",
            "number of bytes of memory in use",
            self.resident_bytes,
        );
        one(
            "nginx_process_virtual_memory_bytes",
            "gauge",
            "number of bytes of memory in use",
            self.virtual_bytes,
        );
        one(
            "nginx_process_oldest_start_time_seconds",
            "gauge",
            "start time in seconds since 1970/01/01",
            self.start_seconds,
        );
        one(
            "nginx_process_read_bytes_total",
            "counter",
            "number of bytes read",
            self.read_bytes,
        );
        one(
            "nginx_process_write_bytes_total",
            "counter",
            "number of bytes written",
            self.write_bytes,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_files_are_understood() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 300 4096000 25 \
                    18446744073709551615 0 0 0";
        let io = "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 8192\nwrite_bytes: 4096\n\
                  cancelled_write_bytes: 0\n";
        let system = "cpu  1 2 3\nbtime 1700000000\nprocesses 5\n";
        let expected = Process {
            cpu_seconds: 3.0,
            start_seconds: 1_700_000_003.0,
            virtual_bytes: 4_096_000.0,
            resident_bytes: 102_400.0,
            read_bytes: 8192.0,
            write_bytes: 4096.0,
        };
        assert_eq!(
            Process::parse(stat, io, system, 100.0, 4096.0),
            Some(expected)
        );
        assert_eq!(Process::parse("nothing", io, system, 100.0, 4096.0), None);
    }
}
