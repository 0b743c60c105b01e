//! A decision allocates nothing once its buffers have grown.

#[path = "../examples/decide/tables.rs"]
mod tables;

use genkan_http::head::RequestView;
use genkan_route::{
    decide::decide,
    decision::{Scratch, Verdict},
    recorder::NoRecorder,
};

/// Decides each head of a table twice and counts the allocations of the second time.
fn check(name: &str, table: &tables::Prepared) {
    let mut scratch = Scratch::default();
    for request in &table.requests {
        let view = RequestView::new(&request.bytes, &request.head);
        let mut forwarded = false;
        let mut once = || {
            let decision = decide(
                &table.snapshot,
                &table.input,
                view,
                &mut scratch,
                &mut NoRecorder,
            );
            forwarded = matches!(decision.verdict, Verdict::Forward(_));
        };
        once();
        let counted = allocation_counter::measure(once);
        let head = request.bytes.escape_ascii();
        assert_eq!(counted.count_total, 0, "{name}: {head}");
        assert!(forwarded, "{name}: {head}");
    }
}

#[test]
fn exact_and_prefix_routes() {
    check("plain", &tables::plain(1_000));
}

#[test]
fn hosts() {
    check("hosts", &tables::hosts(1_000));
}

#[test]
fn rewrite_idioms() {
    check("idioms", &tables::idioms(200));
}

#[test]
fn arbitrary_patterns() {
    check("patterns", &tables::patterns(200));
}
