//! Explain equals serve: random manifests and requests go through the real program and real sockets to
//! backends that say what they got; `explain -o json` for the same must tell exactly that.
//!
//! To vary one more thing, add a row to `DIMENSIONS` (of an Ingress) or `TURNS` (of a request) in
//! `dimensions.rs`; that each is met is checked by itself. To compare one more thing, add a row to
//! `FACTS` in `facts.rs`: how it was seen from outside, and how an explanation words it.

mod dimensions;
mod facts;
mod stage;
mod world;

use std::collections::BTreeSet;
use std::time::Instant;

use dimensions::{Coverage, DIMENSIONS, TURNS};
use facts::{Explained, FACTS, Seen};
use genkan_tests::Random;
use serde_json::Value;
use stage::{Exchange, Stage};
use world::World;

const ROUNDS: usize = 80;
const REQUESTS: usize = 125;
/// One request in so many is explained by the command as well, on the files.
const COMMAND_ONE_IN: usize = 50;
/// The least that each reason for rejecting a candidate occurs.
const REASON_LEAST: usize = 100;
/// The least that everything else occurs.
const LEAST: usize = 20;
/// The same for outcomes: all requests to one redirect of one world fall into one of them, so that their
/// numbers scatter widely.
const OUTCOME_LEAST: usize = 5;

/// The closed list of reasons, without those of things that are not built: `canary-not-chosen`,
/// `method-differs`, `header-differs`, `query-differs` (Gateway API), and `not-loaded`, which is about
/// a request older than a rule.
const REASONS: &[&str] = &[
    "other-host",
    "other-class",
    "exact-differs",
    "exact-differs-only-by-slash",
    "prefix-not-at-element-boundary",
    "not-a-prefix",
    "case-differs",
    "pattern-fails-at",
    "pattern-invalid",
    "literal-not-pattern",
    "less-specific-than",
    "older-twin-wins",
    "not-attached",
    "rejected",
];

/// What must have become of some requests.
const OUTCOMES: &[&str] = &[
    "200 backend",
    "200 static",
    "404 static",
    "405 static",
    "200 proxy",
    "301 proxy",
    "302 proxy",
    "308 proxy",
    "404 proxy GK0104",
    "404 proxy GK0011",
    "404 proxy GK0311",
    "400 proxy GK0506",
    "413 proxy GK0500",
    "501 proxy GK0506",
    "500 proxy GK0021",
    "503 proxy GK0202",
    "503 proxy GK0300",
    "503 proxy GK0302",
    "503 proxy GK0305",
    "class nginx",
    "class genkan",
    "certificate exact",
    "certificate wildcard",
    "certificate unknown-name",
    "certificate no-name",
    "by the command",
    "recorded",
];

#[test]
fn explain_tells_what_happens() {
    let started = Instant::now();
    let mut random = Random::from_environment("explain equals serve");
    let mut stage = Stage::start();
    let mut coverage = Coverage::default();
    let (mut differing, mut kinds) = (0, Coverage::default());
    for round in 0..ROUNDS {
        let world = World::draw(&mut random, &stage.pods());
        stage.show(&world);
        let drawn: Vec<_> = (0..REQUESTS).map(|_| world.request(&mut random)).collect();
        let exchanges = stage.play(&drawn);
        for (number, exchange) in exchanges.iter().enumerate() {
            let by_command = number % COMMAND_ONE_IN == round % COMMAND_ONE_IN;
            let found = compare(&stage, &world, exchange, by_command, &mut coverage);
            if !found.is_empty() && differing == 0 {
                report(&mut stage, &world, exchange, &found);
                stage.show(&world);
            }
            differing += usize::from(!found.is_empty());
            for difference in found {
                kinds.count(difference);
            }
        }
    }
    let backends = stage.faults();
    println!(
        "{coverage}{} pairs in {:.1?}",
        ROUNDS * REQUESTS,
        started.elapsed()
    );
    assert_eq!(
        differing, 0,
        "pairs differ, the first of them is above; by kind:\n{kinds}"
    );
    assert!(
        backends.is_empty(),
        "the backends saw no HTTP: {backends:?}"
    );
    let wanted = REASONS
        .iter()
        .map(|name| (format!("reason {name}"), REASON_LEAST));
    let outcomes = OUTCOMES
        .iter()
        .map(|name| ((*name).to_owned(), OUTCOME_LEAST));
    let met = DIMENSIONS
        .iter()
        .map(|dimension| (format!("met {}", dimension.name), LEAST));
    let turns = TURNS
        .iter()
        .map(|turn| (format!("asked with {}", turn.name), LEAST));
    let missing = coverage.missing(wanted.chain(outcomes).chain(met).chain(turns));
    assert!(
        missing.is_empty(),
        "too seldom:\n  {}",
        missing.join("\n  ")
    );
}

/// What differs between an exchange and its explanations, in words.
fn compare(
    stage: &Stage,
    world: &World,
    exchange: &Exchange,
    by_command: bool,
    coverage: &mut Coverage,
) -> Vec<String> {
    let trace = stage.explain(&exchange.drawn);
    let mut found = differing("explain", world, exchange, &exchange.seen, &trace);
    count(world, exchange, &trace, coverage);
    if by_command {
        coverage.count("by the command");
        let trace = without_usual_port(stage.explain_by_command(&exchange.drawn));
        let seen = exchange
            .seen
            .without_port(stage.https_port())
            .without_port(USUAL_PORT);
        let by = "explain --manifests";
        found.extend(differing(by, world, exchange, &seen, &trace));
    }
    if let Some(trace) = stage.recorded(&exchange.seen.id) {
        coverage.count("recorded");
        let seen = exchange.seen.without_queries();
        found.extend(differing("explain --id", world, exchange, &seen, &trace));
        let answer = (
            trace["response"]["status"].as_u64(),
            trace["response"]["maker"].as_str(),
        );
        let happened = (Some(u64::from(seen.status)), Some(facts::maker(&seen)));
        if (answer.0, answer.1.map(str::to_owned)) != happened {
            found.push(format!(
                "explain --id: answer: {happened:?} happened, {answer:?} was kept"
            ));
        }
    }
    found
}

/// Of HTTPS.
const USUAL_PORT: u16 = 443;

/// Where `use-port-in-redirects` names the port, manifests alone name the usual one.
fn without_usual_port(mut trace: Value) -> Value {
    for pointer in ["/redirect/location", "/response/location"] {
        if let Some(Value::String(location)) = trace.pointer_mut(pointer) {
            *location = location.replacen(&format!(":{USUAL_PORT}"), "", 1);
        }
    }
    trace
}

fn differing(
    by: &str,
    world: &World,
    exchange: &Exchange,
    seen: &Seen,
    trace: &Value,
) -> Vec<String> {
    let explained = Explained {
        trace,
        world,
        drawn: &exchange.drawn,
    };
    let mut found = Vec::new();
    for fact in FACTS {
        let (happened, told) = ((fact.happened)(seen), (fact.explained)(&explained));
        if happened != told {
            found.push(format!(
                "{by}: {}: {happened} happened, {told} was explained",
                fact.name
            ));
        }
    }
    found
}

fn count(world: &World, exchange: &Exchange, trace: &Value, coverage: &mut Coverage) {
    let candidates = trace["candidates"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    for reason in candidates
        .iter()
        .filter_map(|candidate| candidate["reason"].as_str())
    {
        let name = reason.split('(').next().unwrap_or(reason);
        coverage.count(format!("reason {name}"));
    }
    if let Some(because) = trace["tls"]["because"].as_str() {
        coverage.count(format!("certificate {because}"));
    }
    let seen = &exchange.seen;
    let code = seen.log["code"]
        .as_str()
        .map(|code| format!(" {code}"))
        .unwrap_or_default();
    coverage.count(format!("{} {}{code}", seen.status, facts::maker(seen)));
    for turn in &exchange.drawn.turns {
        coverage.count(format!("asked with {turn}"));
    }
    let (namespace, name) = (&seen.log["namespace"], &seen.log["ingress"]);
    let Some(ingress) = world.ingress(
        namespace.as_str().unwrap_or(""),
        name.as_str().unwrap_or(""),
    ) else {
        return;
    };
    if let Some(class) = ingress["spec"]["ingressClassName"].as_str() {
        coverage.count(format!("class {class}"));
    }
    for dimension in world::dimensions(ingress) {
        coverage.count(format!("met {dimension}"));
    }
}

/// Prints a differing pair in full, with as few objects as still show a difference.
fn report(stage: &mut Stage, world: &World, exchange: &Exchange, found: &[String]) {
    let mut least = world.clone();
    let mut shown = (exchange.clone(), found.to_vec());
    let mut at = 0;
    while at < least.objects.len() {
        let mut fewer = least.clone();
        fewer.objects.remove(at);
        stage.show(&fewer);
        let again = stage.play(std::slice::from_ref(&exchange.drawn)).remove(0);
        let found = compare(stage, &fewer, &again, true, &mut Coverage::default());
        if found.is_empty() {
            at += 1;
        } else {
            least = fewer;
            shown = (again, found);
        }
    }
    let (exchange, found) = shown;
    let lines: BTreeSet<_> = found.iter().map(|line| format!("  {line}")).collect();
    stage.show(&least);
    println!(
        "--- manifests\n{}--- request\n{:?}\n--- seen\n{:?}\n--- differs\n{}\n--- explained\n{:#}\n---",
        least.text(0),
        exchange.drawn,
        exchange.seen,
        lines.into_iter().collect::<Vec<_>>().join("\n"),
        stage.explain(&exchange.drawn),
    );
}
