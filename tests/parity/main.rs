//! The original's answers: every recorded request is sent to Genkan over real sockets, and what comes
//! back and what reaches the backends is compared with what ingress-nginx did. `README.md` beside this
//! file says what is compared, left out and excused.

mod compare;
mod excuse;
mod left_out;
mod play;
mod recorded;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use compare::{Mismatch, compare};
use excuse::Excuse;
use left_out::LeftOut;
use recorded::{Case, Scenario};
use stage::Stage;

/// Clients at a time. Most cases are short; some wait for a timeout.
const CLIENTS: usize = 16;

/// Scenarios that share one proxy, so that their sockets fit the usual limit of open files.
const GROUP_MAX: usize = 48;

/// The most that may be excused, in percent of the cases that ran.
const EXCUSED_PERCENT_MAX: usize = 2;

/// What became of one case.
enum Outcome {
    LeftOut(String),
    Equal,
    Excused(BTreeSet<usize>),
    Differs(Vec<Mismatch>),
}

#[test]
fn genkan_answers_as_the_original_did() {
    let folder = folder();
    let only = std::env::var("PARITY").ok();
    let mut scenarios = recorded::load(&folder.join("cases"));
    if let Some(only) = &only {
        scenarios.retain_mut(|scenario| {
            let named = scenario.clone();
            scenario
                .cases
                .retain(|case| excuse::matches(only, &named.full_id(case)));
            !scenario.cases.is_empty()
        });
    }
    let excuses = excuse::load(&folder.join("differences.toml"));
    let mut results = Vec::new();
    for group in groups(&scenarios) {
        results.extend(run(&group, &excuses));
    }
    results.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    println!("{}", table(&results));
    let failures = failures(&results, &excuses, only.is_none());
    assert!(failures.is_empty(), "{failures}");
}

fn folder() -> PathBuf {
    genkan_tests::checkout().join("tests/parity")
}

/// Scenarios by what they share; those that concern every host are alone.
fn groups(scenarios: &[Scenario]) -> Vec<Vec<&Scenario>> {
    let mut shared: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut groups = Vec::new();
    for scenario in scenarios {
        if scenario.alone {
            groups.push(vec![scenario]);
        } else {
            shared
                .entry((&scenario.configmap, &scenario.flags))
                .or_default()
                .push(scenario);
        }
    }
    let shared = shared.values().flat_map(|all| all.chunks(GROUP_MAX));
    groups.extend(shared.map(<[_]>::to_vec));
    groups
}

type Result = (String, String, Outcome);

/// Plays the cases of one group; gives family, full id and outcome of each.
fn run(group: &[&Scenario], excuses: &[Excuse]) -> Vec<Result> {
    let ports = stage::free_ports();
    let options = stage::options(&group[0].flags);
    let judged: Vec<_> = group
        .iter()
        .map(|scenario| {
            let files = stage::objects(&[scenario], ports);
            left_out::judge(scenario, files.store(), &options)
        })
        .collect();
    let mut results = Vec::new();
    let mut playable = Vec::new();
    for (scenario, left_out) in group.iter().zip(&judged) {
        // in their order: what one leaves behind (a rate that is used up) is there for the next
        let mut cases = Vec::new();
        for case in &scenario.cases {
            match left_out.reason(case) {
                Some(reason) => results.push(result(scenario, case, Outcome::LeftOut(reason))),
                None => cases.push(case),
            }
        }
        if !cases.is_empty() {
            playable.push((*scenario, cases));
        }
    }
    let Ok(options) = options else { return results };
    if playable.is_empty() {
        return results;
    }
    let used: Vec<_> = playing(group, &judged);
    let files = stage::objects(&used, ports);
    let stage = Stage::start(&used, &files, &options, ports);
    let next = AtomicUsize::new(0);
    let played = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..CLIENTS.min(playable.len()) {
            scope.spawn(|| {
                while let Some((scenario, cases)) =
                    playable.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    for case in cases {
                        let seen = play::play(&stage, scenario, case);
                        let outcome = judge(&stage, scenario, case, compare(case, &seen), excuses);
                        let one = result(scenario, case, outcome);
                        played.lock().expect("no client panicked").push(one);
                    }
                }
            });
        }
    });
    results.extend(played.into_inner().expect("no client panicked"));
    for backend in stage.backends.values().flatten() {
        // A request that is refused half-way ends early; anything else would be a fault of framing.
        let faults = backend.faults();
        let faults: Vec<_> = faults
            .iter()
            .filter(|fault| !fault.contains("the stream ended"))
            .collect();
        assert!(
            faults.is_empty(),
            "{} got what is not HTTP: {faults:?}",
            backend.name()
        );
    }
    results
}

/// Scenarios of which at least one case is played.
fn playing<'s>(group: &[&'s Scenario], judged: &[LeftOut]) -> Vec<&'s Scenario> {
    let pairs = group.iter().zip(judged);
    let played = pairs.filter(|(scenario, left_out)| {
        scenario
            .cases
            .iter()
            .any(|case| left_out.reason(case).is_none())
    });
    played.map(|(scenario, _)| *scenario).collect()
}

fn result(scenario: &Scenario, case: &Case, outcome: Outcome) -> Result {
    (scenario.family.clone(), scenario.full_id(case), outcome)
}

fn judge(
    stage: &Stage,
    scenario: &Scenario,
    case: &Case,
    mismatches: Vec<Mismatch>,
    excuses: &[Excuse],
) -> Outcome {
    if mismatches.is_empty() {
        return Outcome::Equal;
    }
    let id = scenario.full_id(case);
    let valid = |excuse: &Excuse| {
        excuse.concerns(&id)
            && (excuse.finding.is_empty() || tells(stage, scenario, &excuse.finding))
    };
    let mut used = BTreeSet::new();
    for mismatch in &mismatches {
        let found = excuses
            .iter()
            .position(|excuse| valid(excuse) && excuse.covers(mismatch));
        match found {
            Some(at) => used.insert(at),
            None => return Outcome::Differs(mismatches),
        };
    }
    Outcome::Excused(used)
}

/// Whether Genkan gives a finding with this code about an object of the scenario.
fn tells(stage: &Stage, scenario: &Scenario, code: &str) -> bool {
    stage.generation.findings.iter().any(|finding| {
        let namespace = finding
            .object()
            .and_then(|object| object.namespace.as_deref());
        finding.code().to_string() == code && namespace == Some(&*scenario.name)
    })
}

/// One line for each family, and what was left out by reason.
fn table(results: &[Result]) -> String {
    let mut families: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (family, _, outcome) in results {
        let (column, reason) = match outcome {
            Outcome::Equal => (0, None),
            Outcome::Excused(_) => (1, None),
            Outcome::Differs(_) => (2, None),
            Outcome::LeftOut(reason) => (3, Some(reason)),
        };
        families.entry(family).or_default()[column] += 1;
        if let Some(reason) = reason {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    let mut out = format!(
        "\n{:<16}{:>8}{:>8}{:>9}{:>9}{:>9}\n",
        "family", "run", "equal", "excused", "differs", "left out"
    );
    let mut total = [0; 4];
    let line = |out: &mut String, name: &str, counts: [usize; 4]| {
        let [equal, excused, differs, left_out] = counts;
        let run = equal + excused + differs;
        _ = writeln!(
            out,
            "{name:<16}{run:>8}{equal:>8}{excused:>9}{differs:>9}{left_out:>9}"
        );
    };
    for (family, counts) in families {
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
        line(&mut out, family, counts);
    }
    line(&mut out, "all", total);
    out += "\nleft out because of\n";
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
    for (reason, count) in reasons {
        _ = writeln!(out, "{count:>6}  {reason}");
    }
    out
}

/// Everything that is wrong, as one text.
fn failures(results: &[Result], excuses: &[Excuse], complete: bool) -> String {
    let mut out = String::new();
    let mut used = BTreeSet::new();
    let (mut run, mut excused) = (0, 0);
    for (_, id, outcome) in results {
        match outcome {
            Outcome::LeftOut(_) => continue,
            Outcome::Equal => {}
            Outcome::Excused(entries) => {
                excused += 1;
                used.extend(entries.iter().copied());
            }
            Outcome::Differs(mismatches) => {
                _ = writeln!(out, "{id}");
                for mismatch in mismatches {
                    _ = writeln!(out, "    {mismatch}");
                }
            }
        }
        run += 1;
    }
    if complete {
        for (at, excuse) in excuses
            .iter()
            .enumerate()
            .filter(|(at, _)| !used.contains(at))
        {
            _ = writeln!(
                out,
                "entry {at} ({}) differs no longer: {}",
                excuse.cases, excuse.why
            );
        }
        if excused * 100 > run * EXCUSED_PERCENT_MAX {
            _ = writeln!(out, "{excused} of {run} cases are excused");
        }
    }
    out
}
