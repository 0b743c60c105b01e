//! Times as logs show them, made once per second.

use std::time::{SystemTime, UNIX_EPOCH};

/// Remembers the text of the current second.
#[derive(Debug, Default)]
pub(super) struct LogClock {
    second: u64,
    local: String,
    iso: String,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl LogClock {
    /// `$time_local` in UTC, such as `23/Nov/2026:23:55:01 +0000`. nginx uses the zone of its
    /// environment, which in containers is UTC.
    pub(super) fn local(&mut self, time: SystemTime) -> &str {
        self.refresh(time);
        &self.local
    }

    /// `$time_iso8601` in UTC, such as `2026-11-23T23:55:01+00:00`.
    pub(super) fn iso(&mut self, time: SystemTime) -> &str {
        self.refresh(time);
        &self.iso
    }

    fn refresh(&mut self, time: SystemTime) {
        let second = time
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        if second == self.second && !self.local.is_empty() {
            return;
        }
        self.second = second;
        let (year, month, day) = date(second / 86_400);
        let (hour, minute, rest) = (second / 3600 % 24, second / 60 % 60, second % 60);
        let name = MONTHS[usize::try_from(month - 1).unwrap_or(0) % 12];
        self.local = format!("{day:02}/{name}/{year}:{hour:02}:{minute:02}:{rest:02} +0000");
        self.iso = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{rest:02}+00:00");
    }
}

/// Year, month and day of a number of days since 1970 (Howard Hinnant, "chrono-compatible low-level
/// date algorithms", `civil_from_days`).
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Expected values from `date -u -d @N`.
    #[test]
    fn seconds_become_dates() {
        for (second, local, iso) in [
            (0, "01/Jan/1970:00:00:00 +0000", "1970-01-01T00:00:00+00:00"),
            (
                951_782_400,
                "29/Feb/2000:00:00:00 +0000",
                "2000-02-29T00:00:00+00:00",
            ),
            (
                1_709_251_199,
                "29/Feb/2024:23:59:59 +0000",
                "2024-02-29T23:59:59+00:00",
            ),
            (
                4_107_542_399,
                "28/Feb/2100:23:59:59 +0000",
                "2100-02-28T23:59:59+00:00",
            ),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(second);
            let mut clock = LogClock::default();
            assert_eq!((clock.local(time), second), (local, second));
            assert_eq!(clock.iso(time), iso);
        }
    }
}
