//! The measurement: rounds over scenarios and candidates, alternating the order.

use std::{
    fs, io,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{
    cpu,
    load::Figures,
    peer::{self, CANDIDATES, Candidate, Programs, Running},
    report::{self, Sample},
    scenario::{SCENARIOS, Scenario},
};

/// The proxy's CPU; load and backend share the other.
const PROXY_CPU: usize = 0;
const OTHER_CPU: usize = 1;
/// How long system calls are counted, in milliseconds; strace makes everything slow.
const STRACE_MILLISECONDS: u64 = 1500;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    programs: Programs,
    /// Only the scenarios that every change should be measured with.
    #[arg(long)]
    short: bool,
    /// Only scenarios with this in their name.
    #[arg(long)]
    only: Option<String>,
    /// Only candidates with this in their name (genkan is always there); may be given several times.
    #[arg(long)]
    candidate: Vec<String>,
    /// Rounds.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Length of one measurement in milliseconds.
    #[arg(long, default_value_t = 3000)]
    milliseconds: u64,
    /// Count system calls too, in a separate run under strace.
    #[arg(long)]
    strace: bool,
    /// Where every sample goes, as CSV.
    #[arg(long)]
    csv: Option<PathBuf>,
}

/// Measures and prints.
pub(crate) fn execute(args: &RunArgs) -> io::Result<()> {
    let backend = peer::start_backend(OTHER_CPU)?;
    let mut samples = Vec::new();
    for scenario in SCENARIOS.iter().filter(|scenario| args.wants(scenario)) {
        for round in 1..=args.rounds {
            let mut candidates: Vec<Candidate> = CANDIDATES
                .into_iter()
                .filter(|candidate| args.wants_candidate(*candidate))
                .collect();
            if round % 2 == 0 {
                candidates.reverse();
            }
            for candidate in candidates {
                eprintln!("{} round {round}: {}", scenario.name, candidate.name());
                samples.push(measure(args, scenario, round, candidate, &backend)?);
            }
        }
    }
    report::table(&samples)?;
    if let Some(path) = &args.csv {
        report::csv(&samples, fs::File::create(path)?)?;
    }
    Ok(())
}

impl RunArgs {
    fn wants(&self, scenario: &Scenario) -> bool {
        (!self.short || scenario.short)
            && self
                .only
                .as_ref()
                .is_none_or(|only| scenario.name.contains(only.as_str()))
    }

    fn wants_candidate(&self, candidate: Candidate) -> bool {
        let named = |part: &String| candidate.name().contains(part.as_str());
        self.candidate.is_empty()
            || candidate == Candidate::Genkan
            || self.candidate.iter().any(named)
    }
}

fn measure(
    args: &RunArgs,
    scenario: &'static Scenario,
    round: usize,
    candidate: Candidate,
    backend: &Running,
) -> io::Result<Sample> {
    let folder = tempfile::tempdir()?;
    let path = folder.path();
    let running = peer::start(
        candidate,
        &args.programs,
        scenario,
        backend.address,
        path,
        PROXY_CPU,
    )?;
    // Warm up connections, caches and the branch predictor; not counted.
    load(&running, scenario, args.milliseconds / 4)?;
    let before = cpu::of_tree(running.pid())?;
    let figures = load(&running, scenario, args.milliseconds)?;
    let cpu = cpu::of_tree(running.pid())?.since(before);
    let calls = if args.strace && round == 1 {
        count_calls(&running, scenario, path)?
    } else {
        None
    };
    Ok(Sample {
        scenario,
        round,
        candidate,
        figures,
        cpu,
        calls,
    })
}

fn load(running: &Running, scenario: &Scenario, milliseconds: u64) -> io::Result<Figures> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["load", "--cpu", &OTHER_CPU.to_string()]);
    command.args(["--target", &running.address.to_string()]);
    command.args(["--connections", &scenario.connections.to_string()]);
    command.args(["--milliseconds", &milliseconds.to_string()]);
    command.args([
        "--hosts",
        &scenario.routes.to_string(),
        "--path",
        scenario.path,
    ]);
    if let Some(size) = scenario.post {
        command.args(["--post", &size.to_string()]);
    }
    if let Some(rate) = scenario.rate {
        command.args(["--rate", &rate.to_string()]);
    }
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    std::str::from_utf8(&output.stdout)
        .map_err(io::Error::other)?
        .trim()
        .parse()
}

/// System calls per request as strace counts them; `None` where strace is missing.
fn count_calls(
    running: &Running,
    scenario: &Scenario,
    folder: &std::path::Path,
) -> io::Result<Option<f64>> {
    let summary = folder.join("strace.txt");
    let pids = cpu::tree(running.pid());
    let mut command = Command::new("strace");
    command.args(["-f", "-c", "-o"]).arg(&summary);
    for pid in pids {
        command.args(["-p", &pid.to_string()]);
    }
    let Ok(mut strace) = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn() else {
        return Ok(None);
    };
    let figures = load(running, scenario, STRACE_MILLISECONDS)?;
    if let Some(pid) = rustix::process::Pid::from_raw(strace.id().cast_signed()) {
        rustix::process::kill_process(pid, rustix::process::Signal::INT)?;
    }
    strace.wait()?;
    let text = fs::read_to_string(summary)?;
    eprintln!("{text}");
    let total = text
        .lines()
        .filter(|line| line.trim_end().ends_with("total"))
        .find_map(|line| line.split_whitespace().nth(3)?.parse::<f64>().ok());
    Ok(total.map(|total| total / figures.requests.max(1) as f64))
}
