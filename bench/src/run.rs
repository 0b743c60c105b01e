//! The measurement: rounds over scenarios and candidates, alternating the order.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    calls,
    count::{self, Counts},
    cpu,
    load::Figures,
    peer::{self, CANDIDATES, Candidate, Programs, Running},
    report::{self, Sample},
    scenario::{SCENARIOS, Scenario},
};

/// The proxy's CPU; load and backend share the other.
pub(crate) const PROXY_CPU: usize = 0;
pub(crate) const OTHER_CPU: usize = 1;
/// How long system calls are counted, in milliseconds.
const CALLS_MILLISECONDS: u64 = 1000;

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
    #[arg(long, default_value_t = 2000)]
    milliseconds: u64,
    /// Folder that gets every sample (samples.csv) and the table (table.txt).
    #[arg(long, value_name = "FOLDER", default_value = "bench/results")]
    results: PathBuf,
}

/// Measures, prints the table and writes table and samples.
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
    report::table(&samples, io::stdout().lock())?;
    fs::create_dir_all(&args.results)?;
    let file = |name| fs::File::create(args.results.join(name));
    report::table(&samples, file("table.txt")?)?;
    report::csv(&samples, file("samples.csv")?)
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
        if candidate == Candidate::GenkanBefore {
            return self.programs.before.is_some();
        }
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
    let already = count::of_backend(backend)?;
    let running = peer::start(
        candidate,
        &args.programs,
        scenario,
        backend.address,
        path,
        PROXY_CPU,
    )?;
    // Warm up connections, caches and the branch predictor; not measured.
    let mut counted = load(&running, scenario, args.milliseconds / 4)?.requests;
    let before = cpu::of_tree(running.pid())?;
    let figures = load(&running, scenario, args.milliseconds)?;
    let cpu = cpu::of_tree(running.pid())?.since(before);
    counted += figures.requests;
    // One count is enough: it does not depend on how busy the machine is.
    let calls = if round == 1 {
        let (calls, requests) = count_calls(&running, scenario, path)?;
        counted += requests;
        calls
    } else {
        None
    };
    let metrics = count::of_metrics(&running)?;
    let log = running.log.clone();
    drop(running); // what its log still holds is written out
    let counts = Counts {
        generator: counted,
        backend: count::of_backend(backend)? - already,
        metrics,
        log: log.as_deref().map(count::of_log).transpose()?,
    };
    counts.check(&format!("{} of {}", candidate.name(), scenario.name))?;
    Ok(Sample {
        scenario,
        round,
        candidate,
        figures,
        cpu,
        calls,
    })
}

/// Runs the generator in a process of its own; an answer that is not 200 fails.
pub(crate) fn load(
    running: &Running,
    scenario: &Scenario,
    milliseconds: u64,
) -> io::Result<Figures> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["load", "--cpu", &OTHER_CPU.to_string()]);
    command.args(["--target", &running.address.to_string()]);
    command.args(["--connections", &scenario.connections.to_string()]);
    command.args(["--milliseconds", &milliseconds.to_string()]);
    command.args([
        "--hosts",
        &scenario.hosts.to_string(),
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
    let figures: Figures = std::str::from_utf8(&output.stdout)
        .map_err(io::Error::other)?
        .trim()
        .parse()?;
    if figures.errors > 0 {
        let text = format!("{}: {} requests failed", scenario.name, figures.errors);
        return Err(io::Error::other(text));
    }
    Ok(figures)
}

/// System calls per request, where they can be counted, and the number of requests made for it.
fn count_calls(
    running: &Running,
    scenario: &Scenario,
    folder: &Path,
) -> io::Result<(Option<f64>, u64)> {
    let Some(counting) = calls::begin(running, folder) else {
        return Ok((None, 0));
    };
    // The counter needs a moment to attach; a first load shows that it has.
    let requests = load(running, scenario, CALLS_MILLISECONDS)?.requests;
    let calls = counting.end()?;
    let per_request = calls.map(|calls| calls as f64 / requests.max(1) as f64);
    Ok((per_request, requests))
}
