//! Rates, connections and address lists. The bandwidth of responses is not limited yet: asking for it
//! closes the route, unless it says "no limit".

use std::sync::Arc;

use genkan_route::{
    limit::{Limits, Rate},
    network::{Network, Networks},
};

use super::entry::{BadValue, Effect, Entry, Family, Idle, Outcome, Risk};
use super::value::{Malformed, Value, integer, shown};
use super::words;

const BASE: Entry = Entry {
    family: Family::Limit,
    security: true,
    ..Entry::BASE
};
const RATE: Entry = Entry {
    bad: BadValue::ObjectRefused,
    value: Value::Integer,
    default: "0, no limit",
    effect: Effect::NotYet(Idle::NotPositive),
    ..BASE
};
const ADDRESSES: Value = Value::Checked {
    expected: &words::ADDRESSES,
    check: addresses,
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "limit-rps",
        about: "Requests a second of one client.",
        effect: Effect::Supported(|effects, text| {
            effects.limits.per_second = positive(text)?;
            Ok(Outcome::InEffect)
        }),
        ..RATE
    },
    Entry {
        name: "limit-rpm",
        about: "Requests a minute of one client.",
        effect: Effect::Supported(|effects, text| {
            effects.limits.per_minute = positive(text)?;
            Ok(Outcome::InEffect)
        }),
        ..RATE
    },
    Entry {
        name: "limit-burst-multiplier",
        bad: BadValue::Ignored,
        default: "5",
        needs: &["limit-rps", "limit-rpm"],
        effect: Effect::Supported(|effects, text| {
            effects.limits.burst_multiplier = positive(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "How many times the rate may come at once.",
        ..RATE
    },
    Entry {
        name: "limit-connections",
        about: "Connections of one client at a time.",
        effect: Effect::Supported(|effects, text| {
            effects.limits.connections = positive(text)?;
            Ok(Outcome::InEffect)
        }),
        ..RATE
    },
    Entry {
        name: "limit-rate",
        bad: BadValue::Ignored,
        default: "`limit-rate` of the ConfigMap (0, no limit)",
        about: "KiB a second of one response.",
        ..RATE
    },
    Entry {
        name: "limit-rate-after",
        bad: BadValue::Ignored,
        default: "`limit-rate-after` of the ConfigMap (0)",
        about: "KiB of a response before `limit-rate` begins.",
        ..RATE
    },
    Entry {
        name: "limit-allowlist",
        aliases: &["limit-whitelist"],
        bad: BadValue::ObjectRefused,
        value: ADDRESSES,
        needs: &["limit-rps", "limit-rpm", "limit-connections"],
        about: "Clients without limits.",
        effect: Effect::Supported(|effects, text| {
            effects.limits.exempt = Some(list_of(text)?);
            Ok(Outcome::InEffect)
        }),
        ..BASE
    },
    Entry {
        name: "allowlist-source-range",
        aliases: &["whitelist-source-range"],
        risk: Risk::Medium,
        bad: BadValue::Denied,
        value: ADDRESSES,
        default: "`whitelist-source-range` of the ConfigMap",
        about: "Only these clients are let in.",
        effect: Effect::Supported(|effects, text| {
            effects.settings.access.allow = Some(list_of(text)?);
            Ok(Outcome::InEffect)
        }),
        ..BASE
    },
    Entry {
        name: "denylist-source-range",
        risk: Risk::Medium,
        bad: BadValue::Denied,
        value: ADDRESSES,
        default: "`denylist-source-range` of the ConfigMap",
        about: "These clients are kept out.",
        effect: Effect::Supported(|effects, text| {
            effects.settings.access.deny = Some(list_of(text)?);
            Ok(Outcome::InEffect)
        }),
        ..BASE
    },
];

/// The limits of one Ingress while its annotations are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    per_second: Option<u32>,
    per_minute: Option<u32>,
    burst_multiplier: Option<u32>,
    connections: Option<u32>,
    exempt: Option<Arc<Networks>>,
}

/// ingress-nginx's `limit-burst-multiplier`.
const BURST_MULTIPLIER: u32 = 5;

impl Draft {
    /// The limits, where there are any, counted for this Ingress.
    pub(crate) fn settle(&self, zone: &str) -> Option<Arc<Limits>> {
        let multiplier = self.burst_multiplier.unwrap_or(BURST_MULTIPLIER);
        let rate = |requests: u32| Rate {
            requests,
            burst: requests.saturating_mul(multiplier),
        };
        let limits = Limits {
            zone: zone.into(),
            per_second: self.per_second.map(rate),
            per_minute: self.per_minute.map(rate),
            connections: self.connections,
            exempt: self.exempt.clone(),
        };
        (!limits.is_empty()).then(|| Arc::new(limits))
    }
}

/// A number that limits something; zero and negative ones do not.
fn positive(text: &str) -> Result<Option<u32>, Malformed> {
    let number = integer(text)?.max(0);
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    Ok((number > 0).then_some(number))
}

/// Addresses and networks; an empty element is an error, as in ingress-nginx.
pub(crate) fn addresses(text: &str) -> Result<(), Malformed> {
    networks(text).1.map_or(Ok(()), Err)
}

/// The networks of a list, and the first element that is none.
pub(crate) fn networks(text: &str) -> (Networks, Option<Malformed>) {
    let mut wrong = None;
    let read = text.split(',').map(str::trim).filter_map(|element| {
        let network = Network::parse(element);
        if network.is_err() {
            let why = words::NOT_AN_ADDRESS.arg("value", shown(element));
            wrong.get_or_insert(Malformed::new(why));
        }
        network.ok()
    });
    (read.collect(), wrong)
}

/// A list without wrong elements.
pub(crate) fn list_of(text: &str) -> Result<Arc<Networks>, Malformed> {
    match networks(text) {
        (networks, None) => Ok(Arc::new(networks)),
        (_, Some(wrong)) => Err(wrong),
    }
}
