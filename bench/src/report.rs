//! Medians, ratios, a table and a CSV.

use std::{io, time::Duration};

use crate::{cpu::CpuTime, load::Figures, peer::Candidate, scenario::Scenario};

/// One candidate in one round of one scenario.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Which load.
    pub(crate) scenario: &'static Scenario,
    /// Round, from 1.
    pub(crate) round: usize,
    /// Who.
    pub(crate) candidate: Candidate,
    /// What the generator saw.
    pub(crate) figures: Figures,
    /// What the proxy used meanwhile.
    pub(crate) cpu: CpuTime,
    /// System calls per request, where they were counted.
    pub(crate) calls: Option<f64>,
}

impl Sample {
    fn per_request(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / self.figures.requests.max(1) as f64
    }

    fn cpu_per_request(&self) -> f64 {
        self.per_request(self.cpu.total())
    }

    fn rate(&self) -> f64 {
        self.figures.requests as f64 / self.figures.elapsed.as_secs_f64().max(1e-9)
    }
}

/// Writes every sample as one line.
pub(crate) fn csv(samples: &[Sample], mut out: impl io::Write) -> io::Result<()> {
    writeln!(
        out,
        "scenario,round,candidate,requests,errors,cpu_us_per_request,user_us,system_us,requests_per_second,p50_us,p99_us,system_calls_per_request"
    )?;
    for sample in samples {
        let calls = sample
            .calls
            .map_or(String::new(), |calls| format!("{calls:.2}"));
        writeln!(
            out,
            "{},{},{},{},{},{:.2},{:.2},{:.2},{:.0},{},{},{calls}",
            sample.scenario.name,
            sample.round,
            sample.candidate.name(),
            sample.figures.requests,
            sample.figures.errors,
            sample.cpu_per_request(),
            sample.per_request(sample.cpu.user),
            sample.per_request(sample.cpu.system),
            sample.rate(),
            sample.figures.p50.as_micros(),
            sample.figures.p99.as_micros(),
        )?;
    }
    Ok(())
}

/// Prints medians over the rounds, and the ratio of CPU per request to each candidate.
pub(crate) fn table(samples: &[Sample], mut out: impl io::Write) -> io::Result<()> {
    writeln!(
        out,
        "{:<22} {:<24} {:>9} {:>7} {:>7} {:>9} {:>8} {:>8} {:>7} {:>7} {:>10}",
        "scenario",
        "candidate",
        "cpu us/rq",
        "user",
        "system",
        "rq/s",
        "p50 us",
        "p99 us",
        "calls",
        "errors",
        "genkan/it"
    )?;
    let mut groups: Vec<(&'static str, Candidate)> = Vec::new();
    for sample in samples {
        let key = (sample.scenario.name, sample.candidate);
        if !groups.contains(&key) {
            groups.push(key);
        }
    }
    for (scenario, candidate) in groups {
        let of = |who: Candidate| -> Vec<&Sample> {
            let same =
                |sample: &&Sample| sample.scenario.name == scenario && sample.candidate == who;
            samples.iter().filter(same).collect()
        };
        let rows = of(candidate);
        let column =
            |value: &dyn Fn(&Sample) -> f64| median(rows.iter().map(|row| value(row)).collect());
        // Ratios are taken round by round, so that a machine that changes pace between rounds cancels out.
        let ratios = of(Candidate::Genkan)
            .iter()
            .filter_map(|ours| {
                let theirs = rows.iter().find(|row| row.round == ours.round)?;
                Some(ours.cpu_per_request() / theirs.cpu_per_request())
            })
            .collect();
        let calls: Vec<f64> = rows.iter().filter_map(|row| row.calls).collect();
        let calls = if calls.is_empty() {
            "-".to_owned()
        } else {
            format!("{:.1}", median(calls))
        };
        writeln!(
            out,
            "{scenario:<22} {:<24} {:>9.2} {:>7.2} {:>7.2} {:>9.0} {:>8.0} {:>8.0} {calls:>7} {:>7.0} {:>10.2}",
            candidate.name(),
            column(&Sample::cpu_per_request),
            column(&|row| row.per_request(row.cpu.user)),
            column(&|row| row.per_request(row.cpu.system)),
            column(&Sample::rate),
            column(&|row| row.figures.p50.as_micros() as f64),
            column(&|row| row.figures.p99.as_micros() as f64),
            column(&|row| row.figures.errors as f64),
            median(ratios),
        )?;
    }
    Ok(())
}

/// The middle of some values; of two middles, what lies between.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}
