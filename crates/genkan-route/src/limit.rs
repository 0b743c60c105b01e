//! How much one client may ask for: the rules, and the arithmetic of rates as nginx does it.
//!
//! The counters belong to whoever serves. A decision that needs them says so
//! ([`Verdict::Count`](crate::decision::Verdict::Count)), and is made again with what they said, so that
//! it stays a function of its input.

use std::sync::Arc;

use crate::{
    check::{Check, CheckName},
    network::Networks,
};

#[cfg(test)]
mod tests;

/// nginx counts in thousandths of a request.
const REQUEST: u64 = 1000;

/// The limits of one Ingress; all its routes share the counters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Whose counters these are: namespace and name of the Ingress.
    pub zone: Box<str>,
    /// `limit-rps`.
    pub per_second: Option<Rate>,
    /// `limit-rpm`.
    pub per_minute: Option<Rate>,
    /// `limit-connections`: requests of one client at a time.
    pub connections: Option<u32>,
    /// `limit-allowlist`: clients without limits.
    pub exempt: Option<Arc<Networks>>,
}

/// A rate, and how much may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Requests in a period.
    pub requests: u32,
    /// Requests beyond that which are let through at once; they count against the time after.
    pub burst: u32,
}

/// The period of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// `limit-rps`.
    Second,
    /// `limit-rpm`.
    Minute,
}

impl Period {
    /// Both, in the order in which they are counted.
    pub const ALL: [Self; 2] = [Self::Second, Self::Minute];

    const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
        }
    }
}

/// What a client has used of a rate: nginx's `excess`, and when it was so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Thousandths of requests above what the rate has let drain.
    pub excess: u64,
    /// Milliseconds of the counters' clock.
    pub at: u64,
}

/// What the counters said about one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Usage {
    /// Requests that weigh on each rate, this one included.
    pub requests: [u32; 2],
    /// Requests of this client under way, this one included.
    pub connections: u32,
    /// The limit that refuses it.
    pub refused: Option<Exceeded>,
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exceeded {
    /// `limit-rps`, `limit-rpm`.
    Rate(Period),
    /// `limit-connections`.
    Connections,
}

/// What a decision knows of the counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Counted {
    /// They are asked where there is a limit.
    NotYet,
    /// Nobody counts: a dry run.
    #[default]
    Never,
    /// What they said.
    Told(Usage),
}

impl Limits {
    /// The rate of a period.
    pub fn rate(&self, period: Period) -> Option<Rate> {
        match period {
            Period::Second => self.per_second,
            Period::Minute => self.per_minute,
        }
    }

    /// Whether this limits nobody.
    pub fn is_empty(&self) -> bool {
        self.per_second.is_none() && self.per_minute.is_none() && self.connections.is_none()
    }

    /// The limits as people read them, with what was counted; ends with the one that refuses.
    pub fn checks(&self, client: &str, usage: Option<&Usage>) -> Vec<Check> {
        let check = |name, by, limit, count: fn(&Usage) -> u32| Check {
            name,
            passed: usage.map(|usage| usage.refused != Some(limit)),
            subject: client.to_owned(),
            by,
            listed: false,
            count: usage.map(|usage| u64::from(count(usage))),
        };
        let rate = |period, count: fn(&Usage) -> u32| {
            let rate = self.rate(period)?;
            let by = format!("{}/{}, burst {}", rate.requests, period.unit(), rate.burst);
            let name = CheckName::RateLimit(period);
            Some(check(name, by, Exceeded::Rate(period), count))
        };
        let connections = self.connections.map(|limit| {
            let by = format!("{limit} at a time");
            check(
                CheckName::ConnectionLimit,
                by,
                Exceeded::Connections,
                |usage| usage.connections,
            )
        });
        let all = [
            rate(Period::Second, |usage| usage.requests[0]),
            rate(Period::Minute, |usage| usage.requests[1]),
            connections,
        ];
        let mut checks: Vec<_> = all.into_iter().flatten().collect();
        let refusing = checks.iter().position(Check::refuses);
        checks.truncate(refusing.map_or(checks.len(), |last| last + 1));
        checks
    }
}

impl Rate {
    /// The level with one request more, or, where that is too much, what it would have been.
    ///
    /// nginx, `ngx_http_limit_req_lookup`: the first request of a client weighs nothing, so that
    /// `burst + 1` come through at once. A clock that ran backwards drains nothing.
    ///
    /// # Errors
    /// When the request is beyond the burst; it leaves no trace then.
    pub fn admit(&self, period: Period, level: Option<Level>, now: u64) -> Result<Level, Level> {
        let excess = level.map_or(0, |level| {
            let drained = self.drain(period) * now.saturating_sub(level.at) / 1000;
            (level.excess + REQUEST).saturating_sub(drained)
        });
        let next = Level { excess, at: now };
        if excess > u64::from(self.burst) * REQUEST {
            Err(next)
        } else {
            Ok(next)
        }
    }

    /// When a level has drained: from then on it says no more than none.
    pub fn empty_at(&self, period: Period, level: Level) -> u64 {
        let drain = self.drain(period).max(1);
        level.at + ((level.excess + REQUEST) * 1000).div_ceil(drain)
    }

    /// Thousandths of a request in a second.
    fn drain(&self, period: Period) -> u64 {
        u64::from(self.requests) * REQUEST / period.seconds()
    }
}

impl Level {
    /// Requests that weigh, the last one included.
    pub fn requests(&self) -> u32 {
        let requests = self.excess.div_ceil(REQUEST) + 1;
        u32::try_from(requests).unwrap_or(u32::MAX)
    }
}
