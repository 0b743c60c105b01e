//! An independent check of the router: a naive linear model must agree with it.
//!
//! Cases are drawn from a printed seed; a seed that ever failed goes into `REGRESSIONS` and is played
//! first each time.

mod router {
    pub(crate) mod draw;
    pub(crate) mod model;
    pub(crate) mod run;
    pub(crate) mod text;
}

use genkan_tests::Random;
use router::run;

/// Seeds of worlds that failed once.
const REGRESSIONS: &[u64] = &[];

/// Requests in all, over worlds of 250 each.
const CASES: usize = 1_000_000;

#[test]
fn seeds_that_failed_once_agree() {
    for seed in REGRESSIONS {
        run::world(*seed, &mut run::Coverage::default());
    }
}

#[test]
fn model_and_router_agree() {
    let mut seeds = Random::from_environment("router model");
    let mut coverage = run::Coverage::default();
    while coverage.cases() < CASES {
        run::world(seeds.number(), &mut coverage);
    }
    coverage.check();
}
