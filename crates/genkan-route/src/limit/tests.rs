use super::*;

fn rate(requests: u32, burst: u32) -> Rate {
    Rate { requests, burst }
}

/// How many of the requests at these milliseconds come through.
fn admitted(rate: Rate, period: Period, at: &[u64]) -> Vec<bool> {
    let mut level = None;
    let one = |now: &u64| match rate.admit(period, level, *now) {
        Ok(next) => {
            level = Some(next);
            true
        }
        Err(_) => false,
    };
    at.iter().map(one).collect()
}

/// ingress-nginx: `limit-rps: "1"` is `rate=1r/s burst=5 nodelay`.
#[test]
fn a_burst_and_one_come_through_at_once() {
    let through = admitted(rate(1, 5), Period::Second, &[0; 8]);
    assert_eq!(through.iter().filter(|admitted| **admitted).count(), 6);
    assert!(!through[6] && !through[7]);
}

#[test]
fn what_drains_can_be_used_again() {
    let times = [0, 0, 0, 1000, 1000, 1999, 2000];
    assert_eq!(
        admitted(rate(1, 1), Period::Second, &times),
        [true, true, false, true, false, false, true]
    );
}

/// nginx divides first: `rate=10r/m` is 166 thousandths a second.
#[test]
fn rates_of_minutes_are_rounded_as_nginx_does() {
    let times = [0, 0, 6023, 6025];
    assert_eq!(
        admitted(rate(10, 0), Period::Minute, &times),
        [true, false, false, true]
    );
}

#[test]
fn a_clock_that_runs_backwards_drains_nothing() {
    let times = [10_000, 9_000, 9_000];
    assert_eq!(
        admitted(rate(1, 1), Period::Second, &times),
        [true, true, false]
    );
}

#[test]
fn a_level_is_empty_when_it_says_no_more_than_none() {
    let rate = rate(2, 4);
    let mut level = None;
    for _ in 0..5 {
        level = rate.admit(Period::Second, level, 100).ok();
    }
    let level = level.expect("five requests come through");
    assert_eq!(level.requests(), 5);
    let empty = rate.empty_at(Period::Second, level);
    assert_eq!(
        rate.admit(Period::Second, Some(level), empty),
        Ok(Level {
            excess: 0,
            at: empty
        })
    );
    let earlier = rate.admit(Period::Second, Some(level), empty - 10);
    assert!(earlier.is_ok_and(|level| level.excess > 0));
}

#[test]
fn checks_end_with_the_limit_that_refuses() {
    let limits = Limits {
        zone: "shop/api".into(),
        per_second: Some(rate(5, 25)),
        per_minute: Some(rate(60, 300)),
        connections: Some(3),
        exempt: None,
    };
    let usage = Usage {
        requests: [7, 302],
        connections: 0,
        refused: Some(Exceeded::Rate(Period::Minute)),
    };
    let checks = limits.checks("192.0.2.7", Some(&usage));
    let told: Vec<_> = checks
        .iter()
        .map(|check| (check.by.as_str(), check.passed, check.count))
        .collect();
    assert_eq!(
        told,
        [
            ("5/s, burst 25", Some(true), Some(7)),
            ("60/min, burst 300", Some(false), Some(302))
        ]
    );
    let dry = limits.checks("192.0.2.7", None);
    assert_eq!(dry.len(), 3);
    assert!(dry.iter().all(|check| check.passed.is_none()));
}
