//! The wheel turned by hand.

use super::*;

/// Polls a watch without a task.
fn look(watch: &Watch) -> Poll<Interrupt> {
    watch.poll(&mut Context::from_waker(Waker::noop()))
}

/// The moment at a tick.
fn at(watches: &Watches, tick: u64) -> Instant {
    watches.epoch + RESOLUTION * tick as u32
}

#[test]
fn deadlines_fire_once_they_are_due_and_not_before() {
    let watches = Watches::new();
    // Below, at and beyond one turn of the wheel; and the defaults of ingress-nginx.
    for ticks in [1, 7, 511, 512, 513, 1000, 6000, 7500] {
        let start = watches.wheel.borrow().position;
        let watch = watches.watch(Activity::Idle);
        watch.set(at(&watches, start), RESOLUTION * ticks as u32);
        let mut now = start;
        while now < start + ticks {
            assert_eq!(
                look(&watch),
                Poll::Pending,
                "{ticks}: fired at {}",
                now - start
            );
            now += 1;
            watches.turn(now);
        }
        watches.turn(now + 1);
        assert_eq!(look(&watch), Poll::Ready(Interrupt::Timeout), "{ticks}");
    }
}

#[test]
fn a_moved_deadline_counts_from_its_move() {
    let watches = Watches::new();
    let watch = watches.watch(Activity::Working);
    watch.set(at(&watches, 0), RESOLUTION * 100);
    for tick in 1..=600 {
        watch.set(at(&watches, tick), RESOLUTION * 100);
        watches.turn(tick);
        assert_eq!(look(&watch), Poll::Pending, "{tick}");
    }
    // Earlier than the entry's next inspection: the wheel must learn of it.
    watch.set(at(&watches, 600), RESOLUTION * 5);
    watches.turn(606);
    assert_eq!(look(&watch), Poll::Ready(Interrupt::Timeout));
    watch.set(at(&watches, 606), RESOLUTION * 5);
    assert_eq!(
        look(&watch),
        Poll::Pending,
        "a new deadline forgets the old one"
    );
}

#[test]
fn a_late_wheel_misses_nothing() {
    let watches = Watches::new();
    let all: Vec<Watch> = (0..50).map(|_| watches.watch(Activity::Idle)).collect();
    for (index, watch) in all.iter().enumerate() {
        watch.set(at(&watches, 0), RESOLUTION * (index as u32 * 40));
    }
    watches.turn(5000);
    let fired = all.iter().filter(|watch| look(watch).is_ready()).count();
    let later: Vec<u64> = (5001..5600).collect();
    later.into_iter().for_each(|tick| watches.turn(tick));
    assert!(fired > 0);
    assert!(all.iter().all(|watch| look(watch).is_ready()));
}

#[test]
fn places_are_used_again_without_old_deadlines() {
    let watches = Watches::new();
    let first = watches.watch(Activity::Idle);
    first.set(at(&watches, 0), RESOLUTION * 3);
    drop(first);
    let second = watches.watch(Activity::Idle);
    watches.turn(10);
    assert_eq!(look(&second), Poll::Pending);
    assert_eq!((watches.active(), watches.census()), (1, (1, 0, 0)));
}

#[test]
fn the_longest_idle_are_shed_first() {
    let watches = Watches::new();
    let all: Vec<Watch> = (0..10)
        .map(|tick| {
            watches.turn(tick * 10);
            let watch = watches.watch(Activity::Reading);
            watch.now(if tick % 2 == 0 {
                Activity::Idle
            } else {
                Activity::Working
            });
            watch
        })
        .collect();
    assert_eq!(watches.shed(2), 2);
    let ended: Vec<usize> = (0..10)
        .filter(|index| look(&all[*index]).is_ready())
        .collect();
    assert_eq!(ended, [0, 2]);
    assert_eq!(
        watches.shed(100),
        3,
        "those that were asked do not count again"
    );
    watches.end_all();
    assert!(
        all.iter()
            .all(|watch| look(watch) == Poll::Ready(Interrupt::End))
    );
}
