use std::thread;

use genkan_route::limit::Rate;

use super::*;

fn limits(per_second: Option<Rate>, per_minute: Option<Rate>, connections: Option<u32>) -> Limits {
    Limits {
        zone: "shop/api".into(),
        per_second,
        per_minute,
        connections,
        exempt: None,
    }
}

fn rate(requests: u32, burst: u32) -> Option<Rate> {
    Some(Rate { requests, burst })
}

#[test]
fn clients_and_ingresses_are_counted_apart() {
    let limiter = Limiter::default();
    let api = limits(rate(1, 0), None, None);
    let shop = Limits {
        zone: "shop/shop".into(),
        ..api.clone()
    };
    for (limits, client, refused) in [
        (&api, "192.0.2.1", false),
        (&api, "192.0.2.1", true),
        (&api, "192.0.2.2", false),
        (&shop, "192.0.2.1", false),
    ] {
        let (usage, _) = limiter.count_at(limits, client.as_bytes(), 5, &Counters::default());
        assert_eq!(usage.refused.is_some(), refused, "{client}");
    }
}

/// nginx accounts on all zones or on none.
#[test]
fn what_one_rate_refuses_weighs_on_no_other() {
    let limiter = Limiter::default();
    let both = limits(rate(100, 100), rate(1, 1), None);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let (usage, _) = limiter.count_at(&both, b"192.0.2.1", 7, &Counters::default());
        seen.push((usage.requests, usage.refused));
    }
    let refused = Some(Exceeded::Rate(Period::Minute));
    assert_eq!(
        seen,
        [
            ([1, 1], None),
            ([2, 2], None),
            ([3, 3], refused),
            ([3, 3], refused)
        ]
    );
}

#[test]
fn places_are_given_back() {
    let limiter = Limiter::default();
    let two = limits(None, None, Some(2));
    let first = limiter.count_at(&two, b"a", 0, &Counters::default()).1;
    let second = limiter.count_at(&two, b"a", 0, &Counters::default()).1;
    assert!(first.is_some() && second.is_some());
    let (usage, third) = limiter.count_at(&two, b"a", 0, &Counters::default());
    assert!(third.is_none());
    assert_eq!(
        (usage.connections, usage.refused),
        (3, Some(Exceeded::Connections))
    );
    drop(first);
    assert!(
        limiter
            .count_at(&two, b"a", 0, &Counters::default())
            .1
            .is_some()
    );
    drop(second);
    let left: usize = limiter
        .connections
        .iter()
        .map(|shard| lock(shard).len())
        .sum();
    assert_eq!(left, 0, "the last place was dropped where it was made");
}

#[test]
fn many_clients_take_a_table_of_fixed_size() {
    let limiter = Limiter::default();
    let one = limits(rate(1, 1), None, None);
    let counters = Counters::default();
    let clients = 2 * SHARDS * SETS * WAYS;
    for client in 0..clients {
        let (usage, _) = limiter.count_at(&one, client.to_string().as_bytes(), 1, &counters);
        assert_eq!(usage.refused, None);
    }
    let held = SHARDS * SETS * WAYS;
    assert!(counters.limit_evictions.get() as usize >= clients - held);
    let before = counters.limit_evictions.get();
    // all have drained: nobody is pushed out any more
    limiter.count_at(&one, b"new", 1_000_000, &counters);
    assert_eq!(counters.limit_evictions.get(), before);
}

#[test]
fn workers_share_the_numbers() {
    let limiter = Limiter::default();
    let rate = limits(rate(1, 99), None, None);
    let admitted: usize = thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let one = |_: &usize| {
                        limiter
                            .count_at(&rate, b"a", 3, &Counters::default())
                            .0
                            .refused
                            .is_none()
                    };
                    (0..100_usize).filter(one).count()
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("no panic"))
            .sum()
    });
    assert_eq!(admitted, 100);
}
