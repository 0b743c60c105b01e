//! What many idle connections, slow clients and many Ingresses cost Genkan: memory, latency of others,
//! time to get ready, time until an edit is live.

mod beside;
mod client;
mod idle;
mod ingresses;
mod slow;

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    peer::{self, Candidate, Programs, Running},
    run,
};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct CapacityArgs {
    /// The genkan binary.
    #[arg(long, default_value = "target/release/genkan")]
    genkan: PathBuf,
    /// Idle connections.
    #[arg(long, default_value_t = 10_000)]
    connections: usize,
    /// Slow clients.
    #[arg(long, default_value_t = 1000)]
    slow: usize,
    /// Ingresses, one file each.
    #[arg(long, default_value_t = 10_000)]
    ingresses: usize,
    /// Edits, one after the other.
    #[arg(long, default_value_t = 40)]
    edits: usize,
    /// Only the part with this name: `binary`, `idle`, `slow` or `ingresses`.
    #[arg(long)]
    only: Option<String>,
    /// Folder that gets the figures (capacity.csv).
    #[arg(long, value_name = "FOLDER", default_value = "bench/results")]
    results: PathBuf,
}

/// One figure beside its budget.
#[derive(Debug)]
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    budget: Option<f64>,
}

impl Figure {
    fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            value,
            unit,
            budget: None,
        }
    }

    fn at_most(mut self, budget: f64) -> Self {
        self.budget = Some(budget);
        self
    }
}

/// Measures, prints and writes the figures.
pub(crate) fn execute(args: &CapacityArgs) -> io::Result<()> {
    raise_descriptor_limit()?;
    let wanted = |part: &str| args.only.as_deref().is_none_or(|only| only == part);
    let mut figures = Vec::new();
    if wanted("binary") {
        let bytes = fs::metadata(&args.genkan)?.len();
        figures.push(Figure::new("binary", mebibytes(bytes), "MiB").at_most(25.0));
    }
    if wanted("idle") {
        figures.extend(idle::measure(&args.genkan, args.connections)?);
    }
    if wanted("slow") {
        figures.extend(slow::measure(&args.genkan, args.slow)?);
    }
    if wanted("ingresses") {
        figures.extend(ingresses::measure(
            &args.genkan,
            args.ingresses,
            args.edits,
        )?);
    }
    for figure in &figures {
        let budget = figure.budget.map_or(String::new(), |budget| {
            let verdict = if figure.value <= budget {
                "ok"
            } else {
                "MISSED"
            };
            format!("<= {budget} {verdict}")
        });
        println!(
            "{:<44} {:>12.2} {:<9} {budget}",
            figure.name, figure.value, figure.unit
        );
    }
    fs::create_dir_all(&args.results)?;
    let mut out = fs::File::create(args.results.join("capacity.csv"))?;
    writeln!(out, "figure,value,unit,budget")?;
    for figure in &figures {
        let budget = figure.budget.map_or(String::new(), |b| b.to_string());
        writeln!(
            out,
            "{},{:.3},{},{budget}",
            figure.name, figure.value, figure.unit
        )?;
    }
    Ok(())
}

/// A gateway on the proxy's CPU that has served some load.
struct Stage {
    running: Running,
    _backend: Running,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn start(genkan: &Path) -> io::Result<Self> {
        let backend = peer::start_backend(run::OTHER_CPU)?;
        let folder = tempfile::tempdir()?;
        let running = peer::start(
            Candidate::Genkan,
            &Programs::of_genkan(genkan),
            &beside::BUSY,
            backend.address,
            folder.path(),
            run::PROXY_CPU,
        )?;
        beside::warm_up(&running)?;
        Ok(Self {
            running,
            _backend: backend,
            _folder: folder,
        })
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// A field of `/proc/PID/status` that is in kB, in bytes.
fn memory(pid: u32, field: &str) -> io::Result<u64> {
    let status = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    line.and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok())
        .map(|kibibytes| kibibytes * 1024)
        .ok_or_else(|| io::Error::other(format!("no {field} in the status of {pid}")))
}

/// Both ends of the idle connections: this process holds one, Genkan, which inherits the limit, the
/// other.
fn raise_descriptor_limit() -> io::Result<()> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}
