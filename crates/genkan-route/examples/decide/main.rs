//! Prints what decisions cost: `cargo run --release -p genkan-route --example decide`.
//!
//! One line for each table: nanoseconds for a decision, the best of several rounds, so that a busy
//! machine disturbs little. The budgets are in the last column.

mod tables;

use std::{hint::black_box, sync::Arc, time::Instant};

use genkan_http::head::{RequestHead, RequestView};
use genkan_route::{
    decide::decide, decision::Scratch, host::Host, recorder::NoRecorder, table::Table,
};

const ROUNDS: usize = 15;
const DECISIONS_PER_ROUND: usize = 100_000;

fn main() {
    println!("{:<42} {:>10} {:>10}", "table", "ns", "budget ns");
    for count in [10, 1_000, 10_000, 50_000] {
        row(
            &format!("{count} exact and prefix paths, one host"),
            &tables::plain(count),
            200,
        );
    }
    for count in [10, 1_000, 10_000, 50_000] {
        row(
            &format!("{count} hosts, one path each"),
            &tables::hosts(count),
            200,
        );
    }
    row("1000 rewrite idioms, one host", &tables::idioms(1_000), 500);
    row(
        "1000 arbitrary patterns, one host",
        &tables::patterns(1_000),
        5_000,
    );
    assemble(10_000);
}

/// A live request has just been parsed and lies in the nearest cache; a thousand prepared ones do not.
/// So each is copied to one place first, and what the copying costs is taken off again.
fn row(name: &str, table: &tables::Prepared, budget: u64) {
    let mut scratch = Scratch::default();
    let (mut bytes, mut head) = (Vec::new(), RequestHead::new());
    let mut round = |decides: bool| {
        let begin = Instant::now();
        for request in table.requests.iter().cycle().take(DECISIONS_PER_ROUND) {
            bytes.clone_from(&request.bytes);
            head.clone_from(&request.head);
            let view = RequestView::new(black_box(&bytes), black_box(&head));
            if decides {
                let snapshot = &table.snapshot;
                black_box(decide(
                    snapshot,
                    &table.input,
                    view,
                    &mut scratch,
                    &mut NoRecorder,
                ));
            }
        }
        begin.elapsed().as_nanos() as f64 / DECISIONS_PER_ROUND as f64
    };
    let best = |costs: Vec<f64>| costs.into_iter().fold(f64::INFINITY, f64::min);
    let copying = best((0..ROUNDS).map(|_| round(false)).collect());
    let both = best((0..ROUNDS).map(|_| round(true)).collect());
    println!("{name:<42} {:>10.0} {budget:>10}", both - copying);
}

fn assemble(count: usize) {
    let table = tables::hosts(count);
    let hosts: Vec<Arc<Host>> = table.snapshot.table.hosts().cloned().collect();
    let begin = Instant::now();
    black_box(Table::assemble(2, hosts, []));
    let text = format!("assemble {count} hosts");
    println!("{text:<42} {:>10}", begin.elapsed().as_nanos());
}
