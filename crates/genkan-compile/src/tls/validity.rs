//! From when until when a certificate is valid, and when somebody should hear about it.

use genkan_objects::kind::Timestamp;
use x509_cert::time::{Time, Validity as Written};

/// Seconds before the end at which a certificate should have been renewed, at most.
const NEAR_SECONDS_MAX: i64 = 20 * 86_400;

/// Short lives are renewed in their last third.
const NEAR_PART: i64 = 3;

/// A certificate's life; both ends belong to it (RFC 5280 4.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    /// The first moment.
    pub(crate) from: Timestamp,
    /// The last moment.
    pub(crate) until: Timestamp,
}

/// Where in its life a certificate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// Before its first moment.
    NotYet,
    /// In its life.
    Valid,
    /// Near its end.
    Ending,
    /// After its last moment.
    Expired,
}

impl Validity {
    pub(super) fn of(written: &Written) -> Self {
        let moment = |time: Time| {
            let seconds = time.to_unix_duration().as_secs();
            Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
        };
        Self {
            from: moment(written.not_before),
            until: moment(written.not_after),
        }
    }

    /// Where in its life it is.
    pub(crate) fn age(self, now: Timestamp) -> Age {
        if now < self.from {
            Age::NotYet
        } else if now > self.until {
            Age::Expired
        } else if now >= self.near_end() {
            Age::Ending
        } else {
            Age::Valid
        }
    }

    /// The moments at which its age changes.
    pub(crate) fn changes(self) -> [Timestamp; 3] {
        let after = Timestamp(self.until.0.saturating_add(1));
        [self.from, self.near_end(), after]
    }

    fn near_end(self) -> Timestamp {
        let life = self.until.0.saturating_sub(self.from.0).max(0);
        Timestamp(self.until.0 - (life / NEAR_PART).min(NEAR_SECONDS_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    #[track_caller]
    fn check(days: i64, rows: &[(i64, Age)]) {
        let validity = Validity {
            from: Timestamp(1000),
            until: Timestamp(1000 + days * DAY),
        };
        for (at, age) in rows {
            assert_eq!(validity.age(Timestamp(*at)), *age, "{at}");
        }
        let mut ages: Vec<_> = rows.iter().map(|(_, age)| *age).collect();
        ages.dedup();
        let changes = validity.changes().map(|at| validity.age(at));
        assert_eq!(changes[..], ages[1..], "every change has its moment");
    }

    #[test]
    fn a_long_life_ends_in_twenty_days_and_a_short_one_in_its_last_third() {
        check(
            90,
            &[
                (999, Age::NotYet),
                (1000, Age::Valid),
                (1000 + 70 * DAY - 1, Age::Valid),
                (1000 + 70 * DAY, Age::Ending),
                (1000 + 90 * DAY, Age::Ending),
                (1001 + 90 * DAY, Age::Expired),
            ],
        );
        check(
            6,
            &[
                (0, Age::NotYet),
                (1000 + 4 * DAY - 1, Age::Valid),
                (1000 + 4 * DAY, Age::Ending),
                (1001 + 6 * DAY, Age::Expired),
            ],
        );
    }
}
