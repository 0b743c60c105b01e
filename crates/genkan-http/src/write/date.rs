//! The date format of HTTP (RFC 9110 5.6.7).

/// Length of a formatted date.
pub const DATE_BYTES: usize = 29;

/// Formats seconds since 1970 as `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// Years after 9999 do not fit the format; the last second of 9999 stands for them.
#[must_use]
pub fn http_date(unix_seconds: u64) -> [u8; DATE_BYTES] {
    let seconds = unix_seconds.min(LAST_SECOND);
    let days = seconds / DAY_SECONDS;
    let (year, month, day) = civil_date(days);
    let time = seconds % DAY_SECONDS;
    let mut date = *b"Thu, 01 Jan 1970 00:00:00 GMT";
    // 1970-01-01 was a Thursday.
    date[..3].copy_from_slice(&WEEKDAYS[(days % 7) as usize]);
    two_digits(&mut date[5..7], day);
    date[8..11].copy_from_slice(&MONTHS[month as usize - 1]);
    two_digits(&mut date[12..14], year / 100);
    two_digits(&mut date[14..16], year % 100);
    two_digits(&mut date[17..19], time / 3600);
    two_digits(&mut date[20..22], time / 60 % 60);
    two_digits(&mut date[23..25], time % 60);
    date
}

const WEEKDAYS: [[u8; 3]; 7] = [
    *b"Thu", *b"Fri", *b"Sat", *b"Sun", *b"Mon", *b"Tue", *b"Wed",
];

const MONTHS: [[u8; 3]; 12] = [
    *b"Jan", *b"Feb", *b"Mar", *b"Apr", *b"May", *b"Jun", *b"Jul", *b"Aug", *b"Sep", *b"Oct",
    *b"Nov", *b"Dec",
];

const DAY_SECONDS: u64 = 86_400;

/// 9999-12-31 23:59:59.
const LAST_SECOND: u64 = 253_402_300_799;

fn two_digits(place: &mut [u8], value: u64) {
    place.copy_from_slice(&[b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]);
}

/// Year, month and day of a day since 1970-01-01 in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last of its year, and in eras of 400
/// years, which all have the same number of days.
fn civil_date(days: u64) -> (u64, u64, u64) {
    const ERA_DAYS: u64 = 146_097;
    // From 0000-03-01 to 1970-01-01.
    let days = days + 719_468;
    let era = days / ERA_DAYS;
    let day_of_era = days % ERA_DAYS;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_other_programs() {
        // Seconds and texts from GNU date and from RFC 9110.
        for (seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (u64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] {
            assert_eq!(http_date(seconds), text.as_bytes(), "{text}");
        }
    }
}
